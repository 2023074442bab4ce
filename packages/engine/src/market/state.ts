import { type InstrumentKey, instrumentKey, isSvi, type SviParameters } from '@holdfast/quant'
import { addRow, createDigest, type Digest, digestText, foldNumber, foldText, hashText } from '../digest.js'
import type { DataFlag, Event, MarketEvent, Observation, Provenance } from '../event.js'
import { advances, createFeed, type Feed, noteMessage } from './feed.js'
import { DEFAULT_GUARD, type GuardedInput, type GuardSettings } from './guardSettings.js'
import { createHistory, type History, historyDigest, sampleHistory } from './history.js'
import { inputName } from './names.js'
import { chainKey, createQuotes, type Quotes, takeQuote } from './quotes.js'
import { createReading, type Reading, takeReading } from './reading.js'
import type { Fit } from './smile.js'

/** All sources' words on one figure, sorted by source. */
export type Figure = {
  readonly name: string
  readonly kind: GuardedInput
  readonly underlying: string
  readonly expiry?: number
  readonly readings: Reading[]
}

/** A volatility slice that a source gave ready-made. */
export type Slice = {
  readonly underlying: string
  readonly expiry: number
  source: string
  sourceTime: number
  receivedTime: number
  sequence: number
  idleMessages: number
  messageTime: number
  svi: SviParameters
}

/**
 * What is believed of the market: the latest word of every source on every input, with its provenance. Mutable, and only
 * `applyMarketEvent` writes it. Judgement is not stored: `marketView` judges for a given time.
 */
export type MarketState = {
  readonly settings: GuardSettings
  /** Received time that events have reached, epoch milliseconds; it never goes back. */
  time: number
  /** Grows with every event; a view of an older version refuses to answer. */
  version: number
  readonly feeds: Map<string, Feed>
  /** Indices, forwards and coin prices by input name. */
  readonly figures: Map<string, Figure>
  /** By `chainKey`. */
  readonly slices: Map<string, Slice>
  readonly quotes: Quotes
  /** Fitted smiles by `chainKey`: a memory of what `quotes` imply, so no part of the digest. */
  readonly fits: Map<string, Fit>
  readonly listed: Set<InstrumentKey>
  /** Of `listed`; it grows with it. */
  readonly listedDigest: Digest
  readonly history: History
}

export function createMarketState(settings: GuardSettings = DEFAULT_GUARD): MarketState {
  return {
    settings,
    time: 0,
    version: 0,
    feeds: new Map(),
    figures: new Map(),
    slices: new Map(),
    quotes: createQuotes(),
    fits: new Map(),
    listed: new Set(),
    listedDigest: createDigest(),
    history: createHistory(),
  }
}

/**
 * Takes one event in. Events that say nothing of the market only move time.
 *
 * @returns what was wrong with it, by name; nothing throws on bad data, and what was believed before stays.
 */
export function applyMarketEvent(state: MarketState, event: Event): readonly DataFlag[] {
  const flags: DataFlag[] = []
  state.version += 1
  if (event.receivedTime < state.time) {
    const detail = `received ${state.time - event.receivedTime} ms before what was received last`
    flags.push({ code: 'received-time-backwards', subject: `feed:${event.source}`, detail })
  } else state.time = event.receivedTime
  if (event.kind === 'listing') {
    for (const instrument of event.instruments) list(state, instrumentKey(instrument))
  }
  if (event.kind !== 'market') return flags
  flags.push(...(event.flags ?? []))
  flags.push(
    ...noteMessage(feedOf(state, event.source), event, event.observations.length === 0, state.settings.clockAheadMs),
  )
  takeObservations(state, event, flags)
  return flags
}

function list(state: MarketState, key: InstrumentKey): void {
  if (state.listed.has(key)) return
  state.listed.add(key)
  addRow(state.listedDigest, namedRow('listed', key), 1)
}

function takeObservations(state: MarketState, event: MarketEvent, flags: DataFlag[]): void {
  for (const observation of event.observations) {
    switch (observation.kind) {
      case 'index':
      case 'asset':
      case 'forward':
        takeFigure(state, event, observation, flags)
        break
      case 'slice':
        takeSlice(state, event, observation, flags)
        break
      case 'quote': {
        const taken = takeQuote(state.quotes, event, observation, state.settings.averageWindowMs)
        if (taken !== 'taken')
          flags.push({ code: taken, subject: inputName.quote(observation.instrument), detail: LEFT_ASIDE[taken] })
      }
    }
  }
}

const LEFT_ASIDE = {
  older: 'older than what is held; left aside',
  'unknown-instrument': 'instrument key cannot be read; left aside',
} as const

type FigureObservation = Extract<Observation, { kind: 'index' | 'asset' | 'forward' }>

function takeFigure(state: MarketState, at: Provenance, observation: FigureObservation, flags: DataFlag[]): void {
  const name = figureName(observation)
  const { price } = observation
  if (!(price > 0 && price < Number.POSITIVE_INFINITY)) {
    flags.push({ code: 'not-a-price', subject: name, detail: `${price} from ${at.source}; left aside` })
    return
  }
  const confidence = observation.kind === 'forward' ? Number.NaN : (observation.confidence ?? Number.NaN)
  const figure = figureOf(state, name, observation)
  const reading = figure.readings.find(({ source }) => source === at.source)
  if (reading === undefined) {
    figure.readings.push(createReading(at, price, confidence))
    figure.readings.sort((a, b) => (a.source < b.source ? -1 : 1))
  } else if (!takeReading(reading, at, price, confidence, state.settings.averageWindowMs)) {
    flags.push({ code: 'older', subject: name, detail: LEFT_ASIDE.older })
    return
  }
  if (observation.kind === 'index') {
    sampleHistory(state.history, observation.underlying, Math.min(at.sourceTime, at.receivedTime), price)
  }
}

function figureName(observation: FigureObservation): string {
  switch (observation.kind) {
    case 'index':
      return inputName.index(observation.underlying)
    case 'asset':
      return inputName.asset(observation.asset)
    case 'forward':
      return inputName.forward(observation.underlying, observation.expiry)
  }
}

function figureOf(state: MarketState, name: string, observation: FigureObservation): Figure {
  const found = state.figures.get(name)
  if (found !== undefined) return found
  const underlying = observation.kind === 'asset' ? observation.asset : observation.underlying
  const figure: Figure = {
    name,
    kind: observation.kind === 'forward' ? 'forward' : 'index',
    underlying,
    ...(observation.kind === 'forward' ? { expiry: observation.expiry } : {}),
    readings: [],
  }
  state.figures.set(name, figure)
  return figure
}

function takeSlice(
  state: MarketState,
  at: Provenance,
  observation: Extract<Observation, { kind: 'slice' }>,
  flags: DataFlag[],
): void {
  const { underlying, expiry } = observation
  const [a, b, rho, m, sigma] = observation.svi
  const svi = { a, b, rho, m, sigma }
  const subject = inputName.surface(underlying, expiry)
  if (!isSvi(svi)) {
    flags.push({
      code: 'not-a-surface',
      subject,
      detail: `raw SVI ${observation.svi.join(', ')} from ${at.source}; left aside`,
    })
    return
  }
  const key = chainKey(underlying, expiry)
  const time = Math.min(at.sourceTime, at.receivedTime)
  const sequence = at.sequence ?? Number.NaN
  const before = state.slices.get(key)
  if (before !== undefined && time < before.sourceTime) {
    flags.push({ code: 'older', subject, detail: LEFT_ASIDE.older })
    return
  }
  if (before !== undefined && !advances(before, time, sequence)) {
    before.idleMessages += 1
    before.messageTime = Math.max(before.messageTime, at.receivedTime)
    before.svi = svi
    return
  }
  state.slices.set(key, {
    underlying,
    expiry,
    source: at.source,
    sourceTime: time,
    receivedTime: at.receivedTime,
    sequence,
    idleMessages: 0,
    messageTime: at.receivedTime,
    svi,
  })
}

function feedOf(state: MarketState, source: string): Feed {
  const found = state.feeds.get(source)
  if (found !== undefined) return found
  const feed = createFeed(source)
  state.feeds.set(source, feed)
  return feed
}

/**
 * Digest of all that is believed: the few figures, feeds and slices are hashed anew, the many quotes and listings keep
 * a running hash.
 *
 * @returns sixteen hexadecimal digits; equal for equal states, however the events were batched.
 */
export function marketDigest(state: MarketState): string {
  const digest = { ...state.listedDigest }
  const add = (name: string, source: string, values: readonly number[]) => {
    const row = namedRow(name, source)
    for (const value of values) foldNumber(row, value)
    addRow(digest, row, 1)
  }
  add('time', '', [state.time])
  for (const feed of state.feeds.values()) add('feed', feed.source, numbersOf(feed))
  for (const figure of state.figures.values()) {
    for (const reading of figure.readings) add(figure.name, reading.source, numbersOf(reading))
  }
  for (const slice of state.slices.values()) {
    add(inputName.surface(slice.underlying, slice.expiry), slice.source, [
      ...numbersOf(slice),
      ...Object.values(slice.svi),
    ])
  }
  add('quotes', '', [state.quotes.digest.high, state.quotes.digest.low])
  historyDigest(state.history, (underlying, values) => add('history', underlying, values))
  return digestText(digest)
}

function namedRow(name: string, source: string): Digest {
  const row = createDigest()
  foldText(row, hashText(name))
  foldText(row, hashText(source))
  return row
}

function numbersOf(record: object): readonly number[] {
  return Object.values(record).filter((value) => typeof value === 'number')
}
