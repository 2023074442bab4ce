import { requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, log, normalCdf } from '../math/index.js'
import { type Asset, costOfCarry, requireAsset } from './asset.js'

export type Digital = {
  readonly right: OptionRight
  /** K, quote per base, > 0. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
  /** `cash` pays an amount, `asset` one unit of the asset. */
  readonly pays: 'cash' | 'asset'
  /** The amount, quote; ≥ 0. Read only where `pays` is `cash`. */
  readonly cash: number
}

/**
 * Price of a digital (binary) option that pays when it ends in the money.
 *
 *   cash:  A e^(−rT) N(w d2)     asset:  S e^(−qT) N(w d1)
 *
 * Limits: at T = 0 or σ = 0 the payoff on the forward, discounted; at the kink F = K one half, which is the limit of both.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see M. Rubinstein, E. Reiner, "Unscrambling the binary code", Risk 4 (1991); E. G. Haug, "The Complete Guide to Option
 *   Pricing Formulas", 2nd ed. (2007), 4.19.
 * @example digitalPrice({right: 'put', strike: 80, yearsToExpiry: 0.75, pays: 'cash', cash: 10}, {spot: 100, rate: 0.06,
 *   dividendYield: 0.06, vol: 0.35}) // 2.6710…
 */
export function digitalPrice(digital: Digital, asset: Asset): number {
  requireAsset(asset)
  requirePositive('strike', digital.strike)
  const years = requireNonNegative('yearsToExpiry', digital.yearsToExpiry)
  const w = digital.right === 'call' ? 1 : -1
  const sd = asset.vol * Math.sqrt(years)
  const logMoney = log(asset.spot / digital.strike) + costOfCarry(asset) * years
  if (digital.pays === 'asset') {
    return asset.spot * exp(-asset.dividendYield * years) * normalCdf(w * standardised(logMoney, sd, 0.5))
  }
  const cash = requireNonNegative('cash', digital.cash)
  return cash * exp(-asset.rate * years) * normalCdf(w * standardised(logMoney, sd, -0.5))
}

/** (x + shift·sd²)/sd with its limit at sd = 0: the sign of x, far out, or 0 at the kink. */
function standardised(x: number, sd: number, shift: number): number {
  if (sd > 0) return x / sd + shift * sd
  return x === 0 ? 0 : x > 0 ? Infinity : -Infinity
}
