import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ssviIsButterflyFree, ssviIsCalendarFree, ssviToRaw } from './ssvi.js'
import { sviDensity, sviTotalVariance } from './svi.js'
import { jumpWingsToRaw, naturalToRaw, rawToJumpWings, rawToNatural } from './sviForms.js'

const seed = { seed: 20260129, numRuns: 500 }
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const slice = fc
  .record({
    lowest: between(0.01, 1),
    b: between(0.01, 0.9),
    rho: between(-0.9, 0.9),
    m: between(-0.5, 0.5),
    sigma: between(0.05, 1),
  })
  .map(({ lowest, b, rho, m, sigma }) => ({ a: lowest - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m, sigma }))

describe('forms of SVI', () => {
  test('behavior: raw to natural and back is the same smile', () => {
    fc.assert(
      fc.property(slice, between(-2, 2), (raw, k) => {
        const back = naturalToRaw(rawToNatural(raw))
        // A handful of roundings of terms no larger than |a| + b(|m| + σ + 2).
        expect(Math.abs(sviTotalVariance(back, k) - sviTotalVariance(raw, k))).toBeLessThan(1e-13)
      }),
      seed,
    )
  })

  test('behavior: raw to jump-wings and back is the same smile', () => {
    fc.assert(
      fc.property(slice, between(0.01, 2), between(-2, 2), (raw, years, k) => {
        const wings = rawToJumpWings(raw, years)
        // ψ near 0 leaves the curvature to a quotient of small differences: conditioning 1/(ρ − β)².
        const beta = raw.m / Math.sqrt(raw.m * raw.m + raw.sigma * raw.sigma)
        fc.pre(Math.abs(raw.rho - beta) > 0.05)
        const back = jumpWingsToRaw(wings, years)
        expect(Math.abs(sviTotalVariance(back, k) - sviTotalVariance(raw, k))).toBeLessThan(1e-10)
      }),
      seed,
    )
  })

  test('error: jump-wings that no slice has are refused with their figures', () => {
    expect(() => jumpWingsToRaw({ v: 0.04, psi: -2, p: 0.5, c: 0.5, vMin: 0.03 }, 1)).toThrow('skew beyond the wings')
    expect(() => jumpWingsToRaw({ v: 0.04, psi: 0, p: 0.5, c: 0.5, vMin: 0.04 }, 1)).toThrow('not determined')
    expect(() => jumpWingsToRaw({ v: Number.NaN, psi: 0, p: 0.5, c: 0.5, vMin: 0.04 }, 1)).toThrow('v = NaN')
  })
})

describe('SSVI', () => {
  const ssvi = fc.record({ theta: between(0.001, 2), phi: between(0.05, 20), rho: between(-0.95, 0.95) })

  test('behavior: the sufficient conditions keep the density above zero', () => {
    fc.assert(
      fc.property(ssvi, between(-5, 5), (parameters, k) => {
        fc.pre(ssviIsButterflyFree(parameters))
        expect(sviDensity(ssviToRaw(parameters), k)).toBeGreaterThan(-1e-12)
      }),
      seed,
    )
  })

  test('behavior: the sufficient conditions keep the calendar in order', () => {
    fc.assert(
      fc.property(ssvi, ssvi, between(-5, 5), (earlier, later, k) => {
        fc.pre(ssviIsCalendarFree(earlier, later))
        const gap = sviTotalVariance(ssviToRaw(later), k) - sviTotalVariance(ssviToRaw(earlier), k)
        expect(gap).toBeGreaterThan(-1e-12)
      }),
      { ...seed, numRuns: 200 },
    )
  })
})
