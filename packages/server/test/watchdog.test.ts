import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '@holdfast/engine'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../src/log/logger.js'
import { createRedactor } from '../src/log/redaction.js'
import { createIncidentHearing } from '../src/watchdog/hearing.js'
import { closeIncident, killOf, openIncidents, writeIncident } from '../src/watchdog/incident.js'
import { noteRest } from '../src/watchdog/rest.js'
import { drillWatchdog, runWatchdog, type WatchdogOptions } from '../src/watchdog/watchdog.js'
import { type ActWorld, createActWorld, DESK, HOLD_DELTA } from './actWorld.js'

const SECTION = `watchdog:
  health: http://127.0.0.1:8787/healthz
  stall: 10 s
  mode: flatten
  credentials:
    line-hedge: { key: "env:DOG_KEY", secret: "env:DOG_SECRET" }
    line-hand: { key: "env:DOG_KEY", secret: "env:DOG_SECRET" }
kill: { maxSlippage: 100 bps }
`

let world: ActWorld
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-watchdog-'))
  writeFileSync(join(folder, 'head.json'), '{}')
})
afterEach(() => {
  world.dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function hedgedDesk(): Promise<ActWorld> {
  world = createActWorld({ seed: 3, text: DESK(HOLD_DELTA('live'), SECTION) })
  await world.start()
  await world.run(8_000)
  world.ask('hand', 'private/buy', { instrument_name: 'BTC-PERPETUAL', amount: 180_000, type: 'market' })
  await world.run(10_000)
  world.ask('hedge', 'private/buy', { instrument_name: 'BTC-PERPETUAL', amount: 1_000, type: 'limit', price: 89_500 })
  return world
}

function optionsFor(said: string[], stop = new AbortController()): WatchdogOptions {
  return {
    configuration: world.configuration,
    journalFolder: folder,
    openVenue: world.opener,
    secret: () => 'unused',
    clock: world.clock,
    logger: createLogger({ level: 'error', write: () => undefined, now: world.clock.now, redactor: createRedactor() }),
    signal: stop.signal,
    say: (line) => said.push(line),
    isWell: async () => world.life() !== undefined,
  }
}

const held = () =>
  world.exchange
    .snapshot()
    .accounts.slice(0, 2)
    .map(({ positions }) => positions.map(({ size }) => size))
const open = () =>
  world.exchange
    .snapshot()
    .accounts.slice(0, 2)
    .flatMap(({ openOrders }) => openOrders)

describe('the watchdog', () => {
  it('behavior: takes over when the process is gone; the venue ends flat, and the incident is latched at the next start', async () => {
    await hedgedDesk()
    const said: string[] = []
    const stop = new AbortController()
    const running = runWatchdog(optionsFor(said, stop))
    await world.run(20_000)
    expect(openIncidents(folder)).toEqual([])
    await world.kill()
    await world.run(60_000)
    expect([held(), open()]).toEqual([[[], []], []])
    const [incident] = openIncidents(folder)
    expect(incident?.note).toContain('confirmed by the venues')
    stop.abort()
    await world.run(2_000)
    expect((await running)[0]?.accounts.map(({ state }) => state)).toEqual(['confirmed', 'confirmed'])

    const life = await world.start()
    life.inbox.put(killOf(incident!.note, world.clock.now()))
    await world.run(20_000)
    closeIncident(incident!.path)
    expect(openIncidents(folder)).toEqual([])
    const { halts, kills } = life.engine.view().rules
    expect(halts.all).toMatchObject({ by: 'watchdog' })
    expect(kills.all?.mode).toBe('flatten')
    world.ask('hand', 'private/buy', { instrument_name: 'BTC-PERPETUAL', amount: 90_000, type: 'market' })
    await world.run(15_000)
    expect(held()[0]).toEqual([])
  })

  it('behavior: a house that was stopped in order is left alone', async () => {
    await hedgedDesk()
    noteRest(folder, world.clock.now())
    const stop = new AbortController()
    const running = runWatchdog(optionsFor([], stop))
    await world.kill()
    await world.run(40_000)
    stop.abort()
    await world.run(2_000)
    expect(await running).toEqual([])
    expect(held()).toEqual([[-180_000], [180_000]])
  })

  it('[UN33] a drill says what would be done; exchange and folder stay as they were, to the byte', async () => {
    await hedgedDesk()
    await world.kill()
    const ledger = () => JSON.stringify([world.exchange.snapshot().orders, held(), open()])
    const files = () => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])
    const before = [ledger(), files()]
    const drill = drillWatchdog(optionsFor([]))
    await world.run(30_000)
    const lines = (await drill).flatMap(({ done }) => done).join('\n')
    expect(lines).toContain('would cancel order')
    expect(lines).toContain('would close by order')
    expect([ledger(), files()]).toEqual(before)
  })

  it('behavior: a running house hears an incident, and again when it is written anew; sends are held back until it is latched', async () => {
    await hedgedDesk()
    const { logger, clock } = optionsFor([])
    const hearing = createIncidentHearing(folder, clock, logger)
    expect([hearing.hear(), hearing.heldBack()]).toEqual([[], undefined])
    const incident = { id: 'ab'.repeat(16), time: 1, desk: 'sim', reason: 'x', mode: 'cancel', accounts: [] } as const
    writeIncident(folder, incident)
    const [first] = hearing.hear()
    expect(first).toMatchObject({ kind: 'control', command: 'kill', target: 'all', actor: 'watchdog' })
    expect(hearing.hear()).toEqual([])
    writeIncident(folder, {
      ...incident,
      accounts: [{ account: 'a', connection: 'b', state: 'confirmed', done: [], open: [] }],
    })
    const [second] = hearing.hear()
    const life = world.life()!
    const tell = (event: Event, replayed: boolean) =>
      hearing.observer.turn({ ...life.engine.step([event], clock.now()) }, life.engine.view(), { replayed, head: '' })
    tell(second!, true)
    expect(hearing.heldBack()).toContain('a watchdog took over')
    tell(first!, false)
    expect(hearing.heldBack()).toContain('a watchdog took over')
    tell(second!, false)
    expect([hearing.hear(), hearing.heldBack()]).toEqual([[], undefined])
  })

  it('error: an incident that was changed is told as such, and still counts', async () => {
    world = createActWorld({ seed: 3, text: DESK(HOLD_DELTA('live'), SECTION) })
    const path = writeIncident(folder, {
      id: 'ab'.repeat(16),
      time: 1,
      desk: 'sim',
      reason: 'x',
      mode: 'cancel',
      accounts: [],
    })
    writeFileSync(path, readFileSync(path, 'utf8').replace('"reason": "x"', '"reason": "y"'))
    expect(openIncidents(folder)[0]?.note).toContain('its hash does not fit')
    writeFileSync(path, '{')
    expect(openIncidents(folder)[0]?.note).toContain('cannot be read')
  })
})
