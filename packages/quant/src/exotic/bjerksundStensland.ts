import { requireNonNegative, requirePositive } from '../inputError.js'
import { bivariateNormalCdf, exp, expm1, log } from '../math/index.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { type American, americanPrice } from './american.js'
import { type Asset, requireAsset } from './asset.js'
import { scaledCdf } from './firstPassage.js'

/** Flat exercise boundaries: one until expiry (1993), or two with the step at (√5 − 1)/2 of the time (2002). */
export type BjerksundStenslandYear = 1993 | 2002

/**
 * Price of an American option by the lower bounds of Bjerksund and Stensland: exercise at a flat boundary (1993), or at one
 * with a single step (2002, the tighter). A put is the call with spot and strike, rate and yield exchanged.
 *
 * Errs by some 0.1 % of the price, always downwards; `americanPrice` is exact. Limits: as `americanPrice`.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see P. Bjerksund, G. Stensland, "Closed-form approximation of American options", Scandinavian J. Management 9 (1993), and
 *   "Closed form valuation of American options", NHH discussion paper 2002/09; Haug (2007), 3.2 and 3.3.
 */
export function bjerksundStenslandPrice(option: American, asset: Asset, year: BjerksundStenslandYear = 2002): number {
  requireAsset(asset)
  const strike = requirePositive('strike', option.strike)
  const years = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const { spot, rate, dividendYield, vol } = asset
  if (!(vol * years > 0)) return americanPrice(option, asset)
  const european = blackScholesPrice(option, asset)
  const intrinsic = Math.max(0, option.right === 'call' ? spot - strike : strike - spot)
  const lower =
    option.right === 'call'
      ? strike * unitCall(spot / strike, years, rate, rate - dividendYield, vol, year)
      : spot * unitCall(strike / spot, years, dividendYield, dividendYield - rate, vol, year)
  return Math.max(european, intrinsic, lower)
}

/** American call with strike 1, or 0 where early exercise never pays (b ≥ r), so that the European value stands. */
function unitCall(
  spot: number,
  years: number,
  r: number,
  b: number,
  vol: number,
  year: BjerksundStenslandYear,
): number {
  const variance = vol * vol
  const n = b / variance - 0.5
  const square = n * n + (2 * r) / variance
  if (b >= r || !(square >= 0)) return 0
  const beta = -n + Math.sqrt(square)
  if (!(beta > 1)) return 0
  const farthest = beta / (beta - 1)
  const nearest = Math.max(1, r / (r - b))
  if (!(farthest > nearest)) return 0
  const flat = { spot, r, b, vol }
  const early = ((Math.sqrt(5) - 1) / 2) * years
  const slope = year === 1993 ? nearest / (farthest - nearest) : 1 / ((farthest - nearest) * nearest)
  const boundary = (t: number) => nearest - (farthest - nearest) * expm1(-(b * t + 2 * vol * Math.sqrt(t)) * slope)
  const last = boundary(years)
  if (spot >= last) return spot - 1
  if (year === 1993) {
    const rise = (last - 1) * exp(beta * log(spot / last))
    const lost = (last - 1) * exp(-beta * log(last)) * phi(flat, years, beta, last, last)
    return (
      rise -
      lost +
      phi(flat, years, 1, last, last) -
      phi(flat, years, 1, 1, last) -
      phi(flat, years, 0, last, last) +
      phi(flat, years, 0, 1, last)
    )
  }
  return twoStep(flat, { beta, early, years, near: boundary(early), far: last })
}

type Flat = { readonly spot: number; readonly r: number; readonly b: number; readonly vol: number }

function twoStep(flat: Flat, steps: { beta: number; early: number; years: number; near: number; far: number }): number {
  const { beta, early: t, near, far } = steps
  const alpha = (level: number) => (level - 1) * exp(-beta * log(level))
  const psi = (gamma: number, level: number) => psiOf(flat, steps, gamma, level)
  return (
    alpha(far) * (exp(beta * log(flat.spot)) - phi(flat, t, beta, far, far)) +
    phi(flat, t, 1, far, far) -
    phi(flat, t, 1, near, far) -
    phi(flat, t, 0, far, far) +
    phi(flat, t, 0, near, far) +
    alpha(near) * (phi(flat, t, beta, near, far) - psi(beta, near)) +
    psi(1, near) -
    psi(1, 1) -
    psi(0, near) +
    psi(0, 1)
  )
}

/** ln of e^(λT) S^γ, and κ: λ = −r + γb + γ(γ − 1)σ²/2, κ = 2b/σ² + 2γ − 1. */
function weightOf({ spot, r, b, vol }: Flat, years: number, gamma: number) {
  const lambda = -r + gamma * b + (gamma * (gamma - 1) * vol * vol) / 2
  return { logWeight: lambda * years + gamma * log(spot), kappa: (2 * b) / (vol * vol) + 2 * gamma - 1 }
}

/** E[e^(−rT) S_T^γ; S_T ≤ H, boundary I not hit]. */
function phi(flat: Flat, years: number, gamma: number, level: number, boundary: number): number {
  const { spot, b, vol } = flat
  const sd = vol * Math.sqrt(years)
  const { logWeight, kappa } = weightOf(flat, years, gamma)
  const d = -(log(spot / level) + (b + (gamma - 0.5) * vol * vol) * years) / sd
  const away = log(boundary / spot)
  return scaledCdf(logWeight, d) - scaledCdf(logWeight + kappa * away, d - (2 * away) / sd)
}

/** E[e^(−rT) S_T^γ; S_T ≤ H] with the boundary `far` until `early` and `near` from then on not hit, and S ≤ near at the step. */
function psiOf(
  flat: Flat,
  { early: t, years, near, far }: { early: number; years: number; near: number; far: number },
  gamma: number,
  level: number,
): number {
  const { spot, b, vol } = flat
  const { logWeight, kappa } = weightOf(flat, years, gamma)
  const drift = b + (gamma - 0.5) * vol * vol
  const at = (x: number, time: number) => (log(x) + drift * time) / (vol * Math.sqrt(time))
  const rho = Math.sqrt(t / years)
  const ends = [spot / level, (far * far) / (spot * level), (near * near) / (spot * level)] as const
  const back = (spot * near * near) / (level * far * far)
  const e1 = at(spot / near, t)
  const e2 = at((far * far) / (spot * near), t)
  const shift = (2 * drift * t) / (vol * Math.sqrt(t))
  const term = (x: number, e: number, f: number, correlation: number) => {
    const probability = bivariateNormalCdf(-e, -f, correlation)
    return probability === 0 ? 0 : exp(logWeight + kappa * log(x)) * probability
  }
  return (
    term(1, e1, at(ends[0], years), rho) -
    term(far / spot, e2, at(ends[1], years), rho) -
    term(near / spot, e1 - shift, at(ends[2], years), -rho) +
    term(near / far, e2 - shift, at(back, years), -rho)
  )
}
