import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultName } from '@holdfast/simulator'
import { expect, it } from 'vitest'
import { openJournal } from '../src/journal/open.js'
import { engineOf, headerFor } from '../src/run/header.js'
import { createReactorQueue } from '../src/run/reactors.js'
import { replayJournal } from '../src/run/replay.js'
import { type ActWorld, createActWorld, DESK, HOLD_DELTA } from './actWorld.js'
import { seeded } from './seeded.js'

/**
 * Everything goes wrong at once: the exchange's faults, the person at the other account, kills of the switch, and kills of the
 * process at any moment: within a write of the journal, and with orders on their way. While the venue can be reached the
 * exposure stays inside its bounds; in calm times between, and at the end, the books of Holdfast and the exchange must agree.
 *
 * `HOLDFAST_SIM_SEED=n` replays one seed, `HOLDFAST_SIM_ROUNDS=n` runs each for longer.
 */
const SEEDS = process.env.HOLDFAST_SIM_SEED === undefined ? [1, 2, 3] : [Number(process.env.HOLDFAST_SIM_SEED)]
const ROUNDS = Number(process.env.HOLDFAST_SIM_ROUNDS ?? 1)

const RATIOS: Partial<Record<FaultName, number>> = {
  'lost-acknowledgement': 0.02,
  'lost-request': 0.02,
  'late-answer': 0.05,
  'duplicate-notification': 0.1,
  'reordered-notification': 0.1,
  'partial-fill': 0.3,
  'rejected-cancel': 0.5,
  'omitted-position': 0.05,
  'comma-number': 0.06,
  'silent-stall': 0.5,
  'frozen-time': 0.4,
  disconnect: 0.6,
  'post-only-window': 0.4,
  maintenance: 0.3,
  adl: 0.5,
}

const CHASE = '    execution: { chase: { every: 2 s, moves: 3 } }\n'
/** Largest position of the person, USD. */
const HAND_MAX = 500_000
/** What the rule allows, and what the price may move a position by, BTC. */
const EXPOSURE_MAX = 0.5 + 0.05
/**
 * How long the venue must have been reachable without a break before the exposure is held against the bound: what others traded
 * longer ago must be hedged by then, over five rounds of cool-down where fills are partial.
 */
const REACTION_MS = 20_000
/** Each storm is of so many parts; a process is killed in each but these, which are long and quieter. */
const PARTS = 14
const LONG = [10, 12, 13]
const CHECK_MS = 200

type Tally = { events: number; faults: Record<string, number>; outcomes: Record<string, number> }
const tally: Tally = { events: 0, faults: {}, outcomes: {} }
const add = (into: Record<string, number>, from: Readonly<Record<string, number>>) => {
  for (const [name, count] of Object.entries(from)) into[name] = (into[name] ?? 0) + count
}

it.each(SEEDS)('behavior: seed %i: no double, no orphan, inside bounds, and the journal replays', async (seed) => {
  const random = seeded(seed)
  const world = createActWorld({
    seed,
    text: DESK(HOLD_DELTA('live', seed === 1 ? '' : CHASE)),
    latency: () => 5 + Math.floor(random() * 60),
    exchange: { faults: { windowMs: 20_000, lateMs: 2_500 }, flowRatio: 0.5 },
  })
  const exposure = watchExposure(world)
  const where = () => `seed ${seed}, ${new Date(world.clock.now()).toISOString()}; HOLDFAST_SIM_SEED=${seed} replays it`
  await world.start()
  await world.run(5_000)
  for (let round = 0; round < ROUNDS; round++) {
    world.exchange.setFaultRatios(RATIOS)
    await storm(world, random, exposure, where)
    await calm(world, where)
  }
  await check(world, where)
  tally.events += world.exchange.snapshot().events + world.net.traffic.requests + world.net.traffic.messages
  add(tally.faults, world.exchange.faultCounts())
  add(tally.outcomes, { ...world.counts, ...exposure.counts })
  world.dispose()
})

it('the runs were not vacuous', () => {
  console.info(JSON.stringify(tally))
  if (SEEDS.length < 3) return
  const least: Readonly<Record<string, number>> = {
    crash: 30,
    'crash with orders in flight': 5,
    kill: 3,
    'order confirmed': 30,
    'order rejected': 1,
    'order denied': 1,
    'order unresolved': 1,
    'settled by client-id': 1,
    'settled by absence': 1,
    'exposure checked': 100,
    'exposure checked while nobody traded': 20,
  }
  expect(tally.events).toBeGreaterThan(200_000)
  for (const name of Object.keys(RATIOS)) expect(tally.faults[name], name).toBeGreaterThan(0)
  for (const [name, count] of Object.entries(least)) {
    expect(tally.outcomes[name], name).toBeGreaterThanOrEqual(count)
  }
})

/** Three minutes of faults: others trade, the person trades, the switch is thrown, the process is killed and comes back. */
async function storm(world: ActWorld, random: () => number, exposure: Exposure, where: () => string): Promise<void> {
  const ticks = (often: number) => () => {
    for (let n = 0; n < 20; n++) crowd(world, random)
    if (random() < often) exposure.moves(person(world, random))
    if (random() < 0.01) adopts(world)
    exposure.check(where)
  }
  const busy = ticks(0.1)
  const quiet = ticks(0.005)
  for (let part = 0; part < PARTS; part++) {
    if (LONG.includes(part)) await world.run(45_000, quiet)
    else await untilKilled(world, random, busy)
    for (const scope of Object.keys(world.life()?.engine.view().rules.kills ?? {})) world.say('resume', scope)
    if (!LONG.includes(part + 1) && random() < 0.2) {
      world.counts.kill = (world.counts.kill ?? 0) + 1
      const mode = ['cancel', 'reduce', 'flatten'][Math.floor(random() * 3)]
      world.say('kill', random() < 0.5 ? 'all' : 'account:hedge', `mode=${mode}; reason=drill of the storm`)
    }
  }
}

/** Kills the process at a moment that nothing chose: in the middle of a turn, with an order on its way, or where it stands. */
async function untilKilled(world: ActWorld, random: () => number, tick: () => void): Promise<void> {
  await world.run(Math.floor(random() * 2_000), tick)
  const way = random()
  if (way < 0.4) world.killAtWrite(1 + Math.floor(random() * 60), random)
  else if (way < 0.9) world.killAtOrder(() => random() * 24, random)
  const end = world.clock.now() + 7_000
  while (world.life() !== undefined && world.clock.now() < end) await world.run(100, tick)
  if (world.life() !== undefined) await world.kill(random)
  await world.run(Math.floor(random() * 3_000), tick)
  await world.start()
}

type Exposure = {
  /** The person asked for a trade of so many USD. */
  moves(amount: number): void
  /** Holds what both accounts hold at the exchange against the bound. */
  check(where: () => string): void
  readonly counts: Record<string, number>
}

/**
 * Delta of both accounts by the exchange's own books: within what the rule allows and what others did in the last
 * `REACTION_MS`, whenever the venue could be reached for as long, and deleveraged nobody.
 */
function watchExposure(world: ActWorld): Exposure {
  const counts: Record<string, number> = { 'exposure checked': 0, 'exposure checked while nobody traded': 0 }
  let moved: { readonly time: number; readonly amount: number }[] = []
  let since: number | undefined
  let deleveraged = 0
  let next = 0
  return {
    counts,
    moves: (amount) => void moved.push({ time: world.clock.now(), amount }),
    check(where) {
      const now = world.clock.now()
      const { adl } = world.exchange.faultCounts()
      if (!isReachable(world) || adl !== deleveraged) since = undefined
      else since ??= now
      deleveraged = adl
      if (now < next || since === undefined || now - since < REACTION_MS) return
      next = now + CHECK_MS
      moved = moved.filter(({ time, amount }) => amount > 0 && time >= now - REACTION_MS)
      const traded = moved.reduce((sum, { amount }) => sum + amount, 0) / world.index()
      counts['exposure checked']! += 1
      if (traded === 0) counts['exposure checked while nobody traded']! += 1
      const net = heldBy(world, 'hedge') + heldBy(world, 'hand')
      expect(Math.abs(net / world.index()), `exposure; ${where()}`).toBeLessThan(EXPOSURE_MAX + traded)
    },
  }
}

/** USD. */
function heldBy(world: ActWorld, account: string): number {
  return world.exchange.holdings(account)['BTC-PERPETUAL'] ?? 0
}

/** The process lives, knows both accounts, its market is live, nobody halted it, and the fate of each order is known. */
function isReachable(world: ActWorld): boolean {
  const view = world.life()?.engine.view()
  if (view === undefined || Object.keys(view.rules.halts).length > 0 || Object.keys(view.rules.kills).length > 0)
    return false
  const known = view.orders.accounts.length === 2 && view.orders.accounts.every(({ reconciled }) => reconciled)
  const open = view.orders.venues.length > 0 && view.orders.venues.every(({ state }) => state === 'open')
  const isLive = view.assessment.inputs.every(({ quality }) => quality === 'live')
  const certain = view.orders.orders.every(({ status }) => status !== 'unresolved')
  return known && open && isLive && certain
}

function adopts(world: ActWorld): void {
  for (const { account, differences } of world.life()?.engine.view().orders.accounts ?? []) {
    if (differences.length > 0) world.say('adopt', account)
  }
}

/** No faults, nobody trades: the desk must come to rest. Somebody adopts what is right, and ends the kills. */
async function calm(world: ActWorld, where: () => string): Promise<void> {
  world.exchange.clearFaults()
  await world.run(60_000)
  adopts(world)
  await world.run(30_000)
  const standing = world.life()!.engine.view().rules.kills
  for (const [scope, { told }] of Object.entries(standing)) {
    if (told?.state !== 'confirmed') throw new Error(`kill ${scope} is ${told?.state}: ${told?.open} (${where()})`)
    world.say('resume', scope)
  }
  await world.run(45_000)
  const { engine } = world.life()!
  const view = engine.view()
  const live = view.orders.orders.filter(({ status }) => ['sending', 'open', 'unresolved'].includes(status))
  expect(live, `orders in doubt; ${where()}`).toEqual([])
  for (const line of view.orders.accounts) expect(line.waits, `${line.account}; ${where()}`).toEqual([])
  const truth = world.exchange.snapshot()
  expect(truth.accounts[0]!.openOrders, `orphans; ${where()}`).toEqual([])
  for (const [index, account] of ['hedge', 'hand'].entries()) {
    const held = truth.accounts[index]!.positions.map(({ size }) => size)
    const known = view.assessment.accounts.find((one) => one.account === account)!.positions.map(({ size }) => size)
    expect(known, `${account}; ${where()}`).toEqual(held)
  }
  const delta = view.assessment.portfolios[0]!.greeks.find(({ underlying }) => underlying === 'BTC')?.delta ?? 0
  expect(Math.abs(delta), `exposure; ${where()}`).toBeLessThan(0.55)
}

async function check(world: ActWorld, where: () => string): Promise<void> {
  const truth = world.exchange.snapshot()
  const labels = truth.orders.map(({ label }) => String(label)).filter((label) => label !== '')
  expect(new Set(labels).size, `doubles; ${where()}`).toBe(labels.length)
  for (const [coin, { deposited, held }] of Object.entries(truth.money))
    expect(held, `${coin}; ${where()}`).toBe(deposited)
  const head = world.life()!.loop.view().stateDigest
  await world.kill()
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-replay-'))
  const journal = await openJournal(folder, {
    files: world.disk.files(),
  })
  const engine = engineOf(world.rulebook)
  const header = headerFor(world.text, 'desk.yaml', world.rulebook, 'test')
  const decided = new Set<string>()
  await replayJournal(journal, header, engine, createReactorQueue([]), async ({ decisions }) => {
    for (const { id, action, outcome } of decisions) if (action.kind === 'order' && outcome === 'sent') decided.add(id)
  })
  expect(
    labels.filter((label) => !decided.has(label)),
    `orders without a journalled decision; ${where()}`,
  ).toEqual([])
  expect(engine.view().stateDigest, where()).toBe(head)
  await journal.close()
  rmSync(folder, { recursive: true, force: true })
}

/** Others come and go: most rest away from the market and leave again, some trade. */
function crowd(world: ActWorld, random: () => number): void {
  const account = random() < 0.5 ? 'crowd-a' : 'crowd-b'
  const buys = random() < 0.5
  const way = random()
  const amount = 10 * (1 + Math.floor(random() * 20))
  const order = { instrument_name: 'BTC-PERPETUAL', amount }
  const side = `private/${buys ? 'buy' : 'sell'}`
  if (way < 0.02) world.ask(account, side, { ...order, type: 'market' })
  else if (way < 0.06) world.ask(account, 'private/cancel_all', {})
  else world.ask(account, side, { ...order, type: 'limit', price: buys ? 89_500 : 90_500, post_only: true })
}

/** @returns what was asked for, USD. */
function person(world: ActWorld, random: () => number): number {
  const held = heldBy(world, 'hand')
  const wanted = Math.round(((random() * 2 - 1) * HAND_MAX) / 10) * 10
  const amount = Math.abs(wanted - held)
  if (amount < 10) return 0
  const side = wanted > held ? 'buy' : 'sell'
  world.ask('hand', `private/${side}`, { instrument_name: 'BTC-PERPETUAL', amount, type: 'market' })
  return amount
}
