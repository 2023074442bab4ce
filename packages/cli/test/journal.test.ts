import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { frameBytes, SEGMENT_HEADER_BYTES } from '@holdfast/engine'
import { beforeAll, describe, expect, test } from 'vitest'
import { desk, holdfast, json, type Result, runToEnd, scratch, start } from './holdfast.js'

type Outcome = {
  reason: string
  turns: number
  replayedTurns: number
  head: string
  open?: { positions: object[]; alerts: object[] }
}

/** One messages a line, as the file channel leaves them. */
const ALERT_FILE = [
  /- \{ kind: console, minTier: notice \}/,
  '- { kind: file, path: told.jsonl, minTier: notice }',
] as const

const alertIds = (folder: string): string[] =>
  readFileSync(join(folder, 'told.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { notification: { standing: boolean; alerts: { id: string }[] }; mayRepeat: boolean },
    )
    .filter(({ notification, mayRepeat }) => !notification.standing && !mayRepeat)
    .flatMap(({ notification }) => notification.alerts.map(({ id }) => id))

/** Mulberry32: the same moments for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

describe('runs of one configuration', () => {
  let whole: Outcome
  beforeAll(async () => {
    whole = json<Outcome>(await runToEnd(desk({ edits: [ALERT_FILE] })))
  })

  test('behavior: two runs leave the same head, and verify proves it', async () => {
    const folder = desk({ edits: [ALERT_FILE] })
    const result = await runToEnd(folder)
    expect(result.code).toBe(0)
    expect(json<Outcome>(result)).toMatchObject({
      reason: 'ended',
      head: whole.head,
      turns: whole.turns,
      replayedTurns: 0,
    })
    const proof = await holdfast(['verify', 'journal', '--head', whole.head], { cwd: folder })
    expect(proof).toMatchObject({ code: 0, err: '' })
    expect(proof.out).toContain(`${whole.turns} turns replayed to the same bytes, head ${whole.head}`)
  })

  test('behavior: killed at random and resumed, it leaves the same head, no turn twice, no alert told twice', async () => {
    const seed = Number(process.env.HOLDFAST_TEST_SEED ?? Date.now() % 1_000_000)
    console.info(`HOLDFAST_TEST_SEED=${seed}`)
    const random = randomOf(seed)
    const folder = desk({ edits: [ALERT_FILE] })
    // Once from the first recorded turns on, then anywhere: at the start, in the replay, in the turns after it.
    for (const [from, to] of [
      [0, 700],
      [0, 1500],
      [300, 1800],
      [300, 1800],
    ] as const) {
      const { child, done, heard } = start(['run', 'desk.yaml', '--no-serve', '--no-sql'], { cwd: folder })
      while (from === 0 && to === 700 && !heard().includes('papered')) await sleep(5)
      await sleep(from + random() * (to - from))
      child.kill('SIGKILL')
      await done
    }
    const last = await runToEnd(folder)
    expect(last.code).toBe(0)
    const outcome = json<Outcome>(last)
    expect(outcome).toMatchObject({ head: whole.head, turns: whole.turns })
    expect(outcome.replayedTurns).toBeGreaterThan(0)
    const proof = await holdfast(['verify', 'journal', '--head', whole.head, '--json'], { cwd: folder })
    expect(proof.code).toBe(0)
    expect(json(proof)).toMatchObject({ ok: true, turns: whole.turns, replayedTurns: whole.turns, faults: [] })
    const ids = alertIds(folder)
    expect(ids.length).toBeGreaterThan(3)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('behavior: Ctrl-C ends in order with what stays open, and the next run goes on to the same head', async () => {
    const folder = desk({ edits: [ALERT_FILE] })
    const paced = ['run', 'desk.yaml', '--until-end', '--no-serve', '--no-sql', '--speed', '3600']
    const { child, done, heard } = start(paced, { cwd: folder })
    while (!heard().includes('papered')) await sleep(20)
    child.kill('SIGINT')
    const stopped = await done
    expect(stopped.code).toBe(130)
    expect(stopped.err).toContain('once more to force')
    expect(stopped.err).toMatch(
      /What stays open, unwatched until the next run: 32 positions in 3 accounts, 0 orders, \d+ alerts/,
    )
    expect(stopped.err).toContain('-15 BTC deribit:BTC/USD:BTC-260206-80000-P')
    const outcome = json<Outcome>(await runToEnd(folder))
    expect(outcome).toMatchObject({ head: whole.head, turns: whole.turns })
    expect(outcome.replayedTurns).toBeGreaterThan(0)
  })

  test('behavior: a second Ctrl-C forces; nothing recorded is lost', async () => {
    const folder = desk({ edits: [ALERT_FILE] })
    const { child, done, heard } = start(['run', 'desk.yaml', '--no-serve', '--no-sql'], { cwd: folder })
    while (!heard().includes('papered')) await sleep(5)
    child.kill('SIGINT')
    child.kill('SIGINT')
    expect((await done).code).toBe(130)
    expect(json<Outcome>(await runToEnd(folder))).toMatchObject({ head: whole.head })
  })

  test('error: a second process on one journal ends with 4 and says who holds it', async () => {
    const folder = desk()
    const paced = ['run', 'desk.yaml', '--until-end', '--no-serve', '--no-sql', '--speed', '600']
    const first = start(paced, { cwd: folder })
    while (!first.heard().includes('papered')) await sleep(20)
    const second = await runToEnd(folder)
    first.child.kill('SIGINT')
    await first.done
    expect(second.code).toBe(4)
    expect(second.err).toContain(String(first.child.pid))
    expect(second.err).not.toContain('    at ')
  })

  test('error: a changed configuration does not go on with the journal of the old one', async () => {
    const folder = desk({ to: '2026-02-05T11:00:00Z' })
    await runToEnd(folder)
    const path = join(folder, 'desk.yaml')
    writeFileSync(path, readFileSync(path, 'utf8').replace('margin_ratio > 0.65', 'margin_ratio > 0.66'))
    const result = await runToEnd(folder)
    expect(result.code).toBe(2)
    expect(result.err).toMatch(/was begun with another configuration .*journal\.path/s)
  })
})

describe('damage', () => {
  let pristine: string
  let segment: string
  let offsets: readonly number[]

  beforeAll(async () => {
    pristine = scratchOf(await recordedDesk())
    segment = readdirSync(pristine).find((name) => name.endsWith('.hfj'))!
    offsets = recordOffsets(readFileSync(join(pristine, segment)))
  })

  async function verified(change: (path: string) => void): Promise<Result> {
    const copy = scratch()
    cpSync(pristine, copy, { recursive: true })
    change(join(copy, segment))
    return holdfast(['verify', copy])
  }

  test('error: a flipped bit is a damaged record, told with its place', async () => {
    const result = await verified((path) => {
      const bytes = readFileSync(path)
      const at = offsets[3]! + 200
      bytes[at] = bytes[at]! ^ 4
      writeFileSync(path, bytes)
    })
    expect(result.code).toBe(3)
    expect(result.err).toMatch(new RegExp(`record 3: bit 2 of byte ${offsets[3]! + 200} is flipped`))
  })

  test('error: a dropped record is told as missing, not as damage', async () => {
    const result = await verified((path) => {
      const bytes = readFileSync(path)
      const [from, to] = [offsets[3]!, offsets[4]!]
      const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to), Buffer.alloc(to - from)])
      writeFileSync(path, rest)
    })
    expect(result.code).toBe(3)
    expect(result.err).toContain(`record 3 dropped: not there at byte ${offsets[3]}`)
    expect(result.err).not.toMatch(/flipped|truncated/)
  })

  test('error: a tail that was cut off is told as cut off, with what must be there', async () => {
    const result = await verified((path) => truncateSync(path, offsets[4]!))
    expect(result.code).toBe(3)
    expect(result.err).toMatch(/truncated at the tail: it ends with record 3, records? 4.* acknowledged and gone/)
    expect(result.err).not.toMatch(/flipped|dropped/)
  })

  test('error: no journal at all', async () => {
    const nowhere = await holdfast(['verify', join(scratch(), 'absent')])
    expect(nowhere.code).toBe(2)
    expect(nowhere.err).not.toContain('    at ')
  })
})

async function recordedDesk(): Promise<string> {
  const folder = desk({ to: '2026-02-05T12:30:00Z' })
  await runToEnd(folder)
  return join(folder, 'journal')
}

function scratchOf(folder: string): string {
  const copy = scratch()
  cpSync(folder, copy, { recursive: true })
  return copy
}

/** Where each record begins; the last entry is where the next would. */
function recordOffsets(bytes: Buffer): readonly number[] {
  const offsets = [SEGMENT_HEADER_BYTES]
  for (let offset = SEGMENT_HEADER_BYTES; bytes.readUInt32LE(offset) > 0; ) {
    offset += frameBytes(bytes.readUInt32LE(offset))
    offsets.push(offset)
  }
  return offsets
}
