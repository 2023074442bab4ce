import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import { worstBucket } from '../outcome.js'
import { marginModel } from '../registry.js'
import { assetWeight, highLeverageInitialRatio, liabilityWeight } from './driftV2.js'
import { scaledInitialMargin } from './dydxV4.js'
import { tieredMaintenance } from './hyperliquid.js'

const BTC = 'venue:BTC/USDC:USDC'
const ETH = 'venue:ETH/USDC:USDC'

const marketAt = (btc: number, more: Partial<MarginMarketData> = {}): MarginMarketData => ({
  time: '2026-01-29T00:00:00Z',
  underlyings: { BTC: { index: btc, twap: btc }, ETH: { index: 4_200 } },
  assets: { USDC: { price: 1 } },
  instruments: [
    { instrument: BTC, mark: btc },
    { instrument: ETH, mark: 4_200 },
  ],
  ...more,
})

function evaluate(model: string, account: MarginAccountData, market: MarginMarketData, parameters = {}) {
  const outcome = marginModel(model, parameters).evaluate(readMarginAccount(account), readMarginMarket(market))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

describe('dydx-v4', () => {
  const tier = {
    initialMargin: 0.2,
    maintenanceFraction: 0.5,
    openInterestLower: 25e6,
    openInterestUpper: 50e6,
    isolated: false,
  }

  // protocol/x/clob/keeper/liquidations_test.go TestIsLiquidatable: 0.1 BTC at 50,000 against a quote balance of −4,500.
  test('behavior: an account at its maintenance margin is not liquidatable', () => {
    const outcome = evaluate(
      'dydx-v4',
      { balances: { USDC: -4_500 }, positions: [{ instrument: BTC, size: 0.1 }] },
      marketAt(50_000),
      { entryCost: 'in-balance', tiers: { 'large-cap': { ...tier, openInterestUpper: 0, openInterestLower: 0 } } },
    )
    expect(outcome.equity).toBe(500)
    expect(outcome.maintenanceMargin).toBe(500)
    expect(outcome.initialMargin).toBe(1_000)
    expect(outcome.excessMaintenance).toBe(0)
  })

  test('behavior: open interest scales initial margin from its tier to 1', () => {
    expect(scaledInitialMargin(tier, 20e6)).toBe(0.2)
    expect(scaledInitialMargin(tier, 37.5e6)).toBeCloseTo(0.6, 12)
    expect(scaledInitialMargin(tier, 50e6)).toBe(1)
  })

  test('error: a market whose tier looks at open interest needs it', () => {
    const account = readMarginAccount({ positions: [{ instrument: ETH, size: 1, entryPrice: 4_000 }] })
    const model = marginModel('dydx-v4', { markets: { named: { ETH: 'mid-cap' } } })
    expect(model.evaluate(account, readMarginMarket(marketAt(1)))).toEqual({
      ok: false,
      missing: [`open-interest:long:${ETH}`],
    })
  })

  test('error: a market with its own pool stands alone', () => {
    const account = readMarginAccount({
      positions: [
        { instrument: ETH, size: 1, entryPrice: 4_000 },
        { instrument: BTC, size: 1, entryPrice: 4_000 },
      ],
    })
    const market = marketAt(50_000, { instruments: [{ instrument: ETH, mark: 4_200, longOpenInterest: 1 }] })
    const model = marginModel('dydx-v4', { markets: { named: { ETH: 'isolated' } } })
    expect(model.evaluate(account, readMarginMarket(market))).toMatchObject({
      ok: false,
      missing: [`unsupported:${ETH} beside other markets`],
    })
  })
})

describe('drift-v2', () => {
  // programs/drift/src/math/margin/tests.rs spot_market_asset_weight, state/perp_market/tests.rs new_hlm_imf_size (in 1e-4, floored).
  test('behavior: weights and ratios change with the size', () => {
    expect(assetWeight(0.9, 1_000, 0)).toBe(0.9)
    expect(Math.floor(1e4 * assetWeight(0.9, 1e9, 1e-5))).toBe(8357)
    expect(Math.floor(1e4 * highLeverageInitialRatio(0.1, 0.01, 10, 5e-5))).toBeGreaterThanOrEqual(104)
    expect(Math.floor(1e4 * highLeverageInitialRatio(0.1, 0.01, 10, 5e-5))).toBeLessThanOrEqual(107)
    expect(highLeverageInitialRatio(0.1, 0.01, 1e9, 5e-5)).toBeCloseTo(0.08 + 5e-5 * Math.sqrt(1e9), 9)
    expect(liabilityWeight(1.1, 0, 1e-5)).toBe(1.1)
  })

  test('behavior: gains count up to their cap in initial margin, in full in maintenance', () => {
    const account = { balances: { USDC: 10_000 }, positions: [{ instrument: BTC, size: 1, entryPrice: 45_000 }] }
    const outcome = evaluate('drift-v2', account, marketAt(50_000))
    expect(outcome.equity).toBe(15_000)
    expect(outcome.parts['initial.gainsBeyondCap']).toBe(4_900)
    expect(outcome.maintenanceMargin).toBeCloseTo(50_000 * 0.03, 6)
    expect(outcome.parts['info.maintenanceWithBuffer']).toBeCloseTo(50_000 * 0.05, 6)
  })

  test('behavior: resting orders count as the worst that they can make of the position', () => {
    const account = {
      balances: { USDC: 10_000 },
      positions: [{ instrument: BTC, size: 0.1, entryPrice: 50_000 }],
      orders: [
        { instrument: BTC, size: -0.5, price: 51_000 },
        { instrument: BTC, size: 0.2, price: 49_000 },
      ],
    }
    const outcome = evaluate('drift-v2', account, marketAt(50_000))
    expect(outcome.parts['maintenance.BTC']).toBeCloseTo(0.4 * 50_000 * 0.03, 6)
    expect(outcome.parts['maintenance.orders']).toBeCloseTo(0.02, 12)
  })

  test('error: strict prices need the average', () => {
    const account = readMarginAccount({ balances: { SOL: 1 } })
    const market = readMarginMarket(marketAt(1, { assets: { SOL: { price: 150 } } }))
    expect(marginModel('drift-v2').evaluate(account, market)).toEqual({ ok: false, missing: ['twap:SOL'] })
    expect(marginModel('drift-v2', { strictPrices: false }).evaluate(account, market)).toMatchObject({
      ok: true,
      equity: 135,
    })
  })
})

describe('hyperliquid', () => {
  const tiers = [
    { from: 0, maxLeverage: 40 },
    { from: 150e6, maxLeverage: 20 },
  ]

  test('behavior: maintenance is half of initial margin at the highest leverage', () => {
    const account = {
      balances: { USDC: 10_000 },
      positions: [{ instrument: BTC, size: -1, entryPrice: 50_000, leverage: 10 }],
    }
    const outcome = evaluate('hyperliquid', account, marketAt(50_000))
    expect(outcome.initialMargin).toBeCloseTo(5_000, 9)
    expect(outcome.maintenanceMargin).toBeCloseTo(50_000 / 80, 9)
  })

  test('limits: maintenance is continuous and rising across tiers', () => {
    expect(tieredMaintenance(tiers, 150e6)).toBeCloseTo(150e6 / 80, 3)
    expect(tieredMaintenance(tiers, 160e6)).toBeCloseTo(150e6 / 80 + 10e6 / 40, 3)
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (notional, more) => {
          expect(tieredMaintenance(tiers, notional + more)).toBeGreaterThanOrEqual(
            tieredMaintenance(tiers, notional) - 1e-6,
          )
        },
      ),
      { seed: 40, numRuns: 200 },
    )
  })

  test('behavior: isolated margin is a bucket, and the buckets add up', () => {
    const account = {
      balances: { USDC: 10_000 },
      positions: [
        { instrument: BTC, size: 1, entryPrice: 51_000, isolatedMargin: 1_100 },
        { instrument: ETH, size: 1, entryPrice: 4_200 },
      ],
    }
    const outcome = evaluate('hyperliquid', account, marketAt(50_000))
    expect(outcome.equity).toBe(9_000)
    expect(worstBucket(outcome.buckets)).toMatchObject({ name: BTC, equity: 100 })
    expect(outcome.buckets!.reduce((sum, { equity }) => sum + equity, 0)).toBeCloseTo(9_000, 9)
  })
})

describe('synthetix-v3', () => {
  // markets/perps-market/test/integration/Account/Margins.test.ts, BTC single position.
  test('behavior: the ratio grows with the size against the skew scale', () => {
    const account = { balances: { USD: 10_000 }, positions: [{ instrument: BTC, size: -2, entryPrice: 30_000 }] }
    const outcome = evaluate('synthetix-v3', account, marketAt(30_000))
    expect(outcome.initialMargin).toBeCloseTo(4_000, 9)
    expect(outcome.maintenanceMargin).toBeCloseTo(2_500, 9)
  })

  test('behavior: the reward of a keeper is part of both requirements, within its cap', () => {
    const account = { balances: { USD: 10_000 }, positions: [{ instrument: BTC, size: -2, entryPrice: 30_000 }] }
    const keeper = { costUsd: 5, minRewardUsd: 20, maxRewardUsd: 22 }
    const outcome = evaluate('synthetix-v3', account, marketAt(30_000), { keeper })
    expect(outcome.maintenanceMargin).toBeCloseTo(2_522, 9)
  })
})

describe('gmx-v2', () => {
  // Published test points: 10 ETH of collateral, 200,000 USD long at 5,000: safe at 4,200, liquidatable at 4,000.
  const at = (price: number) =>
    evaluate(
      'gmx-v2',
      { positions: [{ instrument: ETH, size: 40, entryPrice: 5_000, isolatedMargin: 10 * price }] },
      marketAt(1, { underlyings: { ETH: { index: price } } }),
    )

  test('behavior: the published points are told apart', () => {
    expect(at(4_200).excessMaintenance).toBeGreaterThan(0)
    expect(at(4_000).excessMaintenance).toBeLessThan(0)
  })

  test('error: a position whose collateral is not known is not safe', () => {
    const account = readMarginAccount({ positions: [{ instrument: ETH, size: 40, entryPrice: 5_000 }] })
    expect(marginModel('gmx-v2').evaluate(account, readMarginMarket(marketAt(1)))).toEqual({
      ok: false,
      missing: [`isolatedMargin:${ETH}`],
    })
  })
})
