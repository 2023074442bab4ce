import { requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, log } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'
import { add } from './complex.js'
import { lewisPrice } from './fourier.js'
import { type Heston, hestonExponent, hestonMeanVariance, requireHeston } from './heston.js'
import { type Jumps, jumpExponent, meanJump, requireJumps } from './jumps.js'

/**
 * Undiscounted price of a European option under Heston's stochastic variance.
 *
 * Limits: T = 0, and v₀ = 0 with κθ = 0, give the intrinsic value; σ = 0 is Black-76 on the mean variance.
 *
 * @param forward - F, quote per base, > 0.
 * @returns quote, ≥ 0; absolute error about 1e-12 √(FK).
 * @throws {InputError} where an input is not finite or outside its range.
 * @see S. Heston, "A closed-form solution for options with stochastic volatility", Rev. Financial Studies 6 (1993), 327–343.
 */
export function hestonPrice(right: OptionRight, forward: number, strike: number, years: number, model: Heston): number {
  requireOption(forward, strike, years)
  const variance = hestonMeanVariance(requireHeston(model), years)
  if (!(variance > 0) || model.sigma === 0)
    return black76Price(right, forward, strike, 1, Math.sqrt(Math.max(0, variance)), 1)
  return lewisPrice(right, forward, strike, variance, (u) => hestonExponent(model, years, u))
}

/**
 * Undiscounted price of a European option under Bates' model: Heston with lognormal jumps.
 *
 * @see D. Bates, "Jumps and stochastic volatility", Rev. Financial Studies 9 (1996), 69–107.
 */
export function batesPrice(
  right: OptionRight,
  forward: number,
  strike: number,
  years: number,
  model: Heston & Jumps,
): number {
  requireJumps(model)
  if (model.lambda === 0 || years === 0) return hestonPrice(right, forward, strike, years, model)
  requireOption(forward, strike, years)
  const jumpVariance = model.lambda * years * (model.meanLogJump * model.meanLogJump + model.jumpVol * model.jumpVol)
  const variance = hestonMeanVariance(requireHeston(model), years)
  if (!(variance > 0) || model.sigma === 0) {
    const vol = Math.sqrt(Math.max(0, variance) / years)
    return mertonPrice(right, forward, strike, years, { ...model, vol })
  }
  return lewisPrice(right, forward, strike, variance + jumpVariance, (u) =>
    add(hestonExponent(model, years, u), jumpExponent(model, years, u)),
  )
}

/**
 * Undiscounted price of a European option under Merton's jump diffusion, by its series over the number of jumps n:
 *
 *   Σ e^(−λ′T) (λ′T)^n/n! · Black76(F_n, K, σ_n),   λ′ = λ(1 + k)
 *   F_n = F e^(−λkT) (1 + k)^n … with σ_n² = σ² + nδ²/T
 *
 * summed in the form with weights of λ and forwards F e^(−λkT + n(m + δ²/2)) until the rest of the Poisson weights, times the
 * largest forward, is below 1e-17 of F.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see R. Merton, "Option pricing when underlying stock returns are discontinuous", J. Financial Economics 3 (1976), 125–144.
 */
export function mertonPrice(
  right: OptionRight,
  forward: number,
  strike: number,
  years: number,
  model: Jumps & { readonly vol: number },
): number {
  requireOption(forward, strike, years)
  requireJumps(model)
  requireNonNegative('vol', model.vol)
  const { lambda, meanLogJump, jumpVol, vol } = model
  const intensity = lambda * years
  const k = meanJump(model)
  const growth = meanLogJump + (jumpVol * jumpVol) / 2
  const mode = intensity * Math.max(1, 1 + k)
  let logWeight = -intensity
  let sum = 0
  for (let n = 0; ; n++) {
    if (n > 0) logWeight += log(intensity / n)
    const logForward = -intensity * k + n * growth
    const total = Math.sqrt(vol * vol * years + n * jumpVol * jumpVol)
    const term = black76Price(right, forward * exp(logForward), strike, 1, total, 1)
    sum += exp(logWeight) * term
    if (intensity === 0) break
    const share = exp(logWeight + Math.max(0, logForward))
    if (n > mode && share * (n + 1) < 1e-17 * (n + 1 - mode)) break
  }
  return sum
}

function requireOption(forward: number, strike: number, years: number): void {
  requirePositive('forward', forward)
  requirePositive('strike', strike)
  requireNonNegative('yearsToExpiry', years)
}
