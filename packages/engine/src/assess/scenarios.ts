import type { ScenarioGrid } from './assessment.js'
import { type Priced, type PricedPosition, unitValue } from './priced.js'

/** What a scenario revalues: contracts, and coins held as balances. */
export type Revaluable = {
  readonly positions: readonly {
    readonly underlying: string
    readonly size: number
    readonly value: number
    readonly priced: Priced
  }[]
  /** USD value of coins that are underlyings, by underlying, sorted. */
  readonly coins: readonly { readonly underlying: string; readonly value: number }[]
}

/** The part of a book that can be revalued; what cannot is named in the assessment's `missing`. */
export function revaluable(positions: readonly PricedPosition[], coins: Revaluable['coins']): Revaluable {
  const known = positions.flatMap(({ held, priced, value }) =>
    priced === undefined || value === undefined
      ? []
      : [{ underlying: held.instrument.underlying, size: held.size, value, priced }],
  )
  return { positions: known, coins }
}

/** P&L of the book, USD, where each underlying moves by a share of its own and all vols by one: full revaluation. */
export function revalue(book: Revaluable, spotMove: (underlying: string) => number, volMove: number): number {
  let pnl = 0
  for (const { underlying, size, value, priced } of book.positions) {
    pnl += size * unitValue(priced, 1 + spotMove(underlying), 1 + volMove) - value
  }
  for (const { underlying, value } of book.coins) pnl += value * spotMove(underlying)
  return pnl
}

/** The grid of joint moves, all underlyings alike. Coins held as balances move too. */
export function scenarioGrid(
  book: Revaluable,
  spotMoves: readonly number[],
  volMoves: readonly number[],
): ScenarioGrid {
  const pnl = spotMoves.map((spot) =>
    volMoves.map((vol) => (spot === 0 && vol === 0 ? 0 : revalue(book, () => spot, vol))),
  )
  return { spotMoves, volMoves, pnl }
}

/** Sum of grids of the same moves. */
export function addGrids(grids: readonly ScenarioGrid[]): ScenarioGrid | undefined {
  const first = grids[0]
  if (first === undefined) return undefined
  const pnl = first.pnl.map((row, i) => row.map((_, j) => grids.reduce((sum, grid) => sum + grid.pnl[i]![j]!, 0)))
  return { ...first, pnl }
}

/** The lowest P&L of a grid, by the first of equals; named as `spot −20 %, vol +30 %`. */
export function worstScenario(grid: ScenarioGrid): { readonly name: string; readonly pnl: number } {
  let worst = { name: 'none', pnl: 0 }
  grid.pnl.forEach((row, i) => {
    row.forEach((pnl, j) => {
      if (pnl < worst.pnl) worst = { name: scenarioName(grid.spotMoves[i]!, grid.volMoves[j]!), pnl }
    })
  })
  return worst
}

/** `spot −20 %, vol +30 %`. */
export function scenarioName(spot: number, vol: number): string {
  return `spot ${signedPercent(spot)}, vol ${signedPercent(vol)}`
}

function signedPercent(move: number): string {
  const sign = move > 0 ? '+' : move < 0 ? '−' : ''
  return `${sign}${Number((Math.abs(move) * 100).toFixed(4))} %`
}
