import { fractionOf, highWord } from './bits.js'

const LN2_HI = 6.9314718036912382e-1
const LN2_LO = 1.9082149292705877e-10
/** Upper word of √½: fractions are taken from [√½, √2), so that log near 1 has no cancellation. */
const SQRT_HALF_HIGH = 0x3fe6a09e
const ONE_HIGH = 0x3ff00000
const MIN_NORMAL = 2.2250738585072014e-308
const TWO_54 = 18014398509481984

/** (2 atanh(s)/s − 2)/z with z = s², for s = f/(2 + f) and 1 + f in [√½, √2); error of log 4.7e-18. */
export function atanhRest(z: number): number {
  const z2 = z * z
  const z4 = z2 * z2
  const low = 0.666666666666667 + 0.3999999999989889 * z + (0.28571428626253836 + 0.22222211089379496 * z) * z2
  const high = 0.1818289243253687 + 0.15331611722055008 * z + 0.14617807153417325 * z2
  return low + high * z4
}

/** ln(1 + f) + k ln 2 for 1 + f in [√½, √2). */
function logReduced(f: number, k: number): number {
  const s = f / (2 + f)
  const z = s * s
  const half = 0.5 * f * f
  return k * LN2_HI - (half - (s * (half + z * atanhRest(z)) + k * LN2_LO) - f)
}

/**
 * ln x, within 1 ulp. The same bits on every machine and in the kernel.
 *
 * @param x - ≥ 0; negative numbers and NaN give NaN.
 * @returns −Infinity at 0.
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN
  if (x === Infinity) return Infinity
  const subnormal = x < MIN_NORMAL
  const scaled = subnormal ? x * TWO_54 : x
  const exponent = ((highWord(scaled) + (ONE_HIGH - SQRT_HALF_HIGH)) >>> 20) - 0x3ff
  return logReduced(fractionOf(scaled, exponent) - 1, subnormal ? exponent - 54 : exponent)
}

/**
 * ln(1 + x), within 1 ulp also for small x.
 *
 * @param x - ≥ −1; smaller numbers and NaN give NaN.
 */
export function log1p(x: number): number {
  if (x > -0.2928 && x < 0.4142) return logReduced(x, 0)
  if (!(x > -1 && x < Infinity)) return log(1 + x)
  const sum = 1 + x
  const lost = x > 1 ? 1 - (sum - x) : x - (sum - 1)
  return log(sum) + lost / sum
}
