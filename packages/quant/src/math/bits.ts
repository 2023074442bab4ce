/** Binary exponents of doubles, without the engine's own transcendental functions. */

const value = new Float64Array(1)
const words = new Uint32Array(value.buffer)
/** Index of the word that holds sign and exponent: 1 on little-endian machines. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** The upper 32 bits of a double: sign, exponent, the first 20 bits of the fraction. */
export function highWord(x: number): number {
  value[0] = x
  return words[HIGH]!
}

/** 2^k for k = −1074 … 1023, found by exact doublings. */
const POWERS_OF_TWO = /* @__PURE__ */ powersOfTwo()

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(1074 + 1024)
  let power = Number.MIN_VALUE
  for (let i = 0; i < powers.length; i++) {
    powers[i] = power
    power *= 2
  }
  return powers
}

/**
 * y · 2^k, rounded once, also where the result is subnormal.
 *
 * @param y - within [1/4, 4].
 * @param k - integer within [−1100, 1024].
 */
export function scaleByPowerOfTwo(y: number, k: number): number {
  const half = k >> 1
  return y * POWERS_OF_TWO[half + 1074]! * POWERS_OF_TWO[k - half + 1074]!
}

/** x · 2^−k, exactly, for normal x and k its exponent or one more. */
export function fractionOf(x: number, k: number): number {
  return x * POWERS_OF_TWO[1074 - k]!
}
