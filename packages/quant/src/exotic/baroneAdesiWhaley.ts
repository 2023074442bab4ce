import { requireNonNegative, requirePositive } from '../inputError.js'
import { exp, expm1, log, normalCdf, pow } from '../math/index.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { type American, americanPrice } from './american.js'
import { type Asset, costOfCarry, requireAsset } from './asset.js'

const HALVINGS = 200

/**
 * Price of an American option by the quadratic approximation of Barone-Adesi and Whaley. With w = ±1 for call and put,
 * M = 2r/σ², N = 2b/σ², k = 1 − e^(−rT) and q = (−(N − 1) + w √((N − 1)² + 4M/k))/2:
 *
 *   V = v + A (S/X)^q while w S < w X, else w (S − K),   A = w (X/q) (1 − e^((b−r)T) N(w d1(X)))
 *
 * where the critical spot X solves w (X − K) = v(X) + A. Errs by some 0.1 % to 1 % of the price for expiries of months to years;
 * `americanPrice` is exact.
 *
 * Limits: T = 0 and σ = 0 as `americanPrice`; an option that is never exercised early is the European one.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see G. Barone-Adesi, R. Whaley, "Efficient analytic approximation of American option values", J. Finance 42 (1987).
 */
export function baroneAdesiWhaleyPrice(option: American, asset: Asset): number {
  requireAsset(asset)
  const strike = requirePositive('strike', option.strike)
  const years = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const { spot, rate, vol } = asset
  if (!(vol * years > 0)) return americanPrice(option, asset)
  const w = option.right === 'call' ? 1 : -1
  const european = (at: number) => blackScholesPrice(option, { ...asset, spot: at })
  const b = costOfCarry(asset)
  const variance = vol * vol
  const n = (2 * b) / variance - 1
  // M/k with its limit 2/(σ²T) at r = 0.
  const x = rate * years
  const ratio = Math.abs(x) < 1e-12 ? 2 / (variance * years) : (2 * rate) / variance / -expm1(-x)
  const root = n * n + 4 * ratio
  if (!(root >= 0)) return Math.max(european(spot), w * (spot - strike))
  const q = (-n + w * Math.sqrt(root)) / 2
  const sd = vol * Math.sqrt(years)
  const growth = exp((b - rate) * years)
  const premium = (at: number) => {
    const d1 = (log(at / strike) + b * years) / sd + sd / 2
    return ((w * at) / q) * (1 - growth * normalCdf(w * d1))
  }
  const critical = criticalSpot(strike, w, (at) => w * (at - strike) - european(at) - premium(at))
  if (critical === undefined) return european(spot)
  if (w * (spot - critical) >= 0) return w * (spot - strike)
  return european(spot) + premium(critical) * pow(spot / critical, q)
}

/** Where the gain from exercise turns positive: above the strike for a call, below for a put; undefined where it never does. */
function criticalSpot(strike: number, w: 1 | -1, gain: (at: number) => number): number | undefined {
  let inside = strike
  let beyond = strike
  for (let n = 0; n < 60 && !(gain(beyond) > 0); n++) {
    inside = beyond
    beyond = w === 1 ? beyond * 2 : beyond / 2
  }
  if (!(gain(beyond) > 0)) return undefined
  for (let n = 0; n < HALVINGS && Math.abs(beyond - inside) > 1e-14 * beyond; n++) {
    const middle = (inside + beyond) / 2
    if (gain(middle) > 0) beyond = middle
    else inside = middle
  }
  return beyond
}
