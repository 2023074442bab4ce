import { describe, expect, it } from 'vitest'
import { assessed, createWorld, DAY, feed, instant, SETTINGS, statement, T0 } from '../../test/desk.js'
import type { FillEvent } from '../event.js'
import { NO_ORDERS, type TrackedOrder } from '../order/index.js'
import { EVERY_PART, LIGHT_PARTS } from './index.js'

const FEB27 = Date.UTC(2026, 1, 27, 8)
const JUN26 = Date.UTC(2026, 5, 26, 8)
const PERP = 'deribit:BTC/USD:BTC'
const ETH_PERP = 'deribit:ETH/USD:ETH'
const PUT = 'deribit:BTC/USD:BTC-260227-80000-P'
const CALL = 'deribit:BTC/USD:BTC-260626-100000-C'

function desk() {
  const world = createWorld(['a', 'deribit-standard'], ['b', 'portfolio'])
  feed(
    world,
    statement('a', { BTC: '40', USDC: '250000' }, [
      [PUT, '-25', 0.021],
      [CALL, '10', 0.05],
      [PERP, '500000', 88_900],
    ]),
    statement('b', { ETH: '500' }, [[ETH_PERP, '-300000', 2_950]]),
    instant(T0, { BTC: 89_000, ETH: 3_000 }, [FEB27, JUN26]),
  )
  return world
}

describe('assess', () => {
  it('behavior: a desk is known in full', () => {
    const { accounts, portfolios, inputs } = assessed(desk(), T0)
    const [a, b] = accounts
    expect(a).toMatchObject({ account: 'a', quality: 'live', missing: [], margin: { ok: true } })
    expect(b).toMatchObject({ account: 'b', quality: 'live', missing: [], margin: { ok: true } })
    expect(a!.marginRatio).toBeGreaterThan(0)
    expect(a!.distance!.nearest).toBeLessThan(0)
    expect(portfolios.map(({ portfolio }) => portfolio)).toEqual(['desk'])
    expect(inputs.map(({ name }) => name)).toContain('surface:BTC:2026-02-27')
    expect(inputs.every(({ quality }) => quality === 'live')).toBe(true)
  })

  it('behavior: a portfolio is the sum of its accounts, its ratio the worst of them', () => {
    const { accounts, portfolios } = assessed(desk(), T0)
    const [desk1] = portfolios
    const margins = accounts.map(({ margin }) => (margin.ok ? margin : undefined)!)
    expect(desk1!.equity).toBe(margins[0]!.equity + margins[1]!.equity)
    expect(desk1!.marginRatio).toBe(Math.max(...accounts.map(({ marginRatio }) => marginRatio!)))
    expect(desk1!.greeks.map(({ underlying }) => underlying)).toEqual(['BTC', 'ETH'])
    expect(desk1!.grid!.pnl[0]![0]!).toBeCloseTo(accounts[0]!.grid!.pnl[0]![0]! + accounts[1]!.grid!.pnl[0]![0]!, 6)
    for (const [i, one] of accounts.entries()) expect(one.greeks[0]!.delta).toBe(desk1!.greeks[i]!.delta)
  })

  it('behavior: an account of which nothing was stated is unknown and at risk, and hinders no other', () => {
    const world = createWorld(['a', 'cross'], ['b', 'cross'])
    feed(world, statement('b', { USDC: '100' }, []), instant(T0, { BTC: 89_000 }, []))
    const { accounts, portfolios } = assessed(world, T0)
    expect(accounts[0]).toMatchObject({
      quality: 'unknown',
      missing: ['account:a'],
      margin: { ok: false, missing: ['account:a'] },
    })
    expect(accounts[0]!.marginRatio).toBeUndefined()
    expect(accounts[1]).toMatchObject({ quality: 'live', marginRatio: 0 })
    expect(portfolios[0]).toMatchObject({ quality: 'unknown', missing: ['account:a'] })
    expect(portfolios[0]!.equity).toBeUndefined()
  })

  it('behavior: what is left of an order that may still trade needs initial margin, what reduces does not', () => {
    const plain = assessed(desk(), T0).accounts[0]!
    const order: TrackedOrder = {
      id: 'x',
      ours: true,
      venueOrders: [],
      account: 'a',
      instrument: PERP,
      size: '600000',
      filled: '100000',
      traded: '100000',
      limitPrice: '89000',
      reduceOnly: false,
      status: 'open',
      since: T0,
      updated: T0,
    }
    const initial = (changes: Partial<TrackedOrder>) => {
      const { margin } = assessed(desk(), T0, SETTINGS, { ...NO_ORDERS, orders: [{ ...order, ...changes }] })
        .accounts[0]!
      return margin.ok ? margin.initialMargin : Number.NaN
    }
    const before = plain.margin.ok ? plain.margin.initialMargin : Number.NaN
    // The venue's margin of an order of 500,000 USD more of the perpetual: 2 % and a little for its size.
    expect(initial({}) - before).toBeGreaterThan(9_000)
    expect(initial({}) - before).toBeLessThan(20_000)
    expect(initial({ status: 'unresolved' })).toBe(initial({}))
    for (const none of [
      { status: 'cancelled' as const },
      { reduceOnly: true },
      { account: 'b' },
      { filled: '600000' },
    ]) {
      expect([none, initial(none)]).toEqual([none, before])
    }
  })

  it('behavior: one unknown instrument leaves its account unknown by name, and its other positions valued', () => {
    const world = desk()
    feed(
      world,
      statement(
        'a',
        { BTC: '40' },
        [
          [PUT, '-25', 0.021],
          ['deribit:SOL/USD:SOL', '1000', 100],
        ],
        T0 + 1,
      ),
    )
    const [a, b] = assessed(world, T0 + 1).accounts
    expect(a!.quality).toBe('unknown')
    expect(a!.missing).toEqual(['asset:SOL', 'index:SOL'])
    expect(a!.positions[0]!.value).toBeLessThan(0)
    expect(a!.positions[1]!.value).toBeUndefined()
    expect(a!.grid).toBeUndefined()
    expect(b!.quality).toBe('live')
  })

  it('behavior: quality is the worst of what was read', () => {
    const world = desk()
    const later = T0 + 90_000
    feed(world, { ...instant(later, { ETH: 3_000 }, [FEB27, JUN26]), source: 'eth' })
    const { accounts, inputs } = assessed(world, later)
    expect(accounts[0]!.quality).toBe('stale')
    expect(inputs.find(({ name }) => name === 'index:BTC')).toMatchObject({ quality: 'stale', ageMs: 90_000 })
    expect(inputs.find(({ name }) => name === 'guard')).toBeUndefined()
  })

  it('behavior: the guard that judges everything stale is itself an input', () => {
    const guard = assessed(desk(), T0 + DAY).inputs.find(({ name }) => name === 'guard')
    expect(guard?.reasons[0]).toContain('figures are judged stale')
  })

  it('behavior: an expiry that has passed and not settled is missing by name', () => {
    const world = desk()
    feed(world, instant(FEB27 + 1000, { BTC: 70_000, ETH: 2_000 }, [JUN26]))
    const [a] = assessed(world, FEB27 + 1000).accounts
    expect(a!.missing).toEqual(['settlement:BTC:2026-02-27'])
    feed(world, {
      kind: 'settlement',
      source: 'test',
      sourceTime: FEB27,
      receivedTime: FEB27 + 2000,
      underlying: 'BTC',
      expiry: FEB27,
      price: 70_000,
    })
    expect(assessed(world, FEB27 + 2000).accounts[0]!.missing).toEqual([])
  })

  it('behavior: parts that are switched off are absent, the rest is the same', () => {
    const light = assessed(desk(), T0, { ...SETTINGS, parts: LIGHT_PARTS }).accounts[0]!
    const full = assessed(desk(), T0, { ...SETTINGS, parts: EVERY_PART }).accounts[0]!
    expect(light.distance).toBeUndefined()
    expect(light.grid).toBeUndefined()
    expect(light.greeks).toEqual(full.greeks)
    expect(light.margin).toEqual(full.margin)
  })
})

describe('P&L explained', () => {
  it('behavior: the Greeks explain a small move, the residual is shown, and the terms add up', () => {
    const world = desk()
    assessed(world, T0)
    feed(world, instant(T0 + 3_600_000, { BTC: 89_500, ETH: 2_990 }, [FEB27, JUN26], 0.302))
    const pnl = assessed(world, T0 + 3_600_000).portfolios[0]!.pnl!
    const sum =
      pnl.delta +
      pnl.gamma +
      pnl.vega +
      pnl.vanna +
      pnl.volga +
      pnl.theta +
      pnl.rho +
      pnl.carry +
      pnl.trades +
      pnl.residual
    expect(sum).toBeCloseTo(pnl.total, 6)
    expect(Math.abs(pnl.residual)).toBeLessThan(0.002 * Math.abs(pnl.total))
    expect(pnl.carry).toBe(0)
    expect(pnl.trades).toBeCloseTo(0, 6)
  })

  it('behavior: cash is carry, and a fill away from the mark is trades', () => {
    const world = desk()
    assessed(world, T0)
    const at = { source: 'test', sourceTime: T0, receivedTime: T0 + 1, account: 'a' } as const
    const fill: FillEvent = {
      kind: 'fill',
      ...at,
      instrument: PERP,
      fillId: 'f',
      size: '89000',
      price: '88000',
      fee: '0.0005',
      feeAsset: 'BTC',
    }
    feed(world, fill, { kind: 'cash', ...at, asset: 'USDC', amount: '1000', reason: 'deposit', cashId: 'c' })
    const pnl = assessed(world, T0).accounts[0]!.pnl!
    expect(pnl.carry).toBeCloseTo(1000 - 0.0005 * 89_000, 9)
    // 89,000 USD bought at 88,000 is worth 89,000 · (1/88,000 − 1/89,000) coins.
    expect(pnl.trades).toBeCloseTo(89_000 * (1 / 88_000 - 1 / 89_000) * 89_000, 6)
    expect(pnl.residual).toBeCloseTo(0, 6)
  })

  it('behavior: a settlement is explained up to the settlement price', () => {
    const world = createWorld(['a', 'cross'])
    feed(
      world,
      statement('a', { BTC: '1' }, [[PUT, '-1', 0.02]], FEB27 - 60_000),
      instant(FEB27 - 60_000, { BTC: 70_000 }, [FEB27]),
    )
    assessed(world, FEB27 - 60_000)
    feed(
      world,
      {
        kind: 'settlement',
        source: 'test',
        sourceTime: FEB27,
        receivedTime: FEB27,
        underlying: 'BTC',
        expiry: FEB27,
        price: 70_100,
      },
      instant(FEB27, { BTC: 70_100 }, []),
    )
    const pnl = assessed(world, FEB27).accounts[0]!.pnl!
    expect(pnl.trades).toBeCloseTo(0, 4)
    expect(Math.abs(pnl.residual)).toBeLessThan(1)
    // The short put gains 100 USD a coin, the coin held another 100.
    expect(pnl.total).toBeCloseTo(200, -1)
  })
})
