import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimumVariance, riskParity, varianceOf } from './mix.js'

const amounts = (n: number, min: number, max: number) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: n, maxLength: n })

/** Σ = A Aᵀ + small diagonal: positive definite, of any correlations. */
const worlds = fc.integer({ min: 1, max: 4 }).chain((n) =>
  fc.record({
    covariance: amounts(n * n, -0.05, 0.05).map((a) =>
      Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => {
          let sum = i === j ? 1e-4 : 0
          for (let k = 0; k < n; k++) sum += a[i * n + k]! * a[j * n + k]!
          return sum
        }),
      ),
    ),
    derivatives: amounts(n, -500, 500),
    start: amounts(n, 0, 250),
  }),
)

describe('minimumVariance', () => {
  it('behavior: with one asset the derivatives are offset, within the bounds', () => {
    const problem = { covariance: [[0.0016]], lowest: [0], highest: [1000], total: 1000 }
    expect(minimumVariance({ ...problem, derivatives: [-400] })).toEqual([400])
    expect(minimumVariance({ ...problem, derivatives: [300] })).toEqual([0])
    expect(minimumVariance({ ...problem, derivatives: [-4000] })).toEqual([1000])
  })

  it('behavior: two uncorrelated assets without a reserve are weighed by 1/σ²', () => {
    const covariance = [
      [0.04, 0],
      [0, 0.01],
    ]
    // Σ w ≤ V is forced to V by the lower bounds of a third, free asset: here by asking for at least 100 each of 1000.
    const mix = minimumVariance({
      covariance,
      derivatives: [-200, -800],
      lowest: [0, 0],
      highest: [1000, 1000],
      total: 500,
    })!
    // min ½ (0.04 (w₁ − 200)² + 0.01 (w₂ − 800)²), w₁ + w₂ = 500: 0.04 (w₁ − 200) = 0.01 (w₂ − 800), w₁ = 100, w₂ = 400.
    expect(mix[0]).toBeCloseTo(100, 6)
    expect(mix[1]).toBeCloseTo(400, 6)
  })

  it('property: within the bounds, never above the variance of the start, and no exchange of two assets lowers it', () => {
    let improved = 0
    fc.assert(
      fc.property(worlds, ({ covariance, derivatives, start }) => {
        const total = 1000
        const n = start.length
        const bounds = { lowest: start.map(() => 0), highest: start.map(() => 600) }
        const mix = minimumVariance({ covariance, derivatives, ...bounds, total })!
        const at = (weights: readonly number[]) => varianceOf(covariance, weights, derivatives)
        const best = at(mix)
        expect(best).toBeLessThanOrEqual(at(start) * (1 + 1e-9) + 1e-9)
        if (best < at(start) * 0.9) improved += 1
        expect(Math.min(...mix)).toBeGreaterThanOrEqual(0)
        expect(Math.max(...mix)).toBeLessThanOrEqual(600)
        expect(mix.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(total + 1e-9)
        for (let i = 0; i < n; i++) {
          for (const step of [-0.5, 0.5]) {
            const moved = mix.map((weight, k) => (k === i ? weight + step : weight))
            const fits = moved.every((one) => one >= 0 && one <= 600) && moved.reduce((a, b) => a + b, 0) <= total
            if (fits) expect(at(moved)).toBeGreaterThanOrEqual(best - 1e-9 * Math.max(1, best))
          }
        }
      }),
      { numRuns: 300, seed: 11 },
    )
    expect(improved).toBeGreaterThan(100)
  })

  it('error: what is not finite, or bounds that leave nothing, has no mix', () => {
    const problem = { covariance: [[0.0016]], derivatives: [0], lowest: [0], highest: [1000], total: 1000 }
    expect(minimumVariance({ ...problem, covariance: [[Number.NaN]] })).toBeUndefined()
    expect(minimumVariance({ ...problem, derivatives: [Number.NaN] })).toBeUndefined()
    expect(minimumVariance({ ...problem, total: Number.NaN })).toBeUndefined()
    expect(minimumVariance({ ...problem, lowest: [2000], highest: [3000] })).toBeUndefined()
  })
})

describe('riskParity', () => {
  it('behavior: equal correlations and no derivatives: weights as 1/σ', () => {
    const [a, b] = [0.04, 0.01]
    const covariance = [
      [a * a, 0.5 * a * b],
      [0.5 * a * b, b * b],
    ]
    const mix = riskParity(covariance, [0, 0], 1000)!
    expect(mix[0]).toBeCloseTo(200, 4)
    expect(mix[1]).toBeCloseTo(800, 4)
  })

  it('property: each asset adds the same risk, the sum is kept', () => {
    fc.assert(
      fc.property(worlds, ({ covariance, derivatives }) => {
        const mix = riskParity(
          covariance,
          derivatives.map((one) => one / 10),
          1000,
        )
        if (mix === undefined) return
        const d = derivatives.map((one) => one / 10)
        const risks = mix.map((weight, i) => {
          return weight * covariance[i]!.reduce((sum, cell, j) => sum + cell * (mix[j]! + d[j]!), 0)
        })
        const largest = Math.max(...risks.map(Math.abs))
        for (const risk of risks) expect(Math.abs(risk - risks[0]!)).toBeLessThan(1e-4 * largest)
        expect(mix.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1000, 2)
      }),
      { numRuns: 100, seed: 3 },
    )
  })

  it('error: an asset without variance has no share', () => {
    expect(riskParity([[0]], [0], 1000)).toBeUndefined()
    expect(riskParity([[Number.NaN]], [0], 1000)).toBeUndefined()
  })
})
