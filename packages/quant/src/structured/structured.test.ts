import { describe, expect, test } from 'vitest'
import { touchPrice } from '../exotic/touch.js'
import { pathMean } from '../montecarlo/paths.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import type { Autocallable, StructuredProduct } from './product.js'
import { STRUCTURED_MEASURES, structuredMeasures, structuredPrice, structuredScenarioPnl } from './structured.js'

const asset = { spot: 100, rate: 0.05, dividendYield: 0.02, vol: 0.3 }
const sampling = { points: 512, randomisations: 8, seed: 3 }
const autocallable: Autocallable = {
  kind: 'autocallable',
  notional: 1000,
  initial: 100,
  callLevel: 1,
  protection: 0.7,
  coupon: 0.04,
  observations: [0.25, 0.5, 0.75, 1],
}
const products: readonly StructuredProduct[] = [
  { kind: 'dual-currency-note', notional: 1000, years: 0.25, strike: 95, coupon: 0.03 },
  { kind: 'reverse-convertible', notional: 1000, years: 0.5, strike: 100, coupon: 0.08, barrier: 80 },
  { kind: 'shark-fin', notional: 1000, years: 0.5, strike: 100, barrier: 130, participation: 1, rebate: 0.02 },
  { kind: 'accumulator', strike: 92, barrier: 110, amount: 1, leverage: 2, observations: [0.1, 0.2, 0.3, 0.4] },
  autocallable,
]

describe('autocallable', () => {
  test('behavior: one observation is digitals and a put, in closed form', () => {
    const one = { ...autocallable, observations: [1] }
    const { value, standardError } = structuredPrice(one, asset, sampling)
    const called = digitalCall(100)
    const whole = digitalCall(70)
    const forwardShare = assetBelow(70) / 100
    expect(standardError).toBeLessThan(1e-9)
    expect(value).toBeCloseTo(1000 * (called * 1.04 + (whole - called) + forwardShare), 8)
  })

  test('behavior: one-step survival agrees with plain paths within their errors', () => {
    const { value, standardError } = structuredPrice(autocallable, asset)
    const { observations, coupon } = autocallable
    const plain = pathMean(asset, observations, (spots) => {
      const called = spots.findIndex((spot) => spot >= 100)
      if (called >= 0) return 1000 * (1 + coupon * (called + 1)) * Math.E ** (-0.05 * observations[called]!)
      return 1000 * Math.E ** -0.05 * (spots[3]! >= 70 ? 1 : spots[3]! / 100)
    })
    expect(standardError).toBeLessThan(0.02)
    expect(Math.abs(value - plain.value)).toBeLessThan(4 * Math.hypot(standardError, plain.standardError))
  })
})

describe('every product', () => {
  test.each(products)('behavior: $kind has finite Greeks that explain small moves', (product) => {
    const all = structuredMeasures(product, asset, STRUCTURED_MEASURES, sampling)
    for (const value of Object.values(all)) expect(Number.isFinite(value)).toBe(true)
    const moves = [
      { spotMove: 0.001, volChange: 0, yearsPassed: 0 },
      { spotMove: 0, volChange: 0.001, yearsPassed: 0 },
      { spotMove: 0, volChange: 0, yearsPassed: 0.001 },
    ]
    const [bySpot, byVol, byTime] = structuredScenarioPnl(product, asset, moves, sampling)
    // Third and second terms of the expansion that are left out: below 1e-4 of the notional times the move.
    const close = (pnl: number, expected: number) => expect(Math.abs(pnl - expected)).toBeLessThan(2e-3)
    close(bySpot!, 0.1 * all.delta! + 0.005 * all.gamma!)
    close(byVol!, 0.001 * all.vega! + 0.5e-6 * all.volga!)
    expect(Math.abs(byTime! - 0.001 * all.theta!)).toBeLessThan(2e-2)
  })

  test.each(products)('limits: $kind without vol is finite and certain', (product) => {
    const { value, standardError } = structuredPrice(product, { ...asset, vol: 0 }, sampling)
    expect(Number.isFinite(value)).toBe(true)
    expect(standardError).toBe(0)
  })

  test('behavior: a reverse convertible with a remote barrier keeps its coupon; a near one is the dual-currency note', () => {
    const note = { notional: 1000, years: 0.5, strike: 100, coupon: 0.08 }
    const cash = 1080 * Math.E ** -0.025
    const far = structuredPrice({ kind: 'reverse-convertible', ...note, barrier: 1 }, asset).value
    expect(far).toBeCloseTo(cash, 8)
    const low = { ...asset, spot: 90 }
    const near = structuredPrice({ kind: 'reverse-convertible', ...note, barrier: 95 }, low).value
    expect(near).toBeCloseTo(structuredPrice({ kind: 'dual-currency-note', ...note }, low).value, 9)
  })

  test('behavior: the shark fin’s rebate is a touch paid at the hit', () => {
    const fin = { kind: 'shark-fin', notional: 1000, years: 0.5, strike: 100, barrier: 130, participation: 0 } as const
    const gain =
      structuredPrice({ ...fin, rebate: 0.02 }, asset).value - structuredPrice({ ...fin, rebate: 0 }, asset).value
    const touch = {
      barrier: 130,
      direction: 'up',
      condition: 'touched',
      pays: 'at-hit',
      cash: 20,
      yearsToExpiry: 0.5,
    } as const
    expect(gain).toBeCloseTo(touchPrice(touch, asset), 9)
  })
})

describe('errors', () => {
  test.each([
    [{ ...products[1]!, barrier: 120 }, 'barrier must be below'],
    [{ ...products[2]!, barrier: 90 }, 'barrier must be above'],
    [{ ...autocallable, protection: 2 }, 'protection must be at most'],
    [{ ...autocallable, observations: [] }, 'observations must be'],
    [{ ...autocallable, observations: [1, 0.5] }, 'observations/1 must be'],
    [{ ...products[0]!, notional: Number.NaN }, 'notional must be'],
  ])('error: product %# is refused', (product, message) => {
    expect(() => structuredPrice(product as StructuredProduct, asset, sampling)).toThrow(message)
  })
})

/** e^(−r) P(S ≥ K) in a year: minus the slope of the call by its strike. */
function digitalCall(strike: number): number {
  const h = 1e-3
  const call = (at: number) => blackScholesPrice({ right: 'call', strike: at, yearsToExpiry: 1 }, asset)
  return (call(strike - 2 * h) - 8 * call(strike - h) + 8 * call(strike + h) - call(strike + 2 * h)) / (-12 * h)
}

/** e^(−r) E[S; S < K] in a year: strike times digital put less the put. */
function assetBelow(strike: number): number {
  const put = blackScholesPrice({ right: 'put', strike, yearsToExpiry: 1 }, asset)
  return strike * (Math.E ** -0.05 - digitalCall(strike)) - put
}
