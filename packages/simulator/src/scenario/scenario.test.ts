import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event, MarketEvent, Observation } from '@holdfast/engine'
import { checkArbitrage } from '@holdfast/quant'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scenarioJsonSchema } from './format.js'
import { openSource } from './openSource.js'

const builtIn = { kind: 'scenario', id: 'february', builtin: 'february-2026' } as const

async function readAll(configuration: Parameters<typeof openSource>[0], baseDir = '/') {
  const source = await openSource(configuration, { baseDir })
  const events: Event[] = []
  for await (const event of source.events()) events.push(event)
  const markets = events.filter((event): event is MarketEvent => event.kind === 'market')
  return { events, markets, metadata: source.metadata() }
}

const pick = <K extends Observation['kind']>(event: MarketEvent, kind: K) =>
  event.observations.filter((one): one is Extract<Observation, { kind: K }> => one.kind === kind)

describe('the built-in scenario february-2026', () => {
  let run: Awaited<ReturnType<typeof readAll>>
  beforeAll(async () => {
    run = await readAll(builtIn)
  })

  test('behavior: 51 recorded instants, half-hour steps between them, 29 January to 10 February', () => {
    const { markets, metadata } = run
    expect(metadata.rows).toBe(51)
    const recorded = markets.filter(({ flags }) => flags === undefined)
    expect(recorded).toHaveLength(51)
    expect(markets.length).toBeGreaterThan(600)
    expect(new Date(metadata.firstTime!).toISOString()).toBe('2026-01-29T04:22:27.228Z')
    expect(new Date(metadata.lastTime!).toISOString()).toBe('2026-02-10T21:42:24.431Z')
    const steps = markets.slice(1).map(({ sourceTime }, i) => sourceTime - markets[i]!.sourceTime)
    expect(Math.max(...steps)).toBe(30 * 60_000)
    expect(Math.min(...steps)).toBeGreaterThan(0)
  })

  test('behavior: BTC falls from 88,000 to below 64,000', () => {
    const prices = run.markets.map(
      (event) => pick(event, 'index').find(({ underlying }) => underlying === 'BTC')!.price,
    )
    expect(prices[0]).toBe(87_784.72)
    expect(Math.min(...prices)).toBe(63_858.23)
  })

  test('behavior: no slice at any time, recorded or interpolated, has a density below zero', () => {
    const YEAR = 365 * 86_400_000
    for (const event of run.markets) {
      const forwards = new Map(pick(event, 'forward').map((one) => [`${one.underlying}:${one.expiry}`, one.price]))
      for (const { underlying, expiry, svi } of pick(event, 'slice')) {
        const [a, b, rho, m, sigma] = svi
        const slice = {
          years: (expiry - event.sourceTime) / YEAR,
          forward: forwards.get(`${underlying}:${expiry}`)!,
          svi: { a, b, rho, m, sigma },
        }
        const where = checkArbitrage([slice]).where
        expect(where, `${new Date(event.sourceTime).toISOString()} ${underlying} ${JSON.stringify(slice)}`).toEqual([])
      }
    }
  })

  test('behavior: every quote has its bid below its mark below its ask, in ticks', () => {
    const quotes = run.markets.flatMap((event) => pick(event, 'quote'))
    expect(quotes.filter(({ bid, mark }) => bid !== undefined && !(bid <= mark!))).toEqual([])
    expect(quotes.filter(({ ask, mark }) => ask !== undefined && !(ask >= mark!))).toEqual([])
    expect(quotes.filter(({ bid, ask }) => bid! >= ask!)).toEqual([])
  })

  test('behavior: each expiry that passes is settled once, at the index of its time', () => {
    const settled = run.events.filter((event) => event.kind === 'settlement')
    expect(new Set(settled.map(({ underlying, expiry }) => `${underlying}:${expiry}`)).size).toBe(settled.length)
    const ofFriday = settled.find(
      ({ underlying, expiry }) => underlying === 'BTC' && expiry === Date.UTC(2026, 1, 6, 8),
    )
    expect(ofFriday?.price).toBe(65_541.89)
  })

  test('behavior: two readings are the same', async () => {
    expect((await readAll(builtIn)).events).toEqual(run.events)
  })
})

describe('the scenario format', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scenario-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const header = {
    format: 'holdfast-scenario',
    version: 1,
    name: 'two instants',
    about: 'made up',
    stepMinutes: 60,
    optionVenue: 'deribit',
    assets: { USDT: 1 },
    quotes: {
      optionHalfSpreadCoin: 0.001,
      optionHalfSpreadOfMark: 0.01,
      linearHalfSpreadBps: 1,
      depthUsd: 1e6,
      optionDepthUsd: 1e6,
    },
    perpetuals: ['deribit:BTC/USD:BTC'],
    futures: [],
    quoted: ['deribit:BTC/USD:BTC-260227-80000-P'],
    strikes: { BTC: { '260227': [80000] } },
  }
  const instant = (time: string, index: number) => ({
    time,
    stress: 1,
    market: { BTC: { index, perpetual: index, slices: [['260227', index, 0.01, 0.1, -0.2, 0, 0.2]] } },
    noBid: [],
    noAsk: [0],
  })
  const first = instant('2026-02-01T00:00:00.000Z', 80_000)
  const last = instant('2026-02-01T02:00:00.000Z', 70_000)

  async function readLines(...lines: unknown[]) {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
    await writeFile(join(folder, 'x.jsonl'), text)
    return readAll({ kind: 'scenario', id: 'x', path: 'x.jsonl' }, folder)
  }

  test('behavior: half way between two instants prices are half way, and the event says that it is interpolated', async () => {
    const { markets } = await readLines(header, first, last)
    expect(markets.map((event) => pick(event, 'index')[0]!.price)).toEqual([80_000, 75_000, 70_000])
    expect(markets.map(({ flags }) => flags?.[0]?.code)).toEqual([undefined, 'interpolated', undefined])
    const [option] = pick(markets[0]!, 'quote').filter(({ instrument }) => instrument.endsWith('-P'))
    expect(option).toMatchObject({ bid: expect.any(Number), mark: expect.any(Number) })
    expect(option?.ask).toBeUndefined()
  })

  test.each<[string, unknown[], RegExp]>([
    ['no JSON', [header, '{"time":'], /^x\.jsonl:2: not JSON/],
    ['a price of 0', [header, instant('2026-02-01T00:00:00.000Z', 0)], /^x\.jsonl:2:market\.BTC\.index: /],
    ['a field that is unknown', [{ ...header, stepMinute: 1 }, first], /^x\.jsonl:1: .*stepMinute/],
    ['a clock that goes backwards', [header, last, first], /^x\.jsonl:3:time: .*does not come after/],
    [
      'an underlying that is missing',
      [header, { ...first, market: {} }],
      /^x\.jsonl:2:market: the market of BTC is missing/,
    ],
    [
      'a quoted option without a strike',
      [{ ...header, quoted: ['deribit:BTC/USD:BTC-260227-81000-P'] }, first],
      /:quoted: .*not among the strikes/,
    ],
    ['no instant', [header], /no instant/],
    ['nothing', [''], /holds no line/],
  ])('error: %s', async (_, lines, message) => {
    await expect(readLines(...lines)).rejects.toThrow(message)
  })

  test('error: a built-in scenario that does not exist', async () => {
    const opening = openSource({ ...builtIn, builtin: 'march-2020' }, { baseDir: '/' })
    await expect(opening).rejects.toMatchObject({
      code: 'SOURCE_CONFIGURATION',
      message: expect.stringContaining('february-2026'),
    })
  })

  test('behavior: the schema can be published', () => {
    expect(JSON.stringify(scenarioJsonSchema())).toContain('stepMinutes')
  })
})
