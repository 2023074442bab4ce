import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'
import { exp } from '../math/exp.js'
import type { Partials } from './partials.js'

/** Names of the measures of a European option, in the order of the conventions. */
export const MEASURES = [
  'price',
  'delta',
  'gamma',
  'vega',
  'theta',
  'rho',
  'rhoDividend',
  'dualDelta',
  'dualGamma',
  'elasticity',
  'vanna',
  'volga',
  'charm',
  'veta',
  'vera',
  'speed',
  'zomma',
  'color',
  'ultima',
] as const

export type Measure = (typeof MEASURES)[number]

/**
 * Price and Greeks of one unit of base; the position's sign and size are not included.
 *
 * S is the spot, or the forward where the market gives one. Vega, rho and vera are per 1.00; theta, charm, veta and
 * color are per year of calendar time passing, minus the derivative by T.
 */
export type Measures = { readonly [M in Measure]: number }

/**
 * Market of one asset. With `spot`, F = S e^((r − q)T). With `forward`, the price is discounted at `rate` and every
 * derivative is taken at a fixed forward: delta is ∂V/∂F, rho is −T V, vera is −T vega, and rhoDividend is 0, because a
 * dividend yield does not enter.
 */
export type Market =
  | { readonly spot: number; readonly rate: number; readonly dividendYield: number; readonly vol: number }
  | { readonly forward: number; readonly rate: number; readonly vol: number }

/** A market made ready: the underlying, its forward, and what the chain rule needs. */
export type Carry = {
  readonly underlying: number
  readonly forward: number
  /** ln(F/S) = bT. */
  readonly logGrowth: number
  /** b: r − q with a spot, 0 with a forward. */
  readonly costOfCarry: number
  readonly rate: number
  readonly discountFactor: number
  readonly yearsToExpiry: number
  readonly vol: number
  /** σ√T. */
  readonly deviation: number
  readonly fromSpot: boolean
}

/** @throws {InputError} where an input is NaN or outside its range. */
export function carryOf(market: Market, yearsToExpiry: number): Carry {
  requireNonNegative('yearsToExpiry', yearsToExpiry)
  const rate = requireFinite('rate', market.rate)
  const vol = requireNonNegative('vol', market.vol)
  const fromSpot = 'spot' in market
  const underlying = fromSpot ? requirePositive('spot', market.spot) : requirePositive('forward', market.forward)
  const costOfCarry = fromSpot ? rate - requireFinite('dividendYield', market.dividendYield) : 0
  const logGrowth = costOfCarry * yearsToExpiry
  const discountFactor = exp(-rate * yearsToExpiry)
  const forward = underlying * exp(logGrowth)
  if (!(discountFactor > 0 && discountFactor < Infinity && forward > 0 && forward < Infinity)) {
    throw new InputError('rate', rate, 'small enough that growth over yearsToExpiry stays within double precision')
  }
  const deviation = vol * Math.sqrt(yearsToExpiry)
  return {
    underlying,
    forward,
    logGrowth,
    costOfCarry,
    rate,
    discountFactor,
    yearsToExpiry,
    vol,
    deviation,
    fromSpot,
  }
}

/**
 * Greeks by the chain rule from an undiscounted value B(F, K, s): V = D B with D = e^(−rT), F = S e^(bT), s = σ√T.
 *
 * Limits: at T = 0 derivatives by T keep their finite parts only (the decay of an option at the kink is infinite there).
 *
 * @throws {InputError} where a measure overflows double precision.
 */
export function measuresOf(b: Partials, carry: Carry): Measures {
  const { forward, costOfCarry, rate, discountFactor: df, yearsToExpiry: T, vol } = carry
  const growth = forward / carry.underlying
  const sqrtT = Math.sqrt(T)
  // ∂F/∂T, ∂s/∂T, ∂F/∂r
  const forwardDrift = costOfCarry * forward
  const deviationDrift = T > 0 ? (0.5 * vol) / sqrtT : 0
  const forwardByRate = carry.fromSpot ? T * forward : 0

  const price = df * b.value
  const delta = df * growth * b.f
  const gamma = df * growth * growth * b.ff
  const vega = df * sqrtT * b.s
  const measures: Measures = {
    price,
    delta,
    gamma,
    vega,
    theta: rate * price - df * (b.f * forwardDrift + b.s * deviationDrift),
    rho: df * b.f * forwardByRate - T * price,
    rhoDividend: -df * b.f * forwardByRate,
    dualDelta: df * b.k,
    dualGamma: df * b.kk,
    elasticity: b.leverage,
    vanna: df * growth * sqrtT * b.fs,
    volga: df * T * b.ss,
    charm: (rate - costOfCarry) * delta - df * growth * (b.ff * forwardDrift + b.fs * deviationDrift),
    veta: (rate - (T > 0 ? 0.5 / T : 0)) * vega - df * sqrtT * (b.fs * forwardDrift + b.ss * deviationDrift),
    vera: df * sqrtT * b.fs * forwardByRate - T * vega,
    speed: df * growth * growth * growth * b.fff,
    zomma: df * growth * growth * sqrtT * b.ffs,
    color: (rate - 2 * costOfCarry) * gamma - df * growth * growth * (b.fff * forwardDrift + b.ffs * deviationDrift),
    ultima: df * T * sqrtT * b.sss,
  }
  for (const name of MEASURES) {
    if (!Number.isFinite(measures[name])) {
      throw new InputError(name, measures[name], 'within double precision; move strike, rate or vol towards the market')
    }
  }
  return measures
}
