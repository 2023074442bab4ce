import type { Event, Observation } from '@holdfast/engine'
import { parseInstrumentKey } from '@holdfast/quant'
import { type Source, SourceError } from '../source.js'
import type { OhlcvConfiguration, TimeUnit } from './configuration.js'
import { createFlagBuffer } from './flagBuffer.js'
import { listFiles } from './folder.js'
import { createLedger, type Ledger } from './ledger.js'
import { readFrom } from './resume.js'
import type { RowReader } from './row.js'
import { type RowOrDefect, readRows, type TableFile } from './rows.js'
import { readHeader } from './table.js'

/** `time` is when the bar is known: its close. */
type Bar = { readonly time: number; readonly close: number; readonly volume?: number }

/** Files that begin with the newest bar are read whole to be turned round; more bars than this are refused. */
const NEWEST_FIRST_MAX = 5_000_000

/**
 * Bars of a price, with columns and time unit as the configuration says; nothing is guessed. A bar becomes known when it
 * closes: its event carries the closing time and the closing price. It is the index price of `underlying`, or the last or mark
 * price of `instrument`.
 *
 * Refused with a complaint: times that are not in the stated unit, bars whose prices contradict each other, bars of a time
 * that was there before (the first is kept). Files that begin with the newest bar are turned round.
 *
 * @throws {SourceError} `SOURCE_HEADER`, `SOURCE_CONFIGURATION` where the bar's length is neither given nor to be told.
 */
export async function openOhlcv(configuration: OhlcvConfiguration, path: string): Promise<Source> {
  const { id, kind, columns } = configuration
  const needed = [columns.time, columns.close, columns.open, columns.high, columns.low].filter(
    (name) => name !== undefined,
  )
  const files: TableFile[] = []
  for (const file of await listFiles(path, /\.csv(\.gz)?$/))
    files.push({ ...file, header: await readHeader(file.path, needed) })
  checkInstrument(configuration)
  let ledger = createLedger(id, kind)
  return {
    name: id,
    events(options) {
      ledger = createLedger(id, kind)
      return readFrom(barEvents(configuration, files, ledger), id, options)
    },
    metadata: () => ledger.metadata(undefined),
  }
}

async function* barEvents(
  configuration: OhlcvConfiguration,
  files: readonly TableFile[],
  ledger: Ledger,
): AsyncGenerator<Event> {
  const barMs = configuration.barMs ?? (await barLength(configuration, files, ledger))
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = configuration
  const within = (bar: Bar) => bar.time >= from && bar.time < to
  const read = (reader: RowReader) => readBar(reader, configuration, barMs)
  const makeEvent = createBarEvents(configuration, barMs, ledger)
  for (const file of files) {
    for await (const item of ascending(readRows(file, ledger, within, read), ledger, file.name)) {
      for (const event of makeEvent(item)) {
        ledger.event()
        yield event
      }
    }
  }
  const { rows, rowsSkipped, defects } = ledger.metadata(undefined)
  if (rows === rowsSkipped) throw unreadable(files, defects[0]?.examples[0])
}

function createBarEvents(configuration: OhlcvConfiguration, barMs: number, ledger: Ledger) {
  const source = configuration.id
  const instrument = configuration.instrument === undefined ? undefined : parseInstrumentKey(configuration.instrument)
  let before: number | undefined
  const buffer = createFlagBuffer(ledger)
  return (item: RowOrDefect<Bar>): Event[] => {
    if (item.kind === 'defect') {
      buffer.add(item.code, item.place, item.detail)
      return []
    }
    const { time, volume } = item.row
    const subject = `source:${source}`
    if (before !== undefined && time <= before) {
      const code = time === before ? 'repeated-time' : 'clock-backwards'
      buffer.add(
        code,
        subject,
        `the bar that closes at ${iso(time)} comes after that of ${iso(before)}; it is left out`,
      )
      return []
    }
    if (before !== undefined && time - before > barMs) {
      buffer.add('missing-bars', subject, `${Math.round((time - before) / barMs) - 1} bars before ${iso(time)}`)
    }
    if (volume === 0 && configuration.price !== 'mark')
      buffer.add('zero-volume', subject, `the bar that closes at ${iso(time)}`)
    const flags = buffer.take()
    const provenance = { source, sourceTime: time, receivedTime: time }
    const market: Event = {
      kind: 'market',
      ...provenance,
      observations: [observationOf(configuration, item.row.close)],
      ...(flags.length > 0 && { flags }),
    }
    const listing: Event[] =
      before === undefined && instrument !== undefined
        ? [{ kind: 'listing', ...provenance, instruments: [instrument] }]
        : []
    before = time
    return [...listing, market]
  }
}

function observationOf(configuration: OhlcvConfiguration, close: number): Observation {
  const { instrument, underlying, price = 'last' } = configuration
  if (instrument === undefined) return { kind: 'index', underlying, price: close }
  return { kind: 'quote', instrument, [price]: close }
}

function readBar(reader: RowReader, configuration: OhlcvConfiguration, barMs: number): Bar {
  const { columns, stamp = 'open' } = configuration
  const close = reader.number(columns.close, 'positive')
  const price = (column: string | undefined) => (column === undefined ? close : reader.number(column, 'positive'))
  const [open, high, low] = [price(columns.open), price(columns.high), price(columns.low)]
  if (high < Math.max(open, close))
    reader.refuse(columns.high ?? columns.close, `at least ${Math.max(open, close)}, the open and close of the bar`)
  if (low > Math.min(open, close))
    reader.refuse(columns.low ?? columns.close, `at most ${Math.min(open, close)}, the open and close of the bar`)
  const volume = columns.volume === undefined ? undefined : reader.optional(columns.volume, 'non-negative')
  const stamped = readTime(reader, configuration)
  return { time: stamp === 'open' ? stamped + barMs : stamped, close, ...(volume !== undefined && { volume }) }
}

const PER_MS: Readonly<Record<Exclude<TimeUnit, 'iso'>, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000 }
const YEAR_2009 = Date.UTC(2009, 0, 1)
const YEAR_2100 = Date.UTC(2100, 0, 1)

function readTime(reader: RowReader, { columns, timeUnit }: OhlcvConfiguration): number {
  if (timeUnit === 'iso') return reader.isoTime(columns.time)
  const value = reader.number(columns.time, 'positive')
  const time = Math.round(value * PER_MS[timeUnit])
  if (time >= YEAR_2009 && time < YEAR_2100) return time
  const unit = (Object.keys(PER_MS) as Exclude<TimeUnit, 'iso'>[]).find(
    (name) => value * PER_MS[name] >= YEAR_2009 && value * PER_MS[name] < YEAR_2100,
  )
  reader.refuse(
    columns.time,
    `a time in ${timeUnit} between 2009 and 2100${unit === undefined ? '' : `; this one is in ${unit}`}`,
  )
  return Number.NaN
}

/** From the first two readable bars of the first file. */
async function barLength(
  configuration: OhlcvConfiguration,
  files: readonly TableFile[],
  ledger: Ledger,
): Promise<number> {
  const times: number[] = []
  let first: string | undefined
  const scratch = createLedger(configuration.id, configuration.kind)
  for await (const item of readRows(
    files[0]!,
    scratch,
    () => true,
    (reader) => readBar(reader, configuration, 0),
  )) {
    if (item.kind === 'defect') first ??= `${item.place}: ${item.detail}.`
    else if (times.push(item.row.time) === 2) break
  }
  if (times.length === 0) throw unreadable(files, first)
  const length = Math.abs(times[1]! - times[0]!)
  if (!(length > 0)) {
    throw new SourceError('SOURCE_CONFIGURATION', 'the length of a bar cannot be told from the file', {
      file: files[0]!.name,
      hint: 'Say it: `bar: 1 h`.',
    })
  }
  ledger.note(`bars of ${length / 60_000} minutes, told from the first two`)
  return length
}

/** Turns a file round that begins with its newest bar; others are streamed. */
async function* ascending(
  items: AsyncIterable<RowOrDefect<Bar>>,
  ledger: Ledger,
  file: string,
): AsyncGenerator<RowOrDefect<Bar>> {
  let first: Extract<RowOrDefect<Bar>, { kind: 'row' }> | undefined
  let held: RowOrDefect<Bar>[] | undefined
  let streaming = false
  for await (const item of items) {
    if (held !== undefined) {
      if (held.push(item) > NEWEST_FIRST_MAX) throw tooManyBars(file)
    } else if (streaming || item.kind === 'defect') {
      yield item
    } else if (first === undefined) {
      first = item
    } else if (item.row.time < first.row.time) {
      held = [first, item]
    } else {
      streaming = true
      yield first
      yield item
    }
  }
  if (held === undefined) {
    if (first !== undefined && !streaming) yield first
    return
  }
  ledger.note(`${file} begins with its newest bar and was turned round`)
  yield* held.reverse()
}

function unreadable(files: readonly TableFile[], first: string | undefined): SourceError {
  const where = files.length === 1 ? { file: files[0]!.name } : {}
  return new SourceError('SOURCE_UNREADABLE', 'no bar can be read', {
    ...where,
    hint: first ?? 'There is no row after the header.',
  })
}

function tooManyBars(file: string): SourceError {
  return new SourceError('SOURCE_UNREADABLE', `more than ${NEWEST_FIRST_MAX} bars, newest first`, {
    file,
    hint: 'Sort the file by time.',
  })
}

function checkInstrument({ instrument, underlying }: OhlcvConfiguration): void {
  if (instrument === undefined) return
  if (parseInstrumentKey(instrument)?.underlying === underlying) return
  throw new SourceError('SOURCE_CONFIGURATION', `“${instrument}” is not an instrument of ${underlying}`, {
    hint: 'Write a key such as binance:BTC/USDT:USDT.',
  })
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
