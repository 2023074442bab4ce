import { parseInstrumentKey } from '@holdfast/quant'
import type { Action, Decision } from '../decision.js'
import { isLive, type OrdersView } from './tracked.js'

export type OrderAction = Extract<Action, { kind: 'order' }>

/** Why an order must wait. `in-flight` passes by itself; the others are told. */
export type OrderBlock = {
  readonly code: 'in-flight' | 'unresolved' | 'not-reconciled' | 'venue-state'
  readonly reason: string
}

/**
 * What stands in the way of an order, by what is under way and by how the line stands.
 *
 * One order at a time in an instrument of an account. While the fate of an order is unknown, nothing opens risk in the same
 * account and underlying; while an account is not reconciled, nothing opens risk on it. Reductions pass both: being
 * reduce-only, they cannot turn a position over. Cancels are never asked about here.
 *
 * @param decided - decisions of the turn at hand: their orders are under way too.
 */
export function blockOver(
  view: OrdersView,
  decided: readonly Decision[],
  order: OrderAction,
  opens: boolean,
): OrderBlock | undefined {
  return (
    flightBlock(view, decided, order) ??
    venueBlock(view, order) ??
    (opens ? (lineBlock(view, order) ?? unresolvedBlock(view, order)) : undefined)
  )
}

function flightBlock(view: OrdersView, decided: readonly Decision[], order: OrderAction): OrderBlock | undefined {
  const flying = view.orders.find(
    ({ ours, account, instrument, status }) =>
      ours &&
      account === order.account &&
      instrument === order.instrument &&
      (status === 'sending' || status === 'open' || (status === 'unresolved' && !order.reduceOnly)),
  )
  const state = flying?.status === 'unresolved' ? 'of unknown fate' : 'under way'
  if (flying !== undefined)
    return { code: 'in-flight', reason: `order ${flying.id} in ${order.instrument} is ${state}` }
  const now = decided.find(
    ({ action, outcome }) =>
      action.kind === 'order' &&
      (outcome === 'sent' || outcome === 'papered') &&
      action.account === order.account &&
      action.instrument === order.instrument,
  )
  return now === undefined
    ? undefined
    : { code: 'in-flight', reason: `order ${now.id} in ${order.instrument} was decided in this turn` }
}

function venueBlock(view: OrdersView, order: OrderAction): OrderBlock | undefined {
  const venue = view.venues.find((one) => one.venue === order.venue)
  if (venue === undefined || venue.state === 'open') return undefined
  if (venue.state === 'post-only' && order.terms === 'post-only') return undefined
  const detail = venue.detail === undefined ? '' : `: ${venue.detail}`
  return { code: 'venue-state', reason: `${order.venue} is ${venue.state}${detail}` }
}

function lineBlock(view: OrdersView, { account }: OrderAction): OrderBlock | undefined {
  const line = view.accounts.find((one) => one.account === account)
  if (line === undefined || line.reconciled) return undefined
  return { code: 'not-reconciled', reason: `${account} is not reconciled: ${line.waits.join('; ')}` }
}

function unresolvedBlock(view: OrdersView, order: OrderAction): OrderBlock | undefined {
  const underlying = parseInstrumentKey(order.instrument)?.underlying
  const unknown = view.orders.find(
    ({ account, instrument, status }) =>
      account === order.account && status === 'unresolved' && parseInstrumentKey(instrument)?.underlying === underlying,
  )
  if (unknown === undefined) return undefined
  const reason = `the fate of order ${unknown.id} in ${unknown.instrument} is unknown: ${unknown.reason ?? 'no answer'}`
  return { code: 'unresolved', reason }
}

/** True where the order is done and filled less than its size, or is known no longer. */
export function cameShort(view: OrdersView, id: string): boolean {
  const order = view.orders.find((one) => one.id === id)
  return order !== undefined && !isLive(order.status) && order.status !== 'filled'
}
