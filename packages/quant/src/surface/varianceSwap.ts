import { exp, expm1 } from '../math/index.js'
import { SurfaceError } from './surface.js'
import type { VarianceJet } from './svi.js'

export type FairVariance = {
  /** Annualised: σ². Its root is the fair strike of the swap in vol. */
  readonly fairVariance: number
  readonly fairVol: number
  /** Relative change at the last halving of the step: what the integral is good to. */
  readonly relativeError: number
}

const SQRT_2PI = 2.5066282746310002
const HALVINGS_MAX = 12
const TOLERANCE = 1e-13
/** Range of t in k = width · sinh t; e¹² widths, beyond which the density of any smile with slopes < 2 has vanished. */
const REACH = 12

/**
 * Fair variance of a variance swap from a smile: the static replication (2/T) ∫ OTM(K)/K² dK of a log contract, written without
 * option prices as an integral over d₂ (all forward prices undiscounted, no jumps):
 *
 *   σ²_fair T = ∫ w(k) φ(d₂(k)) (−d₂′(k)) dk,   d₂ = −k/√w − √w/2
 *
 * Trapezoid in t with k = √w(0) sinh t, its step halved until nothing changes: converges faster than any power.
 *
 * @param smile - total variance and its first derivative by k, free of butterfly arbitrage, wing slopes < 2.
 * @param years - T > 0.
 * @throws {SurfaceError} where w is not positive or d₂ does not fall (arbitrage), naming the place.
 * @see N. Chriss, W. Morokoff, "Market risk for volatility and variance swaps", Risk (Oct. 1999); J. Gatheral, "The Volatility
 * Surface" (2006), (11.5).
 */
export function fairVariance(smile: (logMoneyness: number) => VarianceJet, years: number): FairVariance {
  if (!(years > 0 && years < Number.POSITIVE_INFINITY)) throw new SurfaceError('years must be positive', { years })
  const width = Math.sqrt(positiveVariance(smile(0).w, 0))
  const at = (t: number) => integrand(smile, width, t)
  let step = 0.5
  let sum = at(0)
  for (let t = step; t <= REACH; t += step) sum += at(t) + at(-t)
  let total = sum * step
  let change = Number.POSITIVE_INFINITY
  for (let halving = 0; halving < HALVINGS_MAX && change > TOLERANCE; halving++) {
    for (let t = step / 2; t <= REACH; t += step) sum += at(t) + at(-t)
    step /= 2
    change = Math.abs(sum * step - total) / total
    total = sum * step
  }
  return { fairVariance: total / years, fairVol: Math.sqrt(total / years), relativeError: change }
}

function integrand(smile: (logMoneyness: number) => VarianceJet, width: number, t: number): number {
  const rise = expm1(Math.abs(t))
  const sinh = (Math.sign(t) * (rise + rise / (rise + 1))) / 2
  const cosh = (exp(t) + exp(-t)) / 2
  const k = width * sinh
  const { w, slope } = smile(k)
  const root = Math.sqrt(positiveVariance(w, k))
  const d2 = -k / root - root / 2
  const density = exp(-0.5 * d2 * d2) / SQRT_2PI
  if (density === 0) return 0
  const fall = 1 / root - (k * slope) / (2 * w * root) + slope / (4 * root)
  if (!(fall > 0)) throw new SurfaceError('d2 rises with the strike: the smile has arbitrage', { logMoneyness: k })
  return w * density * fall * width * cosh
}

function positiveVariance(w: number, logMoneyness: number): number {
  if (!(w > 0 && w < Number.POSITIVE_INFINITY))
    throw new SurfaceError('total variance must be positive', { w, logMoneyness })
  return w
}
