import type { Asset } from '../exotic/asset.js'
import { costOfCarry } from '../exotic/asset.js'
import { InputError, requireFinite } from '../inputError.js'
import { exp, normalQuantile } from '../math/index.js'
import { uniformStream } from '../risk/uniformStream.js'
import { brownianBridge } from './bridge.js'
import { SOBOL_DIMENSIONS, sobolSequence } from './sobol.js'

export type Sampling = {
  /** Points of each randomisation, a power of two. */
  readonly points: number
  /** Independent randomisations, ≥ 2: their scatter is the standard error. */
  readonly randomisations: number
  readonly seed: number
}

export const DEFAULT_SAMPLING: Sampling = { points: 4096, randomisations: 8, seed: 1 }

export type Estimate = {
  readonly value: number
  /** One standard deviation of `value`, from the scatter of the randomisations. */
  readonly standardError: number
}

/**
 * Mean of a function of a lognormal path by randomised quasi-Monte Carlo: Sobol points under random digital shifts, laid on the
 * path by a Brownian bridge, so that the first coordinates settle its broad shape. The same seed gives the same bits.
 *
 * @param years - observation times, ascending, > 0; at most 64.
 * @param payoff - reads the spots at those times; the array is reused.
 * @throws {InputError} where times do not ascend, or the sampling is not as stated.
 * @see R. Caflisch, W. Morokoff, A. Owen, "Valuation of mortgage-backed securities using Brownian bridges to reduce effective
 *   dimension", J. Computational Finance 1 (1997); A. Owen, "Randomly permuted (t,m,s)-nets" (1995).
 */
export function pathMean(
  asset: Asset,
  years: readonly number[],
  payoff: (spots: Float64Array) => number,
  sampling: Sampling = DEFAULT_SAMPLING,
): Estimate {
  requireTimes(years)
  const { points, randomisations, seed } = requireSampling(sampling)
  const bridge = brownianBridge(years)
  const dimensions = years.length
  const uniform = uniformStream(seed)
  const drift = years.map((t) => (costOfCarry(asset) - (asset.vol * asset.vol) / 2) * t)
  const point = new Float64Array(dimensions)
  const spots = new Float64Array(dimensions)
  const means: number[] = []
  for (let r = 0; r < randomisations; r++) {
    const shift = Uint32Array.from({ length: dimensions }, () => Math.floor(uniform() * 4294967296))
    const next = sobolSequence(dimensions, shift)
    let sum = 0
    for (let n = 0; n < points; n++) {
      next(point)
      // Half of the last bit keeps a coordinate of 0 inside (0, 1).
      for (let d = 0; d < dimensions; d++) point[d] = normalQuantile(point[d]! + 0.5 / 4294967296)
      bridge(point, spots)
      for (let d = 0; d < dimensions; d++) spots[d] = asset.spot * exp(drift[d]! + asset.vol * spots[d]!)
      sum += payoff(spots)
    }
    means.push(sum / points)
  }
  return estimateOf(means)
}

/** Mean of independent means, and its standard error. */
export function estimateOf(means: readonly number[]): Estimate {
  const count = means.length
  const value = means.reduce((sum, mean) => sum + mean, 0) / count
  const squares = means.reduce((sum, mean) => sum + (mean - value) * (mean - value), 0)
  return { value, standardError: Math.sqrt(squares / (count - 1) / count) }
}

/** @throws {InputError} unless there are 1 … 64 ascending times > 0. */
export function requireTimes(years: readonly number[]): void {
  if (years.length === 0 || years.length > SOBOL_DIMENSIONS) {
    throw new InputError('observations', `${years.length} times`, `1 … ${SOBOL_DIMENSIONS} times`)
  }
  years.forEach((time, i) => {
    if (!(time > (i === 0 ? 0 : years[i - 1]!) && time < Infinity)) {
      throw new InputError(`observations/${i}`, time, 'ascending years > 0')
    }
  })
}

/** @throws {InputError} naming the first field that is not as stated. */
export function requireSampling(sampling: Sampling): Sampling {
  const { points, randomisations, seed } = sampling
  if (!(Number.isInteger(points) && points >= 2 && points <= 1 << 24 && (points & (points - 1)) === 0)) {
    throw new InputError('sampling/points', points, 'a power of two from 2 to 2^24')
  }
  if (!(Number.isInteger(randomisations) && randomisations >= 2 && randomisations <= 1024)) {
    throw new InputError('sampling/randomisations', randomisations, 'an integer within 2 … 1024')
  }
  requireFinite('sampling/seed', seed)
  return sampling
}
