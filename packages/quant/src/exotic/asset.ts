import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'

/**
 * One asset in the Black–Scholes world: dS = (r − q) S dt + σ S dW under the pricing measure. A market given by a forward
 * (Black-76) is the asset with spot F and q = r.
 */
export type Asset = {
  /** Quote per base, > 0. */
  readonly spot: number
  /** r: continuous, annual, decimal. */
  readonly rate: number
  /** q: continuous, annual, decimal; what holding the asset yields. */
  readonly dividendYield: number
  /** σ: annualised decimal, ≥ 0. */
  readonly vol: number
}

/** @throws {InputError} naming the first field that is not finite or outside its range. */
export function requireAsset(asset: Asset): Asset {
  requirePositive('spot', asset.spot)
  requireFinite('rate', asset.rate)
  requireFinite('dividendYield', asset.dividendYield)
  requireNonNegative('vol', asset.vol)
  return asset
}

/** @throws {InputError} unless `value` is one of the words. */
export function requireWord<Word extends string>(field: string, value: Word, words: readonly Word[]): Word {
  if (!words.includes(value)) throw new InputError(field, value, `one of ${words.join(', ')}`)
  return value
}

/** b = r − q: the drift of the asset under the pricing measure, per year. */
export function costOfCarry(asset: Asset): number {
  return asset.rate - asset.dividendYield
}
