import type { Account } from './account.js'
import { averagePrice } from './ledger.js'
import { amountNumber, coinNumber, priceNumber } from './money.js'
import type { Terms } from './terms.js'

export type Direction = 'buy' | 'sell'
export type TimeInForce = 'good_til_cancelled' | 'good_til_day' | 'fill_or_kill' | 'immediate_or_cancel'

/** An order as the exchange holds it. Amounts and prices in units of `money.ts`. */
export type Order = {
  readonly id: string
  readonly account: Account
  readonly terms: Terms
  readonly direction: Direction
  readonly type: 'limit' | 'market'
  readonly timeInForce: TimeInForce
  readonly rejectPostOnly: boolean
  readonly label: string
  readonly mmp: boolean
  readonly createdAt: number
  /** The connection that placed it, for cancel-on-disconnect; undefined over HTTP. */
  readonly connection: number | undefined
  /** Initial margin that one unit of amount would need, coin. */
  readonly marginPerUnit: number
  postOnly: boolean
  reduceOnly: boolean
  amount: number
  price: number
  maxShow: number
  filled: number
  coins: bigint
  commission: bigint
  state: 'open' | 'filled' | 'cancelled' | 'rejected'
  cancelReason: string | undefined
  updatedAt: number
  replaced: boolean
}

export function remaining(order: Order): number {
  return order.amount - order.filled
}

export function signOf(direction: Direction): 1 | -1 {
  return direction === 'buy' ? 1 : -1
}

/** An order over the wire, with the fields of Deribit's order object. */
export function orderJson(order: Order): Record<string, unknown> {
  return {
    order_id: order.id,
    order_state: order.state,
    order_type: order.type,
    instrument_name: order.terms.name,
    direction: order.direction,
    price: order.type === 'market' ? 'market_price' : priceNumber(order.price),
    amount: amountNumber(order.amount),
    filled_amount: amountNumber(order.filled),
    average_price: averagePrice(order.terms, order.filled, order.coins),
    contracts: order.amount / order.terms.contract,
    max_show: amountNumber(order.maxShow),
    time_in_force: order.timeInForce,
    post_only: order.postOnly,
    reject_post_only: order.rejectPostOnly,
    reduce_only: order.reduceOnly,
    mmp: order.mmp,
    label: order.label,
    commission: coinNumber(order.commission),
    creation_timestamp: order.createdAt,
    last_update_timestamp: order.updatedAt,
    user_id: order.account.userId,
    ...(order.cancelReason === undefined ? {} : { cancel_reason: order.cancelReason }),
    replaced: order.replaced,
    is_liquidation: false,
    risk_reducing: false,
    web: false,
    api: true,
  }
}
