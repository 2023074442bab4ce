import { ewmaCovariance, type Matrix } from '@holdfast/quant'
import type { PriceHistory } from '../market/history.js'
import type { MarketSnapshot } from '../market/snapshot.js'
import type { AssessSettings } from './settings.js'

/** Joint returns of underlyings: each row one relative return per underlying, oldest first. */
export type JointReturns = {
  readonly underlyings: readonly string[]
  readonly rows: Matrix
}

/** What the past says of the underlyings of a book. */
export type Past = {
  /** Over the horizon, overlapping: scenarios for historical value at risk. */
  readonly horizon: JointReturns
  /** EWMA covariance of one-day returns; absent with fewer than ten. */
  readonly daily?: Matrix
  readonly observations: number
}

const HOURS_PER_DAY = 24
/** Full revaluations per book: beyond this every n-th scenario is taken, counted back from the latest. */
const SCENARIOS_MAX = 500
/** Fewer joint returns than this say nothing of covariance. */
export const RETURNS_MIN = 10
/** Weight of the past per observation in the covariance. */
const DECAY = 0.97

/** Reads the past of some underlyings from what was observed, or from the settings where those know more. */
export function readPast(
  snapshot: Pick<MarketSnapshot, 'time' | 'history'>,
  settings: Pick<AssessSettings, 'history' | 'valueAtRisk'>,
  underlyings: readonly string[],
): Past {
  const series = underlyings.map((underlying) =>
    longer(snapshot.history(underlying), settings.history?.get(underlying)),
  )
  const joint = jointPrices(series, settings.valueAtRisk.windowDays, snapshot.time)
  const steps = stepReturns(joint)
  return {
    horizon: { underlyings, rows: horizonReturns(joint, settings.valueAtRisk.horizonDays * HOURS_PER_DAY) },
    ...(steps.length >= RETURNS_MIN ? { daily: ewmaCovariance(steps, DECAY) } : {}),
    observations: steps.length,
  }
}

function longer(a: PriceHistory | undefined, b: PriceHistory | undefined): PriceHistory | undefined {
  return (b?.hours.length ?? 0) > (a?.hours.length ?? 0) ? b : a
}

type Joint = readonly { readonly hour: number; readonly prices: readonly number[] }[]

/** Hours at which every series has a price, within the window. */
function jointPrices(series: readonly (PriceHistory | undefined)[], windowDays: number, now: number): Joint {
  const first = series[0]
  if (first === undefined) return []
  const others = series.slice(1).map((one) => new Map(one?.hours.map((hour, i) => [hour, one.prices[i]!])))
  const from = now / 3_600_000 - windowDays * HOURS_PER_DAY
  const joint: { hour: number; prices: number[] }[] = []
  first.hours.forEach((hour, i) => {
    if (hour < from) return
    const rest = others.map((prices) => prices.get(hour))
    if (rest.every((price) => price !== undefined)) joint.push({ hour, prices: [first.prices[i]!, ...rest] })
  })
  return joint
}

/** Returns from one joint hour to the next, scaled to a day by the root of time. */
function stepReturns(joint: Joint): Matrix {
  return joint.slice(1).map(({ hour, prices }, i) => {
    const before = joint[i]!
    const perDay = Math.sqrt(HOURS_PER_DAY / (hour - before.hour))
    return prices.map((price, u) => (price / before.prices[u]! - 1) * perDay)
  })
}

/** Returns over the horizon, from each joint hour to the last one within it, if that spans three quarters of it. */
function horizonReturns(joint: Joint, hours: number): Matrix {
  const rows: number[][] = []
  let end = 0
  joint.forEach(({ hour, prices }, start) => {
    while (end + 1 < joint.length && joint[end + 1]!.hour <= hour + hours) end += 1
    const last = joint[end]!
    if (end > start && last.hour - hour >= 0.75 * hours)
      rows.push(last.prices.map((price, u) => price / prices[u]! - 1))
  })
  const stride = Math.ceil(rows.length / SCENARIOS_MAX)
  return stride <= 1 ? rows : rows.filter((_, i) => (rows.length - 1 - i) % stride === 0)
}

/**
 * Beta of each underlying to the first of them: from the stated betas, else covariance ÷ variance, else `betaUnknown`.
 *
 * @param underlyings - of an account, sorted.
 */
export function betasOf(
  past: Past,
  settings: Pick<AssessSettings, 'distance' | 'betaUnknown'>,
  underlyings: readonly string[],
): Readonly<Record<string, number>> {
  const [first] = underlyings
  const betas: Record<string, number> = {}
  for (const underlying of underlyings) {
    betas[underlying] =
      underlying === first
        ? 1
        : (statedBeta(past, settings, underlying, first!) ??
          observedBeta(past, underlying, first!) ??
          settings.betaUnknown)
  }
  return betas
}

/** Stated betas are to the first underlying of the book; of two others it is their quotient. */
function statedBeta(
  past: Past,
  settings: Pick<AssessSettings, 'distance'>,
  underlying: string,
  first: string,
): number | undefined {
  const stated = (name: string) => (name === past.horizon.underlyings[0] ? 1 : settings.distance.betas[name])
  const own = stated(underlying)
  const base = stated(first)
  return own === undefined || base === undefined || base === 0 ? undefined : own / base
}

function observedBeta(past: Past, underlying: string, first: string): number | undefined {
  const { underlyings } = past.horizon
  const row = past.daily?.[underlyings.indexOf(first)]
  const variance = row?.[underlyings.indexOf(first)]
  const covariance = row?.[underlyings.indexOf(underlying)]
  return variance !== undefined && variance > 0 && covariance !== undefined ? covariance / variance : undefined
}
