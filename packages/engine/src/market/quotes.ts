import { type Instrument, type InstrumentKey, parseInstrumentKey } from '@holdfast/quant'
import { addRow, createDigest, type Digest, foldNumber, foldText, hashText, type TextHash } from '../digest.js'
import type { Provenance, QuoteObservation } from '../event.js'
import { advances } from './feed.js'

/** Fields of a quote's row, in order. `NaN` stands for what was not given. */
export const QUOTE_FIELDS = [
  'bid',
  'ask',
  'mark',
  'last',
  'bidSize',
  'askSize',
  'markVol',
  'forward',
  'fundingRate',
  'openInterest',
  'sourceTime',
  'receivedTime',
  'sequence',
  'idleMessages',
  'messageTime',
  'average',
  'averageTime',
] as const
export type QuoteField = (typeof QUOTE_FIELDS)[number]

const WIDTH = QUOTE_FIELDS.length
const AT = Object.fromEntries(QUOTE_FIELDS.map((name, index) => [name, index])) as Readonly<Record<QuoteField, number>>
/** The fields that a ticker carries; they are the first of the row. */
const OBSERVED = QUOTE_FIELDS.slice(0, 10) as readonly Exclude<
  QuoteField,
  'sourceTime' | 'receivedTime' | 'sequence' | 'idleMessages' | 'messageTime' | 'average' | 'averageTime'
>[]

/** The latest ticker of every instrument, one row of numbers each; rows are found by interned key. Mutable. */
export type Quotes = {
  readonly ids: Map<InstrumentKey, number>
  readonly keys: InstrumentKey[]
  readonly instruments: Instrument[]
  readonly sources: string[]
  /** Hashes of keys and of sources, by id. */
  readonly hashes: TextHash[]
  readonly sourceHashes: TextHash[]
  rows: Float64Array
  readonly digest: Digest
  /** By `chainKey`. */
  readonly chains: Map<string, Chain>
}

/** Options of one underlying and expiry that have been quoted. `version` grows whenever one of them changes. */
export type Chain = {
  readonly underlying: string
  readonly expiry: number
  readonly ids: number[]
  version: number
}

export function createQuotes(): Quotes {
  return {
    ids: new Map(),
    keys: [],
    instruments: [],
    sources: [],
    hashes: [],
    sourceHashes: [],
    rows: new Float64Array(64 * WIDTH),
    digest: createDigest(),
    chains: new Map(),
  }
}

export function chainKey(underlying: string, expiry: number): string {
  return `${underlying}|${expiry}`
}

export function quoteField(quotes: Quotes, id: number, field: QuoteField): number {
  return quotes.rows[id * WIDTH + AT[field]]!
}

/**
 * Takes a ticker in. A ticker replaces the whole row: what it does not carry is no longer known. One older than the row is
 * left aside.
 *
 * @returns 'taken', 'older' or 'unknown-instrument'.
 */
export function takeQuote(
  quotes: Quotes,
  at: Provenance,
  quote: QuoteObservation,
  averageWindowMs: number,
): 'taken' | 'older' | 'unknown-instrument' {
  const known = quotes.ids.get(quote.instrument)
  const time = Math.min(at.sourceTime, at.receivedTime)
  if (known !== undefined && time < quoteField(quotes, known, 'sourceTime')) {
    changeRow(quotes, known, (row) => {
      row[AT.idleMessages]! += 1
      row[AT.messageTime] = Math.max(row[AT.messageTime]!, at.receivedTime)
    })
    return 'older'
  }
  const id = known ?? addInstrument(quotes, quote.instrument)
  if (id === undefined) return 'unknown-instrument'
  changeRow(quotes, id, (row) => {
    if (quotes.sources[id] !== at.source) {
      quotes.sources[id] = at.source
      quotes.sourceHashes[id] = hashText(at.source)
    }
    writeQuote(row, at, quote, time, averageWindowMs)
  })
  const chain = chainOf(quotes, id)
  if (chain !== undefined) chain.version += 1
  return 'taken'
}

function writeQuote(row: Float64Array, at: Provenance, quote: QuoteObservation, time: number, windowMs: number): void {
  const sequence = at.sequence ?? Number.NaN
  const before = row[AT.mark]!
  for (let i = 0; i < OBSERVED.length; i += 1) row[i] = quote[OBSERVED[i]!] ?? Number.NaN
  row[AT.messageTime] = Math.max(row[AT.messageTime]!, at.receivedTime)
  if (!advances({ sourceTime: row[AT.sourceTime]!, sequence: row[AT.sequence]! }, time, sequence)) {
    row[AT.idleMessages]! += 1
    row[AT.sequence] = sequence
    return
  }
  const average = row[AT.average]!
  const share = Math.min(1, (time - row[AT.averageTime]!) / windowMs)
  row[AT.average] = Number.isNaN(average) ? row[AT.mark]! : average + (before - average) * share
  row[AT.averageTime] = time
  row[AT.sourceTime] = time
  row[AT.receivedTime] = row[AT.messageTime]!
  row[AT.sequence] = sequence
  row[AT.idleMessages] = 0
}

function addInstrument(quotes: Quotes, key: InstrumentKey): number | undefined {
  const instrument = parseInstrumentKey(key)
  if (instrument === undefined) return undefined
  const id = quotes.keys.length
  quotes.ids.set(key, id)
  quotes.keys.push(key)
  quotes.instruments.push(instrument)
  quotes.sources.push('')
  quotes.hashes.push(hashText(key))
  quotes.sourceHashes.push(hashText(''))
  if ((id + 1) * WIDTH > quotes.rows.length) {
    const grown = new Float64Array(quotes.rows.length * 2)
    grown.set(quotes.rows)
    quotes.rows = grown
  }
  const row = rowOf(quotes, id).fill(Number.NaN)
  row[AT.sourceTime] = Number.NEGATIVE_INFINITY
  row[AT.receivedTime] = Number.NEGATIVE_INFINITY
  row[AT.messageTime] = Number.NEGATIVE_INFINITY
  row[AT.averageTime] = Number.NEGATIVE_INFINITY
  row[AT.idleMessages] = 0
  hashRow(quotes, id, 1)
  if (instrument.kind === 'option') chainFor(quotes, instrument.underlying, instrument.expiry).ids.push(id)
  return id
}

function chainFor(quotes: Quotes, underlying: string, expiry: number): Chain {
  const key = chainKey(underlying, expiry)
  const found = quotes.chains.get(key)
  if (found !== undefined) return found
  const chain = { underlying, expiry, ids: [], version: 0 }
  quotes.chains.set(key, chain)
  return chain
}

function chainOf(quotes: Quotes, id: number): Chain | undefined {
  const instrument = quotes.instruments[id]!
  if (instrument.kind !== 'option') return undefined
  return quotes.chains.get(chainKey(instrument.underlying, instrument.expiry))
}

function rowOf(quotes: Quotes, id: number): Float64Array {
  return quotes.rows.subarray(id * WIDTH, (id + 1) * WIDTH)
}

/** The only way a row is written: its hash leaves the digest and comes back changed. */
function changeRow(quotes: Quotes, id: number, change: (row: Float64Array) => void): void {
  hashRow(quotes, id, -1)
  change(rowOf(quotes, id))
  hashRow(quotes, id, 1)
}

const scratch: Digest = createDigest()

function hashRow(quotes: Quotes, id: number, sign: 1 | -1): void {
  const { high, low } = quotes.hashes[id]!
  scratch.high = high
  scratch.low = low
  for (let i = id * WIDTH; i < (id + 1) * WIDTH; i += 1) foldNumber(scratch, quotes.rows[i]!)
  foldText(scratch, quotes.sourceHashes[id]!)
  addRow(quotes.digest, scratch, sign)
}
