import { exp, log, normalQuantile } from '@holdfast/quant'
import type { PriceHistory } from '../market/history.js'

/** Highest and lowest price of an hour, its first and last, quote per base. The first is the last of the hour before. */
export type HourBar = { readonly open: number; readonly high: number; readonly low: number; readonly close: number }

/** Fewer hours than this say nothing of gaps. */
export const RANGES_MIN = 48

/**
 * Hours of a history as bars. Each opens at the close of the hour before it, so that a jump between hours is in its range
 * (the true range); hours that do not follow one another are left out.
 */
export function hourBars(history: PriceHistory | undefined, now: number, windowMs: number): readonly HourBar[] {
  if (history?.highs === undefined || history.lows === undefined) return []
  const { hours, prices, highs, lows } = history
  const from = (now - windowMs) / 3_600_000
  const bars: HourBar[] = []
  for (let i = 1; i < hours.length; i++) {
    if (hours[i]! - hours[i - 1]! !== 1 || hours[i]! < from) continue
    const open = prices[i - 1]!
    bars.push({ open, high: Math.max(open, highs[i]!), low: Math.min(open, lows[i]!), close: prices[i]! })
  }
  return bars
}

/**
 * Parkinson's estimate of the variance of one hour from its range: mean of ln²(H/L) / (4 ln 2). For a driftless Brownian motion
 * watched without a break it is unbiased and has 1/5.2 of the variance of close to close; prices seen now and then give
 * too small a range.
 *
 * @see M. Parkinson, "The extreme value method for estimating the variance of the rate of return", Journal of Business 53 (1980).
 */
export function parkinsonVariance(bars: readonly HourBar[]): number {
  return mean(bars.map(({ high, low }) => square(log(high / low)) / (4 * LN2)))
}

/**
 * Garman and Klass' estimate, from range and close: mean of ½ ln²(H/L) − (2 ln 2 − 1) ln²(C/O).
 *
 * @see M. B. Garman, M. J. Klass, "On the estimation of security price volatilities from historical data", Journal of Business
 * 53 (1980), their estimator without the opening jump.
 */
export function garmanKlassVariance(bars: readonly HourBar[]): number {
  return mean(
    bars.map(({ open, high, low, close }) => 0.5 * square(log(high / low)) - (2 * LN2 - 1) * square(log(close / open))),
  )
}

export type Gap = {
  /** Relative fall that is reckoned with, 0 … 1. */
  readonly gap: number
  /** The quantile of observed falls, and what the range estimator says of it; the larger counts. */
  readonly observed: number
  readonly estimated: number
  /** Annualised volatility by Parkinson, decimal. */
  readonly vol: number
  readonly hours: number
}

/**
 * The fall against which exposure cannot be cut in time: within latency and the time between two trades, τ, at a quantile q.
 *
 *   observed    q-quantile (upper) over windows of ⌈τ / 1 h⌉ hours of 1 − L/H: no fall inside a window is larger
 *   estimated   1 − exp(−z · σ √τ),  z = Φ⁻¹((1 + q)/2): least price of a driftless Brownian motion, by the reflection
 *               principle P(min < −x) = 2 Φ(−x / σ√τ); σ² is the larger of Parkinson's and Garman–Klass'
 *   gap         the larger of the two, and of `least`
 *
 * @returns undefined with fewer than `RANGES_MIN` hours, or where a number is not finite.
 */
export function gapOf(bars: readonly HourBar[], reactionMs: number, quantile: number, least: number): Gap | undefined {
  if (bars.length < RANGES_MIN || !(reactionMs > 0)) return undefined
  const hours = reactionMs / 3_600_000
  const observed = upperQuantile(fallsOf(bars, Math.ceil(hours)), quantile)
  const variance = Math.max(parkinsonVariance(bars), garmanKlassVariance(bars))
  const estimated = 1 - exp(-normalQuantile((1 + quantile) / 2) * Math.sqrt(variance * hours))
  const gap = Math.max(observed, estimated, least)
  if (!(gap > 0 && gap < 1)) return undefined
  return { gap, observed, estimated, vol: Math.sqrt(variance * HOURS_PER_YEAR), hours: bars.length }
}

/** Largest possible fall in each run of hours: 1 − lowest ÷ highest. */
function fallsOf(bars: readonly HourBar[], length: number): readonly number[] {
  const starts = bars.length - length + 1
  return Array.from({ length: Math.max(starts, 0) }, (_, start) => {
    const run = bars.slice(start, start + length)
    return 1 - Math.min(...run.map(({ low }) => low)) / Math.max(...run.map(({ high }) => high))
  })
}

/** The smallest of the values that at least a share q of them does not exceed. */
function upperQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN
}

const LN2 = log(2)
const HOURS_PER_YEAR = 8760

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function square(x: number): number {
  return x * x
}

/**
 * Realised volatility, annualised decimal, from the last price of each hour: √(Σ ln²(Pᵢ/Pᵢ₋₁) / Σ Δt).
 *
 * @returns undefined with fewer than 24 returns in the window.
 */
export function realisedVol(history: PriceHistory | undefined, now: number, windowMs: number): number | undefined {
  if (history === undefined) return undefined
  const { hours, prices } = history
  const from = (now - windowMs) / 3_600_000
  let squares = 0
  let elapsed = 0
  let count = 0
  for (let i = 1; i < hours.length; i++) {
    if (hours[i - 1]! < from) continue
    squares += square(log(prices[i]! / prices[i - 1]!))
    elapsed += hours[i]! - hours[i - 1]!
    count += 1
  }
  const vol = Math.sqrt((squares / elapsed) * HOURS_PER_YEAR)
  return count >= 24 && Number.isFinite(vol) ? vol : undefined
}
