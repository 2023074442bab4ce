import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { REHEARSAL_ACCOUNTS, REHEARSAL_KEYS } from './credentials.js'
import type { Json } from './exchange.js'
import { type ExchangeMarket, seededMarket } from './market.js'
import { clientOf, NOON, rehearse } from './testClient.js'

const PERPETUAL = 'BTC-PERPETUAL'
const OTHER = REHEARSAL_ACCOUNTS[1]!.keys[0]!
const HOUR = 3_600_000

type Order = { order_id: string; order_state: string; filled_amount: number; price: number; cancel_reason?: string }
type Listed = { instrument_name: string; strike: number; expiration_timestamp: number }
type Rehearsal = ReturnType<typeof rehearse>

function place({ ask }: Rehearsal, params: Json, side = 'buy'): Order {
  return ask(`private/${side}`, { instrument_name: PERPETUAL, amount: 100, ...params }).order as Order
}

function stateOf({ ask }: Rehearsal, { order_id }: Order): Order {
  return ask('private/get_order_state', { order_id }) as unknown as Order
}

function sizeOf({ ask }: Rehearsal, name = PERPETUAL): number {
  return ask('private/get_position', { instrument_name: name }).size as number
}

function optionOf({ ask }: Rehearsal, right: 'C' | 'P', currency = 'BTC'): string {
  const list = ask('public/get_instruments', { currency, kind: 'option' }) as unknown as { instrument_name: string }[]
  const named = list.filter(({ instrument_name }) => instrument_name.endsWith(`-${right}`))
  return named[Math.floor(named.length / 2)]!.instrument_name
}

describe('orders', () => {
  it('behavior: a limit order below the market rests, and dies by its owner alone', () => {
    const desk = rehearse()
    const order = place(desk, { price: 89_500, label: 'one' })
    expect(order.order_state).toBe('open')
    expect(clientOf(desk.exchange, OTHER).refusal('private/cancel', { order_id: order.order_id })).toBe(10029)
    expect(desk.ask('private/cancel', { order_id: order.order_id })).toMatchObject({
      order_state: 'cancelled',
      cancel_reason: 'user_request',
    })
    expect(desk.refusal('private/cancel', { order_id: order.order_id })).toBe(11044)
    expect(desk.refusal('private/cancel', { order_id: 'BTC-1' })).toBe(10004)
  })

  it('behavior: a market order takes the best prices, and IOC leaves nothing behind', () => {
    const desk = rehearse()
    const { best_ask_price } = desk.ask('public/ticker', { instrument_name: PERPETUAL })
    const { order, trades } = desk.ask('private/buy', { instrument_name: PERPETUAL, amount: 100, type: 'market' })
    expect(order).toMatchObject({ order_state: 'filled', filled_amount: 100, price: 'market_price' })
    expect(trades).toMatchObject([{ price: best_ask_price, liquidity: 'T', direction: 'buy' }])
    expect(place(desk, { price: 89_500, time_in_force: 'immediate_or_cancel' })).toMatchObject({
      order_state: 'cancelled',
      filled_amount: 0,
    })
    expect(
      desk.refusal('private/buy', {
        instrument_name: PERPETUAL,
        amount: 500_000,
        price: 90_004.5,
        time_in_force: 'fill_or_kill',
      }),
    ).toBe(11030)
  })

  it('behavior: two accounts trade with each other at the resting price, by price and time', () => {
    const desk = rehearse()
    const other = clientOf(desk.exchange, OTHER)
    const first = place(desk, { price: 90_000 })
    const second = place(desk, { price: 90_000 })
    const { trades } = other.ask('private/sell', { instrument_name: PERPETUAL, amount: 150, price: 90_000 })
    expect((trades as { price: number }[]).map(({ price }) => price)).toEqual([90_000, 90_000])
    expect([stateOf(desk, first).filled_amount, stateOf(desk, second).filled_amount]).toEqual([100, 50])
    expect([sizeOf(desk), sizeOf(other)]).toEqual([150, -150])
  })

  it('behavior: a post-only order is moved off the market, or refused if it asks so', () => {
    const desk = rehearse()
    expect(place(desk, { price: 90_500, post_only: true })).toMatchObject({ order_state: 'open', price: 90_004 })
    expect(
      desk.refusal('private/buy', {
        instrument_name: PERPETUAL,
        amount: 100,
        price: 90_500,
        post_only: true,
        reject_post_only: true,
      }),
    ).toBe(11054)
  })

  it('behavior: two live orders may share a label; an edit by label then refuses to choose [scenario 5]', () => {
    const desk = rehearse()
    const one = place(desk, { price: 89_500, label: 'same' })
    expect(desk.ask('private/edit_by_label', { label: 'same', price: 89_600, amount: 100 }).order).toMatchObject({
      order_id: one.order_id,
      price: 89_600,
      replaced: true,
    })
    const two = place(desk, { price: 89_500, label: 'same' })
    const found = desk.ask('private/get_order_state_by_label', { currency: 'BTC', label: 'same' }) as unknown as Order[]
    expect(found.map(({ order_id }) => order_id)).toEqual([one.order_id, two.order_id])
    expect(desk.refusal('private/edit_by_label', { label: 'same', price: 89_700, amount: 100 })).toBe(11029)
    expect(desk.ask('private/cancel_by_label', { label: 'same' })).toBe(2)
  })

  it('behavior: an order never trades with its own account', () => {
    const desk = rehearse()
    const resting = place(desk, { price: 90_000 })
    const { trades } = desk.ask('private/sell', { instrument_name: PERPETUAL, amount: 100, price: 90_000 })
    expect(trades).toEqual([])
    expect(stateOf(desk, resting)).toMatchObject({ order_state: 'cancelled', cancel_reason: 'self_match_prevention' })
  })

  it.each([
    ['amount of no whole lot', { amount: 15, price: 89_500 }, -32602],
    ['price off the tick', { price: 89_500.3 }, 10043],
    ['price above the band', { price: 95_000 }, 10007],
    ['no such instrument', { instrument_name: 'BTC-1JAN99', price: 1 }, 13020],
    ['label of 65 characters', { price: 89_500, label: 'x'.repeat(65) }, -32602],
    ['more than the account can carry', { amount: 900_000_000, price: 89_500 }, 10009],
    ['reduce-only without a position', { price: 89_500, reduce_only: true }, 11030],
    ['a number as text with a comma', { price: '89,500' }, -32602],
    ['max_show above the amount', { price: 89_500, max_show: 200 }, 10036],
  ])('error: %s', (_, params, code) => {
    const desk = rehearse()
    expect(desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 100, ...params })).toBe(code)
    expect(desk.exchange.snapshot().orders).toEqual([])
  })

  it('behavior: the step of a price and the unit of an amount are those of the instrument [UN13]', () => {
    const desk = rehearse()
    const { best_ask_price } = desk.ask('public/ticker', { instrument_name: PERPETUAL })
    place(desk, { amount: 1_000, type: 'market' })
    const position = desk.ask('private/get_position', { instrument_name: PERPETUAL })
    // USD of an inverse contract; its coins are USD / mark, to the unit of 1e-8.
    expect(position.size).toBe(1_000)
    expect(position.size_currency).toBeCloseTo(1_000 / (position.mark_price as number), 8)
    expect(position.average_price).toBeCloseTo(best_ask_price as number, -1)
    const option = optionOf(desk, 'C')
    place(desk, { instrument_name: option, amount: 0.3, type: 'market' })
    expect(desk.ask('private/get_position', { instrument_name: option })).toMatchObject({ size: 0.3, kind: 'option' })
  })
})

describe('money', () => {
  it('behavior: equity is balance, session P&L of futures and value of options', () => {
    const desk = rehearse()
    place(desk, { amount: 5_000, type: 'market' })
    place(desk, { instrument_name: optionOf(desk, 'P'), amount: 1, type: 'market' }, 'sell')
    desk.pass(HOUR)
    const summary = desk.ask('private/get_account_summary', { currency: 'BTC' }) as Record<string, number>
    const { balance, futures_session_upl, futures_session_rpl, options_value, equity } = summary
    // Five numbers of eight decimals, added in doubles.
    expect(balance! + futures_session_upl! + futures_session_rpl! + options_value!).toBeCloseTo(equity!, 8)
    expect(options_value).toBeLessThan(0)
    expect(summary.maintenance_margin!).toBeLessThan(summary.initial_margin!)
    expect(summary.available_funds).toBeCloseTo(summary.margin_balance! - summary.initial_margin!, 8)
  })

  it('behavior: at 08:00 futures are settled, expired options paid by the average of the last half hour', () => {
    const desk = rehearse({ start: NOON + 19 * HOUR })
    const list = desk.ask('public/get_instruments', { currency: 'BTC', kind: 'option' }) as unknown as {
      instrument_name: string
      strike: number
      expiration_timestamp: number
    }[]
    const dying = list.find(
      ({ instrument_name, strike, expiration_timestamp }) =>
        expiration_timestamp === NOON + 20 * HOUR && strike <= 80_000 && instrument_name.endsWith('-C'),
    )!
    place(desk, { instrument_name: dying.instrument_name, amount: 1, type: 'market' })
    place(desk, { amount: 1_000, type: 'market' })
    desk.pass(HOUR / 2 - 1_000)
    let [sum, count] = [0, 0]
    for (; desk.exchange.time < NOON + 20 * HOUR - 1_000; count += 1) {
      desk.pass(1_000)
      sum += desk.ask('public/get_index_price', { index_name: 'btc_usd' }).index_price as number
    }
    desk.pass(3_000)
    const { settlements } = desk.ask('private/get_settlement_history_by_currency', { currency: 'BTC' }) as {
      settlements: unknown
    } as { settlements: { type: string; mark_price: number; instrument_name: string }[] }
    expect(settlements.map(({ type }) => type).sort()).toEqual(['delivery', 'settlement'])
    const delivery = settlements.find(({ type }) => type === 'delivery')!
    const [account] = desk.exchange.snapshot().accounts
    expect(account!.positions.map(({ instrument }) => instrument)).toEqual([PERPETUAL])
    expect(account!.balances.BTC!.sessionRpl).toBe(0n)
    // Rounded to the cent.
    expect(Math.abs(delivery.mark_price - sum / count)).toBeLessThanOrEqual(0.0051)
    expect(desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, price: 89_000 })).toBe(10041)
    desk.pass(10_000)
    expect(desk.refusal('public/ticker', { instrument_name: dying.instrument_name })).toBe(13020)
  })

  it('behavior: a quarter of an hour before the expiry half of the delta is gone [scenario 15]', () => {
    const desk = rehearse({ start: NOON + 19 * HOUR })
    const list = desk.ask('public/get_instruments', { currency: 'BTC', kind: 'option' }) as unknown as Listed[]
    const deep = list.find(
      (one) =>
        one.expiration_timestamp === NOON + 20 * HOUR && one.strike <= 80_000 && one.instrument_name.endsWith('-C'),
    )!
    const delta = () =>
      (desk.ask('public/ticker', { instrument_name: deep.instrument_name }).greeks as { delta: number }).delta
    expect(delta()).toBeCloseTo(1, 3)
    desk.pass(0.75 * HOUR)
    expect(delta()).toBeCloseTo(0.5, 3)
  })

  it('behavior: longs pay shorts by the minute where the perpetual is dear', () => {
    const calm = seededMarket({ seed: 1, start: NOON, vol: { BTC: 0, ETH: 0 }, jumpsPerYear: 0 })
    const market = Object.create(calm, { forward: { value: () => 90_180 } }) as ExchangeMarket
    const desk = rehearse({ market })
    place(desk, { amount: 90_000, type: 'market' })
    desk.pass(HOUR)
    // Premium 0.2 %, so 0.175 % in 8 hours on one coin; rounded 60 times to 1e-8.
    const { realized_funding } = desk.ask('private/get_position', { instrument_name: PERPETUAL })
    expect(Math.abs((realized_funding as number) + 0.00175 / 8)).toBeLessThan(60 * 0.5e-8)
  })
})

describe('access', () => {
  it('error: a wrong secret, a stranger, and a token that nobody gave', () => {
    const { exchange } = rehearse()
    const connection = exchange.connect()
    const code = (method: string, params: Json) =>
      (exchange.request(connection, { method, params }) as { response: { error?: { code: number } } }).response.error
        ?.code
    expect(
      code('public/auth', { grant_type: 'client_credentials', client_id: 'rehearse-trade', client_secret: 'no' }),
    ).toBe(13004)
    expect(code('private/get_positions', {})).toBe(13009)
    expect(code('private/get_positions', { access_token: 'made up' })).toBe(13009)
    expect(code('private/nothing', {})).toBe(-32601)
  })

  it('behavior: a key that only reads is told from one that trades and one that withdraws', () => {
    const { exchange, ask } = rehearse()
    const reader = clientOf(exchange, REHEARSAL_KEYS.readOnly)
    expect(reader.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, price: 89_500 })).toBe(13021)
    expect(reader.refusal('private/get_positions')).toBeUndefined()
    const scope = ({ clientId, clientSecret }: { clientId: string; clientSecret: string }) =>
      ask('public/auth', { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }).scope
    expect(scope(REHEARSAL_KEYS.withdraw)).toContain('wallet:read_write')
    expect(scope(REHEARSAL_KEYS.trade)).not.toContain('wallet:read_write')
  })

  it('behavior: a signature is taken within its window of time, a refresh token gives a new token', () => {
    const { exchange, ask } = rehearse({ signatureWindowMs: 60_000 })
    const signed = (timestamp: number) => {
      const { clientId, clientSecret } = REHEARSAL_KEYS.trade
      const signature = createHmac('sha256', clientSecret).update(`${timestamp}\nn\n`).digest('hex')
      return { grant_type: 'client_signature', client_id: clientId, timestamp, nonce: 'n', data: '', signature }
    }
    const { refresh_token } = ask('public/auth', signed(exchange.time))
    expect(() => ask('public/auth', signed(exchange.time - 120_000))).toThrow('13004')
    expect(ask('public/auth', { grant_type: 'refresh_token', refresh_token })).toMatchObject({ token_type: 'bearer' })
  })

  it('behavior: too many requests end the session, and with it the orders it guarded', () => {
    const desk = rehearse({ limits: { matching: { burst: 5, rate: 1 }, nonMatching: { burst: 100, rate: 100 } } })
    desk.ask('private/enable_cancel_on_disconnect')
    const order = place(desk, { price: 89_500 })
    const codes = Array.from({ length: 6 }, () =>
      desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, price: 89_500 }),
    )
    expect(codes).toContain(10028)
    expect(desk.exchange.isConnected(desk.connection)).toBe(false)
    const again = clientOf(desk.exchange, REHEARSAL_KEYS.readOnly)
    expect(stateOf(again, order)).toMatchObject({ order_state: 'cancelled', cancel_reason: 'cancel_on_disconnect' })
    expect(desk.pass(0).some(({ kind }) => kind === 'closed')).toBe(true)
  })

  it('behavior: cancel-on-disconnect takes the orders of its own connection alone, and not at logout', () => {
    const desk = rehearse()
    const second = clientOf(desk.exchange, REHEARSAL_KEYS.trade)
    second.ask('private/enable_cancel_on_disconnect')
    const [kept, gone] = [place(desk, { price: 89_500 }), place(second, { price: 89_500 })]
    second.exchange.disconnect(second.connection)
    expect([stateOf(desk, kept).order_state, stateOf(desk, gone).order_state]).toEqual(['open', 'cancelled'])
    desk.ask('private/enable_cancel_on_disconnect', { scope: 'account' })
    const third = clientOf(desk.exchange, REHEARSAL_KEYS.trade)
    expect(third.ask('private/get_cancel_on_disconnect', { scope: 'connection' })).toMatchObject({ enabled: true })
    const stays = place(third, { price: 89_500 })
    third.exchange.request(third.connection, { method: 'private/logout' })
    expect(stateOf(desk, stays).order_state).toBe('open')
  })

  it('behavior: who does not answer a test request is cut off', () => {
    const desk = rehearse()
    desk.ask('public/set_heartbeat', { interval: 10 })
    const types = desk
      .pass(10_000)
      .map(({ message }: { message?: Json } & object) => (message?.params as { type?: string })?.type)
    expect(types).toContain('test_request')
    desk.ask('public/test')
    desk.pass(9_000)
    expect(desk.exchange.isConnected(desk.connection)).toBe(true)
    desk.pass(25_000)
    expect(desk.exchange.isConnected(desk.connection)).toBe(false)
  })
})

describe('protection', () => {
  it('behavior: over its limit all protected orders go, and stay away until the frozen time is over', () => {
    const desk = rehearse()
    const other = clientOf(desk.exchange, OTHER)
    desk.ask('private/subscribe', { channels: ['user.mmp_trigger.btc_usd'] })
    desk.ask('private/set_mmp_config', { index_name: 'btc_usd', interval: 5, frozen_time: 30, quantity_limit: 0.01 })
    const [near, far, plain] = [
      place(desk, { price: 90_000, amount: 2_000, mmp: true }),
      place(desk, { price: 89_500, mmp: true }),
      place(desk, { price: 89_400 }),
    ]
    other.ask('private/sell', { instrument_name: PERPETUAL, amount: 1_000, price: 90_000 })
    expect([near, far, plain].map((order) => stateOf(desk, order).cancel_reason)).toEqual([
      'mmp_trigger',
      'mmp_trigger',
      undefined,
    ])
    expect(desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, price: 89_500, mmp: true })).toBe(
      11030,
    )
    expect(JSON.stringify(desk.pass(0))).toContain('user.mmp_trigger.btc_usd')
    desk.pass(31_000)
    expect(
      desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, price: 89_500, mmp: true }),
    ).toBeUndefined()
  })
})

describe('faults', () => {
  it('behavior: a lost acknowledgement has done its work, a lost request has not', () => {
    const desk = rehearse()
    const buy = { instrument_name: PERPETUAL, amount: 100, price: 89_500, label: 'unheard' }
    desk.exchange.fault({ name: 'lost-acknowledgement', of: 'private/buy' })
    expect(() => desk.ask('private/buy', buy)).toThrow('lost')
    desk.exchange.fault({ name: 'lost-request', of: 'private/buy' })
    expect(() => desk.ask('private/buy', buy)).toThrow('lost')
    expect(desk.ask('private/get_order_state_by_label', { currency: 'BTC', label: 'unheard' })).toHaveLength(1)
    expect(desk.exchange.faultCounts()).toMatchObject({ 'lost-acknowledgement': 1, 'lost-request': 1 })
  })

  it('behavior: a late answer comes among the notifications', () => {
    const desk = rehearse()
    desk.exchange.fault({ name: 'late-answer' })
    expect(() => desk.ask('public/get_time')).toThrow('late')
    expect(JSON.stringify(desk.pass(5_000))).toContain('"result"')
  })

  it('behavior: lists with a hole, a comma and a stranger', () => {
    const desk = rehearse()
    place(desk, { amount: 1_000, type: 'market' })
    desk.exchange.fault({ name: 'omitted-position' })
    expect(desk.ask('private/get_positions')).toEqual([])
    desk.exchange.fault({ name: 'comma-number' })
    expect(desk.ask('private/get_positions')).toMatchObject([{ size: '1,000' }])
    expect(desk.ask('private/get_positions')).toMatchObject([{ size: 1_000 }])
    desk.exchange.fault({ name: 'unknown-instrument' })
    expect(JSON.stringify(desk.ask('public/get_instruments'))).toContain('VARIANCE')
  })

  it('behavior: auto-deleveraging takes a leg away, and tells of it by a trade', () => {
    const desk = rehearse()
    place(desk, { amount: 1_000, type: 'market' })
    desk.ask('private/subscribe', { channels: ['user.trades.any.any.raw'] })
    desk.exchange.fault({ name: 'adl', of: PERPETUAL })
    expect(sizeOf(desk)).toBeLessThan(1_000)
    expect(JSON.stringify(desk.pass(0))).toContain('"adl":true')
    const { deposited, held } = desk.exchange.snapshot().money.BTC!
    expect(held).toBe(deposited)
  })

  it('behavior: maintenance, post-only windows and frozen time begin and end', () => {
    const desk = rehearse()
    desk.exchange.fault({ name: 'maintenance', durationMs: 5_000 })
    expect(desk.refusal('private/get_positions')).toBe(11051)
    expect(desk.ask('public/status')).toMatchObject({ locked: 'true' })
    desk.pass(5_000)
    desk.exchange.fault({ name: 'post-only-window', durationMs: 5_000 })
    expect(desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, type: 'market' })).toBe(11030)
    expect(
      desk.refusal('private/buy', { instrument_name: PERPETUAL, amount: 10, price: 89_000, post_only: true }),
    ).toBeUndefined()
    desk.pass(5_000)
    desk.exchange.fault({ name: 'frozen-time', durationMs: 5_000 })
    const frozen = desk.ask('public/get_time')
    desk.pass(4_000)
    expect(desk.ask('public/get_time')).toBe(frozen)
    desk.pass(2_000)
    expect(desk.ask('public/get_time')).toBe(desk.exchange.time)
  })

  it('behavior: a stalled connection is open, and silent', () => {
    const desk = rehearse()
    desk.ask('public/subscribe', { channels: [`ticker.${PERPETUAL}.100ms`] })
    expect(desk.pass(2_000).length).toBeGreaterThan(0)
    desk.exchange.fault({ name: 'silent-stall', durationMs: 10_000 })
    expect(desk.pass(5_000)).toEqual([])
    expect(() => desk.ask('public/get_time')).toThrow('lost')
    expect(desk.exchange.isConnected(desk.connection)).toBe(true)
    desk.pass(6_000)
    expect(desk.pass(1_000).length).toBeGreaterThan(0)
  })

  it('behavior: a rejected cancel leaves the order, a disconnect ends the connection, a control call needs no key', () => {
    const desk = rehearse()
    const order = place(desk, { price: 89_500 })
    const control = desk.exchange.connect('http')
    desk.exchange.request(control, { method: 'simulator/fault', params: { name: 'rejected-cancel' } })
    expect(desk.refusal('private/cancel', { order_id: order.order_id })).toBe(10040)
    expect(desk.refusal('private/cancel', { order_id: order.order_id })).toBeUndefined()
    desk.exchange.fault({ name: 'disconnect' })
    expect(desk.exchange.isConnected(desk.connection)).toBe(false)
  })

  it('behavior: notifications come twice or change places', () => {
    const desk = rehearse({ faults: { ratios: { 'duplicate-notification': 1 } } })
    desk.ask('private/subscribe', { channels: ['user.orders.any.any.raw'] })
    place(desk, { price: 89_500 })
    const [one, two] = desk.pass(0)
    expect(one).toEqual(two)
    desk.exchange.setFaultRatios({ 'reordered-notification': 1 })
    const orders = [place(desk, { price: 89_400 }), place(desk, { price: 89_300 })]
    const told = desk
      .pass(0)
      .map((emission) => (emission as unknown as { message: { params: { data: Order } } }).message.params.data.order_id)
    expect(told).toEqual(orders.map(({ order_id }) => order_id).reverse())
  })

  it('behavior: a partial fill leaves the rest to rest', () => {
    const desk = rehearse()
    desk.exchange.fault({ name: 'partial-fill' })
    const order = place(desk, { amount: 1_000, price: 90_100 })
    expect(order.order_state).toBe('open')
    expect(order.filled_amount).toBeGreaterThan(0)
    expect(order.filled_amount).toBeLessThan(1_000)
  })
})

describe('channels', () => {
  it('behavior: a book is a snapshot, then changes that lead from one state to the next', () => {
    const desk = rehearse()
    desk.ask('public/subscribe', { channels: [`book.${PERPETUAL}.100ms`] })
    const [first] = booksOf(desk.pass(0))
    expect(first).toMatchObject({ type: 'snapshot' })
    const sides: Record<string, Map<number, number>> = { bids: new Map(), asks: new Map() }
    const apply = (data: Json) => {
      for (const side of ['bids', 'asks'] as const)
        for (const [action, price, amount] of data[side] as [string, number, number][])
          if (action === 'delete') sides[side]!.delete(price)
          else sides[side]!.set(price, amount)
    }
    apply(first!)
    let last = first!.change_id
    place(desk, { price: 89_990 })
    for (const data of booksOf(desk.pass(5_000))) {
      expect(data).toMatchObject({ type: 'change', prev_change_id: last })
      last = data.change_id
      apply(data)
    }
    const book = desk.ask('public/get_order_book', { instrument_name: PERPETUAL, depth: 1_000 })
    for (const side of ['bids', 'asks'] as const)
      expect(new Map(book[side] as [number, number][])).toEqual(
        new Map([...sides[side]!].sort(([a], [b]) => (side === 'bids' ? b - a : a - b))),
      )
  })

  it('error: private channels want a login, unknown ones are refused', () => {
    const desk = rehearse()
    expect(desk.refusal('public/subscribe', { channels: ['user.orders.any.any.raw'] })).toBe(13009)
    expect(desk.refusal('public/subscribe', { channels: ['book.NOTHING.100ms'] })).toBe(13020)
    expect(desk.refusal('public/subscribe', { channels: ['nonsense'] })).toBe(-32602)
  })
})

function booksOf(emissions: readonly unknown[]): Json[] {
  return (emissions as { message: { params: { data: Json } } }[]).map(({ message }) => message.params.data)
}
