import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Event, MarketEvent } from '@holdfast/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cursorAfter, STREAM_START } from '../source.js'
import { openFileSource } from './open.js'

const COLUMNS =
  'timestamp,instrument_name,underlying,option_type,strike,expiry_datetime,bid_price,ask_price,mark_price,mid_price,implied_volatility,open_interest,bid_ask_spread,currency,index_price'

const FIRST = '2026-02-04T04:24:03.263823+00:00'
const SECOND = '2026-02-04T10:24:03.263823+00:00'

type Fields = Record<string, string>

/** A row of the chain; `over` replaces columns. Bid 0.0285, ask 0.0295 and mark 0.029 in coin. */
function row(over: Fields = {}): string {
  const fields: Fields = {
    timestamp: FIRST,
    instrument_name: 'BTC-24APR26-65000-P',
    underlying: '77341.96',
    option_type: 'put',
    strike: '65000.0',
    expiry_datetime: '2026-04-24T08:00:00+00:00',
    bid_price: '0.0285',
    ask_price: '0.0295',
    mark_price: '0.029',
    mid_price: '0.029',
    implied_volatility: '0.5076',
    open_interest: '1130.8',
    bid_ask_spread: '0.001',
    currency: 'BTC',
    index_price: '76575.31',
    ...over,
  }
  return COLUMNS.split(',')
    .map((column) => fields[column])
    .join(',')
}

const call: Fields = { instrument_name: 'BTC-24APR26-90000-C', option_type: 'call', strike: '90000.0' }
const bad: Fields = { bid_price: '', ask_price: '', mid_price: '', bid_ask_spread: '' }
const text = (...rows: string[]) => `${[COLUMNS, ...rows].join('\n')}\n`
const nameAt = (stamp: string) => `deribit_options_snapshot_${stamp}.csv`
const NAME = nameAt('20260204T042403Z')
const LATER = nameAt('20260204T102403Z')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chains-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function read(files: Record<string, string | Uint8Array>, over: { from?: number; to?: number } = {}) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const source = await openFileSource({ kind: 'deribit-chains', id: 'chains', path: folder, ...over }, { baseDir: '/' })
  const events: Event[] = []
  for await (const event of source.events()) events.push(event)
  const markets = events.filter((event): event is MarketEvent => event.kind === 'market')
  return {
    source,
    events,
    markets,
    metadata: source.metadata(),
    codes: source.metadata().defects.map(({ code }) => code),
  }
}

describe('deribit-chains: reading', () => {
  test('behavior: an instant gives the listing, then index, forwards and quotes in the units of the file', async () => {
    const { events, metadata } = await read({ [NAME]: text(row(), row(call)) })
    expect(events.map(({ kind }) => kind)).toEqual(['listing', 'market'])
    const [, market] = events as [Event, MarketEvent]
    expect(market.sourceTime).toBe(Date.parse('2026-02-04T04:24:03.263Z'))
    expect(market.observations).toEqual([
      { kind: 'index', underlying: 'BTC', price: 76575.31 },
      { kind: 'forward', underlying: 'BTC', expiry: Date.UTC(2026, 3, 24, 8), price: 77341.96 },
      {
        kind: 'quote',
        instrument: 'deribit:BTC/USD:BTC-260424-65000-P',
        bid: 0.0285,
        ask: 0.0295,
        mark: 0.029,
        markVol: 0.5076,
        forward: 77341.96,
        openInterest: 1130.8,
      },
      expect.objectContaining({ instrument: 'deribit:BTC/USD:BTC-260424-90000-C' }),
    ])
    expect(metadata).toMatchObject({ events: 2, rows: 2, rowsSkipped: 0, damaged: false, markError: { count: 2 } })
  })

  test('behavior: gzip is read as it is, whatever the name says', async () => {
    const packed = gzipSync(text(row()))
    const { markets } = await read({ [NAME]: packed, [`${LATER}.gz`]: text(row({ timestamp: SECOND })) })
    expect(markets).toHaveLength(2)
  })

  test('behavior: an expiry that passed between two instants is settled at the index in between', async () => {
    const expiring = { instrument_name: 'BTC-4FEB26-65000-P', expiry_datetime: '2026-02-04T08:00:00+00:00' }
    const { events } = await read({
      [NAME]: text(row(expiring)),
      [LATER]: text(row({ timestamp: SECOND, index_price: '70575.31' })),
    })
    const settlement = events.find(({ kind }) => kind === 'settlement')
    // 3 h 35 min 56.737 s of 6 h: 0.59984… of the way from 76,575.31 down by 6,000.
    const share = (Date.UTC(2026, 1, 4, 8) - Date.parse('2026-02-04T04:24:03.263Z')) / 21_600_000
    expect(settlement).toMatchObject({ sourceTime: Date.UTC(2026, 1, 4, 8), price: 76575.31 - 6000 * share })
  })

  test('behavior: the perpetual beside the chain is the candle’s price, and says so', async () => {
    const columns = 'snapshot_timestamp_ms,coin,instrument_name,candle_price_gap_seconds,candle_price_used'
    const near = `${columns}\n${Date.parse('2026-02-04T04:24:03.263Z')},BTC,BTC-PERPETUAL,3.3,76594.0\n`
    const { markets } = await read({ [NAME]: text(row()), 'perpetual_futures_prices.csv': near })
    expect(markets[0]?.observations.at(-1)).toEqual({
      kind: 'quote',
      instrument: 'deribit:BTC/USD:BTC',
      mark: 76594,
      last: 76594,
    })
    expect(markets[0]?.flags?.map(({ code }) => code)).toEqual(['candle-price'])
  })

  test('behavior: files outside of the chosen time are left out', async () => {
    const files = { [NAME]: text(row()), [LATER]: text(row({ timestamp: SECOND })) }
    const { markets, metadata } = await read(files, { from: Date.parse('2026-02-04T06:00:00Z') })
    expect(markets).toHaveLength(1)
    expect(metadata.firstTime).toBe(Date.parse('2026-02-04T10:24:03.263Z'))
  })

  test('behavior: resuming after an event yields the rest, and metadata still tells of the whole', async () => {
    const { source, events, metadata } = await read({ [NAME]: text(row()), [LATER]: text(row({ timestamp: SECOND })) })
    const rest: Event[] = []
    const after = events.slice(0, 2).reduce(cursorAfter, STREAM_START)
    for await (const event of source.events({ after })) rest.push(event)
    expect(rest).toEqual(events.slice(2))
    expect(source.metadata()).toEqual(metadata)
  })

  test('error: resuming on other files is refused', async () => {
    const { source } = await read({ [NAME]: text(row()) })
    const drain = async (events: number, sourceTime: number) => {
      for await (const _ of source.events({ after: { events, sourceTime } })) break
    }
    await expect(drain(1, 5)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
    await expect(drain(9, 5)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
  })
})

describe('deribit-chains: defects become flags', () => {
  test.each<[string, string[], string[]]>([
    ['a missing ask', [row(bad), row(call)], ['missing-bid', 'missing-ask']],
    [
      'a crossed quote',
      [row({ bid_price: '0.0305', mid_price: '0.03', bid_ask_spread: '-0.001' })],
      ['crossed-quote', 'mark-outside-quote'],
    ],
    ['a mark outside of the quote', [row({ mark_price: '0.0301' })], ['mark-outside-quote']],
    ['a mark that is missing', [row({ mark_price: '' })], ['missing-mark']],
    ['a row of NaN', [row(), row({ ...call, mark_price: 'NaN', implied_volatility: 'nan' })], ['not-a-number']],
    [
      'an instrument twice',
      [row(), row({ bid_price: '0.028', mid_price: '0.02875', bid_ask_spread: '0.0015' })],
      ['duplicate-instrument'],
    ],
    [
      'a row whose expiry has passed',
      [row(), row({ instrument_name: 'BTC-3FEB26-65000-P', expiry_datetime: '2026-02-03T08:00:00+00:00' })],
      ['expired-row'],
    ],
    ['forwards that differ', [row(), row({ ...call, underlying: '78000' })], ['forward-spread']],
    ['index prices that differ', [row(), row({ ...call, index_price: '77000' })], ['index-spread']],
    ['a row with fields missing', [row(), 'BTC,1,2'], ['unreadable-row']],
    ['quotes that do not close', [row(), `"${row(call)}`], ['unreadable-row']],
    ['a vol in percent', [row(), row({ ...call, implied_volatility: '50.76' })], ['unreadable-row']],
    ['a negative price', [row(), row({ ...call, bid_price: '-0.0285' })], ['unreadable-row']],
    ['a name that contradicts the strike', [row(), row({ ...call, strike: '91000' })], ['unreadable-row']],
    ['a middle that contradicts bid and ask', [row(), row({ ...call, mid_price: '0.039' })], ['unreadable-row']],
    [
      'a date that does not exist',
      [row(), row({ ...call, expiry_datetime: '2026-02-30T08:00:00+00:00' })],
      ['unreadable-row'],
    ],
    ['a time that is not the file’s', [row(), row({ ...call, timestamp: SECOND })], ['unreadable-row']],
  ])('behavior: %s', async (_, rows, expected) => {
    const { markets, codes } = await read({ [NAME]: text(...rows) })
    const flagged = codes.filter((code) => code !== 'no-perpetual-price')
    expect(flagged).toEqual(expected)
    expect(markets).toHaveLength(1)
    expect(new Set(markets[0]?.flags?.map(({ code }) => code))).toEqual(new Set(codes))
  })

  test('behavior: the complaint names file, line, column, value and what was expected', async () => {
    const { markets } = await read({ [NAME]: text(row(), row({ ...call, strike: 'abc' })) })
    expect(markets[0]?.flags?.[0]).toEqual({
      code: 'unreadable-row',
      subject: `${NAME}:3`,
      detail: 'column “strike” is “abc”, expected a number > 0',
    })
  })

  test('behavior: a gap of 13 hours is named', async () => {
    const late = '2026-02-04T17:54:03.263823+00:00'
    const { markets } = await read({
      [NAME]: text(row()),
      [nameAt('20260204T175403Z')]: text(row({ timestamp: late })),
    })
    expect(markets[1]?.flags?.[0]).toMatchObject({ code: 'gap', detail: '13.5 h since 2026-02-04T04:24:03.263Z' })
  })

  test('behavior: a clock that goes backwards between files is named, and received time stands still', async () => {
    const { markets } = await read({ 'a.csv': text(row({ timestamp: SECOND })), 'b.csv': text(row()) })
    expect(markets[1]?.flags?.[0]?.code).toBe('clock-backwards')
    expect(markets[1]?.sourceTime).toBeLessThan(markets[0]!.sourceTime)
    expect(markets[1]?.receivedTime).toBe(markets[0]?.receivedTime)
  })

  test('behavior: a thousand bad rows are ten flags and a count', async () => {
    const rows = Array.from({ length: 1000 }, () => row({ ...call, strike: 'abc' }))
    const { markets, metadata } = await read({ [NAME]: text(row(), ...rows) })
    const flags = markets[0]!.flags!.filter(({ code }) => code === 'unreadable-row')
    expect(flags).toHaveLength(11)
    expect(flags.at(-1)?.detail).toBe('and 990 more')
    expect(metadata).toMatchObject({ rows: 1001, rowsSkipped: 1000 })
  })
})

describe('deribit-chains: damaged and wrong files', () => {
  test('behavior: of half a gzip what was read is kept, flagged, and the last line is not believed', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const strike = 10_000 + i
      return row({
        instrument_name: `BTC-24APR26-${strike}-P`,
        strike: `${strike}`,
        open_interest: `${(i * 7919) % 1000}`,
      })
    })
    const whole = gzipSync(text(...rows))
    const { markets, metadata } = await read({
      [`${NAME}.gz`]: whole.subarray(0, whole.length / 2),
      [LATER]: text(row({ timestamp: SECOND })),
    })
    expect(markets[0]?.flags?.map(({ code }) => code)).toContain('truncated-file')
    expect(metadata.damaged).toBe(true)
    expect(metadata.rowsSkipped).toBe(0)
    expect(metadata.rows).toBeGreaterThan(100)
    expect(metadata.rows).toBeLessThan(3000)
    expect(markets).toHaveLength(2)
  })

  test('behavior: a gzip that fails its checksum is not used, and the next event says so', async () => {
    const packed = gzipSync(text(row()))
    packed[packed.length - 6]! ^= 0xff
    const { markets, metadata } = await read({ [NAME]: packed, [LATER]: text(row({ timestamp: SECOND })) })
    expect(markets).toHaveLength(1)
    expect(markets[0]?.flags?.[0]).toMatchObject({ code: 'corrupt-file', subject: NAME })
    expect(metadata.damaged).toBe(true)
  })

  test('error: a wrong header names what is missing and what was likely meant, before anything is read', async () => {
    const wrong = text(row()).replace('implied_volatility', 'impliedVolatility').replace('bid_price', 'bid_prize')
    await expect(read({ [NAME]: text(row()), [LATER]: wrong })).rejects.toMatchObject({
      code: 'SOURCE_HEADER',
      file: LATER,
      line: 1,
      message: expect.stringMatching(
        /lacks the columns bid_price, implied_volatility;.*“bid_prize” for “bid_price”.*“impliedVolatility”/,
      ),
    })
  })

  test.each([
    ['an empty folder', {}, 'SOURCE_EMPTY'],
    ['an empty file', { [NAME]: '' }, 'SOURCE_UNREADABLE'],
    ['only unreadable rows', { [NAME]: text('1,2', '3') }, 'SOURCE_UNREADABLE'],
    ['a file that is no text', { [NAME]: new Uint8Array(70_000).fill(7) }, 'SOURCE_UNREADABLE'],
  ])('error: %s', async (_, files, code) => {
    await expect(read(files)).rejects.toMatchObject({ code })
  })

  test('error: no such folder', async () => {
    const configuration = { kind: 'deribit-chains', id: 'x', path: 'nowhere' } as const
    await expect(openFileSource(configuration, { baseDir: folder })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  })
})
