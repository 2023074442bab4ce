import { gaussLegendre } from '../math/gaussLegendre.js'
import { exp, normalPdf } from '../math/index.js'
import { arithmeticSumCall } from './arithmeticAverage.js'
import { type Asian, arithmeticMoments, fixingYears, knownShare, requireAsian, turnbullWakemanPrice } from './asian.js'
import { type Asset, costOfCarry } from './asset.js'
import { conditionedCall, type Fixing } from './conditionedAverage.js'

/** Below this σ√T the bound by conditioning is exact to 1e-7 of the spot, and the grid of the other method grows without need. */
const DEVIATION_SMALL = 0.05
/** Gauss–Legendre times that stand for a continuous average. */
const TIMES = 24
/** Steps of a continuous average, halved twice for extrapolation in 1/n². */
const STEPS = 32
/** More fixings than this are extrapolated from fewer, in 1/n. */
const FIXINGS_MAX = 260

/**
 * Price of an option on the arithmetic average, accurate: fixing by fixing backwards (`arithmeticSumCall`), to about 1e-8 of
 * the spot for discrete fixings; a continuous average by trapezoids of 8, 16 and 32 steps extrapolated, to about 1e-6. Where
 * σ√T is below 0.05 it is the bound by conditioning on the geometric average (`conditionedCall`). More than 260 fixings are extrapolated from 65, 130 and 260.
 *
 * Limits: where what is fixed already decides the outcome, the mean less the strike, discounted, or 0.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 */
export function arithmeticAsianPrice(asian: Asian, asset: Asset): number {
  requireAsian(asian, asset)
  const { yearsToExpiry: years } = asian
  const open = 1 - knownShare(asian)
  const strike = asian.strike - (open < 1 ? (1 - open) * asian.averageSoFar! : 0)
  if (!(strike > 0) || !(open > 0) || !(asset.vol * years > 0)) {
    return turnbullWakemanPrice(asian, asset)
  }
  const level = strike / (open * asset.spot)
  const call = callOn(asian, level, asset)
  const { first } = arithmeticMoments(asian, asset)
  const value = asian.right === 'call' ? call : call - (first - level)
  return open * asset.spot * exp(-asset.rate * years) * Math.max(0, value)
}

/** E[max(A − k, 0)] of the average still to come, for a spot of 1. */
function callOn(asian: Asian, level: number, asset: Asset): number {
  const { yearsToExpiry: years, averaging } = asian
  if (asset.vol * Math.sqrt(years) < DEVIATION_SMALL) return conditionedCall(fixingsOf(asian, asset), level)
  return averaging.kind === 'continuous' ? continuousCall(years, level, asset) : discreteCall(asian, level, asset)
}

/** Fixings with their loadings on the geometric average: σ² E[min(t, t′)]/sd over all times t′, sd that of the average. */
function fixingsOf(asian: Asian, asset: Asset): readonly Fixing[] {
  const { yearsToExpiry: years, averaging } = asian
  const b = costOfCarry(asset)
  const fixing = (t: number, weight: number, shared: number, variance: number): Fixing => {
    return { weight, mean: exp(b * t), loading: (asset.vol * shared) / Math.sqrt(variance) }
  }
  if (averaging.kind === 'continuous') {
    const { nodes, weights } = gaussLegendre(TIMES)
    return Array.from(nodes, (node, i) => {
      const t = (years * (1 + node)) / 2
      return fixing(t, weights[i]! / 2, t - (t * t) / (2 * years), years / 3)
    })
  }
  const times = fixingYears(asian)
  let earlier = 0
  const shared = times.map((t, i) => {
    earlier += t
    return (earlier + t * (times.length - 1 - i)) / times.length
  })
  const variance = shared.reduce((sum, value) => sum + value, 0) / times.length
  return times.map((t, i) => fixing(t, 1 / times.length, shared[i]!, variance))
}

function continuousCall(years: number, level: number, asset: Asset): number {
  const by = (count: number) => {
    const call = arithmeticSumCall({ count, ...stepOf(years / count, asset) }, 0.5)
    return call(level * count - 0.5) / count
  }
  const [coarse, middle, fine] = [by(STEPS / 4), by(STEPS / 2), by(STEPS)]
  // The trapezoid's error runs in even powers of the step.
  const first = (4 * middle - coarse) / 3
  const second = (4 * fine - middle) / 3
  return (16 * second - first) / 15
}

function discreteCall(asian: Asian, level: number, asset: Asset): number {
  const times = fixingYears(asian)
  const start = times[0]!
  const by = (count: number) => fixingsCall(count, start, asian.yearsToExpiry, level, asset)
  const count = times.length
  if (count <= FIXINGS_MAX) return by(count)
  // Through the points 1/n of three smaller averages with the same ends, to 1/count.
  const counts = [FIXINGS_MAX / 4, FIXINGS_MAX / 2, FIXINGS_MAX]
  let sum = 0
  for (const one of counts) {
    let weight = 1
    for (const other of counts) if (other !== one) weight *= (1 / count - 1 / other) / (1 / one - 1 / other)
    sum += weight * by(one)
  }
  return sum
}

function fixingsCall(count: number, start: number, end: number, level: number, asset: Asset): number {
  const { meanLog, deviation } = stepOf(start, asset)
  if (count === 1) return arithmeticSumCall({ count: 1, ...stepOf(end, asset) }, 1)(level)
  const later = arithmeticSumCall({ count: count - 1, ...stepOf((end - start) / (count - 1), asset) }, 1)
  const strike = level * count
  if (!(deviation > 0)) return (exp(meanLog) * later(strike / exp(meanLog) - 1)) / count
  const { nodes, weights } = gaussLegendre(64)
  let sum = 0
  for (let i = 0; i < nodes.length; i++) {
    const z = 9 * nodes[i]!
    const growth = exp(meanLog + deviation * z)
    sum += 9 * weights[i]! * normalPdf(z) * growth * later(strike / growth - 1)
  }
  return sum / count
}

function stepOf(years: number, asset: Asset) {
  const { vol } = asset
  return { meanLog: (costOfCarry(asset) - (vol * vol) / 2) * years, deviation: vol * Math.sqrt(years) }
}
