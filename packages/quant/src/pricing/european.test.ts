import { describe, expect, it } from 'vitest'
import { InputError } from '../inputError.js'
import { bachelierMeasures } from './bachelier.js'
import { black76Greeks, black76Price, black76Vega } from './black76.js'
import { blackScholesMeasures, blackScholesPrice } from './blackScholes.js'
import { inverseOptionMeasures } from './inverse.js'
import { MEASURES } from './measures.js'

describe('published values', () => {
  // E. G. Haug, "The complete guide to option pricing formulas", 2nd edition, chapters 1 and 2, to the digits printed.
  it('behavior: Black–Scholes call, stock without dividend (Haug 1.1.1): 2.1334', () => {
    const option = { right: 'call', strike: 65, yearsToExpiry: 0.25 } as const
    expect(blackScholesPrice(option, { spot: 60, rate: 0.08, dividendYield: 0, vol: 0.3 })).toBeCloseTo(2.1334, 4)
  })
  it('behavior: Merton put on an index with 5 % yield (Haug 1.1.2): 2.4648', () => {
    const option = { right: 'put', strike: 95, yearsToExpiry: 0.5 } as const
    expect(blackScholesPrice(option, { spot: 100, rate: 0.1, dividendYield: 0.05, vol: 0.2 })).toBeCloseTo(2.4648, 4)
  })
  it('behavior: Black-76 on a Brent future (Haug 1.1.3): 1.7011 for call and put at the money', () => {
    const market = { forward: 19, rate: 0.1, vol: 0.28 }
    for (const right of ['call', 'put'] as const) {
      expect(blackScholesPrice({ right, strike: 19, yearsToExpiry: 0.75 }, market)).toBeCloseTo(1.7011, 4)
    }
  })
  it('behavior: currency call of Garman–Kohlhagen (Haug 1.1.5): 0.0291', () => {
    const option = { right: 'call', strike: 1.6, yearsToExpiry: 0.5 } as const
    expect(blackScholesPrice(option, { spot: 1.56, rate: 0.06, dividendYield: 0.08, vol: 0.12 })).toBeCloseTo(0.0291, 4)
  })
  it('behavior: delta of a future option (Haug 2.1.1): call 0.5946, put −0.3566', () => {
    const of = (right: 'call' | 'put') =>
      blackScholesMeasures({ right, strike: 100, yearsToExpiry: 0.5 }, { forward: 105, rate: 0.1, vol: 0.36 }).delta
    expect(of('call')).toBeCloseTo(0.5946, 4)
    expect(of('put')).toBeCloseTo(-0.3566, 4)
  })
  it('behavior: gamma and vega of a stock option (Haug 2.2, 2.3): 0.0278 and 18.5027', () => {
    const gamma = blackScholesMeasures(
      { right: 'call', strike: 60, yearsToExpiry: 0.75 },
      { spot: 55, rate: 0.1, dividendYield: 0, vol: 0.3 },
    ).gamma
    expect(gamma).toBeCloseTo(0.0278, 4)
    const vega = blackScholesMeasures(
      { right: 'call', strike: 60, yearsToExpiry: 0.75 },
      { spot: 55, rate: 0.105, dividendYield: 0.0355, vol: 0.3 },
    ).vega
    expect(vega).toBeCloseTo(18.5027, 4)
  })
})

describe('limits', () => {
  const market = (vol: number) => ({ spot: 100, rate: 0.05, dividendYield: 0.02, vol })
  it('limits: T = 0 and vol = 0 give the discounted intrinsic value of the forward and its slopes', () => {
    for (const [T, vol] of [
      [0, 0.5],
      [0, 0],
      [1, 0],
    ] as const) {
      const growth = Math.E ** (0.03 * T)
      const df = Math.E ** (-0.05 * T)
      for (const strike of [50, 99, 110, 1000]) {
        for (const right of ['call', 'put'] as const) {
          const w = right === 'call' ? 1 : -1
          const m = blackScholesMeasures({ right, strike, yearsToExpiry: T }, market(vol))
          const intrinsic = Math.max(w * (100 * growth - strike), 0)
          expect(m.price).toBeCloseTo(df * intrinsic, 10)
          expect(m.delta).toBeCloseTo(intrinsic > 0 ? w * df * growth : 0, 12)
          expect(m.dualDelta).toBeCloseTo(intrinsic > 0 ? -w * df : 0, 12)
          for (const name of ['gamma', 'vega', 'vanna', 'volga', 'speed', 'zomma', 'ultima'] as const) {
            expect(Math.abs(m[name])).toBe(0)
          }
        }
      }
    }
  })
  it('limits: at the kink delta is half, vega is its limit, what is infinite is 0', () => {
    const m = blackScholesMeasures({ right: 'call', strike: 100, yearsToExpiry: 1 }, { forward: 100, rate: 0, vol: 0 })
    const near = blackScholesMeasures(
      { right: 'call', strike: 100, yearsToExpiry: 1 },
      { forward: 100, rate: 0, vol: 1e-7 },
    )
    expect(m.price).toBe(0)
    expect(m.delta).toBe(0.5)
    for (const name of ['vega', 'vanna', 'volga', 'veta', 'vera', 'ultima'] as const) {
      expect(m[name]).toBeCloseTo(near[name], 4)
    }
    expect([m.gamma, m.dualGamma, m.speed, m.zomma, m.color]).toEqual([0, 0, 0, 0, 0])
  })
  it('limits: a strike near 0 is a forward, a strike far away is nothing', () => {
    const call = black76Price('call', 100, 1e-300, 1, 0.5, 0.9)
    expect(call).toBeCloseTo(90, 12)
    expect(black76Price('put', 100, 1e-300, 1, 0.5, 0.9)).toBe(0)
    expect(black76Price('call', 100, 1e300, 1, 0.5, 0.9)).toBe(0)
    expect(black76Price('put', 100, 1e300, 1, 0.5, 0.9)).toBe(9e299)
  })
  it('limits: an infinite deviation gives the upper bound', () => {
    expect(black76Price('call', 100, 120, 1, 1e200, 1)).toBe(100)
    expect(black76Price('put', 100, 120, 1, 1e200, 1)).toBe(120)
  })
  it('limits: never NaN, over a grid of extremes', () => {
    const extremes = [1e-300, 1e-150, 1e-12, 1, 100, 1e12, 1e150]
    let answered = 0
    for (const forward of extremes) {
      for (const strike of extremes) {
        for (const T of [0, 1e-300, 1e-6, 1, 1e4]) {
          for (const vol of [0, 1e-300, 1e-8, 0.5, 1e3, 1e200]) {
            const option = { right: 'put', strike, yearsToExpiry: T } as const
            const price = blackScholesPrice(option, { forward, rate: 0.01, vol })
            expect(price >= 0 && price <= strike, `F ${forward} K ${strike} T ${T} vol ${vol}: ${price}`).toBe(true)
            try {
              const m = blackScholesMeasures(option, { forward, rate: 0.01, vol })
              for (const name of MEASURES) expect(Number.isFinite(m[name]), `${name} ${JSON.stringify(m)}`).toBe(true)
              answered++
            } catch (error) {
              expect(error).toBeInstanceOf(InputError)
            }
          }
        }
      }
    }
    expect(answered).toBeGreaterThan(1000)
  })
  it('limits: Bachelier at vol 0 and at the kink', () => {
    const of = (strike: number, vol: number) =>
      bachelierMeasures({ right: 'put', strike, yearsToExpiry: 1 }, { forward: 100, rate: 0, vol })
    expect(of(120, 0).price).toBe(20)
    expect(of(120, 0).delta).toBe(-1)
    expect(of(100, 0).delta).toBe(-0.5)
    expect(of(100, 0).vega).toBeCloseTo(of(100, 1e-9).vega, 12)
    expect(of(-50, 30).price).toBeGreaterThan(0)
  })
})

describe('inverse options', () => {
  it('behavior: parity in coin, C − P = 1 − K/F, and net delta is delta less the premium', () => {
    for (const strike of [40_000, 90_000, 100_000, 250_000]) {
      const call = inverseOptionMeasures('call', 100_000, strike, 0.2, 0.7)
      const put = inverseOptionMeasures('put', 100_000, strike, 0.2, 0.7)
      expect(call.priceCoin - put.priceCoin).toBeCloseTo(1 - strike / 100_000, 14)
      for (const m of [call, put]) {
        expect(m.netTransactionDelta).toBeCloseTo(m.delta - m.priceCoin, 14)
        expect(m.price).toBeCloseTo(m.priceCoin * 100_000, 9)
        expect(m.hedgeNotional).toBeCloseTo(m.coinDelta * 100_000 * 100_000, 6)
      }
    }
  })
  it('behavior: the hedge makes the coin P&L flat', () => {
    const before = inverseOptionMeasures('call', 100_000, 110_000, 0.25, 0.6)
    const step = 10
    const up = inverseOptionMeasures('call', 100_000 + step, 110_000, 0.25, 0.6).priceCoin - before.priceCoin
    const hedge = -before.hedgeNotional * (1 / 100_000 - 1 / (100_000 + step))
    // Derived: what is left is of second order, from the option and from the hedge.
    const secondOrder = 0.5 * before.coinGamma + before.hedgeNotional / 100_000 ** 3
    expect(up + hedge).toBeCloseTo(secondOrder * step * step, 11)
    expect(Math.abs(up)).toBeGreaterThan(1e-5)
  })
  it('behavior: coin Greeks are the derivatives of the coin price', () => {
    const m = inverseOptionMeasures('put', 100_000, 90_000, 0.3, 0.65)
    const price = (F: number, T: number, vol: number) => inverseOptionMeasures('put', F, 90_000, T, vol).priceCoin
    const dF = (f: (x: number) => number, x: number, h: number) => (f(x + h) - f(x - h)) / (2 * h)
    expect(m.coinDelta / dF((F) => price(F, 0.3, 0.65), 100_000, 10)).toBeCloseTo(1, 6)
    expect(m.coinVega / dF((v) => price(100_000, 0.3, v), 0.65, 1e-4)).toBeCloseTo(1, 6)
    expect(m.coinTheta / -dF((T) => price(100_000, T, 0.65), 0.3, 1e-5)).toBeCloseTo(1, 6)
    const delta = (F: number, vol: number) => inverseOptionMeasures('put', F, 90_000, 0.3, vol).coinDelta
    expect(m.coinGamma / dF((F) => delta(F, 0.65), 100_000, 10)).toBeCloseTo(1, 6)
    expect(m.coinVanna / dF((v) => delta(100_000, v), 0.65, 1e-4)).toBeCloseTo(1, 6)
    const vega = (vol: number) => inverseOptionMeasures('put', 100_000, 90_000, 0.3, vol).coinVega
    expect(m.coinVolga / dF(vega, 0.65, 1e-4)).toBeCloseTo(1, 6)
  })
  it('limits: at expiry', () => {
    const itm = inverseOptionMeasures('call', 100_000, 80_000, 0, 0.6)
    expect(itm.priceCoin).toBeCloseTo(0.2, 15)
    expect([itm.delta, itm.netTransactionDelta, itm.hedgeNotional]).toEqual([1, 0.8, 80_000])
    expect([itm.coinVega, itm.coinTheta, itm.coinVolga]).toEqual([0, 0, 0])
    const kink = inverseOptionMeasures('call', 100_000, 100_000, 0, 0.6)
    expect([kink.priceCoin, kink.delta, kink.netTransactionDelta]).toEqual([0, 0.5, 0.5])
    for (const value of Object.values(kink)) expect(Number.isFinite(value)).toBe(true)
  })
})

describe('examples of the docstrings', () => {
  it('behavior: as printed', () => {
    expect(black76Price('call', 100, 100, 0.25, 0.6, 1)).toBeCloseTo(11.9235, 4)
    expect(black76Vega(100, 100, 0.25, 0.6, 1)).toBeCloseTo(19.7239, 3)
    expect(black76Greeks('put', 90_000, 80_000, 0.08, 0.5).forwardDelta).toBeCloseTo(-0.1831, 4)
    expect(inverseOptionMeasures('call', 100_000, 110_000, 0.25, 0.6).priceCoin).toBeCloseTo(0.0814, 4)
  })
})

describe('bad input', () => {
  it('error: names the field, the value and what is allowed', () => {
    const bad = [Number.NaN, Infinity, -Infinity, -1]
    for (const x of bad) {
      expect(() => black76Price('call', x, 100, 1, 0.5)).toThrow(/forward must be a finite number > 0/)
      expect(() => black76Price('call', 100, x, 1, 0.5)).toThrow(/strike/)
      expect(() => black76Price('call', 100, 100, x, 0.5)).toThrow(/yearsToExpiry/)
      expect(() => black76Price('call', 100, 100, 1, x)).toThrow(/vol/)
      expect(() => black76Price('call', 100, 100, 1, 0.5, x)).toThrow(/discountFactor/)
      expect(() => inverseOptionMeasures('put', x, 100, 1, 0.5)).toThrow(InputError)
    }
    const option = { right: 'call', strike: 100, yearsToExpiry: 1 } as const
    expect(() => blackScholesPrice(option, { spot: 0, rate: 0, dividendYield: 0, vol: 1 })).toThrow(/spot/)
    expect(() => blackScholesPrice(option, { spot: 1, rate: Number.NaN, dividendYield: 0, vol: 1 })).toThrow(/rate/)
    expect(() => blackScholesPrice(option, { spot: 1, rate: 0, dividendYield: Infinity, vol: 1 })).toThrow(
      /dividendYield/,
    )
    expect(() => blackScholesPrice(option, { spot: 1, rate: 1e4, dividendYield: 0, vol: 1 })).toThrow(/rate/)
    try {
      black76Price('call', 100, -5, 1, 0.5)
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_INPUT', field: 'strike', value: -5 })
    }
  })
})
