import { InputError } from '../inputError.js'

/** Equal moments of a sample: mean, standard deviation (n − 1), skewness g₁ and excess kurtosis g₂ (both with n). */
export type Moments = {
  readonly count: number
  readonly mean: number
  readonly standardDeviation: number
  readonly skewness: number
  readonly excessKurtosis: number
}

/**
 * Moments of a sample, in two passes from its mean. Skewness and excess kurtosis are 0 where nothing varies.
 *
 * @throws {InputError} where there are fewer than two values or one is not finite.
 */
export function sampleMoments(values: readonly number[]): Moments {
  requireSample('values', values, 2)
  const count = values.length
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / count
  let second = 0
  let third = 0
  let fourth = 0
  for (const value of values) {
    const d = value - mean
    second += d * d
    third += d * d * d
    fourth += d * d * d * d
  }
  const variance = second / count
  const flat = !(variance > 0)
  return {
    count,
    mean,
    standardDeviation: Math.sqrt(second / (count - 1)),
    skewness: flat ? 0 : third / count / (variance * Math.sqrt(variance)),
    excessKurtosis: flat ? 0 : fourth / count / (variance * variance) - 3,
  }
}

/** @throws {InputError} unless there are at least `countMin` values, all finite. */
export function requireSample(field: string, values: readonly number[], countMin: number): void {
  if (!(values.length >= countMin)) throw new InputError(field, values.length, `a list of at least ${countMin} numbers`)
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) throw new InputError(`${field}[${index}]`, value, 'a finite number')
  })
}

/** @throws {InputError} unless 0 < confidence < 1. */
export function requireConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) throw new InputError('confidence', confidence, 'between 0 and 1, e.g. 0.99')
}
