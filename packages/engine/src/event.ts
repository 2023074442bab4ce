import type { Instrument, InstrumentKey } from '@holdfast/quant'

/**
 * What comes in. Events are plain data: parsed once at the door, journalled as they are, replayed as they were.
 * Times are epoch milliseconds, UTC. A value that is not known is absent; it is never 0.
 */
export type Event =
  | ListingEvent
  | MarketEvent
  | AccountEvent
  | FillEvent
  | CashEvent
  | SettlementEvent
  | VenueFigureEvent
  | OrderEvent
  | OpenOrdersEvent
  | SessionEvent
  | VenueStateEvent
  | ControlEvent
  | ClockEvent

/** Where a piece of data came from and when: its own time, and the time we had it. */
export type Provenance = {
  readonly source: string
  readonly sourceTime: number
  readonly receivedTime: number
  /** The source's own counter where it has one; it must advance. */
  readonly sequence?: number
}

/** Instruments that exist at a venue. */
export type ListingEvent = Provenance & { readonly kind: 'listing'; readonly instruments: readonly Instrument[] }

/** Observations of one instant from one source. An empty list is a heartbeat: alive, nothing changed. */
export type MarketEvent = Provenance & {
  readonly kind: 'market'
  readonly observations: readonly Observation[]
  /** What the door noticed: defects of the source's data, by name. */
  readonly flags?: readonly DataFlag[]
}

export type DataFlag = { readonly code: string; readonly subject: string; readonly detail: string }

export type Observation =
  /** Spot index of an underlying, USD per unit; `confidence` is the feed's own half-width, USD. */
  | { readonly kind: 'index'; readonly underlying: string; readonly price: number; readonly confidence?: number }
  /** Price of a collateral asset in USD. */
  | { readonly kind: 'asset'; readonly asset: string; readonly price: number; readonly confidence?: number }
  /** Forward for an expiry, USD per unit of the underlying. */
  | { readonly kind: 'forward'; readonly underlying: string; readonly expiry: number; readonly price: number }
  | QuoteObservation
  /** A fitted volatility slice: raw SVI parameters of total variance in ln(K/F). */
  | {
      readonly kind: 'slice'
      readonly underlying: string
      readonly expiry: number
      readonly svi: readonly [a: number, b: number, rho: number, m: number, sigma: number]
    }

/** A ticker. Prices are in the unit the instrument quotes: the settle coin for inverse options, else quote per base. */
export type QuoteObservation = {
  readonly kind: 'quote'
  readonly instrument: InstrumentKey
  readonly bid?: number
  readonly ask?: number
  readonly mark?: number
  readonly last?: number
  /** Sizes at the best prices, in the instrument's size unit. */
  readonly bidSize?: number
  readonly askSize?: number
  /** Annualised decimal. */
  readonly markVol?: number
  /** Forward that the venue used for this row, USD. */
  readonly forward?: number
  /** Per funding interval, decimal; > 0: longs pay shorts. */
  readonly fundingRate?: number
  readonly openInterest?: number
}

/**
 * What an account holds. `complete` says that the list is everything (an absent position is then known to be flat);
 * otherwise positions not listed stay as they were.
 */
export type AccountEvent = Provenance & {
  readonly kind: 'account'
  readonly account: string
  readonly complete: boolean
  /** Decimal strings in units of the asset; signed. */
  readonly balances?: Readonly<Record<string, string>>
  readonly positions?: readonly PositionData[]
}

export type PositionData = {
  readonly instrument: InstrumentKey
  /** Decimal string, signed, long positive, in the instrument's size unit. */
  readonly size: string
  /** Average entry price in the unit the instrument quotes. */
  readonly entryPrice?: number
}

/** A trade of ours. `fee` is in `feeAsset`, positive when paid. */
export type FillEvent = Provenance & {
  readonly kind: 'fill'
  readonly account: string
  readonly instrument: InstrumentKey
  readonly fillId: string
  readonly decisionId?: string
  readonly size: string
  readonly price: string
  readonly fee: string
  readonly feeAsset: string
}

/** Money that comes or goes: deposits, withdrawals, funding payments. Signed from the account's point of view. */
export type CashEvent = Provenance & {
  readonly kind: 'cash'
  readonly account: string
  readonly asset: string
  readonly amount: string
  readonly reason: 'deposit' | 'withdrawal' | 'funding' | 'fee' | 'adjustment'
  readonly cashId: string
}

/** The price that settles an expiry. */
export type SettlementEvent = Provenance & {
  readonly kind: 'settlement'
  readonly underlying: string
  readonly expiry: number
  readonly price: number
}

/** The venue's own margin figures for an account, against which our model is calibrated. Requirements ≥ 0. */
export type VenueFigureEvent = Provenance & {
  readonly kind: 'venue-figure'
  readonly account: string
  readonly equity?: number
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
}

/**
 * What became of an order, as far as is known. `sending`: the intent is recorded, no answer yet. `open`, `filled` and
 * `cancelled`: confirmed by the venue. `rejected`: the venue did not take it. `denied`: our own bounds kept it back, nothing was
 * sent. `unresolved`: its fate is not known; it may be at the venue.
 */
export const ORDER_STATUSES = ['sending', 'open', 'filled', 'cancelled', 'rejected', 'denied', 'unresolved'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** An order as a venue shows it. Sizes are decimal strings, signed (> 0 buys), in the instrument's size unit. */
export type OrderReport = {
  /** Our id: that of the decision. Absent where the order is not one of ours. */
  readonly clientId?: string
  /** The venue's own id; two orders can stand under one client id. */
  readonly venueOrderId?: string
  readonly instrument: InstrumentKey
  readonly status: OrderStatus
  readonly size: string
  readonly filled: string
  /** In the unit the instrument quotes; absent for orders without a limit. */
  readonly limitPrice?: string
  readonly averagePrice?: string
  readonly reduceOnly?: boolean
  /** Why it was rejected, denied, cancelled, or why its fate is not known; in words, with the venue's code. */
  readonly reason?: string
}

/** News of one order. */
export type OrderEvent = Provenance & OrderReport & { readonly kind: 'order'; readonly account: string }

/** Every order that is open at the venue for an account: one that is not listed is not open. */
export type OpenOrdersEvent = Provenance & {
  readonly kind: 'open-orders'
  readonly account: string
  readonly orders: readonly OrderReport[]
}

/**
 * A connection to a venue began or was lost. Until a complete statement and the list of open orders have come that are younger
 * than this, what the account holds is not reconciled, and nothing opens risk on it.
 */
export type SessionEvent = Provenance & {
  readonly kind: 'session'
  readonly account: string
  readonly state: 'connected' | 'lost'
  readonly detail?: string
}

/** A safety device at the venue: armed by its own word, and what it does not cover. */
export type VenueGuardState = {
  readonly name: 'cancel-on-disconnect' | 'market-maker-protection' | 'scheduled-cancel'
  readonly state: 'armed' | 'not-armed' | 'triggered' | 'unknown'
  readonly gaps: readonly string[]
}

/** What a venue lets through at the moment, and the guards of an account there. */
export const VENUE_STATES = ['open', 'post-only', 'maintenance', 'down'] as const
export type VenueStateEvent = Provenance & {
  readonly kind: 'venue-state'
  readonly venue: string
  readonly state: (typeof VENUE_STATES)[number]
  readonly account?: string
  readonly guards?: readonly VenueGuardState[]
  readonly detail?: string
}

/** A person's or supervisor's word: approve, kill, resume, acknowledge, change of stage, adopt an unknown position. */
export type ControlEvent = Provenance & {
  readonly kind: 'control'
  readonly command: 'approve' | 'reject' | 'kill' | 'resume' | 'acknowledge' | 'stage' | 'adopt'
  readonly actor: string
  readonly target: string
  readonly note?: string
}

/** Time passing with nothing else to say. */
export type ClockEvent = Provenance & { readonly kind: 'clock' }
