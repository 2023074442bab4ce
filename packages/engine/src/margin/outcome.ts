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
  if (reading.isMissing) return { ok: false, missing: reading.missing }
  const initial = floored(parts.initial)
  const maintenance = floored(parts.maintenance)
  const named: Record<string, number> = {}
  nameParts(named, 'equity', parts.equity)
  nameParts(named, 'initial', initial)
  nameParts(named, 'maintenance', maintenance)
  Object.assign(named, parts.info)
  const bad = notFinite(named, parts)
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
  for (const name in parts) sum += parts[name]!
  return sum
}

function floored(parts: Parts): Parts {
  const sum = total(parts)
  return sum < 0 ? { ...parts, floor: -sum } : parts
}

/** Names as `equity.collateral.BTC`, made once: models are evaluated thousands of times with the same parts. */
const names = {
  equity: new Map<string, string>(),
  initial: new Map<string, string>(),
  maintenance: new Map<string, string>(),
}

function nameParts(named: Record<string, number>, prefix: keyof typeof names, parts: Parts): void {
  const known = names[prefix]
  for (const part in parts) {
    let name = known.get(part)
    if (name === undefined) {
      name = `${prefix}.${part}`
      known.set(part, name)
    }
    named[name] = parts[part]!
  }
}

function notFinite(named: Parts, { markToMarket, scenarios }: MarginParts): string[] {
  const bad: string[] = []
  for (const name in named) if (!Number.isFinite(named[name])) bad.push(name)
  if (!Number.isFinite(markToMarket)) bad.push('markToMarket')
  for (const { name, pnl } of scenarios ?? []) if (!Number.isFinite(pnl)) bad.push(`scenario:${name}`)
  return bad
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
