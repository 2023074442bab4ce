import { parseInstrumentKey } from '@holdfast/quant'
import type { Action, Decision, OrderTerms } from '../../decision.js'
import type { ActionClass } from '../../market/permits.js'
import type { QuoteBelief } from '../../market/snapshot.js'
import { blockOver, isLive, type TrackedOrder } from '../../order/index.js'
import { plainDecimal } from '../configuration/quantity.js'
import { fromUnits, toUnits, wholeLots } from '../exact.js'
import { defaultLot } from '../plan/order.js'
import type { PlannedAction } from '../plan/plan.js'
import type { WorkedOrder } from '../state.js'
import { type DecideContext, record } from './context.js'
import { haltOver } from './halts.js'
import { preTradeOver } from './preTrade.js'

type Order = Extract<Action, { kind: 'order' }>

/** Takes an order with a style to be worked: its steps follow as decisions of their own. */
export function beginWork(
  context: DecideContext,
  { id, rule, scope, stage, action, outcome }: Decision,
  actionClass: ActionClass,
): void {
  if (action.kind !== 'order' || action.style === undefined || (outcome !== 'sent' && outcome !== 'papered')) return
  const left =
    action.style.kind === 'chase' ? action.style.moves : action.style.kind === 'sliced' ? action.style.slices : 1
  context.draft.set('working', id, {
    rule,
    scope,
    stage,
    action,
    actionClass,
    outcome,
    since: context.now,
    steps: 0,
    filled: '0',
    left,
  })
}

/** True while an order of this account and instrument is being worked, though none of its steps stands. */
export function isWorked(context: DecideContext, account: string, instrument: string): boolean {
  return context.draft.keys('working').some((id) => {
    const { action } = context.draft.get('working', id)!
    return action.account === account && action.instrument === instrument
  })
}

/** One look at every order that is being worked: withdraws a step that is due to move, sends the next. */
export function workOrders(context: DecideContext): void {
  for (const id of context.draft.keys('working')) workOrder(context, id, context.draft.get('working', id)!)
}

function workOrder(context: DecideContext, id: string, worked: WorkedOrder): void {
  const step = worked.step === undefined ? undefined : context.orders.orders.find((one) => one.id === worked.step)
  const planned: PlannedAction = { action: worked.action, actionClass: worked.actionClass, ...NOTHING_MORE }
  const halted = haltOver(context, worked.scope, [planned]) !== undefined
  if (step !== undefined && isLive(step.status)) {
    if (step.status === 'open' && worked.withdrawn !== true && (halted || isDue(context, worked, step))) {
      withdraw(context, id, worked, halted ? 'halted' : 'due to move')
    }
    return
  }
  const filled = fromUnits(toUnits(worked.filled) + toUnits(step?.filled ?? '0'))
  const rest = toUnits(worked.action.size) - toUnits(filled)
  const { step: _, withdrawn: __, ...idle } = worked
  const after: WorkedOrder = { ...idle, filled }
  if (halted || rest === 0n || isExhausted(after)) {
    context.draft.delete('working', id)
    return
  }
  advance(context, id, after, rest)
}

/** Whether a standing step is to be moved: a chase when the book left it behind, a maker's order when patience is over. */
function isDue(context: DecideContext, { action, stepAt = 0 }: WorkedOrder, step: TrackedOrder): boolean {
  const { style } = action
  const waited = context.now - stepAt
  if (style?.kind === 'post-only') return waited >= style.patienceMs
  if (style?.kind !== 'chase' || waited < style.everyMs) return false
  const near = nearSide(context.market.quote(action.instrument), action)
  return near !== undefined && near !== step.limitPrice
}

function isExhausted({ action, left, steps }: WorkedOrder): boolean {
  switch (action.style?.kind) {
    case 'chase':
      return left < 0
    case 'post-only':
      return action.style.afterwards === 'take' ? steps >= 2 : steps >= 1
    case 'sliced':
      return left <= 0
    case undefined:
      return true
  }
}

type Step = { readonly units: bigint; readonly limit: string; readonly terms: OrderTerms }

function advance(context: DecideContext, id: string, worked: WorkedOrder, rest: bigint): void {
  const step = nextStep(context, worked, rest)
  if (step === undefined) {
    context.draft.set('working', id, worked)
    return
  }
  const { style: _, ...bare } = worked.action
  const action: Order = { ...bare, size: fromUnits(step.units), limitPrice: step.limit, terms: step.terms, parent: id }
  const block = blockOver(context.orders, context.decisions, action, worked.actionClass === 'open')
  const refusal = preTradeOver(context, worked.rule, { action, actionClass: worked.actionClass, ...NOTHING_MORE })
  if (block !== undefined || refusal !== undefined) {
    context.draft.set('working', id, worked)
    return
  }
  const steps = worked.steps + 1
  const decision = record(context, {
    rule: worked.rule,
    stage: worked.stage,
    scope: worked.scope,
    action,
    outcome: worked.outcome,
    condition: '',
    terms: [],
    inputs: [],
    reasons: [
      `step ${steps} of order ${id}: ${fromUnits(rest)} ${action.sizeUnit} are left, cap ${worked.action.limitPrice}`,
    ],
    cause: [id, steps],
  })
  const left = worked.left - 1
  context.draft.set('working', id, { ...worked, steps, left, step: decision.id, stepAt: context.now })
}

const NOTHING_MORE = { amounts: {}, inputs: [], notes: [] }

/** Undefined: not yet, or no price to stand at. */
function nextStep(context: DecideContext, worked: WorkedOrder, rest: bigint): Step | undefined {
  const { action, left, steps, stepAt } = worked
  const { style } = action
  const quote = context.market.quote(action.instrument)
  const cap = action.limitPrice
  if (style?.kind === 'sliced') {
    if (stepAt !== undefined && context.now - stepAt < style.everyMs) return undefined
    const units = sliceOf(action, rest, left, shownSize(quote, action), style.participation)
    return units === 0n ? undefined : { units, limit: cap, terms: 'fill-or-lapse' }
  }
  const last = style?.kind === 'chase' ? left <= 0 : steps >= 1
  if (last) return { units: rest, limit: cap, terms: 'fill-or-lapse' }
  const near = nearSide(quote, action)
  if (near === undefined) return undefined
  return { units: rest, limit: near, terms: style?.kind === 'post-only' ? 'post-only' : 'rest' }
}

/** The best price on our own side, but never beyond the cap. */
function nearSide(quote: QuoteBelief, action: Order): string | undefined {
  const buys = !action.size.startsWith('-')
  const best = buys ? quote.bid : quote.ask
  if (best === undefined || !(best > 0)) return undefined
  const cap = Number(action.limitPrice)
  return plainDecimal(buys ? Math.min(best, cap) : Math.max(best, cap))
}

function shownSize(quote: QuoteBelief, action: Order): number | undefined {
  return action.size.startsWith('-') ? quote.bidSize : quote.askSize
}

/** An equal share of the rest in whole lots, and at most its part of what the book shows; nothing shown limits nothing. */
function sliceOf(action: Order, rest: bigint, left: number, shown: number | undefined, participation: number): bigint {
  const instrument = parseInstrumentKey(action.instrument)
  if (instrument === undefined) return 0n
  const lot = defaultLot(instrument)
  const size = rest < 0n ? -rest : rest
  const count = BigInt(Math.max(1, left))
  const equal = left <= 1 ? size : wholeLots((size + count - 1n) / count + lot - 1n, lot)
  const most = shown === undefined ? size : wholeLots(BigInt(Math.floor(shown * participation * 1e8)), lot)
  const units = [equal, most, size].reduce((least, one) => (one < least ? one : least))
  return rest < 0n ? -units : units
}

function withdraw(context: DecideContext, id: string, worked: WorkedOrder, why: string): void {
  const { action, step, rule, stage, scope, outcome, steps } = worked
  record(context, {
    rule,
    stage,
    scope,
    action: { kind: 'cancel', account: action.account, instruments: [action.instrument], order: step! },
    outcome,
    condition: '',
    terms: [],
    inputs: [],
    reasons: [`step ${steps} of order ${id} is ${why}`],
    cause: [id, steps, 'withdraw'],
  })
  context.draft.set('working', id, { ...worked, withdrawn: true })
}
