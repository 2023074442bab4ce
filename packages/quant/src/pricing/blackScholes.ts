import { requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { black76Partials, logMoneyness, signOf } from './black76.js'
import { type Carry, carryOf, type Market, type Measures, measuresOf } from './measures.js'
import type { Partials } from './partials.js'

/** A European option, apart from its market. */
export type EuropeanOption = {
  readonly right: OptionRight
  /** K, quote per base, > 0. */
  readonly strike: number
  /** T, years (ACT/365), ≥ 0. */
  readonly yearsToExpiry: number
}

function partialsOf(option: EuropeanOption, carry: Carry): Partials {
  const strike = requirePositive('strike', option.strike)
  const k = logMoneyness(carry.underlying, strike) + carry.logGrowth
  return black76Partials(signOf(option.right), carry.forward, strike, k, carry.deviation)
}

/**
 * Price of a European option on an asset with continuous yield (Black–Scholes–Merton), or on a forward (Black-76).
 *
 *   V = w (S e^(−qT) N(w d1) − K e^(−rT) N(w d2)),  d1,2 = (ln(S/K) + (r − q)T)/(σ√T) ± σ√T/2
 *
 * Limits: at T = 0 or σ = 0 the discounted intrinsic value of the forward.
 *
 * @param option - right, strike, years to expiry.
 * @param market - spot or forward, rate, dividend yield, vol; continuous, annual, decimal.
 * @returns quote per unit of base, ≥ 0.
 * @throws {InputError} where an input is NaN or outside its range.
 * @see F. Black, M. Scholes, J. Political Economy 81 (1973), 637–654; E. G. Haug, "The complete guide to option pricing
 *   formulas" (2007), ch. 1.
 * @example blackScholesPrice({ right: 'call', strike: 65, yearsToExpiry: 0.25 },
 *   { spot: 60, rate: 0.08, dividendYield: 0, vol: 0.3 }) // 2.1333…
 */
export function blackScholesPrice(option: EuropeanOption, market: Market): number {
  const carry = carryOf(market, option.yearsToExpiry)
  return carry.discountFactor * partialsOf(option, carry).value
}

/**
 * Price and every listed Greek of a European option under Black–Scholes–Merton or Black-76, in closed form.
 *
 * Limits: at T = 0 or σ = 0 those of the discounted intrinsic value of the forward; at the kink F = K delta is half the
 * in-the-money one, vega, vanna, veta, vera and ultima are their limits for σ → 0, and what is infinite there (gamma,
 * dual gamma, speed, zomma, color) is given as 0. Elasticity is 0 where the option has no value.
 *
 * @returns see `Measures` for units and signs.
 * @throws {InputError} where an input is NaN or outside its range, or a measure overflows.
 */
export function blackScholesMeasures(option: EuropeanOption, market: Market): Measures {
  const carry = carryOf(market, option.yearsToExpiry)
  return measuresOf(partialsOf(option, carry), carry)
}
