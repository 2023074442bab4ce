import { black76Price, exp, normalCdf, normalPdf, normalQuantile, uniformStream } from '@holdfast/quant'
import { bandTrade } from './band/band.js'
import { type BandRule, bandOf } from './band/rule.js'

/** One short call at the money, hedged until it expires, on lognormal paths without drift. S₀ = K = 1, no rates. */
export type HedgeGame = {
  /** Annualised decimal; the vol that the option is sold and hedged at, and the one that the paths have. */
  readonly vol: number
  /** Life of the option, years. */
  readonly years: number
  /** Moments at which the hedge is looked at; the first when the option is sold. */
  readonly steps: number
  /** Of each trade, per unit of its notional, decimal: the first hedge, the changes, and what is unwound at expiry. */
  readonly cost: number
  /** Of each trade, whatever its size, in S₀; 0 where absent. */
  readonly fixedCost?: number
  readonly paths: number
  readonly seed: number
}

export type NamedRule = { readonly name: string; readonly rule: BandRule }

/** What a rule cost and what it spared. Money in S₀, per option. */
export type FrontierRow = {
  readonly name: string
  /** Mean of all trading costs. */
  readonly meanCost: number
  /** Expected shortfall at 95 %: mean loss of the worst 5 % of paths, of premium + hedge − payoff − costs. Positive: a loss. */
  readonly expectedShortfall: number
  /** One standard deviation of the same P&L. */
  readonly pnlDeviation: number
  readonly meanPnl: number
  /** By path: trades after the first hedge, and base units traded with it. */
  readonly trades: number
  readonly turnover: number
  /** Share of the looks at the hedge that found delta in its band. */
  readonly timeInBand: number
}

const TAIL = 0.05

type Tally = {
  readonly name: string
  readonly rule: BandRule
  readonly losses: Float64Array
  held: number
  cash: number
  cost: number
  costs: number
  trades: number
  turnover: number
}

/**
 * Replays rules on the same seeded paths. All begin from a full hedge, look at it at every step, and unwind what is left at expiry.
 * The same arguments give the same bits.
 *
 * @returns a row for each rule, in their order.
 * @throws {RangeError} where the game cannot be played.
 */
export function hedgeFrontier(game: HedgeGame, rules: readonly NamedRule[]): readonly FrontierRow[] {
  const { vol, years, steps, paths, seed } = game
  if (!(vol > 0 && years > 0 && steps >= 2 && paths >= 20 && game.cost >= 0)) {
    throw new RangeError('hedgeFrontier: vol, years > 0, at least 2 steps and 20 paths, cost ≥ 0')
  }
  const premium = black76Price('call', 1, 1, years, vol)
  const uniform = uniformStream(seed)
  const tallies = rules.map(({ name, rule }): Tally => ({ ...FRESH, name, rule, losses: new Float64Array(paths) }))
  const dt = years / steps
  const drift = -0.5 * vol * vol * dt
  const deviation = vol * Math.sqrt(dt)
  for (let path = 0; path < paths; path++) {
    for (const tally of tallies) Object.assign(tally, { held: 0, cash: premium, cost: 0 })
    let logSpot = 0
    for (let step = 0; step < steps; step++) {
      lookAt(tallies, game, logSpot, years - step * dt, step === 0)
      logSpot += drift + deviation * normalQuantile(uniform())
    }
    const spot = exp(logSpot)
    const payoff = Math.max(0, spot - 1)
    for (const tally of tallies) {
      trade(tally, game, -tally.held, spot)
      tally.losses[path] = payoff - tally.cash + tally.cost
      tally.costs += tally.cost
    }
  }
  return tallies.map((tally) => rowOf(tally, game))
}

const FRESH = { held: 0, cash: 0, cost: 0, costs: 0, trades: 0, turnover: 0 }

/** Every rule looks at its hedge; the option's own figures are the same for all. */
function lookAt(tallies: readonly Tally[], game: HedgeGame, logSpot: number, years: number, first: boolean): void {
  const spot = exp(logSpot)
  const deviation = game.vol * Math.sqrt(years)
  const d1 = logSpot / deviation + deviation / 2
  const delta = normalCdf(d1)
  const density = normalPdf(d1)
  const gamma = density / (spot * deviation)
  // Of the book: one call short.
  const book = { spot, gamma: -gamma, vanna: (density * (d1 - deviation)) / game.vol, years, vol: game.vol }
  for (const tally of tallies) {
    if (first) {
      trade(tally, game, delta, spot)
      continue
    }
    const band = bandOf(tally.rule, book, 0)
    const wanted = band === undefined ? undefined : bandTrade(band, tally.held - delta)
    if (wanted === undefined || wanted === 0) continue
    tally.trades += 1
    trade(tally, game, wanted, spot)
  }
}

function trade(tally: Tally, { cost, fixedCost = 0 }: HedgeGame, size: number, spot: number): void {
  if (size === 0) return
  tally.held += size
  tally.cash -= size * spot
  tally.cost += cost * Math.abs(size) * spot + fixedCost
  tally.turnover += Math.abs(size)
}

function rowOf({ name, losses, costs, trades, turnover }: Tally, { paths, steps }: HedgeGame): FrontierRow {
  const worst = Float64Array.from(losses).sort()
  const tail = Math.max(1, Math.floor(paths * TAIL))
  let tailLoss = 0
  for (let i = 0; i < tail; i++) tailLoss += worst[paths - 1 - i]!
  let sum = 0
  let squares = 0
  for (const loss of losses) sum += loss
  const mean = sum / paths
  for (const loss of losses) squares += (loss - mean) * (loss - mean)
  return {
    name,
    meanCost: costs / paths,
    expectedShortfall: tailLoss / tail,
    pnlDeviation: Math.sqrt(squares / (paths - 1)),
    meanPnl: -mean,
    trades: trades / paths,
    turnover: turnover / paths,
    timeInBand: 1 - trades / (paths * (steps - 1)),
  }
}
