import type { DataFlag, Observation, QuoteObservation } from '@holdfast/engine'
import { instrumentKey } from '@holdfast/quant'
import type { DefectCode } from '../defect.js'
import type { ChainRow } from './deribitRow.js'
import { createFlagBuffer } from './flagBuffer.js'
import type { Ledger } from './ledger.js'

/** Rows of one expiry, or of one instant, may differ by so much (relative) before it is worth a flag. */
const SPREAD_MAX = 0.001

/** All rows of one instant, gathered until the instant is complete. */
export type ChainSnapshot = {
  readonly time: number
  add(row: ChainRow, place: string): void
  /** A row that could not be used. */
  reject(code: DefectCode, place: string, detail: string): void
  finish(ledger: Ledger): SnapshotParts
}

export type SnapshotParts = {
  readonly time: number
  readonly rows: readonly ChainRow[]
  /** By underlying, sorted. */
  readonly index: ReadonlyMap<string, number>
  readonly observations: readonly Observation[]
  readonly flags: readonly DataFlag[]
}

export function createChainSnapshot(time: number): ChainSnapshot {
  const rows = new Map<string, ChainRow>()
  const rejected: [DefectCode, string, string][] = []
  const reject = (code: DefectCode, subject: string, detail: string) => {
    rejected.push([code, subject, detail])
  }
  return {
    time,
    reject,
    add(row, place) {
      const key = instrumentKey(row.instrument)
      if (rows.has(key)) reject('duplicate-instrument', place, `${key} stands in this snapshot already`)
      else if (row.instrument.expiry <= time) reject('expired-row', place, `${key} had expired`)
      else rows.set(key, row)
    },
    finish(ledger) {
      const quotes = [...rows.values()]
      const buffer = createFlagBuffer(ledger)
      for (const one of rejected) buffer.add(...one)
      const flags = buffer.take()
      const index = medians(
        groupBy(quotes, (row) => row.instrument.underlying),
        (row) => row.index,
      )
      const forwards = medians(groupBy(quotes, forwardName), (row) => row.forward)
      for (const [underlying, spread] of index) {
        if (spread.relative > SPREAD_MAX)
          flags.push(ledger.flag('index-spread', `index:${underlying}`, spreadText(spread)))
      }
      for (const [name, spread] of forwards) {
        if (spread.relative > SPREAD_MAX) flags.push(ledger.flag('forward-spread', name, spreadText(spread)))
      }
      flags.push(...quoteFlags(ledger, quotes))
      return {
        time,
        rows: quotes,
        index: new Map([...index].map(([underlying, { median }]) => [underlying, median])),
        observations: [
          ...[...index].map(([underlying, { median }]): Observation => ({ kind: 'index', underlying, price: median })),
          ...[...forwards.values()].map(({ median, first }): Observation => {
            const { underlying, expiry } = first.instrument
            return { kind: 'forward', underlying, expiry, price: median }
          }),
          ...quotes.map(quoteOf),
        ],
        flags,
      }
    },
  }
}

function quoteOf(row: ChainRow): QuoteObservation {
  const { bid, ask, mark, markVol, openInterest } = row
  return {
    kind: 'quote',
    instrument: instrumentKey(row.instrument),
    ...(bid !== undefined && { bid }),
    ...(ask !== undefined && { ask }),
    ...(mark !== undefined && { mark }),
    ...(markVol !== undefined && { markVol }),
    forward: row.forward,
    ...(openInterest !== undefined && { openInterest }),
  }
}

const QUOTE_DEFECTS: readonly { code: DefectCode; has: (row: ChainRow) => boolean; words: string }[] = [
  { code: 'missing-bid', has: (row) => row.bid === undefined, words: 'have no bid' },
  { code: 'missing-ask', has: (row) => row.ask === undefined, words: 'have no ask' },
  {
    code: 'missing-mark',
    has: (row) => row.mark === undefined || row.markVol === undefined,
    words: 'have no mark or no mark vol',
  },
  { code: 'crossed-quote', has: (row) => row.bid! > row.ask!, words: 'are crossed' },
  {
    code: 'mark-outside-quote',
    has: (row) => row.mark! < row.bid! || row.mark! > row.ask!,
    words: 'have a mark outside bid and ask',
  },
]

/** One flag per underlying and defect, with the count and the first few instruments. */
function quoteFlags(ledger: Ledger, rows: readonly ChainRow[]): DataFlag[] {
  return [...groupBy(rows, (row) => row.instrument.underlying)].flatMap(([underlying, chain]) =>
    QUOTE_DEFECTS.flatMap(({ code, has, words }) => {
      const found = chain.filter(has)
      if (found.length === 0) return []
      const first = found.slice(0, 3).map((row) => instrumentKey(row.instrument))
      const more = found.length > first.length ? ', …' : ''
      const detail = `${found.length} of ${chain.length} quotes ${words}: ${first.join(', ')}${more}`
      return [ledger.flag(code, `chain:${underlying}`, detail, found.length)]
    }),
  )
}

/** `forward:BTC:2026-02-27`, the name that the input has in an assessment. */
function forwardName(row: ChainRow): string {
  return `forward:${row.instrument.underlying}:${new Date(row.instrument.expiry).toISOString().slice(0, 10)}`
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Spread = {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly relative: number
  readonly first: ChainRow
}

function medians(groups: ReadonlyMap<string, ChainRow[]>, figure: (row: ChainRow) => number): Map<string, Spread> {
  return new Map(
    [...groups].map(([key, rows]) => {
      const values = rows.map(figure).sort((a, b) => a - b)
      // The lower median is a value that was really recorded, where a mean of two would be nobody's.
      const median = values[(values.length - 1) >> 1]!
      const [low, high] = [values[0]!, values[values.length - 1]!]
      return [key, { median, low, high, relative: (high - low) / median, first: rows[0]! }]
    }),
  )
}

function spreadText(spread: Spread): string {
  return `rows say ${spread.low} to ${spread.high}, the median ${spread.median} is used`
}
