import { LiquidationError } from '../error.js'

/** What trading an instrument costs, settlement money. All ≥ 0. */
export type TradingCost = {
  readonly halfSpread: number
  readonly fee: number
  /** Price moved per unit of size traded within a tranche: trading y costs impact · y² ÷ 2. */
  readonly impact: number
  /** Cost per unit for each tranche that it waits: the risk of the price moving away meanwhile. */
  readonly wait: number
}

/** An instrument that a plan may trade: held, or only there to hedge with. */
export type PlanLeg = {
  readonly name: string
  /** Signed; 0 for an instrument that is not held. */
  readonly size: number
  /** Settlement money per unit, at which a trade is valued before costs. */
  readonly price: number
  /** Loss of +1 unit in each scenario, signed; all legs have the same number of scenarios, possibly none. */
  readonly scenarioLosses: readonly number[]
  /** Initial margin per unit of |size| on top of the scenarios, ≥ 0. */
  readonly addOnPerUnit: number
  readonly cost: TradingCost
  /** The most to trade in one tranche: what the book bears, > 0. */
  readonly trancheSize: number
  /** The most to open beyond closing, either way; 0: this leg is only ever reduced. */
  readonly maximalHedge: number
}

export type PlanProblem = {
  /** Equity before the plan, signed. */
  readonly equity: number
  /** Initial margin is restored times 1 + this, so that the account is not flagged again right after. */
  readonly buffer: number
  readonly legs: readonly PlanLeg[]
  readonly trancheMs: number
  readonly maximalTranches: number
  readonly openOrders: number
}

/** Pieces in which the rising cost within a tranche is approximated, always from above. */
const PIECES = 4

/** A piece of size that can be traded at one cost per unit. */
export type CostPiece = { readonly size: number; readonly costPerUnit: number }

/** The pieces of a leg, cheapest first: a convex cost curve. `total` bounds what may be traded. */
export function costPieces(leg: PlanLeg, total: number, maximalTranches: number): readonly CostPiece[] {
  if (!(total > 0)) return []
  const { halfSpread, fee, impact, wait } = leg.cost
  // Where nothing makes a later unit dearer, one piece says it all.
  if (impact === 0 && wait === 0) {
    return [{ size: Math.min(total, leg.trancheSize * maximalTranches), costPerUnit: halfSpread + fee }]
  }
  const pieces: CostPiece[] = []
  const step = leg.trancheSize / PIECES
  for (let tranche = 0; tranche < maximalTranches; tranche++) {
    for (let piece = 0; piece < PIECES; piece++) {
      pieces.push({ size: step, costPerUnit: halfSpread + fee + impact * step * (piece + 1) + wait * tranche })
    }
  }
  pieces.sort((a, b) => a.costPerUnit - b.costPerUnit)
  const kept: CostPiece[] = []
  let left = total
  for (const { size, costPerUnit } of pieces) {
    if (!(left > 0)) break
    kept.push({ size: Math.min(size, left), costPerUnit })
    left -= size
  }
  return kept
}

/** Expected cost of trading an amount ≥ 0 of a leg: the cheapest pieces first. */
export function tradingCost(leg: PlanLeg, amount: number, maximalTranches: number): number {
  let cost = 0
  for (const { size, costPerUnit } of costPieces(leg, amount, maximalTranches)) cost += size * costPerUnit
  return cost
}

/**
 * What is missing to the target after trading `trades` (signed, by leg), settlement money; ≤ 0 where nothing is.
 *
 *   (1 + buffer) · (max(0, max over scenarios Σ loss · size) + Σ addOn · |size|) + cost − equity
 *
 * Convex in the trades.
 */
export function planShortfall(problem: PlanProblem, trades: readonly number[]): number {
  const { legs, buffer, equity, maximalTranches } = problem
  let worst = 0
  for (let s = 0; s < scenarioCount(problem); s++) {
    let loss = 0
    for (let i = 0; i < legs.length; i++) loss += legs[i]!.scenarioLosses[s]! * (legs[i]!.size + trades[i]!)
    worst = Math.max(worst, loss)
  }
  let addOn = 0
  let cost = 0
  legs.forEach((leg, i) => {
    addOn += leg.addOnPerUnit * Math.abs(leg.size + trades[i]!)
    cost += tradingCost(leg, Math.abs(trades[i]!), maximalTranches)
  })
  return (1 + buffer) * (worst + addOn) + cost - equity
}

export function scenarioCount({ legs }: PlanProblem): number {
  return legs[0]?.scenarioLosses.length ?? 0
}

/** @throws {LiquidationError} `INVALID_PLAN` that names the leg and what was allowed. */
export function checkPlanProblem(problem: PlanProblem): void {
  const count = scenarioCount(problem)
  need(Number.isFinite(problem.equity), 'equity must be finite')
  need(problem.buffer >= 0 && problem.buffer < 10, 'buffer must be in [0, 10)')
  need(problem.maximalTranches >= 1 && problem.maximalTranches <= 1_000, 'maximalTranches must be in [1, 1000]')
  need(problem.trancheMs >= 0, 'trancheMs must be ≥ 0')
  for (const { name, size, price, scenarioLosses, addOnPerUnit, cost, trancheSize, maximalHedge } of problem.legs) {
    need(Number.isFinite(size) && Number.isFinite(price), `${name}: size and price must be finite`)
    need(scenarioLosses.length === count, `${name}: every leg needs the same ${count} scenarios`)
    need(scenarioLosses.every(Number.isFinite), `${name}: scenario losses must be finite`)
    need(addOnPerUnit >= 0 && maximalHedge >= 0, `${name}: addOnPerUnit and maximalHedge must be ≥ 0`)
    need(trancheSize > 0, `${name}: trancheSize must be > 0`)
    const figures = [cost.halfSpread, cost.fee, cost.impact, cost.wait]
    need(
      figures.every((figure) => figure >= 0),
      `${name}: costs must be ≥ 0`,
    )
  }
}

function need(holds: boolean, rule: string): void {
  if (!holds) throw new LiquidationError('INVALID_PLAN', `liquidation plan: ${rule}`)
}
