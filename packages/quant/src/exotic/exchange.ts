import { requireNonNegative } from '../inputError.js'
import { exp } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'
import { type Assets, correlationMatrix, requireAssets } from './assets.js'

/**
 * Price of the right to give the second asset and receive the first, payoff max(S₁ − S₂, 0): Black-76 on the first forward
 * with the second as strike and the vol of their ratio.
 *
 *   S₁ e^(−q₁T) N(d1) − S₂ e^(−q₂T) N(d2),   σ² = σ₁² + σ₂² − 2ρσ₁σ₂
 *
 * @param yearsToExpiry - T, years, ≥ 0.
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range, or there are not two assets.
 * @see W. Margrabe, "The value of an option to exchange one asset for another", J. Finance 33 (1978), 177–186.
 */
export function exchangePrice(assets: Assets, yearsToExpiry: number): number {
  requireAssets(assets, 2)
  requireNonNegative('yearsToExpiry', yearsToExpiry)
  const [one, two] = assets.assets as [(typeof assets.assets)[number], (typeof assets.assets)[number]]
  const first = one.spot * exp(-one.dividendYield * yearsToExpiry)
  const second = two.spot * exp(-two.dividendYield * yearsToExpiry)
  return black76Price('call', first, second, yearsToExpiry, ratioVol(assets), 1)
}

/** σ of ln(S₁/S₂): √(σ₁² + σ₂² − 2ρσ₁σ₂), ≥ 0. */
export function ratioVol(assets: Assets): number {
  const [one, two] = assets.assets as [(typeof assets.assets)[number], (typeof assets.assets)[number]]
  const rho = correlationMatrix(assets)[0]![1]!
  // (σ₁ − σ₂)² + 2(1 − ρ)σ₁σ₂ has no cancellation at ρ = 1.
  const difference = one.vol - two.vol
  return Math.sqrt(difference * difference + 2 * (1 - rho) * one.vol * two.vol)
}
