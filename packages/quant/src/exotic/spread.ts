import { InputError, requireFinite, requireNonNegative } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, normalPdf } from '../math/index.js'
import { integrate } from '../math/quadrature.js'
import { black76Price } from '../pricing/black76.js'
import { type Assets, correlationMatrix, requireAssets } from './assets.js'

export type Spread = {
  readonly right: OptionRight
  /** K, quote; may be negative. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * Price of a spread option, payoff max(±(S₁ − S₂ − K), 0), exact up to quadrature (about 1e-11 of the forwards). Given the
 * noise z of the second asset, the first is lognormal, so that the price is one integral of Black-76:
 *
 *   ∫ φ(z) Black76(F₁ e^(ρσ₁√T z − ρ²σ₁²T/2), K + F₂ e^(σ₂√T z − σ₂²T/2), σ₁√(1 − ρ²)) dz
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range, or there are not two assets.
 * @see N. Pearson, "An efficient approach for pricing spread options", J. Derivatives 3 (1995).
 */
export function spreadPrice(spread: Spread, assets: Assets): number {
  const { forwards, vols, rho, discount } = two(assets, spread.yearsToExpiry)
  const strike = requireFinite('strike', spread.strike)
  const rootT = Math.sqrt(spread.yearsToExpiry)
  const conditionalVol = vols[0] * Math.sqrt(Math.max(0, (1 - rho) * (1 + rho)))
  const s1 = rho * vols[0] * rootT
  const s2 = vols[1] * rootT
  const given = (z: number) => {
    const forward = forwards[0] * exp(s1 * z - (s1 * s1) / 2)
    const level = strike + forwards[1] * exp(s2 * z - (s2 * s2) / 2)
    return normalPdf(z) * payoffOnForward(spread.right, forward, level, spread.yearsToExpiry, conditionalVol)
  }
  // Beyond ±(9 + sd) what the density leaves, weighted by either asset's growth, is below 1e-18 of it.
  const edge = 9 + Math.max(Math.abs(s1), s2)
  return discount * integrate(given, -edge, edge, 1e-12 * (forwards[0] + forwards[1] + Math.abs(strike)))
}

/**
 * Kirk's approximation: Black-76 on F₁/(F₂ + K) with σ = √(σ₁² − 2ρσ₁σ₂w + σ₂²w²), w = F₂/(F₂ + K). Good to some basis
 * points of the price while |K| is small against the forwards; `spreadPrice` is exact.
 *
 * @throws {InputError} also where F₂ + K is not positive: the approximation does not exist there.
 * @see E. Kirk, "Correlation in the energy markets", in Managing Energy Price Risk (1995); Haug (2007), 5.4.
 */
export function spreadPriceKirk(spread: Spread, assets: Assets): number {
  const { forwards, vols, rho, discount } = two(assets, spread.yearsToExpiry)
  const level = forwards[1] + requireFinite('strike', spread.strike)
  if (!(level > 0))
    throw new InputError('strike', spread.strike, `above −F₂ = ${-forwards[1]} for Kirk's approximation`)
  const scaled = (vols[1] * forwards[1]) / level
  const difference = vols[0] - scaled
  const vol = Math.sqrt(difference * difference + 2 * (1 - rho) * vols[0] * scaled)
  return black76Price(spread.right, forwards[0], level, spread.yearsToExpiry, vol, discount)
}

/** Black-76, undiscounted, also for a level at or below zero, where the outcome is certain. */
function payoffOnForward(right: OptionRight, forward: number, level: number, years: number, vol: number): number {
  if (level > 0) return black76Price(right, forward, level, years, vol, 1)
  return right === 'call' ? forward - level : 0
}

function two(assets: Assets, yearsToExpiry: number) {
  requireAssets(assets, 2)
  requireNonNegative('yearsToExpiry', yearsToExpiry)
  const [one, other] = assets.assets as [(typeof assets.assets)[number], (typeof assets.assets)[number]]
  const forward = (asset: typeof one) => asset.spot * exp((assets.rate - asset.dividendYield) * yearsToExpiry)
  return {
    forwards: [forward(one), forward(other)] as const,
    vols: [one.vol, other.vol] as const,
    rho: correlationMatrix(assets)[0]![1]!,
    discount: exp(-assets.rate * yearsToExpiry),
  }
}
