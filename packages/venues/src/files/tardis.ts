import type { Observation, QuoteObservation } from '@holdfast/engine'
import { instrumentKey, type Option } from '@holdfast/quant'
import { type Source, SourceError } from '../source.js'
import type { TardisConfiguration } from './configuration.js'
import { listFiles } from './folder.js'
import { createLedger, type Ledger } from './ledger.js'
import { readFrom } from './resume.js'
import type { RowReader } from './row.js'
import { readRows, type TableFile } from './rows.js'
import { readHeader } from './table.js'
import { tardisInstrument } from './tardisSymbol.js'
import { mergeTicks, type Tick, tickEvents } from './tick.js'

const OPTION_COLUMNS = [
  'exchange',
  'symbol',
  'timestamp',
  'local_timestamp',
  'type',
  'strike_price',
  'expiration',
  'bid_price',
  'ask_price',
  'mark_price',
  'mark_iv',
  'underlying_price',
]
const TICKER_COLUMNS = [
  'exchange',
  'symbol',
  'timestamp',
  'local_timestamp',
  'funding_rate',
  'open_interest',
  'last_price',
  'index_price',
  'mark_price',
]

/** What an exchange's rows mean. Never guessed: a file of another exchange is refused. */
type OptionUnits = {
  readonly venue: string
  /** Implied vols are divided by this to be decimals. */
  readonly impliedVolDivisor: number
  readonly underlyingPrice: 'forward' | 'index'
  /** Base units of one contract of `bid_amount`; absent where the file's sizes are not used. */
  readonly contractSize?: number
}

const OPTION_UNITS: Readonly<Record<string, OptionUnits>> = {
  deribit: { venue: 'deribit', impliedVolDivisor: 100, underlyingPrice: 'forward', contractSize: 1 },
  'okex-options': { venue: 'okx', impliedVolDivisor: 1, underlyingPrice: 'index' },
}

const UNIT_NOTES: Readonly<Record<string, string>> = {
  deribit: 'deribit: implied vols are percent, prices coin, underlying_price is the forward of the expiry',
  'okex-options':
    'okex-options: implied vols are fractions, prices coin, underlying_price is the spot index; Greeks are premium-adjusted and not read; sizes are contracts of unstated multiplier and not read',
}

/** Outside of this a vol is most likely in another unit than the exchange's. */
const VOL_MIN = 0.02
const VOL_MAX = 10

/**
 * Tardis.dev `options_chain` and `derivative_ticker` files, one or a folder of them; several are merged by the time at which
 * they were received. Times are microseconds. Units are those of the exchange that the row names; see the notes in
 * `metadata`.
 *
 * @throws {SourceError} `SOURCE_HEADER`, and while reading `SOURCE_UNITS` where an exchange's units are not known.
 */
export async function openTardis(configuration: TardisConfiguration, path: string): Promise<Source> {
  const { id, kind, everyMs = 0 } = configuration
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = configuration
  const within = (tick: Tick) => tick.receivedTime >= from && tick.receivedTime < to
  const columns = kind === 'tardis-options-chain' ? OPTION_COLUMNS : TICKER_COLUMNS
  const files: TableFile[] = []
  for (const file of await listFiles(path, /\.csv(\.gz)?$/))
    files.push({ ...file, header: await readHeader(file.path, columns) })
  let ledger = createLedger(id, kind)
  return {
    name: id,
    events(options) {
      const fresh = createLedger(id, kind)
      ledger = fresh
      const read = kind === 'tardis-options-chain' ? (reader: RowReader) => optionTick(reader, fresh) : tickerTick
      const streams = files.map((file) => readRows(file, fresh, within, read))
      const events = tickEvents(mergeTicks(streams), fresh, { source: id, everyMs })
      return readFrom(events, id, options)
    },
    metadata: () => ledger.metadata(undefined),
  }
}

function optionTick(reader: RowReader, ledger: Ledger): Tick {
  const exchange = reader.text('exchange')
  const units = OPTION_UNITS[exchange]
  if (units === undefined) throw unknownUnits(exchange)
  ledger.note(UNIT_NOTES[exchange]!)
  const option = optionOf(reader, units)
  const price = (column: string) => positive(reader.optional(column, 'non-negative'))
  const size = (column: string) => {
    const contracts = units.contractSize === undefined ? undefined : reader.optional(column, 'non-negative')
    return contracts === undefined ? undefined : contracts * units.contractSize!
  }
  const [bid, ask, mark] = [price('bid_price'), price('ask_price'), price('mark_price')]
  const underlying = positive(reader.optional('underlying_price', 'non-negative'))
  const quote: QuoteObservation = {
    kind: 'quote',
    instrument: instrumentKey(option),
    ...defined({ bid, ask, mark, bidSize: size('bid_amount'), askSize: size('ask_amount'), last: price('last_price') }),
    ...defined({ markVol: impliedVol(reader, units), openInterest: reader.optional('open_interest', 'non-negative') }),
    ...defined({ forward: units.underlyingPrice === 'forward' ? underlying : undefined }),
  }
  const index: Observation[] =
    units.underlyingPrice === 'index' && underlying !== undefined
      ? [{ kind: 'index', underlying: option.underlying, price: underlying }]
      : []
  return { ...times(reader), instrument: option, observations: [...index, quote], crossed: bid! > ask! }
}

function tickerTick(reader: RowReader): Tick | undefined {
  const instrument = tardisInstrument(reader.text('exchange'), reader.text('symbol'))
  if (instrument === undefined) {
    reader.refuse('symbol', `a perpetual or future of a known exchange (“${reader.text('exchange')}”)`)
    return undefined
  }
  const price = (column: string) => positive(reader.optional(column, 'non-negative'))
  const index = price('index_price')
  const quote: QuoteObservation = {
    kind: 'quote',
    instrument: instrumentKey(instrument),
    ...defined({ mark: price('mark_price'), last: price('last_price') }),
    ...defined({
      fundingRate: reader.optional('funding_rate', 'any'),
      openInterest: reader.optional('open_interest', 'non-negative'),
    }),
  }
  const spot: Observation[] =
    index === undefined ? [] : [{ kind: 'index', underlying: instrument.underlying, price: index }]
  return { ...times(reader), instrument, observations: [...spot, quote] }
}

function optionOf(reader: RowReader, units: OptionUnits): Option {
  const symbol = reader.text('symbol')
  const underlying = /^([A-Z0-9]+)-/.exec(symbol)?.[1] ?? ''
  if (underlying === '') reader.refuse('symbol', 'an option settled in its coin, such as BTC-27FEB26-80000-P')
  const right = reader.oneOf('type', ['call', 'put'])
  const strike = reader.number('strike_price', 'positive')
  if (Number.isInteger(strike) && !symbol.endsWith(`-${strike}-${right === 'call' ? 'C' : 'P'}`)) {
    reader.refuse(
      'symbol',
      `a name that ends in -${strike}-${right === 'call' ? 'C' : 'P'}, as strike and type of the row say`,
    )
  }
  const expiry = milliseconds(reader, 'expiration')
  return {
    kind: 'option',
    venue: units.venue,
    underlying,
    quote: 'USD',
    settle: underlying,
    payoff: 'inverse',
    expiry,
    strike,
    right,
  }
}

function impliedVol(reader: RowReader, units: OptionUnits): number | undefined {
  const value = positive(reader.optional('mark_iv', 'non-negative'))
  if (value === undefined) return undefined
  const vol = value / units.impliedVolDivisor
  if (!(vol >= VOL_MIN && vol <= VOL_MAX)) {
    const range = `${VOL_MIN * units.impliedVolDivisor} to ${VOL_MAX * units.impliedVolDivisor}`
    reader.refuse('mark_iv', `${range}, ${units.impliedVolDivisor === 100 ? 'in percent' : 'a fraction'}`)
  }
  return vol
}

function times(reader: RowReader) {
  return { time: milliseconds(reader, 'timestamp'), receivedTime: milliseconds(reader, 'local_timestamp') }
}

const YEAR_2009 = Date.UTC(2009, 0, 1)
const YEAR_2100 = Date.UTC(2100, 0, 1)

function milliseconds(reader: RowReader, column: string): number {
  const time = Math.floor(reader.number(column, 'positive') / 1000)
  if (!(time >= YEAR_2009 && time < YEAR_2100)) reader.refuse(column, 'microseconds since 1970, between 2009 and 2100')
  return time
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value
}

/** The entries that have a value. */
function defined<T extends Record<string, number | undefined>>(entries: T): { [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: number
  }
}

function unknownUnits(exchange: string): SourceError {
  return new SourceError('SOURCE_UNITS', `the units of options of “${exchange}” are not known`, {
    column: 'exchange',
    hint: `Known are: ${Object.keys(OPTION_UNITS).join(', ')}.`,
  })
}
