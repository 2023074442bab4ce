import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AccountAssessment,
  type Decision,
  EMPTY_RULE_STATE,
  type EngineView,
  NO_ORDERS,
  type Turn,
} from '@holdfast/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { indexEvent, TOY_HEADER, walkSource } from '../../test/toyEngine.js'
import { leadTimes } from './leadTime.js'
import { createReport } from './report.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const START = Date.UTC(2026, 0, 29)
const HOUR = 3_600_000
const TURNS = 200

/** An account that falls with the price, is warned, breached and rescued. */
function account(equity: number | undefined, maintenance: number): AccountAssessment {
  const margin =
    equity === undefined
      ? { ok: false as const, missing: ['index:BTC'] }
      : {
          ok: true as const,
          equity,
          markToMarket: equity,
          initialMargin: maintenance * 1.25,
          maintenanceMargin: maintenance,
          excessInitial: equity - maintenance * 1.25,
          excessMaintenance: equity - maintenance,
          parts: {},
        }
  const ratio = equity === undefined ? undefined : equity > 0 ? maintenance / equity : Number.POSITIVE_INFINITY
  return {
    account: 'deribit-main',
    venue: 'deribit',
    portfolio: 'desk',
    marginModel: 'deribit-standard',
    margin,
    ...(ratio === undefined ? {} : { marginRatio: ratio }),
    positions: [],
    quality: equity === undefined ? 'unknown' : 'live',
    missing: equity === undefined ? ['index:BTC'] : [],
    greeks: [],
    cashDelta: 120_000,
    concentration: [],
    expiryWindow: [],
  }
}

function alert(time: number, tier: 'warning' | 'critical', state: 'firing' | 'resolved' = 'firing'): Decision {
  return {
    id: `${tier}-${time}-${state}`,
    rule: `margin-${tier}`,
    stage: 'shadow',
    scope: { kind: 'account', account: 'deribit-main' },
    time,
    action: { kind: 'alert', tier, summary: 'margin ratio <81 %> & rising', labels: {}, state },
    outcome: 'planned',
    condition: 'margin_ratio > 0.65',
    terms: [],
    inputs: [],
    reasons: [],
  }
}

function crash(): readonly { turn: Turn; view: EngineView }[] {
  let warned = false
  let urged = false
  return Array.from({ length: TURNS }, (_, i) => {
    const time = START + i * HOUR
    const price = 89_000 - 29_000 * Math.min(1, Math.max(0, (i - 60) / 80)) ** 2
    const assessed = i === 20 ? undefined : 4_000_000 + (price - 89_000) * (i > 170 ? 90 : 125)
    const book = account(assessed, 900_000 + (89_000 - price) * 10)
    const ratio = book.marginRatio ?? 0
    const decisions: Decision[] = []
    if (ratio > 0.65 && !warned) decisions.push(alert(time, 'warning'))
    if (ratio > 0.85 && !urged) decisions.push(alert(time, 'critical'))
    warned ||= ratio > 0.65
    urged ||= ratio > 0.85
    const sequence = i + 1
    const flags = i === 30 ? [{ code: 'crossed-quote', subject: 'quote:x', detail: 'bid above ask' }] : []
    const events = [indexEvent('chains', time, price)]
    return {
      turn: { sequence, time, events, decisions, flags, assessmentDigest: '', stateDigest: '' },
      view: {
        sequence,
        time,
        assessment: { time, accounts: [book], portfolios: [], inputs: [] },
        decisions,
        flags,
        stateDigest: '',
        rules: EMPTY_RULE_STATE,
        orders: NO_ORDERS,
      },
    }
  })
}

async function written(path: string) {
  const report = createReport({
    folder: path,
    name: 'example <desk>',
    header: TOY_HEADER,
    sources: [walkSource('chains', 3, 1)],
    assumptions: ['Vols between quotes are our own fit.'],
  })
  for (const { turn, view } of crash()) await report.observer.turn(turn, view, { replayed: false, head: 'h' })
  return report.finish({
    reason: 'ended',
    turns: TURNS,
    replayedTurns: 0,
    head: { sequence: TURNS, hash: 'f'.repeat(64) },
  })
}

const lines = (name: string) =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('report', () => {
  test('behavior: the files that are promised, and nothing else', async () => {
    await written(folder)
    expect(readdirSync(folder).sort()).toEqual([
      'alerts.jsonl',
      'assessments.jsonl',
      'decisions.jsonl',
      'report.html',
      'report.json',
    ])
  })

  test('behavior: report.json says first, worst and last, counts, hashes and how early the warning came', async () => {
    const { summary } = await written(folder)
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
    expect(report).toEqual(JSON.parse(JSON.stringify(summary)))
    expect(report).toMatchObject({
      configurationHash: TOY_HEADER.configurationHash,
      rulebookHash: TOY_HEADER.rulebookHash,
      journalHead: 'f'.repeat(64),
      turns: TURNS,
      events: TURNS,
      firstTime: '2026-01-29T00:00:00.000Z',
      sources: [{ name: 'chains', events: 3 }],
      decisions: { total: 2, byRule: { 'margin-critical': { planned: 1 }, 'margin-warning': { planned: 1 } } },
      alerts: { fired: 2, byTier: { critical: 1, warning: 1 } },
    })
    const [desk] = report.accounts
    expect(desk).toMatchObject({ account: 'deribit-main', turnsUnknown: 1, first: { equity: 4_000_000 } })
    expect(desk.worst.marginRatio).toBeGreaterThan(desk.last.marginRatio)
    expect(report.leadTimes).toMatchObject([{ account: 'deribit-main', warned: true }])
    const [warning, critical] = report.leadTimes[0].warnings
    expect(warning.leadMs).toBeGreaterThan(critical.leadMs)
    expect(critical.leadMs).toBeGreaterThan(0)
  })

  test('behavior: the same turns write the same bytes', async () => {
    await written(folder)
    const other = join(folder, 'other')
    await written(other)
    for (const name of readdirSync(other)) {
      expect(readFileSync(join(other, name)).equals(readFileSync(join(folder, name))), name).toBe(true)
    }
  })

  test('behavior: what is unknown is null, never 0', async () => {
    await written(folder)
    const rows = lines('assessments.jsonl')
    expect(rows.length).toBe(TURNS)
    expect(rows[20]).toMatchObject({ sequence: 21, equity: null, marginRatio: null, missing: ['index:BTC'] })
    expect(lines('decisions.jsonl').map(({ rule }) => rule)).toEqual(['margin-warning', 'margin-critical'])
    expect(lines('alerts.jsonl')[0]).toMatchObject({ tier: 'warning', state: 'firing', rule: 'margin-warning' })
  })

  test('behavior: the page stands alone, and text from outside stays text', async () => {
    const { html } = await written(folder)
    const page = readFileSync(html, 'utf8')
    expect(page).not.toMatch(/(src|href)=|https?:|<script|@import|url\(/)
    expect(page).toContain('example &lt;desk&gt;')
    expect(page).not.toContain('<desk>')
    expect(page).toContain('margin ratio &lt;81 %&gt; &amp; rising')
    expect(page.match(/<svg viewBox="0 0 960/g)?.length).toBe(3)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('limits: a run without a turn still reports', () => {
    const report = createReport({ folder, name: 'empty', header: TOY_HEADER, sources: [] })
    const { summary } = report.finish({
      reason: 'stopped',
      turns: 0,
      replayedTurns: 0,
      head: { sequence: 0, hash: '0' },
    })
    expect(summary).toMatchObject({ firstTime: null, accounts: [], leadTimes: [] })
  })
})

describe('lead time', () => {
  test('behavior: a breach without a warning says so, and a second one counts from the recovery', () => {
    const fired = [
      { decision: alert(1000, 'warning'), sequence: 1 },
      { decision: alert(9000, 'warning'), sequence: 2 },
    ]
    const breaches = [
      { account: 'deribit-main', from: 500, to: 900 },
      { account: 'deribit-main', from: 3000, to: 5000 },
      { account: 'deribit-main', from: 8000 },
      { account: 'other', from: 8000 },
    ]
    const result = leadTimes(breaches, fired, () => undefined)
    expect(result.map(({ warned, warnings }) => [warned, warnings.map(({ leadMs }) => leadMs)])).toEqual([
      [false, []],
      [true, [2000]],
      [false, [-1000]],
      [false, []],
    ])
  })
})
