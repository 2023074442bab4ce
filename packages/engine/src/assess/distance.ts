import type { MarginAccount, MarginMarket, MarginModel } from '../margin/model.js'
import { type MarketMove, movedMarket } from '../market/marginMarket.js'
import type { LiquidationDistance, MoveRange } from './assessment.js'
import type { AssessSettings } from './settings.js'

/** Grid steps on each side before bisection, closer together near 0. */
const STEPS = 16
/** Bisections: a step of at most 1/8 of the range ends below 10⁻⁵ of it. */
const BISECTIONS = 13

/**
 * How far the market may move until the account can be liquidated: equity − maintenance crosses 0 (of the worst bucket
 * where positions are margined apart). The excess need not be monotone, so each side is walked on a grid of growing steps to
 * the first that is liquidatable, and the crossing before it is bisected; a dip narrower than a step can be missed.
 *
 * @param market - frozen: see `frozenMarket`.
 * @param betas - of each underlying to the first.
 * @returns undefined where the model lacks an input at the market as it is.
 */
export function liquidationDistance(
  model: MarginModel,
  account: MarginAccount,
  market: MarginMarket,
  betas: Readonly<Record<string, number>>,
  settings: AssessSettings,
): LiquidationDistance | undefined {
  const { searchDown, searchUp, volUp } = settings.distance
  if (excess(model, account, market) === undefined) return undefined
  const search = (moveOf: (move: number) => MarketMove): MoveRange => {
    const safe = (move: number) => isSafe(model, account, movedMarket(market, moveOf(move)))
    const down = crossing(safe, searchDown)
    const up = crossing(safe, searchUp)
    return { ...(down === undefined ? {} : { down }), ...(up === undefined ? {} : { up }) }
  }
  const spotAlone = search((move) => ({ spot: () => move, vol: 0 }))
  const vol = search((move) => ({ spot: () => move, vol: volUp }))
  const beta = search((move) => ({ spot: (underlying) => Math.max(-0.99, move * (betas[underlying] ?? 1)), vol: 0 }))
  const nearest = nearestOf([spotAlone, vol, beta])
  return {
    searched: { down: searchDown, up: searchUp },
    spotAlone,
    volUp: { ...vol, volUpRelative: volUp },
    beta: { ...beta, betas },
    ...(nearest === undefined ? {} : { nearest }),
  }
}

/** Equity − maintenance of the worst bucket, USD; undefined where the model lacks an input. */
function excess(model: MarginModel, account: MarginAccount, market: MarginMarket): number | undefined {
  const outcome = model.evaluate(account, market)
  if (!outcome.ok) return undefined
  let worst = outcome.excessMaintenance
  for (const bucket of outcome.buckets ?? []) {
    if (bucket.maintenanceMargin > 0) worst = Math.min(worst, bucket.equity - bucket.maintenanceMargin)
  }
  return worst
}

/** A state that the model cannot judge is not safe. */
function isSafe(model: MarginModel, account: MarginAccount, market: MarginMarket): boolean {
  const left = excess(model, account, market)
  return left !== undefined && left > 0
}

function crossing(safe: (move: number) => boolean, limit: number): number | undefined {
  if (!safe(0)) return 0
  let inside = 0
  for (let step = 1; step <= STEPS; step += 1) {
    const share = step / STEPS
    const outside = limit * share * (0.25 + 0.75 * share)
    if (!safe(outside)) return bisect(safe, inside, outside)
    inside = outside
  }
  return undefined
}

function bisect(safe: (move: number) => boolean, from: number, to: number): number {
  let inside = from
  let outside = to
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (inside + outside) / 2
    if (safe(middle)) inside = middle
    else outside = middle
  }
  return outside
}

/** The move of smallest size; down before up of equals. */
export function nearestOf(ranges: readonly MoveRange[]): number | undefined {
  const moves = ranges.flatMap(({ down, up }) => [down, up]).filter((move) => move !== undefined)
  return moves.reduce<number | undefined>(
    (best, move) => (best === undefined || Math.abs(move) < Math.abs(best) ? move : best),
    undefined,
  )
}

/** The nearest of several accounts' distances: margin of one account does not help another. */
export function nearestDistance(distances: readonly LiquidationDistance[]): LiquidationDistance | undefined {
  const first = distances[0]
  if (first === undefined) return undefined
  const merge = (read: (one: LiquidationDistance) => MoveRange): MoveRange => {
    const down = nearestOf(distances.map((one) => pick(read(one), 'down')))
    const up = nearestOf(distances.map((one) => pick(read(one), 'up')))
    return { ...(down === undefined ? {} : { down }), ...(up === undefined ? {} : { up }) }
  }
  const nearest = nearestOf(distances.map(({ nearest: move }) => (move === undefined ? {} : { down: move })))
  return {
    searched: first.searched,
    spotAlone: merge((one) => one.spotAlone),
    volUp: { ...merge((one) => one.volUp), volUpRelative: first.volUp.volUpRelative },
    beta: { ...merge((one) => one.beta), betas: Object.assign({}, ...distances.map((one) => one.beta.betas)) },
    ...(nearest === undefined ? {} : { nearest }),
  }
}

function pick(range: MoveRange, side: 'down' | 'up'): MoveRange {
  const move = range[side]
  return move === undefined ? {} : { [side]: move }
}
