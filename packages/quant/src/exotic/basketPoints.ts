import type { OptionRight } from '../instrument.js'
import { exp, normalQuantile } from '../math/index.js'
import { sobolSequence } from '../montecarlo/sobol.js'
import { cholesky } from './assets.js'
import { type BasketTerms, signedBlack } from './basket.js'

const POINTS = 16384

/** Undiscounted price of a basket of three or more assets: the asset with the most variance last, and integrated exactly. */
export function manyAssetBasket(right: OptionRight, terms: BasketTerms): number {
  const { means, deviations, correlation, strike } = terms
  const n = means.length
  const weight = (i: number) => Math.abs(means[i]!) * deviations[i]!
  const order = means.map((_, i) => i).sort((a, b) => weight(a) - weight(b) || a - b)
  const lower = cholesky(order.map((i) => order.map((j) => correlation[i]![j]!)))
  const next = sobolSequence(n - 1)
  const point = new Float64Array(n - 1)
  const noise = new Float64Array(n - 1)
  const last = order[n - 1]!
  const own = lower[n - 1]![n - 1]!
  let sum = 0
  next(point)
  for (let count = 0; count < POINTS; count++) {
    // Centred between the lattice's points, so that no coordinate is 0.
    for (let d = 0; d < n - 1; d++) noise[d] = normalQuantile(point[d]! + 0.5 / POINTS)
    let rest = strike
    for (let i = 0; i < n - 1; i++) {
      const asset = order[i]!
      const s = deviations[asset]!
      rest -= means[asset]! * exp(s * dot(lower[i]!, noise, i + 1) - (s * s) / 2)
    }
    const s = deviations[last]!
    const drift = s * dot(lower[n - 1]!, noise, n - 1) - (s * s * (1 - own * own)) / 2
    sum += signedBlack(right, means[last]! * exp(drift), rest, s * own)
    next(point)
  }
  return sum / POINTS
}

function dot(row: readonly number[], noise: Float64Array, count: number): number {
  let sum = 0
  for (let k = 0; k < count; k++) sum += row[k]! * noise[k]!
  return sum
}
