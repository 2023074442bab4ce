import { solve } from 'yalps'
import { LiquidationError } from '../error.js'
import { costPieces, type PlanLeg, type PlanProblem, planShortfall, scenarioCount } from './problem.js'

/** What a unit of shortfall that is left weighs against a unit of cost: cost is spared only once the target is met. */
const SHORTFALL_WEIGHT = 1_000

/** The solver meets a constraint to 1e-8 of the shortfall: it is asked for a little more, so that the target is met. */
const SOLVER_MARGIN = 1e-7

/**
 * The cheapest trades that restore the target, by a linear programme: variables are pieces of closing and of hedging, one
 * constraint a scenario, and what cannot be restored is a slack that costs far more than any trade.
 *
 *   min Σ cost + 1000 · slack   with, for each scenario s (and the one without loss),
 *   (1 + b)(Σ loss(s) · size + Σ addOn · |size|) + Σ cost − slack ≤ equity
 *
 * No trade at all is feasible, so that the shortfall of the solution is never above that of today.
 *
 * @returns trades by leg, signed.
 */
export function programmeTrades(problem: PlanProblem): number[] {
  const scenarios = scenarioCount(problem)
  const zero = problem.legs.map(() => 0)
  const scale = Math.max(1, Math.abs(planShortfall(problem, zero)))
  const constraints = new Map<string, { max: number }>()
  for (let s = -1; s < scenarios; s++)
    constraints.set(`s${s}`, { max: (problem.equity - requirement(problem, s)) / scale - SOLVER_MARGIN })
  const variables = new Map<string, Map<string, number>>()
  const slack = new Map([['objective', SHORTFALL_WEIGHT]])
  for (let s = -1; s < scenarios; s++) slack.set(`s${s}`, -1)
  variables.set('slack', slack)
  const trade = new Map<string, { readonly leg: number; readonly perUnit: number }>()
  problem.legs.forEach((leg, index) => {
    for (const { direction, opens, limit } of ways(leg)) {
      costPieces(leg, limit, problem.maximalTranches).forEach(({ size, costPerUnit }, piece) => {
        const name = `${index}:${direction}:${opens}:${piece}`
        const addOn = opens ? leg.addOnPerUnit : -leg.addOnPerUnit
        // In units of the piece, so that coefficients are of like size; bounded by one piece.
        const coefficients = new Map([
          ['objective', (costPerUnit * size) / scale],
          [name, 1],
        ])
        for (let s = -1; s < scenarios; s++) {
          const loss = s < 0 ? 0 : leg.scenarioLosses[s]! * direction
          coefficients.set(`s${s}`, (((1 + problem.buffer) * (loss + addOn) + costPerUnit) * size) / scale)
        }
        constraints.set(name, { max: 1 })
        variables.set(name, coefficients)
        trade.set(name, { leg: index, perUnit: direction * size })
      })
    }
  })
  const solution = solve({ direction: 'minimize', objective: 'objective', constraints, variables })
  if (solution.status !== 'optimal') {
    throw new LiquidationError('PLAN_UNSOLVED', `liquidation plan: the linear programme ended ${solution.status}`)
  }
  const trades = [...zero]
  for (const [name, amount] of solution.variables) {
    const known = trade.get(name)
    if (known !== undefined) trades[known.leg] = trades[known.leg]! + known.perUnit * amount
  }
  return trades
}

/** Closing a held leg frees its add-on; opening one, either way, adds to it. */
function ways(leg: PlanLeg): readonly { direction: number; opens: boolean; limit: number }[] {
  const close = leg.size === 0 ? [] : [{ direction: -Math.sign(leg.size), opens: false, limit: Math.abs(leg.size) }]
  if (leg.maximalHedge === 0) return close
  // A held leg is opened further only on its own side; through 0 it is closed first, which is another leg's business.
  const directions = leg.size === 0 ? [1, -1] : [Math.sign(leg.size)]
  return [...close, ...directions.map((direction) => ({ direction, opens: true, limit: leg.maximalHedge }))]
}

function requirement(problem: PlanProblem, scenario: number): number {
  let sum = 0
  for (const { size, scenarioLosses, addOnPerUnit } of problem.legs) {
    sum += (scenario < 0 ? 0 : scenarioLosses[scenario]! * size) + addOnPerUnit * Math.abs(size)
  }
  return (1 + problem.buffer) * sum
}
