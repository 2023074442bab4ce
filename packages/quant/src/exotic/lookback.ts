import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, log, normalCdf, normalPdf } from '../math/index.js'
import { type Asset, costOfCarry, requireAsset } from './asset.js'
import { scaledCdf } from './firstPassage.js'

export type Lookback = {
  readonly right: OptionRight
  /** `floating`: the strike is the extreme; a number: fixed strike on the extreme, quote per base, > 0. */
  readonly strike: 'floating' | number
  /** Extreme so far, quote per base: the minimum for a floating call and a fixed put, else the maximum. */
  readonly extremeSoFar: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * Price of a lookback option, monitored continuously.
 *
 *   floating call pays S_T − min S,  floating put pays max S − S_T,
 *   fixed call pays (max S − X)⁺,    fixed put pays (X − min S)⁺
 *
 * A fixed strike that the extreme has already passed is a floating lookback plus what is locked in:
 * with M = max(extreme, X), fixed call = e^(−rT)(M − X) + E[e^(−rT)(max S − M)⁺], and the last term is the floating put
 * struck at M plus the forward contract: see `expectedExcess`.
 *
 * Limits: b → 0 by the series around its analytic limit; T = 0 and σ = 0: the path S e^(bt) is certain.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite, outside its range, or the extreme lies on the wrong side of the spot.
 * @see M. Goldman, H. Sosin, M. Gatto, J. Finance 34 (1979); A. Conze, Viswanathan, J. Finance 46 (1991); Haug (2007), 4.15.
 */
export function lookbackPrice(lookback: Lookback, asset: Asset): number {
  requireAsset(asset)
  const years = requireNonNegative('yearsToExpiry', lookback.yearsToExpiry)
  const extreme = requirePositive('extremeSoFar', lookback.extremeSoFar)
  const onMaximum = (lookback.right === 'put') === (lookback.strike === 'floating')
  if (onMaximum && !(extreme >= asset.spot))
    throw new InputError('extremeSoFar', extreme, `a maximum, >= spot ${asset.spot}`)
  if (!onMaximum && !(extreme <= asset.spot))
    throw new InputError('extremeSoFar', extreme, `a minimum, <= spot ${asset.spot}`)
  const discount = exp(-asset.rate * years)
  const assetValue = asset.spot * exp(-asset.dividendYield * years)
  if (lookback.strike === 'floating') {
    // max S − S_T = (M − S_T) + (max S − M)⁺, and likewise below.
    const certain = onMaximum ? extreme * discount - assetValue : assetValue - extreme * discount
    return Math.max(0, certain + expectedExcess(asset, extreme, years, onMaximum))
  }
  const strike = requirePositive('strike', lookback.strike)
  const level = onMaximum ? Math.max(extreme, strike) : Math.min(extreme, strike)
  return discount * Math.abs(level - strike) + expectedExcess(asset, level, years, onMaximum)
}

/**
 * e^(−rT) E[(max S − M)⁺] with M ≥ S, or e^(−rT) E[(m − min S)⁺] with m ≤ S (Conze–Viswanathan). With w = ±1 for
 * maximum, minimum and d = (ln(S/M) + (b + σ²/2)T)/σ√T:
 *
 *   w { S e^(−qT) N(w d) − M e^(−rT) N(w(d − σ√T)) + S e^(−rT) σ²/2b [ −(S/M)^(−2b/σ²) N(w(d − 2b√T/σ)) + e^(bT) N(w d) ] }
 */
function expectedExcess(asset: Asset, level: number, years: number, onMaximum: boolean): number {
  const w = onMaximum ? 1 : -1
  const carry = costOfCarry(asset)
  const sd = asset.vol * Math.sqrt(years)
  if (sd === 0) {
    const end = asset.spot * exp(carry * years)
    return exp(-asset.rate * years) * Math.max(0, w * (end - level))
  }
  return excess(asset, carry, level, years, sd, w)
}

function excess(asset: Asset, carry: number, level: number, years: number, sd: number, w: 1 | -1): number {
  const logMoney = log(asset.spot / level)
  const d = (logMoney + carry * years) / sd + sd / 2
  const grown = exp(carry * years)
  const vanilla = asset.spot * grown * normalCdf(w * d) - level * normalCdf(w * (d - sd))
  const h = (carry * years) / sd
  const z = w * (logMoney / sd + sd / 2)
  const bonus =
    Math.abs(h) * Math.max(1, Math.abs(z)) < SERIES_BELOW
      ? w * sd * grown * bySeries(z, w * h)
      : (sd / (2 * h)) * (grown * normalCdf(w * d) - scaledCdf((-2 * h * logMoney) / sd, w * d - 2 * w * h))
  return Math.max(0, w * exp(-asset.rate * years) * (vanilla + asset.spot * bonus))
}

/** Below this six terms of the series are exact to rounding; above, the difference loses at most one digit. */
const SERIES_BELOW = 0.1
const SERIES_TERMS = 6

/**
 * φ(z + h) [R(z + h) − R(z − h)]/2h with R = N/φ, through its limit at h = 0: the odd derivatives of R at z, which follow
 * R' = 1 + zR and R⁽ⁿ⁺¹⁾ = zR⁽ⁿ⁾ + nR⁽ⁿ⁻¹⁾, each times h^(n−1)/n!. This is the bracket of `expectedExcess` over 2b/σ², since
 * (S/M)^(−2b/σ²) is the ratio of the two densities.
 */
function bySeries(z: number, h: number): number {
  let before = normalCdf(z) * exp(-h * z - (h * h) / 2)
  let odd = normalPdf(z + h) + z * before
  let sum = 0
  let factor = 1
  for (let k = 0; k < SERIES_TERMS; k++) {
    const n = 2 * k + 1
    sum += odd * factor
    factor *= (h * h) / ((n + 1) * (n + 2))
    const even = z * odd + n * before
    odd = z * even + (n + 1) * odd
    before = even
  }
  return sum
}
