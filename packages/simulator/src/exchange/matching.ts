import type { Account, LedgerEntry } from './account.js'
import { type Book, insertOrder, type Level, removeOrder, sideOf } from './book.js'
import { publishOrders, publishTrade } from './channels.js'
import type { ExchangeCore } from './core.js'
import { bookTrade, purseOf, tradeCoins } from './ledger.js'
import { amountNumber, coinNumber, priceNumber, roundCoin } from './money.js'
import { type Direction, type Order, remaining, signOf } from './order.js'
import { protect } from './protection.js'
import { OPTION_FEE_CAP, type Terms } from './terms.js'

export type CancelReason =
  | 'user_request'
  | 'autoliquidation'
  | 'cancel_on_disconnect'
  | 'mmp_trigger'
  | 'self_match_prevention'
  | 'insufficient_liquidity'
  | 'reduce_only'
  | 'instrument_expired'
  | 'post_only_window'

/** What the opposite side would give an order at once, units of amount. */
export function availableFor(core: ExchangeCore, terms: Terms, direction: Direction, limit: number): number {
  const book = core.book(terms)
  const crosses = crossing(direction, limit)
  let sum = 0
  for (const order of direction === 'buy' ? book.asks : book.bids) if (crosses(order.price)) sum += remaining(order)
  for (const level of direction === 'buy' ? book.makerAsks : book.makerBids)
    if (crosses(level.price)) sum += level.amount
  return sum
}

export function crossing(direction: Direction, limit: number): (price: number) => boolean {
  return direction === 'buy' ? (price) => price <= limit : (price) => price >= limit
}

/** Best price of the other side, units; undefined where it is empty. */
export function bestOpposite(core: ExchangeCore, terms: Terms, direction: Direction): number | undefined {
  const book = core.book(terms)
  const order = (direction === 'buy' ? book.asks : book.bids)[0]?.price
  const level = (direction === 'buy' ? book.makerAsks : book.makerBids).find(({ amount }) => amount > 0)?.price
  if (order === undefined || level === undefined) return order ?? level
  return direction === 'buy' ? Math.min(order, level) : Math.max(order, level)
}

/**
 * Matches a new order up to its limit, and rests or cancels what is left.
 *
 * @returns the trades of the taker, as JSON.
 */
export function execute(core: ExchangeCore, order: Order): Readonly<Record<string, unknown>>[] {
  const { terms, direction } = order
  const book = core.book(terms)
  const crosses = crossing(direction, order.price)
  const trades: Readonly<Record<string, unknown>>[] = []
  thinOut(core, book, order, crosses)
  while (remaining(order) > 0 && order.state === 'open') {
    const wanted = order.reduceOnly ? Math.min(remaining(order), reducible(order)) : remaining(order)
    if (wanted <= 0) break
    const resting = (direction === 'buy' ? book.asks : book.bids)[0]
    const level = (direction === 'buy' ? book.makerAsks : book.makerBids).find(({ amount }) => amount > 0)
    const first = level === undefined || (resting !== undefined && !isBetter(direction, level.price, resting.price))
    if (first && resting !== undefined) {
      if (!crosses(resting.price)) break
      if (resting.account === order.account) {
        finish(core, resting, 'self_match_prevention')
        continue
      }
      const able = resting.reduceOnly ? Math.min(remaining(resting), reducible(resting)) : remaining(resting)
      if (able <= 0) {
        finish(core, resting, 'reduce_only')
        continue
      }
      trades.push(trade(core, book, order, resting, Math.min(wanted, able), resting.price))
    } else {
      if (level === undefined || !crosses(level.price)) break
      const amount = Math.min(wanted, level.amount)
      level.amount -= amount
      trades.push(trade(core, book, order, undefined, amount, level.price))
    }
  }
  settle(core, book, order)
  return trades
}

function isBetter(direction: Direction, price: number, than: number): boolean {
  return direction === 'buy' ? price < than : price > than
}

/** After matching: fully filled, resting, or cancelled. */
function settle(core: ExchangeCore, book: Book, order: Order): void {
  if (order.state !== 'open') return
  if (remaining(order) === 0) close(core, order, 'filled')
  else if (order.reduceOnly && reducible(order) <= 0) finish(core, order, 'reduce_only')
  else if (order.type === 'market' || order.timeInForce === 'immediate_or_cancel')
    finish(core, order, 'insufficient_liquidity')
  else {
    insertOrder(book, order)
    core.busyBooks.add(book)
    core.dirtyBooks.add(book)
    order.account.open.set(order.id, order)
  }
}

/** The partial-fill fault: the maker turns out to have less than the order wants, and does not come back in this step. */
function thinOut(core: ExchangeCore, book: Book, order: Order, crosses: (price: number) => boolean): void {
  const { lot } = order.terms
  if (remaining(order) < 2 * lot) return
  const levels = order.direction === 'buy' ? book.makerAsks : book.makerBids
  if (!levels.some(({ price, amount }) => amount > 0 && crosses(price))) return
  if (!core.faults.strikes('partial-fill', order.terms.name)) return
  let left = lot * Math.max(1, Math.floor(((remaining(order) - lot) * core.faults.share()) / lot))
  for (const level of levels) {
    level.amount = crosses(level.price) ? Math.min(level.amount, left) : level.amount
    left -= crosses(level.price) ? level.amount : 0
  }
}

/** How much of the position a reduce-only order may still close, units of amount. */
export function reducible(order: Order): number {
  const held = order.account.ledger.positions.get(order.terms.name)?.amount ?? 0
  return held * signOf(order.direction) < 0 ? Math.abs(held) : 0
}

/** One trade: both accounts, fees, protection, notifications. `maker` undefined: the house's quote was hit. */
function trade(
  core: ExchangeCore,
  book: Book,
  taker: Order,
  maker: Order | undefined,
  amount: number,
  price: number,
): Readonly<Record<string, unknown>> {
  const common = tradeCommon(core, book, taker.direction, amount, price)
  const json = fill(core, taker, taker.account, taker.direction, 'T', amount, price, common)
  if (maker === undefined) houseFill(core, taker.terms, -signOf(taker.direction) * amount, price)
  else fill(core, maker, maker.account, maker.direction, 'M', amount, price, common)
  publishTrade(core, book, common)
  if (maker !== undefined && remaining(maker) === 0) close(core, maker, 'filled')
  return json
}

/** A trade of the house with someone outside who hits a resting order. */
export function hitResting(core: ExchangeCore, book: Book, maker: Order, amount: number): void {
  const direction = maker.direction === 'buy' ? 'sell' : 'buy'
  const common = tradeCommon(core, book, direction, amount, maker.price)
  fill(core, maker, maker.account, maker.direction, 'M', amount, maker.price, common)
  houseFill(core, maker.terms, -signOf(maker.direction) * amount, maker.price)
  publishTrade(core, book, common)
  if (remaining(maker) === 0) close(core, maker, 'filled')
}

function tradeCommon(
  core: ExchangeCore,
  book: Book,
  direction: Direction,
  amount: number,
  price: number,
): Readonly<Record<string, unknown>> {
  const { terms } = book
  const before = book.lastPrice ?? price
  book.lastPrice = price
  book.tradeSeq += 1
  const mark = core.mark(terms)
  const id = core.nextTrade
  core.nextTrade += 1
  core.dirtyBooks.add(book)
  return {
    trade_id: terms.currency === 'BTC' ? `${id}` : `${terms.currency}-${id}`,
    trade_seq: book.tradeSeq,
    instrument_name: terms.name,
    timestamp: core.wireTime,
    direction,
    price: priceNumber(price),
    amount: amountNumber(amount),
    contracts: amount / terms.contract,
    tick_direction: price > before ? 0 : price < before ? 2 : 1,
    mark_price: priceNumber(mark.price),
    index_price: core.index(terms.currency),
    iv: mark.measures === undefined ? undefined : Math.round(mark.vol * 1e4) / 100,
  }
}

function houseFill(core: ExchangeCore, terms: Terms, amount: number, price: number): void {
  bookTrade(core.house.ledger, terms, amount, tradeCoins(terms, amount, price))
}

function fill(
  core: ExchangeCore,
  order: Order,
  account: Account,
  direction: Direction,
  liquidity: 'M' | 'T',
  amount: number,
  price: number,
  common: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { terms } = order
  const signed = signOf(direction) * amount
  const coins = tradeCoins(terms, signed, price)
  const realised = bookTrade(account.ledger, terms, signed, coins)
  const fee = feeOf(core, terms, liquidity, amount, coins < 0n ? -coins : coins)
  const purse = purseOf(account.ledger, terms.currency)
  if (terms.kind === 'option') purse.balance -= fee
  else purse.sessionRpl -= fee
  purse.fees += fee
  core.collect(terms.currency, fee)
  order.filled += amount
  order.coins += coins < 0n ? -coins : coins
  order.commission += fee
  order.updatedAt = core.wireTime
  account.margin.delete(terms.currency)
  const json = {
    trade_id: common.trade_id,
    trade_seq: common.trade_seq,
    instrument_name: terms.name,
    timestamp: common.timestamp,
    direction,
    price: common.price,
    amount: common.amount,
    contracts: common.contracts,
    tick_direction: common.tick_direction,
    mark_price: common.mark_price,
    index_price: common.index_price,
    iv: common.iv,
    underlying_price: terms.kind === 'option' ? core.mark(terms).forward : undefined,
    liquidity,
    order_id: order.id,
    order_type: order.type,
    label: order.label,
    fee: coinNumber(fee),
    fee_currency: terms.currency,
    profit_loss: coinNumber(realised),
    state: remaining(order) === 0 ? 'filled' : 'open',
    matching_id: null,
    post_only: order.postOnly,
    reduce_only: order.reduceOnly,
    mmp: order.mmp,
    self_trade: false,
    risk_reducing: false,
    api: true,
    user_id: account.userId,
  }
  account.trades.push({ time: core.time, name: terms.name, json })
  const change = terms.kind === 'option' ? -coins - fee : -fee
  const isClosing = signed * (account.ledger.positions.get(terms.name)?.amount ?? 0) <= 0
  account.transactions.push(
    transaction(core, account, terms, 'trade', change, {
      side: `${isClosing ? 'close' : 'open'} ${direction}`,
      trade_id: common.trade_id,
      order_id: order.id,
      price: common.price,
      amount: common.amount,
      commission: coinNumber(fee),
    }),
  )
  core.events += 1
  publishOrders(core, account, order.terms, [order], [json])
  if (order.mmp) protect(core, order, amountNumber(amount))
  return json
}

/** An entry of the transaction log, with the balance and position of now. */
export function transaction(
  core: ExchangeCore,
  account: Account,
  terms: Terms,
  type: string,
  change: bigint,
  more: Readonly<Record<string, unknown>>,
): LedgerEntry {
  const [id, timestamp] = [core.events, core.wireTime]
  const amount = account.ledger.positions.get(terms.name)?.amount ?? 0
  const { balance } = purseOf(account.ledger, terms.currency)
  const json = () => ({
    id,
    timestamp,
    type,
    currency: terms.currency,
    instrument_name: terms.name,
    user_id: account.userId,
    username: account.name,
    position: amountNumber(amount),
    balance: coinNumber(balance),
    change: coinNumber(change),
    ...more,
  })
  return { time: core.time, currency: terms.currency, json }
}

/** Futures: a part of the coin value. Options: a part of the underlying per coin, at most 12.5 % of the premium. */
function feeOf(core: ExchangeCore, terms: Terms, liquidity: 'M' | 'T', amount: number, coins: bigint): bigint {
  const rate = core.fees[terms.kind][liquidity === 'M' ? 'maker' : 'taker']
  if (terms.kind === 'future') return roundCoin(coinNumber(coins) * rate)
  return roundCoin(Math.min(amountNumber(amount) * rate, coinNumber(coins) * OPTION_FEE_CAP))
}

/** Takes an order out of the market and tells its owner. */
export function finish(core: ExchangeCore, order: Order, reason: CancelReason): void {
  order.cancelReason = reason
  close(core, order, 'cancelled')
}

function close(core: ExchangeCore, order: Order, state: 'filled' | 'cancelled'): void {
  const book = core.books.get(order.terms.name)!
  order.state = state
  order.updatedAt = core.wireTime
  removeOrder(book, order)
  order.account.open.delete(order.id)
  if (sideOf(book, 'buy').length + sideOf(book, 'sell').length === 0) core.busyBooks.delete(book)
  core.dirtyBooks.add(book)
  core.events += 1
  publishOrders(core, order.account, order.terms, [order], [])
}

/** At the start of a step: the maker's new quotes and people outside trade with resting orders. */
export function matchStep(core: ExchangeCore): void {
  const flow = core.options.flowRatio ?? 0.02
  for (const book of [...core.busyBooks]) {
    const { terms } = book
    crossMark(core, book)
    for (const side of ['buy', 'sell'] as const) {
      const best = sideOf(book, side)[0]
      if (best === undefined || !(core.random.next() < flow)) continue
      if (!atTheTouch(core, book, best)) continue
      const able = best.reduceOnly ? Math.min(remaining(best), reducible(best)) : remaining(best)
      const lots = Math.max(1, Math.floor((able / terms.lot) * core.random.next() * 2))
      const amount = Math.min(able, lots * terms.lot)
      if (amount > 0) hitResting(core, book, best, amount)
      else finish(core, best, 'reduce_only')
    }
  }
}

/** Resting orders beyond the new mark are taken by the house at their own prices. */
function crossMark(core: ExchangeCore, book: Book): void {
  const { price } = core.mark(book.terms)
  const taken = (order: Order) => (order.direction === 'buy' ? order.price > price : order.price < price)
  for (const side of ['buy', 'sell'] as const) {
    for (const order of sideOf(book, side).filter(taken)) {
      if (order.state !== 'open') continue
      const able = order.reduceOnly ? Math.min(remaining(order), reducible(order)) : remaining(order)
      if (able <= 0) finish(core, order, 'reduce_only')
      else hitResting(core, book, order, partOf(core, order, able))
    }
  }
}

/** All of it, or with a partial fill by fault a part. */
function partOf(core: ExchangeCore, order: Order, able: number): number {
  const { lot } = order.terms
  if (able < 2 * lot || !core.faults.strikes('partial-fill', order.terms.name)) return able
  return lot * Math.max(1, Math.floor(((able - lot) * core.faults.share()) / lot))
}

function atTheTouch(core: ExchangeCore, book: Book, order: Order): boolean {
  const level: Level | undefined = (
    order.direction === 'buy' ? core.book(book.terms).makerBids : core.book(book.terms).makerAsks
  )[0]
  return level === undefined || !isBetter(order.direction === 'buy' ? 'sell' : 'buy', level.price, order.price)
}
