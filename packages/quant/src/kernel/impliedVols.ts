import { log } from '../math/log.js'
import { millsDenominator, millsNumerator } from '../math/millsRatio.js'
import type { QuoteColumns } from './contract.js'
import { pmax, pmin } from './lanes.js'

/** The oracle of `assembly/impliedVol.ts`: the same operations in the same order, one lane at a time. */

const SHARE_MIN = 1e-290
const HALF_LOG_TWO_PI = 0.9189385332046728
const HALF_SQRT_TWO_PI = 1.2533141373155001
const DENSITY_AT_ZERO = 0.3989422804014327
const YEARS_MIN = 1e-12
const STEPS_MAX = 16
const LAST_STEP = 1e-5

/** n1 q2 (1/(q1 q2)), the kernel's way to two Mills ratios with one division. */
function firstRatio(x1: number, x2: number): number {
  const q1 = millsDenominator(x1)
  const q2 = millsDenominator(x2)
  return millsNumerator(x1) * q2 * (1 / (q1 * q2))
}

export function impliedVols(count: number, quotes: QuoteColumns, vol: Float64Array): void {
  for (let i = 0; i < count; i++) {
    const F = quotes.forward[i]!
    const K = quotes.strike[i]!
    const w = quotes.sign[i]!
    const V = quotes.price[i]!
    const low = pmin(F, K)
    const timeValue = V - pmax(w * (F - K), 0)
    const room = (w > 0 ? F : K) - V
    if (timeValue < 0) vol[i] = -1
    else if (timeValue === 0) vol[i] = 0
    else if (!(room > 0)) vol[i] = -2
    else {
      const s = solve(log(pmax(F, K) / low), pmax(timeValue / low, SHARE_MIN), pmax(room / low, SHARE_MIN))
      vol[i] = s / Math.sqrt(pmax(quotes.years[i]!, YEARS_MIN))
    }
  }
}

function solve(k: number, share: number, rest: number): number {
  const inflection = Math.sqrt(2 * k)
  const shareThere = DENSITY_AT_ZERO * (HALF_SQRT_TWO_PI - firstRatio(inflection, inflection))
  const lower = share < shareThere
  const target = log(lower ? share : rest)
  const tangent = inflection + (share - shareThere) / DENSITY_AT_ZERO
  let s = tangent
  if (lower) {
    const depth = log(pmax(shareThere, SHARE_MIN)) - target
    s = pmax(k / Math.sqrt(0.5 * k + 2 * depth), tangent)
  }
  for (let n = 0; n < STEPS_MAX; n++) {
    const moved = next(k, s, target, lower, inflection)
    const step = Math.abs(moved - s)
    const before = s
    s = moved
    if (!(step > LAST_STEP * before)) break
  }
  return s
}

function next(k: number, s: number, target: number, lower: boolean, inflection: number): number {
  const z = k / s
  const h1 = 0.5 * s - z
  const x1 = Math.abs(h1)
  const x2 = 0.5 * s + z
  const ratio1 = firstRatio(x1, x2)
  const ratio2 = secondRatio(x1, x2)
  // For deviations near the spacing of doubles the difference may round to 0, which has no logarithm.
  const bracket = pmax(lower ? ratio1 - ratio2 : ratio1 + ratio2, SHARE_MIN)
  const logValue = -0.5 * h1 * h1 - HALF_LOG_TWO_PI + log(bracket)
  const inverseBracket = 1 / bracket
  const first = lower ? inverseBracket : -inverseBracket
  const inverseLog = lower ? 1 / logValue : 0
  const inverseS = 1 / s
  const second = z * z * inverseS - 0.25 * s
  const bend = z * inverseS
  const third = second * second - 3 * (bend * bend) - 0.25

  const newton = ((target - logValue) * (lower ? logValue / target : 1)) / first
  const twice = 1 + 2 * inverseLog
  const halley = second - first * twice
  const cube = 1 + 3 * (inverseLog * (1 + inverseLog))
  const last = third + 2 * (first * first * cube) - 3 * (second * first * twice)
  const above = newton * (1 + 0.5 * newton * halley)
  const below = 1 + newton * (halley + (newton * last) / 6)
  const step = pmax(pmin(above / below, 2 * s + 1), -0.6 * s)
  const moved = s + step
  return lower ? pmin(moved, inflection) : pmax(moved, 0.5 * (s + inflection))
}

function secondRatio(x1: number, x2: number): number {
  const q1 = millsDenominator(x1)
  const q2 = millsDenominator(x2)
  return millsNumerator(x2) * q1 * (1 / (q1 * q2))
}
