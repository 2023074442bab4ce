import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'
import { type Asset, requireAsset } from './asset.js'

export type Quanto = {
  readonly right: OptionRight
  /** K, in the asset's own quote, > 0. */
  readonly strike: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
  /** Vol of the exchange rate (payment currency per quote currency), annualised decimal, ≥ 0. */
  readonly fxVol: number
  /** Correlation of the asset with that exchange rate, −1 … 1. */
  readonly correlation: number
  /** Rate of the asset's own quote currency; `asset.rate` is that of the payment currency. */
  readonly underlyingRate: number
}

/**
 * Price of a fixed-exchange-rate (quanto) option at a rate of 1: Black-76, discounted in the payment currency, on
 *
 *   F = S e^((r_u − q − ρ σ σ_fx) T)
 *
 * @returns payment currency, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see E. Reiner, "Quanto mechanics", Risk 5 (1992); Haug (2007), 5.16.2.
 */
export function quantoPrice(option: Quanto, asset: Asset): number {
  requireAsset(asset)
  requirePositive('strike', option.strike)
  const years = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  requireNonNegative('fxVol', option.fxVol)
  requireFinite('underlyingRate', option.underlyingRate)
  if (!(Math.abs(option.correlation) <= 1)) throw new InputError('correlation', option.correlation, 'within −1 … 1')
  const drift = option.underlyingRate - asset.dividendYield - option.correlation * asset.vol * option.fxVol
  const forward = asset.spot * exp(drift * years)
  return black76Price(option.right, forward, option.strike, years, asset.vol, exp(-asset.rate * years))
}
