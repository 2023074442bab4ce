import { InputError } from '../inputError.js'
import type { RiskFigures } from './historical.js'
import { type PnlDistribution, standardRisk } from './parametric.js'
import { requireSample } from './sample.js'

/** A symmetric matrix by rows. */
export type Matrix = readonly (readonly number[])[]

/**
 * Covariance of the next return, exponentially weighted (RiskMetrics), means taken as 0.
 *
 *   Σ_{t+1} = λ Σ_t + (1 − λ) r_t r_tᵀ,   Σ₀ = mean of r rᵀ over the first `warmUp` rows
 *
 * @param returns - by time, oldest first; each row one return per asset. Rows from the first on are folded in.
 * @param decay - λ in (0, 1), e.g. 0.94 a day.
 * @param warmUp - rows that make the start, by default all of them.
 * @returns a positive semi-definite matrix, in squares of the returns' unit.
 * @see J. P. Morgan, "RiskMetrics technical document", 4th ed. (1996), section 5.2.
 */
export function ewmaCovariance(returns: Matrix, decay: number, warmUp = returns.length): Matrix {
  requireDecay(decay)
  if (!(warmUp >= 1 && warmUp <= returns.length)) throw new InputError('warmUp', warmUp, `1 to ${returns.length} rows`)
  const size = returns[0]!.length
  returns.forEach((row, index) => {
    requireSample(`returns[${index}]`, row, 1)
    if (row.length !== size) throw new InputError(`returns[${index}]`, row.length, `a row of ${size} numbers`)
  })
  const sigma = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  for (const row of returns.slice(0, warmUp)) fold(sigma, row, 1, 1 / warmUp)
  for (const row of returns) fold(sigma, row, decay, 1 - decay)
  return sigma
}

function fold(sigma: number[][], row: readonly number[], keep: number, take: number): void {
  for (let i = 0; i < row.length; i++) {
    for (let j = 0; j < row.length; j++) sigma[i]![j] = keep * sigma[i]![j]! + take * row[i]! * row[j]!
  }
}

function requireDecay(decay: number): void {
  if (!(decay > 0 && decay < 1)) throw new InputError('decay', decay, 'between 0 and 1, e.g. 0.94')
}

/** Volatility of the next return by the same recursion for one asset, in the unit of the returns. */
export function ewmaVolatility(returns: readonly number[], decay: number, warmUp = returns.length): number {
  const variance = ewmaCovariance(
    returns.map((value) => [value]),
    decay,
    warmUp,
  )
  return Math.sqrt(variance[0]![0]!)
}

/** Correlations of a covariance matrix; 1 on the diagonal, 0 beside an asset that does not vary. */
export function correlationOf(covariance: Matrix): Matrix {
  const deviation = covariance.map((row, i) => Math.sqrt(row[i]!))
  return covariance.map((row, i) =>
    row.map((value, j) => {
      if (i === j) return 1
      const scale = deviation[i]! * deviation[j]!
      return scale > 0 ? Math.min(Math.max(value / scale, -1), 1) : 0
    }),
  )
}

/** Smallest pivot, relative to its diagonal entry, at which a matrix still counts as positive semi-definite. */
const PIVOT_SLACK = 1e-10

/**
 * @throws {InputError} unless the matrix is square, finite, symmetric to 1e-12 and positive semi-definite; says which row.
 */
export function requirePositiveSemiDefinite(field: string, matrix: Matrix): void {
  const size = matrix.length
  matrix.forEach((row, i) => {
    requireSample(`${field}[${i}]`, row, 1)
    if (row.length !== size) throw new InputError(`${field}[${i}]`, row.length, `a row of ${size} numbers`)
    row.forEach((value, j) => {
      const gap = Math.abs(value - matrix[j]![i]!)
      if (!(gap <= 1e-12 * Math.max(Math.abs(value), 1e-300) || gap === 0)) {
        throw new InputError(`${field}[${i}][${j}]`, value, `equal to its mirror ${matrix[j]![i]!}`)
      }
    })
  })
  const factor: number[][] = []
  for (let i = 0; i < size; i++) {
    const row: number[] = []
    factor.push(row)
    for (let j = 0; j <= i; j++) {
      let left = matrix[i]![j]!
      for (let n = 0; n < j; n++) left -= row[n]! * factor[j]![n]!
      if (i === j) row.push(pivot(field, i, left, matrix[i]![i]!))
      else row.push(factor[j]![j]! > 0 ? left / factor[j]![j]! : coupling(field, i, j, left, matrix))
    }
  }
}

function pivot(field: string, i: number, left: number, diagonal: number): number {
  if (!(left >= -PIVOT_SLACK * diagonal && diagonal >= 0)) {
    throw new InputError(`${field}[${i}]`, left, 'a row of a positive semi-definite matrix (pivot ≥ 0)')
  }
  return left > PIVOT_SLACK * diagonal ? Math.sqrt(left) : 0
}

/** A row that depends on an earlier one of no variance of its own must not co-vary with what is left of it. */
function coupling(field: string, i: number, j: number, left: number, matrix: Matrix): number {
  const scale = Math.sqrt(Math.abs(matrix[i]![i]! * matrix[j]![j]!))
  if (!(Math.abs(left) <= Math.sqrt(PIVOT_SLACK) * scale)) {
    throw new InputError(`${field}[${i}][${j}]`, matrix[i]![j]!, 'an entry of a positive semi-definite matrix')
  }
  return 0
}

export type CovarianceRisk = RiskFigures & {
  readonly standardDeviation: number
  readonly components: readonly {
    /** Change of the figure per unit of exposure. */
    readonly marginalValueAtRisk: number
    readonly marginalExpectedShortfall: number
    /** exposure × marginal; the components sum to the total (Euler). */
    readonly valueAtRisk: number
    readonly expectedShortfall: number
  }[]
}

/**
 * Parametric VaR and ES of linear exposures, with Euler components.
 *
 *   σ_p = √(xᵀΣx),   VaR = q σ_p − xᵀμ,   ∂VaR/∂x_i = q (Σx)_i/σ_p − μ_i
 *
 * @param exposures - x, money per unit of return, signed.
 * @param covariance - Σ of the returns over the horizon.
 * @param means - μ of the returns over the horizon; 0 where absent.
 * @throws {InputError} where Σ is not positive semi-definite or the lengths differ. At σ_p = 0 marginals are −μ.
 */
export function covarianceRisk(
  exposures: readonly number[],
  covariance: Matrix,
  confidence: number,
  distribution: PnlDistribution = { kind: 'normal' },
  means: readonly number[] = exposures.map(() => 0),
): CovarianceRisk {
  requireSample('exposures', exposures, 1)
  requireSample('means', means, 1)
  requirePositiveSemiDefinite('covariance', covariance)
  for (const [field, length] of [
    ['covariance', covariance.length],
    ['means', means.length],
  ] as const) {
    if (length !== exposures.length) throw new InputError(field, length, `of length ${exposures.length} like exposures`)
  }
  const unit = standardRisk(distribution, confidence)
  const tilt = covariance.map((row) => row.reduce((sum, value, j) => sum + value * exposures[j]!, 0))
  const variance = Math.max(
    tilt.reduce((sum, value, i) => sum + value * exposures[i]!, 0),
    0,
  )
  const standardDeviation = Math.sqrt(variance)
  const components = exposures.map((exposure, i) => {
    const slope = standardDeviation > 0 ? tilt[i]! / standardDeviation : 0
    const marginalValueAtRisk = unit.valueAtRisk * slope - means[i]!
    const marginalExpectedShortfall = unit.expectedShortfall * slope - means[i]!
    return {
      marginalValueAtRisk,
      marginalExpectedShortfall,
      valueAtRisk: exposure * marginalValueAtRisk,
      expectedShortfall: exposure * marginalExpectedShortfall,
    }
  })
  const mean = exposures.reduce((sum, exposure, i) => sum + exposure * means[i]!, 0)
  return {
    valueAtRisk: unit.valueAtRisk * standardDeviation - mean,
    expectedShortfall: unit.expectedShortfall * standardDeviation - mean,
    standardDeviation,
    components,
  }
}
