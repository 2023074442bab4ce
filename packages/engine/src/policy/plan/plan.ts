import type { InstrumentKey } from '@holdfast/quant'
import type { Action, DecisionInput } from '../../decision.js'
import type { VenueState } from '../../hedge/candidate.js'
import type { VolAnchor } from '../../hedge/volMove.js'
import type { FloorMemory } from '../../insurance/floor.js'
import type { RoundsMemory } from '../../insurance/round.js'
import type { ActionClass } from '../../market/permits.js'
import type { MarketSnapshot, QuoteBelief } from '../../market/snapshot.js'
import type { Room } from '../bounds.js'

/** An action as planned: what it does to risk, what it uses of each bound, what it read beyond its subject's inputs. */
export type PlannedAction = {
  readonly action: Action
  readonly actionClass: ActionClass
  /** Sizes by unit, exact, ≥ 0. */
  readonly amounts: Readonly<Record<string, bigint>>
  readonly inputs: readonly DecisionInput[]
  /** How the size and the price came about. */
  readonly notes: readonly string[]
}

/** What can be done now, or why nothing can. `code` is stable, so that the same refusal is recorded once. */
export type Plan =
  | {
      readonly ok: true
      readonly actions: readonly PlannedAction[]
      /** What the rule remembers of this moment once it has acted; absent: nothing. */
      readonly anchors?: readonly VolAnchor[]
      /** All of them or none: a part alone would be another risk. */
      readonly together?: true
      /** The rounds as they are once the actions are recorded. */
      readonly rounds?: RoundsMemory
    }
  | {
      readonly ok: false
      readonly code: RefusalCode
      readonly reason: string
      readonly inputs: readonly DecisionInput[]
    }

export type RefusalCode = 'bounds' | 'guard' | 'halted' | 'no-quote' | 'no-data' | 'nothing-to-do'

/** The least a plan must know of the market. */
export type QuoteMarket = { quote(instrument: InstrumentKey): QuoteBelief }

/** What a hedge may ask beside quotes: surfaces for its band, and what a venue takes at the moment (open where not told). */
export type HedgeMarket = QuoteMarket &
  Partial<Pick<MarketSnapshot, 'forward' | 'smile'>> & { readonly venueState?: (venue: string) => VenueState }
/** What plans may know beyond quotes; what a market does not have is unknown to them. */
export type PlanMarket = HedgeMarket & Partial<Pick<MarketSnapshot, 'index' | 'asset' | 'quoted' | 'history'>>

/** What a rule remembers of its subject beyond its phase. */
export type PlanMemory = {
  readonly floor?: FloorMemory
  readonly rounds?: RoundsMemory
  /** Vols when the rule last hedged. */
  readonly anchors?: readonly VolAnchor[]
}

export function refused(code: RefusalCode, reason: string, inputs: readonly DecisionInput[] = []): Plan {
  return { ok: false, code, reason, inputs }
}

/** The share of a size that a rule's bounds leave, at most 1, and the bound that binds. */
export function shareOfRoom(
  room: Room,
  amounts: Readonly<Record<string, number>>,
): { share: number; because?: string } {
  let share = 1
  let because: string | undefined
  for (const unit of Object.keys(amounts).sort()) {
    const left = room.left[unit]
    const amount = amounts[unit] ?? 0
    if (left === undefined || !(amount > 0)) continue
    const own = Number(left) / 1e8 / amount
    if (own >= share) continue
    share = own
    because = room.because[unit]
  }
  return because === undefined ? { share } : { share, because }
}

/** A model's size ≥ 0 as an exact one, to the nearest 10⁻⁸, and never more than the room of its own unit. */
export function withinRoom(room: Room, unit: string, size: number): bigint {
  const units = BigInt(Math.round(size * 1e8))
  const left = room.left[unit]
  return left !== undefined && units > left ? left : units
}

/**
 * What an action is counted as against its bounds. The size was cut to the room already; what the way there and back in
 * floating point adds is not counted.
 */
export function counted(room: Room, unit: string, amount: number): bigint {
  const units = BigInt(Math.round(amount * 1e8))
  const left = room.left[unit]
  return left !== undefined && units === left + 1n ? left : units
}

/** A quote as an input of a decision. */
export function quoteInput(quote: QuoteBelief, side: 'bid' | 'ask', unit: string): DecisionInput {
  return {
    name: quote.name,
    value: quote[side] ?? 'unknown',
    unit: `${unit} (${side})`,
    source: quote.source,
    ...(quote.sourceTime === undefined ? {} : { sourceTime: quote.sourceTime }),
    ...(quote.ageMs === undefined ? {} : { ageMs: quote.ageMs }),
    quality: quote.quality,
  }
}
