import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MarketEvent } from '@holdfast/engine'
import { describe, expect, test } from 'vitest'
import { RECORDED_DATA as DATA } from '../../../../scripts/recordings.mjs'
import type { FileSourceConfiguration } from './configuration.js'
import { openFileSource } from './open.js'

const recorded = existsSync(join(DATA, 'deribit_options'))
if (!recorded) console.warn(`recorded data is not at ${DATA}: set HOLDFAST_DATA to run these tests`)

async function readAll(configuration: FileSourceConfiguration) {
  const source = await openFileSource(configuration, { baseDir: DATA })
  const markets: MarketEvent[] = []
  let events = 0
  let ordered = true
  let before = Number.NEGATIVE_INFINITY
  for await (const event of source.events()) {
    events += 1
    ordered &&= event.receivedTime >= before
    before = event.receivedTime
    // Quotes are counted and dropped: 308,140 of them need not be held.
    if (event.kind === 'market') markets.push({ ...event, observations: event.observations.slice(0, 2) })
  }
  const metadata = source.metadata()
  const count = (code: string) => metadata.defects.find((defect) => defect.code === code)?.count ?? 0
  return { markets, metadata, count, ordered, events }
}

/** The figures are those that the data's own description gives. */
describe.skipIf(!recorded)('recorded data', () => {
  test('behavior: all 191 chains are read, every row of them, and our Black-76 reproduces the marks', async () => {
    const { markets, metadata, count, ordered } = await readAll({
      kind: 'deribit-chains',
      id: 'deribit',
      path: 'deribit_options',
    })
    const chains = metadata.files.filter(({ path }) => path.startsWith('deribit_options_snapshot'))
    expect(chains).toHaveLength(191)
    expect(chains.reduce((sum, { rows }) => sum + rows, 0)).toBe(308_140)
    expect(metadata).toMatchObject({ rowsSkipped: 0, damaged: false })
    expect(new Date(metadata.firstTime!).toISOString()).toBe('2025-12-30T17:31:15.944Z')
    expect(new Date(metadata.lastTime!).toISOString().slice(0, 10)).toBe('2026-05-31')
    expect(markets).toHaveLength(191)
    expect(ordered).toBe(true)
    expect(count('missing-bid') / 308_140).toBeCloseTo(0.074, 3)
    expect(count('missing-ask') / 308_140).toBeCloseTo(0.013, 3)
    expect(metadata.markError?.count).toBe(308_140)
    // 5.0e-6 measured, to 2 %; the goal is 2e-5 coin.
    expect(metadata.markError!.median).toBeLessThan(6e-6)
    expect(metadata.markError!.max).toBeLessThan(6e-3)
    const missingAsks = markets.filter(({ flags }) => flags?.some(({ code }) => code === 'missing-ask'))
    expect(missingAsks.map(({ sourceTime }) => new Date(sourceTime).toISOString().slice(0, 10))).toContain('2026-02-05')
  })

  test('behavior: gaps longer than 12 h during the crash are named', async () => {
    const [from, to] = [Date.UTC(2026, 0, 29), Date.UTC(2026, 1, 11)]
    const { markets, metadata, count } = await readAll({
      kind: 'deribit-chains',
      id: 'deribit',
      path: 'deribit_options',
      from,
      to,
    })
    expect(markets).toHaveLength(51)
    expect(count('gap')).toBe(1)
    expect(new Date(metadata.firstTime!).toISOString()).toBe('2026-01-29T04:22:27.228Z')
    expect(new Date(metadata.lastTime!).toISOString()).toBe('2026-02-10T21:42:24.431Z')
    const late = markets.find(({ flags }) => flags?.some(({ code }) => code === 'gap'))
    expect(new Date(late!.sourceTime).toISOString()).toBe('2026-02-03T04:29:35.033Z')
  })

  test('behavior: Tardis.dev ticks of two files come as one stream', async () => {
    const { metadata, ordered, events } = await readAll({
      kind: 'tardis-options-chain',
      id: 'okx',
      path: 'okx_option_ticks',
      everyMs: 600_000,
    })
    expect(metadata).toMatchObject({ rows: 161_078, rowsSkipped: 0, defects: [] })
    // Two listings, and one event for each ten minutes of the day.
    expect(events).toBe(2 + 144)
    expect(ordered).toBe(true)
  })

  const columns = { time: 'timestamp_ms', open: 'open', high: 'high', low: 'low', close: 'close', volume: 'volume' }

  test('behavior: 28 gaps and 4 bars without trade in seven years of hours', async () => {
    const path = 'prices/BTCUSDT_binance_spot_1h_2017-08_2024-04.csv.gz'
    const { metadata, count } = await readAll({
      kind: 'ohlcv',
      id: 'spot',
      path,
      underlying: 'BTC',
      timeUnit: 'ms',
      columns,
    })
    expect(metadata).toMatchObject({ rows: 58_419, rowsSkipped: 0 })
    expect([count('missing-bars'), count('zero-volume')]).toEqual([28, 4])
  })

  test('error: rows in seconds of a file in milliseconds are refused, with the unit they are in', async () => {
    const path = 'prices/ETHUSDT_binance_spot_1h_2017-08_2020-12_cdd.csv.gz'
    const mixed = { ...columns, time: 'unix', volume: 'Volume ETH' }
    const { metadata } = await readAll({
      kind: 'ohlcv',
      id: 'cdd',
      path,
      underlying: 'ETH',
      timeUnit: 'ms',
      columns: mixed,
    })
    expect(metadata.rowsSkipped).toBeGreaterThan(20_000)
    expect(metadata.defects[0]?.examples[0]).toMatch(/expected a time in ms between 2009 and 2100; this one is in s$/)
    expect(metadata.notes.join()).toContain('begins with its newest bar')
  })
})
