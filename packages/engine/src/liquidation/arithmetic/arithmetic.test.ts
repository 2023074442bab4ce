import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { liquidationCall } from './aave.js'
import * as derive from './derive.js'
import * as drift from './drift.js'
import * as dydx from './dydx.js'
import { eulerLiquidation } from './euler.js'
import { divCeil, divFloor, sqrtFloor } from './integer.js'
import * as maker from './maker.js'
import { fillPrice, keeperReward, liquidatableNow } from './synthetix.js'

const runs = { seed: 20260122, numRuns: 300 }
const wad = fc.bigInt({ min: 1n, max: 10n * maker.WAD })

describe('integers', () => {
  test('limits: division rounds to the named side, also below zero', () => {
    expect([divFloor(-7n, 2n), divCeil(-7n, 2n), divFloor(7n, -2n), divCeil(7n, 2n)]).toEqual([-4n, -3n, -4n, 4n])
    expect(() => divFloor(1n, 0n)).toThrowError(expect.objectContaining({ code: 'DIVISION_BY_ZERO' }))
  })

  test('behavior: the root is the largest whose square fits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n * maker.RAY }), (n) => {
        const root = sqrtFloor(n)
        expect(root * root <= n && (root + 1n) * (root + 1n) > n).toBe(true)
      }),
      runs,
    )
  })
})

describe('derive auction', () => {
  // test/integration-tests/liquidation/liquidationTests.json, Test1 step 1.
  const simulated = {
    startPct: 0.98,
    cutoffPct: 0.8,
    fastLen: 100,
    slowLen: 14_400,
    insolventLen: 600,
    feeRate: 0.02,
    bufferPct: 0.2,
  }

  test('behavior: a bid for all is cut to the share that restores the buffer', () => {
    const account = { maintenanceMargin: -103.09061949052965, markToMarket: 119.30633018077472, reservedCash: 0 }
    const bid = derive.solventBid(account, simulated, 0, 1)
    expect(bid.share).toBeCloseTo(0.5579412854255694, 12)
    expect(bid.cashFromBidder).toBeCloseTo(65.23460867605947, 9)
    expect(derive.bufferMargin(simulated, bid.after.maintenanceMargin, bid.after.markToMarket)).toBeCloseTo(0, 9)
    expect(bid.ends).toBe(true)
  })

  const account = fc
    .tuple(
      fc.double({ min: 1, max: 1e6, noNaN: true }),
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
    )
    .map(([markToMarket, breach, reserved]) => ({
      markToMarket,
      maintenanceMargin: -breach,
      reservedCash: reserved * markToMarket,
    }))
  const elapsed = fc.double({ min: 0, max: 20_000, noNaN: true })

  test('behavior: shares are within [0, 1], bids never cost more than asked, prices only fall', () => {
    fc.assert(
      fc.property(account, elapsed, elapsed, fc.double({ min: 0, max: 1, noNaN: true }), (held, t, more, want) => {
        const bid = derive.solventBid(held, simulated, t, want)
        expect(bid.maximalShare).toBeGreaterThanOrEqual(0)
        expect(bid.maximalShare).toBeLessThanOrEqual(1)
        expect(bid.cashFromBidder).toBeLessThanOrEqual(derive.solventPrice(held, simulated, t) * want + 1e-9)
        expect(derive.solventPrice(held, simulated, t + more)).toBeLessThanOrEqual(
          derive.solventPrice(held, simulated, t) + 1e-9,
        )
      }),
      runs,
    )
  })

  test('behavior: a partial bid never worsens what is short', () => {
    fc.assert(
      fc.property(account, elapsed, fc.double({ min: 0, max: 1, noNaN: true }), (held, t, want) => {
        const { after } = derive.solventBid(held, simulated, t, want)
        expect(after.maintenanceMargin).toBeGreaterThanOrEqual(
          held.maintenanceMargin - 1e-6 * Math.abs(held.maintenanceMargin) - 1e-9,
        )
      }),
      runs,
    )
  })

  test('behavior: an insolvent payout lies between the debt and the margin', () => {
    fc.assert(
      fc.property(account, elapsed, ({ markToMarket, maintenanceMargin }, t) => {
        const insolvent = { markToMarket: -markToMarket, maintenanceMargin: -markToMarket + maintenanceMargin }
        const payout = derive.insolventPayout(insolvent, 600, t, 1)
        expect(payout).toBeGreaterThanOrEqual(markToMarket - 1e-9)
        expect(payout).toBeLessThanOrEqual(-insolvent.maintenanceMargin + 1e-9)
      }),
      runs,
    )
  })
})

describe('dydx', () => {
  const market = {
    priceNumerator: 500n,
    priceDenominator: 1n,
    initialMarginPpm: 200_000n,
    maintenanceFractionPpm: 500_000n,
  }

  // liquidations_test.go TestGetBankruptcyPriceInQuoteQuantums, TestGetFillablePrice.
  test('behavior: the published bankruptcy and fillable prices', () => {
    const held = { quote: -4_501_000_000n, positions: [{ market, base: 10_000_000n }] }
    expect(dydx.bankruptcyQuote(held, 0, -10_000_000n)).toBe(4_501_000_000n)
    const parameters = { bankruptcyAdjustmentPpm: 1_000_000n, spreadToMaintenanceMarginRatioPpm: 200_000n }
    expect(dydx.fillablePrice(held, 0, parameters)).toEqual({ numerator: 24_999n, denominator: 50n })
    expect(dydx.isLiquidatable(held)).toBe(true)
  })

  test('behavior: closing whole at the bankruptcy price leaves nothing and owes nothing', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000_000_000_000n }),
        fc.boolean(),
        fc.bigInt({ min: -1_000_000_000_000_000n, max: 1_000_000_000_000_000n }),
        (size, long, quote) => {
          const base = long ? size : -size
          const held = { quote, positions: [{ market, base }] }
          expect(quote + dydx.bankruptcyQuote(held, 0, -base)).toBe(0n)
        },
      ),
      runs,
    )
  })

  test('error: a slice that does not reduce is refused', () => {
    const held = { quote: 0n, positions: [{ market, base: 5n }] }
    for (const delta of [1n, 0n, -6n]) {
      expect(() => dydx.bankruptcyQuote(held, 0, delta)).toThrowError(
        expect.objectContaining({ code: 'INVALID_DELTA' }),
      )
    }
  })
})

describe('drift', () => {
  test('behavior: the published amount covers the shortage', () => {
    const input = {
      marginShortage1e6: 10_000_000n,
      marginRatio1e4: 1_000n,
      liquidatorFee1e6: 10_000n,
      ifFee1e6: 10_000n,
      oraclePrice1e6: 100_000_000n,
      quotePrice1e6: 1_000_000n,
    }
    expect(drift.baseToCoverShortage(input)).toBe(1_250_000_000n)
    expect(drift.baseToCoverShortage({ ...input, liquidatorFee1e6: 100_000n })).toBe(drift.EVERYTHING)
    expect(drift.highLeverageRatio(10_000_000_000n, 50n, 1_000n, 100n)).toBe(104n)
  })
})

describe('aave', () => {
  const published = {
    collateralDecimals: 8,
    debtDecimals: 6,
    debtPrice8: 100_000_000n,
    bonusBps: 10_500n,
    protocolFeeBps: 0n,
    collateralPrice8: 2_268_000_000_000n,
    collateralBalance: 100_000_000n,
    debtBalance: 20_500_000_000n,
    debtToCover: 1_000_000_000_000_000_000_000_000_000_000n,
    totalDebtBase8: 2_050_000_000_000n,
    healthFactor: 0.9514536585365854,
  }

  test('behavior: the published call repays half and seizes with the bonus', () => {
    expect(liquidationCall(published)).toEqual({
      ok: true,
      maxLiquidatableDebt: 10_250_000_000n,
      debtRepaid: 10_250_000_000n,
      collateralToLiquidator: 47_453_703n,
      protocolFeeCollateral: 0n,
      closeFactorBps: 5_000n,
    })
    expect(liquidationCall({ ...published, healthFactor: 1 })).toMatchObject({ ok: false, reason: 'healthy' })
  })

  test('behavior: nothing beyond the balances is moved, and the liquidator pays no less than value over bonus', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000_000_000n }),
        fc.bigInt({ min: 1n, max: 100_000_000_000n }),
        fc.bigInt({ min: 1n, max: 100_000_000_000n }),
        (collateralBalance, debtBalance, debtToCover) => {
          const call = liquidationCall({ ...published, collateralBalance, debtBalance, debtToCover, healthFactor: 0.9 })
          if (!call.ok) return
          const seized = call.collateralToLiquidator + call.protocolFeeCollateral
          expect(seized <= collateralBalance && call.debtRepaid <= debtBalance).toBe(true)
          const seizedBase = (seized * published.collateralPrice8 * 1_000_000n) / 100_000_000n
          expect(seizedBase * 10_000n <= call.debtRepaid * published.debtPrice8 * published.bonusBps).toBe(true)
        },
      ),
      runs,
    )
  })
})

describe('euler', () => {
  test('behavior: the discount starts at nothing and is bounded', () => {
    const at = (debtPrice: number) =>
      eulerLiquidation({
        liquidationLtv: 0.3,
        collateralBalance: 100,
        collateralPrice: 0.4,
        debt: 5,
        debtPrice,
        maxLiquidationDiscount: 0.2,
      })
    expect(at(2.2).maxRepay).toBe(0)
    expect(at(2.4)).toMatchObject({ discountFactor: 1, maxRepay: 5 })
    expect(at(100).discountFactor).toBe(0.8)
  })
})

describe('maker', () => {
  test('behavior: prices only fall along each curve', () => {
    const curves: readonly maker.MakerCurve[] = [
      { kind: 'linear', tauSeconds: 3_600n },
      { kind: 'stair-step', cutRay: (maker.RAY * 99n) / 100n, stepSeconds: 90n },
      { kind: 'exponential', cutRay: (maker.RAY * 999n) / 1_000n },
    ]
    for (const curve of curves) {
      let before = maker.curvePrice(curve, maker.RAY, 0n)
      expect(before).toBe(maker.RAY)
      for (let t = 30n; t <= 3_600n; t += 30n) {
        const price = maker.curvePrice(curve, maker.RAY, t)
        expect(price <= before).toBe(true)
        before = price
      }
    }
  })

  test('behavior: a purchase conserves lot and debt, and leaves no dust', () => {
    fc.assert(
      fc.property(wad, wad, wad, fc.bigInt({ min: 1n, max: 5n }), (lotWad, amtWad, tabWad, price) => {
        const chostRad = maker.RAY * maker.WAD
        const auction = { lotWad, amtWad, tabRad: tabWad * maker.RAY, priceRay: price * maker.RAY, chostRad }
        let bought: maker.MakerTake
        try {
          bought = maker.take(auction)
        } catch (error) {
          expect(error).toMatchObject({ code: 'NO_PARTIAL_PURCHASE' })
          return
        }
        expect(bought.slice + bought.lotLeft).toBe(lotWad)
        expect(bought.oweRad + bought.tabLeftRad).toBe(auction.tabRad)
        if (bought.status === 'running') expect(bought.tabLeftRad >= chostRad).toBe(true)
      }),
      runs,
    )
  })

  test('error: room too small for an auction above dust', () => {
    const vault = { inkWad: maker.WAD, artWad: 100n * maker.WAD, rateRay: maker.RAY, chopWad: maker.WAD }
    const limits = { roomRad: maker.RAY * maker.WAD, dustRad: 20n * maker.RAY * maker.WAD }
    expect(() => maker.bark({ ...vault, ...limits })).toThrowError(expect.objectContaining({ code: 'DUSTY_AUCTION' }))
  })
})

describe('synthetix', () => {
  test('behavior: a fill is priced at the middle of the skew that it makes', () => {
    expect(fillPrice(30_000, 0, -1, 100)).toBeCloseTo(29_850, 9)
  })

  test('behavior: capacity first, then one more window in a calm market, everything for the endorsed', () => {
    const input = {
      size: 100,
      capacity: 25,
      usedInWindow: 10,
      skew: 5,
      skewScale: 1000,
      maxPd: 0.01,
      usedInBlock: false,
      endorsed: false,
    }
    expect(liquidatableNow(input)).toBe(15)
    expect(liquidatableNow({ ...input, usedInWindow: 25 })).toBe(25)
    expect(liquidatableNow({ ...input, usedInWindow: 25, skew: 50 })).toBe(0)
    expect(liquidatableNow({ ...input, usedInWindow: 25, usedInBlock: true })).toBe(0)
    expect(liquidatableNow({ ...input, endorsed: true })).toBe(100)
  })

  test('behavior: a reward is at least its floor and at most its cap', () => {
    const input = {
      costWei: 8_888n,
      minRewardWei: 10_000n,
      minProfitRatioWad: 0n,
      rewardWei: 0n,
      maxRewardWei: 100_000n,
    }
    expect(keeperReward(input)).toBe(18_888n)
    expect(keeperReward({ ...input, maxRewardWei: 5n })).toBe(5n)
  })
})
