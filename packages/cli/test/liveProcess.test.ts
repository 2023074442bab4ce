import { join } from 'node:path'
import type { KillsWire, OrderWire } from '@holdfast/server'
import { afterEach, describe, expect, test } from 'vitest'
import { openRecorded } from '../src/recorded.js'
import { holdfast, type Running, scratch, start } from './holdfast.js'
import {
  ask,
  end,
  freePort,
  held,
  KEYS,
  type LiveHouse,
  pause,
  type Rehearsal,
  reconciled,
  SECRETS,
  startExchange,
  startHouse,
  until,
  writeLiveDesk,
} from './liveDesk.js'

/** Acting, by processes that can be stopped and killed, against an exchange that is a process too. */

/** The rule acts above 0.3 BTC; at any price near 90 000 USD what it leaves alone is smaller than this. */
const LEFT_ALONE_USD = 40_000
/** Of a bid that rests: the market is at about 90 000. */
const FAR_BELOW = 45_000
const SEED = Number(process.env.LIVE_SEED ?? Date.now() % 1_000_000)
const random = seeded(SEED)

const processes: Running[] = []
let exchange: Rehearsal
let home: string
afterEach(async () => {
  await end(...processes.splice(0))
})

async function scene(options: Parameters<typeof writeLiveDesk>[2] = {}, ...more: readonly string[]) {
  exchange = await startExchange(...more)
  processes.push(exchange.running)
  home = scratch()
  const port = await freePort()
  return { folder: writeLiveDesk(exchange.rest, port, options), port }
}

function runs(folder: string, port: number, ...more: readonly string[]): LiveHouse {
  const house = startHouse(folder, port, home, ...more)
  processes.push(house)
  return house
}

function expectNoSecret(...texts: readonly string[]): void {
  for (const secret of SECRETS) for (const text of texts) expect(text).not.toContain(secret)
}

type Sent = { readonly rule: string; readonly turn: number }

/** Decisions of orders that the journal says were to be sent, by id. */
function sentOrders(folder: string): ReadonlyMap<string, Sent> {
  const sent = new Map<string, Sent>()
  for (const { decisions, sequence } of openRecorded(join(folder, 'journal')).turns()) {
    for (const { id, rule, action, outcome } of decisions) {
      if (action.kind === 'order' && outcome === 'sent') sent.set(id, { rule, turn: sequence })
    }
  }
  return sent
}

/** The turn that took in the word of the watchdog. */
function latchedIn(folder: string): number {
  for (const { events, sequence } of openRecorded(join(folder, 'journal')).turns()) {
    if (events.some(({ kind, source }) => kind === 'control' && source === 'watchdog')) return sequence
  }
  throw new Error('no turn took in a word of the watchdog')
}

const labelled = async () => (await exchange.truth()).orders.filter(({ label }) => label !== '')
const flat = async () => {
  const [main] = (await exchange.truth()).accounts
  return main!.positions.length === 0 && main!.openOrders.length === 0
}
const hedged = async () => Math.abs(held(await exchange.truth())) < LEFT_ALONE_USD

test('behavior: kill -9 at any moment beside a person who trades: no order twice, none lost, and all agree at the end', async () => {
  const { folder, port } = await scene({}, '--faults', 'partial-fill=0.2')
  const client = exchange.client()
  await client.loadMarkets()
  let trading = true
  const person = (async () => {
    while (trading) {
      const side = random() < 0.7 ? 'buy' : 'sell'
      await client.createOrder('BTC/USD:BTC', 'market', side, 40_000 + 10 * Math.floor(random() * 6_000))
      await pause(400 + random() * 600)
    }
  })()
  const said: string[] = []
  for (let life = 0; life < 5; life++) {
    const house = runs(folder, port, '--log', 'debug')
    const decided = () => house.heard().includes('hold-delta (live, sent)')
    // Every other life ends around its first order: between the journal and the wire, or between the wire and the answer.
    if (life % 2 === 0) {
      await until('the house decides to hedge', decided, { seconds: 20, heard: house.heard })
      await pause(random() * 60)
    } else await pause(500 + random() * 6_000)
    house.child.kill('SIGKILL')
    said.push((await house.done).err)
  }
  trading = false
  await person
  const resting = await client.createOrder('BTC/USD:BTC', 'limit', 'buy', 10_000, FAR_BELOW)

  const house = runs(folder, port, '--log', 'debug')
  await reconciled(house)
  await until('the delta is held', hedged, { heard: house.heard })
  await until(
    'nothing is under way',
    async () => {
      const live = await ask<{ items: OrderWire[] }>(house, '/v1/orders?status=live')
      return live?.items.every(({ ours }) => !ours) === true
    },
    { heard: house.heard },
  )
  // Two reconciliations later all that happened is known to everybody.
  await pause(4_500)

  const truth = await exchange.truth()
  const [main] = truth.accounts
  const api = (await ask<HeldWire>(house, '/v1/accounts/main'))!
  const orders = (await ask<{ items: OrderWire[] }>(house, '/v1/orders?status=live'))!.items
  const positions = await client.fetchPositions()
  expect(api.positions.map(({ size }) => size)).toEqual(main!.positions.map(({ size }) => size))
  expect(positions.map(({ info }) => Number(info.size))).toEqual(main!.positions.map(({ size }) => size))
  expect(orders.map(({ venueOrders }) => venueOrders.map(({ id }) => id))).toEqual([[resting.id]])
  expect((await client.fetchOpenOrders('BTC/USD:BTC')).map(({ id }) => id)).toEqual([resting.id])
  expect(main!.openOrders).toHaveLength(1)
  const { info } = await client.fetchBalance()
  for (const { currency, balance, session_rpl } of info.summaries) {
    const coins = (Number(main!.balances[currency]!.balance) + Number(main!.balances[currency]!.sessionRpl)) / 1e8
    const ours = api.account.balances.find(({ asset }) => asset === currency)?.amount
    // The venue writes 8 decimals of each figure; cash is a sum of three of them.
    expect(Math.abs(ours! - coins), `${currency} of the API`).toBeLessThan(3e-8)
    expect(Math.abs(Number(balance) + Number(session_rpl) - coins), `${currency} of ccxt`).toBeLessThan(3e-8)
  }

  house.child.kill('SIGINT')
  const ended = await house.done
  said.push(ended.err, ended.out)
  expect(ended.code).toBe(130)
  const labels = truth.orders.map(({ label }) => label).filter((label) => label !== '')
  const sent = sentOrders(folder)
  expect(new Set(labels).size, `orders under one id twice; LIVE_SEED=${SEED}`).toBe(labels.length)
  expect(labels.length).toBeGreaterThanOrEqual(3)
  for (const label of labels) expect(sent.get(label)?.rule, `order ${label}; LIVE_SEED=${SEED}`).toBe('hold-delta')
  const verified = await holdfast(['verify', join(folder, 'journal')])
  expect(verified, verified.err).toMatchObject({ code: 0 })
  expect((await exchange.truth()).accounts[0]!.openOrders).toHaveLength(1)
  expectNoSecret(...said)
})

type HeldWire = {
  readonly account: { readonly balances: readonly { readonly asset: string; readonly amount: number }[] }
  readonly positions: readonly { readonly instrument: string; readonly size: number }[]
}

describe('the watchdog, as a process', () => {
  const DOG = { D_KEY: KEYS.D_KEY, W_KEY: 'rehearse-trade', W_SECRET: 'simulated-trade-secret' }
  const section = (port: number) => `watchdog:
  health: http://127.0.0.1:${port}/healthz
  stall: 3 s
  mode: flatten
  credentials: { line: { key: env:W_KEY, secret: env:W_SECRET } }
kill: { maxSlippage: 100 bps }
`

  async function guarded() {
    const { folder, port } = await scene()
    writeLiveDesk(exchange.rest, port, { folder, more: section(port) })
    const house = runs(folder, port)
    await reconciled(house)
    const client = exchange.client()
    await client.loadMarkets()
    await client.createOrder('ETH/USD:ETH', 'market', 'buy', 20_000)
    await client.createOrder('BTC/USD:BTC', 'limit', 'buy', 10_000, FAR_BELOW)
    return { folder, port, house, client }
  }

  function watches(folder: string): Running {
    const dog = start(['watchdog', 'desk.yaml', '--log', 'debug'], { cwd: folder, env: DOG })
    processes.push(dog)
    return dog
  }

  const kills = async (house: LiveHouse) => (await ask<KillsWire>(house, '/v1/kill'))?.kills ?? []

  test('behavior: a house that stands still is taken over from; when it goes on it is latched before it sends anything', async () => {
    const { folder, house, client } = await guarded()
    const dog = watches(folder)
    await until('the watchdog watches', () => dog.heard().includes('takes over after 3 s'))
    await pause(2_000)
    expect(dog.heard()).not.toContain('taking over')
    house.child.kill('SIGSTOP')
    await until('the incident is closed', () => dog.heard().includes('incident:'), { heard: dog.heard })
    expect(dog.heard()).toContain('main: confirmed')
    expect(await flat()).toBe(true)

    // What the house would hedge at once, if it did not know.
    const before = (await labelled()).length
    await client.createOrder('BTC/USD:BTC', 'market', 'buy', 100_000)
    house.child.kill('SIGCONT')
    await until('the kill is latched', async () => (await kills(house)).some(({ by }) => by === 'watchdog'), {
      heard: house.heard,
    })
    await until('the house has closed it by the kill', flat, { heard: house.heard })
    await until('the watchdog sees that it is well', () => dog.heard().includes('well again'), { heard: dog.heard })
    const after = (await labelled()).slice(before)
    const sent = sentOrders(folder)
    const latch = latchedIn(folder)
    expect(after.length).toBeGreaterThan(0)
    for (const { label, reduce_only } of after) {
      expect(sent.get(label)?.turn).toBeGreaterThanOrEqual(latch)
      expect(reduce_only).toBe(true)
    }

    const resumed = await holdfast(['resume', '--url', house.url, '--reason', 'looked into'])
    expect(resumed.err).toContain('by watchdog: watchdog took over')
    expect(resumed.code).toBe(0)
    await client.createOrder('BTC/USD:BTC', 'market', 'buy', 100_000)
    await until('it hedges again', hedged, { heard: house.heard })
    const last = (await labelled()).at(-1)!
    expect(sentOrders(folder).get(last.label)?.rule).toBe('hold-delta')
    expectNoSecret(dog.heard(), house.heard())
  })

  test('[UN33] a house that is gone: a drill changes nothing, the takeover ends flat, the next start is latched', async () => {
    const { folder, port, house } = await guarded()
    const dog = watches(folder)
    await until('the watchdog watches', () => dog.heard().includes('takes over after 3 s'))
    const ledger = async () => {
      const { orders, accounts } = await exchange.truth()
      return JSON.stringify([orders, accounts.map(({ positions, openOrders }) => [positions.length, openOrders])])
    }
    const before = await ledger()
    const drill = await holdfast(['watchdog', 'desk.yaml', '--drill'], { cwd: folder, env: DOG })
    expect(drill, drill.err).toMatchObject({ code: 0 })
    expect(drill.out).toContain('would cancel order')
    expect(drill.out).toContain('would close by order')
    expect(await ledger()).toBe(before)

    house.child.kill('SIGKILL')
    await house.done
    await until('the incident is closed', () => dog.heard().includes('incident:'), { heard: dog.heard })
    expect(dog.heard()).toContain('main: confirmed')
    expect(await flat()).toBe(true)
    dog.child.kill('SIGINT')
    expect(await dog.done).toMatchObject({ code: 0 })

    const again = runs(folder, port)
    await until('the next start is latched', async () => (await kills(again)).length > 0, { heard: again.heard })
    expect(await kills(again)).toMatchObject([{ scope: 'all', by: 'watchdog', mode: 'flatten' }])
    await holdfast(['resume', '--url', again.url, '--reason', 'looked into'])
    expect(await kills(again)).toEqual([])
  })
})

test('[UN18] [UN19] kill flatten against a running house is confirmed by the venue, outlives kill -9, and ends by resume', async () => {
  const { folder, port } = await scene()
  const house = runs(folder, port)
  await reconciled(house)
  const client = exchange.client()
  await client.loadMarkets()
  await client.createOrder('ETH/USD:ETH', 'market', 'sell', 30_000)
  await client.createOrder('BTC/USD:BTC', 'limit', 'buy', 10_000, FAR_BELOW)
  await pause(3_000)
  const killed = await holdfast(['kill', '--mode', 'flatten', '--yes', '--url', house.url, '--wait', '40'])
  expect(killed, killed.err).toMatchObject({ code: 0, out: expect.stringContaining('kill all (flatten): confirmed') })
  expect(await flat()).toBe(true)
  house.child.kill('SIGKILL')
  await house.done

  const again = runs(folder, port)
  await reconciled(again)
  expect((await ask<KillsWire>(again, '/v1/kill'))?.kills).toMatchObject([{ scope: 'all', mode: 'flatten' }])
  const before = (await labelled()).length
  await client.createOrder('BTC/USD:BTC', 'market', 'buy', 100_000)
  await until('what came since is closed too', flat, { heard: again.heard })
  for (const { reduce_only } of (await labelled()).slice(before)) expect(reduce_only).toBe(true)
  expect(await holdfast(['resume', '--url', again.url, '--reason', 'rehearsed'])).toMatchObject({ code: 0 })
  await client.createOrder('BTC/USD:BTC', 'market', 'buy', 100_000)
  await until('it hedges again', hedged, { heard: again.heard })
})

test('error: two processes on one account: the second is refused, and the first goes on', async () => {
  const { folder, port } = await scene()
  const house = runs(folder, port)
  await reconciled(house)
  const other = writeLiveDesk(exchange.rest, await freePort())
  const second = await startHouse(other, 0, home).done
  expect(second.code).toBe(4)
  expect(second.err).toContain('another process acts on this account of deribit')
  expect(second.err).toContain('Stop it first')
  expect(second.err).not.toContain('    at ')
  const client = exchange.client()
  await client.loadMarkets()
  await client.createOrder('BTC/USD:BTC', 'market', 'buy', 100_000)
  await until('the first hedges', hedged, { heard: house.heard })
})

describe('[UN31] what may not act is refused at the start, in words without a secret', () => {
  test.each([
    {
      name: 'a key that only reads',
      env: { D_KEY: 'rehearse-read', D_SECRET: 'simulated-read-secret' },
      words: /may not trade.*trade:read.*Use a key that may/,
    },
    {
      name: 'a key that can withdraw',
      env: { D_KEY: 'rehearse-withdraw', D_SECRET: 'simulated-withdraw-secret' },
      words: /can withdraw.*wallet:read_write.*Use one that cannot/,
    },
    {
      name: 'a wrong secret',
      env: { D_KEY: 'rehearse-trade', D_SECRET: 'no-such-secret' },
      words: /refuses the credentials.*Check key and secret/,
    },
  ])('error: $name', async ({ env, words }) => {
    const { folder } = await scene()
    const refused = await holdfast(['run', 'desk.yaml', '--no-sql', '--log', 'debug'], {
      cwd: folder,
      env: { ...env, HOME: home },
    })
    expect(refused.code).toBe(2)
    expect(refused.err).toMatch(words)
    expect(refused.err).not.toMatch(/^ {4}at /m)
    expectNoSecret(refused.err, refused.out)
    expect(await labelled()).toEqual([])
  })

  test('error: clocks that differ', async () => {
    const { folder } = await scene({}, '--market', 'february-2026')
    const refused = await holdfast(['run', 'desk.yaml', '--no-sql', '--log', 'debug'], {
      cwd: folder,
      env: { ...KEYS, HOME: home },
    })
    expect(refused.code).toBe(2)
    expect(refused.err).toMatch(/clock and ours differ by .* ms; at most 1000 ms are allowed/)
    expectNoSecret(refused.err, refused.out)
  })
})

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
