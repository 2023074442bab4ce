import type { Instrument } from '@holdfast/quant'

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
}

export type MarginPosition = {
  readonly instrument: Instrument
  /** Signed, in the instrument's size unit. */
  readonly size: number
  /** Average entry price in the unit the instrument quotes; absent where unknown. */
  readonly entryPrice?: number
}

export type MarginAccount = {
  readonly id: string
  /** Amounts by asset, signed, in units of the asset. */
  readonly balances: Readonly<Record<string, number>>
  readonly positions: readonly MarginPosition[]
}

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
}

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
  /** Named components, USD; each says of which requirement it is a part in its name. */
  readonly parts: Readonly<Record<string, number>>
  /** Profit and loss of each scenario, USD, signed. */
  readonly scenarios?: readonly ScenarioPnl[]
}

export type ScenarioPnl = { readonly name: string; readonly pnl: number }

/** A model that lacks an input says which; the account then counts as at risk, never as safe. */
export type MarginOutcome =
  | ({ readonly ok: true } & MarginResult)
  | { readonly ok: false; readonly missing: readonly string[] }
