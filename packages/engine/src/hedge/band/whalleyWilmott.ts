import { pow } from '@holdfast/quant'
import type { BandBook, BandTerms } from './band.js'

/**
 * Half-width of the asymptotic no-trade band of a utility maximiser under small costs in proportion.
 *
 *   H = (3/2 · e^(−r(T−t)) λ S Γ² / γ)^(1/3)
 *
 * Of the *net* gamma of the book, so that what offsets itself is not hedged twice. The hedge goes to the edge of the band, not to
 * its middle. Limits: 0 at λ = 0 and at Γ = 0; H ∝ λ^(1/3), Γ^(2/3), γ^(−1/3). A book of n times the size under γ/n has n times
 * the band.
 *
 * The closed form is the optimum of a reflected motion: delta has the variance rate σ²S²Γ², and the long-run cost by time,
 * divided by σ²S², is γH²/6 + λSΓ²/(2H), which is least at H.
 *
 * @param discountFactor - e^(−r(T−t)), > 0: 1 where hedges are margined and earn no interest.
 * @returns base units, ≥ 0; NaN where an input is none.
 * @see A. E. Whalley, P. Wilmott, "An asymptotic analysis of an optimal hedging model for option pricing with transaction costs",
 *   Mathematical Finance 7 (1997), 307–324.
 * @example whalleyWilmottWidth({ spot: 100, gamma: 0.02, … }, { cost: 0.0005, riskAversion: 0.2 }) // 0.0531…
 */
export function whalleyWilmottWidth(
  { spot, gamma }: Pick<BandBook, 'spot' | 'gamma'>,
  { cost, riskAversion }: BandTerms,
  discountFactor = 1,
): number {
  if (!(spot > 0 && cost >= 0 && riskAversion > 0 && discountFactor > 0)) return Number.NaN
  return pow((1.5 * discountFactor * cost * spot * gamma * gamma) / riskAversion, 1 / 3)
}
