/** The normal equations of a nonlinear least-squares problem: JᵀJ (row-major, its lower triangle) and Jᵀr. */
export type NormalEquations = {
  readonly size: number
  readonly matrix: Float64Array
  readonly gradient: Float64Array
}

/**
 * A problem whose parameters are moved by a retraction: `move` writes into `to` the point reached from `from` by a step that
 * is right to first order and can never leave the domain, so that no bounds are needed.
 */
export type LeastSquaresProblem = {
  /** Directions to move in; a point may carry further numbers that stay as they are. */
  readonly size: number
  /** Σr² at `point`; adds Jᵀ J and Jᵀ r to `equations` where given (they come zeroed). Infinity where undefined. */
  evaluate(point: Float64Array, equations: NormalEquations | undefined): number
  move(from: Float64Array, step: Float64Array, to: Float64Array): void
}

export type LeastSquaresResult = { readonly cost: number; readonly iterations: number; readonly converged: boolean }

/**
 * Levenberg–Marquardt with Marquardt's scaling and Nielsen's damping, in place on `point`.
 *
 * Stops where a step lowers the cost by less than `tolerance` of itself twice running, or after `iterationsMax`.
 *
 * @see K. Madsen, H. B. Nielsen, O. Tingleff, "Methods for non-linear least squares problems", DTU (2004), section 3.2.
 */
export function minimizeLeastSquares(
  problem: LeastSquaresProblem,
  point: Float64Array,
  iterationsMax: number,
  tolerance: number,
): LeastSquaresResult {
  const { size } = problem
  let here = emptyEquations(size)
  let there = emptyEquations(size)
  const factor = new Float64Array(size * size)
  const step = new Float64Array(size)
  const trial = new Float64Array(point.length)
  let cost = problem.evaluate(point, here)
  let damping = 1e-3
  let growth = 2
  let small = 0
  for (let iteration = 1; iteration <= iterationsMax; iteration++) {
    if (!dampedStep(here, damping, factor, step)) {
      damping *= growth
      growth *= 2
      continue
    }
    problem.move(point, step, trial)
    there.matrix.fill(0)
    there.gradient.fill(0)
    // Most steps are taken, so their equations are made along with their cost.
    const trialCost = problem.evaluate(trial, there)
    if (!(trialCost < cost)) {
      if (damping > DAMPING_MAX || cost === 0) return { cost, iterations: iteration, converged: true }
      damping *= growth
      growth *= 2
      continue
    }
    small = cost - trialCost <= tolerance * cost ? small + 1 : 0
    point.set(trial)
    cost = trialCost
    const taken = there
    there = here
    here = taken
    damping = Math.max(damping / 5, DAMPING_MIN)
    growth = 2
    if (small >= 2 || cost === 0) return { cost, iterations: iteration, converged: true }
  }
  return { cost, iterations: iterationsMax, converged: false }
}

const DAMPING_MIN = 1e-12
const DAMPING_MAX = 1e12

function emptyEquations(size: number): NormalEquations {
  return { size, matrix: new Float64Array(size * size), gradient: new Float64Array(size) }
}

/** Solves (JᵀJ + λ diag JᵀJ) step = −Jᵀr by Cholesky; false where the matrix is not positive definite. */
function dampedStep(equations: NormalEquations, damping: number, factor: Float64Array, step: Float64Array): boolean {
  const { size, matrix, gradient } = equations
  let largest = 0
  for (let i = 0; i < size; i++) largest = Math.max(largest, matrix[i * size + i]!)
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return false
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!
      if (i === j) sum += damping * Math.max(sum, 1e-12 * largest)
      for (let n = 0; n < j; n++) sum -= factor[i * size + n]! * factor[j * size + n]!
      if (i === j) {
        if (!(sum > 0)) return false
        factor[i * size + i] = Math.sqrt(sum)
      } else {
        factor[i * size + j] = sum / factor[j * size + j]!
      }
    }
  }
  for (let i = 0; i < size; i++) {
    let sum = -gradient[i]!
    for (let n = 0; n < i; n++) sum -= factor[i * size + n]! * step[n]!
    step[i] = sum / factor[i * size + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = step[i]!
    for (let n = i + 1; n < size; n++) sum -= factor[n * size + i]! * step[n]!
    step[i] = sum / factor[i * size + i]!
  }
  return true
}

/** A positive number moved by a factor that is right to first order and never leaves the half-line. */
export function scaled(value: number, step: number): number {
  return step >= 0 ? value * (1 + step) : value / (1 - step)
}

/** A number in (−1, 1) moved on u = x/√(1 − x²), kept inside ±0.9999. */
export function tilted(value: number, step: number): number {
  const u = value / Math.sqrt((1 - value) * (1 + value)) + step
  return Math.min(Math.max(u / Math.sqrt(1 + u * u), -0.9999), 0.9999)
}
