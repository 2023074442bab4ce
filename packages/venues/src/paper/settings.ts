import type { Instrument } from '@holdfast/quant'

/** Shares of the notional (options: of the underlying), decimals; > 0 is paid. */
export type FeeRates = { readonly maker: number; readonly taker: number }

export type VenueFees = {
  readonly perpetual: FeeRates
  readonly future: FeeRates
  readonly option: FeeRates
  readonly spot: FeeRates
  /** An option's fee is at most this share of its price. */
  readonly optionCapOfPrice: number
}

export type PaperSettings = {
  /** From decision to the venue, engine time, milliseconds. */
  readonly latencyMs: number
  /** Price levels that the book is taken to have, the best one included. */
  readonly levels: number
  /** How much worse each level is than the one before, basis points of the best price. Each holds the size of the best. */
  readonly levelStepBps: number
  /** Size of the best level where the quote names none, USD of notional; absent: such an order is not filled. */
  readonly assumedDepthUsd?: number
  /** What becomes of the part that is not filled at once: it expires, or rests at its limit as a maker's order. */
  readonly remainder: 'expire' | 'rest'
  /** How long a resting part waits, engine time, milliseconds. */
  readonly restMs: number
  /** A quote older than this is none. */
  readonly quoteAgeMaxMs: number
  readonly fees: Readonly<Record<string, VenueFees>>
}

/** Published base tiers, early 2026; an account's own tier belongs into the settings. */
const DERIBIT: VenueFees = {
  perpetual: { maker: 0, taker: 0.0005 },
  future: { maker: 0, taker: 0.0005 },
  option: { maker: 0.0003, taker: 0.0003 },
  spot: { maker: 0, taker: 0 },
  optionCapOfPrice: 0.125,
}

/** Also where the venue is not in the table: the dearer of those known. */
const LINEAR: VenueFees = {
  perpetual: { maker: 0.0002, taker: 0.0005 },
  future: { maker: 0.0002, taker: 0.0005 },
  option: { maker: 0.0003, taker: 0.0003 },
  spot: { maker: 0.001, taker: 0.001 },
  optionCapOfPrice: 0.125,
}

export const PAPER_SETTINGS: PaperSettings = {
  latencyMs: 250,
  levels: 5,
  levelStepBps: 2,
  remainder: 'expire',
  restMs: 3_600_000,
  quoteAgeMaxMs: 3_600_000,
  fees: { deribit: DERIBIT, binance: LINEAR },
}

export function feesOf(settings: PaperSettings, venue: string): VenueFees {
  return settings.fees[venue] ?? LINEAR
}

export function ratesOf(fees: VenueFees, kind: Instrument['kind']): FeeRates {
  return fees[kind]
}
