import { parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import { liquidationDistance } from '../assess/distance.js'
import {
  type MarginAccountData,
  type MarginMarketData,
  marginModel,
  readMarginAccount,
  readMarginMarket,
  requirementsOfNet,
} from './index.js'
import { MarketReading } from './reading.js'
import { valuePosition } from './valuation.js'

/** Misreadings of margin that users of other tools reported: each by the figures of its report. */
const TIME = '2026-08-12T08:00:00Z'

function evaluate(model: string, account: MarginAccountData, market: MarginMarketData, parameters = {}) {
  const outcome = marginModel(model, parameters).evaluate(readMarginAccount(account), readMarginMarket(market))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

describe('[UN10] a unified Hyperliquid account with a position on a builder-deployed exchange and resting orders', () => {
  const BTC = 'hyperliquid:BTC/USDC:USDC'
  const STOCK = 'hyperliquid:US500/USDC:USDC'
  const OTHER = 'hyperliquid:US500/USDH:USDH'
  const market: MarginMarketData = {
    time: TIME,
    underlyings: { BTC: { index: 100_000 }, US500: { index: 6_900 } },
    assets: { USDC: { price: 1 }, USDH: { price: 0.999 } },
    instruments: [
      { instrument: BTC, mark: 100_000 },
      { instrument: STOCK, mark: 6_900 },
      { instrument: OTHER, mark: 6_900 },
    ],
  }
  const tiers = { tiers: { named: { US500: [{ from: 0, maxLeverage: 20 }] } } }
  const positions = [
    { instrument: BTC, size: 0.1, entryPrice: 99_000, leverage: 10 },
    { instrument: STOCK, size: -2, entryPrice: 7_000, leverage: 20 },
  ]
  const orders = [
    { instrument: STOCK, size: -1, price: 6_950 },
    { instrument: BTC, size: -0.1, price: 101_000, reduceOnly: true },
  ]

  test('behavior: positions of both exchanges are in equity and margin, orders in initial margin alone', () => {
    const held = evaluate('hyperliquid', { balances: { USDC: 5_000 }, positions }, market, tiers)
    const resting = evaluate('hyperliquid', { balances: { USDC: 5_000 }, positions, orders }, market, tiers)
    // 5,000 + 0.1 · 1,000 + 2 · 100: what is locked by positions or orders is not lost.
    expect(held.equity).toBeCloseTo(5_300, 9)
    expect(resting.equity).toBe(held.equity)
    expect(held.initialMargin).toBeCloseTo(10_000 / 10 + 13_800 / 20, 9)
    expect(held.maintenanceMargin).toBeCloseTo(10_000 / 80 + 13_800 / 40, 9)
    expect(resting.initialMargin - held.initialMargin).toBeCloseTo(6_950 / 20, 9)
    expect(resting.maintenanceMargin).toBe(held.maintenanceMargin)
  })

  test('behavior: a contract that settles in another dollar is margined against that dollar alone', () => {
    const other = { instrument: OTHER, size: -1, entryPrice: 7_000, leverage: 20 }
    const account = { balances: { USDC: 5_000, USDH: 10 }, positions: [...positions, other] }
    const { equity, initialMargin, maintenanceMargin, buckets } = evaluate('hyperliquid', account, market, tiers)
    const cross = buckets!.find(({ name }) => name === 'cross')!
    const apart = buckets!.find(({ name }) => name === 'cross USDH')!
    expect(cross.equity).toBeCloseTo(5_300, 9)
    expect(apart.equity).toBeCloseTo(110 * 0.999, 9)
    expect(apart.maintenanceMargin).toBeCloseTo((6_900 * 0.999) / 40, 9)
    // 110 dollars against 172: this pool can be liquidated, however much the other holds.
    expect(apart.equity).toBeLessThan(apart.maintenanceMargin)
    expect(equity).toBeCloseTo(cross.equity + apart.equity, 9)
    expect(initialMargin).toBeCloseTo(cross.initialMargin + apart.initialMargin, 9)
    expect(maintenanceMargin).toBeCloseTo(cross.maintenanceMargin + apart.maintenanceMargin, 9)
  })
})

describe('[UN13] an inverse perpetual at Deribit', () => {
  const KEY = 'deribit:BTC/USD:BTC'
  const market: MarginMarketData = {
    time: TIME,
    underlyings: { BTC: { index: 100_000 } },
    instruments: [{ instrument: KEY, mark: 80_000 }],
  }

  test('behavior: amount in USD, size in coin and notional are one quantity', () => {
    // 10,000 USD is a thousand contracts of 10 USD, and 0.125 BTC at the mark; the index does not enter.
    const position = { instrument: parseInstrumentKey(KEY)!, size: -10_000, entryPrice: 90_000 }
    const valued = valuePosition(new MarketReading(readMarginMarket(market)), position)
    expect(valued.baseSize).toBe(-0.125)
    expect(valued.notional).toBe(10_000)
    expect(valued.baseSize * 80_000).toBe(position.size)
    // P&L in coin, at the coin's price: −10,000 · (1/90,000 − 1/80,000) BTC.
    expect(valued.value).toBeCloseTo(10_000 * (1 / 80_000 - 1 / 90_000) * 100_000, 9)
  })

  test('behavior: the requirement is a share of the coins, paid in coin', () => {
    const account = { balances: { BTC: 1 }, positions: [{ instrument: KEY, size: -10_000, entryPrice: 80_000 }] }
    const { initialMargin, maintenanceMargin } = evaluate('deribit-standard', account, market)
    expect(initialMargin).toBeCloseTo(0.125 * (0.02 + 0.125 * 0.00005) * 100_000, 9)
    expect(maintenanceMargin).toBeCloseTo(0.125 * (0.01 + 0.125 * 0.00005) * 100_000, 9)
  })
})

describe('[UN16] two positions in one cross account', () => {
  // A long unit at 100 with 5 of equity, maintenance 0.4 %; another position needs 4 of maintenance and does not move.
  const A = 'paper:AAA/USDC:USDC'
  const B = 'paper:BBB/USDC:USDC'
  const C = 'other:BBB/USDC:USDC'
  const market = readMarginMarket({
    time: TIME,
    underlyings: { AAA: { index: 100 }, BBB: { index: 1 } },
    assets: { USDC: { price: 1 } },
    instruments: [
      { instrument: A, mark: 100 },
      { instrument: B, mark: 1 },
      { instrument: C, mark: 1 },
    ],
  })
  const rates = { futureInitial: 0.05, futureMaintenance: 0.004, futureRatePerMillionUsd: 0 }
  const model = marginModel('cross', { rules: { rates: { default: rates } } })
  const settings = { distance: { searchDown: -0.7, searchUp: 1, volUp: 0.5, betas: {} } }
  const one = { instrument: A, size: 1, entryPrice: 100 }
  // 500 long here and short there: 4 of maintenance, no P&L.
  const others = [
    { instrument: B, size: 500, entryPrice: 1 },
    { instrument: C, size: -500, entryPrice: 1 },
  ]
  const roomOf = (positions: MarginAccountData['positions'] & {}) => {
    const account = readMarginAccount({ balances: { USDC: 5 }, positions })
    return -liquidationDistance(model, account, market, { AAA: 1, BBB: 0 }, settings)!.beta.down!
  }

  test('behavior: the room is 0.60 %, where 5 + (P − 100) = 0.004 P + 4', () => {
    // The search ends within one basis point, on the side where nothing is left.
    const exact = 1 - 99 / 0.996 / 100
    expect(exact).toBeCloseTo(0.006024, 6)
    expect(roomOf([one, ...others])).toBeGreaterThanOrEqual(exact)
    expect(roomOf([one, ...others])).toBeLessThan(exact + 1e-4)
  })

  test('behavior: alone it is 4.62 %, where 5 + (P − 100) = 0.004 P', () => {
    const exact = 1 - 95 / 0.996 / 100
    expect(roomOf([one])).toBeGreaterThanOrEqual(exact)
    expect(roomOf([one])).toBeLessThan(exact + 1e-4)
  })
})

describe('[UN25] margins of Derive', () => {
  const PERPETUAL = 'derive:ETH/USDC:USDC'
  const market: MarginMarketData = {
    time: TIME,
    underlyings: { ETH: { index: 4_000 } },
    assets: { USDC: { price: 1 } },
    instruments: [{ instrument: PERPETUAL, mark: 4_000 }],
  }
  const account = { balances: { USDC: 1_000 }, positions: [{ instrument: PERPETUAL, size: 1, entryPrice: 3_900 }] }

  test('behavior: the net margins of the API become requirements, with what orders take', () => {
    // Value 1,100; 6.5 % and 10 % of 4,000 are needed, 50 by resting orders.
    const api = { value: 1_100, netInitial: 1_100 - 400, netMaintenance: 1_100 - 260, openOrders: -50 }
    expect(requirementsOfNet(api)).toEqual({ equity: 1_100, initialMargin: 450, maintenanceMargin: 260 })
    expect(requirementsOfNet({ ...api, netInitial: 1_200, openOrders: 10 }).initialMargin).toBe(0)
  })

  test('behavior: our model gives the same requirements, and its net figures are those of the API', () => {
    const orders = [{ instrument: PERPETUAL, size: 0.125, price: 4_000 }]
    const ours = evaluate('derive-standard', { ...account, orders }, market)
    const { initialMargin, maintenanceMargin, equity } = requirementsOfNet({
      value: 1_100,
      netInitial: ours.parts['net.initialMargin']!,
      netMaintenance: ours.parts['net.maintenanceMargin']!,
      openOrders: -ours.parts['initial.orders']!,
    })
    expect(ours.parts['net.initialMargin']).toBeCloseTo(700, 9)
    expect(ours.parts['initial.orders']).toBeCloseTo(50, 9)
    expect([equity, initialMargin, maintenanceMargin]).toEqual([
      ours.equity,
      expect.closeTo(ours.initialMargin, 9),
      expect.closeTo(ours.maintenanceMargin, 9),
    ])
    expect(ours.initialMargin).toBeCloseTo(450, 9)
  })
})
