import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../clearing/random.js'
import { REHEARSAL_ACCOUNTS } from './credentials.js'
import type { Json } from './exchange.js'
import { FAULTS } from './faults.js'
import { METHODS } from './methods.js'
import { clientOf, NOON, rehearse } from './testClient.js'

const OTHER = REHEARSAL_ACCOUNTS[1]!.keys[0]!
const HOUR = 3_600_000

type Step =
  | {
      readonly kind: 'place'
      readonly who: 0 | 1
      readonly what: number
      readonly lots: number
      readonly away: number
      readonly sell: boolean
      readonly more: Json
    }
  | { readonly kind: 'cancel' | 'edit'; readonly who: 0 | 1; readonly pick: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'close'; readonly who: 0 | 1; readonly what: number }

const who = fc.constantFrom(0 as const, 1 as const)
const what = fc.nat(3)
/** Times weighted towards the settlement, where most is booked at once. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('place' as const),
        who,
        what,
        lots: fc.integer({ min: 1, max: 60 }),
        away: fc.integer({ min: -20, max: 20 }),
        sell: fc.boolean(),
        more: fc.constantFrom<Json>(
          {},
          { type: 'market' },
          { post_only: true },
          { reduce_only: true },
          { time_in_force: 'immediate_or_cancel' },
          { mmp: true },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'edit' as const), who, pick: fc.nat(10) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(20, 1_000, 60_000, 20 * 60_000) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), who, what }) },
  ),
  { minLength: 5, maxLength: 40 },
)

/** Steps through a world that expires in an hour. Calls `check` after every step; answers all that came over the wire. */
function live(seed: number, plan: readonly Step[], ratio: number, check: (world: World) => void = () => {}): string {
  const ratios = Object.fromEntries(FAULTS.filter((name) => name !== 'disconnect').map((name) => [name, ratio]))
  const desk = rehearse({ seed, start: NOON + 19 * HOUR, flowRatio: 0.2 })
  const clients = [desk, clientOf(desk.exchange, OTHER)] as const
  for (const client of clients)
    client.ask('private/subscribe', { channels: ['user.changes.any.any.raw', 'book.BTC-PERPETUAL.100ms'] })
  const names = ['BTC-PERPETUAL', 'ETH-PERPETUAL', ...someOptions(desk)]
  desk.exchange.setFaultRatios(ratios)
  const wire: unknown[] = []
  const send = (client: (typeof clients)[number], method: string, params: Json) => {
    const delivery = desk.exchange.request(client.connection, { id: wire.length, method, params })
    wire.push(delivery)
    return delivery
  }
  for (const step of plan) {
    const before = sizes(desk)
    if (step.kind === 'pass') wire.push(...desk.pass(step.ms))
    else {
      const client = clients[step.who]
      if (step.kind === 'place') {
        const name = names[step.what]!
        const { mark, tick, lot } = termsOf(desk, name)
        const price = Math.max(tick, Math.round(mark / tick + step.away) * tick)
        const params = {
          instrument_name: name,
          amount: Number((step.lots * lot).toFixed(1)),
          price: Number(price.toFixed(4)),
          ...step.more,
        }
        send(client, step.sell ? 'private/sell' : 'private/buy', params)
        if (step.more.reduce_only === true) expectNoGrowth(before, sizes(desk), step.who)
      } else if (step.kind === 'close') {
        send(client, 'private/close_position', { instrument_name: names[step.what]!, type: 'market' })
        expectNoGrowth(before, sizes(desk), step.who)
      } else {
        const open = desk.exchange.snapshot().accounts[step.who]!.openOrders
        const order = open[step.pick % Math.max(1, open.length)]
        if (order === undefined) continue
        const edit = { order_id: order.order_id, amount: order.amount, price: order.price }
        send(client, step.kind === 'edit' ? 'private/edit' : 'private/cancel', edit)
      }
    }
    check(desk.exchange)
  }
  return JSON.stringify([wire, desk.exchange.snapshot()], (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
}

type World = ReturnType<typeof rehearse>['exchange']

function someOptions({ exchange }: ReturnType<typeof rehearse>): string[] {
  const delivery = exchange.request(exchange.connect(), {
    method: 'public/get_instruments',
    params: { kind: 'option' },
  })
  const list = (delivery as unknown as { response: { result: { instrument_name: string }[] } }).response.result
  return [list[12]!.instrument_name, list.at(-1)!.instrument_name]
}

function termsOf({ exchange }: ReturnType<typeof rehearse>, name: string) {
  const isOption = /-[CP]$/.test(name)
  const big = name.startsWith('BTC')
  const tick = isOption ? (big ? 0.0005 : 0.0001) : big ? 0.5 : 0.05
  const lot = isOption ? (big ? 0.1 : 1) : big ? 10 : 1
  const http = exchange.connect('http')
  const delivery = exchange.request(http, { method: 'public/ticker', params: { instrument_name: name } })
  exchange.disconnect(http)
  const result =
    delivery.kind === 'answer' ? (delivery.response.result as { mark_price: number } | undefined) : undefined
  return { mark: result?.mark_price ?? 1, tick, lot }
}

function sizes({ exchange }: ReturnType<typeof rehearse>): readonly Map<string, number>[] {
  return exchange
    .snapshot()
    .accounts.map(({ positions }) => new Map(positions.map(({ instrument, size }) => [instrument, size])))
}

/** No position has become larger or changed its side. */
function expectNoGrowth(
  before: readonly Map<string, number>[],
  after: readonly Map<string, number>[],
  account: number,
): void {
  for (const [name, size] of after[account]!) {
    const old = before[account]!.get(name) ?? 0
    expect(Math.abs(size)).toBeLessThanOrEqual(Math.abs(old))
    expect(size * old).toBeGreaterThan(0)
  }
}

test('law: money is conserved to the unit over all accounts, fees and insurance', () => {
  fc.assert(
    fc.property(fc.nat(1_000), steps, fc.constantFrom(0, 0.1), (seed, plan, ratio) => {
      live(seed, plan, ratio, (world) => {
        for (const { deposited, held } of Object.values(world.snapshot().money)) expect(held).toBe(deposited)
      })
    }),
    { numRuns: 40 },
  )
})

test('law: the same seed and the same requests give the same bytes', () => {
  fc.assert(
    fc.property(fc.nat(1_000), steps, (seed, plan) => {
      expect(live(seed, plan, 0.1)).toBe(live(seed, plan, 0.1))
    }),
    { numRuns: 15 },
  )
})

test('law: fills add up to the filled amounts, and orders in no state but their own', () => {
  fc.assert(
    fc.property(fc.nat(1_000), steps, fc.constantFrom(0, 0.1), (seed, plan, ratio) => {
      live(seed, plan, ratio, (world) => {
        const { orders, fills, accounts } = world.snapshot()
        const filled = new Map<unknown, number>()
        for (const { order_id, amount } of fills) filled.set(order_id, (filled.get(order_id) ?? 0) + (amount as number))
        const open = new Set(accounts.flatMap(({ openOrders }) => openOrders.map(({ order_id }) => order_id)))
        for (const order of orders) {
          // Sums of tenths in doubles.
          expect(filled.get(order.order_id) ?? 0).toBeCloseTo(order.filled_amount as number, 6)
          expect(open.has(order.order_id)).toBe(order.order_state === 'open')
          expect(order.order_state === 'filled').toBe(order.filled_amount === order.amount)
        }
      })
    }),
    { numRuns: 25 },
  )
})

test('law: whatever is asked is answered or refused, never a crash', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('BTC', 'btc_usd', 'BTC-PERPETUAL', '1,5', 10, '89500', 'market'),
  )
  const keys = fc.constantFrom(
    'currency',
    'instrument_name',
    'amount',
    'price',
    'label',
    'order_id',
    'channels',
    'count',
    'scope',
    'index_name',
    'interval',
    'frozen_time',
    'quantity_limit',
    'simulated_positions',
    'type',
    'grant_type',
    'start_timestamp',
    'depth',
  )
  const method = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...Object.keys(METHODS)) }, fc.string())
  fc.assert(
    fc.property(fc.array(fc.tuple(method, fc.dictionary(keys, value)), { maxLength: 30 }), (requests) => {
      const { exchange } = rehearse()
      for (const [name, params] of requests) {
        const desk = clientOf(exchange, REHEARSAL_ACCOUNTS[0]!.keys[0]!)
        const delivery = exchange.request(desk.connection, { id: 1, method: name, params })
        if (name !== 'private/logout') expect(delivery.kind).toBe('answer')
        exchange.advance(exchange.time + 100)
      }
    }),
    { numRuns: 100 },
  )
})

test('simulation: a long seeded run meets every fault, and money stays whole', () => {
  const seed = 2_026
  // What is drawn once a minute strikes in a tenth of eighty minutes, what is drawn at every opportunity is rarer.
  const ratios = Object.fromEntries(
    FAULTS.map((name, place) => [name, place < FAULTS.indexOf('silent-stall') ? 0.02 : 0.1]),
  )
  const { exchange } = rehearse({ seed, faults: { ratios, windowMs: 3_000 }, flowRatio: 0.2 })
  const random = seededRandom(seed)
  const key = REHEARSAL_ACCOUNTS[0]!.keys[0]!
  let connection = exchange.connect()
  const ask = (method: string, params: Json = {}) => exchange.request(connection, { id: 1, method, params })
  for (let round = 0; round < 20_000; round++) {
    if (!exchange.isConnected(connection) || round % 500 === 0) {
      exchange.disconnect(connection)
      connection = exchange.connect()
      ask('public/auth', { grant_type: 'client_credentials', client_id: key.clientId, client_secret: key.clientSecret })
      ask('private/subscribe', { channels: ['user.orders.any.any.raw', 'user.trades.any.any.raw'] })
    }
    const name = random.pick(['BTC-PERPETUAL', 'ETH-PERPETUAL'])
    const side = random.pick(['private/buy', 'private/sell'])
    const dice = random.below(10)
    if (dice < 6)
      ask(side, {
        instrument_name: name,
        amount: 10 * (1 + random.below(20)),
        type: random.pick(['market', 'limit']),
        price: name.startsWith('BTC') ? 90_000 : 3_000,
        label: `r${round}`,
      })
    else if (dice < 8) ask('private/cancel_all_by_instrument', { instrument_name: name })
    else if (dice < 9) ask('private/get_positions')
    else ask('public/get_instruments', { currency: 'BTC', kind: 'future' })
    exchange.advance(exchange.time + 250)
  }
  const { faults, money, events } = exchange.snapshot()
  for (const [name, count] of Object.entries(faults))
    expect(count, `seed ${seed}: ${name} never struck`).toBeGreaterThan(0)
  for (const { deposited, held } of Object.values(money)) expect(held, `seed ${seed}`).toBe(deposited)
  expect(events, `seed ${seed}`).toBeGreaterThan(10_000)
})
