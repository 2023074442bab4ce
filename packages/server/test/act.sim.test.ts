import type { Turn } from '@holdfast/engine'
import type { FaultName } from '@holdfast/simulator'
import { expect, it } from 'vitest'
import { openJournal } from '../src/journal/open.js'
import { engineOf, headerFor } from '../src/run/header.js'
import { createReactorQueue } from '../src/run/reactors.js'
import { replayJournal } from '../src/run/replay.js'
import { type ActWorld, createActWorld, DESK, HOLD_DELTA, PERPETUAL } from './actWorld.js'
import { seeded } from './seeded.js'

/**
 * Everything goes wrong at once: the exchange's faults, the person at the other account, kills of the switch, and kills of the
 * process at any moment. In calm times between, and at the end, the books of Holdfast and the exchange must agree.
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
  'omitted-position': 0.02,
  'comma-number': 0.01,
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

type Tally = { events: number; faults: Record<string, number>; outcomes: Record<string, number> }
const tally: Tally = { events: 0, faults: {}, outcomes: {} }
const add = (into: Record<string, number>, from: Readonly<Record<string, number>>) => {
  for (const [name, count] of Object.entries(from)) into[name] = (into[name] ?? 0) + count
}

it.each(SEEDS)('behavior: seed %i: no double, no orphan, inside bounds, and the journal replays', async (seed) => {
  const random = seeded(seed)
  const turns: Turn[] = []
  const observer = {
    name: 'watch',
    turn: (turn: Turn, _view: unknown, { replayed }: { replayed: boolean }) => void (replayed || turns.push(turn)),
  }
  const world = createActWorld({
    seed,
    text: DESK(HOLD_DELTA('live', seed === 1 ? '' : CHASE)),
    latency: () => 5 + Math.floor(random() * 60),
    exchange: { faults: { windowMs: 20_000, lateMs: 2_500 }, flowRatio: 0.5 },
    observers: [observer],
  })
  const where = () => `seed ${seed}, ${new Date(world.clock.now()).toISOString()}; HOLDFAST_SIM_SEED=${seed} replays it`
  await world.start()
  await world.run(5_000)
  for (let round = 0; round < ROUNDS; round++) {
    world.exchange.setFaultRatios(RATIOS)
    await storm(world, random)
    await calm(world, where)
  }
  await check(world, turns, where)
  tally.events += world.exchange.snapshot().events + world.net.traffic.requests + world.net.traffic.messages
  add(tally.faults, world.exchange.faultCounts())
  add(tally.outcomes, world.counts)
  world.dispose()
})

it('the runs were not vacuous', () => {
  console.info(JSON.stringify(tally))
  if (SEEDS.length < 3) return
  expect(tally.events).toBeGreaterThan(200_000)
  for (const name of Object.keys(RATIOS)) expect(tally.faults[name], name).toBeGreaterThan(0)
  for (const name of [
    'order confirmed',
    'order unresolved',
    'order rejected',
    'settled by client-id',
    'kill',
    'crash',
  ]) {
    expect(tally.outcomes[name], name).toBeGreaterThan(0)
  }
})

/** Two minutes of faults: others trade, the person trades, the switch is thrown, the process is killed and comes back. */
async function storm(world: ActWorld, random: () => number): Promise<void> {
  const count = (name: string) => {
    world.counts[name] = (world.counts[name] ?? 0) + 1
  }
  const tick = () => {
    for (let n = 0; n < 40; n++) crowd(world, random)
    if (random() < 0.03) person(world, random)
  }
  for (let part = 0; part < 8; part++) {
    if (process.env.HOLDFAST_SIM_TRACE)
      console.error(
        part,
        world.clock.now(),
        world.life()?.engine.view().sequence,
        Math.round(performance.now()),
        JSON.stringify(world.counts),
        world.exchange.snapshot().events,
      )
    await world.run(5_000 + Math.floor(random() * 20_000), tick)
    if (random() < 0.35) {
      await world.kill()
      count('crash')
      await world.run(Math.floor(random() * 3_000), tick)
      await world.start()
    }
    for (const scope of Object.keys(world.life()!.engine.view().rules.kills)) world.say('resume', scope)
    if (random() < 0.15) {
      count('kill')
      const mode = ['cancel', 'reduce', 'flatten'][Math.floor(random() * 3)]
      world.say('kill', random() < 0.5 ? 'all' : 'account:hedge', `mode=${mode}; reason=drill of the storm`)
    }
  }
}

/** No faults, nobody trades: the desk must come to rest. Somebody adopts what is right, and ends the kills. */
async function calm(world: ActWorld, where: () => string): Promise<void> {
  world.exchange.clearFaults()
  await world.run(60_000)
  for (const { account, differences } of world.life()!.engine.view().orders.accounts) {
    if (differences.length > 0) world.say('adopt', account)
  }
  await world.run(30_000)
  const standing = world.life()!.engine.view().rules.kills
  for (const [scope, { told }] of Object.entries(standing)) {
    if (told?.state !== 'confirmed' && process.env.HOLDFAST_SIM_TRACE)
      console.error(
        world
          .life()!
          .log.filter((l) => !l.includes('settled'))
          .slice(-60)
          .join('\n'),
      )
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

async function check(world: ActWorld, turns: readonly Turn[], where: () => string): Promise<void> {
  const truth = world.exchange.snapshot()
  const labels = truth.orders.map(({ label }) => String(label)).filter((label) => label !== '')
  expect(new Set(labels).size, `doubles; ${where()}`).toBe(labels.length)
  const decided = new Set(turns.flatMap(({ decisions }) => decisions.map(({ id }) => id)))
  expect(
    labels.filter((label) => !decided.has(label)),
    `orders without a journalled decision; ${where()}`,
  ).toEqual([])
  for (const [coin, { deposited, held }] of Object.entries(truth.money))
    expect(held, `${coin}; ${where()}`).toBe(deposited)
  const head = world.life()!.loop.view().stateDigest
  await world.kill()
  const journal = await openJournal(`/tmp/holdfast-replay-${process.pid}-${where().length}-${Math.abs(turns.length)}`, {
    files: world.disk.files(),
  })
  const engine = engineOf(world.rulebook)
  const header = headerFor(world.text, 'desk.yaml', world.rulebook, 'test')
  await replayJournal(journal, header, engine, createReactorQueue([]), async () => undefined)
  expect(engine.view().stateDigest, where()).toBe(head)
  await journal.close()
}

function crowd(world: ActWorld, random: () => number): void {
  const account = random() < 0.5 ? 'crowd-a' : 'crowd-b'
  const side = random() < 0.5 ? 'buy' : 'sell'
  const amount = 10 * (1 + Math.floor(random() * 500))
  world.ask(account, `private/${side}`, { instrument_name: 'BTC-PERPETUAL', amount, type: 'market' })
}

function person(world: ActWorld, random: () => number): void {
  const held = world.exchange.snapshot().accounts[1]!.positions[0]?.size ?? 0
  const wanted = Math.round(((random() * 2 - 1) * HAND_MAX) / 10) * 10
  const amount = Math.abs(wanted - held)
  if (amount < 10) return
  const side = wanted > held ? 'buy' : 'sell'
  world.ask('hand', `private/${side}`, { instrument_name: 'BTC-PERPETUAL', amount, type: 'market' })
}

/** The instrument in which all of them trade. */
export const TRADED = PERPETUAL
