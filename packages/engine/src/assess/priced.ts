import { black76Price, type OptionRight } from '@holdfast/quant'
import type { HeldPosition } from '../book/read.js'
import { optionVol } from '../market/mark.js'
import { inputName } from '../market/names.js'
import { MS_PER_YEAR } from '../market/smile.js'
import type { MarkBelief, MarketSnapshot } from '../market/snapshot.js'
import type { InputState } from './assessment.js'

/**
 * All that a contract's value needs, as numbers, so that it can be valued again thousands of times. `unit` is USD per unit of
 * the asset that the price is quoted in (linear) or paid in (inverse).
 */
export type Priced =
  | {
      readonly kind: 'option'
      readonly inverse: boolean
      readonly right: OptionRight
      readonly forward: number
      readonly strike: number
      readonly years: number
      readonly vol: number
      readonly unit: number
    }
  | { readonly kind: 'linear'; readonly mark: number; readonly entry: number; readonly unit: number }
  | { readonly kind: 'inverse'; readonly mark: number; readonly entry: number; readonly unit: number }

/** A held position with what is believed of it. */
export type PricedPosition = {
  readonly held: HeldPosition
  readonly mark: MarkBelief
  /** Index of the underlying, USD. */
  readonly index?: number
  readonly priced?: Priced
  /** USD, signed; absent where unknown. */
  readonly value?: number
  readonly inputs: readonly InputState[]
  readonly missing: readonly string[]
}

/** Prices a position from a snapshot. What is not known is named in `missing`. */
export function pricePosition(snapshot: MarketSnapshot, held: HeldPosition): PricedPosition {
  const { instrument } = held
  const mark = snapshot.mark(instrument)
  const index = snapshot.index(instrument.underlying)
  const unit = snapshot.asset(
    instrument.kind === 'spot' || instrument.payoff === 'linear' ? instrument.quote : instrument.settle,
  )
  const inputs = [...mark.inputs, index, unit]
  const missing = new Set<string>()
  const expired = instrument.kind !== 'spot' && instrument.kind !== 'perpetual' && instrument.expiry <= snapshot.time
  if (expired) missing.add(inputName.settlement(instrument.underlying, instrument.expiry))
  else {
    for (const { name, quality } of inputs) if (quality === 'unknown') missing.add(name)
    if (mark.value === undefined && missing.size === 0) missing.add(inputName.quote(held.key))
  }
  const base = { held, mark, inputs, ...(index.value === undefined ? {} : { index: index.value }) }
  if (missing.size > 0) return { ...base, missing: [...missing].sort() }
  const priced = pricedOf(snapshot, held, mark.value!, unit.value!)
  const value = held.size * unitValue(priced, 1, 1)
  if (Number.isFinite(value)) return { ...base, priced, value, missing: [] }
  return { ...base, priced, missing: [Number.isNaN(entryOf(priced)) ? `entry:${held.key}` : inputName.quote(held.key)] }
}

function entryOf(priced: Priced): number {
  return priced.kind === 'option' ? 0 : priced.entry
}

function pricedOf(snapshot: MarketSnapshot, held: HeldPosition, mark: number, unit: number): Priced {
  const { instrument } = held
  if (instrument.kind === 'spot') return { kind: 'linear', mark, entry: 0, unit }
  const inverse = instrument.payoff === 'inverse'
  if (instrument.kind !== 'option') {
    return { kind: inverse ? 'inverse' : 'linear', mark, entry: held.entryPrice ?? Number.NaN, unit }
  }
  const perQuote = snapshot.asset(instrument.quote).value!
  const { underlying, expiry, strike, right } = instrument
  const forward = snapshot.forward(underlying, expiry).value! / perQuote
  const vol = optionVol(snapshot, instrument)!
  return { kind: 'option', inverse, right, forward, strike, years: (expiry - snapshot.time) / MS_PER_YEAR, vol, unit }
}

/**
 * USD value of one unit of size with all prices of its underlying times `factor` and its vol times `volFactor`.
 *
 *   option, linear   B(F′, σ′) · unit             option, inverse   B(F′, σ′)/F′ · unit · factor
 *   linear           (P′ − entry) · unit          inverse           (1/entry − 1/P′) · unit · factor
 */
export function unitValue(priced: Priced, factor: number, volFactor: number): number {
  switch (priced.kind) {
    case 'option': {
      const { right, forward, strike, years, vol, unit } = priced
      const value = black76Price(right, forward * factor, strike, years, vol * volFactor)
      return priced.inverse ? (value / forward) * unit : value * unit
    }
    case 'linear':
      return (priced.mark * factor - priced.entry) * priced.unit
    case 'inverse':
      return (1 / priced.entry - 1 / (priced.mark * factor)) * priced.unit * factor
  }
}
