import { describe, expect, test } from 'vitest'
import { ONE } from './fraction.js'
import { bandPermits, DEFAULT_HEALTH, type Health, type HealthBand, nextBand } from './health.js'
import { marginCall } from './marginCall.js'

/** Maintenance 100 and initial 200 at this margin ratio, in per cent. */
const at = (ratioPercent: bigint): Health => ({
  equity: (10_000n * ONE) / ratioPercent,
  maintenanceMargin: 100n * ONE,
  initialMargin: 105n * ONE,
})

describe('health', () => {
  test('behavior: bands are entered at one level and left at a lower one', () => {
    const walk = (ratios: readonly bigint[]) => {
      let band: HealthBand = 'healthy'
      return ratios.map((ratio) => {
        band = nextBand(band, at(ratio), DEFAULT_HEALTH)
        return band
      })
    }
    expect(walk([50n, 69n, 70n, 65n, 60n, 59n])).toEqual([
      'healthy',
      'healthy',
      'notice',
      'notice',
      'notice',
      'healthy',
    ])
    expect(walk([85n, 80n, 75n, 74n])).toEqual(['call', 'call', 'call', 'notice'])
    expect(walk([101n, 99n, 95n, 90n, 80n])).toEqual(['liquidation', 'liquidation', 'liquidation', 'call', 'call'])
  })

  test('behavior: an account that hovers at a threshold changes its band once', () => {
    let band: HealthBand = 'healthy'
    let changes = 0
    for (let i = 0; i < 100; i++) {
      const next = nextBand(band, at(i % 2 === 0 ? 84n : 86n), DEFAULT_HEALTH)
      if (next !== band) changes++
      band = next
    }
    expect(changes).toBe(2) // healthy → notice → call, and there it stays
  })

  test('limits: no requirement and no equity is healthy, below 0 is insolvent', () => {
    const flat = { equity: 0n, initialMargin: 0n, maintenanceMargin: 0n }
    expect(nextBand('liquidation', flat, DEFAULT_HEALTH)).toBe('healthy')
    expect(nextBand('healthy', { ...flat, equity: -1n }, DEFAULT_HEALTH)).toBe('insolvent')
  })

  test('behavior: withdrawals are refused first, then opening; reducing never', () => {
    expect(
      ['healthy', 'notice', 'call', 'liquidation'].map((band) => bandPermits(band as HealthBand, 'withdraw')),
    ).toEqual([true, false, false, false])
    expect(['healthy', 'notice', 'call', 'liquidation'].map((band) => bandPermits(band as HealthBand, 'open'))).toEqual(
      [true, true, false, false],
    )
    expect(bandPermits('insolvent', 'reduce')).toBe(true)
  })
})

describe('margin call', () => {
  const health = { equity: 110n * ONE, initialMargin: 200n * ONE, maintenanceMargin: 100n * ONE }
  const assets = [
    { asset: 'USDC', price: ONE, weight: ONE },
    { asset: 'BTC', price: 50_000n * ONE, weight: (ONE * 9n) / 10n },
  ]
  const leg = { market: 'BTC', size: -2n * ONE, initialMargin: 200n * ONE, costPerUnit: ONE }

  test('behavior: demands what is missing to the target, in each asset, and the trade that alone would do', () => {
    const call = marginCall(health, assets, [leg], DEFAULT_HEALTH, ONE / 100n)
    expect(call.demanded).toBe(100n * ONE)
    expect(call.byAsset.map(({ asset }) => asset)).toEqual(['BTC', 'USDC'])
    expect(call.byAsset[1]!.amount).toBe(100n * ONE)
    // x relieves x · (100 · 1.05 − 1): 104 a unit
    expect(call.trade!.size).toBe((100n * ONE * ONE) / (104n * ONE) + 1n)
    expect(call.cheapest).toBe('trade')
    expect(marginCall(health, assets, [leg], DEFAULT_HEALTH, ONE / 1_000n).cheapest).toBe('collateral')
  })

  test('behavior: each demanded amount alone brings equity to the target, and a unit less does not', () => {
    const { demanded, byAsset } = marginCall(health, assets, [], DEFAULT_HEALTH, 0n)
    for (const { asset, amount } of byAsset) {
      const { price, weight } = assets.find((entry) => entry.asset === asset)!
      expect((amount * price * weight) / (ONE * ONE) >= demanded).toBe(true)
      expect((amount - 1n) * price * weight < demanded * ONE * ONE).toBe(true)
    }
  })

  test('limits: no trade is named where none would do', () => {
    expect(marginCall({ ...health, equity: -100n * ONE }, assets, [leg], DEFAULT_HEALTH, 0n).trade).toBeUndefined()
  })
})
