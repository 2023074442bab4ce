import { instrumentKey, parseInstrumentKey } from '@holdfast/quant'
import type { Decision } from '../../decision.js'
import { isLive } from '../../order/index.js'
import {
  checkOrder,
  type OrderFacts,
  type PreTradeLevel,
  type PreTradeLimits,
  type PreTradeRefusal,
  windowOf,
} from '../../order/preTrade.js'
import type { PlannedAction } from '../plan/plan.js'
import type { DecideContext } from './context.js'

type OrderAction = Extract<Decision['action'], { kind: 'order' }>

/** Asks the controls of an order: its rule's, its account's, its venue's and the firm's. Undefined where it may pass. */
export function preTradeOver(
  context: DecideContext,
  rule: string,
  { action, actionClass }: PlannedAction,
): PreTradeRefusal | undefined {
  const settings = context.rulebook.configuration.preTrade
  if (action.kind !== 'order') return undefined
  const latched = context.draft.get('halts', `rule:${rule}`)
  if (latched !== undefined && actionClass === 'open') {
    return {
      code: 'repeats',
      level: `rule:${rule}`,
      reason: `${latched.reason}; \`resume\` with scope rule:${rule} lets it act again`,
    }
  }
  if (settings === undefined) return undefined
  const levels = levelsOf(context, rule, action)
  const refusal = checkOrder(levels, factsOf(context, action, actionClass === 'open', levels), context.now)
  if (refusal?.code === 'repeats' && refusal.level === `rule:${rule}`) {
    context.draft.set('halts', `rule:${rule}`, { since: context.now, by: 'pre-trade control', reason: refusal.reason })
  }
  return refusal
}

/** Counts what was sent against every level. */
export function noteUse(context: DecideContext, { action, outcome, rule }: Decision): void {
  if (context.rulebook.configuration.preTrade === undefined || (outcome !== 'sent' && outcome !== 'papered')) return
  if ((action.kind !== 'order' || action.style !== undefined) && action.kind !== 'cancel') return
  const value = action.kind === 'order' ? (notionalOf(context, action) ?? 0) : 0
  const order = action.kind === 'order' ? action : undefined
  for (const { level, limits, used } of levelsOf(context, rule, {
    account: action.account,
    venue: order?.venue ?? '',
  })) {
    const after = context.now - windowOf(limits)
    context.draft.set('preTrade', level, [...used.filter(({ time }) => time > after), { time: context.now, value }])
  }
}

function levelsOf(
  context: DecideContext,
  rule: string,
  { account, venue }: Pick<OrderAction, 'account' | 'venue'>,
): readonly PreTradeLevel[] {
  const { firm, venues = {}, accounts = {}, rules = {} } = context.rulebook.configuration.preTrade ?? {}
  const named: readonly (readonly [string, PreTradeLimits | undefined])[] = [
    [`rule:${rule}`, rules[rule]],
    [`account:${account}`, accounts[account]],
    [`venue:${venue}`, venues[venue]],
    ['firm', firm],
  ]
  return named.flatMap(([level, limits]) =>
    limits === undefined ? [] : [{ level, limits, used: context.draft.get('preTrade', level) ?? [] }],
  )
}

function factsOf(
  context: DecideContext,
  action: OrderAction,
  opens: boolean,
  levels: readonly PreTradeLevel[],
): OrderFacts {
  const quote = context.market.quote(action.instrument)
  const price =
    quote.mark ?? (quote.bid !== undefined && quote.ask !== undefined ? (quote.bid + quote.ask) / 2 : undefined)
  const view = context.assessment.accounts.find(({ account }) => account === action.account)
  const period = levels.find(({ limits }) => limits.periodCollar !== undefined)?.limits.periodCollar
  const periodPrice = period === undefined ? undefined : periodPriceOf(context, action.instrument, price, period.perMs)
  const value = notionalOf(context, action)
  return {
    size: Number(action.size),
    unit: action.sizeUnit,
    limitPrice: Number(action.limitPrice),
    ...(value === undefined ? {} : { value }),
    opens,
    ...(price === undefined
      ? {}
      : { reference: { price, ageMs: quote.ageMs ?? Number.POSITIVE_INFINITY, quality: quote.quality } }),
    ...(periodPrice === undefined ? {} : { periodPrice }),
    ...(view === undefined
      ? {}
      : { position: view.positions.find(({ instrument }) => instrument === action.instrument)?.size ?? 0 }),
    ...(view?.marginRatio === undefined ? {} : { marginRatio: view.marginRatio }),
    standing: standingIn(context, action.instrument),
  }
}

/** The price at which the instrument's period began; a period begins with the first order that asks. */
function periodPriceOf(
  context: DecideContext,
  instrument: string,
  price: number | undefined,
  perMs: number,
): number | undefined {
  const key = `price:${instrument}`
  const [began] = context.draft.get('preTrade', key) ?? []
  if (began !== undefined && context.now - began.time < perMs) return began.value
  if (price === undefined) return undefined
  context.draft.set('preTrade', key, [{ time: context.now, value: price }])
  return price
}

function standingIn(context: DecideContext, instrument: string): OrderFacts['standing'] {
  return context.orders.orders.flatMap((order) => {
    if (!order.ours || order.instrument !== instrument || !isLive(order.status) || order.limitPrice === undefined)
      return []
    return [{ id: order.id, size: Number(order.size), limitPrice: Number(order.limitPrice) }]
  })
}

/** USD of notional: the size of inverse futures; else size × the index of the underlying. */
function notionalOf(context: DecideContext, { instrument: key, size, sizeUnit }: OrderAction): number | undefined {
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined || instrumentKey(instrument) !== key) return undefined
  const units = Math.abs(Number(size))
  if (sizeUnit === instrument.quote && instrument.kind !== 'spot') return units
  const index = context.market.index(instrument.underlying).value
  return index === undefined ? undefined : units * index
}
