import { type Asset, costOfCarry, requireAsset } from '../exotic/asset.js'
import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'
import { exp, log, normalCdf, normalQuantile } from '../math/index.js'
import { type Estimate, estimateOf, requireSampling, requireTimes, type Sampling } from '../montecarlo/paths.js'
import { sobolSequence } from '../montecarlo/sobol.js'
import { uniformStream } from '../risk/uniformStream.js'
import type { Autocallable } from './product.js'

/**
 * Price of an autocallable by randomised quasi-Monte Carlo with one-step survival: at each observation the chance of a call is
 * taken in closed form, and the path goes on given that it was not called; the last step is closed as well. The estimate is
 * smooth in the market, so that differences of it under one seed are Greeks.
 *
 * Limits: without vol the path is certain, and the standard error 0.
 *
 * @returns quote, with its standard error.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see P. Glasserman, J. Staum, "Conditioning on one-step survival for barrier option simulations", Operations Research 49
 *   (2001), 923–937.
 */
export function autocallablePrice(product: Autocallable, asset: Asset, sampling: Sampling): Estimate {
  requireAsset(asset)
  requireProduct(product)
  const { points, randomisations, seed } = requireSampling(sampling)
  const uniform = uniformStream(seed)
  const dimensions = Math.max(1, product.observations.length - 1)
  const steps = stepsOf(product, asset)
  const point = new Float64Array(dimensions)
  const means: number[] = []
  for (let r = 0; r < randomisations; r++) {
    const shift = Uint32Array.from({ length: dimensions }, () => Math.floor(uniform() * 4294967296))
    const next = sobolSequence(dimensions, shift)
    let sum = 0
    for (let n = 0; n < points; n++) {
      next(point)
      sum += pathValue(product, steps, log(asset.spot / product.initial), point)
    }
    means.push(sum / points)
  }
  return estimateOf(means)
}

type Step = { readonly drift: number; readonly deviation: number; readonly discount: number }

function stepsOf(product: Autocallable, asset: Asset): readonly Step[] {
  const variance = asset.vol * asset.vol
  return product.observations.map((time, i) => {
    const span = time - (i === 0 ? 0 : product.observations[i - 1]!)
    return {
      drift: (costOfCarry(asset) - variance / 2) * span,
      deviation: asset.vol * Math.sqrt(span),
      discount: exp(-asset.rate * time),
    }
  })
}

/** Present value of one path, ln(S/initial) at the start given; coordinates in [0, 1). */
function pathValue(product: Autocallable, steps: readonly Step[], start: number, point: Float64Array): number {
  const { notional, coupon } = product
  const callAt = log(product.callLevel)
  let x = start
  let alive = 1
  let value = 0
  for (let n = 0; n < steps.length - 1; n++) {
    const { drift, deviation, discount } = steps[n]!
    // The standard normal below which the observation does not call.
    const edge = standardised(callAt - x - drift, deviation)
    const survives = normalCdf(edge)
    value += alive * (1 - survives) * discount * notional * (1 + coupon * (n + 1))
    if (survives === 0) return value
    alive *= survives
    const z = deviation > 0 ? normalQuantile(Math.max(survives * (point[n]! + 0.5 / 4294967296), 1e-300)) : 0
    x += drift + deviation * Math.min(z, edge)
  }
  return value + alive * lastValue(product, steps[steps.length - 1]!, x, steps.length)
}

/** Discounted mean of the last payment from ln(S/initial) = x one step before. */
function lastValue(product: Autocallable, { drift, deviation, discount }: Step, x: number, count: number): number {
  const { notional, coupon, callLevel, protection } = product
  const uncalled = normalCdf(standardised(log(callLevel) - x - drift, deviation))
  const edge = protection > 0 ? standardised(log(protection) - x - drift, deviation) : -Infinity
  const lost = normalCdf(edge)
  const share = exp(x + drift + (deviation * deviation) / 2) * normalCdf(edge - deviation)
  return discount * notional * ((1 - uncalled) * (1 + coupon * count) + (uncalled - lost) + share)
}

/** gap/deviation; without noise a gap of 0 counts as reached, as an observation at the level does. */
function standardised(gap: number, deviation: number): number {
  if (deviation > 0) return gap / deviation
  return gap > 0 ? Infinity : -Infinity
}

function requireProduct(product: Autocallable): void {
  requirePositive('notional', product.notional)
  requirePositive('initial', product.initial)
  requirePositive('callLevel', product.callLevel)
  requireFinite('coupon', product.coupon)
  requireNonNegative('protection', product.protection)
  if (product.protection > product.callLevel) {
    throw new InputError('protection', product.protection, `at most the call level ${product.callLevel}`)
  }
  requireTimes(product.observations)
}
