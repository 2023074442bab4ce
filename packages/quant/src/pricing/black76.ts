import { requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { log, log1p } from '../math/log.js'
import { millsRatio } from '../math/millsRatio.js'
import { normalCdf, normalPdf } from '../math/normal.js'
import { isMillsDomain, millsDifference } from './millsDifference.js'
import { DENSITY_AT_ZERO, DEVIATION_MIN, exercised, type Partials } from './partials.js'

/** +1 for a call, −1 for a put. */
export function signOf(right: OptionRight): 1 | -1 {
  return right === 'call' ? 1 : -1
}

/** ln(F/K), without cancellation where F ≈ K. */
export function logMoneyness(forward: number, strike: number): number {
  const gap = forward - strike
  return Math.abs(gap) < 0.4 * strike ? log1p(gap / strike) : log(forward / strike)
}

/**
 * Value of the out-of-the-money option between `low` = min(F, K) and `high` = max(F, K), not discounted.
 *
 *   low · N(h1) − high · N(h2),  h1,2 = −k/s ± s/2,  k = ln(high/low)
 *
 * written as low · φ(h1) · (R(−h1) − R(−h2)) with the Mills ratio R, which keeps all digits however small the value is.
 *
 * @param low - quote per base, > 0.
 * @param high - ≥ low.
 * @param k - ln(high/low), ≥ 0.
 * @param deviation - s = σ√T, > 0.
 */
export function outOfTheMoneyValue(low: number, high: number, k: number, deviation: number): number {
  const h1 = 0.5 * deviation - k / deviation
  const h2 = -0.5 * deviation - k / deviation
  if (isMillsDomain(-h1, deviation)) return low * (normalPdf(h1) * millsDifference(-h1, deviation))
  return low * normalCdf(h1) - high * normalCdf(h2)
}

/** Black-76 value alone, not discounted; arguments and limits as `black76Partials`, whose `value` it is. */
function black76Value(w: 1 | -1, forward: number, strike: number, k: number, deviation: number): number {
  const gain = w * (forward - strike)
  if (!(deviation >= DEVIATION_MIN)) return Math.max(gain, 0)
  const otm =
    k > 0 ? outOfTheMoneyValue(strike, forward, k, deviation) : outOfTheMoneyValue(forward, strike, -k, deviation)
  return w * k > 0 ? otm + gain : otm
}

/**
 * Black-76 value and its partial derivatives by forward, strike and total deviation, not discounted.
 *
 *   B = w (F N(w d1) − K N(w d2)),  d1,2 = ln(F/K)/s ± s/2
 *
 * Limits: at s = 0 the intrinsic value; at the kink F = K the slope is w/2, and derivatives that are infinite there
 * (∂²B/∂F², ∂²B/∂K², ∂³B/∂F³, ∂³B/∂F²∂s) are given as 0.
 *
 * @param w - +1 call, −1 put.
 * @param forward - F > 0.
 * @param strike - K > 0.
 * @param k - ln(F/K), where the caller knows it more exactly than from the quotient.
 * @param deviation - s ≥ 0.
 */
export function black76Partials(w: 1 | -1, forward: number, strike: number, k: number, deviation: number): Partials {
  const s = deviation
  if (!(s >= DEVIATION_MIN)) return black76Limit(w, forward, strike)
  const d1 = k / s + 0.5 * s
  const d2 = k / s - 0.5 * s
  const value = black76Value(w, forward, strike, k, s)
  const slope = w * normalCdf(w * d1)
  const strikeSlope = -w * normalCdf(w * d2)
  const density = normalPdf(d1)
  const leverage = leverageOf(w, forward * slope, value, d1, d2, s)
  if (density === 0) return withoutDensity(value, slope, strikeSlope, leverage)
  const vega = forward * density
  const product = d1 * d2
  const ff = density / (forward * s)
  return {
    value,
    f: slope,
    ff,
    fff: (-ff / forward) * (1 + d1 / s),
    s: vega,
    ss: (vega * product) / s,
    sss: -(vega / (s * s)) * (product * (1 - product) + d1 * d1 + d2 * d2),
    fs: (-density * d2) / s,
    ffs: (ff * (product - 1)) / s,
    k: strikeSlope,
    kk: vega / strike / strike / s,
    leverage,
  }
}

function leverageOf(w: 1 | -1, exposure: number, value: number, d1: number, d2: number, s: number): number {
  if (value > 0 && w * d1 > -37) return exposure / value
  const x = w > 0 ? -d1 : d2
  if (!(isMillsDomain(x, s) && w * d1 < 0)) return value > 0 ? exposure / value : 0
  const leverage = (w * millsRatio(-w * d1)) / millsDifference(x, s)
  return Number.isFinite(leverage) ? leverage : 0
}

function withoutDensity(value: number, slope: number, strikeSlope: number, leverage: number): Partials {
  return { value, f: slope, ff: 0, fff: 0, s: 0, ss: 0, sss: 0, fs: 0, ffs: 0, k: strikeSlope, kk: 0, leverage }
}

function black76Limit(w: 1 | -1, forward: number, strike: number): Partials {
  const intrinsic = w * (forward - strike)
  const share = exercised(intrinsic)
  const value = Math.max(intrinsic, 0)
  const limit = withoutDensity(value, w * share, -w * share, value > 0 ? (w * forward) / value : 0)
  if (intrinsic !== 0) return limit
  const vega = forward * DENSITY_AT_ZERO
  return { ...limit, s: vega, sss: -0.25 * vega, fs: 0.5 * DENSITY_AT_ZERO }
}

function partialsOf(right: OptionRight, forward: number, strike: number, yearsToExpiry: number, vol: number): Partials {
  const deviation = deviationOf(forward, strike, yearsToExpiry, vol)
  return black76Partials(signOf(right), forward, strike, logMoneyness(forward, strike), deviation)
}

/** σ√T, once the inputs are known to be in their ranges. */
function deviationOf(forward: number, strike: number, yearsToExpiry: number, vol: number): number {
  requirePositive('forward', forward)
  requirePositive('strike', strike)
  requireNonNegative('yearsToExpiry', yearsToExpiry)
  requireNonNegative('vol', vol)
  return vol * Math.sqrt(yearsToExpiry)
}

/**
 * Price of a European option on a forward (Black 1976).
 *
 *   V = df · w (F N(w d1) − K N(w d2)),  d1,2 = ln(F/K)/(σ√T) ± σ√T/2
 *
 * For one unit of base. Limits: the discounted intrinsic value at T = 0 or σ = 0. Far out of the money the price keeps
 * its relative accuracy (1e-13) down to 1e-300.
 *
 * @param right - call or put.
 * @param forward - F, quote per base, > 0.
 * @param strike - K, quote per base, > 0.
 * @param yearsToExpiry - T, years (ACT/365), ≥ 0.
 * @param vol - σ, annualised decimal (0.6 is 60 %), ≥ 0.
 * @param discountFactor - df from payment to today, > 0.
 * @returns quote per unit of base, ≥ 0.
 * @throws {InputError} where an input is NaN or outside its range.
 * @see F. Black, "The pricing of commodity contracts", J. Financial Economics 3 (1976), 167–179.
 * @example black76Price('call', 100, 100, 0.25, 0.6, 1) // 11.9235…
 */
export function black76Price(
  right: OptionRight,
  forward: number,
  strike: number,
  yearsToExpiry: number,
  vol: number,
  discountFactor = 1,
): number {
  requirePositive('discountFactor', discountFactor)
  const deviation = deviationOf(forward, strike, yearsToExpiry, vol)
  return discountFactor * black76Value(signOf(right), forward, strike, logMoneyness(forward, strike), deviation)
}

/**
 * Delta against the forward, df · w N(w d1): quote per 1.00 of forward, calls 0 … df, puts −df … 0.
 *
 * Limits: at T = 0 or σ = 0, w·df in the money, 0 out of it, w·df/2 at F = K. Arguments and errors as `black76Price`.
 */
export function black76ForwardDelta(
  right: OptionRight,
  forward: number,
  strike: number,
  yearsToExpiry: number,
  vol: number,
  discountFactor = 1,
): number {
  requirePositive('discountFactor', discountFactor)
  return discountFactor * partialsOf(right, forward, strike, yearsToExpiry, vol).f
}

/**
 * Gamma against the forward, df · φ(d1)/(F σ√T): delta per 1.00 of forward, ≥ 0, the same for call and put.
 *
 * Limits: 0 at T = 0 or σ = 0, also at F = K, where it is infinite. Arguments and errors as `black76Price`.
 */
export function black76ForwardGamma(
  forward: number,
  strike: number,
  yearsToExpiry: number,
  vol: number,
  discountFactor = 1,
): number {
  requirePositive('discountFactor', discountFactor)
  return discountFactor * partialsOf('call', forward, strike, yearsToExpiry, vol).ff
}

/**
 * Vega of a European option on a forward.
 *
 *   vega = df · F · φ(d1) · √T,  d1 = ln(F/K)/(σ√T) + σ√T/2
 *
 * For one unit of base; the position's sign and size are not included. Limits: 0 at T = 0; at σ = 0, 0 unless F = K.
 * Arguments and errors as `black76Price`.
 *
 * @returns quote per 1.00 of volatility, ≥ 0.
 * @example black76Vega(100, 100, 0.25, 0.6, 1) // 19.7239…
 */
export function black76Vega(
  forward: number,
  strike: number,
  yearsToExpiry: number,
  vol: number,
  discountFactor = 1,
): number {
  requirePositive('discountFactor', discountFactor)
  return discountFactor * partialsOf('call', forward, strike, yearsToExpiry, vol).s * Math.sqrt(yearsToExpiry)
}

/** Black-76 price with the Greeks against the forward; see `black76Greeks`. */
export type Black76Greeks = {
  /** Quote per unit of base. */
  readonly price: number
  /** ∂V/∂F. */
  readonly forwardDelta: number
  /** ∂²V/∂F². */
  readonly forwardGamma: number
  /** ∂V/∂σ per 1.00. */
  readonly vega: number
  /** −∂V/∂T at fixed forward and rate, per year. */
  readonly theta: number
  /** ∂V/∂r at fixed forward per 1.00: −T V. */
  readonly rho: number
  /** ∂²V/∂F∂σ. */
  readonly vanna: number
  /** ∂²V/∂σ². */
  readonly volga: number
}

/**
 * Price and the everyday Greeks of a European option on a forward, in one evaluation.
 *
 * The rate in theta is r = −ln(df)/T (0 at T = 0). Signs and units are those of `black76Price` and of each function
 * above; for the full list of measures use `blackScholesMeasures` with a market that gives `forward`.
 *
 * @throws {InputError} where an input is NaN or outside its range.
 * @example black76Greeks('put', 90_000, 80_000, 0.08, 0.5).forwardDelta // −0.1831…
 */
export function black76Greeks(
  right: OptionRight,
  forward: number,
  strike: number,
  yearsToExpiry: number,
  vol: number,
  discountFactor = 1,
): Black76Greeks {
  requirePositive('discountFactor', discountFactor)
  const b = partialsOf(right, forward, strike, yearsToExpiry, vol)
  const sqrtT = Math.sqrt(yearsToExpiry)
  const price = discountFactor * b.value
  const rate = yearsToExpiry > 0 ? -log(discountFactor) / yearsToExpiry : 0
  const decay = yearsToExpiry > 0 ? (0.5 * discountFactor * b.s * vol) / sqrtT : 0
  return {
    price,
    forwardDelta: discountFactor * b.f,
    forwardGamma: discountFactor * b.ff,
    vega: discountFactor * b.s * sqrtT,
    theta: rate * price - decay,
    rho: -yearsToExpiry * price,
    vanna: discountFactor * b.fs * sqrtT,
    volga: discountFactor * b.ss * yearsToExpiry,
  }
}
