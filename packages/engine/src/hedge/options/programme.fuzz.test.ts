import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HedgeInstrument, type OptionHedgeProblem, planOptionHedge } from './index.js'
import { greekRows, greeksAfter, tradesCost } from './problem.js'

const SEED = 20_260_214

/** Whole numbers, so that a sum over few lots is exact and brute force meets the very same bounds. */
const whole = (min: number, max: number) => fc.integer({ min, max })
const greeks = fc.record({
  delta: whole(-3, 3),
  gammaPerPercent: whole(-3, 3),
  vega: whole(-3, 3).map((near) => ({ near })),
})
const instrument = (index: number) =>
  fc.record({
    name: fc.constant(`instrument ${index}`),
    venue: fc.constantFrom('a', 'b'),
    greeks,
    buyCost: whole(1, 9),
    sellCost: whole(1, 9),
    buyDepth: whole(0, 3),
    sellDepth: whole(0, 3),
    lot: fc.constant(1),
    buyMargin: whole(0, 5),
    sellMargin: whole(1, 5),
    notional: whole(1, 5),
  })
const problem: fc.Arbitrary<OptionHedgeProblem> = fc.record({
  exposure: fc.record({
    delta: whole(-6, 6),
    gammaPerPercent: whole(-6, 6),
    vega: whole(-6, 6).map((near) => ({ near })),
  }),
  tolerance: fc.record({
    delta: whole(0, 2).map((one) => one + 0.5),
    gammaPerPercent: whole(0, 3).map((one) => one + 0.5),
    vega: whole(0, 3).map((one) => ({ near: one + 0.5 })),
  }),
  instruments: fc.tuple(instrument(0), instrument(1), instrument(2)),
  venues: fc.record({
    a: fc.record({ margin: whole(0, 40), notional: whole(0, 40) }),
    b: fc.record({ margin: whole(0, 40), notional: whole(0, 40) }),
  }),
})

/** The cheapest of all trades in whole lots that meet everything; undefined where there is none. */
function bruteForce(given: OptionHedgeProblem): number | undefined {
  let best: number | undefined
  const walk = (sizes: readonly number[]): void => {
    const next: HedgeInstrument | undefined = given.instruments[sizes.length]
    if (next !== undefined) {
      for (let size = -next.sellDepth; size <= next.buyDepth; size++) walk([...sizes, size])
      return
    }
    if (!isAllowed(given, sizes)) return
    const after = greeksAfter(given, sizes)
    if (!greekRows(given).every(({ of, tolerance }) => Math.abs(of(after)) <= tolerance)) return
    const cost = tradesCost(given, sizes)
    if (best === undefined || cost < best) best = cost
  }
  walk([])
  return best
}

function isAllowed({ instruments, venues }: OptionHedgeProblem, sizes: readonly number[]): boolean {
  return Object.entries(venues).every(([venue, limit]) => {
    const at = instruments.map((one, i) => ({ one, size: one.venue === venue ? sizes[i]! : 0 }))
    const margin = at.reduce(
      (sum, { one, size }) => sum + (size > 0 ? size * one.buyMargin : -size * one.sellMargin),
      0,
    )
    const notional = at.reduce((sum, { one, size }) => sum + Math.abs(size) * one.notional, 0)
    return margin <= limit.margin && notional <= limit.notional
  })
}

const sizesOf = (given: OptionHedgeProblem, trades: readonly { name: string; size: number }[]) =>
  given.instruments.map(({ name }) => trades.find((trade) => trade.name === name)?.size ?? 0)

describe('the programme of an option hedge', () => {
  it('behavior: as cheap as the best of all trades, and feasible exactly where there is one', () => {
    let feasible = 0
    let infeasible = 0
    fc.assert(
      fc.property(problem, (given) => {
        const best = bruteForce(given)
        const plan = planOptionHedge(given)
        expect(plan.ok).toBe(best !== undefined)
        const sizes = sizesOf(given, plan.trades)
        expect(isAllowed(given, sizes)).toBe(true)
        given.instruments.forEach(({ buyDepth, sellDepth }, i) => {
          expect(Number.isInteger(sizes[i])).toBe(true)
          expect(sizes[i]).toBeGreaterThanOrEqual(-sellDepth)
          expect(sizes[i]).toBeLessThanOrEqual(buyDepth)
        })
        if (plan.ok) {
          feasible += 1
          expect(plan.cost).toBeCloseTo(best!, 6)
        } else {
          infeasible += 1
          expect(plan.reason).toContain('stays at')
        }
      }),
      { seed: SEED, numRuns: 400 },
    )
    expect(feasible).toBeGreaterThan(30)
    expect(infeasible).toBeGreaterThan(30)
  })

  it('behavior: what it names as binding is: with that limit lifted the hedge can be done', () => {
    let named = 0
    fc.assert(
      fc.property(problem, (given) => {
        const plan = planOptionHedge(given)
        if (plan.ok) return
        for (const limit of plan.binding) {
          named += 1
          const [, kind, venue] = /^(margin|notional limit) at (.)$/.exec(limit) ?? []
          if (kind === undefined || venue === undefined) continue
          const field = kind === 'margin' ? 'margin' : 'notional'
          const venues = { ...given.venues, [venue]: { ...given.venues[venue]!, [field]: 1e9 } }
          expect(planOptionHedge({ ...given, venues }).ok).toBe(true)
        }
      }),
      { seed: SEED, numRuns: 200 },
    )
    expect(named).toBeGreaterThan(10)
  })

  it('behavior: a partial plan brings nearer, and never makes the sum of what is beyond the tolerances worse', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const plan = planOptionHedge(given)
        const beyond = (after: OptionHedgeProblem['exposure']) =>
          greekRows(given).reduce(
            (sum, { of, tolerance }) => sum + Math.max(0, Math.abs(of(after)) - tolerance) / tolerance,
            0,
          )
        expect(beyond(plan.residual)).toBeLessThanOrEqual(beyond(given.exposure) + 1e-6)
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('error: figures that are not known are refused', () => {
    const [given] = fc.sample(problem, { seed: SEED, numRuns: 1 })
    const delta = { ...given!.exposure, delta: Number.NaN }
    expect(() => planOptionHedge({ ...given!, exposure: delta })).toThrow('delta of the book is not known')
    const [first, ...rest] = given!.instruments
    const costly = [{ ...first!, buyCost: Number.NaN }, ...rest]
    expect(() => planOptionHedge({ ...given!, instruments: costly })).toThrow('must be known')
  })
})
