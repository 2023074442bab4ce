import { parseInstrumentKey } from '@holdfast/quant'
import { assess } from '../src/assess/assess.js'
import {
  type AssessMemory,
  type AssessSettings,
  createAssessMemory,
  DEFAULT_ASSESS,
  EVERY_PART,
} from '../src/assess/index.js'
import { applyBookEvent, type Book, createBook, openAccount, startTurn } from '../src/book/index.js'
import type { AccountEvent, Event, MarketEvent, Observation } from '../src/event.js'
import { createVenueFigures, DEFAULT_CALIBRATION, marginModel, type VenueFigures } from '../src/margin/index.js'
import {
  applyMarketEvent,
  createMarketState,
  DEFAULT_GUARD,
  type MarketState,
  marketView,
} from '../src/market/index.js'

import { NO_ORDERS, type OrdersView } from '../src/order/index.js'

/** A small world for tests: market and book fed with the same events; an assessment ends the turn. */
export const T0 = Date.UTC(2026, 0, 29, 12)
export const DAY = 86_400_000

export type World = {
  readonly market: MarketState
  readonly book: Book
  readonly memory: AssessMemory
  readonly figures: VenueFigures
}

export const SETTINGS: AssessSettings = {
  ...DEFAULT_ASSESS,
  models: new Map(['cross', 'isolated', 'deribit-standard', 'portfolio'].map((name) => [name, marginModel(name)])),
  parts: EVERY_PART,
  betaUnknown: 1,
  accountLimits: DEFAULT_GUARD.account,
  maxConfidence: DEFAULT_GUARD.index.maxConfidence,
}

export function createWorld(...accounts: readonly (readonly [id: string, marginModel: string])[]): World {
  const book = createBook()
  for (const [id, model] of accounts) openAccount(book, { id, venue: 'deribit', portfolio: 'desk', marginModel: model })
  return {
    market: createMarketState(),
    book,
    memory: createAssessMemory(),
    figures: createVenueFigures(DEFAULT_CALIBRATION),
  }
}

export function feed(world: World, ...events: readonly Event[]) {
  return events.flatMap((event) => [...applyMarketEvent(world.market, event), ...applyBookEvent(world.book, event)])
}

export function assessed(
  world: World,
  now: number,
  settings: AssessSettings = SETTINGS,
  orders: OrdersView = NO_ORDERS,
) {
  const assessment = assess(world.book, marketView(world.market, now), settings, world.memory, world.figures, orders)
  startTurn(world.book)
  return assessment
}

export type Position = readonly [key: string, size: string, entryPrice?: number]

export function statement(
  account: string,
  balances: Readonly<Record<string, string>>,
  positions: readonly Position[],
  time = T0,
): AccountEvent {
  return {
    kind: 'account',
    source: 'configuration',
    sourceTime: time,
    receivedTime: time,
    account,
    complete: true,
    balances,
    positions: positions.map(([instrument, size, entryPrice]) => ({
      instrument,
      size,
      ...(entryPrice === undefined ? {} : { entryPrice }),
    })),
  }
}

/** A smile with skew: about 55 % at the money for a year, total variance growing with time. */
export function sliceOf(underlying: string, expiry: number, time: number, level = 0.3): Observation {
  const years = (expiry - time) / (365 * DAY)
  return {
    kind: 'slice',
    underlying,
    expiry,
    svi: [0.5 * level * years, 0.25 * level * Math.sqrt(years), -0.2, 0, 0.5 * Math.sqrt(years)],
  }
}

export type Prices = Readonly<Record<string, number>>

/** One consistent instant: index, forwards two per cent a year above it, a slice per expiry, perpetuals at the index. */
export function instant(
  time: number,
  prices: Prices,
  expiries: readonly number[],
  level = 0.3,
  source = 'test',
): MarketEvent {
  const observations: Observation[] = []
  for (const [underlying, price] of Object.entries(prices)) {
    observations.push({ kind: 'index', underlying, price })
    observations.push({ kind: 'quote', instrument: `deribit:${underlying}/USD:${underlying}`, mark: price })
    for (const expiry of expiries) {
      const years = (expiry - time) / (365 * DAY)
      observations.push({ kind: 'forward', underlying, expiry, price: price * (1 + 0.02 * years) })
      observations.push(sliceOf(underlying, expiry, time, level))
    }
  }
  return { kind: 'market', source, sourceTime: time, receivedTime: time, observations }
}

export function instrumentOf(key: string) {
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined) throw new Error(`not a key: ${key}`)
  return instrument
}
