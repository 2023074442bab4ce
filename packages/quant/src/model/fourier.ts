import type { OptionRight } from '../instrument.js'
import { cos, exp, log, sin } from '../math/index.js'
import { integrate } from '../math/quadrature.js'
import { black76Price } from '../pricing/black76.js'
import type { Complex } from './complex.js'

/** Where the integrand is below this share of its start, the rest is left out. */
const NEGLIGIBLE = 1e-17
/** No characteristic function of a priced market decays slower than this reaches. */
const FREQUENCY_MAX = 1e7

/**
 * European price from a characteristic function, by Lewis' formula with Black-76 as control variate: both integrands have
 * the same leading part, so that only their difference is integrated, and far strikes keep what the formula would cancel.
 *
 *   C = Black76(F, K, w) − √(FK)/π ∫₀^∞ Re{ e^(iu ln(F/K)) [φ(u − i/2) − φ_w(u − i/2)] } / (u² + ¼) du
 *
 * @param exponent - ln φ(u − i/2) of ln(S_T/F).
 * @param totalVariance - w of the control variate, > 0: the mean total variance is a good choice.
 * @returns undiscounted price, quote, ≥ 0; absolute error about 1e-13 √(FK).
 * @see A. Lewis (2001); L. Andersen, V. Piterbarg, "Interest Rate Modeling" I (2010), 8.4.
 */
export function lewisPrice(
  right: OptionRight,
  forward: number,
  strike: number,
  totalVariance: number,
  exponent: (u: number) => Complex,
): number {
  const k = log(forward / strike)
  const integrand = (u: number) => {
    const square = u * u + 0.25
    const { re, im } = exponent(u)
    const model = exp(re)
    const angle = u * k
    const control = exp((-totalVariance * square) / 2)
    return (model * (cos(angle) * cos(im) - sin(angle) * sin(im)) - control * cos(angle)) / square
  }
  let edge = 4
  while (edge < FREQUENCY_MAX && envelope(edge, totalVariance, exponent) > NEGLIGIBLE) edge *= 2
  const scale = Math.sqrt(forward * strike) / Math.PI
  let sum = 0
  // Panels that double keep the fine structure near 0 apart from the long tail.
  for (let from = 0, to = Math.min(edge, 4); from < edge; from = to, to = Math.min(edge, to * 2)) {
    sum += integrate(integrand, from, to, 1e-14)
  }
  const price = black76Price(right, forward, strike, 1, Math.sqrt(totalVariance), 1) - scale * sum
  // The true price lies within these bounds; rounding may not leave them.
  const intrinsic = Math.max(0, right === 'call' ? forward - strike : strike - forward)
  return Math.min(Math.max(price, intrinsic), right === 'call' ? forward : strike)
}

function envelope(u: number, totalVariance: number, exponent: (u: number) => Complex): number {
  const square = u * u + 0.25
  return (exp(exponent(u).re) + exp((-totalVariance * square) / 2)) / square
}
