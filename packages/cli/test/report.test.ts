import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { RECORDED_DATA } from '../../../scripts/recordings.mjs'
import { desk, holdfast, json, runToEnd } from './holdfast.js'

type Point = Record<'equity' | 'initialMargin' | 'maintenanceMargin' | 'marginRatio', number> & {
  time: string
  greeks: readonly { underlying: string; delta: number }[]
}
type Report = {
  configurationHash: string
  rulebookHash: string
  journalHead: string
  turns: number
  firstTime: string
  lastTime: string
  sources: readonly {
    name: string
    firstTime: string
    lastTime: string
    rows: number
    events: number
    files: readonly { path: string; rows: number }[]
    markError?: { median: number; count: number; unit: string }
  }[]
  accounts: readonly { account: string; first: Point; worst: Point; last: Point }[]
  decisions: { total: number; byRule: Record<string, Record<string, number>> }
  alerts: { fired: number; list: readonly { rule: string; scope: string; tier: string; time: string }[] }
  leadTimes: readonly {
    account: string
    breachTime: string
    warned: boolean
    warnings: readonly { tier: string; rule: string; time: string; leadMs: number }[]
  }[]
}

const lines = (folder: string, name: string): Record<string, unknown>[] =>
  readFileSync(join(folder, 'out', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const reportOf = (folder: string): Report => JSON.parse(readFileSync(join(folder, 'out/report.json'), 'utf8'))

describe('the report of the crash', () => {
  let folder: string
  let report: Report
  let head: string
  beforeAll(async () => {
    // From the evening before, when the first account is warned of, to the hour after its breach.
    folder = desk({ from: '2026-02-04T18:00:00Z', to: '2026-02-05T21:30:00Z' })
    const result = await runToEnd(folder, '--report', 'out')
    expect(result.code).toBe(0)
    head = json<{ head: string }>(result).head
    report = reportOf(folder)
  })

  test('behavior: alerts fire before maintenance is breached, once per tier, and the report shows by how much', () => {
    expect(report.leadTimes).toMatchObject([
      { account: 'deribit-btc', breachTime: '2026-02-05T20:00:00.000Z', warned: true },
    ])
    const { warnings, breachTime } = report.leadTimes[0]!
    expect(warnings.map(({ tier }) => tier)).toEqual(['notice', 'warning', 'critical'])
    for (const { leadMs, time } of warnings) {
      expect(leadMs).toBeGreaterThan(3_600_000)
      expect(leadMs).toBe(Date.parse(breachTime) - Date.parse(time))
    }
    const fired = report.alerts.list.map(({ rule, scope }) => `${rule} ${scope}`)
    expect(fired).toContain('margin-critical deribit-btc')
    expect(new Set(fired).size).toBe(fired.length)
    expect(readFileSync(join(folder, 'out/report.html'), 'utf8')).toContain('margin-critical')
  })

  test('behavior: hashes, sources, turns, decisions and the head are those of the run', () => {
    const text = readFileSync(join(folder, 'desk.yaml'))
    expect(report.configurationHash).toBe(createHash('sha256').update(text).digest('hex'))
    expect(report.rulebookHash).toMatch(/^[0-9a-f]{64}$/)
    expect(report.journalHead).toBe(head)
    expect(report.sources).toMatchObject([
      { name: 'february-2026', events: expect.any(Number), rows: expect.any(Number) },
    ])
    const decisions = lines(folder, 'decisions.jsonl')
    expect(decisions).toHaveLength(report.decisions.total)
    const counted = Object.values(report.decisions.byRule).flatMap((outcomes) => Object.values(outcomes))
    expect(counted.reduce((a, b) => a + b)).toBe(report.decisions.total)
    expect(lines(folder, 'assessments.jsonl').filter(({ kind }) => kind === 'account')).toHaveLength(report.turns * 3)
    expect(lines(folder, 'alerts.jsonl').length).toBeGreaterThanOrEqual(report.alerts.fired)
  })

  test('behavior: each account has its first, worst and last equity, margins, margin ratio and Greeks', () => {
    expect(report.accounts.map(({ account }) => account)).toEqual(['binance-linear', 'deribit-btc', 'deribit-eth'])
    for (const { first, worst, last } of report.accounts) {
      for (const point of [first, worst, last]) {
        for (const key of ['equity', 'initialMargin', 'maintenanceMargin', 'marginRatio'] as const) {
          expect(point[key], key).toBeGreaterThan(0)
        }
        expect(point.greeks.length).toBeGreaterThan(0)
        expect(point.marginRatio).toBeCloseTo(point.maintenanceMargin / point.equity, 12)
      }
      expect(worst.marginRatio).toBeGreaterThanOrEqual(Math.max(first.marginRatio, last.marginRatio))
      expect([first.time, last.time]).toEqual([report.firstTime, report.lastTime])
    }
  })

  test('behavior: explain, why-not and status tell of the recorded run, as text and as JSON', async () => {
    const { id, rule } = lines(folder, 'decisions.jsonl').find(({ rule }) => rule === 'margin-critical')! as Record<
      string,
      string
    >
    const text = await holdfast(['explain', id!.slice(0, 12), '--of', 'desk.yaml'], { cwd: folder })
    expect(text).toMatchObject({ code: 0, err: '' })
    expect(text.out).toContain(`rule     ${rule}`)
    expect(text.out).toMatch(/margin_ratio > 0\.8: 0\.8\d+ against 0\.8000, holds/)
    expect(text.out).toMatch(/index:BTC = [\d.]+ USD, from february-2026, 0 ms old, live/)
    expect(text.out).toMatch(/flips {4}margin_ratio would have to fall by/)
    const data = await holdfast(['explain', id!, '--of', 'journal', '--json'], { cwd: folder })
    expect(json<{ decision: { id: string } }>(data).decision.id).toBe(id)
    const why = await holdfast(['why-not', 'halt-on-drawdown', '--of', 'journal'], { cwd: folder })
    expect(why.code).toBe(0)
    expect(why.out).toMatch(/flips {4}drawdown_from_start would have to rise by/)
    const status = await holdfast(['status', 'desk.yaml', '--json'], { cwd: folder })
    expect(json(status)).toMatchObject({ sequence: report.turns, portfolios: [{ portfolio: 'desk' }] })
    for (const args of [
      ['explain', 'ffff', '--of', 'journal'],
      ['why-not', 'margin-critcal', '--of', 'journal'],
      ['status', 'absent'],
    ]) {
      expect(await holdfast(args, { cwd: folder })).toMatchObject({ code: 2, out: '' })
    }
  })
})

const CHAINS = join(RECORDED_DATA, 'deribit_options')

describe.skipIf(!existsSync(CHAINS))('recorded chains (set HOLDFAST_DATA where they are)', () => {
  test('behavior: three chains run to their end; times, counts and marks of the report agree with the files', async () => {
    const source = `  - id: chains\n    kind: deribit-chains\n    path: recorded\n    from: 2026-01-29T00:00:00Z\n    to: 2026-01-30T00:00:00Z`
    const folder = desk({ edits: [[/ {2}- id: february-2026\n(?: {4}.*\n?){4}/, `${source}\n`]] })
    mkdirSync(join(folder, 'recorded'))
    const names = readdirSync(CHAINS).filter((name) => /20260129|_prices|_marks/.test(name))
    for (const name of names) cpSync(join(CHAINS, name), join(folder, 'recorded', name))
    const result = await runToEnd(folder, '--report', 'out')
    expect(result).toMatchObject({ code: 0 })
    const [chains] = reportOf(folder).sources
    const snapshots = names
      .filter((name) => name.includes('20260129'))
      .map((name) => /T(\d{2})(\d{2})(\d{2})Z/.exec(name)!)
    const clock = ([, hours, minutes, seconds]: RegExpExecArray) => `2026-01-29T${hours}:${minutes}:${seconds}`
    expect(chains!.firstTime.slice(0, 19)).toBe(clock(snapshots[0]!))
    expect(chains!.lastTime.slice(0, 19)).toBe(clock(snapshots.at(-1)!))
    const rows = chains!.files.filter(({ path }) => path.includes('snapshot')).reduce((sum, file) => sum + file.rows, 0)
    expect(chains!.markError).toMatchObject({ unit: 'coin', count: rows })
    expect(chains!.markError!.median).toBeLessThan(2e-5)
    expect(readFileSync(join(folder, 'out/report.html'), 'utf8')).toContain('Marks against our Black-76')
  })
})

describe('stores and secrets', () => {
  test('behavior: at plan and shadow a run changes its journal and its report alone (every other store stays as it is)', async () => {
    const folder = desk({
      to: '2026-02-05T12:30:00Z',
      edits: [
        ['stage: paper', 'stage: plan'],
        ['stage: shadow', 'stage: plan'],
      ],
    })
    for (const name of ['other-journal', 'data']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'other-journal/segment-00000001.hfj'), 'HOLDFAST of another desk')
    writeFileSync(join(folder, 'data/prices.csv'), 'time,close\n')
    const before = digestOf(folder)
    const result = await runToEnd(folder, '--journal', 'dry', '--report', 'out')
    expect(result.code).toBe(0)
    const after = new Map([...digestOf(folder)].filter(([path]) => !/^(dry|out)\//.test(path)))
    expect([...after]).toEqual([...before])
    const outcomes = new Set(
      lines(folder, 'decisions.jsonl').flatMap(({ action, outcome }) =>
        (action as { kind: string }).kind === 'alert' ? [] : [outcome],
      ),
    )
    expect([...outcomes]).toEqual(['planned'])
  })

  test('behavior: at --log debug no part of a secret reaches terminal, journal, outbox or report', async () => {
    const token = 'T0KEN-4f1c9e7ab2d8-XYZW'
    const folder = desk({
      to: '2026-02-05T12:30:00Z',
      edits: [
        [
          '- { kind: console, minTier: notice }',
          '- { kind: webhook, url: "env:HOLDFAST_TEST_HOOK", format: slack, minTier: notice }',
        ],
      ],
    })
    // A port on which nobody listens: every delivery fails, and each failure is logged.
    const env = { HOLDFAST_TEST_HOOK: `http://127.0.0.1:9/services/${token}?key=${token}` }
    const args = ['run', 'desk.yaml', '--until-end', '--no-serve', '--no-sql', '--log', 'debug', '--report', 'out']
    const result = await holdfast(args, { cwd: folder, env })
    expect(result.code).toBe(0)
    expect(result.err).toContain('alert delivery failed')
    const texts = [
      result.out,
      result.err,
      ...[...digestOf(folder).keys()].map((path) => readFileSync(join(folder, path), 'latin1')),
    ]
    for (let i = 0; i + 6 <= token.length; i++) {
      const part = token.slice(i, i + 6)
      expect(
        texts.some((text) => text.includes(part)),
        `'${part}' of the token was written`,
      ).toBe(false)
    }
    const missing = await holdfast(args, { cwd: folder })
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('environment variable HOLDFAST_TEST_HOOK') })
  })
})

/** Path → hash of every file below a folder. */
function digestOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = names.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort()
  return new Map(
    paths.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  )
}
