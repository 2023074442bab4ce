import { costPieces, type PlanProblem, planShortfall, scenarioCount } from './problem.js'

/** Whether requirements add up leg by leg and nothing can hedge: then the closed form is exact. */
export function isAdditive(problem: PlanProblem): boolean {
  return scenarioCount(problem) === 0 && problem.legs.every(({ maximalHedge }) => maximalHedge === 0)
}

/**
 * The cheapest reductions where requirements add up: pieces in the order of cost per money relieved, the last one cut to fit.
 *
 *   relief per unit = addOn · (1 + buffer) − cost;   take while Σ relief < shortfall
 *
 * A piece that relieves nothing (closing costs more than it frees) is never taken. This is the fractional knapsack, whose greedy
 * solution is optimal.
 *
 * @returns trades by leg, signed against the position.
 */
export function additiveTrades(problem: PlanProblem): number[] {
  const trades = problem.legs.map(() => 0)
  const offers = problem.legs.flatMap((leg, index) =>
    costPieces(leg, Math.abs(leg.size), problem.maximalTranches).map(({ size, costPerUnit }) => {
      return { index, size, costPerUnit, relief: leg.addOnPerUnit * (1 + problem.buffer) - costPerUnit }
    }),
  )
  const useful = offers.filter(({ relief }) => relief > 0)
  useful.sort((a, b) => a.costPerUnit / a.relief - b.costPerUnit / b.relief || a.index - b.index)
  let missing = planShortfall(problem, trades)
  for (const { index, size, relief } of useful) {
    if (!(missing > 0)) break
    const taken = Math.min(size, missing / relief)
    trades[index] = trades[index]! - Math.sign(problem.legs[index]!.size) * taken
    missing -= taken * relief
  }
  return trades
}
