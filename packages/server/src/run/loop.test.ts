import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event, Turn } from '@holdfast/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { indexEvent, TOY_HEADER, toyEngine, walkSource } from '../../test/toyEngine.js'
import { type OpenedJournal, openJournal } from '../journal/open.js'
import { verifyJournal } from '../journal/verify.js'
import { systemClock } from './clock.js'
import { type RunOptions, runLoop } from './loop.js'
import type { Effect, Observer, Reactor } from './ports.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-loop-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const SMALL = { segmentBytes: 1 << 16 }
const SOURCES = () => [walkSource('slow', 20, 60_000), walkSource('fast', 60, 20_000)]

async function start(options: Partial<RunOptions> & { readonly path?: string } = {}) {
  const { path = join(folder, 'journal'), ...rest } = options
  const journal = await openJournal(path, SMALL)
  return runLoop({
    engine: toyEngine(),
    header: TOY_HEADER,
    sources: SOURCES(),
    journal,
    clock: systemClock,
    speed: 'max',
    signal: new AbortController().signal,
    ...rest,
  })
}

const run = async (options?: Parameters<typeof start>[0]) => (await start(options)).done

/** Stops the loop in an orderly way behind `turns` turns of this process. */
function stopAfter(turns: number): { readonly signal: AbortSignal; readonly observers: readonly Observer[] } {
  const controller = new AbortController()
  let left = turns
  const turn = () => {
    left -= 1
    if (left === 0) controller.abort()
  }
  return { signal: controller.signal, observers: [{ name: 'stop', turn }] }
}

/** Answers each decision a little later, as a simulated venue does. */
const echo = (): Reactor => ({
  name: 'echo',
  react: (turn) => turn.decisions.map((decision, i) => indexEvent('anything', decision.time + 30_000 + i, 88_000 + i)),
})

describe('loop', () => {
  test('behavior: turns follow the received times of the merged sources', async () => {
    const turns: Turn[] = []
    const observer: Observer = { name: 'test', turn: (turn) => void turns.push(turn) }
    const outcome = await run({ observers: [observer] })
    expect(outcome).toMatchObject({ reason: 'ended', turns: 60, replayedTurns: 0, head: { sequence: 60 } })
    expect(turns.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    expect(turns[0]!.events.map(({ source }) => source)).toEqual(['slow', 'fast'])
    expect(turns[1]!.events.map(({ source }) => source)).toEqual(['fast'])
  })

  test('behavior: stopped at any turn and resumed, the journal is that of an uninterrupted run', async () => {
    const whole = await run({ path: join(folder, 'whole'), reactors: [echo()], tickMs: 15_000 })
    for (const stops of [[1], [7, 9], [3, 3, 3, 40]]) {
      const path = join(folder, `stopped-${stops.join('-')}`)
      for (const stop of stops) {
        const outcome = await run({ path, reactors: [echo()], tickMs: 15_000, ...stopAfter(stop) })
        expect(outcome.reason).toBe('stopped')
      }
      const last = await run({ path, reactors: [echo()], tickMs: 15_000 })
      expect(last).toMatchObject({ reason: 'ended', head: whole.head })
      expect(last.replayedTurns).toBeGreaterThan(0)
    }
    expect(await run({ path: join(folder, 'whole'), reactors: [echo()], tickMs: 15_000 })).toMatchObject({
      replayedTurns: whole.turns,
      head: whole.head,
    })
  })

  test('behavior: nothing leaves before its turn is on disk, and after a restart nothing leaves twice', async () => {
    const done: number[] = []
    let durable = -1
    const effect: Effect = {
      name: 'sender',
      position: () => done.at(-1) ?? 0,
      async perform(turn) {
        expect(turn.sequence).toBeLessThanOrEqual(durable)
        done.push(turn.sequence)
      },
    }
    const journal = await openJournal(join(folder, 'journal'), SMALL)
    await run3({ ...journal, append: watchAppend(journal) }, { effects: [effect], ...stopAfter(10) })
    const again = await openJournal(join(folder, 'journal'), SMALL)
    durable = again.recordCount - 1
    await run3({ ...again, append: watchAppend(again) }, { effects: [effect] })
    expect(done).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))

    function watchAppend(opened: OpenedJournal): OpenedJournal['append'] {
      return async (record) => {
        const head = await opened.append(record)
        durable = head.sequence
        return head
      }
    }
    function run3(opened: OpenedJournal, more: Partial<RunOptions>) {
      return runLoop({
        engine: toyEngine(),
        header: TOY_HEADER,
        sources: SOURCES(),
        journal: opened,
        clock: systemClock,
        speed: 'max',
        signal: new AbortController().signal,
        ...more,
      }).done
    }
  })

  test('behavior: an observer that fails is reported and left out, the loop goes on', async () => {
    const faults: string[] = []
    const failing: Observer = {
      name: 'failing',
      turn() {
        throw new Error('no room')
      },
    }
    const outcome = await run({ observers: [failing], onFault: (name) => faults.push(name) })
    expect(outcome.turns).toBe(60)
    expect(faults).toEqual(['failing'])
  })

  test('behavior: a person’s word becomes a turn, also while the loop waits, and is there after a restart', async () => {
    const controller = new AbortController()
    const loop = await start({ speed: 1, signal: controller.signal })
    const control = {
      kind: 'control',
      source: 'api',
      sourceTime: 0,
      receivedTime: 0,
      command: 'kill',
      actor: 'desk',
      target: 'all',
    } as const
    const { sequence } = await loop.submit(control)
    controller.abort()
    await loop.done
    await expect(loop.submit(control)).rejects.toThrow('stopped')
    const journal = await openJournal(join(folder, 'journal'), SMALL)
    const record = [...journal.records()][sequence]!.record
    expect(record.kind === 'turn' && record.turn.events).toMatchObject([{ kind: 'control', command: 'kill' }])
    await journal.close()
    expect(await run()).toMatchObject({ reason: 'ended', turns: 61 })
  })

  test('behavior: at a given speed engine time passes that much faster than wall time', async () => {
    let wall = 0
    const clock = {
      now: () => wall,
      async sleep(ms: number) {
        wall += ms
      },
    }
    await run({ clock, speed: 60 })
    expect(wall).toBeCloseTo((59 * 20_000) / 60, 6)
  })

  test('error: a journal of another configuration is refused', async () => {
    await run()
    await expect(run({ header: { ...TOY_HEADER, rulebookHash: 'e'.repeat(64) } })).rejects.toMatchObject({
      code: 'JOURNAL_CONFIGURATION',
    })
  })

  test('error: where the program now decides otherwise, nothing is appended', async () => {
    await run({ ...stopAfter(30) })
    await expect(run({ engine: toyEngine(500) })).rejects.toMatchObject({ code: 'JOURNAL_DIVERGED' })
  })
})

describe('bad input', () => {
  const events: Event[] = [
    indexEvent('a', 1000, 100),
    indexEvent('a', 2000, Number.NaN),
    indexEvent('a', 3000, 666),
    { ...indexEvent('a', 4000, 90), sourceTime: 500 },
    {
      kind: 'cash',
      source: 'a',
      sourceTime: 1,
      receivedTime: 5000,
      account: 'x',
      asset: 'BTC',
      amount: '1e9',
      reason: 'fee',
      cashId: '1',
    },
    { kind: 'nonsense', source: 'a', sourceTime: 1, receivedTime: 6000 } as unknown as Event,
    indexEvent('a', 7000, 50),
  ]
  const source = () => ({
    ...walkSource('a', 0, 0),
    async *events() {
      yield* events
    },
  })

  test('behavior: what is malformed is flagged, recorded as it came, and replays to the same bytes', async () => {
    const turns: Turn[] = []
    await run({ sources: [source()], observers: [{ name: 'test', turn: (turn) => void turns.push(turn) }] })
    expect(turns.map(({ flags }) => flags.map(({ code }) => code))).toEqual([
      [],
      ['malformed-event'],
      ['event-fault'],
      [],
      ['malformed-event'],
      ['malformed-event'],
      [],
    ])
    expect(turns.at(-1)!.decisions.length).toBe(1)
    const report = verifyJournal(join(folder, 'journal'), { engineFor: () => toyEngine() })
    expect(report).toMatchObject({ ok: true, turns: 7, replayedTurns: 7 })
  })

  test('behavior: engine time never goes back', () => {
    const engine = toyEngine()
    engine.step([indexEvent('a', 9000, 1)], 9000)
    const turn = engine.step([indexEvent('a', 4000, 1)], Number.NaN)
    expect(turn.time).toBe(9000)
    expect(engine.step([], 12_000).time).toBe(12_000)
  })
})

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

describe('verify', () => {
  const verify = (head?: string, threshold = 10) =>
    verifyJournal(join(folder, 'journal'), {
      engineFor: () => toyEngine(threshold),
      ...(head === undefined ? {} : { head }),
    })

  test('behavior: a whole journal is proven, with the head kept elsewhere too', async () => {
    const { head } = await run()
    expect(verify()).toMatchObject({ ok: true, anchored: true, records: 61, turns: 60, replayedTurns: 60, head })
    expect(verify(head.hash).ok).toBe(true)
    expect(verify('f'.repeat(64))).toMatchObject({ ok: false, faults: [{ kind: 'head-mismatch' }] })
  })

  test('behavior: verifying leaves every byte as it was', async () => {
    await run()
    const bytes = () => readdirSync(join(folder, 'journal')).map((name) => sha256(join(folder, 'journal', name)))
    const before = bytes()
    verify()
    expect(bytes()).toEqual(before)
  })

  test('behavior: the first turn that differs is named, with how', async () => {
    const turns: Turn[] = []
    await run({ observers: [{ name: 'test', turn: (turn) => void turns.push(turn) }] })
    const report = verify(undefined, 150)
    const first = turns.filter(({ decisions }) => decisions.length > 0)[1]!
    expect(report).toMatchObject({ ok: false, difference: { sequence: first.sequence, part: 'decisions' } })
    expect(report.messages.join()).toContain(`turn ${first.sequence} (`)
  })

  test('behavior: behind a damaged record nothing is replayed, and the message says so', async () => {
    await run()
    const path = join(folder, 'journal', 'segment-00000001.hfj')
    const bytes = readFileSync(path)
    bytes[5000]! ^= 4
    writeFileSync(path, bytes)
    const report = verify()
    expect(report).toMatchObject({ ok: false, faults: [{ kind: 'flipped-bit', offset: 5000, bit: 2 }] })
    expect(report.replayFault).toMatch(/stops behind turn \d+/)
    expect(report.replayedTurns).toBeLessThan(60)
  })

  test('behavior: a folder without records is not proven', () => {
    expect(verify()).toMatchObject({ ok: false, records: 0 })
  })
})
