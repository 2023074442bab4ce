import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { additiveTrades } from './closedForm.js'
import { programmeTrades } from './linearProgramme.js'
import { planLiquidation, planText } from './plan.js'
import { type PlanLeg, type PlanProblem, planShortfall, tradingCost } from './problem.js'

const seed = 20_260_204

const leg = (scenarios: number, hedge: boolean) =>
  fc
    .record({
      size: fc.double({ min: -50, max: 50, noNaN: true }),
      price: fc.double({ min: 1, max: 1_000, noNaN: true }),
      scenarioLosses: fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
        minLength: scenarios,
        maxLength: scenarios,
      }),
      addOnPerUnit: fc.double({ min: 0.1, max: 50, noNaN: true }),
      cost: fc.record({
        halfSpread: fc.double({ min: 0, max: 1, noNaN: true }),
        fee: fc.double({ min: 0, max: 0.5, noNaN: true }),
        impact: fc.double({ min: 0, max: 0.1, noNaN: true }),
        wait: fc.double({ min: 0, max: 0.5, noNaN: true }),
      }),
      trancheSize: fc.double({ min: 0.5, max: 20, noNaN: true }),
      maximalHedge: hedge ? fc.constantFrom(0, 20) : fc.constant(0),
    })
    .map((fields): Omit<PlanLeg, 'name'> => fields)

const problem = (scenarios: number, hedge: boolean): fc.Arbitrary<PlanProblem> =>
  fc
    .record({
      equity: fc.double({ min: -500, max: 2_000, noNaN: true }),
      buffer: fc.double({ min: 0, max: 0.3, noNaN: true }),
      legs: fc.array(leg(scenarios, hedge), { minLength: 1, maxLength: 4 }),
      openOrders: fc.nat(3),
    })
    .map((fields) => ({
      ...fields,
      legs: fields.legs.map((entry, index) => ({ name: `leg${index}`, ...entry })),
      trancheMs: 1_000,
      maximalTranches: 5,
    }))

const costOf = (input: PlanProblem, trades: readonly number[]) =>
  input.legs.reduce((sum, entry, i) => sum + tradingCost(entry, Math.abs(trades[i]!), input.maximalTranches), 0)

function checkSteps(input: PlanProblem): void {
  const plan = planLiquidation(input)
  let shortfall = plan.shortfallBefore
  const traded = input.legs.map(() => 0)
  for (const step of plan.steps) {
    // Rounding of the solver: its pivots work to 1e-8 of the scaled shortfall.
    expect(step.shortfallAfter).toBeLessThanOrEqual(shortfall + 1e-6 * Math.max(1, plan.shortfallBefore))
    shortfall = step.shortfallAfter
    if (step.kind !== 'tranche') continue
    for (const { leg: name, size } of step.trades) {
      const index = input.legs.findIndex((entry) => entry.name === name)
      expect(Math.abs(size)).toBeLessThanOrEqual(input.legs[index]!.trancheSize * (1 + 1e-6))
      traded[index] = traded[index]! + size
    }
  }
  traded.forEach((size, i) => {
    const { size: held, maximalHedge } = input.legs[i]!
    // Never beyond closing, but for what may be hedged.
    const most = Math.abs(held) + maximalHedge
    expect(Math.abs(size)).toBeLessThanOrEqual(most * (1 + 1e-6))
    if (maximalHedge === 0) expect(size * held).toBeLessThanOrEqual(0)
  })
}

describe('liquidation plan', () => {
  test('behavior: no step worsens the shortfall, no tranche is above its limit, reducing never flips a position', () => {
    fc.assert(fc.property(problem(0, false), checkSteps), { seed, numRuns: 300 })
    fc.assert(fc.property(problem(6, true), checkSteps), { seed, numRuns: 300 })
  })

  test('behavior: the closed form costs and restores what the linear programme finds', () => {
    fc.assert(
      fc.property(problem(0, false), (input) => {
        const closed = additiveTrades(input)
        const programme = programmeTrades(input)
        const scale = Math.max(
          1,
          planShortfall(
            input,
            input.legs.map(() => 0),
          ),
        )
        const left = Math.max(0, planShortfall(input, closed))
        expect(Math.abs(left - Math.max(0, planShortfall(input, programme)))).toBeLessThanOrEqual(1e-6 * scale)
        if (left <= 1e-9 * scale) {
          expect(Math.abs(costOf(input, closed) - costOf(input, programme))).toBeLessThanOrEqual(1e-5 * scale)
        }
      }),
      { seed, numRuns: 200 },
    )
  })

  const cost = { halfSpread: 1, fee: 0.5, impact: 0, wait: 0 }
  const shortCall: PlanLeg = {
    name: 'call',
    size: -10,
    price: 100,
    scenarioLosses: [-300, 300],
    addOnPerUnit: 5,
    cost: { ...cost, halfSpread: 20 },
    trancheSize: 5,
    maximalHedge: 0,
  }
  const perpetual: PlanLeg = {
    name: 'perpetual',
    size: 0,
    price: 5_000,
    scenarioLosses: [-600, 600],
    addOnPerUnit: 1,
    cost,
    trancheSize: 5,
    maximalHedge: 10,
  }
  const options: PlanProblem = {
    equity: 2_000,
    buffer: 0.1,
    legs: [shortCall, perpetual],
    trancheMs: 1_000,
    maximalTranches: 10,
    openOrders: 2,
  }

  test('behavior: hedging the delta of illiquid options costs less than closing them', () => {
    const plan = planLiquidation(options)
    const withoutHedge = planLiquidation({ ...options, legs: [shortCall] })
    expect(plan.restores && withoutHedge.restores).toBe(true)
    expect(plan.expectedCost).toBeLessThan(withoutHedge.expectedCost / 2)
    expect(plan.steps[0]).toMatchObject({ kind: 'cancel-orders', count: 2 })
    expect(plan.steps[1]).toMatchObject({ trades: [{ leg: 'perpetual', purpose: 'hedge' }] })
    expect(planText(plan)).toContain('hedge buying')
  })

  test('behavior: what trading cannot restore is said to be left for an auction', () => {
    const plan = planLiquidation({ ...options, equity: -1_000, legs: [shortCall] })
    expect(plan.restores).toBe(false)
    expect(planText(plan)).toContain('left for an auction')
  })

  test('limits: an account at its target is left alone', () => {
    const plan = planLiquidation({ ...options, equity: 1e6, openOrders: 0 })
    expect(plan).toMatchObject({ method: 'none', steps: [], restores: true, expectedCost: 0 })
  })

  test('error: figures that cannot be name the leg', () => {
    expect(() => planLiquidation({ ...options, legs: [{ ...shortCall, trancheSize: 0 }] })).toThrow('call: trancheSize')
    expect(() => planLiquidation({ ...options, equity: Number.NaN })).toThrow('equity')
  })
})
