import { scaleByPowerOfTwo } from './bits.js'

/** 1.5 · 2^52: adding and subtracting it rounds to the nearest integer. */
const ROUNDER = 6755399441055744
const LOG2_E = Math.LOG2E
/** ln 2 in two parts; k · LN2_HI is exact for |k| < 2^20. */
const LN2_HI = 6.9314718036912382e-1
const LN2_LO = 1.9082149292705877e-10

/** Largest argument with a finite result, and the smallest with a result above zero. */
const OVERFLOW = 709.782712893384
const UNDERFLOW = -745.1332191019412

/** (e^r − 1 − r)/r² on |r| ≤ ln(2)/2, relative error of e^r 1.6e-17 (scripts/fit_coefficients.py). */
function exponentialRest(r: number): number {
  const r2 = r * r
  const r4 = r2 * r2
  const low = 0.5000000000000001 + 0.16666666666666669 * r + (0.041666666666623824 + 0.008333333333330039 * r) * r2
  const middle =
    0.0013888888917367081 + 0.00019841269863171557 * r + (2.4801521057868204e-5 + 2.7557268276905696e-6 * r) * r2
  const high = 2.7620201591031547e-7 + 2.5100472505694996e-8 * r
  return low + (middle + high * r4) * r4
}

/**
 * e^x, within 1 ulp. The same bits on every machine and in the kernel.
 *
 * @param x - any number; NaN gives NaN.
 * @returns 0 below −745.13, Infinity above 709.78.
 */
export function exp(x: number): number {
  if (!(x <= OVERFLOW)) return x > OVERFLOW ? Infinity : Number.NaN
  if (x < UNDERFLOW) return 0
  const k = x * LOG2_E + ROUNDER - ROUNDER
  const r = x - k * LN2_HI - k * LN2_LO
  return scaleByPowerOfTwo(1 + (r + r * r * exponentialRest(r)), k)
}

/**
 * e^x − 1, within 2 ulp also for small x.
 *
 * @param x - any number; NaN gives NaN.
 */
export function expm1(x: number): number {
  if (!(x <= OVERFLOW)) return x > OVERFLOW ? Infinity : Number.NaN
  if (x < -40) return -1
  const k = x * LOG2_E + ROUNDER - ROUNDER
  if (k === 0) return x + x * x * exponentialRest(x)
  const high = x - k * LN2_HI
  const low = k * LN2_LO
  const r = high - low
  // What the rounding of r lost comes back through e^r's slope at 0, which is 1.
  const lost = high - r - low
  const rest = r + (lost + r * r * exponentialRest(r))
  if (k > 56) return scaleByPowerOfTwo(1 + rest, k)
  const unit = scaleByPowerOfTwo(1, -k)
  return scaleByPowerOfTwo(1 - unit + rest, k)
}
