import type { InstrumentKey } from '@holdfast/quant'
import type { Decision } from '../decision.js'
import type { DataFlag, Event, VenueStateEvent } from '../event.js'
import { digestOf } from '../journal/digest.js'
import { takeFill, takeList, takeOrder } from './news.js'
import { type Line, lineOf, type Orders } from './state.js'
import { type AccountLine, isLive, type OrdersView, type TrackedOrder } from './tracked.js'

/** Orders that are done are kept this long and up to so many, so that late news of them is known for what it is. */
const KEPT_MS = 3_600_000
const KEPT_MAX = 500

/**
 * Takes one event in. Events that concern neither orders nor lines change nothing.
 *
 * @param bookFlags - what the book found wrong with the same event: differences of positions wait for a person.
 * @returns what was wrong with it, by name.
 */
export function applyOrderEvent(orders: Orders, event: Event, bookFlags: readonly DataFlag[]): readonly DataFlag[] {
  switch (event.kind) {
    case 'order':
      orders.view = undefined
      return takeOrder(orders, event)
    case 'open-orders':
      orders.view = undefined
      return takeList(orders, event)
    case 'fill':
      return takeFill(orders, event, bookFlags)
    case 'session':
      orders.view = undefined
      takeSession(orders, event)
      return []
    case 'account':
      takeStatement(orders, event, bookFlags)
      return []
    case 'venue-state':
      orders.view = undefined
      takeVenueState(orders, event)
      return []
    case 'control':
      if (event.command === 'adopt') adopt(orders, event.target)
      return []
    default:
      return []
  }
}

/** Follows the orders that were decided: from here on they are `sending` until news of them comes. */
export function trackDecisions(orders: Orders, decisions: readonly Decision[], now: number): void {
  for (const { id, rule, action, outcome } of decisions) {
    if (action.kind !== 'order' || action.style !== undefined || (outcome !== 'sent' && outcome !== 'papered')) continue
    orders.view = undefined
    orders.tracked.set(id, {
      id,
      ours: true,
      venueOrders: [],
      rule,
      purpose: action.purpose,
      ...(action.parent === undefined ? {} : { parent: action.parent }),
      account: action.account,
      instrument: action.instrument,
      size: action.size,
      filled: '0',
      traded: '0',
      limitPrice: action.limitPrice,
      reduceOnly: action.reduceOnly,
      status: 'sending',
      since: now,
      updated: now,
    })
  }
}

/** Forgets orders that were done long ago. */
export function forgetOrders(orders: Orders, now: number): void {
  let over = orders.tracked.size - KEPT_MAX
  for (const [id, { status, updated }] of orders.tracked) {
    if (isLive(status) || (now - updated <= KEPT_MS && over <= 0)) continue
    over -= 1
    orders.tracked.delete(id)
    orders.view = undefined
  }
}

export function ordersView(orders: Orders): OrdersView {
  orders.view ??= {
    orders: [...orders.tracked.values()],
    accounts: [...orders.lines].map(([account, line]) => lineView(account, line)).toSorted(by('account')),
    venues: [...orders.venues.values()].toSorted(by('venue')),
  }
  return orders.view
}

/** Digest of all that is followed. Orders are never changed in place: each is hashed once. */
export function ordersDigest(orders: Orders): string {
  const { orders: followed, accounts, venues } = ordersView(orders)
  return digestOf([followed.map(orderDigest), accounts, venues])
}

const digests = new WeakMap<TrackedOrder, string>()

function orderDigest(order: TrackedOrder): string {
  const known = digests.get(order)
  if (known !== undefined) return known
  const digest = digestOf(order)
  digests.set(order, digest)
  return digest
}

/** Nothing is followed and no line was ever told of: an engine without executors. */
export function isIdle(orders: Orders): boolean {
  return orders.tracked.size === 0 && orders.lines.size === 0 && orders.venues.size === 0
}

function by<Key extends string>(key: Key) {
  return (a: Readonly<Record<Key, string>>, b: Readonly<Record<Key, string>>) => (a[key] < b[key] ? -1 : 1)
}

function lineView(account: string, line: Line): AccountLine {
  const waits = waitsOf(line)
  const { since, statementTime, listTime } = line
  return {
    account,
    state: line.state,
    ...(since === undefined ? {} : { since }),
    reconciled: waits.length === 0,
    waits,
    ...(statementTime === undefined ? {} : { statementTime }),
    ...(listTime === undefined ? {} : { listTime }),
    differences: line.differences,
    guards: line.guards,
  }
}

function waitsOf(line: Line): readonly string[] {
  if (line.state === 'no-session') return []
  if (line.state === 'lost') return ['the line is lost']
  return [
    ...(line.statementTime === undefined ? ['no complete statement since the line was opened'] : []),
    ...(line.listTime === undefined ? ['no list of open orders since the line was opened'] : []),
    ...line.differences.map((difference) => `not adopted: ${difference}`),
  ]
}

/** A new line, or none: what was known of the account must be said anew, and orders on their way are of unknown fate. */
function takeSession(orders: Orders, event: Extract<Event, { kind: 'session' }>): void {
  const line = lineOf(orders, event.account)
  line.state = event.state
  line.since = event.receivedTime
  line.statementTime = undefined
  line.listTime = undefined
  for (const [id, order] of orders.tracked) {
    if (order.account !== event.account || order.status !== 'sending') continue
    const reason =
      event.state === 'lost'
        ? 'the line was lost before an answer came'
        : 'no answer had come before the line was opened anew'
    orders.tracked.set(id, { ...order, status: 'unresolved', reason, updated: event.receivedTime })
  }
}

const DIFFERENCES = new Set(['position-appeared', 'position-vanished', 'position-differs'])

function takeStatement(
  orders: Orders,
  event: Extract<Event, { kind: 'account' }>,
  bookFlags: readonly DataFlag[],
): void {
  const line = orders.lines.get(event.account)
  if (line === undefined || line.state !== 'connected') return
  orders.view = undefined
  const found = bookFlags.filter(({ code }) => DIFFERENCES.has(code)).map(({ detail }) => detail)
  if (found.length > 0) line.differences = [...line.differences, ...found]
  // Where a part could not be read, or the statement was older than the one held, it says nothing of the whole.
  const whole = event.complete && event.positions !== undefined && !bookFlags.some(({ code }) => UNREADABLE.has(code))
  if (whole) line.statementTime = event.receivedTime
}

const UNREADABLE = new Set(['unknown-instrument', 'not-a-decimal', 'duplicate-position', 'older', 'unknown-account'])

function takeVenueState(orders: Orders, event: VenueStateEvent): void {
  const before = orders.venues.get(event.venue)
  const since = before?.state === event.state ? before.since : event.receivedTime
  orders.venues.set(event.venue, {
    venue: event.venue,
    state: event.state,
    since,
    ...(event.detail === undefined ? {} : { detail: event.detail }),
  })
  if (event.account !== undefined && event.guards !== undefined) lineOf(orders, event.account).guards = event.guards
}

/** A person said that what the venue says is so. */
function adopt(orders: Orders, account: string): void {
  const line = orders.lines.get(account)
  if (line === undefined) return
  line.differences = []
  orders.view = undefined
}

/** Ours that may still trade, in an instrument of an account. */
export function inFlight(view: OrdersView, account: string, instrument: InstrumentKey): readonly TrackedOrder[] {
  return view.orders.filter(
    (order) => order.ours && order.account === account && order.instrument === instrument && isLive(order.status),
  )
}
