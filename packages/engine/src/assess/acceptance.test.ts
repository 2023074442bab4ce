import { normalCdf } from '@holdfast/quant'
import { describe, expect, it } from 'vitest'
import { assessed, createWorld, DAY, feed, instant, instrumentOf, SETTINGS, statement, T0 } from '../../test/desk.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../margin/model.js'
import { liquidationDistance } from './distance.js'

const FEB27 = Date.UTC(2026, 1, 27, 8)
const PERP = 'deribit:BTC/USD:BTC'

/** Acceptance scenarios, by the numbers that they have in the list of what users need. */
describe('scenario 13: an inverse perpetual', () => {
  it('behavior: its size is USD, its exposure coins, its notional the same USD', () => {
    const world = createWorld(['a', 'deribit-standard'])
    feed(world, statement('a', { BTC: '10' }, [[PERP, '100000', 40_000]]), instant(T0, { BTC: 50_000 }, []))
    const [account] = assessed(world, T0).accounts
    const [position] = account!.positions
    expect(position).toMatchObject({ size: 100_000, sizeUnit: 'USD', mark: 50_000, priceUnit: 'USD' })
    expect(position!.delta).toBeCloseTo(2, 12)
    expect(position!.cashDelta).toBeCloseTo(100_000, 8)
    // 100,000 · (1/40,000 − 1/50,000) = 0.5 coins of profit, at 50,000.
    expect(position!.unrealisedPnl).toBeCloseTo(25_000, 8)
    expect(account!.greeks[0]).toMatchObject({ underlying: 'BTC', collateral: 10 })
    expect(account!.greeks[0]!.deltaNet).toBeCloseTo(2, 12)
  })

  it('behavior: long up, P&L up; short up, P&L down', () => {
    const gain = (size: string) => {
      const world = createWorld(['a', 'cross'])
      feed(world, statement('a', { USDC: '100000' }, [[PERP, size, 50_000]]), instant(T0, { BTC: 50_000 }, []))
      const { grid } = assessed(world, T0).accounts[0]!
      return grid!.pnl[grid!.spotMoves.indexOf(0.1)]![grid!.volMoves.indexOf(0)]!
    }
    expect(gain('100000')).toBeCloseTo(10_000, 6)
    expect(gain('-100000')).toBeCloseTo(-10_000, 6)
  })
})

describe('scenario 14: what an option’s hedge is sized by', () => {
  const strike = 80_000
  const index = 89_000
  const years = (FEB27 - T0) / (365 * DAY)

  function greeks(key: string) {
    const world = createWorld(['a', 'cross'])
    feed(world, statement('a', { USDC: '0' }, [[key, '10', 0.02]]), instant(T0, { BTC: index }, [FEB27]))
    const [account] = assessed(world, T0).accounts
    return account!.greeks[0]!
  }

  it('behavior: inverse: premium-adjusted, w (K/F) N(w d2) a unit', () => {
    const { delta, deltaNet } = greeks(`deribit:BTC/USD:BTC-260227-${strike}-P`)
    const forward = index * (1 + 0.02 * years)
    const deviation = deviationOf(delta, forward)
    const d2 = Math.log(forward / strike) / deviation - deviation / 2
    expect(deltaNet).toBeCloseTo(10 * -(strike / forward) * normalCdf(-d2), 9)
    expect(deltaNet).not.toBeCloseTo(delta, 2)
  })

  it('behavior: linear: the plain delta', () => {
    const { delta, deltaNet } = greeks(`deribit:BTC/USDC:USDC-260227-${strike}-P`)
    expect(deltaNet).toBe(delta)
    expect(delta).toBeLessThan(0)
  })

  /** Total deviation at which ten puts have this delta, by bisection: the test does not read the surface. */
  function deviationOf(delta: number, forward: number): number {
    let low = 0.01
    let high = 2
    for (let i = 0; i < 200; i += 1) {
      const s = (low + high) / 2
      const d1 = Math.log(forward / strike) / s + s / 2
      if (-10 * normalCdf(-d1) > delta) low = s
      else high = s
    }
    return low
  }
})

describe('scenario 15: the last half hour before an expiry', () => {
  const CALL = 'deribit:BTC/USD:BTC-260227-50000-C'

  function at(minutesBefore: number) {
    const now = FEB27 - minutesBefore * 60_000
    const world = createWorld(['a', 'deribit-standard'])
    feed(
      world,
      statement('a', { BTC: '10' }, [
        [CALL, '10', 0.3],
        [PERP, '-700000', 70_000],
      ]),
      instant(now, { BTC: 70_000 }, [FEB27]),
    )
    return assessed(world, now).accounts[0]!
  }

  it('behavior: at 07:45 half of the average has fixed: half the delta is left, of our own full one', () => {
    const { greeks, expiryWindow } = at(15)
    expect(expiryWindow).toHaveLength(1)
    expect(expiryWindow[0]).toMatchObject({
      underlying: 'BTC',
      minutesLeft: 15,
      fixedShare: 0.5,
      nearestStrike: 50_000,
    })
    expect(expiryWindow[0]!.delta).toBeCloseTo(10, 6)
    expect(expiryWindow[0]!.residualDelta).toBeCloseTo(5, 6)
    expect(expiryWindow[0]!.distanceToStrike).toBeCloseTo(50_000 / 70_000 - 1, 4)
    // The perpetual hedge of ten coins is now five too many.
    expect(greeks[0]!.delta).toBeCloseTo(-5, 4)
  })

  it('behavior: before the window nothing has fixed; at its end next to nothing is left', () => {
    expect(at(31).expiryWindow).toEqual([])
    expect(at(31).greeks[0]!.delta).toBeCloseTo(0, 4)
    expect(at(0.5).expiryWindow[0]!.residualDelta).toBeCloseTo(10 / 60, 4)
  })
})

describe('scenario 16: room of a cross account with two positions', () => {
  const btc = instrumentOf('bybit:BTC/USDC:USDC')
  const eth = instrumentOf('bybit:ETH/USDC:USDC')
  const prices = new Map([
    ['BTC', 50_000],
    ['ETH', 2_000],
  ])
  const market: MarginMarket = {
    time: T0,
    index: (underlying) => prices.get(underlying),
    assetPrice: () => 1,
    forward: () => undefined,
    impliedVol: () => undefined,
    mark: (instrument) => prices.get(instrument.underlying),
    confidence: () => 1,
  }
  /** Maintenance 1 % of every position's notional, one collateral for all. */
  const model: MarginModel = {
    name: 'one per cent',
    parameters: { model: 'one per cent', version: '1', asOf: '2026-01-01', source: 'test', hash: '', values: {} },
    evaluate: (account, at): MarginOutcome => {
      let equity = account.balances.USDC ?? 0
      let maintenanceMargin = 0
      for (const { instrument, size, entryPrice } of account.positions) {
        const mark = at.mark(instrument)!
        equity += size * (mark - entryPrice!)
        maintenanceMargin += 0.01 * Math.abs(size) * mark
      }
      const excess = equity - maintenanceMargin
      const figures = { equity, markToMarket: 0, initialMargin: maintenanceMargin, maintenanceMargin }
      return { ok: true, ...figures, excessInitial: excess, excessMaintenance: excess, parts: {} }
    },
  }
  // 100,000 USD of BTC and 396,000 USD of ETH, whose maintenance of 3,960 USD is not there for BTC to lose.
  const account: MarginAccount = {
    id: 'a',
    balances: { USDC: 5_554 },
    positions: [
      { instrument: btc, size: 2, entryPrice: 50_000 },
      { instrument: eth, size: 198, entryPrice: 2_000 },
    ],
  }
  const room = (positions: MarginAccount['positions']) =>
    liquidationDistance(model, { ...account, positions }, market, { BTC: 1, ETH: 0 }, SETTINGS)!.beta.down

  it('behavior: the other position’s maintenance counts: 0.60 %, not 4.60 %', () => {
    expect(room(account.positions)).toBeCloseTo(-0.006, 3)
    expect(Math.abs(room(account.positions)! + 0.006)).toBeLessThan(1e-4)
    expect(Math.abs(room(account.positions.slice(0, 1))! + 0.046)).toBeLessThan(1e-4)
  })

  it('behavior: what is liquidatable already has no room, and what never is has no distance', () => {
    const poor = { ...account, balances: { USDC: 100 } }
    expect(liquidationDistance(model, poor, market, { BTC: 1, ETH: 1 }, SETTINGS)).toMatchObject({
      spotAlone: { down: 0, up: 0 },
      nearest: 0,
    })
    const rich = { ...account, balances: { USDC: 1e9 } }
    const far = liquidationDistance(model, rich, market, { BTC: 1, ETH: 1 }, SETTINGS)!
    expect(far.spotAlone).toEqual({})
    expect(far.nearest).toBeUndefined()
  })

  it('behavior: the nearest crossing is found where the excess is not monotone', () => {
    // Worth 1,000 at rest, nothing between 10 % and 30 % down, 1,000 again below.
    const dip: MarginModel = {
      ...model,
      evaluate: (_, at) => {
        const move = at.mark(btc)! / 50_000 - 1
        const excess = 1_000 * Math.min(1, (Math.abs(move + 0.2) - 0.1) * 10)
        const figures = { equity: excess, markToMarket: 0, initialMargin: 0, maintenanceMargin: 0 }
        return { ok: true, ...figures, excessInitial: excess, excessMaintenance: excess, parts: {} }
      },
    }
    const down = liquidationDistance(dip, account, market, { BTC: 1, ETH: 1 }, SETTINGS)!.spotAlone.down
    expect(Math.abs(down! + 0.1)).toBeLessThan(1e-4)
  })

  it('behavior: a model that cannot judge a moved market counts it as not safe', () => {
    const blind: MarginModel = {
      ...model,
      evaluate: (one, at) => (at.mark(btc)! < 45_000 ? { ok: false, missing: ['x'] } : model.evaluate(one, at)),
    }
    const rich = { ...account, balances: { USDC: 1e9 } }
    const down = liquidationDistance(blind, rich, market, { BTC: 1, ETH: 1 }, SETTINGS)!.spotAlone.down
    expect(Math.abs(down! + 0.1)).toBeLessThan(2e-4)
  })
})
