import { describe, expect, test } from 'vitest'
import { normalQuantile } from '../math/index.js'
import { backtestHits, baselZone, kupiecTest } from './backtest.js'
import { standardRisk } from './parametric.js'
import { backtestShortfall } from './shortfallBacktest.js'
import { uniformStream } from './uniformStream.js'

const days = (pattern: string) => [...pattern].map((letter) => letter === '1')

describe('backtestHits', () => {
  test('behavior: Kupiec, closed form: no hit in 250 days at 1 % is −500 ln 0.99', () => {
    expect(kupiecTest(0, 250, 0.01).statistic).toBeCloseTo(5.025167926750725, 12)
  })

  test("behavior: Kupiec's 5 % regions of non-rejection (1995, table of 255 days: under 7 hits at 1 %, 7 to 20 at 5 %)", () => {
    const kept = (level: number) =>
      Array.from({ length: 40 }, (_, hits) => hits).filter((hits) => kupiecTest(hits, 255, level).pValue > 0.05)
    const one = kept(0.01)
    const five = kept(0.05)
    // The table prints open bounds: N < 7 and 6 < N < 21. At 0 hits the statistic is 5.13 > 3.84, which his table leaves out.
    expect([one[0], one[one.length - 1]]).toEqual([1, 6])
    expect([five[0], five[five.length - 1]]).toEqual([7, 20])
  })

  test('behavior: hits that follow hits fail independence, the same hits apart do not', () => {
    const clustered = backtestHits(days('0'.repeat(240) + '1'.repeat(10)), 0.04)
    const apart = backtestHits(days(`${'0'.repeat(24)}1`.repeat(10)), 0.04)
    expect(clustered.kupiec.statistic).toBeCloseTo(0, 12)
    expect(clustered.independence.transitions).toEqual({ n00: 239, n01: 1, n10: 0, n11: 9 })
    expect(clustered.independence.pValue).toBeLessThan(1e-6)
    expect(apart.independence.pValue).toBeGreaterThan(0.05)
    expect(clustered.conditionalCoverage.statistic).toBeCloseTo(
      clustered.kupiec.statistic + clustered.independence.statistic,
      12,
    )
  })

  test('behavior: Basel zones and multipliers of 250 days at 99 %', () => {
    const rows = [0, 4, 5, 9, 10, 14].map((hits) => baselZone(hits, 250, 0.01))
    expect(rows.map((row) => [row.zone, row.multiplier])).toEqual([
      ['green', 3],
      ['green', 3],
      ['yellow', 3.4],
      ['yellow', 3.85],
      ['red', 4],
      ['red', 4],
    ])
    // Table 2 of the framework prints 8.11, 89.22, 95.88, 99.97 and 99.99 %.
    expect(rows.map((row) => (100 * row.cumulativeProbability).toFixed(2))).toEqual([
      '8.11',
      '89.22',
      '95.88',
      '99.97',
      '99.99',
      '100.00',
    ])
  })

  test('limits: hits on every day', () => {
    const all = backtestHits(days('11111'), 0.01)
    expect(all.basel).toEqual({ zone: 'red', cumulativeProbability: 1 })
    expect(all.independence.statistic).toBe(0)
    expect(Number.isFinite(all.kupiec.statistic)).toBe(true)
  })
})

describe('backtestShortfall', () => {
  const unit = standardRisk({ kind: 'normal' }, 0.975)
  const draw = (count: number, scale: number) => {
    const next = uniformStream(7)
    return Array.from({ length: count }, () => scale * normalQuantile(next()))
  }
  const flat = (count: number, value: number) => new Array<number>(count).fill(value)

  test('behavior: a right model is kept, one that sees half the risk is not', () => {
    const right = backtestShortfall(draw(500, 1), flat(500, unit.valueAtRisk), flat(500, unit.expectedShortfall), 0.025)
    expect(right.z2PValue).toBeGreaterThan(0.05)
    const blind = backtestShortfall(draw(500, 2), flat(500, unit.valueAtRisk), flat(500, unit.expectedShortfall), 0.025)
    expect(blind.z2).toBeLessThan(-0.7)
    expect(blind.z2PValue).toBe(0)
    expect(blind.z1PValue).toBeLessThan(0.01)
  })

  test('behavior: the published critical value of Z2, −0.70 at 5 % for 250 days at 2.5 %', () => {
    // One loss of 1.70 × 6.25 ES puts Z2 on −0.70; its simulated chance must be 5 % within the table's digits and three
    // standard errors of 20,000 samples (0.5 %).
    const pnl = [-(1.7 * 250 * 0.025 * unit.expectedShortfall), ...flat(249, 0)]
    const { z2, z2PValue } = backtestShortfall(
      pnl,
      flat(250, unit.valueAtRisk),
      flat(250, unit.expectedShortfall),
      0.025,
      { distribution: { kind: 'normal' }, samples: 20_000, seed: 3 },
    )
    expect(z2).toBeCloseTo(-0.7, 12)
    expect(Math.abs(z2PValue - 0.05)).toBeLessThan(0.01)
  })

  test('error: an expected shortfall that is not a loss is named', () => {
    expect(() => backtestShortfall([1, 2], [1, 1], [1, 0], 0.025)).toThrow(
      'expectedShortfall[1] must be a positive loss',
    )
  })
})
