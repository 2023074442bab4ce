import { fractionOf, highWord } from './bits.js'
import { exp } from './exp.js'

const LN2_HI = 6.9314718036912382e-1
const LN2_LO = 1.9082149292705877e-10
const LN2_LO_REST = 1.1612227229362532e-26
const SPLITTER = 134217729

/** a · b − (the rounded product), exactly (T. J. Dekker, Numer. Math. 18 (1971), 224–242). */
export function productError(a: number, b: number, product: number): number {
  const ca = SPLITTER * a
  const aHigh = ca - (ca - a)
  const aLow = a - aHigh
  const cb = SPLITTER * b
  const bHigh = cb - (cb - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** 2 atanh(s)/s without its first two terms, divided by z²: 2/5 + 2z/7 + … to 1e-17 of the logarithm. */
function atanhTail(z: number): number {
  const z2 = z * z
  const low = 2 / 5 + (2 / 7) * z + (2 / 9 + (2 / 11) * z) * z2
  const middle = 2 / 13 + (2 / 15) * z + (2 / 17 + (2 / 19) * z) * z2
  const high = 2 / 21 + (2 / 23) * z
  const z4 = z2 * z2
  return low + (middle + high * z4) * z4
}

/**
 * x^y, within about 1 ulp where the result is ordinary and 2 ulp near the ends of the range.
 *
 *   x^y = e^(y ln x), with ln x and the product in double-double.
 *
 * @param x - base; where negative, `y` must be an integer, else NaN.
 * @param y - exponent. x^0 = 1 for every x; 0^y is 0 for y > 0 and Infinity for y < 0.
 */
export function pow(x: number, y: number): number {
  if (y === 0) return 1
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  if (x === 1) return 1
  if (x < 0 || Object.is(x, -0)) return powOfNegative(x, y)
  if (x === 0) return y > 0 ? 0 : Infinity
  if (x === Infinity) return y > 0 ? Infinity : 0
  if (y === 1) return x
  if (y === Infinity) return x > 1 ? Infinity : 0
  if (y === -Infinity) return x > 1 ? 0 : Infinity
  return expOfLogTimes(x, y)
}

function powOfNegative(x: number, y: number): number {
  if (y === Infinity || y === -Infinity) {
    if (x === -1) return Number.NaN
    return pow(-x, y)
  }
  const magnitude = pow(-x, y)
  if (!Number.isInteger(y)) return x === 0 || x === -Infinity ? magnitude : Number.NaN
  return y % 2 === 0 ? magnitude : -magnitude
}

function expOfLogTimes(x: number, y: number): number {
  const subnormal = x < 2.2250738585072014e-308
  const scaled = subnormal ? x * 18014398509481984 : x
  const exponent = ((highWord(scaled) + (0x3ff00000 - 0x3fe6a09e)) >>> 20) - 0x3ff
  const k = subnormal ? exponent - 54 : exponent
  const f = fractionOf(scaled, exponent) - 1

  // s = f/(2 + f) in double-double.
  const denominator = 2 + f
  const denominatorLost = f - (denominator - 2)
  const s = f / denominator
  const back = s * denominator
  const sLow = (f - back - productError(s, denominator, back) - s * denominatorLost) / denominator

  // z = s², and ln(1 + f) = 2s + (2/3) s z + s z² tail(z), the first two terms in double-double.
  const z = s * s
  const zLow = productError(s, s, z) + 2 * s * sLow
  const cube = s * z
  const cubeLow = productError(s, z, cube) + s * zLow + sLow * z
  const third = cube * (2 / 3)
  const thirdLow = productError(cube, 2 / 3, third) + cubeLow * (2 / 3) + cube * 3.700743415417188e-17
  const tail = s * z * z * atanhTail(z)

  const lead = k * LN2_HI
  const [a, aLow] = twoSum(lead, 2 * s)
  const [b, bLow] = twoSum(a, third)
  const low = aLow + bLow + (2 * sLow + thirdLow + tail) + (k * LN2_LO + k * LN2_LO_REST)
  const [ln, lnLow] = twoSum(b, low)

  const product = y * ln
  if (!(product < 710)) return product > 0 ? Infinity : Number.NaN
  if (product < -750) return 0
  const productLow = productError(y, ln, product) + y * lnLow
  const rounded = product + productLow
  const value = exp(rounded)
  if (value === Infinity || value === 0) return value
  return value + value * (product - rounded + productLow)
}

/** a + b and what the rounding of it lost (D. E. Knuth, TAOCP 2, 4.2.2). */
function twoSum(a: number, b: number): readonly [number, number] {
  const sum = a + b
  const bPart = sum - a
  return [sum, a - (sum - bPart) + (b - bPart)]
}
