import type { Instrument, InstrumentKey } from '@holdfast/quant'
import type { InputState } from '../assess/assessment.js'
import type { DataFlag } from '../event.js'
import type { PriceHistory } from './history.js'

/** What is believed of one figure. `value` is absent where it is unknown. */
export type Belief = InputState & {
  readonly value?: number
  /** The feed's own half-width, in the unit of the value; absent where it gives none. */
  readonly confidence?: number
}

/** What is believed of the smile of one expiry, at the snapshot's time. */
export type SmileBelief = InputState & {
  /** Annualised decimal vol at ln(K/F); absent where the surface is unknown. */
  readonly impliedVol?: (logMoneyness: number) => number
  /** `slice`: given ready-made; `fit`: fitted to the chain's marks; `interpolated`: between or beyond other expiries. */
  readonly origin?: 'slice' | 'fit' | 'interpolated'
}

/** A ticker as believed; figures that it did not carry are absent. */
export type QuoteBelief = InputState & {
  readonly bid?: number
  readonly ask?: number
  readonly mark?: number
  readonly last?: number
  readonly bidSize?: number
  readonly askSize?: number
  readonly markVol?: number
  readonly forward?: number
  readonly fundingRate?: number
  readonly openInterest?: number
}

/**
 * Both marks of an instrument, in the unit it quotes. `own`: from our forward and surface (option), our forward (future) or
 * the index (perpetual, spot). `quoted`: the venue's. `value` is the one we reckon with: our own for options, so that
 * scenarios start from what they move; the venue's for the others where it has one.
 */
export type MarkBelief = {
  readonly value?: number
  readonly own?: number
  readonly quoted?: number
  /** own − quoted, where both are known. */
  readonly residual?: number
  readonly origin?: 'own' | 'quoted'
  /** Inputs that `value` rests on. */
  readonly inputs: readonly InputState[]
}

/** The state of the guard itself. */
export type GuardState = {
  /** Every figure is judged stale: then the guard, its settings or our clock may be what is wrong. */
  readonly alarm: boolean
  readonly judged: number
  readonly stale: number
  readonly reasons: readonly string[]
}

/**
 * What is believed at one instant, judged. A view of the market state: it answers until the next event is applied, and throws
 * `OutdatedViewError` afterwards, so that no turn can mix two states.
 */
export type MarketSnapshot = {
  /** Epoch milliseconds. */
  readonly time: number
  readonly guard: GuardState
  /** Underlyings with an index, sorted. */
  readonly underlyings: readonly string[]
  index(underlying: string): Belief
  /** USD per unit; a coin that is an underlying with an index and has no price of its own is taken at the index. */
  asset(asset: string): Belief
  forward(underlying: string, expiry: number): Belief
  smile(underlying: string, expiry: number): SmileBelief
  quote(instrument: InstrumentKey): QuoteBelief
  mark(instrument: Instrument): MarkBelief
  /** Sources that have sent market data, sorted. */
  feeds(): readonly InputState[]
  /** Expiries of an underlying's known smiles, ascending. */
  expiries(underlying: string): readonly number[]
  /** Instruments that have been quoted, sorted by key. */
  quoted(): readonly InstrumentKey[]
  /** True where its venue has listed it; undefined where that venue has listed nothing. */
  listed(instrument: Instrument): boolean | undefined
  /** Hourly index prices that were observed; undefined where there are none. */
  history(underlying: string): PriceHistory | undefined
  /** Defects of quotes as they stand: missing sides, marks outside bid and ask. */
  quoteFlags(): readonly DataFlag[]
}

/** A view was read after its market state had moved on. */
export class OutdatedViewError extends Error {
  readonly code = 'OUTDATED_VIEW'
  constructor() {
    super('this market view is outdated: events were applied since; call marketView again')
    this.name = 'OutdatedViewError'
  }
}
