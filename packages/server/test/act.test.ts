import { afterEach, describe, expect, it } from 'vitest'
import { type ActWorld, createActWorld, DESK, HOLD_DELTA, PERPETUAL } from './actWorld.js'

const SECOND = 1_000
const LIMITS = { matching: { burst: 20, rate: 5 }, nonMatching: { burst: 100, rate: 20 } }
const CHASE = '    execution: { chase: { every: 30 s, moves: 3 } }\n'

let world: ActWorld
afterEach(() => world?.dispose())

async function desk(rules = HOLD_DELTA('live'), seed = 1): Promise<ActWorld> {
  world = createActWorld({ seed, text: DESK(rules) })
  await world.start()
  await world.run(8 * SECOND)
  return world
}

const trade = (side: 'buy' | 'sell', amount: number) =>
  world.ask('hand', `private/${side}`, { instrument_name: 'BTC-PERPETUAL', amount, type: 'market' })
/** Waits until an order was sent; a stream that is made silent then does not tell its fills. */
async function sentAfter(act: () => unknown, silent: boolean): Promise<void> {
  act()
  let sent = false
  world.net.onOrder = () => {
    sent = true
    // Once the order has come, and on whichever line: a stall strikes any.
    const stall = () => {
      for (let n = 0; n < 20; n++) world.exchange.fault({ name: 'silent-stall', durationMs: 60 * SECOND })
    }
    if (silent) world.clock.after(9, stall)
  }
  for (let ms = 0; !sent && ms < 10 * SECOND; ms += 10) await world.run(10)
}

const view = () => world.life()!.engine.view()
const held = (account: number) => world.exchange.snapshot().accounts[account]!.positions[0]?.size ?? 0
const ours = () => world.exchange.snapshot().orders.filter(({ label }) => label !== '')
const kills = () => view().decisions.flatMap(({ action }) => (action.kind === 'kill-report' ? [action] : []))

describe('orders at the exchange', () => {
  it('behavior: a hedge is decided, sent, filled, and agrees with the exchange', async () => {
    await desk()
    trade('buy', 180_000)
    await world.run(10 * SECOND)
    expect(ours()).toHaveLength(1)
    expect(view().orders.orders.filter((order) => order.ours)).toMatchObject([{ status: 'filled', traded: '-180000' }])
    expect(held(0)).toBe(-180_000)
  })

  it('[UN4] an order whose answer is lost is found by its client id, and not sent again', async () => {
    await desk()
    world.exchange.fault({ name: 'lost-acknowledgement', of: 'private/sell' })
    trade('buy', 180_000)
    await world.run(60 * SECOND)
    expect(world.exchange.faultCounts()['lost-acknowledgement']).toBe(1)
    expect(world.counts).toMatchObject({ 'order unresolved': 1, 'settled by client-id': expect.any(Number) })
    expect(ours()).toHaveLength(1)
    expect(held(0)).toBe(-180_000)
  })

  it('behavior: a request that never arrives is told by its absence, and only then decided anew', async () => {
    await desk()
    world.exchange.fault({ name: 'lost-request', of: 'private/sell' })
    trade('buy', 180_000)
    await world.run(60 * SECOND)
    expect(world.counts).toMatchObject({ 'order unresolved': 1, 'settled by absence': 1 })
    expect(new Set(ours().map(({ label }) => label)).size).toBe(1)
    expect(held(0)).toBe(-180_000)
  })

  it('behavior: an order that the venue does not tell by its id is told by its fills', async () => {
    await desk()
    world.exchange.fault({ name: 'lost-acknowledgement', of: 'private/sell' })
    world.exchange.fault({ name: 'lost-acknowledgement', of: 'private/get_order_state_by_label', count: 1_000 })
    trade('buy', 180_000)
    await world.run(60 * SECOND)
    expect(world.counts).toMatchObject({ 'order unresolved': 1, 'settled by fills': 1 })
    expect(view().orders.orders.filter((order) => order.ours)).toMatchObject([{ status: 'filled', traded: '-180000' }])
    expect(ours()).toHaveLength(1)
    expect(held(0)).toBe(-180_000)
  })

  it.each(['heard', 'silent'] as const)(
    'behavior: where it tells neither, by what the position changed by; its stream is %s',
    async (stream) => {
      await desk()
      for (const of of ['private/get_order_state_by_label', 'private/get_user_trades_by_currency_and_time'])
        world.exchange.fault({ name: 'lost-acknowledgement', of, count: 1_000 })
      world.exchange.fault({ name: 'lost-acknowledgement', of: 'private/sell' })
      await sentAfter(() => trade('buy', 180_000), stream === 'silent')
      await world.run(25 * SECOND)
      expect(world.counts).toMatchObject({ 'order unresolved': 1, 'settled by position': 1 })
      expect(view().orders.orders.filter((order) => order.ours)).toMatchObject([
        { status: 'filled', filled: '-180000' },
      ])
      world.exchange.clearFaults()
      await world.run(60 * SECOND)
      expect(ours()).toHaveLength(1)
      expect(held(0)).toBe(-180_000)
      expect(view().orders.accounts.map(({ differences }) => differences)).toEqual([[], []])
    },
  )

  it('[UN23] reads have used up what the venue allows, and a kill still cancels', async () => {
    world = createActWorld({ seed: 1, text: DESK(HOLD_DELTA('live', CHASE)), exchange: { limits: LIMITS } })
    await world.start()
    await world.run(8 * SECOND)
    trade('buy', 180_000)
    await world.run(3 * SECOND)
    expect(ours()).toMatchObject([{ order_state: 'open' }])
    const reads = () => {
      let answer: Readonly<Record<string, unknown>> = {}
      for (let n = 0; n < 150 && answer.error === undefined; n++)
        answer = world.ask('hedge', 'private/get_positions', { currency: 'any' })
      expect(answer.error).toMatchObject({ message: 'too_many_requests' })
    }
    await world.run(8 * SECOND, reads)
    expect(world.life()!.log.some((line) => line.includes('not reconciled') && line.includes('hedge'))).toBe(true)
    world.say('kill', 'all', 'mode=cancel; reason=test')
    await world.run(2 * SECOND, reads)
    expect(ours()).toMatchObject([{ order_state: 'cancelled' }])
  })

  it('[UN5] two orders under one client id are both found and both withdrawn', async () => {
    await desk(HOLD_DELTA('live', CHASE))
    trade('buy', 180_000)
    await world.run(3 * SECOND)
    const [first] = ours()
    expect(first).toMatchObject({ order_state: 'open' })
    world.ask('hedge', 'private/sell', {
      instrument_name: 'BTC-PERPETUAL',
      amount: 1_000,
      type: 'limit',
      price: Math.round(world.exchange.snapshot().accounts.length && Number(first!.price) * 1.01),
      label: first!.label,
    })
    await world.run(10 * SECOND)
    const same = ours().filter(({ label }) => label === first!.label)
    expect(same.map(({ order_state }) => order_state)).toEqual(['cancelled', 'cancelled'])
  })

  it('[UN6] after a part was filled the need is what is left', async () => {
    await desk()
    trade('buy', 180_000)
    world.exchange.fault({ name: 'partial-fill' })
    await world.run(60 * SECOND)
    expect(world.exchange.faultCounts()['partial-fill']).toBe(1)
    const [first] = ours()
    expect(Number(first!.filled_amount)).toBeLessThan(180_000)
    expect(
      ours()
        .slice(1)
        .every(({ amount }) => Number(amount) <= 180_000 - Number(first!.filled_amount)),
    ).toBe(true)
    expect(Math.abs(held(0) + 180_000)).toBeLessThan(45_000)
    const sizes = ours().reduce((sum, { filled_amount }) => sum + Number(filled_amount), 0)
    expect(sizes).toBe(-held(0))
  })

  it('[UN7] positions that were there before are taken over, and nothing is traded before the venue said all', async () => {
    world = createActWorld({ seed: 7, text: DESK(HOLD_DELTA('live')) })
    trade('buy', 180_000)
    await world.start()
    await world.run(30 * SECOND)
    expect(held(0)).toBe(-180_000)
    const sent = view().decisions.find(({ outcome }) => outcome === 'sent')!
    const line = view().orders.accounts.find(({ account }) => account === 'hedge')!
    expect(sent.time).toBeGreaterThanOrEqual(line.since!)
    expect(line.reconciled).toBe(true)
  })

  it('[UN8] a position that the venue leaves out waits for a person', async () => {
    await desk()
    trade('buy', 180_000)
    await world.run(10 * SECOND)
    world.exchange.fault({ name: 'omitted-position', count: 400 })
    await world.run(20 * SECOND)
    const lines = view().orders.accounts
    expect(lines.map(({ reconciled }) => reconciled)).toEqual([false, false])
    expect(lines[0]!.differences[0]).toContain('the statement says 0')
    const before = ours().length
    trade('buy', 100_000)
    await world.run(10 * SECOND)
    expect(ours()).toHaveLength(before)
  })

  it('behavior: killed between deciding and the answer, it resumes without a double', async () => {
    for (const wait of [0, 5, 12, 20, 40]) {
      await desk(undefined, 100 + wait)
      trade('buy', 180_000)
      for (let ms = 0; view().orders.orders.every((order) => !order.ours) && ms < 5 * SECOND; ms++) await world.run(1)
      await world.run(wait)
      await world.kill()
      await world.run(2 * SECOND)
      await world.start()
      await world.run(60 * SECOND)
      expect(held(0), `killed ${wait} ms after`).toBe(-180_000)
      const labels = ours().map(({ label }) => label)
      expect(new Set(labels).size).toBe(labels.length)
      world.dispose()
    }
  })

  it('error: an order in our name that no decision made is named, and nothing opens', async () => {
    await desk()
    world.ask('hedge', 'private/buy', {
      instrument_name: 'BTC-PERPETUAL',
      amount: 100,
      type: 'limit',
      price: 89_500,
      label: 'ab'.repeat(16),
    })
    await world.run(10 * SECOND)
    const line = view().orders.accounts.find(({ account }) => account === 'hedge')!
    expect(line.waits.join()).toContain('carries an id of our form')
  })
})

describe('the kill switch at the exchange', () => {
  it('[UN18] with positions of a person and a venue in maintenance: what is open is told, then confirmed', async () => {
    await desk()
    trade('buy', 180_000)
    await world.run(10 * SECOND)
    world.exchange.fault({ name: 'maintenance', durationMs: 90 * SECOND })
    world.say('kill', 'all', 'mode=flatten; reason=test')
    await world.run(80 * SECOND)
    const told = kills().at(-1)!
    expect(told.state).toBe('incomplete')
    expect(told.open.map(({ what }) => what).join()).toContain(PERPETUAL)
    await world.run(60 * SECOND)
    expect([held(0), held(1)]).toEqual([0, 0])
    expect(kills().at(-1)).toMatchObject({ state: 'confirmed', open: [] })
  })

  it('[UN19] a kill survives a restart; resuming says what it was', async () => {
    await desk()
    world.say('kill', 'all', 'mode=cancel; reason=bad feed')
    await world.run(5 * SECOND)
    await world.kill()
    await world.start()
    await world.run(10 * SECOND)
    trade('buy', 180_000)
    await world.run(10 * SECOND)
    expect(ours()).toEqual([])
    world.say('resume', 'all')
    await world.run(20 * SECOND)
    expect(kills().at(-1)).toMatchObject({ state: 'resumed' })
    expect(held(0)).toBe(-180_000)
  })
})

describe('the orderly stop', () => {
  it('[UN24] withdraws by itself what cancel-on-disconnect will not; [UN32] and says what the venue says', async () => {
    await desk(HOLD_DELTA('live', CHASE))
    trade('buy', 180_000)
    await world.run(3 * SECOND)
    expect(ours()).toMatchObject([{ order_state: 'open' }])
    const life = world.life()!
    life.stop()
    await world.run(15 * SECOND)
    await life.outcome
    const truth = world.exchange.snapshot()
    const closing = life.executor.closing()
    expect(closing.map(({ account, withdrawn }) => [account, withdrawn])).toEqual([
      ['hand', 0],
      ['hedge', 1],
    ])
    for (const { account, orders, positions } of closing) {
      const one = truth.accounts.find(({ name }) => name === account)!
      expect(orders).toEqual({ known: true, value: [], asOf: expect.any(Number) })
      expect(one.openOrders).toEqual([])
      const said = positions.known ? positions.value.map(({ size }) => Number(size)) : 'unknown'
      expect(said).toEqual(one.positions.map(({ size }) => size))
    }
  })

  it('[UN33] rules at stage plan leave the exchange as it was, to the byte', async () => {
    await desk(HOLD_DELTA('plan'))
    trade('buy', 180_000)
    const ledger = () => {
      const { orders, fills, accounts } = world.exchange.snapshot()
      return JSON.stringify({
        orders,
        fills,
        positions: accounts.map(({ positions, openOrders }) => [positions, openOrders]),
      })
    }
    const before = ledger()
    await world.run(30 * SECOND)
    expect(view().decisions.some(({ action, outcome }) => action.kind === 'order' && outcome === 'planned')).toBe(true)
    expect(ledger()).toBe(before)
  })
})
