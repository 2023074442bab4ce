import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, pow } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'
import { type Asset, costOfCarry, requireAsset } from './asset.js'

export type PowerOption = {
  readonly right: OptionRight
  /** K, in units of quote^p per base^p, > 0. */
  readonly strike: number
  /** p, not 0. */
  readonly exponent: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * E[S_T^p] = S^p e^((p b + p(p − 1)σ²/2) T): the forward of the asset's p-th power.
 */
export function powerForward(exponent: number, asset: Asset, yearsToExpiry: number): number {
  const growth = exponent * costOfCarry(asset) + (exponent * (exponent - 1) * asset.vol * asset.vol) / 2
  return pow(asset.spot, exponent) * exp(growth * yearsToExpiry)
}

/**
 * Price of a power option, payoff max(±(S_T^p − K), 0). S^p is lognormal with vol |p|σ, so it is Black-76 on `powerForward`.
 *
 * @returns quote^p, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see R. Heynen, H. Kat, "Pricing and hedging power options", Financial Engineering and the Japanese Markets 3 (1996);
 *   Haug (2007), 4.6.
 */
export function powerOptionPrice(option: PowerOption, asset: Asset): number {
  requireAsset(asset)
  requirePositive('strike', option.strike)
  const years = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const exponent = requireFinite('exponent', option.exponent)
  if (exponent === 0) throw new InputError('exponent', exponent, 'a finite number other than 0')
  const forward = powerForward(exponent, asset, years)
  return black76Price(
    option.right,
    forward,
    option.strike,
    years,
    Math.abs(exponent) * asset.vol,
    exp(-asset.rate * years),
  )
}

/**
 * Fair mark of a perpetual on S^p that pays funding continuously: (mark − index^p) / period per year.
 *
 *   mark = S^p / (1 − f ((p − 1)(r + p σ²/2) − p q)),   f: funding period in years
 *
 * For p = 2, r = q = 0: index² / (1 − f σ²).
 *
 * @param fundingYears - f, years, > 0 (a period of 17.5 days is 17.5/365).
 * @returns quote^p, or undefined where the denominator is not positive: funding too slow for the growth, no finite mark.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see D. White, S. Bankman-Fried, D. Robinson, "Everlasting options" and "Power perpetuals", Paradigm (2021).
 */
export function powerPerpetualMark(exponent: number, asset: Asset, fundingYears: number): number | undefined {
  requireAsset(asset)
  requireFinite('exponent', exponent)
  requirePositive('fundingYears', fundingYears)
  const { rate, dividendYield, vol } = asset
  const growth = (exponent - 1) * (rate + (exponent * vol * vol) / 2) - exponent * dividendYield
  const denominator = 1 - fundingYears * growth
  return denominator > 0 ? pow(asset.spot, exponent) / denominator : undefined
}
