import { InputError } from '../inputError.js'
import { betaRegularized, erfc, exp, log } from '../math/index.js'

/** A likelihood-ratio test: the statistic, its degrees of freedom, and the chance of one as large under the hypothesis. */
export type LikelihoodRatio = {
  readonly statistic: number
  readonly degreesOfFreedom: number
  readonly pValue: number
}

/** How often a state followed a state: first letter the day before, 1 a hit. */
export type HitTransitions = { readonly n00: number; readonly n01: number; readonly n10: number; readonly n11: number }

export type BaselZone = 'green' | 'yellow' | 'red'

export type HitBacktest = {
  readonly observations: number
  readonly hits: number
  readonly expectedHits: number
  readonly hitRate: number
  /** Unconditional coverage: is the share of hits the one that the confidence promises? */
  readonly kupiec: LikelihoodRatio
  /** Do hits come independently of the day before? */
  readonly independence: LikelihoodRatio & { readonly transitions: HitTransitions }
  /** Both together: the sum of the two statistics, two degrees of freedom. */
  readonly conditionalCoverage: LikelihoodRatio
  readonly basel: BaselAssessment
}

export type BaselAssessment = {
  readonly zone: BaselZone
  /** Chance of as many hits or fewer where the model is right. */
  readonly cumulativeProbability: number
  /** The Committee's multiplier, which is set for 250 days at 99 %; absent elsewhere. */
  readonly multiplier?: number
}

/**
 * Tests of the hits of a value at risk: 1 (or true) on a day whose loss went beyond it.
 *
 * @param hits - oldest first, at least 2.
 * @param level - chance of a hit that the VaR promises: 1 − confidence, e.g. 0.01.
 * @throws {InputError} where the level is not between 0 and 1.
 */
export function backtestHits(hits: readonly boolean[], level: number): HitBacktest {
  if (!(level > 0 && level < 1)) throw new InputError('level', level, 'between 0 and 1, e.g. 0.01')
  if (!(hits.length >= 2)) throw new InputError('hits', hits.length, 'a list of at least 2 days')
  const observations = hits.length
  const count = hits.filter(Boolean).length
  const kupiec = kupiecTest(count, observations, level)
  const independence = independenceTest(hits)
  return {
    observations,
    hits: count,
    expectedHits: observations * level,
    hitRate: count / observations,
    kupiec,
    independence,
    conditionalCoverage: ratio(kupiec.statistic + independence.statistic, 2),
    basel: baselZone(count, observations, level),
  }
}

/**
 * Kupiec's proportion of failures.
 *
 *   LR = −2 ln( (1 − p)^(n − x) p^x / ((1 − x/n)^(n − x) (x/n)^x) ) ~ χ²(1),   0⁰ = 1
 *
 * @see P. Kupiec, "Techniques for verifying the accuracy of risk measurement models", J. Derivatives 3 (1995), 73–84.
 */
export function kupiecTest(hits: number, observations: number, level: number): LikelihoodRatio {
  if (!(observations >= 1 && hits >= 0 && hits <= observations)) {
    throw new InputError('hits', hits, `between 0 and ${observations} observations`)
  }
  const free = bernoulli(hits, observations)
  return ratio(2 * (free - bernoulli(hits, observations, level)), 1)
}

/** ln of p^x (1 − p)^(n − x), at its best p where none is given. */
function bernoulli(hits: number, observations: number, p = observations > 0 ? hits / observations : 0): number {
  const misses = observations - hits
  return (hits > 0 ? hits * log(p) : 0) + (misses > 0 ? misses * log(1 - p) : 0)
}

/**
 * Christoffersen's independence against a first-order Markov chain, over the n − 1 days that have a day before.
 *
 *   LR = 2 ln L(π01, π11) − 2 ln L(π) ~ χ²(1)
 *
 * @see P. Christoffersen, "Evaluating interval forecasts", International Economic Review 39 (1998), 841–862.
 */
function independenceTest(hits: readonly boolean[]): LikelihoodRatio & { readonly transitions: HitTransitions } {
  const counts = { n00: 0, n01: 0, n10: 0, n11: 0 }
  for (let day = 1; day < hits.length; day++) {
    if (hits[day - 1]) counts[hits[day] ? 'n11' : 'n10'] += 1
    else counts[hits[day] ? 'n01' : 'n00'] += 1
  }
  const { n00, n01, n10, n11 } = counts
  const chain = bernoulli(n01, n00 + n01) + bernoulli(n11, n10 + n11)
  const flat = bernoulli(n01 + n11, n00 + n01 + n10 + n11)
  return { ...ratio(2 * (chain - flat), 1), transitions: counts }
}

/** Tail of χ²: erfc √(x/2) with one degree of freedom, e^(−x/2) with two. */
function ratio(statistic: number, degreesOfFreedom: 1 | 2): LikelihoodRatio {
  const floored = Math.max(statistic, 0)
  const pValue = degreesOfFreedom === 1 ? erfc(Math.sqrt(floored / 2)) : exp(-floored / 2)
  return { statistic: floored, degreesOfFreedom, pValue }
}

const YELLOW_FROM = 0.95
const RED_FROM = 0.9999
const MULTIPLIERS = [3, 3, 3, 3, 3, 3.4, 3.5, 3.65, 3.75, 3.85]

/**
 * The Basel Committee's traffic light: yellow from the number of hits at which the cumulative binomial probability reaches 95 %,
 * red from 99.99 %. At 250 days and 99 %: green to 4 hits, yellow 5 to 9, red from 10.
 *
 * @see Basel Committee on Banking Supervision, "Supervisory framework for the use of 'backtesting'" (Jan. 1996), table 2.
 */
export function baselZone(hits: number, observations: number, level: number): BaselAssessment {
  const cumulativeProbability = hits >= observations ? 1 : betaRegularized(observations - hits, hits + 1, 1 - level)
  const zone = cumulativeProbability >= RED_FROM ? 'red' : cumulativeProbability >= YELLOW_FROM ? 'yellow' : 'green'
  const standard = observations === 250 && Math.abs(level - 0.01) < 1e-12
  return { zone, cumulativeProbability, ...(standard ? { multiplier: MULTIPLIERS[hits] ?? 4 } : {}) }
}
