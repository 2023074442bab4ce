import { exp } from './exp.js'
import { log, log1p } from './log.js'

const HALF_LOG_TWO_PI = 0.9189385332046728
const CONVERGED = 1e-16
const TERMS_MAX = 100_000
const TINY = 1e-300

/**
 * ln Γ(x), absolute error below 1e-14 · max(1, |ln Γ|).
 *
 * Stirling's series after the recurrence has lifted x to 12.
 *
 * @param x - > 0; otherwise NaN.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN
  let shifted = x
  let product = 1
  while (shifted < 12) {
    product *= shifted
    shifted += 1
  }
  const v = 1 / (shifted * shifted)
  const series =
    (1 / 12 - v * (1 / 360 - v * (1 / 1260 - v * (1 / 1680 - v * (1 / 1188 - v * (691 / 360360 - v / 156)))))) / shifted
  return (shifted - 0.5) * log(shifted) - shifted + HALF_LOG_TWO_PI + series - log(product)
}

/**
 * Regularised lower incomplete gamma function P(a, x), relative error below 1e-12 for a up to 1e4.
 *
 * @param a - > 0.
 * @param x - ≥ 0.
 */
export function gammaRegularized(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return Number.NaN
  if (x === 0) return 0
  if (x === Infinity) return 1
  const front = exp(a * log(x) - x - logGamma(a))
  return x < a + 1 ? front * gammaSeries(a, x) : 1 - front * gammaFraction(a, x)
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < TERMS_MAX && term > sum * CONVERGED; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

/** Lentz's evaluation of the continued fraction of the upper function. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let value = d
  for (let n = 1; n < TERMS_MAX; n++) {
    const numerator = -n * (n - a)
    b += 2
    d = 1 / (numerator * d + b)
    c = b + numerator / c
    const factor = d * c
    value *= factor
    if (Math.abs(factor - 1) < CONVERGED) break
  }
  return value
}

/**
 * Regularised incomplete beta function I_x(a, b), relative error below 1e-12 for a, b up to 1e4.
 *
 * @param x - within [0, 1].
 * @param complement - 1 − x, given apart where the caller knows it without cancellation.
 */
export function betaRegularized(a: number, b: number, x: number, complement = 1 - x): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN
  if (x === 0) return 0
  if (complement === 0) return 1
  const logX = x > 0.5 ? log1p(-complement) : log(x)
  const logComplement = x > 0.5 ? log(complement) : log1p(-x)
  const front = exp(a * logX + b * logComplement + logGamma(a + b) - logGamma(a) - logGamma(b))
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(a, b, x)) / a
  return 1 - (front * betaFraction(b, a, complement)) / b
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    const factor = d * c
    value *= factor
    if (Math.abs(factor - 1) < CONVERGED) break
  }
  return value
}
