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

/** A person's or supervisor's word: approve, kill, resume, acknowledge, change of stage. */
export type ControlEvent = Provenance & {
  readonly kind: 'control'
  readonly command: 'approve' | 'reject' | 'kill' | 'resume' | 'acknowledge' | 'stage'
  readonly actor: string
  readonly target: string
  readonly note?: string
}

/** Time passing with nothing else to say. */
export type ClockEvent = Provenance & { readonly kind: 'clock' }
