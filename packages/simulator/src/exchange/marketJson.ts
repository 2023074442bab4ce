import { type Book, depthOf } from './book.js'
import type { ExchangeCore } from './core.js'
import { AMOUNT_UNITS, amountNumber, PRICE_UNITS, priceNumber } from './money.js'
import type { Direction } from './order.js'
import type { Terms } from './terms.js'

const DAYS_PER_YEAR = 365

function rounded(value: number, places: number): number {
  const scale = 10 ** places
  return Math.round(value * scale) / scale
}

export function levelsJson(book: Book, direction: Direction, depth: number): [price: number, amount: number][] {
  return depthOf(book, direction, depth).map(([price, amount]) => [price / PRICE_UNITS, amount / AMOUNT_UNITS])
}

export function bookJson(core: ExchangeCore, book: Book, depth: number): Readonly<Record<string, unknown>> {
  return {
    timestamp: core.wireTime,
    instrument_name: book.terms.name,
    change_id: book.changeId,
    bids: levelsJson(book, 'buy', depth),
    asks: levelsJson(book, 'sell', depth),
  }
}

/**
 * A ticker with Deribit's fields and units: options in coin, `mark_iv` in percent, vega USD per vol point, theta USD per day
 * (over the days left when under one), rho USD per percent, delta w·N(w d1).
 */
export function tickerJson(core: ExchangeCore, terms: Terms): Readonly<Record<string, unknown>> {
  const book = core.book(terms)
  const mark = core.mark(terms)
  const [bid] = depthOf(book, 'buy', 1)
  const [ask] = depthOf(book, 'sell', 1)
  const [low, high] = core.band(terms)
  const trades = book.trades
  const prices = trades.map(({ json }) => json.price as number)
  const common = {
    timestamp: core.wireTime,
    state: book.closed ? 'closed' : 'open',
    instrument_name: terms.name,
    index_price: core.index(terms.currency),
    mark_price: priceNumber(mark.price),
    last_price: book.lastPrice === undefined ? null : priceNumber(book.lastPrice),
    settlement_price: priceNumber(mark.price),
    min_price: priceNumber(low),
    max_price: priceNumber(high),
    open_interest: amountNumber(Math.abs(core.house.ledger.positions.get(terms.name)?.amount ?? 0)),
    best_bid_price: bid === undefined ? 0 : priceNumber(bid[0]),
    best_bid_amount: bid === undefined ? 0 : amountNumber(bid[1]),
    best_ask_price: ask === undefined ? 0 : priceNumber(ask[0]),
    best_ask_amount: ask === undefined ? 0 : amountNumber(ask[1]),
    estimated_delivery_price: core.deliveryPrice(terms.currency),
    stats: {
      high: prices.length === 0 ? null : Math.max(...prices),
      low: prices.length === 0 ? null : Math.min(...prices),
      price_change: null,
      volume: trades.reduce((sum, { json }) => sum + (json.amount as number), 0),
      volume_usd: 0,
    },
  }
  if (terms.instrument.kind === 'perpetual') {
    const { rate } = core.funding(terms)
    return { ...common, current_funding: rounded(rate, 8), funding_8h: rounded(rate, 8), interest_value: 0 }
  }
  if (terms.instrument.kind === 'future') return common
  const measures = mark.measures!
  const iv = rounded(mark.vol * 100, 2)
  const theta = (measures.coinTheta * mark.forward) / DAYS_PER_YEAR
  const days = mark.years * DAYS_PER_YEAR
  return {
    ...common,
    underlying_price: mark.forward,
    underlying_index: `${terms.currency}-${terms.name.split('-')[1]}`,
    interest_rate: 0,
    mark_iv: iv,
    bid_iv: bid === undefined ? 0 : iv,
    ask_iv: ask === undefined ? 0 : iv,
    greeks: {
      delta: rounded(measures.delta * mark.live, 5),
      gamma: rounded(days > 0 ? gammaOf(mark.forward, measures.coinVega, mark.vol, mark.years) : 0, 8),
      vega: rounded(measures.coinVega * mark.forward * 0.01, 5),
      theta: rounded(Math.max(-measures.price, days < 1 ? theta * days : theta), 5),
      rho: rounded((measures.hedgeNotional * mark.years) / 100, 5),
    },
  }
}

/** φ(d1)/(F σ√T), from the vega in coin, φ(d1)·√T. */
function gammaOf(forward: number, coinVega: number, vol: number, years: number): number {
  return vol > 0 ? coinVega / (forward * vol * years) : 0
}
