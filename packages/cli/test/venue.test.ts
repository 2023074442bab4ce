import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { holdfast, json, type Result, scratch, start } from './holdfast.js'

type Outcome = {
  readonly reason: string
  readonly steps: number
  readonly replayedSteps: number
  readonly head: string
  readonly digest: string
  readonly liquidations: number
  readonly faults: number
}

const TEMPLATE = new URL('../templates/venue.yaml.template', import.meta.url)
const RUN = ['run', 'venue.yaml', '--until-end', '--no-serve', '--json']

/** The template, with a smaller crowd; edits must find their place. */
function venue(edits: readonly (readonly [string, string])[] = []): string {
  const folder = scratch()
  const file = join(folder, 'venue.yaml')
  let text = readFileSync(TEMPLATE, 'utf8')
  for (const [from, to] of [['accounts: 500', 'accounts: 120'] as const, ...edits]) {
    expect(text).toContain(from)
    text = text.replace(from, () => to)
  }
  writeFileSync(file, text)
  return folder
}

const NOW = Date.UTC(2026, 1, 1)
const EXPIRY = Date.UTC(2026, 2, 27, 8)

/** A venue of options that hears a file of events. */
function optionVenue(lines: readonly object[]): string {
  const folder = scratch()
  writeFileSync(
    join(folder, 'venue.yaml'),
    `version: 1
kind: venue
name: options
journal: { path: journal }
source: { kind: events, path: events.jsonl }
margin: { model: portfolio }
markets:
  PERP: { underlying: BTC, instrument: "venue:BTC/USD:USD" }
  CALL: { underlying: BTC, instrument: "venue:BTC/USD:USD-260327-60000-C" }
accounts:
  - { id: seller, balances: { USD: 100000 } }
  - { id: maker, balances: { USD: 10000000 } }
`,
  )
  writeFileSync(join(folder, 'events.jsonl'), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
  return folder
}

function tick(time: number, index: string, call: string): object {
  const mark = (market: string, price: string) => {
    return { market, price, average: price, confidence: '0', publishedTime: time }
  }
  const svi = { a: 0.06, b: 0, rho: 0, m: 0, sigma: 1 }
  return {
    time,
    kind: 'tick',
    indices: [{ underlying: 'BTC', price: index, confidence: '0', publishedTime: time }],
    surfaces: [{ underlying: 'BTC', expiry: EXPIRY, forward: Number(index), svi, publishedTime: time }],
    marks: [mark('PERP', index), mark('CALL', call)],
  }
}

const trade = { kind: 'trade', market: 'CALL', buyer: 'maker', seller: 'seller', size: '8', price: '1500' }
const LINES = [
  tick(NOW, '50000', '1500'),
  { time: NOW + 1, ...trade },
  tick(NOW + 1_000, '59000', '6500'),
  { time: EXPIRY, kind: 'expiry', underlying: 'BTC', expiry: EXPIRY, price: '59000.5' },
]

function linesOf(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 2_000; tries++) await new Promise((done) => setTimeout(done, 10))
  expect(holds()).toBe(true)
}

function decisionsOf(folder: string): string {
  return readFileSync(join(folder, 'out', 'events.jsonl'), 'utf8')
}

describe('a venue by its configuration', () => {
  let whole: Outcome
  beforeAll(async () => {
    whole = json<Outcome>(await holdfast(RUN, { cwd: venue() }))
  })

  test('behavior: it liquidates through the crash, the books are exact in every step, and verify proves its journal', async () => {
    const folder = venue()
    const result = await holdfast([...RUN, '--report', 'out'], { cwd: folder })
    expect(result.code, result.err).toBe(0)
    expect(json<Outcome>(result)).toMatchObject({ reason: 'ended', head: whole.head, digest: whole.digest, faults: 0 })
    expect(whole.liquidations).toBeGreaterThan(20)
    const report = JSON.parse(readFileSync(join(folder, 'out', 'report.json'), 'utf8'))
    expect(report.outcome.head).toBe(whole.head)
    expect(
      readFileSync(join(folder, 'out', 'steps.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(whole.steps)
    const proof = await holdfast(['verify', '.holdfast/my-venue', '--head', whole.head], { cwd: folder })
    expect(proof.out).toContain(`${whole.steps} turns replayed to the same bytes`)
    // Once more: nothing is new, nothing is appended.
    const again = json<Outcome>(await holdfast(RUN, { cwd: folder }))
    expect(again).toMatchObject({ head: whole.head, replayedSteps: whole.steps })
  }, 120_000)

  test('behavior: killed with SIGKILL again and again, it resumes, repeats nothing, and ends with the same head', async () => {
    const folder = venue()
    // Slow enough to be met in the middle; a step stands in the report once it is on disk.
    const slow = [...RUN, '--speed', '300000', '--report', 'out']
    for (const steps of [20, 150, 400]) {
      const running = start(slow, { cwd: folder })
      await until(() => linesOf(join(folder, 'out', 'steps.jsonl')) >= steps)
      running.child.kill('SIGKILL')
      expect((await running.done).code).toBe(null)
      // The next run writes it anew.
      rmSync(join(folder, 'out'), { recursive: true })
    }
    const last: Result = await holdfast(RUN, { cwd: folder })
    expect(last.code, last.err).toBe(0)
    const outcome = json<Outcome>(last)
    expect(outcome).toMatchObject({ steps: whole.steps, head: whole.head, digest: whole.digest })
    expect(outcome.replayedSteps).toBeGreaterThanOrEqual(400)
    expect(outcome.replayedSteps).toBeLessThan(whole.steps)
    expect((await holdfast(['verify', '.holdfast/my-venue'], { cwd: folder })).code).toBe(0)
  }, 120_000)

  test('error: another rule in the file does not go on with the journal of the first', async () => {
    const folder = venue()
    await holdfast(RUN, { cwd: folder })
    const file = join(folder, 'venue.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('gate: 1 h', 'gate: 2 h'))
    const result = await holdfast(RUN, { cwd: folder })
    expect(result.code).toBe(2)
    expect(result.err).toContain('begun with another configuration')
  }, 60_000)

  test.each([
    ['maintenanceRate: 2.5 %', 'maintenanceRate: 5 %', 'markets.BTC-PERP.maintenanceRate'],
    ['maintenanceRate: 2.5 %', 'maintenanceRat: 2.5 %', "did you mean 'maintenanceRate'?"],
    ['initialRate: 4 %', 'initialRate: 4', 'write the unit'],
    ['model: linear', 'model: portfolo', "did you mean 'portfolio'?"],
    ['model: linear', 'model: portfolio', 'markets.BTC-PERP.instrument'],
    ['BTC: { weight: 90 %, maxAge: 12 h }', 'SOL: { weight: 90 %, maxAge: 12 h }', 'the crowd brings BTC'],
    ['USD: 250000', 'USD: -1', 'above 0'],
  ])('error: %s → %s is told with file, line and column', async (from, to, said) => {
    const folder = venue([[from, to]])
    const result = await holdfast(['check', 'venue.yaml'], { cwd: folder })
    expect(result.code).toBe(2)
    expect(result.err).toMatch(/venue\.yaml:\d+:\d+: error: /)
    expect(result.err).toContain(said)
  })
})

describe('a venue that hears a file', () => {
  test('behavior: options are margined by scenarios, hedged and settled at expiry', async () => {
    const folder = optionVenue(LINES)
    const result = await holdfast([...RUN, '--report', 'out'], { cwd: folder })
    expect(result.code, result.err).toBe(0)
    expect(json<Outcome>(result)).toMatchObject({ steps: 4, faults: 0, liquidations: 1 })
    expect(decisionsOf(folder)).toContain('seller is liquidated')
    expect((await holdfast(['verify', 'journal'], { cwd: folder })).code).toBe(0)
  })

  test('behavior: lines that are added later are taken up where it stopped', async () => {
    const folder = optionVenue(LINES.slice(0, 3))
    await holdfast(RUN, { cwd: folder })
    writeFileSync(join(folder, 'events.jsonl'), `${LINES.map((line) => JSON.stringify(line)).join('\n')}\n`)
    const resumed = json<Outcome>(await holdfast(RUN, { cwd: folder }))
    const whole = json<Outcome>(await holdfast(RUN, { cwd: optionVenue(LINES) }))
    expect(resumed).toMatchObject({ replayedSteps: 3, steps: 4, head: whole.head })
  })

  test('behavior: followed, it takes lines as they are added, tells decisions once they are on disk, and stops in order', async () => {
    const folder = optionVenue(LINES.slice(0, 2))
    const file = join(folder, 'venue.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('events.jsonl }', 'events.jsonl, follow: true }'))
    const running = start(['run', 'venue.yaml', '--no-serve', '--json', '--report', 'out'], { cwd: folder })
    const told = () => {
      const path = join(folder, 'out', 'decisions.jsonl')
      return existsSync(path) ? readFileSync(path, 'utf8') : ''
    }
    await until(() => told().includes('market-quality'))
    expect(told()).not.toContain('liquidation-order')
    // Two pieces of one line: half a line is not read.
    const [crash, later] = [JSON.stringify(LINES[2]), JSON.stringify({ time: NOW + 2_000, kind: 'clock' })]
    appendFileSync(join(folder, 'events.jsonl'), crash.slice(0, 40))
    appendFileSync(join(folder, 'events.jsonl'), `${crash.slice(40)}\n${later}\n`)
    await until(() => told().includes('liquidation-order'))
    running.child.kill('SIGTERM')
    const stopped = await running.done
    expect(stopped.code, stopped.err).toBe(130)
    expect(json<Outcome>(stopped)).toMatchObject({ reason: 'stopped', steps: 3 })
    const rest = json<Outcome>(await holdfast(RUN, { cwd: folder }))
    expect(rest).toMatchObject({ reason: 'ended', replayedSteps: 3, steps: 4 })
    expect((await holdfast(['verify', 'journal'], { cwd: folder })).code).toBe(0)
  }, 60_000)

  test('error: a line that is no event is told with file and line, and nothing is run', async () => {
    const folder = optionVenue([LINES[0]!, { time: NOW, ...trade, size: 8 }])
    const result = await holdfast(RUN, { cwd: folder })
    expect(result.code).toBe(2)
    expect(result.err).toMatch(/events\.jsonl.*2.*size/s)
  })

  test('error: an event out of order or twice is a refusal on record, and the books hold', async () => {
    const numbered = LINES.slice(0, 2).map((line, index) => ({ sequence: index + 1, ...line }))
    const folder = optionVenue([...numbered, numbered[1]!, { sequence: 9, time: NOW + 2, kind: 'clock' }])
    const result = await holdfast(RUN, { cwd: folder })
    expect(result.code, result.err).toBe(0)
    expect(json<Outcome>(result).faults).toBe(0)
    const proof = await holdfast(['verify', 'journal'], { cwd: folder })
    expect(proof.code, proof.err).toBe(0)
  })

  test('error: recorded lines that were changed are not gone on with', async () => {
    const folder = optionVenue(LINES)
    await holdfast(RUN, { cwd: folder })
    const file = join(folder, 'events.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"size":"8"', '"size":"7"'))
    const result = await holdfast(RUN, { cwd: folder })
    expect(result.code).toBe(3)
    expect(result.err).toContain('is not what was recorded')
  })
})
