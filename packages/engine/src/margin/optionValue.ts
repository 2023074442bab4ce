import { log, normalCdf, type OptionRight } from '@holdfast/quant'

/**
 * Standard deviation σ√T from which an option is valued at its limit: a call is the forward, a put the strike. At this
 * width N(d1) is 1 and N(d2) is 0 to the last bit of a double.
 */
const WIDEST_DEVIATION = 24

/**
 * Value of a European option on a forward, undiscounted (Black 1976), for one unit.
 *
 *   call = F N(d1) − K N(d2),  put = K N(−d2) − F N(−d1),  d1,2 = ln(F/K)/(σ√T) ± σ√T/2
 *
 * Limits: the intrinsic value at σ√T = 0; F for a call and K for a put where σ√T ≥ 24.
 *
 * @param forward - F, quote per base, > 0.
 * @param strike - K, quote per base, > 0.
 * @param vol - σ, annualised decimal, ≥ 0.
 * @param years - T, ACT/365, ≥ 0.
 * @returns quote per base, ≥ 0.
 */
export function optionValue(right: OptionRight, forward: number, strike: number, vol: number, years: number): number {
  const deviation = vol * Math.sqrt(years)
  const sign = right === 'call' ? 1 : -1
  if (deviation === 0) return Math.max(0, sign * (forward - strike))
  if (deviation >= WIDEST_DEVIATION) return right === 'call' ? forward : strike
  const d1 = log(forward / strike) / deviation + deviation / 2
  const d2 = d1 - deviation
  return Math.max(0, sign * (forward * normalCdf(sign * d1) - strike * normalCdf(sign * d2)))
}

/** Forward delta of the same option: N(d1) for a call, N(d1) − 1 for a put; the step at the limits. */
export function optionDelta(right: OptionRight, forward: number, strike: number, vol: number, years: number): number {
  const deviation = vol * Math.sqrt(years)
  const sign = right === 'call' ? 1 : -1
  if (deviation === 0) return sign * (forward - strike) > 0 ? sign : 0
  return sign * normalCdf(sign * (log(forward / strike) / deviation + deviation / 2))
}
