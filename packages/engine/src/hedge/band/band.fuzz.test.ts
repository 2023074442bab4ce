import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BandBook, type BandRule, bandOf, bandTrade, impulseBand, whalleyWilmottWidth } from './index.js'

const SEED = 19_970_307
const OPTIONS = { seed: SEED, numRuns: 300 }

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const book = fc.record({
  spot: positive(1, 1e5),
  gamma: fc.oneof(positive(1e-9, 10), positive(-10, -1e-9)),
  vanna: positive(-100, 100),
  years: positive(1e-4, 2),
  vol: positive(0.05, 3),
})
const terms = fc.record({
  cost: positive(1e-6, 0.02),
  riskAversion: positive(1e-9, 10),
  fixedCost: positive(1e-6, 100),
})
const tradeTo = fc.constantFrom('edge' as const, 'target' as const)
const rule: fc.Arbitrary<BandRule> = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), below: positive(0, 10), above: positive(0, 10), tradeTo }),
  fc.tuple(terms, tradeTo).map(([given, to]) => ({ kind: 'whalley-wilmott' as const, ...given, tradeTo: to })),
  fc.tuple(terms, tradeTo).map(([given, to]) => ({ kind: 'zakamouline' as const, ...given, tradeTo: to })),
  terms.map((given) => ({ kind: 'impulse' as const, ...given })),
)

describe('laws of bands', () => {
  it('behavior: a trade ends within the band, never beyond its inner edge; within the band there is none', () => {
    let trades = 0
    fc.assert(
      fc.property(rule, book, positive(-5, 5), positive(-50, 50), (given, held, target, delta) => {
        const band = bandOf(given, held, target)
        fc.pre(band !== undefined)
        const trade = bandTrade(band!, delta)!
        const after = delta + trade
        const tolerance = 1e-12 * (1 + Math.abs(delta) + Math.abs(band!.upper) + Math.abs(band!.lower))
        if (delta >= band!.lower && delta <= band!.upper) expect(trade).toBe(0)
        else {
          trades += 1
          expect(Math.sign(trade)).toBe(delta > band!.upper ? -1 : 1)
          expect(after).toBeGreaterThanOrEqual(band!.innerLower - tolerance)
          expect(after).toBeLessThanOrEqual(band!.innerUpper + tolerance)
        }
      }),
      OPTIONS,
    )
    expect(trades).toBeGreaterThan(50)
  })

  it('behavior: H ∝ λ^(1/3), |Γ|^(2/3), γ^(−1/3), S^(1/3); n books under γ/n have n bands', () => {
    fc.assert(
      fc.property(book, terms, positive(1.1, 1000), (held, given, n) => {
        const width = whalleyWilmottWidth(held, given)
        const ratio = (other: number, power: number) => expect(other / width / n ** power).toBeCloseTo(1, 9)
        ratio(whalleyWilmottWidth(held, { ...given, cost: given.cost * n }), 1 / 3)
        ratio(whalleyWilmottWidth({ ...held, gamma: held.gamma * n }, given), 2 / 3)
        ratio(whalleyWilmottWidth(held, { ...given, riskAversion: given.riskAversion * n }), -1 / 3)
        ratio(whalleyWilmottWidth({ ...held, spot: held.spot * n }, given), 1 / 3)
        ratio(
          whalleyWilmottWidth({ ...held, gamma: held.gamma * n }, { ...given, riskAversion: given.riskAversion / n }),
          1,
        )
      }),
      OPTIONS,
    )
  })

  it('behavior: every model is wider for dearer trades and for more gamma, narrower for more aversion', () => {
    const width = (given: BandRule, held: BandBook) => {
      const band = bandOf(given, held, 0)
      return band === undefined ? Number.NaN : band.upper - band.lower
    }
    fc.assert(
      fc.property(
        rule.filter(({ kind }) => kind !== 'fixed'),
        book,
        positive(1.01, 100),
        (given, held, n) => {
          if (given.kind === 'fixed') return
          const here = width(given, held)
          fc.pre(Number.isFinite(here))
          const slack = 1 + 1e-12
          expect(width({ ...given, cost: given.cost * n }, held) * slack).toBeGreaterThanOrEqual(here)
          expect(width(given, { ...held, gamma: held.gamma * n }) * slack).toBeGreaterThanOrEqual(here)
          expect(width({ ...given, riskAversion: given.riskAversion * n }, held)).toBeLessThanOrEqual(here * slack)
        },
      ),
      OPTIONS,
    )
  })

  it('behavior: the impulse band beats every other pair of edges in the cost that it minimises', () => {
    fc.assert(
      fc.property(book, terms, positive(0.3, 3), positive(0, 0.999), (held, given, stretch, share) => {
        const found = impulseBand(held, given)!
        const cost = (h: number, w: number) =>
          (given.riskAversion * (h * h + w * w)) / 12 +
          (held.gamma ** 2 * (given.fixedCost + given.cost * held.spot * (h - w))) / (h * h - w * w)
        const other = found.outer * stretch
        expect(cost(found.outer, found.inner)).toBeLessThanOrEqual(cost(other, other * share) * (1 + 1e-9))
      }),
      OPTIONS,
    )
  })
})
