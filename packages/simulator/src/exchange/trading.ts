import type { Account } from './account.js'
import { removeOrder } from './book.js'
import { publishOrders } from './channels.js'
import type { ExchangeCore } from './core.js'
import { RpcError } from './error.js'
import { marginFigures, marginPerUnit } from './margin.js'
import { availableFor, bestOpposite, crossing, execute, finish, reducible } from './matching.js'
import { AMOUNT_UNITS, PRICE_UNITS } from './money.js'
import { type Direction, type Order, orderJson, signOf, type TimeInForce } from './order.js'
import {
  amountIn,
  currencyIn,
  flagOf,
  invalid,
  numberOf,
  type Params,
  priceIn,
  requiredText,
  termsIn,
  textOf,
} from './params.js'
import { isFrozen } from './protection.js'
import type { Session } from './session.js'
import type { Terms } from './terms.js'

const LABEL_LENGTH_MAX = 64
const TIMES_IN_FORCE: readonly TimeInForce[] = [
  'good_til_cancelled',
  'good_til_day',
  'fill_or_kill',
  'immediate_or_cancel',
]

type Json = Readonly<Record<string, unknown>>

/** `private/buy` and `private/sell`. */
export function place(
  core: ExchangeCore,
  session: Session,
  account: Account,
  direction: Direction,
  params: Params,
): Json {
  const terms = termsIn(core, params)
  const order = readOrder(core, session, account, terms, direction, params)
  allow(core, order)
  core.nextOrder += 1
  core.orders.set(order.id, order)
  account.orders.push(order)
  if (order.label !== '') {
    const same = account.byLabel.get(order.label)
    if (same === undefined) account.byLabel.set(order.label, [order])
    else same.push(order)
  }
  core.events += 1
  const trades = execute(core, order)
  if (order.state === 'open' && order.filled === 0) publishOrders(core, account, terms, [order], [])
  return { order: orderJson(order), trades }
}

function readOrder(
  core: ExchangeCore,
  session: Session,
  account: Account,
  terms: Terms,
  direction: Direction,
  params: Params,
): Order {
  const type = textOf(params, 'type') ?? 'limit'
  if (type !== 'limit' && type !== 'market') throw invalid('type', 'limit or market; trigger orders are not simulated')
  const timeInForce = (textOf(params, 'time_in_force') ?? 'good_til_cancelled') as TimeInForce
  if (!TIMES_IN_FORCE.includes(timeInForce)) throw invalid('time_in_force', 'wrong value')
  const label = textOf(params, 'label') ?? ''
  if (label.length > LABEL_LENGTH_MAX) throw invalid('label', `must be at most ${LABEL_LENGTH_MAX} characters`)
  const amount = amountIn(params, terms)
  const [low, high] = core.band(terms)
  const price = type === 'market' ? (direction === 'buy' ? high : low) : priceIn(params, terms)
  const shown = numberOf(params, 'max_show')
  const maxShow = shown === undefined ? amount : Math.round(shown * AMOUNT_UNITS)
  if (!(maxShow >= 0 && maxShow <= amount)) throw new RpcError('invalid_max_show_amount', { param: 'max_show' })
  const postOnly = flagOf(params, 'post_only')
  if (postOnly && (type === 'market' || timeInForce === 'immediate_or_cancel' || timeInForce === 'fill_or_kill'))
    throw new RpcError('invalid_arguments', { param: 'post_only', reason: 'only with resting limit orders' })
  return {
    id: `${terms.currency}-${core.nextOrder}`,
    account,
    terms,
    direction,
    type,
    timeInForce,
    label,
    postOnly,
    rejectPostOnly: flagOf(params, 'reject_post_only'),
    reduceOnly: flagOf(params, 'reduce_only'),
    mmp: flagOf(params, 'mmp'),
    amount,
    price,
    maxShow,
    createdAt: core.wireTime,
    updatedAt: core.wireTime,
    connection: session.kind === 'websocket' ? session.id : undefined,
    marginPerUnit: marginPerUnit(core, terms, direction, price),
    filled: 0,
    coins: 0n,
    commission: 0n,
    state: 'open',
    cancelReason: undefined,
    replaced: false,
  }
}

/** Every check before matching. May move a post-only price off the other side. */
function allow(core: ExchangeCore, order: Order): void {
  const { terms, direction, account } = order
  if (core.time < core.postOnlyUntil && !order.postOnly && !order.reduceOnly) {
    throw new RpcError('other_reject', { reason: 'post_only_mode' }, 'post_only_mode')
  }
  if (order.mmp && isFrozen(core, account, terms.currency))
    throw new RpcError('other_reject', { reason: 'mmp_frozen' }, 'mmp_frozen')
  inBand(core, order)
  if (order.reduceOnly && reducible(order) <= 0)
    throw new RpcError(
      'other_reject',
      { reason: 'reduce_only_would_increase' },
      'reduce_only_order_would_increase_position',
    )
  keepPostOnly(core, order)
  if (account.selfTradingRejectMode === 'reject_taker' && meetsItself(core, order)) throw new RpcError('order_overlap')
  if (order.timeInForce === 'fill_or_kill' && availableFor(core, terms, direction, order.price) < order.amount)
    throw new RpcError('other_reject', { reason: 'fill_or_kill' }, 'fill_or_kill_not_filled')
  afford(core, order, order.amount)
}

function inBand(core: ExchangeCore, { terms, direction, price }: Order): void {
  const [low, high] = core.band(terms)
  if (direction === 'buy' && price > high)
    throw new RpcError('price_too_high', { limit: high / PRICE_UNITS }, `${high / PRICE_UNITS}`)
  if (direction === 'sell' && price < low)
    throw new RpcError('price_too_low', { limit: low / PRICE_UNITS }, `${low / PRICE_UNITS}`)
}

/** A post-only order that would take is refused, or moved one tick off the best price of the other side. */
function keepPostOnly(core: ExchangeCore, order: Order): void {
  if (!order.postOnly) return
  const best = bestOpposite(core, order.terms, order.direction)
  if (best === undefined || !crossing(order.direction, order.price)(best)) return
  const moved = best - signOf(order.direction) * order.terms.tick
  if (order.rejectPostOnly || moved < order.terms.tick) throw new RpcError('post_only_reject')
  order.price = moved
}

function meetsItself(core: ExchangeCore, order: Order): boolean {
  const book = core.book(order.terms)
  const crosses = crossing(order.direction, order.price)
  return (order.direction === 'buy' ? book.asks : book.bids).some(
    ({ account, price }) => account === order.account && crosses(price),
  )
}

/** Initial margin for what an order adds; what only reduces a position needs none. */
function afford(core: ExchangeCore, order: Order, amount: number): void {
  if (order.reduceOnly) return
  const adding = amount - Math.min(amount, reducible(order))
  if (adding <= 0) return
  const needed = adding * order.marginPerUnit
  if (!(marginFigures(core, order.account, order.terms.currency).availableFunds >= needed))
    throw new RpcError('not_enough_funds')
}

/** `private/edit`: a better price or more amount loses the place in the queue; it is the same order under the same id. */
export function edit(core: ExchangeCore, account: Account, order: Order, params: Params): Json {
  if (order.account !== account) throw new RpcError('not_owner_of_order')
  if (order.state !== 'open') throw new RpcError('not_open_order')
  const { terms } = order
  const amount = params.amount === undefined && params.contracts === undefined ? order.amount : amountIn(params, terms)
  const price = params.price === undefined ? order.price : priceIn(params, terms)
  if (amount <= order.filled)
    throw new RpcError('invalid_arguments', { param: 'amount', reason: 'not above the filled amount' })
  const changed = {
    ...order,
    amount,
    price,
    postOnly: flagOf(params, 'post_only', order.postOnly),
    reduceOnly: flagOf(params, 'reduce_only', order.reduceOnly),
  }
  inBand(core, changed)
  keepPostOnly(core, changed)
  account.open.delete(order.id)
  try {
    afford(core, { ...changed, account }, amount - order.filled)
  } catch (error) {
    account.open.set(order.id, order)
    throw error
  }
  removeOrder(core.book(terms), order)
  order.amount = amount
  order.price = changed.price
  order.postOnly = changed.postOnly
  order.reduceOnly = changed.reduceOnly
  order.maxShow = Math.min(Math.max(order.maxShow, params.amount === undefined ? order.maxShow : amount), amount)
  order.replaced = true
  order.updatedAt = core.wireTime
  core.dirtyBooks.add(core.book(terms))
  core.events += 1
  const filled = order.filled
  const trades = execute(core, order)
  if (order.state === 'open' && order.filled === filled) publishOrders(core, account, terms, [order], [])
  return { order: orderJson(order), trades }
}

export function orderOf(core: ExchangeCore, account: Account, params: Params): Order {
  const order = core.orders.get(requiredText(params, 'order_id'))
  if (order === undefined) throw new RpcError('order_not_found')
  if (order.account !== account) throw new RpcError('not_owner_of_order')
  return order
}

/** The one open order of a label; with several, Deribit refuses to choose. */
export function openOrderOfLabel(account: Account, params: Params): Order {
  const open = ordersOfLabel(account, params).filter(({ state }) => state === 'open')
  if (open.length === 0) throw new RpcError('order_not_found', { param: 'label' })
  if (open.length > 1) throw new RpcError('invalid_arguments', { param: 'label', reason: 'multiple_orders_with_label' })
  return open[0]!
}

export function ordersOfLabel(account: Account, params: Params): readonly Order[] {
  return account.byLabel.get(requiredText(params, 'label')) ?? []
}

export function cancel(core: ExchangeCore, account: Account, params: Params): Json {
  const order = orderOf(core, account, params)
  if (order.state !== 'open') throw new RpcError('not_open_order')
  if (core.faults.strikes('rejected-cancel', order.terms.name))
    throw new RpcError('retry', { reason: 'cancel_rejected' })
  finish(core, order, 'user_request')
  return orderJson(order)
}

/** Cancels all that match. @returns how many. */
export function cancelMany(core: ExchangeCore, account: Account, matches: (order: Order) => boolean): number {
  const chosen = [...account.open.values()].filter(matches)
  if (chosen.length > 0 && core.faults.strikes('rejected-cancel'))
    throw new RpcError('retry', { reason: 'cancel_rejected' })
  for (const order of chosen) finish(core, order, 'user_request')
  return chosen.length
}

/** A filter from `currency`, `instrument_name`, `kind`, `type` and `label`, as far as they are given. */
export function orderFilter(core: ExchangeCore, params: Params): (order: Order) => boolean {
  const currency = params.currency === undefined || params.currency === 'any' ? undefined : currencyIn(core, params)
  const name = textOf(params, 'instrument_name')
  const kind = textOf(params, 'kind')
  const type = textOf(params, 'type')
  return (order) =>
    (currency === undefined || order.terms.currency === currency) &&
    (name === undefined || order.terms.name === name) &&
    (kind === undefined || kind === 'any' || order.terms.kind === kind) &&
    (type === undefined || type === 'all' || order.type === type)
}

/** `private/close_position`: a reduce-only order for the whole position. */
export function closePosition(core: ExchangeCore, session: Session, account: Account, params: Params): Json {
  const terms = termsIn(core, params)
  const held = account.ledger.positions.get(terms.name)?.amount ?? 0
  if (held === 0) throw new RpcError('invalid_arguments', { reason: 'no position to close' })
  const more = { amount: Math.abs(held) / AMOUNT_UNITS, reduce_only: true, post_only: false }
  return place(core, session, account, held > 0 ? 'sell' : 'buy', { ...params, ...more })
}
