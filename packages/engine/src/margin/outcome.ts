import type { MarginBucket, MarginOutcome, ScenarioPnl } from './model.js'
import type { MarketReading } from './reading.js'

export type Parts = Readonly<Record<string, number>>

/** What a model has worked out, each figure by its named parts, USD. */
export type MarginParts = {
  readonly equity: Parts
  readonly markToMarket: number
  readonly initial: Parts
  readonly maintenance: Parts
  /** Figures that inform and are in no sum. */
  readonly info?: Parts
  readonly scenarios?: readonly ScenarioPnl[]
  readonly buckets?: readonly MarginBucket[]
}

/**
 * Adds up the parts of a margin calculation, or says what was missing.
 *
 *   equity = Σ equity.*,  initialMargin = Σ initial.*,  maintenanceMargin = Σ maintenance.*,  excess = equity − requirement
 *
 * A requirement whose parts sum below zero (a venue may credit more than it charges) is lifted to 0 by a part `floor`. A
 * figure that is not finite is never answered: it is named in `missing`.
 */
export function marginOutcome(reading: MarketReading, parts: MarginParts): MarginOutcome {
  if (reading.missing.length > 0) return { ok: false, missing: reading.missing }
  const initial = floored(parts.initial)
  const maintenance = floored(parts.maintenance)
  const named = {
    ...prefixed('equity', parts.equity),
    ...prefixed('initial', initial),
    ...prefixed('maintenance', maintenance),
    ...(parts.info ?? {}),
  }
  const bad = Object.keys(named).filter((name) => !Number.isFinite(named[name]))
  if (!Number.isFinite(parts.markToMarket)) bad.push('markToMarket')
  for (const scenario of parts.scenarios ?? [])
    if (!Number.isFinite(scenario.pnl)) bad.push(`scenario:${scenario.name}`)
  if (bad.length > 0) return { ok: false, missing: bad.map((name) => `finite:${name}`).sort() }
  const equity = total(parts.equity)
  const initialMargin = total(initial)
  const maintenanceMargin = total(maintenance)
  return {
    ok: true,
    equity,
    markToMarket: parts.markToMarket,
    initialMargin,
    maintenanceMargin,
    excessInitial: equity - initialMargin,
    excessMaintenance: equity - maintenanceMargin,
    parts: named,
    ...(parts.scenarios === undefined ? {} : { scenarios: parts.scenarios }),
    ...(parts.buckets === undefined ? {} : { buckets: parts.buckets }),
  }
}

/** Sum of the values, in the order in which they were written. */
export function total(parts: Parts): number {
  let sum = 0
  for (const value of Object.values(parts)) sum += value
  return sum
}

function floored(parts: Parts): Parts {
  const sum = total(parts)
  return sum < 0 ? { ...parts, floor: -sum } : parts
}

function prefixed(prefix: string, parts: Parts): Record<string, number> {
  const named: Record<string, number> = {}
  for (const [name, value] of Object.entries(parts)) named[`${prefix}.${name}`] = value
  return named
}

/** maintenance ÷ equity; `Infinity` where equity ≤ 0 < maintenance; 0 where there is no requirement. */
export function marginRatio(figures: { readonly equity: number; readonly maintenanceMargin: number }): number {
  if (figures.maintenanceMargin === 0) return figures.equity >= 0 ? 0 : Number.POSITIVE_INFINITY
  return figures.equity > 0 ? figures.maintenanceMargin / figures.equity : Number.POSITIVE_INFINITY
}

/** The bucket nearest to liquidation (highest margin ratio; the first of equals), or undefined where there are none. */
export function worstBucket(buckets: readonly MarginBucket[] | undefined): MarginBucket | undefined {
  let worst: MarginBucket | undefined
  for (const bucket of buckets ?? []) {
    if (worst === undefined || marginRatio(bucket) > marginRatio(worst)) worst = bucket
  }
  return worst
}
