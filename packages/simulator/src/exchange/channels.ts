import type { Account } from './account.js'
import { accountSummaryJson, positionJson } from './accountJson.js'
import { type Book, depthOf, type PublicTrade } from './book.js'
import type { ExchangeCore } from './core.js'
import { RpcError } from './error.js'
import { bookJson, tickerJson } from './marketJson.js'
import { AMOUNT_UNITS } from './money.js'
import { type Order, orderJson } from './order.js'
import { hasScope, type Session } from './session.js'
import type { Terms } from './terms.js'

const TRADES_KEPT = 200
const INTERVALS = ['raw', '100ms', 'agg2']

/** Sends to all who listen to a channel; `account` where it is nobody else's business. */
export function send(core: ExchangeCore, channel: string, data: unknown, account?: Account): void {
  const listeners = core.channels.get(channel)
  if (listeners === undefined) return
  for (const session of listeners) {
    if (account !== undefined && session.identity?.account !== account) continue
    notify(core, session, channel, data)
  }
}

function notify(core: ExchangeCore, session: Session, channel: string, data: unknown): void {
  const message = { jsonrpc: '2.0', method: 'subscription', params: { channel, data } }
  core.send(session.id, message)
  if (core.faults.strikes('duplicate-notification', channel)) core.send(session.id, message)
}

/** Subscribes where the channel exists and its listener may hear it. Answers the channels that were taken. */
export function subscribe(
  core: ExchangeCore,
  session: Session,
  channels: readonly string[],
  isPrivate: boolean,
): string[] {
  const taken: string[] = []
  for (const channel of channels) {
    const problem = channelProblem(core, session, channel, isPrivate)
    if (problem !== undefined) throw problem
    taken.push(channel)
    if (session.channels.has(channel)) continue
    session.channels.add(channel)
    const listeners = core.channels.get(channel) ?? new Set()
    core.channels.set(channel, listeners.add(session))
    session.fresh.add(channel)
  }
  return taken
}

export function unsubscribe(core: ExchangeCore, session: Session, channels: readonly string[]): string[] {
  const left: string[] = []
  for (const channel of channels) {
    if (!session.channels.delete(channel)) continue
    const listeners = core.channels.get(channel)
    listeners?.delete(session)
    if (listeners?.size === 0) {
      core.channels.delete(channel)
      published.get(core)?.delete(channel)
    }
    left.push(channel)
  }
  return left
}

function channelProblem(
  core: ExchangeCore,
  session: Session,
  channel: string,
  isPrivate: boolean,
): RpcError | undefined {
  const parts = channel.split('.')
  const [first, second = ''] = parts
  if (first === 'user') {
    if (session.identity === undefined || !isPrivate) return new RpcError('unauthorized', { param: 'channels' })
    if (!hasScope(session.identity.scope, second === 'portfolio' ? 'account:read' : 'trade:read'))
      return new RpcError('forbidden', { reason: `no scope for ${channel}` })
    if (['orders', 'trades', 'changes', 'portfolio', 'mmp_trigger'].includes(second)) return undefined
  } else if (first === 'platform_state' || (first === 'deribit_price_index' && isIndex(core, second))) return undefined
  else if (['ticker', 'book', 'trades', 'quote', 'incremental_ticker'].includes(first!)) {
    const last = parts.at(-1)!
    const known = core.instruments.has(second) || (first === 'trades' && parts.length === 4)
    const timed = first === 'quote' || first === 'incremental_ticker' || INTERVALS.includes(last)
    if (known && timed) return undefined
    if (!known) return new RpcError('not_found', { param: 'channels', reason: `instrument of ${channel}` })
  }
  return new RpcError('invalid_params', { param: 'channels', reason: `wrong format: ${channel}` }, 'Invalid params')
}

function isIndex(core: ExchangeCore, name: string): boolean {
  return core.market.currencies.some((currency) => name === `${currency.toLowerCase()}_usd`)
}

/** Orders and trades of an account, to `user.orders`, `user.trades` and `user.changes` in all their spellings. */
export function publishOrders(
  core: ExchangeCore,
  account: Account,
  terms: Terms,
  orders: readonly Order[],
  trades: readonly unknown[],
): void {
  if (core.channels.size === 0) return
  for (const { isRaw, ordersName, tradesName, changesName } of channelsOf(terms)) {
    if (core.channels.has(ordersName)) {
      for (const order of orders) send(core, ordersName, isRaw ? orderJson(order) : [orderJson(order)], account)
    }
    if (trades.length > 0) send(core, tradesName, trades, account)
    if (core.channels.has(changesName))
      send(core, changesName, changesJson(core, account, terms, orders, trades), account)
  }
}

type UserChannels = {
  readonly isRaw: boolean
  readonly ordersName: string
  readonly tradesName: string
  readonly changesName: string
}

const userChannels = new WeakMap<Terms, readonly UserChannels[]>()

/** The names are many and the events more: they are written once for an instrument. */
function channelsOf(terms: Terms): readonly UserChannels[] {
  const known = userChannels.get(terms)
  if (known !== undefined) return known
  const fresh = INTERVALS.flatMap((interval) =>
    placesOf(terms).map((where) => ({
      isRaw: interval === 'raw',
      ordersName: `user.orders.${where}.${interval}`,
      tradesName: `user.trades.${where}.${interval}`,
      changesName: `user.changes.${where}.${interval}`,
    })),
  )
  userChannels.set(terms, fresh)
  return fresh
}

function changesJson(
  core: ExchangeCore,
  account: Account,
  terms: Terms,
  orders: readonly Order[],
  trades: readonly unknown[],
): unknown {
  const position = account.ledger.positions.get(terms.name)
  const positions = trades.length === 0 ? [] : [positionJson(core, terms, position)]
  return { instrument_name: terms.name, orders: orders.map(orderJson), trades, positions }
}

function placesOf(terms: Terms): readonly string[] {
  const kinds = [terms.kind, 'any']
  return [terms.name, ...kinds.flatMap((kind) => [`${kind}.${terms.currency}`, `${kind}.any`])]
}

export function publishTrade(core: ExchangeCore, book: Book, json: Readonly<Record<string, unknown>>): void {
  const trade: PublicTrade = { time: core.time, json }
  book.trades.push(trade)
  if (book.trades.length > 2 * TRADES_KEPT) book.trades.splice(0, TRADES_KEPT)
  if (core.channels.size === 0) return
  for (const channel of tradeChannelsOf(book.terms)) send(core, channel, [json])
}

const tradeChannels = new WeakMap<Terms, readonly string[]>()

function tradeChannelsOf(terms: Terms): readonly string[] {
  const known = tradeChannels.get(terms)
  if (known !== undefined) return known
  const places = [terms.name, `${terms.kind}.${terms.currency}`, `any.${terms.currency}`]
  const fresh = places.flatMap((where) => INTERVALS.map((interval) => `trades.${where}.${interval}`))
  tradeChannels.set(terms, fresh)
  return fresh
}

/** Last levels published by book channel. */
type Published = { readonly changeId: number; readonly bids: Levels; readonly asks: Levels }
type Levels = ReadonlyMap<number, number>
const published = new WeakMap<ExchangeCore, Map<string, Published>>()

/** What listeners of the market see: all of it at a step of the market, else only books that changed. */
export function publishMarket(core: ExchangeCore, isStep: boolean): void {
  if (core.channels.size > 0) {
    for (const [channel, listeners] of core.channels) publishChannel(core, channel, listeners, isStep)
  }
  core.dirtyBooks.clear()
}

function publishChannel(core: ExchangeCore, channel: string, listeners: ReadonlySet<Session>, isStep: boolean): void {
  const [first, second = '', ...rest] = channel.split('.')
  const anyFresh = [...listeners].some(({ fresh }) => fresh.has(channel))
  if (first === 'user') {
    if (second === 'portfolio' && (isStep || anyFresh)) publishPortfolio(core, channel, rest[0] ?? 'any', listeners)
    return
  }
  if (first === 'deribit_price_index') {
    const currency = second.split('_')[0]!.toUpperCase()
    if (isStep || anyFresh)
      send(core, channel, { timestamp: core.wireTime, price: core.index(currency), index_name: second })
    return
  }
  const terms = core.instruments.get(second)
  if (terms === undefined) return
  const changed = isStep || core.dirtyBooks.has(core.books.get(second)!)
  if (first === 'book') publishBook(core, channel, core.book(terms), listeners, changed, rest)
  else if (!changed && !anyFresh) return
  else if (first === 'ticker' || first === 'incremental_ticker') send(core, channel, tickerJson(core, terms))
  else if (first === 'quote') send(core, channel, quoteJson(core, terms))
  for (const session of listeners) session.fresh.delete(channel)
}

function quoteJson(core: ExchangeCore, terms: Terms): Readonly<Record<string, unknown>> {
  const { timestamp, instrument_name, best_ask_price, best_bid_price, best_ask_amount, best_bid_amount } = tickerJson(
    core,
    terms,
  )
  return { timestamp, instrument_name, best_ask_price, best_bid_price, best_ask_amount, best_bid_amount }
}

function publishPortfolio(
  core: ExchangeCore,
  channel: string,
  currency: string,
  listeners: ReadonlySet<Session>,
): void {
  for (const session of listeners) {
    session.fresh.delete(channel)
    const account = session.identity?.account
    if (account === undefined) continue
    for (const one of core.market.currencies) {
      if (currency !== 'any' && currency.toUpperCase() !== one) continue
      notify(core, session, channel, accountSummaryJson(core, account, one))
    }
  }
}

/** `book.{i}.{interval}`: a snapshot to who is new, changes to the rest. `book.{i}.{group}.{depth}.{interval}`: all, always. */
function publishBook(
  core: ExchangeCore,
  channel: string,
  book: Book,
  listeners: ReadonlySet<Session>,
  changed: boolean,
  rest: readonly string[],
): void {
  const depth = rest.length === 3 ? Number(rest[1]) : undefined
  const fresh = [...listeners].filter((session) => session.fresh.has(channel))
  if (!changed && fresh.length === 0) return
  if (depth !== undefined) {
    send(core, channel, bookJson(core, book, depth))
    return
  }
  const channels = published.get(core) ?? new Map<string, Published>()
  published.set(core, channels)
  const before = channels.get(channel)
  const bids = new Map(depthOf(book, 'buy', 1_000))
  const asks = new Map(depthOf(book, 'sell', 1_000))
  const deltas = { bids: deltasOf(before?.bids ?? new Map(), bids), asks: deltasOf(before?.asks ?? new Map(), asks) }
  const isDifferent = deltas.bids.length + deltas.asks.length > 0
  if (before === undefined || isDifferent) book.changeId += 1
  const common = { timestamp: core.wireTime, instrument_name: book.terms.name, change_id: book.changeId }
  for (const session of listeners) {
    if (fresh.includes(session)) {
      const all = { bids: deltasOf(new Map(), bids), asks: deltasOf(new Map(), asks) }
      notify(core, session, channel, { type: 'snapshot', ...common, ...all })
    } else if (isDifferent) {
      notify(core, session, channel, { type: 'change', ...common, prev_change_id: before?.changeId ?? null, ...deltas })
    }
  }
  channels.set(channel, { changeId: book.changeId, bids, asks })
}

function deltasOf(before: Levels, after: Levels): (readonly [action: string, price: number, amount: number])[] {
  const deltas: [string, number, number][] = []
  for (const [price, amount] of after) {
    const old = before.get(price)
    if (old !== amount) deltas.push([old === undefined ? 'new' : 'change', price / 10_000, amount / AMOUNT_UNITS])
  }
  for (const price of before.keys()) if (!after.has(price)) deltas.push(['delete', price / 10_000, 0])
  return deltas
}
