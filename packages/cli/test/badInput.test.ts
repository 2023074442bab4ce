import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { desk, holdfast, json, placeOf, runToEnd } from './holdfast.js'

/** A change of the desk, a text that stands where the complaint points, and what the complaint says. */
const MISTAKES: readonly (readonly [string, string, string, string, RegExp])[] = [
  ['unknown key', 'cooldown: 6 h', 'cooldwon: 6 h', 'cooldwon', /unknown key.*cooldwon.*cooldown/is],
  ['bare number', 'perAction: 10 BTC', 'perAction: 10', '10, perHour', /a number and a unit|unit/i],
  ['wrong unit', 'maxSlippage: 100 bps', 'maxSlippage: 100 BTC', '100 BTC', /bps|%/],
  ['unknown measure', 'margin_ratio > 0.75', 'margin_ratoi > 0.75', 'margin_ratoi', /margin_ratoi.*margin_ratio/s],
  ['type error in a condition', 'margin_ratio > 0.75', 'margin_ratio > "high"', 'margin_ratio > "high"', /error/],
  [
    'unreadable instrument',
    'BTC/USD:BTC-260626-60000-P',
    'BTC/USD:BTC-260626-60000-X',
    'BTC/USD:BTC-260626-60000-X',
    /BTC-260626-60000-X/,
  ],
  ['expiry in the past', 'BTC/USD:BTC-260206-95000-C', 'BTC/USD:BTC-260116-95000-C', 'BTC/USD:BTC-260116', /expired/],
  [
    'negative size',
    'top-up: { amount: 4 BTC }',
    'top-up: { amount: -4 BTC }',
    '-4 BTC',
    /negative|> 0|at least|above/i,
  ],
  ['negative bound', 'perHour: 10 BTC', 'perHour: -10 BTC', '-10 BTC, perDay', /negative|> 0|at least|above|≥ 0/i],
  ['duplicate account', 'id: deribit-eth', 'id: deribit-btc', '', /deribit-btc.*(twice|already|duplicate)/is],
]

describe('a configuration that does not hold', () => {
  test.each(MISTAKES)('error: %s, with file, line, column and exit code 2', async (_, from, to, at, words) => {
    const folder = desk({ edits: [[from, to]] })
    const result = await holdfast(['check', 'desk.yaml'], { cwd: folder })
    expect(result.code).toBe(2)
    expect(result.out).toBe('')
    expect(result.err).toMatch(words)
    expect(result.err).toMatch(/\^/)
    if (at !== '') expect(result.err).toContain(`desk.yaml:${placeOf(folder, at)}: error: `)
  })

  test('error: a run refuses it too, and begins no journal', async () => {
    const folder = desk({ edits: [['cooldown: 6 h', 'cooldwon: 6 h']] })
    const run = await runToEnd(folder)
    expect(run).toMatchObject({ code: 2, out: '' })
    expect(run.err).toContain('desk.yaml does not hold')
    expect(existsSync(join(folder, 'journal'))).toBe(false)
  })

  test('error: an unreadable file, and one that is no YAML', async () => {
    const absent = await holdfast(['check', 'absent.yaml'])
    expect(absent).toMatchObject({ code: 2, out: '' })
    expect(absent.err).toContain('cannot read absent.yaml')
    const folder = desk()
    writeFileSync(join(folder, 'desk.yaml'), 'version: 1\nname: "open\n')
    expect((await holdfast(['check', 'desk.yaml'], { cwd: folder })).err).toMatch(/desk\.yaml:\d+:\d+: error: /)
  })

  test('error: --json gives the same complaints as data', async () => {
    const folder = desk({ edits: [['cooldown: 6 h', 'cooldwon: 6 h']] })
    const result = await holdfast(['check', 'desk.yaml', '--json'], { cwd: folder })
    expect(result).toMatchObject({ code: 2, err: '' })
    const { diagnostics } = json<{ diagnostics: { code: string; line: number; column: number }[] }>(result)
    const [line, column] = placeOf(folder, 'cooldwon').split(':').map(Number)
    expect(diagnostics).toMatchObject([
      { code: 'UNKNOWN_KEY', line, column, suggestion: expect.stringContaining('cooldown') },
    ])
  })
})

describe('a configuration that the data contradicts', () => {
  test('error: a contract that had expired before data of which only the source knows the beginning', async () => {
    const folder = desk({
      edits: [
        [/\n {4}from: .*\n {4}to: .*/, ''],
        ['BTC/USD:BTC-260206-95000-C', 'BTC/USD:BTC-260128-95000-C'],
      ],
    })
    const result = await runToEnd(folder)
    expect(result.code).toBe(2)
    expect(result.err).toContain(`desk.yaml:${placeOf(folder, 'BTC/USD:BTC-260128')}: error: it expired`)
    expect(await holdfast(['verify', 'journal'], { cwd: folder })).toMatchObject({ code: 2 })
  })

  test('behavior: an instrument that the data does not list is told at the start, and the run goes on', async () => {
    const folder = desk({
      to: '2026-02-05T10:45:00Z',
      edits: [['BTC/USD:BTC-260206-95000-C', 'BTC/USD:BTC-260206-95123-C']],
    })
    const result = await runToEnd(folder)
    expect(result.code).toBe(0)
    expect(result.err).toContain(
      `desk.yaml:${placeOf(folder, 'BTC/USD:BTC-260206-95123')}: warning: the data does not list deribit:BTC/USD:BTC-260206-95123-C`,
    )
  })
})

const HEADER =
  'snapshot_timestamp,timestamp,currency,instrument_name,expiry_datetime,option_type,strike,index_price,underlying,bid_price,ask_price,mark_price,implied_volatility,delta,gamma,vega,theta,rho,open_interest,volume'

describe('data with defects', () => {
  /** Bars of 15 minutes of one linear perpetual, as a source beside the scenario. */
  function withBars(rows: readonly string[], change: (bytes: Buffer) => Buffer = (bytes) => bytes): string {
    const source = `sources:
  - id: bars
    kind: ohlcv
    path: data/bars.csv.gz
    underlying: BTC
    instrument: binance:BTC/USDT:USDT
    timeUnit: iso
    bar: 15 min
    columns: { time: time }`
    const folder = desk({ to: '2026-02-05T11:30:00Z', edits: [['sources:', source]] })
    mkdirSync(join(folder, 'data'))
    writeFileSync(
      join(folder, 'data/bars.csv.gz'),
      change(gzipSync(['time,open,high,low,close', ...rows, ''].join('\n'))),
    )
    return folder
  }
  const bars = (minutes: readonly number[]) =>
    minutes.map(
      (minute) => `${new Date(Date.UTC(2026, 1, 5, 10, minute)).toISOString()}${`,${71_000 + minute}`.repeat(4)}`,
    )
  type Report = {
    turns: number
    sources: {
      name: string
      damaged: boolean
      rowsSkipped: number
      defects: { code: string; count: number; examples: string[] }[]
    }[]
    quality: { flags: { code: string; count: number }[] }
  }
  const reportOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8')) as Report

  test('behavior: half a gzip: what was read is kept, the damage is named, the exit code is 1', async () => {
    const many = bars([0, 15, 30, 45]).concat(
      Array.from(
        { length: 20_000 },
        (_, i) =>
          `${new Date(Date.UTC(2026, 1, 6) + i * 900_000).toISOString()}${`,${1 + ((i * 7919) % 100_003)}.5`.repeat(4)}`,
      ),
    )
    const folder = withBars(many, (bytes) => bytes.subarray(0, bytes.length >> 1))
    const path = join(folder, 'desk.yaml')
    writeFileSync(path, readFileSync(path, 'utf8').replace('bar: 15 min', 'bar: 15 min\n    to: 2026-02-05T11:30:00Z'))
    const result = await runToEnd(folder, '--report', 'out')
    expect(result.code).toBe(1)
    expect(json(result)).toMatchObject({ damaged: ['bars'] })
    expect(reportOf(folder).sources[0]).toMatchObject({
      name: 'bars',
      damaged: true,
      defects: [{ code: 'truncated-file', count: 1 }],
    })
    expect((await holdfast(['verify', 'journal'], { cwd: folder })).code).toBe(0)
  })

  test('behavior: a row of NaN is left out and named with its place, a clock that goes backwards is a flag', async () => {
    const [first, second, third, fourth] = bars([0, 15, 30, 45])
    const folder = withBars([first!, second!.replace(/[^,]*$/, 'NaN'), fourth!, third!])
    const result = await runToEnd(folder, '--report', 'out')
    expect(result.code).toBe(0)
    const { sources, quality } = reportOf(folder)
    expect(sources[0]).toMatchObject({ name: 'bars', rowsSkipped: 1, damaged: false })
    const byCode = new Map(sources[0]!.defects.map((defect) => [defect.code, defect]))
    expect(byCode.get('not-a-number')?.examples[0]).toContain('bars.csv.gz:3: column “close” is “NaN”')
    expect(byCode.get('clock-backwards')?.count).toBe(1)
    expect(quality.flags.map(({ code }) => code)).toContain('not-a-number')
    expect((await holdfast(['verify', 'journal'], { cwd: folder })).code).toBe(0)
  })

  test('error: a missing folder, a wrong header, a file that is no text: named, exit code 2, no journal begun', async () => {
    const chains = (path: string) =>
      desk({
        edits: [
          [
            / {2}- id: february-2026\n {4}kind: scenario\n {4}builtin: february-2026/,
            `  - id: chains\n    kind: deribit-chains\n    path: ${path}`,
          ],
        ],
      })
    const absent = chains('nowhere')
    expect(await runToEnd(absent)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/nowhere: no such file or folder/),
    })
    const wrong = chains('data')
    mkdirSync(join(wrong, 'data'))
    writeFileSync(join(wrong, 'data/chain.csv'), `${HEADER.replace('strike', 'strik')}\n`)
    expect(await runToEnd(wrong)).toMatchObject({ code: 2, err: expect.stringMatching(/chain\.csv:1.*strike/) })
    writeFileSync(join(wrong, 'data/chain.csv'), Buffer.from([0, 1, 2, 3, 10, 0, 1]))
    expect(await runToEnd(wrong)).toMatchObject({ code: 2, err: expect.stringContaining('not a text file') })
    expect(await holdfast(['verify', 'journal'], { cwd: wrong })).toMatchObject({ code: 2 })
  })

  test('error: a changed file does not go on with a journal recorded from another', async () => {
    const folder = withBars(bars([0, 15, 30, 45]))
    expect((await runToEnd(folder)).code).toBe(0)
    const file = join(folder, 'data/bars.csv.gz')
    const shorter = gunzipSync(readFileSync(file)).toString().split('\n').slice(0, 3).join('\n')
    writeFileSync(file, gzipSync(`${shorter}\n`))
    expect(await runToEnd(folder)).toMatchObject({ code: 2, err: expect.stringContaining('begin a new journal') })
    expect((await holdfast(['verify', 'journal'], { cwd: folder })).code).toBe(0)
  })
})
