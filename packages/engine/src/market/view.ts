import { type Instrument, type InstrumentKey, instrumentKey } from '@holdfast/quant'
import type { InputState } from '../assess/assessment.js'
import type { DataFlag } from '../event.js'
import { doubted, judgeAge, judgeSources, type Verdict } from './judge.js'
import { believeMark } from './mark.js'
import { durationText, inputName, percentText } from './names.js'
import { QUOTE_FIELDS, type QuoteField, quoteField } from './quotes.js'
import { remembered } from './remembered.js'
import { believeSmile, knownExpiries } from './smile.js'
import { type Belief, type GuardState, type MarketSnapshot, OutdatedViewError, type QuoteBelief } from './snapshot.js'
import type { Figure, MarketState } from './state.js'

/**
 * Judges what is believed at a given time.
 *
 * @param state - market state; the view answers until the next event is applied to it.
 * @param now - engine time, epoch milliseconds, ≥ the received time of every event applied.
 */
export function marketView(state: MarketState, now: number): MarketSnapshot {
  const { version } = state
  const once = <K, T>(make: (key: K) => T): ((key: K) => T) => {
    const answer = remembered(make)
    return (key) => {
      if (state.version !== version) throw new OutdatedViewError()
      return answer(key)
    }
  }
  const guard = once(() => guardState(state, now))
  const underlyings = once(() => underlyingsOf(state))
  const forwards = once((underlying: string) =>
    once((expiry: number) => believeForward(state, underlying, expiry, now)),
  )
  const smiles = once((underlying: string) =>
    once((expiry: number) => believeSmile(state, snapshot, underlying, expiry)),
  )
  const feeds = once(() => feedStates(state, now))
  const quoted = once(() => [...state.quotes.keys].sort())
  const flags = once(() => quoteFlags(snapshot))
  const snapshot: MarketSnapshot = {
    time: now,
    get guard() {
      return guard(undefined)
    },
    get underlyings() {
      return underlyings(undefined)
    },
    index: once((underlying) => believeFigure(state, inputName.index(underlying), now)),
    asset: once((asset) => believeAsset(state, snapshot, asset, now)),
    forward: (underlying, expiry) => forwards(underlying)(expiry),
    smile: (underlying, expiry) => smiles(underlying)(expiry),
    quote: once((instrument) => believeQuote(state, instrument, now)),
    mark: once((instrument) => believeMark(snapshot, instrument, instrumentKey(instrument))),
    feeds: () => feeds(undefined),
    expiries: once((underlying) => knownExpiries(state, underlying, now)),
    quoted: () => quoted(undefined),
    listed: once((instrument) => isListed(state, instrument)),
    history: once((underlying) => state.history.get(underlying)),
    quoteFlags: () => flags(undefined),
  }
  return snapshot
}

function underlyingsOf(state: MarketState): readonly string[] {
  const names = [...state.figures.values()].filter(({ name }) => name.startsWith('index:'))
  return names.map(({ underlying }) => underlying).sort()
}

/** What is not known of an input that nobody has spoken of. */
export function unknownInput(name: string, reason = 'no source has said anything'): InputState {
  return { name, source: '', quality: 'unknown', reasons: [reason] }
}

function believeFigure(state: MarketState, name: string, now: number): Belief {
  const figure = state.figures.get(name)
  const judged = figure === undefined ? undefined : judgeFigure(state, figure, now)
  if (judged === undefined) return unknownInput(name)
  const { reading, verdict } = judged
  return {
    name,
    source: reading.source,
    sourceTime: reading.sourceTime,
    receivedTime: reading.receivedTime,
    ...verdict,
    value: reading.value,
    ...(Number.isNaN(reading.confidence) ? {} : { confidence: reading.confidence }),
  }
}

function judgeFigure(state: MarketState, figure: Figure, now: number) {
  return judgeSources(figure.readings, state.feeds, now, state.settings[figure.kind], state.settings.clockAheadMs)
}

function believeAsset(state: MarketState, snapshot: MarketSnapshot, asset: string, now: number): Belief {
  const name = inputName.asset(asset)
  if (asset === 'USD') return { ...assumed(name, now), value: 1, reasons: [] }
  if (state.figures.has(name)) return believeFigure(state, name, now)
  if (state.figures.has(inputName.index(asset))) return snapshot.index(asset)
  if (!state.settings.parAssets.includes(asset)) return unknownInput(name)
  return { ...assumed(name, now), value: 1, reasons: [`taken at 1 USD: no source prices ${asset}`] }
}

function assumed(name: string, now: number): InputState {
  return { name, source: 'par', sourceTime: now, receivedTime: now, ageMs: 0, quality: 'live', reasons: [] }
}

function believeForward(state: MarketState, underlying: string, expiry: number, now: number): Belief {
  const name = inputName.forward(underlying, expiry)
  if (state.figures.has(name)) return believeFigure(state, name, now)
  return forwardFromChain(state, underlying, expiry, now) ?? unknownInput(name)
}

/** The median forward that the venue wrote beside the tickers of an expiry: rows of one chain differ slightly. */
function forwardFromChain(state: MarketState, underlying: string, expiry: number, now: number): Belief | undefined {
  const { quotes } = state
  const chain = quotes.chains.get(`${underlying}|${expiry}`)
  const rows = (chain?.ids ?? []).filter((id) => quoteField(quotes, id, 'forward') > 0)
  if (rows.length === 0) return undefined
  const latest = rows.reduce((best, id) =>
    quoteField(quotes, id, 'sourceTime') > quoteField(quotes, best, 'sourceTime') ? id : best,
  )
  const time = quoteField(quotes, latest, 'sourceTime')
  const values = rows
    .filter((id) => quoteField(quotes, id, 'sourceTime') === time)
    .map((id) => quoteField(quotes, id, 'forward'))
    .sort((a, b) => a - b)
  const middle = values.length >> 1
  const value = values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2
  const verdict = judgeRow(state, latest, now, 'forward')
  return { ...rowState(state, latest, inputName.forward(underlying, expiry), verdict), value }
}

/** Judges the age and progress of one ticker, by the limits of the kind of input that it serves as. */
export function judgeRow(state: MarketState, id: number, now: number, kind: 'forward' | 'quote' | 'surface'): Verdict {
  const { quotes } = state
  const attested = {
    sourceTime: quoteField(quotes, id, 'sourceTime'),
    receivedTime: quoteField(quotes, id, 'receivedTime'),
    idleMessages: quoteField(quotes, id, 'idleMessages'),
    messageTime: quoteField(quotes, id, 'messageTime'),
  }
  return judgeAge(attested, state.feeds.get(quotes.sources[id]!), now, state.settings[kind])
}

export function rowState(state: MarketState, id: number, name: string, verdict: Verdict): InputState {
  return {
    name,
    source: state.quotes.sources[id]!,
    sourceTime: quoteField(state.quotes, id, 'sourceTime'),
    receivedTime: quoteField(state.quotes, id, 'receivedTime'),
    ...verdict,
  }
}

const TICKER_FIELDS = QUOTE_FIELDS.slice(0, 10) as readonly (QuoteField & keyof QuoteBelief)[]

function believeQuote(state: MarketState, key: InstrumentKey, now: number): QuoteBelief {
  const id = state.quotes.ids.get(key)
  const name = inputName.quote(key)
  if (id === undefined) return unknownInput(name)
  const figures: Partial<Record<(typeof TICKER_FIELDS)[number], number>> = {}
  for (const field of TICKER_FIELDS) {
    const value = quoteField(state.quotes, id, field)
    if (!Number.isNaN(value)) figures[field] = value
  }
  const doubts = quoteDoubts(state, id, figures)
  const age = judgeRow(state, id, now, 'quote')
  const { bid, ask, mark, last } = figures
  if (bid === undefined && ask === undefined && mark === undefined && last === undefined) {
    return { ...rowState(state, id, name, age), quality: 'unknown', reasons: ['the ticker carries no price'] }
  }
  return { ...rowState(state, id, name, doubted(age, doubts)), ...figures }
}

/** Crossed, one-sided, jumped, or with a mark outside of its own bid and ask. */
function quoteDoubts(state: MarketState, id: number, quote: Partial<QuoteBelief>): readonly string[] {
  const { settings } = state
  const { bid, ask, mark } = quote
  const doubts: string[] = []
  if (bid !== undefined && ask !== undefined && !(bid <= ask)) doubts.push(`crossed: bid ${bid} above ask ${ask}`)
  if (bid === undefined && ask !== undefined) doubts.push('no bid')
  if (ask === undefined && bid !== undefined) doubts.push('no ask')
  if (mark !== undefined) {
    const room = settings.markOutsideQuote * mark
    if (bid !== undefined && mark < bid - room) doubts.push(`mark ${mark} below bid ${bid}`)
    if (ask !== undefined && mark > ask + room) doubts.push(`mark ${mark} above ask ${ask}`)
    const average = quoteField(state.quotes, id, 'average')
    const jump = Math.abs(mark / average - 1)
    if (average > 0 && !(jump <= settings.quote.maxJump)) {
      doubts.push(
        `mark jumped ${percentText(jump)} from its time-weighted average ${average}; allowed ${percentText(settings.quote.maxJump)}`,
      )
    }
  }
  return doubts
}

function quoteFlags(snapshot: MarketSnapshot): readonly DataFlag[] {
  const flags: DataFlag[] = []
  for (const key of snapshot.quoted()) {
    const { name, quality, reasons } = snapshot.quote(key)
    if (quality !== 'suspect') continue
    for (const detail of reasons) flags.push({ code: 'suspect-quote', subject: name, detail })
  }
  return flags
}

function feedStates(state: MarketState, now: number): readonly InputState[] {
  const sorted = [...state.feeds.values()].sort((a, b) => (a.source < b.source ? -1 : 1))
  return sorted.map((feed) => {
    const attested = { ...feed, receivedTime: feed.progressTime, messageTime: feed.receivedTime }
    const verdict = judgeAge(attested, feed, now, state.settings.index)
    const backwards = feed.backwards === 0 ? [] : [`its clock went back ${feed.backwards} times`]
    return {
      name: inputName.feed(feed.source),
      source: feed.source,
      sourceTime: feed.sourceTime,
      receivedTime: feed.progressTime,
      ...verdict,
      reasons: [...verdict.reasons, ...backwards],
    }
  })
}

function guardState(state: MarketState, now: number): GuardState {
  let judged = 0
  let stale = 0
  let youngest = Number.POSITIVE_INFINITY
  for (const figure of state.figures.values()) {
    const verdict = judgeFigure(state, figure, now)?.verdict
    if (verdict === undefined) continue
    judged += 1
    if (verdict.quality === 'stale') stale += 1
    youngest = Math.min(youngest, verdict.ageMs)
  }
  const alarm = judged > 0 && stale === judged
  const reason = `all ${judged} figures are judged stale, the youngest is ${durationText(youngest)} old: a dead feed, wrong limits, or a wrong clock of ours`
  return { alarm, judged, stale, reasons: alarm ? [reason] : [] }
}

function isListed(state: MarketState, instrument: Instrument): boolean | undefined {
  if (state.listed.has(instrumentKey(instrument))) return true
  const prefix = `${instrument.venue}:`
  for (const key of state.listed) if (key.startsWith(prefix)) return false
  return undefined
}
