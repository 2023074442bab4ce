import type { Matrix } from '@holdfast/quant'

/** Exposures to spread over volatile assets, beside a reserve that does not vary. All money in USD. */
export type MixProblem = {
  /** Covariance of relative returns, Σ, one row per asset; symmetric and positive semi-definite. */
  readonly covariance: Matrix
  /** Cash delta of derivatives that stay as they are, d, per asset, signed. */
  readonly derivatives: readonly number[]
  /** Bounds of what is held of each asset, lo ≤ w ≤ hi. */
  readonly lowest: readonly number[]
  readonly highest: readonly number[]
  /** What there is in all, V: Σ w ≤ V, the rest is the reserve. */
  readonly total: number
}

const SWEEPS_MAX = 2000
/** A sweep that moves less than this share of the total has arrived. */
const STILL = 1e-13

/** Variance of equity over the time of the covariance, USD²: (w + d)ᵀ Σ (w + d). */
export function varianceOf(covariance: Matrix, weights: readonly number[], derivatives: readonly number[]): number {
  const exposure = weights.map((weight, i) => weight + derivatives[i]!)
  let sum = 0
  for (let i = 0; i < exposure.length; i++)
    for (let j = 0; j < exposure.length; j++) sum += exposure[i]! * covariance[i]![j]! * exposure[j]!
  return sum
}

/**
 * The mix of least variance, the derivatives' delta counted in:
 *
 *   min ½ (w + d)ᵀ Σ (w + d)   subject to   lo ≤ w ≤ hi,  Σ w ≤ V
 *
 * A convex quadratic programme. The reserve is one more asset without variance, so that the sum is an equality; then money
 * is moved between two assets at a time by the exact step of that pair, clamped to their bounds,
 *
 *   t = −(gᵢ − gⱼ) / (Σᵢᵢ + Σⱼⱼ − 2 Σᵢⱼ),   g = Σ (w + d)
 *
 * until nothing moves (sequential minimal optimisation; each step lowers the variance, and a point that no pair improves is
 * optimal). With one asset: w = clamp(−d, lo, min(hi, V)).
 *
 * @returns undefined where the bounds leave no mix, or a number is not finite.
 * @see J. Platt, "Sequential Minimal Optimization", Microsoft Research MSR-TR-98-14 (1998).
 */
export function minimumVariance(problem: MixProblem): readonly number[] | undefined {
  const { covariance, derivatives, lowest, highest, total } = problem
  const weights = startOf(problem)
  if (weights === undefined) return undefined
  const n = derivatives.length
  const sigma = (i: number, j: number) => (i < n && j < n ? covariance[i]![j]! : 0)
  const gradient = (i: number) => {
    let sum = 0
    for (let j = 0; j < n; j++) sum += sigma(i, j) * (weights[j]! + derivatives[j]!)
    return sum
  }
  const low = (i: number) => (i < n ? lowest[i]! : 0)
  const high = (i: number) => (i < n ? highest[i]! : total)
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let moved = 0
    for (let i = 0; i <= n; i++) {
      for (let j = i + 1; j <= n; j++) {
        const curvature = sigma(i, i) + sigma(j, j) - 2 * sigma(i, j)
        const slope = gradient(i) - gradient(j)
        const least = Math.max(low(i) - weights[i]!, weights[j]! - high(j))
        const most = Math.min(high(i) - weights[i]!, weights[j]! - low(j))
        const wanted = curvature > 0 ? -slope / curvature : slope > 0 ? least : slope < 0 ? most : 0
        const step = Math.min(Math.max(wanted, least), most)
        weights[i]! += step
        weights[j]! -= step
        moved = Math.max(moved, Math.abs(step))
      }
    }
    if (moved <= STILL * total) break
  }
  const mix = weights.slice(0, n)
  return mix.every((weight) => Number.isFinite(weight)) ? mix : undefined
}

/** A mix within the bounds, the reserve last: all at their lowest. */
function startOf({ derivatives, lowest, highest, total, covariance }: MixProblem): number[] | undefined {
  const sum = lowest.reduce((all, low) => all + low, 0)
  const finite = [...derivatives, ...lowest, ...highest, ...covariance.flat(), total].every(Number.isFinite)
  if (!finite || !(sum <= total) || !lowest.every((low, i) => low <= highest[i]!)) return undefined
  return [...lowest, total - sum]
}

/**
 * The mix in which every asset contributes the same risk, the derivatives' delta counted in:
 *
 *   wᵢ · (Σ (w + d))ᵢ = c   for all i,   Σ w = total
 *
 * For a given c it is the minimum of ½ (w + d)ᵀ Σ (w + d) − c Σ ln wᵢ, found by cyclical coordinate descent, where each step
 * is the positive root of Σᵢᵢ w² + bᵢ w − c = 0 with bᵢ = Σ_{j ≠ i} Σᵢⱼ (wⱼ + dⱼ) + Σᵢᵢ dᵢ. Σ w grows with c, which is
 * found by bisection. Without derivatives and with equal correlations wᵢ is proportional to 1/σᵢ.
 *
 * @returns undefined where an asset has no variance, or a number is not finite. Bounds are not looked at.
 * @see T. Griveau-Billion, J.-C. Richard, T. Roncalli, "A fast algorithm for computing high-dimensional risk parity
 * portfolios", arXiv:1311.4057 (2013).
 */
export function riskParity(
  covariance: Matrix,
  derivatives: readonly number[],
  total: number,
): readonly number[] | undefined {
  const finite = [...derivatives, ...covariance.flat(), total].every(Number.isFinite)
  if (!finite || !(total > 0) || !covariance.every((row, i) => row[i]! > 0)) return undefined
  const trace = covariance.reduce((sum, row, i) => sum + row[i]!, 0)
  const sumAt = (c: number) => mixAt(covariance, derivatives, c, total).reduce((sum, weight) => sum + weight, 0)
  let high = trace * total * total
  for (let i = 0; i < 200 && !(sumAt(high) >= total); i++) high *= 4
  let low = 0
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (sumAt(middle) < total) low = middle
    else high = middle
  }
  const mix = mixAt(covariance, derivatives, high, total)
  const sum = mix.reduce((all, weight) => all + weight, 0)
  return Math.abs(sum - total) <= 1e-6 * total ? mix : undefined
}

function mixAt(covariance: Matrix, derivatives: readonly number[], c: number, total: number): number[] {
  const n = derivatives.length
  const weights = new Array<number>(n).fill(total / n)
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let moved = 0
    for (let i = 0; i < n; i++) {
      const own = covariance[i]![i]!
      let b = own * derivatives[i]!
      for (let j = 0; j < n; j++) if (j !== i) b += covariance[i]![j]! * (weights[j]! + derivatives[j]!)
      const root = Math.sqrt(b * b + 4 * own * c)
      const weight = b > 0 ? (2 * c) / (b + root) : (root - b) / (2 * own)
      moved = Math.max(moved, Math.abs(weight - weights[i]!))
      weights[i] = weight
    }
    if (moved <= 1e-12 * total) break
  }
  return weights
}
