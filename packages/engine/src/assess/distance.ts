import type { MarginAccount, MarginMarket, MarginModel } from '../margin/model.js'
import { type MarketMove, movedMarket } from '../market/marginMarket.js'
import type { LiquidationDistance, MoveRange } from './assessment.js'
import type { AssessSettings } from './settings.js'

/** Grid steps on each side, closer together near 0. */
const STEPS = 10
/** A crossing is known when it lies within this share of the index: one basis point. */
const TOLERANCE = 1e-4
const REFINEMENTS_MAX = 40

/**
 * How far the market may move until the account can be liquidated: equity − maintenance crosses 0 (of the worst bucket
 * where positions are margined apart). The excess need not be monotone, so each side is walked on a grid of growing steps to
 * the first that is liquidatable, and the crossing before it is closed in on; a dip narrower than a step can be missed.
 *
 * @param market - frozen: see `frozenMarket`.
 * @param betas - of each underlying of the account to the first of them.
 * @returns undefined where the model lacks an input at the market as it is.
 */
export function liquidationDistance(
  model: MarginModel,
  account: MarginAccount,
  market: MarginMarket,
  betas: Readonly<Record<string, number>>,
  settings: Pick<AssessSettings, 'distance'>,
): LiquidationDistance | undefined {
  const { searchDown, searchUp, volUp } = settings.distance
  const here = excess(model, account, market)
  if (here === undefined) return undefined
  const search = (start: number, moveOf: (move: number) => MarketMove): MoveRange => {
    // A state that the model cannot judge is not safe.
    const left = (move: number) => excess(model, account, movedMarket(market, moveOf(move))) ?? Number.NEGATIVE_INFINITY
    const down = crossing(left, start, searchDown)
    const up = crossing(left, start, searchUp)
    return { ...(down === undefined ? {} : { down }), ...(up === undefined ? {} : { up }) }
  }
  const spotAlone = search(here, (move) => ({ spot: () => move, vol: 0 }))
  const atHigherVol = excess(model, account, movedMarket(market, { spot: () => 0, vol: volUp }))
  const vol = search(atHigherVol ?? Number.NEGATIVE_INFINITY, (move) => ({ spot: () => move, vol: volUp }))
  const alike = Object.values(betas).every((beta) => beta === 1)
  const byBeta = (move: number): MarketMove => ({
    spot: (underlying) => Math.max(LOWEST_MOVE, move * (betas[underlying] ?? 1)),
    vol: 0,
  })
  const beta = alike ? spotAlone : search(here, byBeta)
  const nearest = nearestOf([spotAlone, vol, beta])
  return {
    searched: { down: searchDown, up: searchUp },
    spotAlone,
    volUp: { ...vol, volUpRelative: volUp },
    beta: { ...beta, betas },
    ...(nearest === undefined ? {} : { nearest }),
  }
}

/** Prices stay above 0 however large a beta is. */
const LOWEST_MOVE = -0.99

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

/** The nearest move towards `limit` at which nothing is left; 0 where nothing is left already. */
function crossing(left: (move: number) => number, start: number, limit: number): number | undefined {
  if (!(start > 0)) return 0
  let inside = 0
  let leftInside = start
  for (let step = 1; step <= STEPS; step += 1) {
    const share = step / STEPS
    const outside = limit * share * (0.25 + 0.75 * share)
    const leftOutside = left(outside)
    if (!(leftOutside > 0)) return closeIn(left, [inside, leftInside], [outside, leftOutside])
    inside = outside
    leftInside = leftOutside
  }
  return undefined
}

type Point = readonly [move: number, left: number]

/**
 * Closes in on a crossing by the Illinois method (regula falsi whose standing end is halved), by halves where an end has no
 * figure. Returns the end at which nothing is left.
 */
function closeIn(left: (move: number) => number, from: Point, to: Point): number {
  let [inside, leftInside] = from
  let [outside, leftOutside] = to
  let stood: 'inside' | 'outside' | undefined
  for (let i = 0; i < REFINEMENTS_MAX && Math.abs(outside - inside) > TOLERANCE; i += 1) {
    const share = Number.isFinite(leftOutside) ? leftInside / (leftInside - leftOutside) : 0.5
    const margin = TOLERANCE / (4 * Math.abs(outside - inside))
    const move = inside + (outside - inside) * Math.min(1 - margin, Math.max(margin, share))
    const value = left(move)
    if (value > 0) {
      inside = move
      leftInside = value
      if (stood === 'outside') leftOutside /= 2
      stood = 'outside'
    } else {
      outside = move
      leftOutside = value
      if (stood === 'inside') leftInside /= 2
      stood = 'inside'
    }
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
