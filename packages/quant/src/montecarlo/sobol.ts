import { InputError } from '../inputError.js'
import { DIRECTION_NUMBERS } from './directionNumbers.js'

const BITS = 32

/** Dimensions that the sequence has. */
export const SOBOL_DIMENSIONS = DIRECTION_NUMBERS.length + 1

/**
 * The Sobol sequence in Gray-code order, from the origin on: each call writes the next point, in [0, 1), into its argument.
 *
 * @param dimensions - 1 … `SOBOL_DIMENSIONS`.
 * @param shift - exclusive-or of every coordinate, 32 bits a dimension: a random digital shift keeps the sequence's
 *   evenness and makes each point uniform.
 * @throws {InputError} where there are no such dimensions.
 * @see I. Antonov, V. Saleev (1979); S. Joe, F. Kuo (2008).
 */
export function sobolSequence(dimensions: number, shift?: Uint32Array): (point: Float64Array) => void {
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= SOBOL_DIMENSIONS)) {
    throw new InputError('dimensions', dimensions, `an integer within 1 … ${SOBOL_DIMENSIONS}`)
  }
  const columns = Array.from({ length: dimensions }, (_, d) => directionsOf(d))
  const state = new Uint32Array(dimensions)
  let index = 0
  return (point) => {
    for (let d = 0; d < dimensions; d++) {
      point[d] = ((shift === undefined ? state[d]! : state[d]! ^ shift[d]!) >>> 0) / 4294967296
    }
    const bit = lowestZeroBit(index)
    for (let d = 0; d < dimensions; d++) state[d] = state[d]! ^ columns[d]![bit]!
    index += 1
  }
}

function lowestZeroBit(index: number): number {
  let bit = 0
  for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) bit += 1
  return Math.min(bit, BITS - 1)
}

/** v_k of a dimension: m_k 2^(32 − k) with the recurrence of its polynomial; of the first, the bits in reverse. */
function directionsOf(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS)
  if (dimension === 0) {
    for (let k = 0; k < BITS; k++) v[k] = 1 << (BITS - 1 - k)
    return v
  }
  const [polynomial, ...m] = DIRECTION_NUMBERS[dimension - 1]!
  const degree = m.length
  for (let k = 0; k < BITS; k++) {
    if (k < degree) {
      v[k] = m[k]! << (BITS - 1 - k)
      continue
    }
    let value = v[k - degree]! ^ (v[k - degree]! >>> degree)
    for (let j = 1; j < degree; j++) if ((polynomial >> (degree - j)) & 1) value ^= v[k - j]!
    v[k] = value
  }
  return v
}
