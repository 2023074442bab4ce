import type { QuoteObservation } from '@holdfast/engine'
import { type Future, instrumentKey, type Perpetual } from '@holdfast/quant'
import type { ScenarioHeader, ScenarioSnapshot, UnderlyingState } from './format.js'
import { expiryOf } from './interpolate.js'
import type { Listing } from './listing.js'

/** Steps of the price per unit, e.g. 2 for 0.5 USD: a whole number, so that rounded prices are the nearest doubles. */
const LINEAR_TICKS_PER_UNIT: Readonly<Record<string, number>> = { BTC: 2, ETH: 20 }

type At = {
  readonly time: number
  readonly recorded: ScenarioSnapshot
  readonly market: Readonly<Record<string, UnderlyingState>>
}

/**
 * Quotes of an instant, made from marks by the rule of the header: bid and ask half a spread below and above the mark, rounded
 * outwards to the tick, with the same size at both; spreads widen and sizes shrink by the recorded `stress`.
 */
export function quotesOf(header: ScenarioHeader, listing: Listing, at: At): QuoteObservation[] {
  return [
    ...listing.perpetuals.map((perpetual) => {
      const { index, perpetual: mark } = at.market[perpetual.underlying]!
      return { ...linearQuote(header, perpetual, mark, at.recorded.stress), fundingRate: fundingRate(mark, index) }
    }),
    ...listing.futures.flatMap((future) => {
      const slice = at.market[future.underlying]!.slices.find(([date]) => expiryOf(date) === future.expiry)
      return slice === undefined ? [] : [linearQuote(header, future, slice[1], at.recorded.stress)]
    }),
  ]
}

function linearQuote(
  header: ScenarioHeader,
  instrument: Perpetual | Future,
  mark: number,
  stress: number,
): QuoteObservation {
  const { linearHalfSpreadBps, depthUsd } = header.quotes
  const half = (mark * linearHalfSpreadBps * stress) / 10_000
  const ticks = LINEAR_TICKS_PER_UNIT[instrument.underlying] ?? 100
  const inBase = Math.floor((depthUsd / stress / mark) * 1000) / 1000
  const size = instrument.payoff === 'inverse' ? Math.floor(depthUsd / stress / 10) * 10 : inBase
  return {
    kind: 'quote',
    instrument: instrumentKey(instrument),
    bid: Math.floor((mark - half) * ticks) / ticks,
    ask: Math.ceil((mark + half) * ticks) / ticks,
    mark,
    bidSize: size,
    askSize: size,
  }
}

/** Per 8 hours, Deribit's rule: max(0.025 %, p) + min(−0.025 %, p) with p the premium of the perpetual over the index. */
function fundingRate(mark: number, index: number): number {
  const premium = (mark - index) / index
  const rate = Math.max(0.00025, premium) + Math.min(-0.00025, premium)
  return Math.round(rate * 1e8) / 1e8
}
