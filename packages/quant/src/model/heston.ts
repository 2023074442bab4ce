import { InputError, requireNonNegative } from '../inputError.js'
import { expm1 } from '../math/index.js'
import {
  add,
  type Complex,
  complex,
  complexExp,
  complexLog1p,
  complexSqrt,
  divide,
  multiply,
  scale,
  subtract,
} from './complex.js'

/** dv = κ(θ − v) dt + σ√v dW′, dW dW′ = ρ dt. */
export type Heston = {
  /** v₀: variance now, ≥ 0. */
  readonly v0: number
  /** κ: speed of reversion per year, ≥ 0. */
  readonly kappa: number
  /** θ: variance it reverts to, ≥ 0. */
  readonly theta: number
  /** σ: vol of variance, ≥ 0. */
  readonly sigma: number
  /** ρ: correlation with the asset, −1 … 1. */
  readonly rho: number
}

/** @throws {InputError} naming the first parameter outside its range. The Feller condition is not required. */
export function requireHeston(model: Heston): Heston {
  for (const name of ['v0', 'kappa', 'theta', 'sigma'] as const) requireNonNegative(`model/${name}`, model[name])
  if (!(Math.abs(model.rho) <= 1)) throw new InputError('model/rho', model.rho, 'within −1 … 1')
  return model
}

/** E[∫ v dt] over T: θT + (v₀ − θ)(1 − e^(−κT))/κ; the total variance where σ = 0. */
export function hestonMeanVariance(model: Heston, years: number): number {
  const { v0, theta, kappa } = model
  const x = kappa * years
  const share = x < 1e-12 ? years : -expm1(-x) / kappa
  return theta * years + (v0 - theta) * share
}

/**
 * ln E[e^(i(u − i/2) ln(S_T/F))] under Heston: the characteristic exponent on the line that Lewis' formula integrates, where
 * z² + iz = u² + ¼ is real. The form without branch cuts ("little trap"), with each difference of near-equals rewritten:
 *
 *   ξ = κ − ρσ i z,  d = √(ξ² + σ²(u² + ¼)),  g = (ξ − d)/(ξ + d) = −σ²(u² + ¼)/(ξ + d)²
 *   D = −(u² + ¼)/(ξ + d) · (1 − e^(−dT))/(1 − g e^(−dT))
 *   C = κθ [ −(u² + ¼)/(ξ + d) T − 2 ln(1 + g(1 − e^(−dT))/(1 − g))/σ² ]
 *
 * @see H. Albrecher, P. Mayer, W. Schoutens, J. Tistaert, "The little Heston trap", Wilmott (2007); A. Lewis, "A simple
 *   option formula for general jump-diffusion and other exponential Lévy processes" (2001).
 */
export function hestonExponent(model: Heston, years: number, u: number): Complex {
  const { v0, kappa, theta, sigma, rho } = model
  const square = u * u + 0.25
  const xi = complex(kappa - (rho * sigma) / 2, -rho * sigma * u)
  const d = complexSqrt(add(multiply(xi, xi), complex(sigma * sigma * square, 0)))
  const sum = add(xi, d)
  const slope = divide(complex(-square, 0), sum)
  const g = divide(scale(slope, sigma * sigma), sum)
  const decay = complexExp(scale(d, -years))
  const gone = complex(1 - decay.re, -decay.im)
  const ofVariance = multiply(slope, divide(gone, subtract(complex(1, 0), multiply(g, decay))))
  const inner = divide(multiply(g, gone), subtract(complex(1, 0), g))
  const logarithm = sigma > 0 ? scale(complexLog1p(inner), 2 / (sigma * sigma)) : complex(0, 0)
  const ofMean = scale(subtract(scale(slope, years), logarithm), kappa * theta)
  return add(ofMean, scale(ofVariance, v0))
}
