import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../inputError.js'
import { black76Price, black76Vega } from './black76.js'
import { impliedVol, type QuotedOption } from './impliedVol.js'

function quote(change: Partial<QuotedOption>): QuotedOption {
  return { right: 'call', forward: 100, strike: 100, yearsToExpiry: 0.25, discountFactor: 1, price: 10, ...change }
}

/** Relative error of the vol, in units of the conditioning of the time value, for an out-of-the-money option. */
function errorAt(k: number, deviation: number, right: 'call' | 'put'): number | undefined {
  const strike = Math.E ** (right === 'call' ? k : -k)
  const price = black76Price(right, 1, strike, 1, deviation)
  const room = (right === 'call' ? 1 : strike) - price
  // Near the upper bound a price cannot tell vols apart; below 1e-300 it is out of the stated domain.
  if (!(price > 1e-300 && room > 0)) return undefined
  const answer = impliedVol({ right, forward: 1, strike, yearsToExpiry: 1, discountFactor: 1, price })
  if (!answer.ok) throw new Error(`no solution at k ${k} deviation ${deviation} ${right}: ${answer.reason}`)
  const conditioning = price / (deviation * black76Vega(1, strike, 1, deviation))
  return Math.abs(answer.impliedVol / deviation - 1) / Math.max(1, conditioning)
}

describe('dense grids', () => {
  // Asked: 1e-13 times the conditioning; measured on these grids: 2.1e-14.
  it('behavior: the whole domain, |ln F/K| to 16, deviation 1e-8 to 12, prices from 1e-300', () => {
    let count = 0
    for (let a = -120; a <= 32; a++) {
      const k = a === -120 ? 0 : 16 * 2 ** ((a - 32) / 4)
      for (let i = 0; i <= 250; i++) {
        const deviation = 1e-8 * 1.2e9 ** (i / 250)
        for (const right of ['call', 'put'] as const) {
          const error = errorAt(k, deviation, right)
          if (error === undefined) continue
          count++
          expect(error, `k ${k} deviation ${deviation} ${right}`).toBeLessThan(1e-13)
        }
      }
    }
    expect(count).toBeGreaterThan(40_000)
  })
  it('behavior: near the money and short dated, |ln F/K| about 1e-3 with deviations about 0.01', () => {
    for (let i = 0; i <= 120; i++) {
      for (let j = 0; j <= 120; j++) {
        const error = errorAt(1e-4 * 200 ** (i / 120), 1e-3 * 100 ** (j / 120), i % 2 === 0 ? 'call' : 'put')
        if (error !== undefined) expect(error, `i ${i} j ${j}`).toBeLessThan(1e-13)
      }
    }
  })
  it('behavior: price and implied vol are inverses, in the money to the conditioning of what is left', () => {
    const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    const right = fc.constantFrom('call' as const, 'put' as const)
    fc.assert(
      fc.property(right, finite(-4, 4), finite(0.01, 3), finite(0.05, 3), finite(0.5, 1.1), (right, z, T, vol, df) => {
        const strike = 100 * Math.E ** (z * vol * Math.sqrt(T))
        const price = black76Price(right, 100, strike, T, vol, df)
        const vega = black76Vega(100, strike, T, vol, df)
        const answer = impliedVol(quote({ right, strike, yearsToExpiry: T, discountFactor: df, price }))
        if (!answer.ok) throw new Error(answer.reason)
        // The price is rounded to 1 ulp, and so is the intrinsic value taken from it.
        const rounding = 4e-16 * (price + Math.max(100, strike))
        expect(Math.abs(answer.impliedVol - vol)).toBeLessThanOrEqual(rounding / vega + 1e-13 * vol)
      }),
      { seed: 20260206, numRuns: 3000 },
    )
  })
})

describe('limits', () => {
  it('limits: the discounted intrinsic value gives 0', () => {
    expect(impliedVol(quote({ strike: 80, price: 18, discountFactor: 0.9 }))).toEqual({ ok: true, impliedVol: 0 })
    expect(impliedVol(quote({ strike: 120, price: 0 }))).toEqual({ ok: true, impliedVol: 0 })
    expect(impliedVol(quote({ price: 0, yearsToExpiry: 0 }))).toEqual({ ok: true, impliedVol: 0 })
  })
  it('error: below intrinsic and above the maximum are named', () => {
    const below = { ok: false, reason: 'below-intrinsic' }
    const above = { ok: false, reason: 'above-maximum' }
    expect(impliedVol(quote({ strike: 80, price: 19.999 }))).toEqual(below)
    expect(impliedVol(quote({ price: -1 }))).toEqual(below)
    expect(impliedVol(quote({ price: 100 }))).toEqual(above)
    expect(impliedVol(quote({ price: 1e300 }))).toEqual(above)
    expect(impliedVol(quote({ right: 'put', strike: 50, price: 50 }))).toEqual(above)
    expect(impliedVol(quote({ right: 'put', strike: 50, price: 45.1, discountFactor: 0.9 }))).toEqual(above)
    expect(impliedVol(quote({ price: 5, yearsToExpiry: 0 }))).toEqual(above)
  })
  it('limits: the smallest and the largest prices that have a solution', () => {
    for (const price of [5e-324, 1e-310, 1e-300, 99.999999999999]) {
      for (const strike of [100.0000001, 150, 1e6]) {
        const answer = impliedVol(quote({ strike, price }))
        expect(answer.ok && answer.impliedVol > 0 && answer.impliedVol < 100, `${price} ${strike}`).toBe(true)
      }
    }
  })
  it('error: bad input is named', () => {
    for (const field of ['forward', 'strike', 'yearsToExpiry', 'discountFactor', 'price'] as const) {
      expect(() => impliedVol(quote({ [field]: Number.NaN }))).toThrow(InputError)
      expect(() => impliedVol(quote({ [field]: Number.NaN }))).toThrow(field)
    }
    expect(() => impliedVol(quote({ strike: 0 }))).toThrow(InputError)
    expect(() => impliedVol(quote({ yearsToExpiry: -1 }))).toThrow(InputError)
  })
})
