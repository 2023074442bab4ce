import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { gaussLegendre } from '../math/gaussLegendre.js'
import { exp, log, normalCdf, sin } from '../math/index.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { type Asset, requireAsset } from './asset.js'
import { exerciseBoundary } from './exerciseBoundary.js'

export type American = {
  readonly right: OptionRight
  /** K, quote per base, > 0. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

const PREMIUM_NODES = 32

/**
 * Price of an American option: the European value plus the premium of exercising along the boundary B. For a put,
 *
 *   V = v + ∫₀^T [ r K e^(−rs) N(−d₋(s, S/B(T − s))) − q S e^(−qs) N(−d₊(s, S/B(T − s))) ] ds
 *   d±(s, z) = (ln z + (r − q)s ± σ²s/2)/σ√s
 *
 * A call is the put with spot and strike, rate and yield exchanged. The boundary is found by spectral collocation.
 *
 * Limits: T = 0 and σ = 0: the best of all exercise times on the certain path. At S ≤ B(T) the intrinsic value.
 *
 * @returns quote, ≥ 0; absolute error below 1e-6 of the strike for vols of 5 % and more.
 * @throws {InputError} where an input is not finite or outside its range; where both rates are negative and the yield (for a
 *   put) lies below the rate, since two boundaries meet there.
 * @see L. Andersen, M. Lake, D. Offengenden, "High performance American option pricing", J. Computational Finance 20 (2016);
 *   R. McDonald, M. Schroder, "A parity result for American options", J. Computational Finance 1 (1998), for the symmetry.
 */
export function americanPrice(option: American, asset: Asset): number {
  requireAsset(asset)
  requirePositive('strike', option.strike)
  const years = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const { spot, rate, dividendYield, vol } = asset
  if (option.right === 'put') return putPrice(spot, option.strike, years, rate, dividendYield, vol)
  return putPrice(option.strike, spot, years, dividendYield, rate, vol)
}

function putPrice(spot: number, strike: number, years: number, rate: number, yieldRate: number, vol: number): number {
  const intrinsic = Math.max(0, strike - spot)
  if (years === 0) return intrinsic
  if (vol === 0) return certainPut(spot, strike, years, rate, yieldRate)
  const european = blackScholesPrice(
    { right: 'put', strike, yearsToExpiry: years },
    { spot, rate, dividendYield: yieldRate, vol },
  )
  // Exercise gains rK − qS a year, which is nowhere positive below the strike when r ≤ 0 and q ≥ r.
  if (rate <= 0 && yieldRate >= rate) return european
  if (rate < 0) throw new InputError('rate', rate, `>= 0, or at most the other rate ${yieldRate}`)
  const boundary = exerciseBoundary(years, rate, yieldRate, vol)
  const moneyness = log(spot / strike)
  if (moneyness <= boundary(years)) return intrinsic
  const { nodes, weights } = gaussLegendre(PREMIUM_NODES)
  let premium = 0
  for (let i = 0; i < nodes.length; i++) {
    // s = T sin²θ, so that the square roots at s = 0 and at s = T become smooth.
    const theta = ((1 + nodes[i]!) * Math.PI) / 4
    const root = sin(theta)
    const s = years * root * root
    const sd = vol * Math.sqrt(s)
    const d = (moneyness - boundary(years - s) + (rate - yieldRate) * s) / sd
    const gain =
      rate * strike * exp(-rate * s) * normalCdf(-(d - sd / 2)) -
      yieldRate * spot * exp(-yieldRate * s) * normalCdf(-(d + sd / 2))
    premium += (weights[i]! * gain * years * Math.PI * sin(2 * theta)) / 4
  }
  return Math.max(intrinsic, european + Math.max(0, premium))
}

/** max over 0 ≤ t ≤ T of K e^(−rt) − S e^(−qt), ≥ 0: at an end, or where rK e^(−rt) = qS e^(−qt). */
function certainPut(spot: number, strike: number, years: number, rate: number, yieldRate: number): number {
  const at = (t: number) => strike * exp(-rate * t) - spot * exp(-yieldRate * t)
  const ratio = (rate * strike) / (yieldRate * spot)
  const turning = ratio > 0 && rate !== yieldRate ? log(ratio) / (rate - yieldRate) : 0
  const inside = turning > 0 && turning < years ? at(turning) : 0
  return Math.max(0, at(0), at(years), inside)
}

/** The spot at which exercise begins to be best (at or below it for a put, above for a call); undefined where it never is. */
export function exerciseSpot(option: American, asset: Asset): number | undefined {
  const { rate, dividendYield, vol } = asset
  const { strike, yearsToExpiry: years } = option
  const [r, q] = option.right === 'put' ? [rate, dividendYield] : [dividendYield, rate]
  if (!(vol * years > 0) || r < 0 || (r === 0 && q >= 0)) return undefined
  const depth = exerciseBoundary(years, r, q, vol)(years)
  return strike * exp(option.right === 'put' ? depth : -depth)
}
