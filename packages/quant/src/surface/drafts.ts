import { findArbitrage, smileGrid, sviSmile } from './arbitrage.js'
import { minimizeLeastSquares } from './leastSquares.js'
import { fromPoint, type SliceConstraints, type SliceQuotes, sliceProblem, toPoint } from './sliceProblem.js'
import { startSlice } from './sliceStart.js'
import type { SurfaceSlice } from './surface.js'
import { isSvi, type SviParameters, sviTotalVariance } from './svi.js'

/** A slice on its way through the rounds, and the fit of its own that it began with. */
export type Draft = { readonly quotes: SliceQuotes; readonly free: SviParameters; slice: SurfaceSlice }

const ROUNDS_MAX = 10
/** In the first rounds neighbours that cross give way to each other; then only the later to the earlier. */
const ROUNDS_MUTUAL = 5
/** Penalties start at a sixteenth and grow fourfold each round: the smile that can yield at little cost yields first. */
const FORCE_DIVISOR = 16
const ITERATIONS_FIRST = 60
const ITERATIONS_ROUND = 25
const TOLERANCE = 1e-4
const DENSITY_FLOOR = 0.01
/** What neighbours keep between them in each round, as a difference of vol. */
const CALENDAR_MARGIN_VOL = 0.0001
const WING_MARGIN = 0.001

/**
 * Refits slices that cross a neighbour, or whose g falls below 0, under penalties that grow fourfold each round, until nothing is
 * found on the dense grid or the rounds are used up. The others keep their own best fit.
 *
 * @param drafts - sorted by years; their slices are replaced.
 * @returns the rounds it took; what is left then is for `checkArbitrage` to find.
 */
export function repairDrafts(drafts: readonly Draft[]): number {
  for (let round = 0; round < ROUNDS_MAX; round++) if (!repairRound(drafts, round)) return round
  liftLater(drafts)
  return ROUNDS_MAX
}

const LIFTS_MAX = 4

/** What the rounds left of calendar disorder: from the front on, the later smile is raised as a whole, or its wing bent up. */
function liftLater(drafts: readonly Draft[]): void {
  for (let i = 1; i < drafts.length; i++) {
    const earlier = drafts[i - 1]!.slice
    const draft = drafts[i]!
    for (let lift = 0; lift < LIFTS_MAX; lift++) {
      const [crossing] = findArbitrage([sviSmile(earlier), sviSmile(draft.slice)]).filter(
        ({ between }) => between === 0,
      )
      if (crossing === undefined) break
      const { svi } = draft.slice
      const raised =
        crossing.finding.kind === 'wing'
          ? bend(svi, { slopeFloor: wingSlopes(earlier.svi, 1 + WING_MARGIN), slopeCeiling: UNBOUNDED })
          : { ...svi, a: svi.a + crossing.finding.amount * (1 + WING_MARGIN) }
      if (!isSvi(raised)) break
      draft.slice = { ...draft.slice, svi: raised }
    }
  }
}

const UNBOUNDED: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]

/** One round; false where nothing was in conflict. */
export function repairRound(drafts: readonly Draft[], round: number): boolean {
  const conflicts = conflictsOf(drafts)
  if (!conflicts.includes(true)) return false
  for (let i = 0; i < drafts.length; i++) {
    if (conflicts[i] || conflicts[i - 1] || conflicts[i + 1]) redraft(drafts, i, round)
  }
  return true
}

function conflictsOf(drafts: readonly Draft[]): boolean[] {
  const conflicts = drafts.map(() => false)
  for (const { at, between } of findArbitrage(drafts.map((draft) => sviSmile(draft.slice)))) {
    conflicts[at] = true
    if (between !== undefined) conflicts[between] = true
  }
  return conflicts
}

/**
 * Fits one expiry by itself, free of butterfly arbitrage as far as penalties reach.
 *
 * @param start - the smile to begin from; by default the best of `startSlice`, which needs three targets.
 */
export function fitFree(quotes: SliceQuotes, forward: number, start?: SviParameters): Draft {
  const svi = start ?? startSlice(variancePoints(quotes))
  const grid = constraintGrid(svi)
  const point = toPoint(svi)
  const constraints: SliceConstraints = {
    grid,
    floor: new Float64Array(grid.length).fill(Number.NEGATIVE_INFINITY),
    ceiling: new Float64Array(grid.length).fill(Number.POSITIVE_INFINITY),
    slopeFloor: [0, 0],
    slopeCeiling: UNBOUNDED,
    densityFloor: DENSITY_FLOOR,
    force: 1,
  }
  minimizeLeastSquares(sliceProblem(quotes, constraints), point, ITERATIONS_FIRST, TOLERANCE)
  const free = fromPoint(point)
  return { quotes, free, slice: { years: quotes.years, forward, svi: free } }
}

/** Targets as total variances, weighted so that a miss counts what it would as a miss of vol. */
function variancePoints(quotes: SliceQuotes) {
  const { years, logMoneyness, targetVol, precision } = quotes
  const rows = [...precision.keys()].filter((row) => precision[row]! > 0)
  const totalVariance = Float64Array.from(rows, (row) => targetVol[row]! * targetVol[row]! * years)
  return {
    logMoneyness: Float64Array.from(rows, (row) => logMoneyness[row]!),
    totalVariance,
    weight: Float64Array.from(rows, (row, i) => (precision[row]! * precision[row]!) / (4 * years * totalVariance[i]!)),
  }
}

function constraintGrid(svi: SviParameters): Float64Array {
  return smileGrid(Math.max(sviTotalVariance(svi, 0), 1e-10), 4, 4, 1.4)
}

function redraft(drafts: readonly Draft[], index: number, round: number): void {
  const draft = drafts[index]!
  const earlier = drafts[index - 1]?.slice
  const later = round < ROUNDS_MUTUAL ? drafts[index + 1]?.slice : undefined
  const grid = unionGrid([draft.slice, earlier, later])
  const { years } = draft.quotes
  const gap = (w: number) => 2 * Math.sqrt(w * years) * CALENDAR_MARGIN_VOL * (1 + round)
  const bound = (slice: SurfaceSlice | undefined, sign: 1 | -1) =>
    grid.map((k) => {
      if (slice === undefined) return -sign * Number.POSITIVE_INFINITY
      const w = sviTotalVariance(slice.svi, k)
      return w + sign * gap(w)
    })
  const constraints: SliceConstraints = {
    grid,
    floor: bound(earlier, 1),
    ceiling: bound(later, -1),
    slopeFloor: earlier ? wingSlopes(earlier.svi, 1 + WING_MARGIN) : [0, 0],
    slopeCeiling: later ? wingSlopes(later.svi, 1 - WING_MARGIN) : UNBOUNDED,
    densityFloor: DENSITY_FLOOR,
    force: (1 << (2 * round)) / FORCE_DIVISOR,
  }
  // A penalty on the wings can trap the search far away from the quotes: the free fit with its wings bent is a second start.
  const problem = sliceProblem(draft.quotes, constraints)
  let best = Number.POSITIVE_INFINITY
  for (const start of [draft.slice.svi, bend(draft.free, constraints)]) {
    const point = toPoint(start)
    const { cost } = minimizeLeastSquares(problem, point, ITERATIONS_ROUND, TOLERANCE)
    if (cost < best) {
      best = cost
      draft.slice = { ...draft.slice, svi: fromPoint(point) }
    }
  }
}

/** The smile with its wings brought between the neighbours' and the same variance and slope where its own lowest point is. */
function bend(
  svi: SviParameters,
  { slopeFloor, slopeCeiling }: Pick<SliceConstraints, 'slopeFloor' | 'slopeCeiling'>,
): SviParameters {
  const [left, right] = wingSlopes(svi, 1)
  const newLeft = Math.min(Math.max(left, slopeFloor[0]), Math.max(slopeCeiling[0], slopeFloor[0]))
  const newRight = Math.min(Math.max(right, slopeFloor[1]), Math.max(slopeCeiling[1], slopeFloor[1]))
  const b = (newLeft + newRight) / 2
  const rho = Math.min(Math.max((newRight - newLeft) / (newLeft + newRight), -0.999), 0.999)
  const bent = { a: 0, b, rho, m: svi.m, sigma: svi.sigma }
  return { ...bent, a: sviTotalVariance(svi, svi.m) - sviTotalVariance(bent, svi.m) }
}

function wingSlopes({ b, rho }: SviParameters, factor: number): readonly [number, number] {
  return [b * (1 - rho) * factor, b * (1 + rho) * factor]
}

function unionGrid(slices: readonly (SurfaceSlice | undefined)[]): Float64Array {
  const points = new Set<number>()
  for (const slice of slices) if (slice !== undefined) for (const k of constraintGrid(slice.svi)) points.add(k)
  return Float64Array.from(points).sort()
}
