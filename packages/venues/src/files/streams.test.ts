import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event, MarketEvent } from '@holdfast/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileSourceConfiguration } from './configuration.js'
import { openFileSource } from './open.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streams-'))
})
afterEach(() => rm(folder, { recursive: true }))

type Given = FileSourceConfiguration extends infer C ? (C extends unknown ? Omit<C, 'id' | 'path'> : never) : never

async function read(given: Given, files: Record<string, string>) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const source = await openFileSource({ ...given, id: 'x', path: folder } as FileSourceConfiguration, { baseDir: '/' })
  const events: Event[] = []
  for await (const event of source.events()) events.push(event)
  const markets = events.filter((event): event is MarketEvent => event.kind === 'market')
  return { events, markets, metadata: source.metadata(), codes: source.metadata().defects.map(({ code }) => code) }
}

const CHAIN =
  'exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,last_price,bid_price,bid_amount,bid_iv,ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,underlying_price,delta,gamma,vega,theta,rho\n'
const DERIBIT =
  'deribit,BTC-9JUN20-9875-P,1591574399413000,1591574400196008,put,9875,1591689600000000,0.1,0.0295,0.0205,15.1,55.91,0.0235,15.2,68.94,0.0221,62.89,SYN.BTC-9JUN20,9756.36,,,,,\n'
const OKX =
  'okex-options,BTC-USD-251031-80000-C,1760054400961000,1760054401159552,call,80000,1761897600000000,558,0.2735,0.3445,680,,0.346,110,0.82,0.3453,0.688,BTC-USD,121718.4,0.65,,,,\n'

describe('tardis-options-chain', () => {
  const kind = 'tardis-options-chain'

  test('behavior: Deribit’s vols are percent and its underlying price is the forward', async () => {
    const { markets } = await read({ kind }, { 'a.csv': CHAIN + DERIBIT })
    expect(markets).toEqual([
      {
        kind: 'market',
        source: 'x',
        sourceTime: 1591574399413,
        receivedTime: 1591574400196,
        observations: [
          {
            kind: 'quote',
            instrument: 'deribit:BTC/USD:BTC-200609-9875-P',
            bid: 0.0205,
            ask: 0.0235,
            mark: 0.0221,
            bidSize: 15.1,
            askSize: 15.2,
            last: 0.0295,
            markVol: 0.6289,
            openInterest: 0.1,
            forward: 9756.36,
          },
        ],
      },
    ])
  })

  test('behavior: OKX’s vols are fractions and its underlying price is the index', async () => {
    const { markets, metadata } = await read({ kind }, { 'a.csv': CHAIN + OKX })
    expect(markets[0]?.observations).toEqual([
      { kind: 'index', underlying: 'BTC', price: 121718.4 },
      {
        kind: 'quote',
        instrument: 'okx:BTC/USD:BTC-251031-80000-C',
        bid: 0.3445,
        ask: 0.346,
        mark: 0.3453,
        last: 0.2735,
        markVol: 0.688,
        openInterest: 558,
      },
    ])
    expect(metadata.notes[0]).toContain('premium-adjusted')
  })

  test('error: a fraction where the exchange writes percent is refused, not scaled', async () => {
    const { codes, metadata } = await read({ kind }, { 'a.csv': CHAIN + DERIBIT.replace('62.89', '0.6289') + DERIBIT })
    expect(codes).toEqual(['unreadable-row'])
    expect(metadata.defects[0]?.examples[0]).toBe(
      'a.csv:2: column “mark_iv” is “0.6289”, expected 2 to 1000, in percent',
    )
  })

  test('error: an exchange whose units are not known', async () => {
    const reading = read({ kind }, { 'a.csv': CHAIN + DERIBIT.replace('deribit', 'delta-exchange') })
    await expect(reading).rejects.toMatchObject({
      code: 'SOURCE_UNITS',
      message: expect.stringContaining('deribit, okex-options'),
    })
  })

  test('behavior: files are merged by the time received; a clock that goes back is named', async () => {
    const at = (us: string) => DERIBIT.replace('1591574400196008', us)
    const files = {
      'a.csv': CHAIN + at('1591574400000000') + at('1591574409000000'),
      'b.csv': CHAIN + at('1591574405000000') + at('1591574401000000'),
    }
    const { markets, codes } = await read({ kind }, files)
    expect(markets.map(({ receivedTime }) => receivedTime - 1591574400000)).toEqual([0, 5000, 5000, 9000])
    expect(codes).toEqual(['clock-backwards'])
  })
})

describe('tardis-derivative-ticker', () => {
  const kind = 'tardis-derivative-ticker'
  const head =
    'exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,index_price,mark_price\n'

  test.each([
    ['bitmex', 'XBTUSD', 'bitmex:BTC/USD:BTC'],
    ['deribit', 'BTC-PERPETUAL', 'deribit:BTC/USD:BTC'],
    ['deribit', 'BTC-25DEC20', 'deribit:BTC/USD:BTC-201225'],
    ['binance-futures', 'BTCUSDT', 'binance:BTC/USDT:USDT'],
    ['okex-swap', 'BTC-USD-SWAP', 'okx:BTC/USD:BTC'],
  ])('behavior: %s %s', async (exchange, symbol, key) => {
    const row = `${exchange},${symbol},1583020803145000,1583020803307160,,0.0001,,1000000,9500.5,9500,9500.25\n`
    const { events } = await read({ kind }, { 'a.csv': head + row })
    expect(events[0]).toMatchObject({
      kind: 'listing',
      instruments: [expect.objectContaining({ venue: key.split(':')[0] })],
    })
    expect(events[1]).toMatchObject({
      observations: [
        { kind: 'index', underlying: 'BTC', price: 9500 },
        { kind: 'quote', instrument: key, mark: 9500.25, last: 9500.5, fundingRate: 0.0001, openInterest: 1_000_000 },
      ],
    })
  })

  test('error: a symbol of an unknown exchange is refused', async () => {
    const row = 'nowhere,BTCUSDT,1583020803145000,1583020803307160,,,,,1,1,1\n'
    const { codes } = await read({ kind }, { 'a.csv': head + row })
    expect(codes).toEqual(['unreadable-row'])
  })
})

describe('ohlcv', () => {
  const columns = { time: 't', open: 'o', high: 'h', low: 'l', close: 'c', volume: 'v' }
  const bars = { kind: 'ohlcv', underlying: 'BTC', timeUnit: 's', columns } as const
  const HOUR = 3600
  const T = 1_700_000_000 - (1_700_000_000 % HOUR)
  const bar = (hour: number, close = 100, volume = 1) =>
    `${T + hour * HOUR},100,${Math.max(100, close)},${Math.min(100, close)},${close},${volume}\n`
  const text = (...rows: string[]) => `t,o,h,l,c,v\n${rows.join('')}`

  test('behavior: a bar is known when it closes', async () => {
    const { markets } = await read(bars, { 'a.csv': text(bar(0, 101), bar(1, 102)) })
    expect(markets.map(({ sourceTime, observations }) => [sourceTime / 1000 - T, observations])).toEqual([
      [HOUR, [{ kind: 'index', underlying: 'BTC', price: 101 }]],
      [2 * HOUR, [{ kind: 'index', underlying: 'BTC', price: 102 }]],
    ])
  })

  test('behavior: bars of an instrument are its last or mark price', async () => {
    const instrument = 'binance:BTC/USDT:USDT'
    const { events } = await read({ ...bars, instrument, price: 'mark' }, { 'a.csv': text(bar(0), bar(1)) })
    expect(events[0]).toMatchObject({ kind: 'listing', instruments: [{ kind: 'perpetual', payoff: 'linear' }] })
    expect(events[1]).toMatchObject({ observations: [{ kind: 'quote', instrument, mark: 100 }] })
  })

  test.each<[string, string, string[]]>([
    ['missing bars', text(bar(0), bar(1), bar(4)), ['missing-bars']],
    ['a bar of a time that was there', text(bar(0), bar(1), bar(1, 105)), ['repeated-time']],
    ['a clock that goes back', text(bar(0), bar(1), bar(2), bar(1)), ['clock-backwards']],
    ['a bar without trade', text(bar(0), bar(1, 100, 0)), ['zero-volume']],
    [
      'a low above the close',
      text(bar(0), bar(1), `${T + 2 * HOUR},100,100,99,98,1\n`, bar(3)),
      ['unreadable-row', 'missing-bars'],
    ],
    [
      'a close of NaN',
      text(bar(0), bar(1), `${T + 2 * HOUR},100,100,99,NaN,1\n`, bar(3)),
      ['not-a-number', 'missing-bars'],
    ],
  ])('behavior: %s', async (_, content, expected) => {
    const { codes } = await read({ ...bars, barMs: 3_600_000 }, { 'a.csv': content })
    expect([...codes].sort()).toEqual([...expected].sort())
  })

  test('behavior: a file that begins with its newest bar is turned round', async () => {
    const { markets } = await read(bars, { 'a.csv': text(bar(2, 103), bar(1, 102), bar(0, 101)) })
    expect(markets.map(({ observations }) => (observations[0] as { price: number }).price)).toEqual([101, 102, 103])
  })

  test('error: times of another unit are refused, with the unit they are in', async () => {
    const reading = read({ ...bars, timeUnit: 'ms' }, { 'a.csv': text(bar(0), bar(1)) })
    await expect(reading).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('this one is in s'),
    })
  })

  test('error: an instrument of another underlying', async () => {
    const reading = read({ ...bars, instrument: 'binance:ETH/USDT:USDT' }, { 'a.csv': text(bar(0), bar(1)) })
    await expect(reading).rejects.toMatchObject({ code: 'SOURCE_CONFIGURATION' })
  })
})
