import { exp, log, normalCdf, normalLogCdf } from '../math/index.js'
import { integrate } from '../math/quadrature.js'
import type { Asset } from './asset.js'
import { costOfCarry } from './asset.js'

/**
 * The first time at which ln S, a Brownian motion with drift ν = b − σ²/2, reaches ln H. With a = ln(H/S) and η = +1 for a
 * barrier below, −1 for one above:
 *
 *   P(τ ≤ T) = N(−η(νT − a)/σ√T) + e^(2νa/σ²) N(η(a + νT)/σ√T)
 *
 * Powers of H/S are kept as logarithms until they meet their probability, since at small vol one overflows while the other
 * vanishes.
 */
export type Passage = {
  /** a = ln(H/S). */
  readonly logBarrier: number
  /** σ√T. */
  readonly sd: number
  /** +1: the barrier lies below the spot; −1: above. */
  readonly eta: 1 | -1
  readonly yearsToExpiry: number
  /** ν = b − σ²/2. */
  readonly drift: number
  readonly vol: number
  readonly rate: number
  readonly carry: number
}

export function passage(asset: Asset, barrier: number, direction: 'up' | 'down', yearsToExpiry: number): Passage {
  const carry = costOfCarry(asset)
  return {
    logBarrier: log(barrier / asset.spot),
    sd: asset.vol * Math.sqrt(yearsToExpiry),
    eta: direction === 'down' ? 1 : -1,
    yearsToExpiry,
    drift: carry - (asset.vol * asset.vol) / 2,
    vol: asset.vol,
    rate: asset.rate,
    carry,
  }
}

/** Whether the spot already stands at or beyond the barrier. */
export function isTouched(asset: Asset, barrier: number, direction: 'up' | 'down'): boolean {
  return direction === 'down' ? asset.spot <= barrier : asset.spot >= barrier
}

/** P(τ ≤ T), under the pricing measure; 0 ≤ p ≤ 1. At σ = 0 or T = 0 the path is certain. */
export function hitProbability(p: Passage): number {
  if (p.sd === 0) return certainHitYears(p) === undefined ? 0 : 1
  const { logBarrier: a, sd, eta } = p
  const mean = p.drift * p.yearsToExpiry
  const direct = normalCdf((-eta * (mean - a)) / sd)
  return direct + scaledCdf((2 * p.drift * a) / (p.vol * p.vol), (eta * (a + mean)) / sd)
}

/** P(τ > T) without the cancellation of 1 − P(τ ≤ T) where survival is certain. */
export function survivalProbability(p: Passage): number {
  if (p.sd === 0) return certainHitYears(p) === undefined ? 1 : 0
  const { logBarrier: a, sd, eta } = p
  const mean = p.drift * p.yearsToExpiry
  const reflected = scaledCdf((2 * p.drift * a) / (p.vol * p.vol), (eta * (a + mean)) / sd)
  return Math.max(0, normalCdf((eta * (mean - a)) / sd) - reflected)
}

/**
 * E[e^(−rτ); τ ≤ T]: today's value of one unit paid at the hit.
 *
 *   (H/S)^(μ+λ) N(ηz) + (H/S)^(μ−λ) N(ηz − 2ηλσ√T),   z = a/σ√T + λσ√T,  μ = ν/σ²,  λ = √(μ² + 2r/σ²)
 *
 * Where μ² + 2r/σ² < 0 (a rate so negative that λ is not real) it is integrated by parts over the probability of the hit:
 * e^(−rT) P(τ ≤ T) + r ∫₀^T e^(−rt) P(τ ≤ t) dt, to 1e-12.
 */
export function discountedHit(p: Passage): number {
  if (p.sd === 0) {
    const hit = certainHitYears(p)
    return hit === undefined ? 0 : exp(-p.rate * hit)
  }
  const variance = p.vol * p.vol
  const mu = p.drift / variance
  const square = mu * mu + (2 * p.rate) / variance
  if (!(square >= 0)) return discountedHitByParts(p)
  const lambda = Math.sqrt(square)
  const z = p.logBarrier / p.sd + lambda * p.sd
  return (
    scaledCdf((mu + lambda) * p.logBarrier, p.eta * z) +
    scaledCdf((mu - lambda) * p.logBarrier, p.eta * (z - 2 * lambda * p.sd))
  )
}

function discountedHitByParts(p: Passage): number {
  const { rate, yearsToExpiry: years } = p
  const at = (t: number) => exp(-rate * t) * hitProbability({ ...p, yearsToExpiry: t, sd: p.vol * Math.sqrt(t) })
  return at(years) + rate * integrate(at, 0, years, 1e-12)
}

/** Years until the path without noise, S e^(bt), reaches the barrier; undefined where it does not by T. */
function certainHitYears(p: Passage): number | undefined {
  if (!(p.yearsToExpiry > 0) || p.carry === 0) return undefined
  const years = p.logBarrier / p.carry
  return years >= 0 && years <= p.yearsToExpiry ? years : undefined
}

/** e^x N(z), sound where e^x alone would overflow. */
export function scaledCdf(x: number, z: number): number {
  return exp(x + normalLogCdf(z))
}
