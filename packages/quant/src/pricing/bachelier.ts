import { requireFinite } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { millsRatio, millsSlope } from '../math/millsRatio.js'
import { normalCdf, normalPdf } from '../math/normal.js'
import { signOf } from './black76.js'
import { carryOf, type Market, type Measures, measuresOf } from './measures.js'
import { DENSITY_AT_ZERO, DEVIATION_MIN, exercised, type Partials } from './partials.js'

/**
 * Bachelier value and its partial derivatives by forward, strike and total deviation, not discounted.
 *
 *   B = w (F − K) N(w d) + s φ(d),  d = (F − K)/s
 *
 * Out of the money B = s φ(d) (1 − |d| R(|d|)) with the Mills ratio R, without cancellation. Limits at s = 0 as in
 * `black76Partials`; a deviation below 1e-100 of the forward counts as 0.
 *
 * @param w - +1 call, −1 put.
 * @param forward - F, any sign.
 * @param strike - K, any sign.
 * @param deviation - s = σ√T in quote units, ≥ 0.
 */
export function bachelierPartials(w: 1 | -1, forward: number, strike: number, deviation: number): Partials {
  const s = deviation
  const gap = forward - strike
  if (!(s >= DEVIATION_MIN * Math.max(1, Math.abs(forward)))) return bachelierLimit(w, forward, gap)
  const d = gap / s
  const density = normalPdf(d)
  const otm = s * (density * millsSlope(Math.abs(d)))
  const value = w * gap > 0 ? otm + w * gap : otm
  const slope = w * normalCdf(w * d)
  const x = -w * d
  const ratio = x > 0 ? (w * forward * (millsRatio(x) / millsSlope(x))) / s : (forward * slope) / value
  const leverage = Number.isFinite(ratio) ? ratio : 0
  if (density === 0) return flat(value, slope, leverage)
  const square = d * d
  const ff = density / s
  return {
    value,
    f: slope,
    ff,
    fff: (-ff * d) / s,
    s: density,
    ss: ff * square,
    sss: (ff * square * (square - 3)) / s,
    fs: -ff * d,
    ffs: (ff * (square - 1)) / s,
    k: -slope,
    kk: ff,
    leverage,
  }
}

function flat(value: number, slope: number, leverage: number): Partials {
  return { value, f: slope, ff: 0, fff: 0, s: 0, ss: 0, sss: 0, fs: 0, ffs: 0, k: -slope, kk: 0, leverage }
}

function bachelierLimit(w: 1 | -1, forward: number, gap: number): Partials {
  const intrinsic = w * gap
  const value = Math.max(intrinsic, 0)
  const limit = flat(value, w * exercised(intrinsic), value > 0 ? (w * forward) / value : 0)
  return intrinsic === 0 ? { ...limit, s: DENSITY_AT_ZERO } : limit
}

/** A European option under Bachelier: the strike may be zero or negative. */
export type BachelierOption = {
  readonly right: OptionRight
  /** K, quote per base, any sign. */
  readonly strike: number
  /** T, years (ACT/365), ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * Price and every listed Greek of a European option whose forward moves by the normal law (Bachelier 1900).
 *
 *   V = e^(−rT) (w (F − K) N(w d) + σ√T φ(d)),  d = (F − K)/(σ√T)
 *
 * `market.vol` is the normal volatility, quote units per √year. Limits as in `blackScholesMeasures`, with vanna, vera's
 * cross part and ultima 0 at the kink.
 *
 * @returns see `Measures` for units and signs.
 * @throws {InputError} where an input is NaN or outside its range, or a measure overflows.
 * @see L. Bachelier, "Théorie de la spéculation", Annales de l'ENS 17 (1900), 21–86.
 * @example bachelierMeasures({ right: 'call', strike: 100, yearsToExpiry: 1 }, { forward: 100, rate: 0, vol: 20 }).price
 *   // 7.978845608…
 */
export function bachelierMeasures(option: BachelierOption, market: Market): Measures {
  const carry = carryOf(market, option.yearsToExpiry)
  const strike = requireFinite('strike', option.strike)
  return measuresOf(bachelierPartials(signOf(option.right), carry.forward, strike, carry.deviation), carry)
}

/** Price alone; arguments, limits and errors as `bachelierMeasures`. */
export function bachelierPrice(option: BachelierOption, market: Market): number {
  const carry = carryOf(market, option.yearsToExpiry)
  const strike = requireFinite('strike', option.strike)
  return carry.discountFactor * bachelierPartials(signOf(option.right), carry.forward, strike, carry.deviation).value
}
