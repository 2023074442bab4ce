import { exp, normalCdf } from '../math/index.js'

/** One fixing of an average: its weight, the mean of its growth, and the covariance of ln growth with the normal conditioned on. */
export type Fixing = { readonly weight: number; readonly mean: number; readonly loading: number }

/**
 * E[max(E[A | Z] − k, 0)], Z standard normal and A = Σ weight · mean · e^(loading Z − loading²/2): the sharp lower bound of an
 * option on an average by conditioning on the geometric average. E[A | Z] rises with Z, so that one root gives
 *
 *   Σ weight · mean · N(loading − z*) − k N(−z*),   E[A | z*] = k
 *
 * What is left out is the variance of A given Z, of the order of vol⁴: 1e-7 of the mean at σ√T = 0.05.
 *
 * @param fixings - loadings ≥ 0, not all 0.
 * @param level - k > 0.
 * @see L. Rogers, Z. Shi, "The value of an Asian option", J. Applied Probability 32 (1995), 1077–1088; M. Curran, "Valuing
 *   Asian and portfolio options by conditioning on the geometric mean price", Management Science 40 (1994).
 */
export function conditionedCall(fixings: readonly Fixing[], level: number): number {
  const at = (z: number) => {
    let sum = 0
    for (const { weight, mean, loading } of fixings) sum += weight * mean * exp(loading * z - (loading * loading) / 2)
    return sum
  }
  let low = -40
  let high = 40
  // 64 halvings of 80 deviations reach the last bit.
  for (let n = 0; n < 64; n++) {
    const middle = (low + high) / 2
    if (at(middle) < level) low = middle
    else high = middle
  }
  let sum = -level * normalCdf(-high)
  for (const { weight, mean, loading } of fixings) sum += weight * mean * normalCdf(loading - high)
  return Math.max(0, sum)
}
