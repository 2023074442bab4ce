import { type Constraint, solve } from 'yalps'
import {
  type GreekRow,
  greekRows,
  greeksAfter,
  HedgeError,
  type OptionHedgePlan,
  type OptionHedgeProblem,
  requireProblem,
  tradesCost,
} from './problem.js'

/** What a Greek at its tolerance beyond the tolerance weighs against USD: nearness comes first, then cost. */
const SLACK_WEIGHT = 1e6

/** Nodes of the search for whole lots; a search that needs more gives the best it has found. Counted, not timed. */
const NODES_MAX = 4000

/** The solver meets a constraint to 1e-8 of the row's scale; it is asked for this much more. */
const SOLVER_MARGIN = 1e-7

/** Limits that may be lifted to find which one stands in the way. */
type Lifted =
  | { readonly kind: 'none' }
  | { readonly kind: 'lots' }
  | { readonly kind: 'depth' | 'margin' | 'notional'; readonly of: string }

/**
 * The cheapest trades in options and perpetuals that bring delta, gamma and vega by bucket within their tolerances, in whole lots,
 * within the depth of each instrument and the margin and notional of each venue:
 *
 *   min Σ cost⁺ buy + cost⁻ sell   with, for each Greek g,  |held_g + Σ g_i (buy_i − sell_i) lot_i| ≤ tolerance_g,
 *   for each venue  Σ margin⁺ buy + margin⁻ sell ≤ margin,  Σ notional (buy + sell) ≤ notional,  buy_i, sell_i whole, within depth
 *
 * Margin is counted gross: what a hedge offsets within a portfolio model is not known here, so that the plan errs to the safe side.
 * Where it cannot be done, the trades that leave the least beyond the tolerances (each measured in its own tolerance, or in what
 * is held where that is 0) are given, with every limit that alone stands in the way.
 *
 * @throws {HedgeError} where a figure is not known, or not in its range.
 */
export function planOptionHedge(problem: OptionHedgeProblem): OptionHedgePlan {
  requireProblem(problem)
  const strict = search(problem, 'strict', { kind: 'none' })
  if (strict !== undefined) return { ok: true, ...outcome(problem, strict) }
  const nearest = search(problem, 'nearest', { kind: 'none' })
  if (nearest === undefined) throw new HedgeError('HEDGE_UNSOLVED', 'the programme of the option hedge has no solution')
  const found = outcome(problem, nearest)
  const binding = liftable(problem).filter((lifted) => search(problem, 'strict', lifted) !== undefined)
  const names = binding.map(liftedText)
  const open = greekRows(problem)
    .filter(({ of, tolerance }) => Math.abs(of(found.residual)) > tolerance)
    .map(({ name, of, tolerance }) => `${name} stays at ${figure(of(found.residual))}, tolerance ${figure(tolerance)}`)
  const cause = names.length === 0 ? 'no single limit is to blame' : `binding: ${names.join('; ')}`
  return { ok: false, code: 'INFEASIBLE', ...found, binding: names, reason: `${open.join('; ')}; ${cause}` }
}

function outcome(problem: OptionHedgeProblem, sizes: readonly number[]) {
  const trades = problem.instruments.flatMap(({ name, venue }, i) =>
    sizes[i] === 0 ? [] : [{ name, venue, size: sizes[i]! }],
  )
  return { trades, cost: tradesCost(problem, sizes), residual: greeksAfter(problem, sizes) }
}

/** Trades by instrument, units, signed; undefined where there are none. */
function search(problem: OptionHedgeProblem, aim: 'strict' | 'nearest', lifted: Lifted): readonly number[] | undefined {
  const rows = greekRows(problem)
  const constraints = new Map<string, Constraint>()
  const variables = new Map<string, Map<string, number>>()
  const integers = new Set<string>()
  for (const row of rows) {
    const scale = scaleOf(row)
    constraints.set(row.name, {
      min: (-row.tolerance - row.held) / scale + SOLVER_MARGIN * (row.tolerance > 0 ? 1 : -1),
      max: (row.tolerance - row.held) / scale - SOLVER_MARGIN * (row.tolerance > 0 ? 1 : -1),
    })
    if (aim === 'strict') continue
    for (const sign of [1, -1])
      variables.set(
        `slack ${row.name} ${sign}`,
        new Map([
          [row.name, sign],
          ['cost', SLACK_WEIGHT],
        ]),
      )
  }
  for (const [venue, limit] of Object.entries(problem.venues)) {
    for (const kind of ['margin', 'notional'] as const) {
      if (Number.isFinite(limit[kind]) && !isLifted(lifted, kind, venue))
        constraints.set(`${kind} ${venue}`, { max: limit[kind] })
    }
  }
  problem.instruments.forEach((instrument, i) => {
    const { venue, lot, greeks, notional } = instrument
    for (const side of [1, -1]) {
      const buys = side > 0
      const depth = isLifted(lifted, 'depth', instrument.name)
        ? Number.POSITIVE_INFINITY
        : buys
          ? instrument.buyDepth
          : instrument.sellDepth
      const lots = Math.floor(depth / lot + 1e-9)
      if (!(lots > 0)) continue
      const name = `${i}:${side}`
      const coefficients = new Map([
        ['cost', (buys ? instrument.buyCost : instrument.sellCost) * lot],
        [`margin ${venue}`, (buys ? instrument.buyMargin : instrument.sellMargin) * lot],
        [`notional ${venue}`, notional * lot],
        ...rows.map((row): [string, number] => [row.name, (row.of(greeks) * side * lot) / scaleOf(row)]),
      ])
      if (Number.isFinite(lots)) {
        constraints.set(name, { max: lots })
        coefficients.set(name, 1)
      }
      variables.set(name, coefficients)
      if (lifted.kind !== 'lots') integers.add(name)
    }
  })
  const solution = solve(
    { direction: 'minimize', objective: 'cost', constraints, variables, integers },
    { maxIterations: NODES_MAX },
  )
  const found = solution.status === 'optimal' || (solution.status === 'timedout' && Number.isFinite(solution.result))
  if (!found) return undefined
  const amounts = new Map(solution.variables)
  return problem.instruments.map(({ lot }, i) => {
    const net = (amounts.get(`${i}:1`) ?? 0) - (amounts.get(`${i}:-1`) ?? 0)
    return (lifted.kind === 'lots' ? net : Math.round(net)) * lot
  })
}

/** What a row is measured in: its tolerance, else what is held of it. */
function scaleOf({ tolerance, held }: GreekRow): number {
  return tolerance > 0 ? tolerance : Math.abs(held) || 1
}

function isLifted(lifted: Lifted, kind: 'depth' | 'margin' | 'notional', of: string): boolean {
  return lifted.kind === kind && lifted.of === of
}

function liftable({ instruments, venues }: OptionHedgeProblem): readonly Lifted[] {
  const limited = Object.keys(venues).sort()
  return [
    { kind: 'lots' },
    ...instruments.map(({ name }): Lifted => ({ kind: 'depth', of: name })),
    ...limited.flatMap((of): Lifted[] => [
      { kind: 'margin', of },
      { kind: 'notional', of },
    ]),
  ]
}

function liftedText(lifted: Lifted): string {
  switch (lifted.kind) {
    case 'none':
      return ''
    case 'lots':
      return 'whole lots'
    case 'depth':
      return `depth of ${lifted.of}`
    case 'margin':
      return `margin at ${lifted.of}`
    case 'notional':
      return `notional limit at ${lifted.of}`
  }
}

function figure(value: number): string {
  return `${Number(value.toPrecision(4))}`
}
