import type { Event, MarketEvent } from '@holdfast/engine'
import { exp, type Instrument, instrumentKey, log, parseInstrumentKey } from '@holdfast/quant'
import type { ExchangeMarket } from './market.js'
import type { Tradable } from './terms.js'

const YEAR_MS = 365 * 86_400_000
/** Carry of a forward that the recording does not tell, per year. */
const CARRY = 0.05

type Instant = {
  readonly time: number
  readonly index: Map<string, number>
  readonly forwards: Map<string, number>
  readonly marks: Map<string, number>
  readonly vols: Map<string, number>
}

/**
 * A market that repeats recorded events, e.g. of Deribit chains or a scenario: index, forwards, marks of perpetuals and futures,
 * vols of options. Between two recorded instants everything goes along a line (prices in the log, vols straight), a step at
 * a time, so that orders have a market that moves. It ends with the recording.
 */
export async function recordedMarket(
  events: AsyncIterable<Event> | Iterable<Event>,
  options: { readonly stepMs?: number; readonly from?: number } = {},
): Promise<ExchangeMarket> {
  const { stepMs = 1_000 } = options
  const instants: Instant[] = []
  const listed = new Map<string, { readonly instrument: Tradable; readonly from: number }>()
  for await (const event of events) {
    if (event.kind === 'listing') for (const one of event.instruments) list(listed, one, event.sourceTime)
    if (event.kind !== 'market' || event.observations.length === 0) continue
    const instant = instantOf(event, instants.at(-1))
    for (const key of [...instant.marks.keys(), ...instant.vols.keys()]) {
      const instrument = parseInstrumentKey(key)
      if (instrument !== undefined) list(listed, instrument, event.sourceTime)
    }
    if (instants.at(-1)?.time === instant.time) instants.pop()
    instants.push(instant)
  }
  const usable = instants.filter(({ index, time }) => index.size > 0 && time >= (options.from ?? 0))
  if (usable.length === 0) throw new RangeError('the recording has no instant with an index price')
  return replay(usable, listed, stepMs)
}

function list(listed: Map<string, { instrument: Tradable; from: number }>, instrument: Instrument, from: number): void {
  if (instrument.kind === 'spot' || instrument.venue !== 'deribit' || instrument.payoff !== 'inverse') return
  const key = instrumentKey(instrument)
  if (!listed.has(key)) listed.set(key, { instrument, from })
}

/** What an event tells, on top of what was known. */
function instantOf(event: MarketEvent, before: Instant | undefined): Instant {
  const instant: Instant = {
    time: event.sourceTime,
    index: new Map(before?.index),
    forwards: new Map(before?.forwards),
    marks: new Map(before?.marks),
    vols: new Map(before?.vols),
  }
  for (const one of event.observations) {
    switch (one.kind) {
      case 'index':
        instant.index.set(one.underlying, one.price)
        break
      case 'forward':
        instant.forwards.set(`${one.underlying} ${one.expiry}`, one.price)
        break
      case 'quote':
        if (one.markVol !== undefined && one.markVol > 0) instant.vols.set(one.instrument, one.markVol)
        else if (one.mark !== undefined && one.mark > 0) instant.marks.set(one.instrument, one.mark)
        break
      case 'asset':
      case 'slice':
        break
    }
  }
  return instant
}

function replay(
  instants: readonly Instant[],
  listed: ReadonlyMap<string, { readonly instrument: Tradable; readonly from: number }>,
  stepMs: number,
): ExchangeMarket {
  const [first] = instants
  const end = instants.at(-1)!.time
  let place = 0
  let time = first!.time
  const between = (of: (instant: Instant) => number | undefined, isPrice: boolean): number | undefined => {
    const [a, b] = [instants[place]!, instants[place + 1]]
    const from = of(a)
    const to = b === undefined ? from : of(b)
    if (from === undefined || to === undefined || b === undefined) return from ?? to
    const share = (time - a.time) / (b.time - a.time)
    return isPrice ? from * exp(share * log(to / from)) : from + share * (to - from)
  }
  const market: ExchangeMarket = {
    start: first!.time,
    stress: 1,
    currencies: [...first!.index.keys()].filter((name) => name === 'BTC' || name === 'ETH'),
    nextStep: () => (time + stepMs <= end ? time + stepMs : undefined),
    step() {
      time += stepMs
      while (place + 1 < instants.length && instants[place + 1]!.time <= time) place += 1
    },
    index: (currency) => Math.round(between(({ index }) => index.get(currency), true)! * 100) / 100,
    forward(instrument) {
      const key = instrumentKey(instrument)
      const mark = instrument.kind === 'option' ? undefined : between(({ marks }) => marks.get(key), true)
      if (mark !== undefined) return mark
      const spot = market.index(instrument.underlying)
      if (instrument.kind === 'perpetual') return spot
      const told = between(({ forwards }) => forwards.get(`${instrument.underlying} ${instrument.expiry}`), true)
      return told ?? spot * exp((CARRY * Math.max(0, instrument.expiry - time)) / YEAR_MS)
    },
    vol: (option) => between(({ vols }) => vols.get(instrumentKey(option)), false) ?? 0.6,
    listing: (at) =>
      [...listed.values()]
        .filter(({ instrument, from }) => from <= at && (instrument.kind === 'perpetual' || instrument.expiry > at))
        .map(({ instrument }) => instrument),
  }
  return market
}
