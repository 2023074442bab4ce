import { exp } from './exp.js'
import { millsRatio } from './millsRatio.js'
import { productError } from './pow.js'

const SQRT_TWO = Math.SQRT2
const SQRT_TWO_OVER_PI = 0.7978845608028654

/** e^(x²) or e^(−x²) with the rounding of x² put back. */
function expOfSquare(x: number, sign: 1 | -1): number {
  const square = x * x
  if (!(square < 800)) return sign > 0 ? Infinity : 0
  const value = exp(sign * square)
  return value === Infinity || value === 0 ? value : value + sign * value * productError(x, x, square)
}

/**
 * Scaled complementary error function e^(x²) erfc(x) = √(2/π) R(√2 x), relative error below 4e-15.
 *
 * @param x - any number; NaN gives NaN. Infinity below −26.6.
 */
export function erfcx(x: number): number {
  if (x >= 0) return SQRT_TWO_OVER_PI * millsRatio(SQRT_TWO * x)
  if (Number.isNaN(x)) return Number.NaN
  return 2 * expOfSquare(x, 1) - erfcx(-x)
}

/**
 * Complementary error function erfc(x) = 2 Φ(−√2 x), relative error below 4e-15 in the tail.
 *
 * @param x - any number; NaN gives NaN.
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x)
  if (Number.isNaN(x)) return Number.NaN
  return x > 28 ? 0 : expOfSquare(x, -1) * erfcx(x)
}
