import { describe, expect, test } from 'vitest'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { americanPrice } from './american.js'
import { baroneAdesiWhaleyPrice } from './baroneAdesiWhaley.js'
import { bjerksundStenslandPrice } from './bjerksundStensland.js'

describe('named approximations', () => {
  // Haug (2007), table 3-1: calls on futures, X = 100, r = 10 %, b = 0: F, T, vol, Barone-Adesi–Whaley, Bjerksund–Stensland
  // 2002. In the money at 0.1 years the table's first column is off by up to 0.003 (elsewhere 0.0003): its search for the critical spot stops
  // early (at F = 110, vol 15 % the equation's root gives 10.0061, and a tree of 4,000 steps 10.0105).
  test.each([
    [90, 0.1, 0.15, 0.0206, 0.0205],
    [100, 0.1, 0.15, 1.8771, 1.8757],
    [110, 0.1, 0.15, 10.0089, 10],
    [90, 0.1, 0.25, 0.3159, 0.3151],
    [100, 0.1, 0.25, 3.128, 3.1256],
    [110, 0.1, 0.25, 10.3919, 10.3725],
    [90, 0.1, 0.35, 0.9495, 0.9479],
    [100, 0.1, 0.35, 4.3777, 4.3746],
    [110, 0.1, 0.35, 11.1679, 11.1578],
    [90, 0.5, 0.15, 0.8208, 0.8099],
    [100, 0.5, 0.15, 4.0842, 4.0628],
    [110, 0.5, 0.15, 10.8087, 10.7898],
    [90, 0.5, 0.35, 5.0063, 4.9665],
    [100, 0.5, 0.35, 9.5106, 9.4608],
    [110, 0.5, 0.35, 15.5689, 15.5137],
  ])('behavior: call on a future at %d, %d years, vol %d (Haug 3-1)', (spot, yearsToExpiry, vol, quadratic, flat) => {
    const asset = { spot, rate: 0.1, dividendYield: 0.1, vol }
    const option = { right: 'call', strike: 100, yearsToExpiry } as const
    expect(Math.abs(baroneAdesiWhaleyPrice(option, asset) - quadratic)).toBeLessThan(spot > 100 ? 3e-3 : 4e-4)
    expect(bjerksundStenslandPrice(option, asset)).toBeCloseTo(flat, 4)
    const lower = bjerksundStenslandPrice(option, asset, 1993)
    expect(lower).toBeLessThanOrEqual(bjerksundStenslandPrice(option, asset) + 1e-12)
    expect(bjerksundStenslandPrice(option, asset)).toBeLessThanOrEqual(americanPrice(option, asset) + 1e-6)
  })

  test('behavior: call by Bjerksund–Stensland 1993 (Haug 3.2): 5.2704', () => {
    const asset = { spot: 42, rate: 0.04, dividendYield: 0.08, vol: 0.35 }
    expect(bjerksundStenslandPrice({ right: 'call', strike: 40, yearsToExpiry: 0.75 }, asset, 1993)).toBeCloseTo(
      5.2704,
      4,
    )
  })
})

describe('spectral', () => {
  // Put, S = 40, r = 4.88 %, no yield: Geske and Johnson, "The American put option valued analytically", J. Finance 39
  // (1984), table I. Strike, years, vol, and the binomial figure that they quote.
  test.each([
    [35, 0.0833, 0.2, 0.0062],
    [35, 0.5833, 0.2, 0.4329],
    [40, 0.0833, 0.2, 0.8523],
    [40, 0.3333, 0.2, 1.5799],
    [40, 0.5833, 0.2, 1.9906],
    [45, 0.0833, 0.2, 5],
    [45, 0.5833, 0.2, 5.267],
    [40, 0.5833, 0.3, 3.1698],
    [45, 0.5833, 0.3, 6.2438],
    [40, 0.5833, 0.4, 4.3529],
    [45, 0.5833, 0.4, 7.3832],
  ])('behavior: put at %d, %d years, vol %d', (strike, yearsToExpiry, vol, figure) => {
    const asset = { spot: 40, rate: 0.0488, dividendYield: 0, vol }
    // The published figures come from a tree; they err by up to 3e-4.
    expect(Math.abs(americanPrice({ right: 'put', strike, yearsToExpiry }, asset) - figure)).toBeLessThan(6e-4)
  })

  test('behavior: a call without yield is never exercised', () => {
    const asset = { spot: 100, rate: 0.05, dividendYield: 0, vol: 0.3 }
    const option = { right: 'call', strike: 90, yearsToExpiry: 1 } as const
    expect(americanPrice(option, asset)).toBeCloseTo(blackScholesPrice(option, asset), 12)
  })

  test('behavior: put and call mirror each other (McDonald–Schroder)', () => {
    const call = americanPrice(
      { right: 'call', strike: 110, yearsToExpiry: 0.7 },
      { spot: 95, rate: 0.03, dividendYield: 0.06, vol: 0.4 },
    )
    const put = americanPrice(
      { right: 'put', strike: 95, yearsToExpiry: 0.7 },
      { spot: 110, rate: 0.06, dividendYield: 0.03, vol: 0.4 },
    )
    expect(call).toBe(put)
  })

  test('limits: no time, no vol, deep in the money', () => {
    const asset = { spot: 80, rate: 0.1, dividendYield: 0, vol: 0.2 }
    expect(americanPrice({ right: 'put', strike: 100, yearsToExpiry: 0 }, asset)).toBe(20)
    expect(americanPrice({ right: 'put', strike: 100, yearsToExpiry: 1 }, { ...asset, vol: 0 })).toBe(20)
    expect(americanPrice({ right: 'put', strike: 100, yearsToExpiry: 1 }, { ...asset, spot: 40 })).toBe(60)
  })

  test('error: both rates negative with two boundaries is refused by name', () => {
    const asset = { spot: 100, rate: -0.01, dividendYield: -0.02, vol: 0.2 }
    expect(() => americanPrice({ right: 'put', strike: 100, yearsToExpiry: 1 }, asset)).toThrow('rate must be')
  })
})
