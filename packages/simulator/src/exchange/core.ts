import { DERIBIT_FUNDING, fundingRate, type InverseMeasures, inverseOptionMeasures } from '@holdfast/quant'
import { type Random, seededRandom } from '../clearing/random.js'
import { type Account, type AccountOptions, createAccount } from './account.js'
import { type Book, createBook, DEFAULT_MAKER, type MakerOptions, quoteLevels } from './book.js'
import { type FaultOptions, FaultPlan } from './faults.js'
import { purseOf } from './ledger.js'
import type { ExchangeMarket } from './market.js'
import { PRICE_UNITS } from './money.js'
import type { Order } from './order.js'
import { type RateLimits, TokenBucket } from './rateLimit.js'
import type { Session } from './session.js'
import { FEE_TIER_ONE, type Fees, type Terms, termsOf } from './terms.js'

const YEAR_MS = 365 * 86_400_000
const DELIVERY_WINDOW_MS = 30 * 60_000

export type ExchangeOptions = {
  readonly seed: number
  readonly market: ExchangeMarket
  readonly accounts: readonly AccountOptions[]
  readonly fees?: Fees
  readonly maker?: Partial<MakerOptions>
  /** Absent: as Deribit's lowest tier. 'none': no limits. */
  readonly limits?: RateLimits | 'none'
  readonly faults?: FaultOptions
  /** Orders of other people that hit the best price, per instrument with resting orders and step. */
  readonly flowRatio?: number
  /** Orders are refused for so long at each settlement. */
  readonly settlementMs?: number
  /** A price may be so far from the mark, decimal. */
  readonly priceBand?: number
  /** A signature's time may be so far from the exchange's; absent: any. */
  readonly signatureWindowMs?: number
  readonly testnet?: boolean
}

export const DEFAULT_LIMITS: RateLimits = { matching: { burst: 100, rate: 30 }, nonMatching: { burst: 100, rate: 20 } }

/** What the exchange has sent and nobody has taken yet. */
export type Emission = { readonly connection: number; readonly at: number } & (
  | { readonly kind: 'message'; readonly message: Readonly<Record<string, unknown>> }
  | { readonly kind: 'closed'; readonly reason: string }
)

/** Fair value of an instrument at one step. */
export type Mark = {
  readonly step: number
  /** Units of price. */
  readonly price: number
  readonly forward: number
  readonly vol: number
  readonly years: number
  /** Part of the settlement average that is still open; deltas decay with it. */
  readonly live: number
  readonly measures: InverseMeasures | undefined
}

/** The exchange's whole state. The files beside this one are its parts: matching, settlement, sessions, methods, channels. */
export class ExchangeCore {
  readonly options: ExchangeOptions
  readonly market: ExchangeMarket
  readonly fees: Fees
  readonly maker: MakerOptions
  readonly faults: FaultPlan
  readonly random: Random
  readonly accounts: Account[]
  /** Stands behind the maker's quotes; it is never short of money, and its orders are no orders. */
  readonly house: Account
  readonly instruments = new Map<string, Terms>()
  /** Expired ones too. */
  readonly books = new Map<string, Book>()
  readonly orders = new Map<string, Order>()
  readonly sessions = new Map<number, Session>()
  /** Sessions by channel. */
  readonly channels = new Map<string, Set<Session>>()
  readonly tokens = new Map<string, { readonly account: Account; readonly scope: string; readonly expiresAt: number }>()
  readonly refreshTokens = new Map<string, string>()
  readonly dirtyBooks = new Set<Book>()
  readonly busyBooks = new Set<Book>()
  /** Fees paid, and what rounding and ADL left over, by coin. */
  readonly collected = new Map<string, bigint>()
  readonly insurance = new Map<string, bigint>()
  readonly deposited = new Map<string, bigint>()
  readonly outbox: Emission[] = []
  readonly later: Emission[] = []
  readonly #marks = new Map<string, Mark>()
  readonly delivery = new Map<string, { sum: number; count: number }>()
  time: number
  step = 0
  events = 0
  nextOrder = 1_000
  nextTrade = 1_000
  nextConnection = 1
  nextInstrument = 1
  nextToken = 1
  lastMinute: number
  lastSettlement: number
  settlingUntil = 0
  maintenanceUntil = 0
  postOnlyUntil = 0
  frozenUntil = 0
  frozenAt = 0
  simulatedPortfolioAt = new Map<Account, number>()

  constructor(options: ExchangeOptions) {
    this.options = options
    this.market = options.market
    this.fees = options.fees ?? FEE_TIER_ONE
    this.maker = { ...DEFAULT_MAKER, ...options.maker }
    this.random = seededRandom(options.seed ^ 0x5eed)
    this.faults = new FaultPlan(seededRandom(options.seed ^ 0xfa17), options.faults ?? {})
    const limits = options.limits === 'none' ? undefined : (options.limits ?? DEFAULT_LIMITS)
    const buckets = () => ({
      matching: new TokenBucket(limits?.matching),
      nonMatching: new TokenBucket(limits?.nonMatching),
    })
    this.accounts = options.accounts.map((account, place) => createAccount(account, 10_001 + place, buckets()))
    this.house = createAccount({ name: 'house', deposits: {}, keys: [] }, 1, buckets())
    for (const currency of options.market.currencies) {
      this.deposited.set(
        currency,
        this.accounts.reduce((sum, { ledger }) => sum + purseOf(ledger, currency).balance, 0n),
      )
    }
    this.time = options.market.start
    this.lastMinute = Math.floor(this.time / 60_000)
    this.lastSettlement = settlementBefore(this.time)
    this.list()
  }

  /** Takes up what the market lists now. */
  list(): void {
    for (const instrument of this.market.listing(this.time)) {
      const terms = termsOf(instrument, this.time, this.nextInstrument)
      if (this.books.has(terms.name)) continue
      this.nextInstrument += 1
      this.instruments.set(terms.name, terms)
      this.books.set(terms.name, createBook(terms))
    }
  }

  /** The time that goes over the wire: it stands still while it is frozen. */
  get wireTime(): number {
    return this.time < this.frozenUntil ? this.frozenAt : this.time
  }

  index(currency: string): number {
    return this.market.index(currency)
  }

  /** Every account, the house among them. */
  everyone(): readonly Account[] {
    return [...this.accounts, this.house]
  }

  mark(terms: Terms): Mark {
    const known = this.#marks.get(terms.name)
    if (known !== undefined && known.step === this.step) return known
    const mark = this.#markOf(terms)
    this.#marks.set(terms.name, mark)
    return mark
  }

  #markOf(terms: Terms): Mark {
    const { instrument } = terms
    const { step, time } = this
    const live = this.#live(terms)
    const settled = live < 1 ? (1 - live) * this.deliveryPrice(terms.currency) : 0
    const forward = Math.round((settled + live * this.market.forward(instrument)) * 100) / 100
    if (instrument.kind !== 'option') {
      return { step, price: Math.round(forward * PRICE_UNITS), forward, vol: 0, years: 0, live, measures: undefined }
    }
    const years = Math.max(0, instrument.expiry - time) / YEAR_MS
    const vol = Math.round(this.market.vol(instrument) * 1e4) / 1e4
    const measures = inverseOptionMeasures(instrument.right, forward, instrument.strike, years, vol * live)
    return { step, price: Math.round(measures.priceCoin * PRICE_UNITS), forward, vol, years, live, measures }
  }

  /** The part of the settlement average that is still open: 1 until half an hour before the expiry, then down to 0. */
  #live({ expiry }: Terms): number {
    return expiry === undefined ? 1 : Math.max(0, Math.min(1, (expiry - this.time) / DELIVERY_WINDOW_MS))
  }

  book(terms: Terms): Book {
    const book = this.books.get(terms.name)!
    if (book.makerStep !== this.step && !book.closed) {
      const levels = quoteLevels(
        terms,
        this.mark(terms).price,
        this.index(terms.currency),
        this.market.stress,
        this.maker,
      )
      book.makerStep = this.step
      book.makerBids = this.#uncrossed(levels.bids, book, 'buy')
      book.makerAsks = this.#uncrossed(levels.asks, book, 'sell')
    }
    return book
  }

  /** The maker does not quote through people's orders: those it would cross are matched when the step begins. */
  #uncrossed(levels: Book['makerBids'], book: Book, side: 'buy' | 'sell'): Book['makerBids'] {
    const best = side === 'buy' ? book.asks[0] : book.bids[0]
    if (best === undefined) return levels
    return levels.filter(({ price }) => (side === 'buy' ? price < best.price : price > best.price))
  }

  /** [lowest, highest] price that an order may have, units of price. */
  band(terms: Terms): readonly [number, number] {
    const { price } = this.mark(terms)
    const width = this.options.priceBand ?? 0.015
    if (terms.kind === 'future')
      return [price * (1 - width), price * (1 + width)].map(roundTick(terms)) as [number, number]
    const room = Math.max(PRICE_UNITS * 0.04, price * 0.5)
    return [Math.max(terms.tick, price - room), price + room].map(roundTick(terms)) as [number, number]
  }

  /** Premium of a perpetual and the funding rate per 8 hours that follows. */
  funding(terms: Terms): { readonly rate: number; readonly premium: number } {
    const index = this.index(terms.currency)
    const premium = (this.mark(terms).price / PRICE_UNITS - index) / index
    return { premium, rate: fundingRate(premium, DERIBIT_FUNDING) }
  }

  /** The price that would settle an expiry now: the average index of the last half hour before it, as far as it is known. */
  deliveryPrice(currency: string): number {
    const average = this.delivery.get(currency)
    return average === undefined ? this.index(currency) : Math.round((average.sum / average.count) * 100) / 100
  }

  gatherDelivery(): void {
    const untilSettlement = settlementBefore(this.time) + 86_400_000 - this.time
    if (untilSettlement > DELIVERY_WINDOW_MS) return
    for (const currency of this.market.currencies) {
      const average = this.delivery.get(currency) ?? { sum: 0, count: 0 }
      average.sum += this.index(currency)
      average.count += 1
      this.delivery.set(currency, average)
    }
  }

  collect(currency: string, units: bigint): void {
    this.collected.set(currency, (this.collected.get(currency) ?? 0n) + units)
  }

  insure(currency: string, units: bigint): void {
    this.insurance.set(currency, (this.insurance.get(currency) ?? 0n) + units)
  }

  send(connection: number, message: Readonly<Record<string, unknown>>, at = this.time): void {
    const emission: Emission = { kind: 'message', connection, at, message }
    if (at > this.time) this.later.push(emission)
    else this.outbox.push(emission)
  }
}

function roundTick(terms: Terms): (price: number) => number {
  return (price) => Math.round(price / terms.tick) * terms.tick
}

/** The settlement (08:00 UTC) at or before a time. */
export function settlementBefore(time: number): number {
  const day = Math.floor(time / 86_400_000) * 86_400_000 + 8 * 3_600_000
  return day <= time ? day : day - 86_400_000
}
