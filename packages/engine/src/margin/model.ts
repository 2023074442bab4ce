import type { Instrument } from '@holdfast/quant'
import type { Quality } from '../market/quality.js'

/**
 * A margin model: `(account, market, parameters) → requirements`. Pure. All money is in USD unless a model's parameters say
 * another numeraire; requirements are ≥ 0, excess is signed.
 */
export interface MarginModel {
  readonly name: string
  /** Dated data: who published the figures, when, and their hash. */
  readonly parameters: ParameterSet
  evaluate(account: MarginAccount, market: MarginMarket): MarginOutcome
}

export type ParameterSet = {
  readonly model: string
  readonly version: string
  /** RFC 3339 date on which the figures were valid. */
  readonly asOf: string
  readonly source: string
  readonly hash: string
  readonly values: Readonly<Record<string, unknown>>
  /** Names of figures that nobody published: estimates to be replaced by what the venue tells its user. */
  readonly unpublished?: readonly string[]
}

export type MarginPosition = {
  readonly instrument: Instrument
  /** Signed, in the instrument's size unit. */
  readonly size: number
  /** Average entry price in the unit the instrument quotes; absent where unknown. */
  readonly entryPrice?: number
  /** Funding that has accrued and is not yet in a balance, USD; > 0 where the account will receive it. Absent: none. */
  readonly accruedFunding?: number
  /** Collateral set aside for this position alone, USD; absent where the account's common collateral backs it. */
  readonly isolatedMargin?: number
  /** Leverage chosen for this position, > 0, for venues whose initial margin follows it; absent: the market's highest. */
  readonly leverage?: number
}

/** A resting order. `size` is signed and still open, in the instrument's size unit; `price` as the instrument quotes. */
export type MarginOrder = {
  readonly instrument: Instrument
  readonly size: number
  readonly price: number
  readonly reduceOnly?: boolean
}

export type MarginAccount = {
  readonly id: string
  /** Amounts by asset, signed, in units of the asset. */
  readonly balances: Readonly<Record<string, number>>
  readonly positions: readonly MarginPosition[]
  readonly orders?: readonly MarginOrder[]
  /** Amounts borrowed by asset, ≥ 0, units of the asset, interest included. Lending models. */
  readonly debts?: Readonly<Record<string, number>>
  /** Supplied assets that serve as collateral; absent: all of them. Lending models. */
  readonly collateralAssets?: readonly string[]
  /** What the venue charges beside positions (market maker protection, spot orders …) by name, USD, ≥ 0; in initial margin. */
  readonly venueCharges?: Readonly<Record<string, number>>
  /** Efficiency mode that the account chose, by its name in the parameters. Lending models. */
  readonly efficiencyMode?: string
}

/**
 * Figures that only some models read, each by a structured name. A market that does not know one answers `undefined`, and the
 * model that needs it then fails closed; a confidence that a market does not answer counts as `confidence(underlying)`.
 */
export type MarketFigure =
  /** Continuous annual rate for an expiry, decimal. */
  | { readonly kind: 'rate'; readonly underlying: string; readonly expiry: number }
  /** The part of the forward that the settlement average has fixed already, USD. */
  | { readonly kind: 'forward-fixed'; readonly underlying: string; readonly expiry: number }
  /** Confidence of one feed of an expiry, in [0, 1]. */
  | {
      readonly kind: 'confidence'
      readonly of: 'forward' | 'rate' | 'vol'
      readonly underlying: string
      readonly expiry: number
    }
  | { readonly kind: 'confidence'; readonly of: 'perpetual'; readonly underlying: string }
  | { readonly kind: 'confidence'; readonly of: 'asset'; readonly asset: string }
  /** Open interest of one side, base units. */
  | { readonly kind: 'open-interest'; readonly instrument: Instrument; readonly side: 'long' | 'short' }
  /** USD that the books absorb on the thinner side within 2 % of the mark. */
  | { readonly kind: 'depth'; readonly underlying: string }
  /** Time-weighted average over five minutes of an underlying's or asset's price, USD. */
  | { readonly kind: 'twap'; readonly asset: string }
  /** All that is deposited of an asset at the venue, units of the asset. */
  | { readonly kind: 'deposits'; readonly asset: string }

/** What a model may ask of the market. `undefined` means unknown, and a model must then fail closed. */
export interface MarginMarket {
  readonly time: number
  /** USD per unit of the underlying. */
  index(underlying: string): number | undefined
  /** USD per unit of a collateral asset; 1 for USD. */
  assetPrice(asset: string): number | undefined
  /** Forward for an expiry, USD. */
  forward(underlying: string, expiry: number): number | undefined
  /** Annualised decimal implied vol at a strike. */
  impliedVol(underlying: string, expiry: number, strike: number): number | undefined
  /** Mark price in the unit the instrument quotes. */
  mark(instrument: Instrument): number | undefined
  /** Oracle confidence in [0, 1] of an input, 1 where the feed gives none. */
  confidence(underlying: string): number
  /** A figure beyond these. */
  figure?(figure: MarketFigure): number | undefined
  /** How far an input can be trusted. Absent method or `undefined`: unknown. */
  quality?(input: MarginInput): Quality | undefined
}

/** An input as the guard judges it. */
export type MarginInput =
  | { readonly kind: 'index'; readonly underlying: string }
  | { readonly kind: 'forward' | 'surface'; readonly underlying: string; readonly expiry: number }
  | { readonly kind: 'mark'; readonly instrument: Instrument }

export type MarginResult = {
  /** Collateral after haircuts plus unrealised P&L, USD, signed. */
  readonly equity: number
  /** Value of positions at mark, USD, signed. */
  readonly markToMarket: number
  readonly initialMargin: number
  readonly maintenanceMargin: number
  /** equity − initialMargin and equity − maintenanceMargin, USD, signed. */
  readonly excessInitial: number
  readonly excessMaintenance: number
  /**
   * Named components, USD. They add up: the `equity.*` parts sum to `equity`, `initial.*` to `initialMargin` and
   * `maintenance.*` to `maintenanceMargin`, in the order written. Parts with other prefixes (`net.`, `info.`) inform.
   */
  readonly parts: Readonly<Record<string, number>>
  /** Positions that are margined apart, each with its own figures; the totals above are their sums. */
  readonly buckets?: readonly MarginBucket[]
  /** Profit and loss of each scenario, USD, signed. */
  readonly scenarios?: readonly ScenarioPnl[]
}

/**
 * Collateral and positions that stand alone: nothing outside helps them. An account is liquidatable where any bucket is, so
 * a reader of buckets looks at the worst (`worstBucket`).
 */
export type MarginBucket = {
  readonly name: string
  readonly equity: number
  readonly initialMargin: number
  readonly maintenanceMargin: number
}

export type ScenarioPnl = { readonly name: string; readonly pnl: number }

/** A model that lacks an input says which; the account then counts as at risk, never as safe. */
export type MarginOutcome =
  | ({ readonly ok: true } & MarginResult)
  | { readonly ok: false; readonly missing: readonly string[] }
