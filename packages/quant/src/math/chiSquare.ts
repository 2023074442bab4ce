import { exp } from './exp.js'
import { gammaRegularized, logGamma } from './gamma.js'
import { log } from './log.js'

/**
 * Chi-square distribution P(k/2, x/2), relative error below 1e-12.
 *
 * @param x - any number; 0 for x ≤ 0.
 * @param degreesOfFreedom - k > 0, not necessarily whole; otherwise NaN.
 */
export function chiSquareCdf(x: number, degreesOfFreedom: number): number {
  if (Number.isNaN(x) || !(degreesOfFreedom > 0)) return Number.NaN
  return x > 0 ? gammaRegularized(degreesOfFreedom / 2, x / 2) : 0
}

/**
 * Non-central chi-square distribution, a Poisson mixture of central ones summed outward from its mode; relative error
 * below 1e-11 for results above 1e-200.
 *
 * @param x - any number; 0 for x ≤ 0.
 * @param degreesOfFreedom - k > 0.
 * @param noncentrality - λ ≥ 0.
 */
export function noncentralChiSquareCdf(x: number, degreesOfFreedom: number, noncentrality: number): number {
  if (Number.isNaN(x) || !(degreesOfFreedom > 0 && noncentrality >= 0)) return Number.NaN
  if (x <= 0) return 0
  if (x === Infinity) return 1
  if (noncentrality === 0) return chiSquareCdf(x, degreesOfFreedom)
  const half = noncentrality / 2
  const mode = Math.floor(half)
  const modeWeight = exp(mode * log(half) - half - logGamma(mode + 1))
  const term = (j: number, weight: number) => weight * chiSquareCdf(x, degreesOfFreedom + 2 * j)
  let sum = term(mode, modeWeight)
  let weight = modeWeight
  for (let j = mode - 1; j >= 0; j--) {
    weight *= (j + 1) / half
    const next = term(j, weight)
    sum += next
    if (weight < 1e-17 * sum) break
  }
  weight = modeWeight
  for (let j = mode + 1; ; j++) {
    weight *= half / j
    const next = term(j, weight)
    sum += next
    if (!(next > 1e-17 * sum)) break
  }
  return sum
}
