import type { SviParameters } from './svi.js'

/** Points to fit: log-moneyness, total variance and weight of each, in columns. */
export type VariancePoints = {
  readonly logMoneyness: Float64Array
  readonly totalVariance: Float64Array
  readonly weight: Float64Array
}

const SHIFTS = [-1.2, -0.6, -0.25, 0, 0.25, 0.6, 1.2]
const ROUNDINGS = [0.15, 0.4, 1, 2.5]

/**
 * A start for the full fit: for fixed m and σ raw SVI is linear in a, c = bρσ and d = bσ,
 *
 *   w = a + c y + d √(y² + 1),   y = (k − m)/σ,
 *
 * so each (m, σ) of a small grid costs one 3×3 solve. The grid is laid in units of the smile's own width √w at the money.
 * The best is returned, brought inside 0 < d, |c| ≤ 0.98 d and b(1 + |ρ|) ≤ 2.
 *
 * @see Zeliade Systems, "Quasi-explicit calibration of Gatheral's SVI model", white paper ZWP-0005 (2009).
 */
export function startSlice(points: VariancePoints): SviParameters {
  const width = Math.sqrt(nearestVariance(points))
  let best: SviParameters | undefined
  let bestCost = Number.POSITIVE_INFINITY
  for (const shift of SHIFTS) {
    for (const rounding of ROUNDINGS) {
      const candidate = solveLinear(points, shift * width, rounding * width)
      const cost = costOf(points, candidate)
      if (cost < bestCost) {
        bestCost = cost
        best = candidate
      }
    }
  }
  return best ?? { a: 0.5 * width * width, b: 0.1 * width, rho: 0, m: 0, sigma: width }
}

function nearestVariance(points: VariancePoints): number {
  let nearest = 0
  for (let i = 1; i < points.logMoneyness.length; i++) {
    if (Math.abs(points.logMoneyness[i]!) < Math.abs(points.logMoneyness[nearest]!)) nearest = i
  }
  return points.totalVariance[nearest]!
}

function solveLinear(points: VariancePoints, m: number, sigma: number): SviParameters {
  let s0 = 0
  let sy = 0
  let sr = 0
  let syy = 0
  let syr = 0
  let srr = 0
  let sw = 0
  let swy = 0
  let swr = 0
  for (let i = 0; i < points.logMoneyness.length; i++) {
    const weight = points.weight[i]!
    const y = (points.logMoneyness[i]! - m) / sigma
    const root = Math.sqrt(y * y + 1)
    const w = points.totalVariance[i]!
    s0 += weight
    sy += weight * y
    sr += weight * root
    syy += weight * y * y
    syr += weight * y * root
    srr += weight * root * root
    sw += weight * w
    swy += weight * w * y
    swr += weight * w * root
  }
  const yy = syy - (sy * sy) / s0
  const yr = syr - (sy * sr) / s0
  const rr = srr - (sr * sr) / s0
  const wy = swy - (sw * sy) / s0
  const wr = swr - (sw * sr) / s0
  const determinant = yy * rr - yr * yr
  const solvable = determinant > 1e-12 * yy * rr
  const d = clamp(solvable ? (yy * wr - yr * wy) / determinant : 0, 1e-6 * sigma, 1.9 * sigma)
  const c = clamp(
    yy > 0 ? (wy - d * yr) / yy : 0,
    -0.98 * Math.min(d, 2 * sigma - d),
    0.98 * Math.min(d, 2 * sigma - d),
  )
  const lowest = Math.sqrt(d * d - c * c)
  const a = Math.max((sw - c * sy - d * sr) / s0, -0.95 * lowest)
  return { a, b: d / sigma, rho: c / d, m, sigma }
}

function costOf(points: VariancePoints, p: SviParameters): number {
  let cost = 0
  for (let i = 0; i < points.logMoneyness.length; i++) {
    const x = points.logMoneyness[i]! - p.m
    const w = p.a + p.b * (p.rho * x + Math.sqrt(x * x + p.sigma * p.sigma))
    const miss = w - points.totalVariance[i]!
    cost += points.weight[i]! * miss * miss
  }
  return cost
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
