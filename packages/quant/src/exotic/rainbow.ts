import { requireNonNegative } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { bivariateNormalCdf, exp, log, normalCdf } from '../math/index.js'
import { type Assets, correlationMatrix, requireAssets } from './assets.js'
import { ratioVol } from './exchange.js'

export type Rainbow = {
  readonly right: OptionRight
  /** On the dearer or the cheaper of the two at expiry. */
  readonly of: 'best' | 'worst'
  /** X, quote, ≥ 0; at 0 a call is the better (worse) asset itself. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * Price of an option on the better or the worse of two assets (Stulz). With F the forwards, s = σ√T, M the bivariate normal,
 * σ the vol of the ratio, d = ln(F₁/F₂)/σ√T + σ√T/2, y_i = ln(F_i/X)/s_i + s_i/2, ρ₁ = (σ₁ − ρσ₂)/σ and ρ₂ = (σ₂ − ρσ₁)/σ:
 *
 *   c_worst = df { F₁ M(y₁, −d; −ρ₁) + F₂ M(y₂, d − σ√T; −ρ₂) − X M(y₁ − s₁, y₂ − s₂; ρ) }
 *   c_best  = df { F₁ M(y₁, d; ρ₁) + F₂ M(y₂, σ√T − d; ρ₂) − X [1 − M(s₁ − y₁, s₂ − y₂; ρ)] }
 *   p = df X − c(X = 0) + c(X)
 *
 * Limits: zero vols and T = 0 give the payoff on the forwards, discounted.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range, or there are not two assets.
 * @see R. Stulz, "Options on the minimum or the maximum of two risky assets", J. Financial Economics 10 (1982), 161–185.
 */
export function rainbowPrice(option: Rainbow, assets: Assets): number {
  requireAssets(assets, 2)
  requireNonNegative('strike', option.strike)
  requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const call = callPrice(option, option.strike, assets)
  if (option.right === 'call') return Math.max(0, call)
  const discount = exp(-assets.rate * option.yearsToExpiry)
  return Math.max(0, discount * option.strike - callPrice(option, 0, assets) + call)
}

function callPrice(option: Rainbow, strike: number, assets: Assets): number {
  const years = option.yearsToExpiry
  const [one, two] = assets.assets as [(typeof assets.assets)[number], (typeof assets.assets)[number]]
  const discount = exp(-assets.rate * years)
  const f1 = one.spot * exp((assets.rate - one.dividendYield) * years)
  const f2 = two.spot * exp((assets.rate - two.dividendYield) * years)
  const rho = correlationMatrix(assets)[0]![1]!
  const rootT = Math.sqrt(years)
  const [s1, s2, s] = [one.vol * rootT, two.vol * rootT, ratioVol(assets) * rootT]
  const d = standardised(log(f1 / f2), s)
  const best = option.of === 'best'
  if (strike === 0) {
    const share = best ? f1 * normalCdf(d) + f2 * normalCdf(s - d) : f1 * normalCdf(-d) + f2 * normalCdf(d - s)
    return discount * share
  }
  // The correlations with the ratio; without noise in it either sign will do, since d is then infinite or the two are one.
  const rho1 = s > 0 ? clamp((one.vol - rho * two.vol) * (rootT / s)) : 0
  const rho2 = s > 0 ? clamp((two.vol - rho * one.vol) * (rootT / s)) : 0
  const y1 = standardised(log(f1 / strike), s1)
  const y2 = standardised(log(f2 / strike), s2)
  if (best) {
    const ends = 1 - bivariateNormalCdf(s1 - y1, s2 - y2, rho)
    const shares = f1 * bivariateNormalCdf(y1, d, rho1) + f2 * bivariateNormalCdf(y2, s - d, rho2)
    return discount * (shares - strike * ends)
  }
  const ends = bivariateNormalCdf(y1 - s1, y2 - s2, rho)
  const shares = f1 * bivariateNormalCdf(y1, -d, -rho1) + f2 * bivariateNormalCdf(y2, d - s, -rho2)
  return discount * (shares - strike * ends)
}

/** x/s + s/2 with its limit at s = 0. */
function standardised(x: number, s: number): number {
  if (s > 0) return x / s + s / 2
  return x === 0 ? 0 : x > 0 ? Infinity : -Infinity
}

function clamp(correlation: number): number {
  return Math.min(1, Math.max(-1, correlation))
}
