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
  'reduce',
  'rebalance',
  'repay',
  'boost',
  'insurance',
  'option-selling',
] as const
export type OrderPurpose = (typeof ORDER_PURPOSES)[number]

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
    }
  | {
      readonly kind: 'collateral'
      readonly account: string
      readonly asset: string
      /** > 0 tops up. */
      readonly amount: string
    }
  | { readonly kind: 'cancel'; readonly account: string; readonly instruments: readonly InstrumentKey[] | 'all' }
  | { readonly kind: 'halt'; readonly scope: Scope; readonly reason: string }

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

export type DecisionOutcome =
  /** Recorded, nothing sent (`plan`, `shadow`). */
  | 'planned'
  /** Simulated fills follow as events (`paper`). */
  | 'papered'
  /** Waits for a person (`approve`). */
  | 'pending'
  /** Handed to an executor (`live`). */
  | 'sent'
  /** Refused by our own bounds or by the oracle guard's action matrix; `reasons` say which. */
  | 'denied'

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
