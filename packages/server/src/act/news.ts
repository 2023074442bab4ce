import type {
  AccountEvent,
  FillEvent,
  OpenOrdersEvent,
  OrderEvent,
  OrderReport,
  OrderStatus,
  SessionEvent,
} from '@holdfast/engine'
import type { Statement, VenueFill } from '@holdfast/venues'
import type { OrderAction } from './request.js'

/** Who tells, of which account: the connection and what it reaches. */
export type Teller = { readonly source: string; readonly account: string }

/** News of an order, heard now. */
export function orderNews({ source, account }: Teller, report: OrderReport, now: number): OrderEvent {
  return { kind: 'order', source, account, sourceTime: now, receivedTime: now, ...report }
}

/** What became of an order, without a report of the venue. */
export function fateOf(
  id: string,
  action: OrderAction,
  status: OrderStatus,
  reason: string,
  filled = '0',
): OrderReport {
  const { instrument, size, limitPrice, reduceOnly } = action
  return { clientId: id, instrument, status, size, filled, limitPrice, reduceOnly, reason }
}

/** A fill as the venue tells it: `sourceTime` is the venue's time, by the clock of its statements. */
export function fillNews({ source, account }: Teller, fill: VenueFill, now: number): FillEvent {
  const { fillId, clientId, instrument, size, price, fee, feeAsset, time } = fill
  return {
    kind: 'fill',
    source,
    account,
    sourceTime: time,
    receivedTime: now,
    instrument,
    fillId,
    ...(clientId === undefined ? {} : { decisionId: clientId }),
    size,
    price,
    fee,
    feeAsset,
  }
}

export function statementNews({ source, account }: Teller, statement: Statement, now: number): AccountEvent {
  const { balances, positions, time } = statement
  return { kind: 'account', source, account, sourceTime: time, receivedTime: now, complete: true, balances, positions }
}

/**
 * @param asked - our time of asking, also for the statement that is told before it: the list is not older, and all that came
 * of orders before was known to the venue then.
 */
export function listNews(
  { source, account }: Teller,
  orders: readonly OrderReport[],
  asked: number,
  now: number,
): OpenOrdersEvent {
  return { kind: 'open-orders', source, account, sourceTime: asked, receivedTime: now, orders }
}

export function sessionNews(
  { source, account }: Teller,
  state: SessionEvent['state'],
  detail: string,
  now: number,
): SessionEvent {
  return { kind: 'session', source, account, sourceTime: now, receivedTime: now, state, detail }
}
