import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boostUsd, healthAfter, type Leverage, leverageHealth, repayUsd } from './leverage.js'

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

const lending = fc
  .record({ collateral: between(1000, 1e7), threshold: between(0.5, 0.9), share: between(0.2, 0.98) })
  .map(({ collateral, threshold, share }): Leverage => {
    return { kind: 'lending', weighted: collateral * threshold, debt: collateral * threshold * share, threshold }
  })
const margin = fc
  .record({ equity: between(1000, 1e7), ratio: between(0.05, 0.98), rate: between(0.005, 0.1) })
  .map(({ equity, ratio, rate }): Leverage => {
    const maintenance = equity * ratio
    return { kind: 'margin', equity, maintenance, positionMaintenance: maintenance, notional: maintenance / rate }
  })
const accounts = fc.oneof(lending, margin)

describe('repay and boost', () => {
  it('property: a repayment lands on its target', () => {
    let landed = 0
    fc.assert(
      fc.property(accounts, between(1.01, 3), between(0, 0.004), (leverage, target, cost) => {
        const sold = repayUsd(leverage, target, cost)
        if (sold === undefined) return
        if (sold === 0) {
          expect(leverageHealth(leverage)).toBeGreaterThanOrEqual(target * (1 - 1e-12))
          return
        }
        landed += 1
        // The quotient loses digits where nearly all debt is repaid.
        expect(healthAfter(leverage, sold, cost) / target - 1).toBeCloseTo(0, 6)
      }),
      { numRuns: 500, seed: 5 },
    )
    expect(landed).toBeGreaterThan(100)
  })

  it('property: a boost lands on its target', () => {
    let landed = 0
    fc.assert(
      fc.property(accounts, between(1.05, 3), between(0, 0.004), (leverage, target, cost) => {
        const bought = boostUsd(leverage, target, cost)
        if (bought === undefined) return
        if (bought === 0) {
          expect(leverageHealth(leverage)).toBeLessThanOrEqual(target * (1 + 1e-12))
          return
        }
        landed += 1
        expect(healthAfter(leverage, -bought, cost) / target - 1).toBeCloseTo(0, 9)
      }),
      { numRuns: 500, seed: 6 },
    )
    expect(landed).toBeGreaterThan(100)
  })

  it('behavior: 10 ETH at 3,000 USD against 20,000 USDC, threshold 0.83: by hand', () => {
    const leverage: Leverage = { kind: 'lending', weighted: 24_900, debt: 20_000, threshold: 0.83 }
    expect(leverageHealth(leverage)).toBeCloseTo(1.245, 12)
    // (1.5 · 20,000 − 24,900) / (1.5 − 0.83)
    expect(repayUsd(leverage, 1.5, 0)).toBeCloseTo(5100 / 0.67, 9)
    expect(boostUsd(leverage, 1.1, 0)).toBeCloseTo(2900 / 0.27, 9)
  })

  it('error: what does not help, or is not known, has no amount', () => {
    const leverage: Leverage = { kind: 'lending', weighted: 24_900, debt: 20_000, threshold: 0.83 }
    expect(repayUsd(leverage, 1.5, 0.5)).toBeUndefined()
    expect(repayUsd({ ...leverage, debt: Number.NaN }, 1.5, 0)).toBeUndefined()
    expect(boostUsd({ ...leverage, weighted: Number.NaN }, 1.1, 0)).toBeUndefined()
    expect(leverageHealth({ ...leverage, debt: 0 })).toBeUndefined()
  })
})
