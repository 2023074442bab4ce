import { LiquidationError } from '../error.js'
import { additiveTrades, isAdditive } from './closedForm.js'
import { programmeTrades } from './linearProgramme.js'
import { checkPlanProblem, type PlanProblem, planShortfall, tradingCost } from './problem.js'

export type PlannedTrade = {
  readonly leg: string
  /** `reduce` brings a position towards 0; `hedge` opens one that offsets others. */
  readonly purpose: 'reduce' | 'hedge'
  /** Signed. */
  readonly size: number
  readonly price: number
}

export type PlanStep =
  | { readonly kind: 'cancel-orders'; readonly count: number; readonly shortfallAfter: number }
  /** Trades that go out together, `startMs` after the plan begins. */
  | {
      readonly kind: 'tranche'
      readonly startMs: number
      readonly trades: readonly PlannedTrade[]
      readonly shortfallAfter: number
    }

export type LiquidationPlan = {
  readonly method: 'none' | 'closed-form' | 'linear-programme'
  /** What is missing to initial margin and buffer, before and after all steps, ≥ 0, settlement money. */
  readonly shortfallBefore: number
  readonly shortfallAfter: number
  /** Expected cost of all trades: spread, fees, impact and waiting, ≥ 0. */
  readonly expectedCost: number
  readonly restores: boolean
  readonly steps: readonly PlanStep[]
}

/** Shares of a leg's size below which a trade is rounding of the solver, not a trade. */
const NO_TRADE = 1e-9
/** Rounding allowed when shortfalls are compared: sums of some hundred terms in double precision, relative. */
const ROUNDING = 1e-9

/**
 * Plans how an account is brought back to initial margin and buffer at least expected cost: orders are cancelled first, then legs
 * are reduced and hedged in tranches. In closed form where requirements add up, by a linear programme where scenarios or hedges
 * couple the legs.
 *
 * Each tranche is the same share of the whole. The shortfall is convex along that line and ends no higher than it began, so that it
 * falls with every tranche until it is 0: no step makes it worse.
 *
 * @throws {LiquidationError} `INVALID_PLAN` where a figure is outside its range.
 */
export function planLiquidation(problem: PlanProblem): LiquidationPlan {
  checkPlanProblem(problem)
  const none = problem.legs.map(() => 0)
  const before = planShortfall(problem, none)
  const cancel: PlanStep[] =
    problem.openOrders > 0
      ? [{ kind: 'cancel-orders', count: problem.openOrders, shortfallAfter: Math.max(0, before) }]
      : []
  if (!(before > 0)) return { ...nothing(before), steps: cancel }
  const additive = isAdditive(problem)
  const trades = cleaned(problem, additive ? additiveTrades(problem) : programmeTrades(problem))
  const after = planShortfall(problem, trades)
  const tolerance = ROUNDING * Math.max(1, Math.abs(problem.equity), before)
  if (!(after <= before + tolerance)) {
    throw new LiquidationError('PLAN_WORSENS', `Invariant: the plan takes the shortfall from ${before} to ${after}`)
  }
  let expectedCost = 0
  problem.legs.forEach((leg, i) => {
    expectedCost += tradingCost(leg, Math.abs(trades[i]!), problem.maximalTranches)
  })
  return {
    method: additive ? 'closed-form' : 'linear-programme',
    shortfallBefore: before,
    shortfallAfter: after <= tolerance ? 0 : after,
    expectedCost,
    restores: after <= tolerance,
    steps: [...cancel, ...tranches(problem, trades, tolerance)],
  }
}

function nothing(before: number): Omit<LiquidationPlan, 'steps'> {
  const shortfallBefore = Math.max(0, before)
  return { method: 'none', shortfallBefore, shortfallAfter: shortfallBefore, expectedCost: 0, restores: true }
}

function cleaned(problem: PlanProblem, trades: readonly number[]): number[] {
  return trades.map((trade, i) => {
    const { size, maximalHedge } = problem.legs[i]!
    return Math.abs(trade) <= NO_TRADE * Math.max(Math.abs(size), maximalHedge) ? 0 : trade
  })
}

function tranches(problem: PlanProblem, trades: readonly number[], tolerance: number): PlanStep[] {
  let count = 0
  problem.legs.forEach((leg, i) => {
    count = Math.max(count, Math.ceil(Math.abs(trades[i]!) / leg.trancheSize - ROUNDING))
  })
  const steps: PlanStep[] = []
  for (let tranche = 0; tranche < count; tranche++) {
    const done = trades.map((trade) => (trade * (tranche + 1)) / count)
    const left = planShortfall(problem, done)
    steps.push({
      kind: 'tranche',
      startMs: tranche * problem.trancheMs,
      trades: problem.legs.flatMap((leg, i) => {
        if (trades[i] === 0) return []
        const purpose = leg.size !== 0 && trades[i]! * leg.size < 0 ? ('reduce' as const) : ('hedge' as const)
        return [{ leg: leg.name, purpose, size: trades[i]! / count, price: leg.price }]
      }),
      shortfallAfter: left <= tolerance ? 0 : left,
    })
  }
  return steps
}

/** A plan in words, a line a step, to be read before it runs. Money to the cent of the settlement asset. */
export function planText(plan: LiquidationPlan): string {
  if (plan.method === 'none' && plan.steps.length === 0) return 'Nothing to do: initial margin and buffer are met.'
  const lines = [
    `Short of initial margin and buffer by ${plan.shortfallBefore.toFixed(2)}; expected cost ${plan.expectedCost.toFixed(2)} (${plan.method}).`,
  ]
  plan.steps.forEach((step, index) => {
    const left = `then short by ${step.shortfallAfter.toFixed(2)}`
    if (step.kind === 'cancel-orders') lines.push(`${index + 1}. Cancel ${step.count} open orders, ${left}.`)
    else {
      const trades = step.trades.map(
        ({ purpose, size, leg, price }) =>
          `${purpose} ${size > 0 ? 'buying' : 'selling'} ${Math.abs(size)} ${leg} near ${price}`,
      )
      lines.push(`${index + 1}. After ${step.startMs} ms: ${trades.join('; ')}, ${left}.`)
    }
  })
  if (!plan.restores) lines.push(`Trading cannot restore it: ${plan.shortfallAfter.toFixed(2)} is left for an auction.`)
  return lines.join('\n')
}
