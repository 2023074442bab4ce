import { moneyText, parseMoney } from '../book/money.js'
import type {
  DataFlag,
  FillEvent,
  OpenOrdersEvent,
  OrderEvent,
  OrderReport,
  OrderStatus,
  Provenance,
} from '../event.js'
import { lineOf, type Orders } from './state.js'
import { isLive, type TrackedOrder, type VenueOrder } from './tracked.js'

/** News of one order. What was done stays done; what was filled is never filled less. */
export function takeOrder(orders: Orders, event: OrderEvent): readonly DataFlag[] {
  return takeReport(orders, event, event.account, event)
}

/**
 * Every order that is open at the venue. One of ours that is not listed is not open: whether it was filled, cancelled or never
 * came is not known until news of it does. One that was heard of after the list was made is left alone: `sourceTime` is no
 * later than that.
 */
export function takeList(orders: Orders, event: OpenOrdersEvent): readonly DataFlag[] {
  const line = lineOf(orders, event.account)
  if (line.state === 'connected') line.listTime = Math.min(event.sourceTime, event.receivedTime)
  const flags: DataFlag[] = []
  const listed = new Set<string>()
  for (const report of event.orders) {
    listed.add(idOf(report))
    flags.push(...takeReport(orders, report, event.account, event))
  }
  for (const [id, order] of orders.tracked) {
    if (order.account !== event.account || order.status !== 'open' || listed.has(id)) continue
    if (order.updated > event.sourceTime) continue
    if (order.ours) {
      const reason = "not in the venue's list of open orders, and how it ended was not told"
      orders.tracked.set(id, { ...order, status: 'unresolved', reason, updated: event.receivedTime })
    } else orders.tracked.set(id, { ...order, status: 'cancelled', updated: event.receivedTime })
  }
  return flags
}

/** Fills tell how far an order came, also where the news of the order is late. One that was booked before tells nothing. */
export function takeFill(orders: Orders, event: FillEvent, bookFlags: readonly DataFlag[]): readonly DataFlag[] {
  const { decisionId, fillId } = event
  if (decisionId === undefined || bookFlags.some(({ code }) => code === 'duplicate-fill')) return []
  const order = orders.tracked.get(decisionId)
  if (order === undefined) {
    return [flagOf(event, event.account, 'fill-of-unknown-order', `fill ${fillId} names order ${decisionId}`)]
  }
  const traded = sum([order.traded, event.size])
  const filled = farther(order.filled, traded)
  const whole = isLive(order.status) && order.venueOrders.length < 2 && farther(filled, order.size) === filled
  orders.view = undefined
  orders.tracked.set(decisionId, {
    ...order,
    traded,
    filled,
    ...(whole ? { status: 'filled' as const } : {}),
    updated: event.receivedTime,
  })
  return []
}

function takeReport(orders: Orders, report: OrderReport, account: string, at: Provenance): readonly DataFlag[] {
  const size = parseMoney(report.size)
  const filled = parseMoney(report.filled)
  const id = idOf(report)
  if (size === undefined || filled === undefined || id === '') {
    return [flagOf(at, account, 'malformed-order', `order ${id}: size ${report.size}, filled ${report.filled}`)]
  }
  const known = orders.tracked.get(id)
  if (known === undefined) {
    orders.tracked.set(id, foreign(report, account, id, at))
    if (!isLive(report.status)) return []
    if (OUR_ID.test(id)) noteStranger(orders, report, account, id)
    return [
      flagOf(at, account, 'unknown-order', `order ${id} of ${report.size} ${report.instrument} is not one of ours`),
    ]
  }
  if (known.account !== account || known.instrument !== report.instrument) {
    return [
      flagOf(
        at,
        account,
        'order-mismatch',
        `order ${id} is of ${known.account} in ${known.instrument}, not of ${report.instrument}`,
      ),
    ]
  }
  const venueOrders = withVenueOrder(known.venueOrders, report)
  const merged = merge(known, report, venueOrders, at)
  orders.tracked.set(id, merged)
  const open = venueOrders.filter(({ status }) => isLive(status))
  if (open.length < 2 || known.venueOrders.filter(({ status }) => isLive(status)).length >= open.length) return []
  return [
    flagOf(
      at,
      account,
      'duplicate-order',
      `order ${id} stands ${open.length} times: ${open.map((one) => one.id).join(', ')}`,
    ),
  ]
}

/** Ids of decisions. */
const OUR_ID = /^[0-9a-f]{32}$/

/** An order under an id of our form that we never decided: somebody else acts in our name, and nothing opens until that is clear. */
function noteStranger(orders: Orders, { size, instrument }: OrderReport, account: string, id: string): void {
  const line = lineOf(orders, account)
  const found = `order ${id} of ${size} ${instrument} carries an id of our form, and no decision of this journal made it`
  line.differences = [...line.differences, found]
}

function idOf({ clientId, venueOrderId }: OrderReport): string {
  return clientId ?? (venueOrderId === undefined ? '' : `venue:${venueOrderId}`)
}

function foreign(report: OrderReport, account: string, id: string, at: Provenance): TrackedOrder {
  return {
    id,
    ours: false,
    venueOrders: withVenueOrder([], report),
    account,
    instrument: report.instrument,
    size: report.size,
    filled: report.filled,
    traded: '0',
    ...optional(report),
    reduceOnly: report.reduceOnly ?? false,
    status: report.status,
    since: at.receivedTime,
    updated: at.receivedTime,
  }
}

function optional({ limitPrice, averagePrice, reason }: OrderReport) {
  return {
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(averagePrice === undefined ? {} : { averagePrice }),
    ...(reason === undefined ? {} : { reason }),
  }
}

function withVenueOrder(known: readonly VenueOrder[], report: OrderReport): readonly VenueOrder[] {
  const { venueOrderId, status, filled } = report
  if (venueOrderId === undefined) return known
  const before = known.find(({ id }) => id === venueOrderId)
  if (before === undefined) return [...known, { id: venueOrderId, status, filled }]
  const after = { id: venueOrderId, status: later(before.status, status), filled: farther(before.filled, filled) }
  return known.map((one) => (one.id === venueOrderId ? after : one))
}

/** What is held of an order after news of it. Two orders under one id count together. */
function merge(
  known: TrackedOrder,
  report: OrderReport,
  venueOrders: readonly VenueOrder[],
  at: Provenance,
): TrackedOrder {
  const { reason: _, ...rest } = known
  const several = venueOrders.length > 1
  const live = venueOrders.find(({ status }) => isLive(status))
  const status = several ? (live?.status ?? later(known.status, report.status)) : later(known.status, report.status)
  const filled = several ? sum(venueOrders.map((one) => one.filled)) : farther(known.filled, report.filled)
  return { ...rest, ...optional(report), venueOrders, status, filled, updated: at.receivedTime }
}

/** Later in an order's life: news that comes late or twice takes nothing back. An order that is done stays done. */
function later(before: OrderStatus, after: OrderStatus): OrderStatus {
  if (before === 'filled' || before === 'cancelled') return after === 'filled' ? after : before
  if (before === 'rejected' || before === 'denied')
    return after === 'sending' || after === 'unresolved' ? before : after
  if (after === 'sending') return before
  return after
}

function farther(before: string, after: string): string {
  const [a, b] = [parseMoney(before) ?? 0n, parseMoney(after) ?? 0n]
  return (b < 0n ? -b : b) > (a < 0n ? -a : a) ? after : before
}

function sum(sizes: readonly string[]): string {
  return moneyText(sizes.reduce((total, size) => total + (parseMoney(size) ?? 0n), 0n))
}

function flagOf(at: Provenance, account: string, code: string, detail: string): DataFlag {
  return { code, subject: `account:${account}`, detail: `${detail} (from ${at.source})` }
}
