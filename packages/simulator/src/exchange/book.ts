import { PRICE_UNITS } from './money.js'
import { type Direction, type Order, remaining } from './order.js'
import type { Terms } from './terms.js'

/** Depth that the exchange's market maker shows: amount left at a price, units. */
export type Level = { readonly price: number; amount: number }

export type PublicTrade = { readonly time: number; readonly json: Readonly<Record<string, unknown>> }

/** What trades of one instrument need: resting orders by price and time, the maker's levels of this step, last trades. */
export type Book = {
  readonly terms: Terms
  /** Best first. */
  readonly bids: Order[]
  readonly asks: Order[]
  makerStep: number
  makerBids: Level[]
  makerAsks: Level[]
  readonly trades: PublicTrade[]
  changeId: number
  tradeSeq: number
  lastPrice: number | undefined
  openInterest: number
  closed: boolean
}

export function createBook(terms: Terms): Book {
  const empty = { bids: [], asks: [], makerBids: [], makerAsks: [], trades: [] }
  return {
    terms,
    ...empty,
    makerStep: -1,
    changeId: 0,
    tradeSeq: 0,
    lastPrice: undefined,
    openInterest: 0,
    closed: false,
  }
}

/** Half spreads and depths of the market maker. */
export type MakerOptions = {
  readonly futureHalfSpread: number
  /** Coin, and as a part of the mark. */
  readonly optionHalfSpread: readonly [coin: number, ofMark: number]
  readonly levels: number
  /** USD at each level. */
  readonly depthUsd: number
}

export const DEFAULT_MAKER: MakerOptions = {
  futureHalfSpread: 0.00005,
  optionHalfSpread: [0.0004, 0.015],
  levels: 10,
  depthUsd: 250_000,
}

/** Levels around a mark, best first, prices on the tick and outside the half spread; depth grows with the distance. */
export function quoteLevels(
  terms: Terms,
  mark: number,
  indexPrice: number,
  stress: number,
  maker: MakerOptions,
): { readonly bids: Level[]; readonly asks: Level[] } {
  const option = terms.kind === 'option'
  const price = mark / PRICE_UNITS
  const [coin, ofMark] = maker.optionHalfSpread
  const half = (option ? coin + ofMark * price : price * maker.futureHalfSpread) * stress * PRICE_UNITS
  const gap = Math.max(terms.tick, Math.round(half / 2 / terms.tick) * terms.tick)
  const usd = maker.depthUsd / stress / (option ? 10 : 1)
  const lots = Math.max(1, Math.floor((option ? usd / indexPrice : usd) / (terms.lot / 10)))
  const bid = Math.floor((mark - half) / terms.tick) * terms.tick
  const ask = Math.ceil((mark + half) / terms.tick) * terms.tick
  const bids: Level[] = []
  const asks: Level[] = []
  for (let place = 0; place < maker.levels; place++) {
    const amount = lots * terms.lot * (1 + place)
    if (bid - place * gap >= terms.tick) bids.push({ price: bid - place * gap, amount })
    asks.push({ price: ask + place * gap, amount })
  }
  return { bids, asks }
}

export function sideOf(book: Book, direction: Direction): Order[] {
  return direction === 'buy' ? book.bids : book.asks
}

/** Behind all of the same price or better. */
export function insertOrder(book: Book, order: Order): void {
  const side = sideOf(book, order.direction)
  const better = order.direction === 'buy' ? 1 : -1
  let low = 0
  let high = side.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((side[middle]!.price - order.price) * better >= 0) low = middle + 1
    else high = middle
  }
  side.splice(low, 0, order)
}

export function removeOrder(book: Book, order: Order): void {
  const side = sideOf(book, order.direction)
  const place = side.indexOf(order)
  if (place >= 0) side.splice(place, 1)
}

/** Visible depth of a side, best first: orders and the maker's levels at one price together. */
export function depthOf(book: Book, direction: Direction, levels: number): [price: number, amount: number][] {
  const sum = new Map<number, number>()
  const add = (price: number, amount: number) => {
    if (amount > 0) sum.set(price, (sum.get(price) ?? 0) + amount)
  }
  for (const order of sideOf(book, direction)) add(order.price, Math.min(order.maxShow, remaining(order)))
  for (const level of direction === 'buy' ? book.makerBids : book.makerAsks) add(level.price, level.amount)
  const sorted = [...sum].sort(([a], [b]) => (direction === 'buy' ? b - a : a - b))
  return sorted.slice(0, levels)
}
