import type { Event, OrderReport, VenueGuardState, VenueStateEvent } from '@holdfast/engine'
import type { Instrument, InstrumentKey } from '@holdfast/quant'

/**
 * A place where accounts are held and orders stand. Adapters parse at this door: what comes out has units, signs and times,
 * and says what is *known empty* and what is *unknown*. No method throws for what a venue or a network does: the fate of an
 * order is an outcome, a question without an answer is `unknown`.
 *
 * Times are epoch milliseconds. Sizes and prices are exact decimals as text: sizes signed (> 0 buys) in the instrument's size
 * unit (USD for inverse perpetuals and futures, else base), prices in the unit the instrument quotes.
 */
export interface Venue {
  /** The connection's id: source of its events. */
  readonly name: string
  /** Lower-case name of the venue, as in instrument keys: `deribit`. */
  readonly venue: string
  readonly abilities: VenueAbilities
  /**
   * Logs in and proves that this line may be used: credentials, scopes, clock, address, guards.
   *
   * @throws {VenueError} where it may not: wrong credentials, a key that can withdraw, a read-only key where one must act,
   * clocks that differ too much, an address that is not the account's. Nothing was traded.
   */
  open(needs: VenueNeeds): Promise<VenueOpening>
  /** What is listed for the underlyings that are watched, with steps and sizes. */
  instruments(): Promise<Known<readonly ListedInstrument[]>>
  /**
   * News as it comes: market, statements, orders, fills, sessions, states of the venue. In order of `receivedTime`; ends with
   * the signal. A line that fell silent is told as a `session` event `lost` and opened again.
   */
  events(signal: AbortSignal, wish?: NewsWish): AsyncIterable<Event>
  /** A complete statement of the account. An empty list of positions means flat only where the answer is known. */
  statement(): Promise<Known<Statement>>
  openOrders(): Promise<Known<readonly OrderReport[]>>
  /** Every order that stands or stood under a client id, the latest first. Known and empty: the venue has none. */
  ordersByClientId(clientId: string, instrument: InstrumentKey): Promise<Known<readonly OrderReport[]>>
  /** Fills at or after a time, oldest first. */
  fillsSince(time: number): Promise<Known<readonly VenueFill[]>>
  place(order: VenueOrderRequest): Promise<PlaceOutcome>
  /** By our id, else by the venue's. Cancelling what is not open is `confirmed`. */
  cancel(target: CancelTarget): Promise<CancelOutcome>
  cancelAll(instruments: readonly InstrumentKey[] | 'all'): Promise<CancelOutcome>
  /** The venue's own margin figures; requirements ≥ 0. */
  marginFigures(): Promise<Known<MarginFigures>>
  /** Arms what the configuration asks for and reads back what is armed. */
  armGuards(): Promise<Known<readonly VenueGuardState[]>>
  state(): Promise<Known<VenueStateEvent['state']>>
  /** Cancels what was left to rest over this line, as far as the venue answers, and ends it. A kill is the caller's, before. */
  close(): Promise<void>
}

/** What of the news is wanted. */
export type NewsWish = {
  /** False where the listener asks for statements, open orders and fills itself: asking twice would cost requests twice. */
  readonly statements: boolean
}

export type VenueAbilities = {
  readonly clientIdLength: number
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly fillOrLapse: boolean
  /** Positions come as news, or must be asked for. */
  readonly streamsPositions: boolean
}

export type VenueNeeds = {
  /** Whether orders will be sent: then a read-only key is refused. */
  readonly act: boolean
  readonly allowWithdrawal: boolean
}

export type VenueOpening = {
  readonly scopes: readonly string[]
  /** Venue's clock − ours, milliseconds. */
  readonly clockSkewMs: number
  readonly warnings: readonly string[]
}

/** An answer, or that there is none: what is unknown is never read as empty or 0. */
export type Known<Value> =
  | { readonly known: true; readonly value: Value; readonly asOf: number }
  | { readonly known: false; readonly reason: string }

export type ListedInstrument = {
  readonly instrument: Instrument
  /** The venue's own name. */
  readonly native: string
  /** Exact decimals: step of the price, smallest size and its step, in the instrument's units. */
  readonly priceStep: string
  readonly sizeStep: string
  readonly smallestSize: string
}

export type Statement = {
  /** By asset, exact decimals, signed. */
  readonly balances: Readonly<Record<string, string>>
  readonly positions: readonly {
    readonly instrument: InstrumentKey
    readonly size: string
    readonly entryPrice?: number
  }[]
  /** The venue's own time of the statement. */
  readonly time: number
  /** What could not be read, in words. Where any is named, what is not listed is unknown, not flat. */
  readonly unread?: readonly string[]
}

export type VenueFill = {
  readonly fillId: string
  readonly clientId?: string
  readonly venueOrderId?: string
  readonly instrument: InstrumentKey
  readonly size: string
  readonly price: string
  readonly fee: string
  readonly feeAsset: string
  readonly time: number
}

export type VenueOrderRequest = {
  /** The decision's id: sent as the venue's label, so that it can be found again. */
  readonly clientId: string
  readonly instrument: InstrumentKey
  readonly size: string
  readonly limitPrice: string
  readonly terms: 'fill-or-lapse' | 'rest' | 'post-only'
  readonly reduceOnly: boolean
}

/** `denied`: not sent, for want of budget or ability. `unresolved`: sent or perhaps sent, and no answer came. */
export type PlaceOutcome =
  | { readonly outcome: 'confirmed'; readonly order: OrderReport; readonly fills: readonly VenueFill[] }
  | {
      readonly outcome: 'rejected' | 'denied'
      readonly reason: string
      readonly code?: string
      readonly retryable: boolean
    }
  | { readonly outcome: 'unresolved'; readonly reason: string }

export type CancelTarget = {
  readonly instrument: InstrumentKey
  readonly clientId?: string
  readonly venueOrderId?: string
}

export type CancelOutcome =
  | { readonly outcome: 'confirmed'; readonly cancelled: number }
  | { readonly outcome: 'rejected' | 'unresolved'; readonly reason: string; readonly code?: string }

export type MarginFigures = {
  readonly equity?: number
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
  /** Of the figures, e.g. `BTC` or `USD`. */
  readonly unit: string
  readonly time: number
}

export const VENUE_ERROR_CODES = [
  'VENUE_CREDENTIALS',
  'VENUE_SCOPE',
  'VENUE_WITHDRAWAL_SCOPE',
  'VENUE_CLOCK',
  'VENUE_ADDRESS',
  'VENUE_UNREACHABLE',
  'VENUE_CONFIGURATION',
] as const
export type VenueErrorCode = (typeof VENUE_ERROR_CODES)[number]

/** A line to a venue may not be used. The message says what was found, what is allowed and what to do. */
export class VenueError extends Error {
  readonly code: VenueErrorCode
  readonly connection: string

  constructor(code: VenueErrorCode, connection: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(`${connection}: ${message}`, options)
    this.name = 'VenueError'
    this.code = code
    this.connection = connection
  }
}
