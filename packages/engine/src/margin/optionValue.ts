import { logMoneyness, normalCdf, type OptionRight, outOfTheMoneyValue } from '@holdfast/quant'

/**
 * Standard deviation σ√T from which an option is valued at its limit: a call is the forward, a put the strike. At this
 * width N(d1) is 1 and N(d2) is 0 to the last bit of a double.
 */
const WIDEST_DEVIATION = 24

/**
 * Value of a European option on a forward, undiscounted, for one unit: `black76Price` without its checks, so that an input
 * that is missing (NaN) gives NaN, and fast enough for scenarios.
 *
 *   V = max(0, w(F − K)) + value of the out-of-the-money option of the same strike
 *
 * Limits: the intrinsic value at σ√T = 0 and at F = 0; F for a call and K for a put where σ√T ≥ 24.
 *
 * @param forward - F, quote per base, ≥ 0.
 * @param strike - K, quote per base, > 0.
 * @param vol - σ, annualised decimal, ≥ 0.
 * @param years - T, ACT/365, ≥ 0.
 * @returns quote per base, ≥ 0.
 */
export function optionValue(right: OptionRight, forward: number, strike: number, vol: number, years: number): number {
  const deviation = vol * Math.sqrt(years)
  const sign = right === 'call' ? 1 : -1
  const intrinsic = Math.max(0, sign * (forward - strike))
  if (deviation === 0 || !(forward > 0)) return intrinsic
  if (deviation >= WIDEST_DEVIATION) return right === 'call' ? forward : strike
  const k = Math.abs(logMoneyness(forward, strike))
  return intrinsic + outOfTheMoneyValue(Math.min(forward, strike), Math.max(forward, strike), k, deviation)
}

/** Forward delta of the same option: N(d1) for a call, N(d1) − 1 for a put; the step at the limits. */
export function optionDelta(right: OptionRight, forward: number, strike: number, vol: number, years: number): number {
  const deviation = vol * Math.sqrt(years)
  const sign = right === 'call' ? 1 : -1
  if (deviation === 0) return sign * (forward - strike) > 0 ? sign : 0
  return sign * normalCdf(sign * (logMoneyness(forward, strike) / deviation + deviation / 2))
}
