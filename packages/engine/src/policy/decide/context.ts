import { EXPIRY_HOUR_UTC } from '@holdfast/quant'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Assessment, InputState } from '../../assess/assessment.js'
import type { Action, ConditionTerm, Decision, DecisionInput, DecisionOutcome, Scope, Stage } from '../../decision.js'
import { canonicalJson } from '../../journal/canonical.js'
import type { MarketSnapshot } from '../../market/snapshot.js'
import type { OrdersView } from '../../order/tracked.js'
import { parseInstant } from '../configuration/instant.js'
import type { Draft } from '../draft.js'
import type { PlanMarket } from '../plan/plan.js'
import type { Rulebook } from '../rulebook.js'
import { scopeKey } from '../state.js'
import { inputsOf, type Subject } from '../subject.js'
import { noteUse } from './preTrade.js'

/** What deciding may ask of the market: quotes to plan orders by, and the values behind inputs, to show them. */
export type DecideMarket = Pick<MarketSnapshot, 'index' | 'asset' | 'forward' | 'smile' | 'quote'> &
  Partial<Pick<MarketSnapshot, 'quoted' | 'history'>>

/** One pass over the rules. */
export type DecideContext = {
  readonly rulebook: Rulebook
  readonly assessment: Assessment
  readonly market: DecideMarket
  readonly now: number
  readonly draft: Draft
  readonly orders: OrdersView
  readonly decisions: Decision[]
}

/** What plans may ask: the market, and what each venue takes at the moment. */
export function planMarketOf({ market, orders }: Pick<DecideContext, 'market' | 'orders'>): PlanMarket {
  return { ...market, venueState: (venue) => orders.venues.find((one) => one.venue === venue)?.state ?? 'open' }
}

export type DecisionDetail = {
  readonly rule: string
  readonly stage: Stage
  readonly scope: Scope
  readonly action: Action
  readonly outcome: DecisionOutcome
  readonly condition: string
  readonly terms: readonly ConditionTerm[]
  readonly inputs: readonly DecisionInput[]
  readonly reasons: readonly string[]
  /** What tells this decision from others of the rule in its scope: episode, number, state. */
  readonly cause: readonly (string | number)[]
}

/** Records a decision. Its id is a hash of what caused it: the same cause under the same rulebook gives the same id. */
export function record(context: DecideContext, { cause, ...detail }: DecisionDetail): Decision {
  const { rulebook, now } = context
  const content = canonicalJson([rulebook.hash, detail.rule, scopeKey(detail.scope), now, ...cause])
  const id = bytesToHex(sha256(utf8ToBytes(content))).slice(0, 32)
  const decision: Decision = { id, time: now, ...detail }
  context.decisions.push(decision)
  noteUse(context, decision)
  return decision
}

/** The inputs behind a subject's numbers, with their values, ages and sources. */
export function decisionInputs(context: DecideContext, subject: Subject): readonly DecisionInput[] {
  return inputsOf(subject, context.assessment).map((input) => decisionInput(context.market, input))
}

/** An input as a decision shows it. */
export function decisionInput(market: DecideMarket | undefined, input: InputState): DecisionInput {
  const { value, unit } = market === undefined ? { value: input.quality, unit: 'quality' } : valueOfInput(market, input)
  return {
    name: input.name,
    value,
    unit,
    source: input.source,
    ...(input.sourceTime === undefined ? {} : { sourceTime: input.sourceTime }),
    ...(input.ageMs === undefined ? {} : { ageMs: input.ageMs }),
    quality: input.quality,
  }
}

type InputValue = { readonly value: number | string; readonly unit: string }

function valueOfInput(market: DecideMarket, { name, quality }: InputState): InputValue {
  const [kind = '', first = '', date = ''] = name.split(':')
  const of = (value: number | undefined, unit: string) => ({ value: value ?? 'unknown', unit })
  switch (kind) {
    case 'index':
      return of(market.index(first).value, 'USD')
    case 'asset':
      return of(market.asset(first).value, 'USD')
    case 'forward':
    case 'surface': {
      const expiry = expiryOf(date)
      if (expiry === undefined) return { value: quality, unit: 'quality' }
      if (kind === 'forward') return of(market.forward(first, expiry).value, 'USD')
      return of(market.smile(first, expiry).impliedVol?.(0), 'vol at the money, decimal')
    }
    case 'quote': {
      const quote = market.quote(name.slice('quote:'.length))
      return of(quote.mark ?? quote.bid ?? quote.ask, 'mark')
    }
    default:
      return { value: quality, unit: 'quality' }
  }
}

function expiryOf(date: string): number | undefined {
  return parseInstant(`${date}T${String(EXPIRY_HOUR_UTC).padStart(2, '0')}:00:00Z`)
}
