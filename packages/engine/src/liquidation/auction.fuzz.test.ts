import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deriveAuction } from './arithmetic/index.js'
import {
  type AuctionedAccount,
  type AuctionSettings,
  bufferShortfall,
  judgeBid,
  keeperReward,
  quoteAuction,
} from './auction.js'
import { type AuctionCurve, curveShare } from './curve.js'
import { ONE } from './fraction.js'

const curves: readonly AuctionCurve[] = [
  { kind: 'linear', start: 0.95, cutoff: 0.7, fastMs: 900_000, slowMs: 43_200_000 },
  { kind: 'stair-step', start: 1, cut: 0.99, stepMs: 90_000 },
  { kind: 'exponential', start: 0.98, halfLifeMs: 600_000 },
  { kind: 'reverse-dutch', maximalDiscount: 0.2, lengthMs: 3_600_000 },
]

const settings: AuctionSettings = {
  curve: curves[0]!,
  staleMs: 43_200_000,
  insolventMs: 3_600_000,
  buffer: (ONE * 15n) / 100n,
  minimumShare: ONE / 100n,
  smallestLot: 500n * ONE,
  keeperShare: ONE / 100n,
  keeperCap: 100n * ONE,
  cap: 1_000_000n * ONE,
}

const seed = 20_260_201
const money = (low: number, high: number) => fc.bigInt(BigInt(low) * ONE, BigInt(high) * ONE)

describe('auction', () => {
  test('behavior: a curve starts at its top, never rises and stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.constantFrom(...curves), fc.nat(1e8), fc.nat(1e8), (curve, a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)]
        expect(curveShare(curve, late)).toBeLessThanOrEqual(curveShare(curve, early))
        expect(curveShare(curve, late)).toBeGreaterThanOrEqual(0)
        expect(curveShare(curve, 0)).toBeLessThanOrEqual(1)
      }),
      { seed },
    )
  })

  test('behavior: the maximal share restores maintenance and buffer and not a unit in a billion more', () => {
    fc.assert(
      fc.property(
        money(501, 100_000),
        money(1, 200_000),
        money(0, 500),
        fc.nat(2 * 43_200_000),
        (equity, margin, reserve, ms) => {
          const account: AuctionedAccount = { equity, maintenanceMargin: margin, reserve }
          const missing = bufferShortfall(account, settings)
          const quote = quoteAuction(account, settings, Math.min(ms, settings.staleMs))
          if (missing <= 0n) {
            expect(quote.phase).toBe('none')
            return
          }
          const bid = judgeBid(quote, settings, ONE, quote.price)
          if (!bid.ok) throw new Error(bid.reason)
          expect(bid.share <= ONE && bid.share > 0n).toBe(true)
          // The sale: a share of what is for sale goes at its price, the reserve grows by what was paid.
          const after: AuctionedAccount = {
            equity: equity - ((equity - reserve) * bid.share) / ONE + bid.payment,
            maintenanceMargin: margin - (margin * bid.share) / ONE,
            reserve: reserve + bid.payment,
          }
          const tolerance = 1_000n // units of 10⁻¹⁸: each of the four divisions loses at most one, times values below 10⁶
          const left = bufferShortfall(after, settings)
          expect(left <= tolerance * 1_000_000n).toBe(true)
          if (bid.share < ONE) expect(left >= -tolerance * 1_000_000n).toBe(true)
          // What is missing never grows by a sale, however small.
          expect(left <= missing).toBe(true)
        },
      ),
      { seed, numRuns: 500 },
    )
  })

  test('behavior: agrees with the closed form of Derive, whose buffer is on the same distance', () => {
    const account = { equity: 10_000n * ONE, maintenanceMargin: 12_000n * ONE, reserve: 1_000n * ONE }
    const quote = quoteAuction(account, { ...settings, buffer: 0n }, 900_000)
    const derive = deriveAuction.maximalShare(
      { maintenanceMargin: -2_000, markToMarket: 10_000, reservedCash: 1_000 },
      { startPct: 0.95, cutoffPct: 0.7, fastLen: 900, slowLen: 43_200, insolventLen: 3_600, feeRate: 0, bufferPct: 0 },
      0.7,
    )
    // Derive's requirement is MtM − MM and shrinks with what is sold apart from the reserve: V, not E, is in its denominator.
    expect(Number(quote.price) / 1e18).toBeCloseTo(9_000 * 0.7, 9)
    expect(Number(quote.maximalShare) / 1e18).toBeCloseTo(2_000 / (12_000 - 9_000 * 0.3), 12)
    expect(derive).toBeCloseTo(2_000 / (2_000 + 10_000 * 0.7 + 1_000 * 0.3), 12)
    expect(Number(quote.maximalShare) / 1e18).toBeCloseTo(derive, 12)
  })

  test('limits: an insolvent payout lies between the deficit and deficit plus maintenance margin', () => {
    fc.assert(
      fc.property(money(-50_000, -1), money(0, 50_000), fc.nat(7_200_000), (equity, maintenanceMargin, ms) => {
        const { price, phase } = quoteAuction({ equity, maintenanceMargin, reserve: 0n }, settings, ms)
        expect(phase).toBe('insolvent')
        expect(-price >= -equity && -price <= -equity + maintenanceMargin).toBe(true)
      }),
      { seed },
    )
  })

  test('behavior: dust bids, bids past their limit and bids on a stale auction are refused by name', () => {
    const account = { equity: 10_000n * ONE, maintenanceMargin: 12_000n * ONE, reserve: 0n }
    const quote = quoteAuction(account, settings, 0)
    expect(judgeBid(quote, settings, 0n, quote.price)).toEqual({ ok: false, reason: 'share-not-positive' })
    expect(judgeBid(quote, settings, ONE / 1_000n, quote.price)).toEqual({ ok: false, reason: 'below-minimum-share' })
    expect(judgeBid(quote, settings, ONE, quote.price - 1n)).toEqual({ ok: false, reason: 'price-limit' })
    const stale = quoteAuction(account, settings, settings.staleMs + 1)
    expect(judgeBid(stale, settings, ONE, quote.price)).toEqual({ ok: false, reason: 'stale' })
  })

  test('limits: a keeper gets at most the cap, and never what the account does not have', () => {
    expect(keeperReward({ equity: 10_000n * ONE, maintenanceMargin: 12_000n * ONE, reserve: 0n }, settings)).toBe(
      100n * ONE,
    )
    expect(keeperReward({ equity: 3n * ONE, maintenanceMargin: 12_000n * ONE, reserve: 0n }, settings)).toBe(3n * ONE)
    expect(keeperReward({ equity: -3n * ONE, maintenanceMargin: 12_000n * ONE, reserve: 0n }, settings)).toBe(0n)
  })

  test('error: a curve outside its range names the rule', () => {
    expect(() => curveShare({ kind: 'stair-step', start: 1, cut: 1, stepMs: 1 }, 0)).toThrow('cut < 1')
    expect(() => curveShare(curves[0]!, Number.NaN)).toThrow('elapsedMs')
  })
})
