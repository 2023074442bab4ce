import type { QuoteObservation } from '@holdfast/engine'
import { type Future, type Instrument, instrumentKey, type Perpetual, parseInstrumentKey } from '@holdfast/quant'
import { MONTHS } from './deribitRow.js'
import type { Ledger } from './ledger.js'
import { createRowReader, problemText, type RowReader } from './row.js'
import { readHeader, readTable } from './table.js'

/** Price of a perpetual or future near a snapshot. */
export type FuturePrice = {
  readonly instrument: Instrument
  readonly quote: QuoteObservation
  /** How far the candle's price lies from the snapshot's time, seconds ≥ 0; absent where there was no candle. */
  readonly candleGapSeconds?: number
}

/** Prices by the snapshot's time in epoch milliseconds. */
export type FuturePrices = ReadonlyMap<number, readonly FuturePrice[]>

type FuturesFormat = {
  readonly columns: readonly string[]
  read(reader: RowReader): FuturePrice | undefined
}

/** `perpetual_futures_prices`: a one-minute candle near each snapshot; bid and ask are not recorded. */
const PERPETUALS: FuturesFormat = {
  columns: ['snapshot_timestamp_ms', 'coin', 'instrument_name', 'candle_price_gap_seconds', 'candle_price_used'],
  read(reader) {
    const coin = reader.text('coin')
    if (reader.text('instrument_name') !== `${coin}-PERPETUAL`) reader.refuse('instrument_name', `${coin}-PERPETUAL`)
    const price = reader.optional('candle_price_used', 'positive')
    if (price === undefined) return undefined
    const instrument: Perpetual = { kind: 'perpetual', ...inverse(coin) }
    return {
      instrument,
      quote: { kind: 'quote', instrument: instrumentKey(instrument), mark: price, last: price },
      candleGapSeconds: reader.number('candle_price_gap_seconds', 'non-negative'),
    }
  },
}

/** `term_futures_marks`: the mark is the forward that the chain's own rows carry; the candle's price is the last trade. */
const DATED: FuturesFormat = {
  columns: [
    'snapshot_timestamp_ms',
    'currency',
    'futures_instrument_name',
    'snapshot_term_mark_price',
    'term_candle_price_used',
    'term_candle_gap_seconds',
  ],
  read(reader) {
    const instrument = futureOf(reader)
    const mark = reader.optional('snapshot_term_mark_price', 'positive')
    const last = reader.optional('term_candle_price_used', 'positive')
    const candleGapSeconds = reader.optional('term_candle_gap_seconds', 'non-negative')
    if (instrument === undefined || (mark === undefined && last === undefined)) return undefined
    return {
      instrument,
      quote: {
        kind: 'quote',
        instrument: instrumentKey(instrument),
        ...(mark !== undefined && { mark }),
        ...(last !== undefined && { last }),
      },
      ...(last !== undefined && candleGapSeconds !== undefined && { candleGapSeconds }),
    }
  },
}

export function futuresFormatOf(fileName: string): FuturesFormat | undefined {
  if (fileName.startsWith('perpetual_futures_prices')) return PERPETUALS
  if (fileName.startsWith('term_futures_marks')) return DATED
  return undefined
}

/**
 * Reads a file of perpetual or future prices whole: some fifteen rows per snapshot.
 *
 * @param within - prices of times for which it is false are passed over.
 * @throws {SourceError} where the file cannot be read or lacks a column.
 */
export async function readFuturePrices(
  path: string,
  name: string,
  format: FuturesFormat,
  within: (time: number) => boolean,
  ledger: Ledger,
): Promise<FuturePrices> {
  const header = await readHeader(path, format.columns)
  const reader = createRowReader(header)
  const tally = ledger.file(name)
  const prices = new Map<number, FuturePrice[]>()
  for await (const part of readTable(path, header)) {
    if (part.kind === 'end') {
      if (part.end.kind === 'corrupt') prices.clear()
      if (part.end.kind !== 'whole') {
        ledger.defect(part.end.kind === 'corrupt' ? 'corrupt-file' : 'truncated-file', `${name}: ${part.end.detail}`)
        ledger.damaged()
      }
      break
    }
    tally.row(part.rows.length + part.broken.length)
    for (const { line, problem } of part.broken) {
      tally.skipped()
      ledger.defect('unreadable-row', `${name}:${line}: ${problem}`)
    }
    for (const { line, fields } of part.rows) {
      reader.open(fields)
      const time = reader.number('snapshot_timestamp_ms', 'positive')
      const price = format.read(reader)
      const problem = reader.problem()
      if (problem !== undefined) {
        tally.skipped()
        ledger.defect(problem.code, `${name}:${line}: ${problemText(problem)}`)
      } else if (price !== undefined && within(time)) {
        tally.time(time)
        prices.set(time, [...(prices.get(time) ?? []), price])
      }
    }
  }
  return prices
}

function inverse(coin: string) {
  return { venue: 'deribit', underlying: coin, quote: 'USD', settle: coin, payoff: 'inverse' } as const
}

/** The file has no column for the expiry: the name (`BTC-25DEC26`) is all there is. */
function futureOf(reader: RowReader): Future | undefined {
  const name = reader.text('futures_instrument_name')
  const match = /^([A-Z0-9]+)-(\d{1,2})([A-Z]{3})(\d{2})$/.exec(name)
  const month = MONTHS.indexOf(match?.[3] ?? '') + 1
  const two = (text: string) => text.padStart(2, '0')
  const key = match && `deribit:${match[1]}/USD:${match[1]}-${match[4]}${two(String(month))}${two(match[2]!)}`
  const instrument = key ? parseInstrumentKey(key) : undefined
  if (instrument?.kind === 'future') return instrument
  reader.refuse('futures_instrument_name', 'a future such as BTC-25DEC26')
  return undefined
}
