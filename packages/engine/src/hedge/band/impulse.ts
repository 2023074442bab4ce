import { pow } from '@holdfast/quant'
import type { BandBook, BandTerms } from './band.js'

export type ImpulseBand = {
  /** Half-width at which a trade is made, base units. */
  readonly outer: number
  /** Half-width to which it brings delta, base units; 0 where costs are only fixed, `outer` where they are only in proportion. */
  readonly inner: number
}

const BISECTIONS = 80

/**
 * The band where each trade costs f + λ S |n|: wait longer than under costs in proportion alone, then trade further in.
 *
 * Delta diffuses with variance rate v = σ²S²Γ² and restarts from ±w whenever it reaches ±h; the expected cost of a cycle over its
 * expected length, with what the variance is worth, is (divided by σ²S²)
 *
 *   J(h, w) = γ(h² + w²)/12 + Γ² (f + λS(h − w)) / (h² − w²)
 *
 * and is least where, with s = h + w, m = h − w and g = 12 Γ²/γ,
 *
 *   s m³ = g f   and   s³ m = g (f + λ S m),   that is   m⁸ (f + λ S m) = g² f³,
 *
 * which has one root m > 0. Limits: at λ = 0, h = (12 f Γ²/γ)^(1/4) and w = 0; at f = 0, h = w = (3/2 λ S Γ²/γ)^(1/3), Whalley and
 * Wilmott's; both 0 at Γ = 0.
 *
 * @returns undefined where an input is not known or not in its range.
 * @see A. E. Whalley, P. Wilmott, "Optimal hedging of options with small but arbitrary transaction cost structure", European
 *   Journal of Applied Mathematics 10 (1999), 117–139.
 */
export function impulseBand(
  { spot, gamma }: Pick<BandBook, 'spot' | 'gamma'>,
  { cost, riskAversion, fixedCost = 0 }: BandTerms,
): ImpulseBand | undefined {
  if (!(spot > 0 && cost >= 0 && riskAversion > 0 && fixedCost >= 0 && Number.isFinite(gamma))) return undefined
  const g = (12 * gamma * gamma) / riskAversion
  const slope = cost * spot
  if (fixedCost === 0 || g === 0) {
    const edge = pow((g * slope) / 8, 1 / 3)
    return { outer: edge, inner: edge }
  }
  const whole = pow(g * fixedCost, 0.25)
  const m = slope === 0 ? whole : whole * rootBelowOne((slope * whole) / fixedCost)
  const s = (g * fixedCost) / (m * m * m)
  // s ≥ m; by rounding s may come out a hair below.
  const band = { outer: (s + m) / 2, inner: Math.max(0, (s - m) / 2) }
  return Number.isFinite(band.outer) ? band : undefined
}

/** The root of x⁸ (1 + a x) = 1 in (0, 1], for a ≥ 0. */
function rootBelowOne(a: number): number {
  let low = 0
  let high = 1
  for (let i = 0; i < BISECTIONS; i++) {
    const x = (low + high) / 2
    const x2 = x * x
    const x4 = x2 * x2
    if (x4 * x4 * (1 + a * x) < 1) low = x
    else high = x
  }
  return low > 0 ? low : high
}
