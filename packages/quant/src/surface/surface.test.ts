import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { log, normalCdf } from '../math/index.js'
import { movedVol, shockVol } from './moves.js'
import { createSurface, SurfaceError, surfaceImpliedVol, surfaceTotalVariance } from './surface.js'
import { sviTotalVariance } from './svi.js'

const front = { years: 0.1, forward: 100, svi: { a: 0.01, b: 0.06, rho: -0.3, m: 0, sigma: 0.1 } }
const back = { years: 0.5, forward: 102, svi: { a: 0.05, b: 0.15, rho: -0.2, m: 0.02, sigma: 0.25 } }
const surface = createSurface([back, front])

describe('Surface', () => {
  test('behavior: slices come sorted, and are given back at their own expiry to the bit', () => {
    expect(surface.slices.map((slice) => slice.years)).toEqual([0.1, 0.5])
    expect(surfaceTotalVariance(surface, 0.5, -0.2)).toBe(sviTotalVariance(back.svi, -0.2))
  })

  test('behavior: total variance is linear between expiries and never falls in time', () => {
    const [low, middle, high] = [0.1, 0.3, 0.5].map((years) => surfaceTotalVariance(surface, years, 0.1))
    expect(middle).toBeCloseTo((low! + high!) / 2, 15)
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (years, k) => {
          const later = surfaceTotalVariance(surface, years + 0.01, k)
          expect(later).toBeGreaterThanOrEqual(surfaceTotalVariance(surface, years, k))
        },
      ),
      { seed: 20260131 },
    )
  })

  test('limits: beyond the ends, and at no time at all, the vol of the nearest expiry holds', () => {
    expect(surfaceImpliedVol(surface, 2, 0.1)).toBeCloseTo(surfaceImpliedVol(surface, 0.5, 0.1), 14)
    expect(surfaceImpliedVol(surface, 0.01, 0.1)).toBeCloseTo(surfaceImpliedVol(surface, 0.1, 0.1), 14)
    expect(surfaceImpliedVol(surface, 0, 0.1)).toBeCloseTo(surfaceImpliedVol(surface, 0.1, 0.1), 14)
    expect(surfaceTotalVariance(surface, 0, 0.1)).toBe(0)
  })

  test('error: no slice, two of one expiry, parameters that are none, a time that is none', () => {
    expect(() => createSurface([])).toThrow(SurfaceError)
    expect(() => createSurface([front, front])).toThrow('two slices of one expiry (years = 0.1)')
    expect(() => createSurface([{ ...front, svi: { ...front.svi, a: -1 } }])).toThrow('not SVI parameters')
    expect(() => surfaceTotalVariance(surface, Number.NaN, 0)).toThrow('years = NaN')
  })
})

describe('movedVol', () => {
  const smile = (k: number) => 0.6 - 0.25 * k + 0.4 * k * k
  const d1 = (k: number, vol: number, years: number) => -k / (vol * Math.sqrt(years)) + (vol * Math.sqrt(years)) / 2

  test('behavior: sticky strikes keep their vol, sticky moneyness slides', () => {
    expect(movedVol(smile, 0.1, -0.2, 0.25, 'sticky-strike')).toBe(smile(0.1))
    expect(movedVol(smile, 0.1, -0.2, 0.25, 'sticky-moneyness')).toBe(smile(0.1 + 0.2))
  })

  test('behavior: with sticky delta the shocked vol of a strike is that of the delta it has', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.double({ min: -0.4, max: 1, noNaN: true }),
        (k, move, change) => {
          const years = 0.25
          const vol = movedVol(smile, k, move, years, 'sticky-delta', { kind: 'relative', change })
          // The old log-moneyness whose vol was shocked to this one, found on its own by scanning for the same delta.
          const delta = normalCdf(d1(k - move, vol, years))
          let best = Number.POSITIVE_INFINITY
          for (let x = -3; x <= 3; x += 0.0005) {
            const miss = Math.abs(normalCdf(d1(x, smile(x), years)) - delta)
            if (miss < 1e-3) best = Math.min(best, Math.abs(smile(x) * (1 + change) - vol))
          }
          // The scan's step of 5e-4 moves the vol by less than 5e-4 × the steepest slope here, 2.7, and change.
          expect(best).toBeLessThan(3e-3)
        },
      ),
      { seed: 20260201, numRuns: 30 },
    )
  })

  test('limits: a vol shock cannot go below zero', () => {
    expect(shockVol(0.5, { kind: 'absolute', change: -0.8 })).toBe(0)
    expect(movedVol(smile, log(1.1), 0, 0.25, 'sticky-delta', { kind: 'relative', change: -1 })).toBe(0)
  })

  test('error: a vol that is not one is refused', () => {
    expect(() => shockVol(Number.NaN, { kind: 'relative', change: 0 })).toThrow('vol must be')
  })
})
