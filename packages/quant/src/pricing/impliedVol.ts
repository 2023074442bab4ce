import { requireFinite, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { log } from '../math/log.js'
import { logMoneyness } from './black76.js'
import { impliedDeviation } from './impliedDeviation.js'

/** A quoted European option on a forward. */
export type QuotedOption = {
  readonly right: OptionRight
  /** F, quote per base, > 0. */
  readonly forward: number
  /** K, quote per base, > 0. */
  readonly strike: number
  /** T, years (ACT/365), ≥ 0. */
  readonly yearsToExpiry: number
  /** From payment to today, > 0. */
  readonly discountFactor: number
  /** Quote per unit of base, as of today. */
  readonly price: number
}

/** Why no volatility gives the price. */
export type NoImpliedVol = 'below-intrinsic' | 'above-maximum'

export type ImpliedVol =
  | { readonly ok: true; readonly impliedVol: number }
  | { readonly ok: false; readonly reason: NoImpliedVol }

/**
 * Black-76 implied volatility.
 *
 * Solved on the time value in its out-of-the-money form, over the whole domain of doubles: prices from 1e-300, total
 * deviations σ√T from 1e-8, moneyness |ln F/K| up to 16 and beyond. The result is as exact as the price allows: a
 * relative error ε of the time value moves it by ε·(time value)/(σ·vega). In the money the time value is what is left
 * after the intrinsic value has been taken off, so ε is price/(time value) times the rounding of the price; a quote of
 * the out-of-the-money option at the same strike, by parity, is better conditioned.
 *
 * Limits: a price equal to the discounted intrinsic value gives 0. At T = 0 that is the only price with a solution.
 *
 * @returns `below-intrinsic` where the price is under the discounted intrinsic value, `above-maximum` where it is not
 *   under df·F (call) or df·K (put).
 * @throws {InputError} where an input is NaN or outside its range.
 * @example impliedVol({ right: 'call', forward: 100, strike: 100, yearsToExpiry: 0.25, discountFactor: 1, price: 11.9235384740485 })
 *   // { ok: true, impliedVol: 0.6 }
 */
export function impliedVol(option: QuotedOption): ImpliedVol {
  const forward = requirePositive('forward', option.forward)
  const strike = requirePositive('strike', option.strike)
  const yearsToExpiry = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const undiscounted = requireFinite('price', option.price) / requirePositive('discountFactor', option.discountFactor)
  const inTheMoney = option.right === 'call' ? forward - strike : strike - forward
  const timeValue = inTheMoney > 0 ? undiscounted - inTheMoney : undiscounted
  if (!(timeValue >= 0)) return { ok: false, reason: 'below-intrinsic' }
  if (timeValue === 0) return { ok: true, impliedVol: 0 }
  const low = Math.min(forward, strike)
  // The room left under the upper bound, which is F for a call and K for a put.
  const room = (option.right === 'call' ? forward : strike) - undiscounted
  const share = timeValue / low
  const complement = room / low
  if (!(room > 0 && complement > 0 && share < 1 && yearsToExpiry > 0)) return { ok: false, reason: 'above-maximum' }
  const logShare = share > 1e-280 ? log(share) : log(timeValue) - log(low)
  const deviation = impliedDeviation({ k: Math.abs(logMoneyness(forward, strike)), share, logShare, complement })
  return { ok: true, impliedVol: deviation / Math.sqrt(yearsToExpiry) }
}
