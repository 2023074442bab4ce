import type { InstrumentKey } from '@holdfast/quant'
import type { Quality } from './market/quality.js'

/** The ladder: how far a rule's decisions go. */
export const STAGES = ['plan', 'shadow', 'paper', 'approve', 'live'] as const
export type Stage = (typeof STAGES)[number]

export type Tier = 'notice' | 'warning' | 'critical'

/** What a decision is about. */
export type Scope =
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'portfolio'; readonly portfolio: string }
  | { readonly kind: 'underlying'; readonly portfolio: string; readonly underlying: string }
  | { readonly kind: 'input'; readonly input: string }

/** What an order is for. */
export const ORDER_PURPOSES = [
  'hedge-delta',
  'hedge-options',
  'reduce',
  'flatten',
  'rebalance',
  'repay',
  'boost',
  'insurance',
  'option-selling',
] as const
export type OrderPurpose = (typeof ORDER_PURPOSES)[number]

/** `fill-or-lapse`: at once up to the limit. `rest`: stands at its limit. `post-only`: stands, and never takes. */
export const ORDER_TERMS = ['fill-or-lapse', 'rest', 'post-only'] as const
export type OrderTerms = (typeof ORDER_TERMS)[number]

/** How an order is worked. Prices never go beyond the order's own limit price, which is the cap. */
export type ExecutionStyle =
  /** Rests at the near side of the book, is moved after it every `everyMs`, at most `moves` times, then taken at the cap. */
  | { readonly kind: 'chase'; readonly everyMs: number; readonly moves: number }
  /** Rests as a maker's order for `patienceMs`; then the rest is cancelled, or taken at the cap. */
  | { readonly kind: 'post-only'; readonly patienceMs: number; readonly afterwards: 'cancel' | 'take' }
  /** Equal slices every `everyMs`, each at most `participation` of the size shown at the best price. */
  | { readonly kind: 'sliced'; readonly slices: number; readonly everyMs: number; readonly participation: number }

/** What a kill does beyond holding back: withdraws orders, closes a share of what is held, or all of it. */
export const KILL_MODES = ['cancel', 'reduce', 'flatten'] as const
export type KillMode = (typeof KILL_MODES)[number]

/** An intent as data. Sizes and amounts are decimal strings in the unit named beside them. */
export type Action =
  | {
      readonly kind: 'alert'
      readonly tier: Tier
      readonly summary: string
      readonly labels: Readonly<Record<string, string>>
      readonly state: 'firing' | 'resolved'
    }
  | {
      readonly kind: 'order'
      readonly purpose: OrderPurpose
      readonly venue: string
      readonly account: string
      readonly instrument: InstrumentKey
      /** Signed: > 0 buys. */
      readonly size: string
      readonly sizeUnit: string
      readonly limitPrice: string
      readonly priceUnit: string
      readonly reduceOnly: boolean
      /** How it stands at the venue; absent: fills at once up to its limit, the rest lapses. */
      readonly terms?: OrderTerms
      /** The order is worked in steps, each a decision of its own that names this one as `parent`; itself it is not sent. */
      readonly style?: ExecutionStyle
      /** Decision whose order this is a step of. */
      readonly parent?: string
    }
  | {
      readonly kind: 'collateral'
      readonly account: string
      readonly asset: string
      /** > 0 tops up. */
      readonly amount: string
    }
  | {
      readonly kind: 'cancel'
      readonly account: string
      readonly instruments: readonly InstrumentKey[] | 'all'
      /** Only this order, by our id; absent: all in those instruments. */
      readonly order?: string
    }
  | { readonly kind: 'halt'; readonly scope: Scope; readonly reason: string }
  /** Where a kill stands: what the venue has confirmed, and what could not be done, each with why; `resumed`: a person ended it. */
  | {
      readonly kind: 'kill-report'
      readonly scope: string
      readonly mode: KillMode
      readonly state: 'confirmed' | 'working' | 'incomplete' | 'resumed'
      readonly drill: boolean
      readonly confirmed: readonly string[]
      readonly open: readonly { readonly what: string; readonly why: string }[]
    }
  /** A rule went to another stage of the ladder, by whose word and on which record; or why it did not. */
  | { readonly kind: 'stage'; readonly rule: string; readonly from: Stage; readonly to: Stage; readonly by: string }
  /** A person said how a position or order that was not ours is to be taken. */
  | { readonly kind: 'adopt'; readonly account: string; readonly by: string }

/** An input that a decision read, with its age at that moment. */
export type DecisionInput = {
  readonly name: string
  readonly value: number | string
  readonly unit: string
  readonly source: string
  /** Absent where no source has ever said anything. */
  readonly sourceTime?: number
  readonly ageMs?: number
  readonly quality: Quality
}

/** One comparison of a condition: its measure, what it was, what it was held against, and how far it was. */
export type ConditionTerm = {
  readonly text: string
  readonly measure: string
  /** A number in `unit` (infinite where equity ≤ 0 for a margin ratio), the word of a measure that is a word, or `unknown`. */
  readonly value: number | string
  readonly operator: string
  readonly threshold: number | string
  readonly unit: string
  readonly holds: boolean | 'unknown'
}

/**
 * `planned`: recorded, nothing sent (`plan`, `shadow`). `papered`: simulated fills follow as events. `pending`: waits for a person.
 * `sent`: handed to an executor. `denied`: refused by our own bounds, controls or the oracle guard; `reasons` say which.
 * `expired`: waited for a person, and nobody confirmed it in time, or somebody refused it. `done`: done within the engine.
 */
export const DECISION_OUTCOMES = ['planned', 'papered', 'pending', 'sent', 'denied', 'expired', 'done'] as const
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number]

/** An action as data, with its reasons. `id` is a hash of what caused it, so that it can never be made twice. */
export type Decision = {
  readonly id: string
  readonly rule: string
  readonly stage: Stage
  readonly scope: Scope
  readonly time: number
  readonly action: Action
  readonly outcome: DecisionOutcome
  readonly condition: string
  readonly terms: readonly ConditionTerm[]
  readonly inputs: readonly DecisionInput[]
  readonly reasons: readonly string[]
}
