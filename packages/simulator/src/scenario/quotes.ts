import { optionMark, type QuoteObservation } from '@holdfast/engine'
import { type Future, instrumentKey, log, type Option, type Perpetual } from '@holdfast/quant'
import type { ScenarioHeader, ScenarioSlice, ScenarioSnapshot, UnderlyingState } from './format.js'
import { expiryOf, variance } from './interpolate.js'
import type { Listing } from './listing.js'

/** Steps of the price per unit, e.g. 2 for 0.5 USD: a whole number, so that rounded prices are the nearest doubles. */
const OPTION_TICKS_PER_UNIT = 10_000
const YEAR_MS = 365 * 86_400_000
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
  const slices = slicesByExpiry(at)
  return [
    ...listing.perpetuals.map((perpetual) => {
      const { index, perpetual: mark } = at.market[perpetual.underlying]!
      return { ...linearQuote(header, perpetual, mark, at.recorded.stress), fundingRate: fundingRate(mark, index) }
    }),
    ...listing.futures.flatMap((future) => {
      const slice = slices.get(future.underlying)?.get(future.expiry)
      return slice === undefined ? [] : [linearQuote(header, future, slice[1], at.recorded.stress)]
    }),
    ...listing.quoted.flatMap((option, place) => optionQuote(header, option, place, at, slices) ?? []),
    ...listing.asked.flatMap((option) => optionQuote(header, option, -1, at, slices) ?? []),
  ]
}

type Slices = ReadonlyMap<string, ReadonlyMap<number, ScenarioSlice>>

function slicesByExpiry({ market }: At): Slices {
  return new Map(
    Object.entries(market).map(([underlying, state]) => [
      underlying,
      new Map(state.slices.map((slice) => [expiryOf(slice[0]), slice])),
    ]),
  )
}

/** Undefined where the expiry has no smile. A side that nobody quoted in the recording is not quoted here either. */
function optionQuote(
  header: ScenarioHeader,
  option: Option,
  place: number,
  at: At,
  slices: Slices,
): QuoteObservation | undefined {
  const slice = slices.get(option.underlying)?.get(option.expiry)
  const years = (option.expiry - at.time) / YEAR_MS
  if (slice === undefined || !(years > 0)) return undefined
  const forward = slice[1]
  const markVol = Math.sqrt(variance(slice, log(option.strike / forward)) / years)
  const mark = optionMark(option, forward, markVol, years)
  const { noBid, noAsk, stress } = at.recorded
  const half = (header.quotes.optionHalfSpreadCoin + header.quotes.optionHalfSpreadOfMark * mark) * stress
  const bid = Math.floor((mark - half) * OPTION_TICKS_PER_UNIT) / OPTION_TICKS_PER_UNIT
  const size = Math.floor((header.quotes.optionDepthUsd / stress / forward) * 10) / 10
  return {
    kind: 'quote',
    instrument: instrumentKey(option),
    ...(bid > 0 && !noBid.includes(place) && { bid, bidSize: size }),
    ...(!noAsk.includes(place) && {
      ask: Math.ceil((mark + half) * OPTION_TICKS_PER_UNIT) / OPTION_TICKS_PER_UNIT,
      askSize: size,
    }),
    mark: Math.round(mark * 1e6) / 1e6,
    markVol: Math.round(markVol * 1e6) / 1e6,
  }
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
