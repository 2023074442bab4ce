import type { DataFlag, Event, Provenance } from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
import { type Source, SourceError } from '../source.js'
import { type ChainFile, readSnapshots, secondOf } from './chainFile.js'
import type { ChainSnapshot, SnapshotParts } from './chainSnapshot.js'
import type { DeribitChainsConfiguration } from './configuration.js'
import { type FuturePrice, futuresFormatOf, readFuturePrices } from './deribitFutures.js'
import { CHAIN_COLUMNS } from './deribitRow.js'
import { createFlagBuffer, type FlagBuffer } from './flagBuffer.js'
import { type DataFile, listFiles } from './folder.js'
import { createLedger, type Ledger } from './ledger.js'
import { createMarkMeter, type MarkMeter } from './markMeter.js'
import { readFrom } from './resume.js'
import { findHeader } from './table.js'

const HOUR = 3_600_000
const MAX_GAP_MS = 12 * HOUR

/**
 * Whole option chains of Deribit, one instant per file (`deribit_options_snapshot_20260204T042403Z.csv.gz`) or several in one,
 * with the prices of perpetuals and futures from `perpetual_futures_prices` and `term_futures_marks` beside them.
 *
 * Each instant gives: the instruments that are new, the settlement of expiries passed since the instant before (interpolated
 * from the index; a named estimate), and one market event with index, forwards (median of an expiry's rows) and all quotes.
 * Prices of options are in coin, vols are fractions. Files are read in the order of their names; the first columns of all are
 * looked at before the first is read, so that a wrong file is found before the run begins.
 *
 * @throws {SourceError} where the folder is missing or empty, or a file has another header.
 */
export async function openDeribitChains(configuration: DeribitChainsConfiguration, path: string): Promise<Source> {
  const files = await listFiles(path, /\.csv(\.gz)?$/)
  const futures = files.filter((file) => futuresFormatOf(file.name) !== undefined)
  const chains: ChainFile[] = []
  for (const file of files) {
    if (futures.includes(file)) continue
    const header = await findHeader(file.path, CHAIN_COLUMNS)
    const second = secondOf(file.name)
    // A file whose name lies outside the chosen time is left out unread; its rows may lie up to a second later.
    if (second === undefined || within(configuration, second * 1000) || within(configuration, second * 1000 + 999)) {
      chains.push({ ...file, header })
    }
  }
  if (chains.length === 0) {
    throw new SourceError('SOURCE_EMPTY', 'there is no option chain of the chosen time', {
      file: path,
      hint: 'Look at the path, and at “from” and “to”.',
    })
  }
  const { id, kind } = configuration
  let ledger = createLedger(id, kind)
  let meter = createMarkMeter()
  return {
    name: id,
    events(options) {
      ledger = createLedger(id, kind)
      meter = createMarkMeter()
      return readFrom(chainEvents(configuration, { chains, futures, ledger, meter }), id, options)
    },
    metadata: () => ledger.metadata(meter.result()),
  }
}

type Context = {
  readonly chains: readonly ChainFile[]
  readonly futures: readonly DataFile[]
  readonly ledger: Ledger
  readonly meter: MarkMeter
}

async function* chainEvents(configuration: DeribitChainsConfiguration, context: Context): AsyncGenerator<Event> {
  const { ledger } = context
  ledger.note('T = (expiry − time) / (365 · 86,400 s); forward of an expiry: median of its rows')
  const inTime = (time: number) => within(configuration, time)
  const prices = new Map<number, FuturePrice[]>()
  for (const file of context.futures) {
    const format = futuresFormatOf(file.name)!
    for (const [time, list] of await readFuturePrices(file.path, file.name, format, inTime, ledger)) {
      prices.set(time, [...(prices.get(time) ?? []), ...list])
    }
  }
  const lost = createFlagBuffer(ledger)
  const stream = createEventStream(configuration, context, prices, lost)
  for (const file of context.chains) {
    for await (const part of readSnapshots(file, inTime, ledger)) {
      if ('kind' in part) {
        lost.add(part.code, part.subject, part.detail)
        continue
      }
      for (const event of stream.events(part)) {
        ledger.event()
        yield event
      }
    }
  }
  if (!stream.started()) {
    throw new SourceError('SOURCE_UNREADABLE', `no row of the ${context.chains.length} files could be read`, {
      hint: ledger.metadata(undefined).defects[0]?.examples[0] ?? '',
    })
  }
}

/** Turns snapshots into events, remembering what came before. */
function createEventStream(
  configuration: DeribitChainsConfiguration,
  context: Context,
  prices: ReadonlyMap<number, readonly FuturePrice[]>,
  lost: FlagBuffer,
) {
  const { ledger, meter } = context
  const listed = new Map<string, Instrument>()
  let before: SnapshotParts | undefined
  let receivedTime = Number.NEGATIVE_INFINITY
  return {
    started: () => before !== undefined,
    events(snapshot: ChainSnapshot): Event[] {
      const parts = snapshot.finish(ledger)
      for (const row of parts.rows) meter.add(row)
      const near = prices.get(parts.time) ?? []
      const timeFlags = flagsOfTime(ledger, configuration, before?.time, parts.time)
      const flags = [...lost.take(), ...timeFlags, ...parts.flags, ...flagsOfFutures(ledger, near)]
      receivedTime = Math.max(receivedTime, parts.time)
      const provenance = { source: configuration.id, sourceTime: parts.time, receivedTime }
      const events: Event[] = [
        ...listing(
          listed,
          [...parts.rows.map((row) => row.instrument), ...near.map((price) => price.instrument)],
          provenance,
        ),
        ...settlements(ledger, listed, before, parts, provenance),
        {
          kind: 'market',
          ...provenance,
          observations: [...parts.observations, ...near.map((price) => price.quote)],
          ...(flags.length > 0 && { flags }),
        },
      ]
      before = parts
      return events
    },
  }
}

function flagsOfTime(
  ledger: Ledger,
  configuration: DeribitChainsConfiguration,
  before: number | undefined,
  time: number,
): DataFlag[] {
  const subject = `source:${configuration.id}`
  const gap = before === undefined ? 0 : time - before
  if (before !== undefined && gap === 0) return [ledger.flag('repeated-time', subject, `${iso(time)} once more`)]
  if (gap < 0) return [ledger.flag('clock-backwards', subject, `${iso(time)} comes after ${iso(before!)}`)]
  if (gap <= (configuration.maxGapMs ?? MAX_GAP_MS)) return []
  return [ledger.flag('gap', subject, `${(gap / HOUR).toFixed(1)} h since ${iso(before!)}`)]
}

function flagsOfFutures(ledger: Ledger, near: readonly FuturePrice[]): DataFlag[] {
  const perpetuals = near.filter((price) => price.instrument.kind === 'perpetual')
  if (perpetuals.length === 0)
    return [ledger.flag('no-perpetual-price', 'quote:deribit', 'no perpetual price at this time')]
  return perpetuals.map(({ quote, candleGapSeconds }) =>
    ledger.flag(
      'candle-price',
      `quote:${quote.instrument}`,
      `price of a candle ${candleGapSeconds} s away; no bid, no ask`,
    ),
  )
}

function listing(listed: Map<string, Instrument>, instruments: readonly Instrument[], provenance: Provenance): Event[] {
  const fresh = instruments.filter((instrument) => !listed.has(instrumentKey(instrument)))
  for (const instrument of fresh) listed.set(instrumentKey(instrument), instrument)
  return fresh.length === 0 ? [] : [{ kind: 'listing', ...provenance, instruments: fresh }]
}

/** Linear in time between the index before and after the expiry: a stand-in for the venue's 30-minute average. */
function settlements(
  ledger: Ledger,
  listed: Map<string, Instrument>,
  before: SnapshotParts | undefined,
  now: SnapshotParts,
  provenance: Provenance,
): Event[] {
  const due = new Map<string, { underlying: string; expiry: number }>()
  for (const [key, instrument] of listed) {
    if (instrument.kind !== 'option' && instrument.kind !== 'future') continue
    const { underlying, expiry } = instrument
    if (expiry > now.time) continue
    listed.delete(key)
    due.set(`${expiry}:${underlying}`, { underlying, expiry })
  }
  return [...due.values()]
    .sort((a, b) => a.expiry - b.expiry || (a.underlying < b.underlying ? -1 : 1))
    .flatMap(({ underlying, expiry }) => {
      const [first, last] = [before?.index.get(underlying), now.index.get(underlying)]
      if (before === undefined || first === undefined || last === undefined) return []
      const price = first + ((last - first) * (expiry - before.time)) / (now.time - before.time)
      ledger.defect(
        'settlement-estimated',
        `${underlying} of ${iso(expiry)} at ${price.toFixed(2)} USD, between ${iso(before.time)} and ${iso(now.time)}`,
      )
      return [{ kind: 'settlement', ...provenance, sourceTime: expiry, underlying, expiry, price }]
    })
}

function within(configuration: DeribitChainsConfiguration, time: number): boolean {
  return (
    time >= (configuration.from ?? Number.NEGATIVE_INFINITY) && time < (configuration.to ?? Number.POSITIVE_INFINITY)
  )
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
