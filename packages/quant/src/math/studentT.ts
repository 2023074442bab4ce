import { exp } from './exp.js'
import { betaRegularized, logGamma } from './gamma.js'
import { log, log1p } from './log.js'

const LOG_PI = 1.1447298858494002
const STEPS_MAX = 200

/**
 * Student's t distribution, relative error below 1e-12 in the lower tail.
 *
 *   F(t) = ½ I_x(ν/2, ½) for t < 0, x = ν/(ν + t²)
 *
 * @param t - any number.
 * @param degreesOfFreedom - ν > 0, not necessarily whole; otherwise NaN.
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t) || !(degreesOfFreedom > 0)) return Number.NaN
  return t > 0 ? 1 - tail(t, degreesOfFreedom) : tail(-t, degreesOfFreedom)
}

/** P(T > t) for t ≥ 0. */
function tail(t: number, nu: number): number {
  const square = t * t
  if (square === Infinity) return 0
  return 0.5 * betaRegularized(nu / 2, 0.5, nu / (nu + square), square / (nu + square))
}

/** P(0 < T < t) for t ≥ 0, without cancellation near 0. */
function centralMass(t: number, nu: number): number {
  const square = t * t
  return 0.5 * betaRegularized(0.5, nu / 2, square / (nu + square), nu / (nu + square))
}

function density(t: number, nu: number): number {
  const front = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * (LOG_PI + log(nu))
  return exp(front - 0.5 * (nu + 1) * log1p((t * t) / nu))
}

/**
 * Inverse of Student's t distribution; F(quantile) agrees with `p` to 1e-12 relative.
 *
 * Newton's method on the central mass near the median and on ln F against ln t in the tail; on both the function is
 * concave, so that the steps cannot diverge.
 *
 * @param p - probability within [0, 1]; otherwise NaN.
 * @param degreesOfFreedom - ν > 0.
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p >= 0 && p <= 1 && degreesOfFreedom > 0)) return Number.NaN
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  if (p === 0.5) return 0
  const magnitude =
    Math.abs(p - 0.5) < 0.25
      ? solveCentral(Math.abs(p - 0.5), degreesOfFreedom)
      : solveTail(Math.min(p, 1 - p), degreesOfFreedom)
  return p < 0.5 ? -magnitude : magnitude
}

function solveCentral(mass: number, nu: number): number {
  let t = 0
  for (let n = 0; n < STEPS_MAX; n++) {
    const step = (mass - (t === 0 ? 0 : centralMass(t, nu))) / density(t, nu)
    t += step
    if (!(Math.abs(step) > 1e-15 * t)) break
  }
  return t
}

function solveTail(p: number, nu: number): number {
  const target = log(p)
  let u = 0
  let uWithMass = 0
  for (let n = 0; n < STEPS_MAX; n++) {
    const t = exp(u)
    const mass = tail(t, nu)
    if (mass === 0) {
      u = 0.5 * (u + uWithMass)
      continue
    }
    uWithMass = u
    const step = ((log(mass) - target) * mass) / (t * density(t, nu))
    u += step
    if (!(Math.abs(step) > 1e-15)) break
  }
  return exp(u)
}
