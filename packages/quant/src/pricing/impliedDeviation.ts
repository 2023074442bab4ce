import { exp } from '../math/exp.js'
import { log } from '../math/log.js'
import { millsRatio } from '../math/millsRatio.js'
import { normalCdf, normalPdf } from '../math/normal.js'
import { normalQuantile } from '../math/normalQuantile.js'
import { isMillsDomain, millsDifference } from './millsDifference.js'
import { DENSITY_AT_ZERO } from './partials.js'

const HALF_LOG_TWO_PI = 0.9189385332046728
const HALF_SQRT_TWO_PI = 1.2533141373155
const STEPS_MAX = 12
/** A fourth-order step of this relative length leaves an error below the last bit. */
const LAST_STEP = 1e-5

/**
 * An out-of-the-money value in normal form: β(s) = Φ(h1) − e^k Φ(h2), h1,2 = −k/s ± s/2, the value as a share of its
 * upper bound. `logShare` is ln β and `complement` 1 − β, each without cancellation.
 */
export type NormalisedValue = {
  readonly k: number
  readonly share: number
  readonly logShare: number
  readonly complement: number
}

/**
 * Total deviation s = σ√T at which β(s) is the given share; the inverse of `outOfTheMoneyValue`.
 *
 * β has its point of inflection at s = √(2k). Below it, Householder's third-order method runs on 1/ln β from an
 * asymptotic start; above it, on β, or on ln(1 − β) where β is above ½, from the start of "By implication". Two or three
 * steps are usual. The error is that of the share, times its conditioning β/(s β′).
 *
 * @param value - k ≥ 0, 0 < share < 1.
 * @returns s > 0.
 * @see P. Jäckel, "By implication", Wilmott (2006), 60–66, and "Let's be rational", Wilmott (2015), 40–53.
 */
export function impliedDeviation(value: NormalisedValue): number {
  const inflection = Math.sqrt(2 * value.k)
  const shareThere = value.k > 0 ? DENSITY_AT_ZERO * millsDifference(0, inflection) : 0
  const tangent = inflection + (value.share - shareThere) / DENSITY_AT_ZERO
  if (value.share < shareThere) {
    return solveLower(value.k, value.logShare, lowerStart(value, inflection, shareThere, tangent), inflection)
  }
  const start = -2 * normalQuantile((value.complement / (1 - shareThere)) * normalCdf(-0.5 * inflection))
  return solveUpper(value, Math.max(start, tangent), inflection)
}

/** Two Newton steps for z = k/s on ln β ≈ ln k + k/2 − s²/8 − ½ ln 2π − z²/2 + ln(D(z)/z), D(z) ≈ 1/(1 + √(π/2) z + z²). */
function lowerStart(value: NormalisedValue, inflection: number, shareThere: number, tangent: number): number {
  const { k, logShare } = value
  const outer = k / Math.sqrt(0.5 * k + 2 * (log(shareThere) - logShare))
  const fallback = Math.max(outer, tangent)
  const target = logShare - log(k) - 0.5 * k + HALF_LOG_TWO_PI
  let z = k / fallback
  for (let n = 0; n < 2; n++) {
    const s = k / z
    const q = 1 + z * (HALF_SQRT_TWO_PI + z)
    const gap = -0.5 * z * z - log(z * q) - target - 0.125 * s * s
    const slope = -z - 1 / z - (HALF_SQRT_TWO_PI + 2 * z) / q + (0.25 * s * s) / z
    z -= gap / slope
  }
  const start = k / z
  return start > 0 && start < inflection ? start : fallback
}

function solveLower(k: number, logShare: number, start: number, inflection: number): number {
  let s = start
  for (let n = 0; n < STEPS_MAX; n++) {
    const x = k / s - 0.5 * s
    const difference = millsDifference(x, s)
    const logBeta = -0.5 * x * x - HALF_LOG_TWO_PI + log(difference)
    // β′/β, β″/β′ and β‴/β′
    const first = 1 / difference
    const z = k / s
    const second = (z * z) / s - 0.25 * s
    const third = second * second - (3 * z * z) / (s * s) - 0.25
    const inverse = 1 / logBeta
    const newton = ((logShare - logBeta) * logBeta) / (logShare * first)
    const halley = second - first * (1 + 2 * inverse)
    const last = third + 2 * first * first * (1 + 3 * inverse * (1 + inverse)) - 3 * second * first * (1 + 2 * inverse)
    let step = householder(newton, halley, last)
    if (!(step > -0.6 * s)) step = -0.6 * s
    if (s + step > inflection) step = inflection - s
    s += step
    if (Math.abs(step) <= LAST_STEP * s) break
  }
  return s
}

function solveUpper(value: NormalisedValue, start: number, inflection: number): number {
  const { k, share, complement } = value
  const logComplement = log(complement)
  const strikeRatio = exp(k)
  let s = start
  for (let n = 0; n < STEPS_MAX; n++) {
    const z = k / s
    const h1 = 0.5 * s - z
    const h2 = -0.5 * s - z
    const density = normalPdf(h1)
    const second = (z * z) / s - 0.25 * s
    const third = second * second - (3 * z * z) / (s * s) - 0.25
    let step: number
    if (share <= 0.5) {
      const beta = isMillsDomain(-h1, s)
        ? density * millsDifference(-h1, s)
        : normalCdf(h1) - strikeRatio * normalCdf(h2)
      step = householder((share - beta) / density, second, third)
    } else {
      const rest = millsRatio(h1) + millsRatio(-h2)
      const first = -1 / rest
      const newton = (logComplement - log(density * rest)) / first
      step = householder(newton, second - first, third - 3 * second * first + 2 * first * first)
    }
    if (!(step < 2 * s + 1)) step = 2 * s + 1
    if (!(s + step >= inflection)) step = 0.5 * (inflection - s)
    s += step
    if (Math.abs(step) <= LAST_STEP * s) break
  }
  return s
}

/** A step of Householder's third-order method from f/f′ with its sign turned, f″/f′ and f‴/f′. */
function householder(newton: number, halley: number, third: number): number {
  return (newton * (1 + 0.5 * newton * halley)) / (1 + newton * (halley + (newton * third) / 6))
}
