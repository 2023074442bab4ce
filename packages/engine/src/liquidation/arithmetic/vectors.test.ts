import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { WORKED_EXAMPLES as folder } from '../../../../../scripts/recordings.mjs'
import { liquidationCall } from './aave.js'
import * as derive from './derive.js'
import * as drift from './drift.js'
import * as dydx from './dydx.js'
import { eulerLiquidation } from './euler.js'
import * as maker from './maker.js'
import { keeperReward, positionPnl, windowCapacity } from './synthetix.js'

const there = existsSync(folder)
const why = there ? '' : ' (skipped: no worked examples; set HOLDFAST_VECTORS to their folder)'

type Inputs = Record<string, number | string | boolean>
type Case = {
  readonly id: string
  readonly kind: string
  readonly inputs: Record<string, never>
  readonly expected: Record<string, never>
}
const casesOf = (file: string): readonly Case[] =>
  there ? JSON.parse(readFileSync(`${folder}/${file}.json`, 'utf8')).cases : []
const big = (value: unknown) => BigInt(value as number | string)
const bigs = (inputs: Inputs) =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === 'boolean' || /Decimals|^decimals$/.test(key) ? value : big(value),
    ]),
  )
/** Decimal text of at most 18 places to an integer of that scale. */
const scaled = (value: number, scale: bigint) => (big(Math.round(value * 1e12)) * scale) / 1_000_000_000_000n

function check(id: string, actual: Record<string, unknown>, expected: Record<string, unknown>, tolerance = 1e-9): void {
  for (const [name, value] of Object.entries(expected)) {
    const ours = actual[name]
    const text = `${id} ${name}: ${ours} against ${value}`
    if (typeof ours === 'number')
      expect(Math.abs(ours - Number(value)), text).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(Number(value))))
    else if (typeof ours === 'bigint') expect(ours === big(value), text).toBe(true)
    else expect(ours, text).toEqual(value)
  }
}

type AuctionInputs = {
  readonly params: derive.DeriveAuctionParameters
  readonly elapsed: number
  readonly mm: number
  readonly mtm: number
  readonly reservedCash?: number
  readonly wantPct: number
  readonly pct?: number
  readonly insolventLen: number
}

describe(`derive auction: worked examples${why}`, () => {
  const run = (kind: string, inputs: Record<string, never>): Record<string, unknown> => {
    const {
      params,
      elapsed,
      mm,
      mtm,
      reservedCash = 0,
      wantPct,
      pct = 1,
      insolventLen,
    } = inputs as unknown as AuctionInputs
    const account = { maintenanceMargin: mm, markToMarket: mtm, reservedCash }
    switch (kind) {
      case 'solventDiscount':
        return { discount: derive.solventDiscount(params, elapsed) }
      case 'solventPrice':
        return { bidPriceWhole: derive.solventPrice({ ...account, maintenanceMargin: 0 }, params, elapsed) }
      case 'solventBid':
        return { cashFromBidder: derive.solventBid(account, params, elapsed, wantPct).cashFromBidder }
      case 'termination':
        return { ...derive.termination(account, params, 'solvent') }
      case 'insolventPayout':
        return { cashToBidder: derive.insolventPayout(account, params.insolventLen, elapsed, pct) }
      case 'insolventPrice':
        return { price: derive.insolventPayout(account, insolventLen, elapsed, 1) }
      case 'withdrawLock':
        return { withdrawBlocked: derive.withdrawalsBlocked(inputs.totalInsolventMM!, inputs.securityModuleCash!) }
      case 'liquidationSim': {
        const bid = derive.solventBid(account, params, elapsed, wantPct)
        const { markToMarket: postMtM, maintenanceMargin: postMM } = bid.after
        return {
          bufferMargin: derive.bufferMargin(params, mm, mtm),
          maxProportion: bid.maximalShare,
          finalPct: bid.share,
          cashFromBidder: bid.cashFromBidder,
          postMtM,
          postMM,
          postBM: derive.bufferMargin(params, postMM, postMtM),
        }
      }
      default:
        throw new Error(`no reading of ${kind}`)
    }
  }
  test.skipIf(!there).each(casesOf('derive-auction'))('$id $kind', ({ id, kind, inputs, expected }) => {
    check(id, run(kind, inputs), expected)
  })
})

describe(`dydx: worked examples${why}`, () => {
  const market = (price: bigint): dydx.DydxMarket => ({
    priceNumerator: price,
    priceDenominator: 1n,
    initialMarginPpm: 200_000n,
    maintenanceFractionPpm: 500_000n,
  })
  const markets: Record<string, dydx.DydxMarket> = { BTC: market(500n), ETH: market(3n) }
  const run = (kind: string, inputs: Record<string, never>): Record<string, unknown> => {
    const rows = (inputs.positions ?? []) as { perp: string; baseQuantums: number }[]
    const held: dydx.DydxSubaccount = {
      quote: big(inputs.usdcQuoteQuantums ?? 0),
      positions: rows.map(({ perp, baseQuantums }) => ({ market: markets[perp]!, base: big(baseQuantums) })),
    }
    const index = rows.findIndex(({ perp }) => perp === inputs.perp)
    switch (kind) {
      case 'bankruptcyPrice':
        return { bankruptcyQuoteQuantums: dydx.bankruptcyQuote(held, index, big(inputs.deltaBaseQuantums)) }
      case 'fillablePrice': {
        const { numerator, denominator } = dydx.fillablePrice(held, index, {
          bankruptcyAdjustmentPpm: big(inputs.bankruptcyAdjustmentPpm),
          spreadToMaintenanceMarginRatioPpm: big(inputs.spreadToMaintenanceMarginRatioPpm),
        })
        const usd = (Number(numerator) / Number(denominator)) * (inputs.perp === 'BTC' ? 100 : 1000)
        return { fillablePriceQuotePerBaseQuantum: [Number(numerator), Number(denominator)], fillablePriceUsd: usd }
      }
      case 'insuranceFundDelta': {
        const delta = big(inputs.fillBaseQuantums) * (inputs.isBuy ? 1n : -1n)
        const fee = big(inputs.maxLiquidationFeePpm)
        return {
          insuranceFundDeltaQuoteQuantums: dydx.insuranceFundDelta(
            held,
            index,
            delta,
            big(inputs.fillQuoteQuantums),
            fee,
          ),
        }
      }
      case 'positionBlockLimits':
        return dydx.blockLimits(
          { market: markets[inputs.perp!]!, base: big(inputs.baseQuantums) },
          {
            minPositionNotionalLiquidated: big(inputs.minPositionNotionalLiquidated),
            maxPositionPortionLiquidatedPpm: big(inputs.maxPositionPortionLiquidatedPpm),
          },
        )
      case 'isLiquidatable': {
        const { netCollateral, maintenanceMargin } = dydx.health(held)
        return { netCollateral, maintenanceMargin, liquidatable: dydx.isLiquidatable(held) }
      }
      case 'insuranceFundValid':
        return { valid: dydx.isInsuranceFundDeltaValid(big(inputs.balance), big(inputs.delta)) }
      case 'oiScaledInitialMargin':
        return {
          adjustedImfPpm: dydx.scaledInitialMarginPpm(
            inputs.initialMarginPpm!,
            inputs.oiLower!,
            inputs.oiUpper!,
            inputs.oi!,
          ),
        }
      case 'deleverage': {
        const account = ({ usdcUsd, btc }: { usdcUsd: number; btc: number }): dydx.DydxSubaccount => ({
          quote: big(usdcUsd) * 1_000_000n,
          positions: [{ market: markets.BTC!, base: big(btc) * 100_000_000n }],
        })
        const sides = inputs as unknown as Record<'liquidated' | 'offsetting', { usdcUsd: number; btc: number }>
        const first = { liquidated: 0, offsetting: 0 }
        const delta = big(inputs.deltaBaseQuantums)
        const moved = dydx.deleverage(account(sides.liquidated), account(sides.offsetting), first, delta)
        return {
          bankruptcyQuoteQuantums: moved.bankruptcyQuote,
          liquidatedUsdcAfter: moved.liquidated.quote,
          offsettingUsdcAfter: moved.offsetting.quote,
        }
      }
      default:
        throw new Error(`no reading of ${kind}`)
    }
  }
  test.skipIf(!there).each(casesOf('dydx-liquidation'))('$id $kind', ({ id, kind, inputs, expected }) => {
    if ('error' in expected) expect(() => run(kind, inputs)).toThrowError(/does not reduce|cannot absorb/)
    else check(id, run(kind, inputs), expected)
  })
})

describe(`drift: worked examples${why}`, () => {
  const rails: drift.DriftGuardRails = {
    slotsBeforeStaleForAmm: 10n,
    slotsBeforeStaleForMargin: 120n,
    confidenceMax1e6: 20_000n,
    tooVolatileRatio: 5n,
    confidenceMultiplier: 1n,
  }
  const run = (kind: string, inputs: Inputs): Record<string, unknown> => {
    const given = kind === 'scaledInitialAssetWeight' ? {} : (bigs(inputs) as never as Record<string, never>)
    const g = given as Record<string, never>
    switch (kind) {
      case 'baseToCoverShortage':
        return { base1e9: drift.baseToCoverShortage(g as never) }
      case 'liabilityToCoverShortage':
        return { liabilityTransfer: drift.liabilityToCoverShortage(g as never) }
      case 'assetForLiability':
        return { assetTransfer: drift.assetForLiability(g as never) }
      case 'perpIfFee':
        return { ifFee1e6: drift.perpetualInsuranceFee(g as never) }
      case 'spotIfFee':
        return { ifFee1e6: drift.spotInsuranceFee(g as never) }
      case 'liquidatorFeeRamp':
        return { fee1e6: drift.liquidatorFee(g as never) }
      case 'maxPctToLiquidate':
        return { pct1e4: drift.liquidatableShare(g as never) }
      case 'sizeWeights':
        return {
          assetWeight1e4: drift.assetWeightForSize(g.size1e9!, g.imfFactor1e6!, g.assetWeight1e4!),
          ...(g.liabilityWeight1e4 === undefined
            ? {}
            : { liabilityWeight1e4: drift.liabilityWeightForSize(g.size1e9!, g.imfFactor1e6!, g.liabilityWeight1e4) }),
        }
      case 'scaledInitialAssetWeight': {
        const deposits = big(Number(inputs.deposits) * Number(inputs.price))
        return {
          weight1e4: drift.scaledInitialAssetWeight(
            big(inputs.initialAssetWeight1e4),
            deposits,
            big(inputs.scaleStartUsd),
          ),
        }
      }
      case 'highLeverageRatio':
        return {
          marginRatio1e4: drift.highLeverageRatio(
            g.size1e9!,
            g.imfFactor1e6!,
            g.normalInitial1e4!,
            g.highLeverageInitial1e4!,
          ),
        }
      case 'oracleValidity':
        return { validity: drift.oracleValidity(g as never, rails) }
      default:
        throw new Error(`no reading of ${kind}`)
    }
  }
  test.skipIf(!there).each(casesOf('drift-liquidation'))('$id $kind', ({ id, kind, inputs, expected }) => {
    check(id, run(kind, inputs), expected)
  })
})

describe(`aave: worked examples${why}`, () => {
  test.skipIf(!there).each(casesOf('aave-liquidation'))('$id', ({ id, inputs, expected }) => {
    const { healthFactor, ltBps: _, ...whole } = inputs as Record<string, never>
    const outcome = liquidationCall({ ...bigs(whole), healthFactor } as never)
    if ('error' in expected) return expect(outcome).toMatchObject({ ok: false, reason: 'must-not-leave-dust' })
    if (!outcome.ok) throw new Error(outcome.reason)
    check(id, { ...outcome, closeFactor: Number(outcome.closeFactorBps) / 1e4 }, expected)
  })
})

describe(`euler: worked examples${why}`, () => {
  test.skipIf(!there).each(casesOf('euler-liquidation'))('$id', ({ id, inputs, expected }) => {
    const { discountFactor = null, ...rest } = eulerLiquidation(inputs as never)
    check(id, { discountFactor, ...rest }, expected, 1e-12)
  })
})

describe(`maker: worked examples${why}`, () => {
  const run = (kind: string, inputs: Record<string, never>): Record<string, unknown> => {
    const ray = (value: number) => scaled(value, maker.RAY)
    const wad = (value: number) => scaled(value, maker.WAD)
    const rad = (value: number) => scaled(value, maker.RAY * maker.WAD)
    const plain = (value: bigint, scale: bigint) => Number((value * 1_000_000_000_000n) / scale) / 1e12
    switch (kind) {
      case 'stairstepPrice': {
        const curve = { kind: 'stair-step', cutRay: big(inputs.cutRay), stepSeconds: big(inputs.stepSec) } as const
        const priceRay = maker.curvePrice(curve, big(inputs.topRay), big(inputs.elapsed))
        return { priceRay, approx: plain(priceRay, maker.RAY) }
      }
      case 'linearPrice': {
        const curve = { kind: 'linear', tauSeconds: big(inputs.tauSec) } as const
        return { price: plain(maker.curvePrice(curve, ray(inputs.top!), big(inputs.elapsed)), maker.RAY) }
      }
      case 'exponentialPrice': {
        const curve = { kind: 'exponential', cutRay: ray(inputs.cutPerSecond!) } as const
        return { price: plain(maker.curvePrice(curve, ray(inputs.top!), big(inputs.elapsed)), maker.RAY) }
      }
      case 'kick': {
        const one = { rateRay: maker.RAY, roomRad: rad(1e6), dustRad: 0n }
        const { tabRad, dink } = maker.bark({
          ...one,
          inkWad: wad(inputs.ink!),
          artWad: wad(inputs.art!),
          chopWad: wad(inputs.chop!),
        })
        const top = maker.auctionTop(ray(inputs.feed! / inputs.par!), ray(inputs.buf!))
        const reward = maker.kickReward(rad(inputs.tip!), wad(inputs.chip!), tabRad)
        return {
          tab: plain(tabRad, maker.RAY * maker.WAD),
          lot: plain(dink, maker.WAD),
          top: plain(top, maker.RAY),
          keeperReward: plain(reward, maker.RAY * maker.WAD),
        }
      }
      case 'bark':
        return { ...maker.bark(bigs(inputs) as never) }
      case 'take':
        return { ...maker.take(bigs(inputs) as never) }
      case 'needsRedo': {
        const topRay = ray(inputs.top!)
        const elapsedSeconds = big(inputs.elapsed)
        const priceRay = maker.curvePrice(
          { kind: 'linear', tauSeconds: big(inputs.linearTauSec) },
          topRay,
          elapsedSeconds,
        )
        const redo = maker.needsRedo({
          elapsedSeconds,
          tailSeconds: big(inputs.tailSec),
          priceRay,
          topRay,
          cuspRay: ray(inputs.cusp!),
        })
        return {
          needsRedo: redo,
          newTop: redo ? plain(maker.auctionTop(ray(inputs.newFeed!), ray(inputs.buf!)), maker.RAY) : null,
        }
      }
      case 'redoIncentive': {
        const reward = maker.redoReward({
          tipRad: rad(inputs.tip!),
          chipWad: wad(inputs.chip!),
          chostRad: rad(inputs.chost!),
          tabRad: rad(inputs.tab!),
          lotWad: wad(inputs.lot!),
          feedRay: ray(inputs.feed!),
        })
        return { keeperReward: plain(reward, maker.RAY * maker.WAD) }
      }
      default:
        throw new Error(`no reading of ${kind}`)
    }
  }
  test.skipIf(!there).each(casesOf('maker-clip'))('$id $kind', (row) => {
    check(row.id, run(row.kind, row.inputs), row.expected, (row as { tolerance?: number }).tolerance ?? 1e-9)
  })
})

describe(`synthetix: worked examples${why}`, () => {
  test.skipIf(!there).each(casesOf('synthetix-perps').filter(({ kind }) => kind !== 'margins'))(
    '$id $kind',
    ({ id, kind, inputs, expected }) => {
      const given = inputs as Record<string, never>
      if (kind === 'liquidationCapacity') {
        const { windowSec, ...market } = given
        check(
          id,
          { maxLiquidatableInWindow: windowCapacity({ ...market, windowSeconds: windowSec } as never) },
          expected,
        )
      } else if (kind === 'keeperReward') {
        const ratio = scaled(given.minProfitRatio!, maker.WAD)
        const { minProfitRatio: _, ...wei } = given
        const reward = keeperReward({ ...bigs(wei), minProfitRatioWad: ratio } as never)
        // The source asserts within 2 wei.
        expect(Math.abs(Number(reward - big(expected.keeperRewardWei)))).toBeLessThanOrEqual(2)
      } else if (kind === 'skewPnl') {
        const { prices, entryFill, margin } = given as never as {
          prices: Record<string, number>
          entryFill: Record<string, number>
          margin: number
        }
        const pnl = (expected as never as { pnl: Record<string, number> }).pnl
        let available = margin
        for (const [coin, stated] of Object.entries(pnl)) {
          // Sizes are not stated: each must be whole, and give the P&L that is.
          const size = Math.round(stated / (prices[coin]! - entryFill[coin]!))
          expect(positionPnl(size, prices[coin]!, entryFill[coin]!)).toBeCloseTo(stated, 6)
          available += stated
        }
        expect(available).toBeCloseTo((expected as never as { availableMargin: number }).availableMargin, 6)
      } else throw new Error(`no reading of ${kind}`)
    },
  )
})
