import { type LeastSquaresProblem, type NormalEquations, scaled, tilted } from './leastSquares.js'
import type { SviParameters } from './svi.js'

/** Quotes of one expiry in columns. Vols are annualised decimals; a missing side of the band is ±Infinity. */
export type SliceQuotes = {
  readonly years: number
  readonly logMoneyness: Float64Array
  readonly targetVol: Float64Array
  readonly bidVol: Float64Array
  readonly askVol: Float64Array
  /** 1/scale of the residual in vol at the quote, already times the root of its weight. */
  readonly precision: Float64Array
  /** The same for the distance outside the band; 0 where there is none. */
  readonly bandPrecision: Float64Array
}

/** What the slice must respect: total variance of the neighbours on the grid, their wing slopes, and the force of each penalty. */
export type SliceConstraints = {
  readonly grid: Float64Array
  /** Total variance that must not be undercut or exceeded; −Infinity and Infinity where free. */
  readonly floor: Float64Array
  readonly ceiling: Float64Array
  /** Wing slopes of the neighbours, [left, right]: b(1 − ρ), b(1 + ρ). */
  readonly slopeFloor: readonly [number, number]
  readonly slopeCeiling: readonly [number, number]
  /** g must stay above this on the grid. */
  readonly densityFloor: number
  readonly force: number
}

/** No density of a smile whose wing slope reaches 2 (R. Lee, "The moment formula", Mathematical Finance 14, 2004). */
export const WING_SLOPE_MAX = 2
const WING_SLOPE_LIMIT = 1.96
/** Penalty units: a miss of 0.01 in g, of 0.1 vol points in calendar order, of 0.002 in a wing's slope counts as one. */
const DENSITY_UNIT = 0.01
const CALENDAR_UNIT_VOL = 0.001
const SLOPE_UNIT = 0.002

/** Quotes lie within |k| ≤ 4; a smile whose bottom or bend lies far beyond is a straight line or a parabola of huge terms. */
const SHIFT_MAX = 5
const ROUNDING_MAX = 10

/** Point layout: a, b, ρ, m, σ. */
export function toPoint(p: SviParameters): Float64Array {
  return Float64Array.of(p.a, p.b, p.rho, p.m, p.sigma)
}

export function fromPoint(point: Float64Array): SviParameters {
  return { a: point[0]!, b: point[1]!, rho: point[2]!, m: point[3]!, sigma: point[4]! }
}

/** Σ of squared misses of vol, in units of each quote's precision, plus squared hinges of what breaks the constraints. */
export function sliceProblem(quotes: SliceQuotes, constraints: SliceConstraints): LeastSquaresProblem {
  const row = new Float64Array(5)
  return {
    size: 5,
    move,
    evaluate(point, equations) {
      if (!(lowestVariance(point) > 0)) return Number.POSITIVE_INFINITY
      const fit = quoteCost(quotes, point, row, equations)
      if (!(fit < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY
      return (
        fit + gridCost(quotes.years, constraints, point, row, equations) + slopeCost(constraints, point, row, equations)
      )
    },
  }
}

/** a and m move by addition, b and σ by factors, ρ on u = ρ/√(1 − ρ²): every step stays inside the domain. */
function move(from: Float64Array, step: Float64Array, to: Float64Array): void {
  to[0] = from[0]! + step[0]!
  to[1] = scaled(from[1]!, step[1]!)
  to[2] = tilted(from[2]!, step[2]!)
  to[3] = Math.min(Math.max(from[3]! + step[3]!, -SHIFT_MAX), SHIFT_MAX)
  to[4] = Math.min(scaled(from[4]!, step[4]!), ROUNDING_MAX)
}

function quoteCost(
  quotes: SliceQuotes,
  point: Float64Array,
  row: Float64Array,
  equations: NormalEquations | undefined,
): number {
  const { years, logMoneyness, targetVol, bidVol, askVol, precision, bandPrecision } = quotes
  let cost = 0
  for (let i = 0; i < logMoneyness.length; i++) {
    const w = varianceRow(point, logMoneyness[i]!, row)
    const vol = Math.sqrt(w / years)
    const perVariance = 0.5 / (vol * years)
    const weight = precision[i]!
    if (weight > 0) {
      const miss = weight * (vol - targetVol[i]!)
      cost += miss * miss
      if (equations !== undefined) accumulate(equations, row, weight * perVariance, miss)
    }
    const bandWeight = bandPrecision[i]!
    const outside = vol > askVol[i]! ? vol - askVol[i]! : vol < bidVol[i]! ? vol - bidVol[i]! : 0
    if (bandWeight > 0 && outside !== 0) {
      const miss = bandWeight * outside
      cost += miss * miss
      if (equations !== undefined) accumulate(equations, row, bandWeight * perVariance, miss)
    }
  }
  return cost
}

function lowestVariance(point: Float64Array): number {
  const rho = point[2]!
  return point[0]! + point[1]! * point[4]! * Math.sqrt((1 - rho) * (1 + rho))
}

/** w at k; ∂w/∂(step) into `row`. */
function varianceRow(point: Float64Array, k: number, row: Float64Array): number {
  const b = point[1]!
  const rho = point[2]!
  const sigma = point[4]!
  const x = k - point[3]!
  const root = Math.sqrt(x * x + sigma * sigma)
  const bracket = rho * x + root
  const tilt = (1 - rho) * (1 + rho)
  row[0] = 1
  row[1] = b * bracket
  row[2] = b * x * tilt * Math.sqrt(tilt)
  row[3] = -b * (rho + x / root)
  row[4] = (b * sigma * sigma) / root
  return point[0]! + b * bracket
}

function gridCost(
  years: number,
  constraints: SliceConstraints,
  point: Float64Array,
  row: Float64Array,
  equations: NormalEquations | undefined,
): number {
  const { grid, floor, ceiling, densityFloor, force } = constraints
  const b = point[1]!
  const rho = point[2]!
  const m = point[3]!
  const sigma = point[4]!
  const square = sigma * sigma
  let cost = 0
  for (let i = 0; i < grid.length; i++) {
    const k = grid[i]!
    const x = k - m
    const reach = x * x + square
    const root = Math.sqrt(reach)
    const w = point[0]! + b * (rho * x + root)
    const slope = b * (rho + x / root)
    const curvature = (b * square) / (reach * root)
    const first = 1 - (k * slope) / (2 * w)
    const density = first * first - ((slope * slope) / 4) * (1 / w + 0.25) + curvature / 2
    if (density < densityFloor) {
      const unit = force / DENSITY_UNIT
      const miss = unit * (density - densityFloor)
      cost += miss * miss
      if (equations !== undefined) {
        densityRow(point, k, w, slope, first, root, row)
        accumulate(equations, row, unit, miss)
      }
    }
    const outside = w < floor[i]! ? w - floor[i]! : w > ceiling[i]! ? w - ceiling[i]! : 0
    if (outside !== 0) {
      const unit = (force * 0.5) / (Math.sqrt(w * years) * CALENDAR_UNIT_VOL)
      const miss = unit * outside
      cost += miss * miss
      if (equations !== undefined) {
        varianceRow(point, k, row)
        accumulate(equations, row, unit, miss)
      }
    }
  }
  return cost
}

/** ∂g/∂(step) by the chain through w, w′ and w″. */
function densityRow(
  point: Float64Array,
  k: number,
  w: number,
  slope: number,
  first: number,
  root: number,
  row: Float64Array,
): void {
  const b = point[1]!
  const rho = point[2]!
  const sigma = point[4]!
  const x = k - point[3]!
  const tilt = (1 - rho) * (1 + rho)
  const byRho = tilt * Math.sqrt(tilt)
  const cube = root * root * root
  const fifth = cube * root * root
  const square = sigma * sigma
  const byW = (first * k * slope) / (w * w) + (slope * slope) / (4 * w * w)
  const bySlope = (-first * k) / w - (slope / 2) * (1 / w + 0.25)
  const curvature = (b * square) / cube
  row[0] = byW
  row[1] = byW * b * (rho * x + root) + bySlope * slope + 0.5 * curvature
  row[2] = byRho * b * (byW * x + bySlope)
  row[3] = -byW * slope - bySlope * curvature + (1.5 * b * square * x) / fifth
  row[4] =
    (byW * b * square) / root +
    (-bySlope * b * x * square) / cube +
    0.5 * b * square * (2 / cube - (3 * square) / fifth)
}

function slopeCost(
  constraints: SliceConstraints,
  point: Float64Array,
  row: Float64Array,
  equations: NormalEquations | undefined,
): number {
  const { slopeFloor, slopeCeiling, force } = constraints
  const b = point[1]!
  const rho = point[2]!
  const tilt = (1 - rho) * (1 + rho)
  const unit = force / SLOPE_UNIT
  let cost = 0
  for (let side = 0; side < 2; side++) {
    const sign = side === 0 ? -1 : 1
    const slope = b * (1 + sign * rho)
    const high = Math.min(slopeCeiling[side]!, WING_SLOPE_LIMIT)
    const outside = slope < slopeFloor[side]! ? slope - slopeFloor[side]! : slope > high ? slope - high : 0
    if (outside === 0) continue
    const miss = unit * outside
    cost += miss * miss
    if (equations !== undefined) {
      row[0] = 0
      row[1] = slope
      row[2] = sign * b * tilt * Math.sqrt(tilt)
      row[3] = 0
      row[4] = 0
      accumulate(equations, row, unit, miss)
    }
  }
  return cost
}

function accumulate(equations: NormalEquations, row: Float64Array, unit: number, miss: number): void {
  const { size, matrix, gradient } = equations
  for (let i = 0; i < size; i++) {
    const scaledEntry = unit * row[i]!
    gradient[i]! += scaledEntry * miss
    for (let j = 0; j <= i; j++) matrix[i * size + j]! += scaledEntry * unit * row[j]!
  }
}
