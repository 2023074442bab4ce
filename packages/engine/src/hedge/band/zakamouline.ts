import { pow } from '@holdfast/quant'
import type { BandBook, BandTerms } from './band.js'

export type ZakamoulineBand = {
  /** H₀: what remains without gamma; nobody trades for nothing. Base units. */
  readonly base: number
  /** H₁: what gamma adds. Base units. */
  readonly gammaPart: number
  /** σₘ: the vol at which delta is taken: above σ for a book short of gamma, below it for one long. */
  readonly modifiedVol: number
  /** Where the middle of the band lies, as a shift of the book's delta at σ, base units. */
  readonly shift: number
}

/**
 * Zakamouline's approximation of the optimal strategy: a band with a floor, about the delta of a modified volatility.
 *
 *   H₀ = λ / (γ S σ² (T−t))
 *   H₁ = 1.12 λ^0.31 (T−t)^0.05 (e^(−r(T−t))/σ)^0.25 (|Γ|/γ)^0.5
 *   K  = 4.76 λ^0.78 (T−t)^(−0.02) (e^(−r(T−t))/σ)^0.25 (γ S² |Γ|)^0.15
 *   σₘ² = σ² (1 − K) for a book long of gamma, σ² (1 + K) for one short of it
 *   band: Δ(σₘ) ± (H₀ + H₁)
 *
 * The coefficients were fitted to the exact solution for single options; for a book, |Γ| is that of the net and
 * Δ(σₘ) − Δ(σ) ≈ vanna · (σₘ − σ). Limits: all 0 at λ = 0; H₀ grows without bound as T → t, when what is left to lose by not
 * hedging vanishes.
 *
 * @param discountFactor - e^(−r(T−t)), > 0.
 * @returns undefined where an input is not known, or not in its range (σ, T − t > 0).
 * @see V. I. Zakamouline, "Efficient analytic approximation of the optimal hedging strategy for a European call option with
 *   transaction costs", Quantitative Finance 6 (2006), 435–445.
 */
export function zakamoulineBand(
  { spot, gamma, vanna, years, vol }: BandBook,
  { cost, riskAversion }: BandTerms,
  discountFactor = 1,
): ZakamoulineBand | undefined {
  if (!(spot > 0 && years > 0 && vol > 0 && cost >= 0 && riskAversion > 0 && discountFactor > 0)) return undefined
  const size = Math.abs(gamma)
  const perVol = pow(discountFactor / vol, 0.25)
  const k = 4.76 * pow(cost, 0.78) * pow(years, -0.02) * perVol * pow(riskAversion * spot * spot * size, 0.15)
  const variance = vol * vol * (gamma > 0 ? Math.max(0, 1 - k) : 1 + k)
  const modifiedVol = gamma === 0 ? vol : Math.sqrt(variance)
  const band = {
    base: cost / (riskAversion * spot * vol * vol * years),
    gammaPart: 1.12 * pow(cost, 0.31) * pow(years, 0.05) * perVol * Math.sqrt(size / riskAversion),
    modifiedVol,
    // The hedge offsets Δ(σₘ): at that point the book's delta at σ is Δ(σ) − Δ(σₘ).
    shift: -vanna * (modifiedVol - vol),
  }
  return Number.isFinite(band.base + band.gammaPart + band.shift) ? band : undefined
}
