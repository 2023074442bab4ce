import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'

/** One of several assets that share a rate. */
export type AssetOfMany = {
  /** Quote per base, > 0. */
  readonly spot: number
  /** q: continuous, annual, decimal. */
  readonly dividendYield: number
  /** σ: annualised decimal, ≥ 0. */
  readonly vol: number
}

/** Several correlated lognormal assets. */
export type Assets = {
  readonly rate: number
  readonly assets: readonly AssetOfMany[]
  /** Symmetric, unit diagonal, positive semi-definite; one number stands for every pair. */
  readonly correlation: number | readonly (readonly number[])[]
}

/**
 * The correlation matrix of n assets, checked.
 *
 * @throws {InputError} where it is not n × n, symmetric, with a unit diagonal, within −1 … 1 and positive semi-definite.
 */
export function correlationMatrix(assets: Assets): number[][] {
  const n = assets.assets.length
  const given = assets.correlation
  const matrix =
    typeof given === 'number'
      ? Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : given)))
      : given.map((row) => [...row])
  if (matrix.length !== n || matrix.some((row) => row.length !== n)) {
    throw new InputError('correlation', `${matrix.length} rows`, `a ${n} × ${n} matrix`)
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = matrix[i]![j]!
      if (i === j ? value !== 1 : !(Math.abs(value) <= 1)) {
        throw new InputError(`correlation/${i}/${j}`, value, i === j ? '1 on the diagonal' : 'within −1 … 1')
      }
      if (value !== matrix[j]![i]) throw new InputError(`correlation/${i}/${j}`, value, `symmetric, ${matrix[j]![i]}`)
    }
  }
  cholesky(matrix)
  return matrix
}

/** Rounding that a pivot of a matrix of correlations may carry below zero. */
const PIVOT_TOLERANCE = 1e-12

/**
 * Lower triangle L with L Lᵀ = matrix; zero columns where the matrix is singular.
 *
 * @throws {InputError} where the matrix is not positive semi-definite.
 */
export function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length
  const lower = Array.from({ length: n }, () => new Array<number>(n).fill(0))
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j]![j]!
    for (let k = 0; k < j; k++) pivot -= lower[j]![k]! * lower[j]![k]!
    if (!(pivot >= -PIVOT_TOLERANCE)) throw notSemiDefinite(matrix)
    const root = pivot > PIVOT_TOLERANCE ? Math.sqrt(pivot) : 0
    lower[j]![j] = root
    for (let i = j + 1; i < n; i++) {
      let rest = matrix[i]![j]!
      for (let k = 0; k < j; k++) rest -= lower[i]![k]! * lower[j]![k]!
      if (root > 0) lower[i]![j] = rest / root
      else if (Math.abs(rest) > 1e-6) throw notSemiDefinite(matrix)
    }
  }
  return lower
}

function notSemiDefinite(matrix: readonly (readonly number[])[]): InputError {
  return new InputError('correlation', JSON.stringify(matrix), 'positive semi-definite')
}

/** @throws {InputError} naming the first field of the first asset that is outside its range. */
export function requireAssets(assets: Assets, count?: number): Assets {
  requireFinite('rate', assets.rate)
  if (count !== undefined && assets.assets.length !== count) {
    throw new InputError('assets', `${assets.assets.length} assets`, `${count} assets`)
  }
  assets.assets.forEach((asset, i) => {
    requirePositive(`assets/${i}/spot`, asset.spot)
    requireFinite(`assets/${i}/dividendYield`, asset.dividendYield)
    requireNonNegative(`assets/${i}/vol`, asset.vol)
  })
  return assets
}
