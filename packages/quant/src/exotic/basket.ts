import { InputError, requireFinite, requireNonNegative } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, log, normalPdf } from '../math/index.js'
import { integrate } from '../math/quadrature.js'
import { black76Price } from '../pricing/black76.js'
import { type Assets, correlationMatrix, requireAssets } from './assets.js'
import { manyAssetBasket } from './basketPoints.js'

export type Basket = {
  readonly right: OptionRight
  /** K, quote, ≥ 0. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
  /** Units of each asset; any sign, not all 0. */
  readonly weights: readonly number[]
}

/** A basket as the sum of lognormals c_i exp(s_i Z_i − s_i²/2), undiscounted. */
export type BasketTerms = {
  /** Weight times forward. */
  readonly means: readonly number[]
  /** σ√T. */
  readonly deviations: readonly number[]
  readonly correlation: readonly (readonly number[])[]
  readonly strike: number
  readonly discount: number
}

/** @throws {InputError} where an input is not finite or outside its range, or weights and assets differ in number. */
function termsOf(basket: Basket, assets: Assets): BasketTerms {
  requireAssets(assets)
  const strike = requireNonNegative('strike', basket.strike)
  const years = requireNonNegative('yearsToExpiry', basket.yearsToExpiry)
  if (basket.weights.length !== assets.assets.length) {
    throw new InputError('weights', `${basket.weights.length} weights`, `${assets.assets.length}, one for each asset`)
  }
  basket.weights.forEach((weight, i) => {
    requireFinite(`weights/${i}`, weight)
  })
  const root = Math.sqrt(years)
  return {
    means: assets.assets.map(
      (asset, i) => basket.weights[i]! * asset.spot * exp((assets.rate - asset.dividendYield) * years),
    ),
    deviations: assets.assets.map((asset) => asset.vol * root),
    correlation: correlationMatrix(assets),
    strike,
    discount: exp(-assets.rate * years),
  }
}

/**
 * Price of an option on a weighted sum of assets, payoff max(±(Σ w_i S_i − K), 0). One asset is Black-76; with two, given the
 * noise of the second the first is lognormal, and one integral of Black-76 is exact to about 1e-11 of the forwards; more are
 * averaged over 16,384 Sobol points with one asset integrated exactly: some 1e-5 of the price, the same at every call.
 *
 * Limits: T = 0 and zero vols give the payoff on the forwards, discounted.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 */
export function basketPrice(basket: Basket, assets: Assets): number {
  const terms = termsOf(basket, assets)
  const { means, deviations, strike, discount } = terms
  if (means.length === 1) return discount * signedBlack(basket.right, means[0]!, strike, deviations[0]!)
  if (means.length > 2) return discount * manyAssetBasket(basket.right, terms)
  const rho = terms.correlation[0]![1]!
  const [c1, c2] = means as [number, number]
  const [s1, s2] = deviations as [number, number]
  const left = s1 * Math.sqrt(Math.max(0, (1 - rho) * (1 + rho)))
  const given = (z: number) => {
    const first = c1 * exp(rho * s1 * z - (rho * rho * s1 * s1) / 2)
    const second = c2 * exp(s2 * z - (s2 * s2) / 2)
    return normalPdf(z) * signedBlack(basket.right, first, strike - second, left)
  }
  const edge = 9 + Math.max(Math.abs(rho) * s1, s2)
  return discount * integrate(given, -edge, edge, 1e-12 * (Math.abs(c1) + Math.abs(c2) + strike))
}

/** E[max(±(c e^(sZ − s²/2) − k), 0)] for any sign of c and k. */
export function signedBlack(right: OptionRight, mean: number, level: number, deviation: number): number {
  if (mean > 0 && level > 0) return black76Price(right, mean, level, 1, deviation, 1)
  const mirrored = right === 'call' ? 'put' : 'call'
  if (mean < 0 && level < 0) return black76Price(mirrored, -mean, -level, 1, deviation, 1)
  // The sign of the outcome is sure.
  return Math.max(0, right === 'call' ? mean - level : level - mean)
}

/**
 * Price of a basket option by matching the first two moments of a lognormal. Good to a few basis points of the price for
 * weights of one sign and vols alike; `basketPrice` is exact.
 *
 * @throws {InputError} also where the basket's mean is not positive, since no lognormal has it.
 * @see E. Levy, "Pricing European average rate currency options", J. International Money and Finance 11 (1992); Haug (2007), 5.9.
 */
export function basketPriceByMoments(basket: Basket, assets: Assets): number {
  const { means, deviations, correlation, strike, discount } = termsOf(basket, assets)
  const mean = means.reduce((sum, c) => sum + c, 0)
  if (!(mean > 0))
    throw new InputError('weights', basket.weights.join(', '), 'such that the basket is worth more than 0')
  let second = 0
  means.forEach((ci, i) => {
    means.forEach((cj, j) => {
      second += ci * cj * exp(correlation[i]![j]! * deviations[i]! * deviations[j]!)
    })
  })
  const deviation = Math.sqrt(Math.max(0, log(second / (mean * mean))))
  return strike > 0
    ? black76Price(basket.right, mean, strike, 1, deviation, discount)
    : basket.right === 'call'
      ? discount * mean
      : 0
}
