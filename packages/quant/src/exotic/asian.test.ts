import { describe, expect, test } from 'vitest'
import { arithmeticAsianPrice } from './arithmeticAsian.js'
import { type Asian, turnbullWakemanPrice } from './asian.js'

const continuous = (yearsToExpiry: number, strike: number, right: 'call' | 'put' = 'call'): Asian => ({
  right,
  strike,
  yearsToExpiry,
  averaging: { kind: 'continuous', elapsed: 0 },
})

describe('continuous arithmetic average', () => {
  // V. Linetsky, "Spectral expansions for Asian (average price) options", Operations Research 52 (2004), table 3: ten digits.
  test.each([
    [0.02, 0.1, 1, 2, 0.0559860415],
    [0.18, 0.3, 1, 2, 0.2183875466],
    [0.0125, 0.25, 2, 2, 0.172268741],
    [0.05, 0.5, 1, 1.9, 0.1931737903],
    [0.05, 0.5, 1, 2, 0.2464156905],
    [0.05, 0.5, 1, 2.1, 0.3062203648],
    [0.05, 0.5, 2, 2, 0.350095219],
  ])('behavior: r %d, vol %d, %d years, spot %d (Linetsky)', (rate, vol, years, spot, figure) => {
    const price = arithmeticAsianPrice(continuous(years, 2), { spot, rate, dividendYield: 0, vol })
    expect(Math.abs(price - figure)).toBeLessThan(1e-6)
  })
})

describe('discrete arithmetic average', () => {
  test('behavior: one fixing is the vanilla, at any time of the first', () => {
    const asset = { spot: 100, rate: 0.05, dividendYield: 0.02, vol: 0.3 }
    const one: Asian = { ...continuous(1, 105), averaging: { kind: 'discrete', count: 1, first: 1, taken: 0 } }
    expect(arithmeticAsianPrice(one, asset)).toBeCloseTo(turnbullWakemanPrice(one, asset), 10)
  })

  test('behavior: put and call differ by the mean less the strike, and what is fixed shifts the strike', () => {
    const asset = { spot: 100, rate: 0.05, dividendYield: 0.02, vol: 0.3 }
    const averaging = { kind: 'discrete', count: 6, first: 0.1, taken: 4 } as const
    const price = (right: 'call' | 'put') =>
      arithmeticAsianPrice({ ...continuous(0.5, 98, right), averaging, averageSoFar: 95 }, asset)
    const mean = turnbullWakemanPrice({ ...continuous(0.5, 1e-9), averaging, averageSoFar: 95 }, asset)
    expect(price('call') - price('put')).toBeCloseTo(mean - 98 * 0.9753099120283326, 7)
  })
})

test('behavior: the two methods agree where one takes over from the other', () => {
  for (const averaging of [
    { kind: 'continuous', elapsed: 0 },
    { kind: 'discrete', count: 12, first: 0.1, taken: 0 },
  ] as const) {
    const of = (vol: number) =>
      arithmeticAsianPrice({ ...continuous(1, 101), averaging }, { spot: 100, rate: 0.05, dividendYield: 0.02, vol })
    // The price moves by vega over 2e-9 of vol, some 1e-7; what is left is the gap between the methods: measured 9e-6.
    expect(Math.abs(of(0.05 + 1e-9) - of(0.05 - 1e-9))).toBeLessThan(2e-5)
  }
})
