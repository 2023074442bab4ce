import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import { exp } from '../math/index.js'
import { type Asset, requireAsset } from './asset.js'
import { discountedHit, hitProbability, isTouched, passage, survivalProbability } from './firstPassage.js'

export type Touch = {
  /** H, quote per base, > 0; monitored continuously. */
  readonly barrier: number
  readonly direction: 'up' | 'down'
  readonly condition: 'touched' | 'untouched'
  /** When the cash is paid; an untouched option can pay only at expiry. */
  readonly pays: 'at-hit' | 'at-expiry'
  /** Quote, ≥ 0. */
  readonly cash: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * Price of a one-touch or no-touch option (American digital): cash if the barrier is, or is not, touched by expiry.
 *
 *   touched, at hit:     A · E[e^(−rτ); τ ≤ T]       (`discountedHit`)
 *   touched, at expiry:  A e^(−rT) P(τ ≤ T)
 *   untouched:           A e^(−rT) P(τ > T)
 *
 * Limits: a spot at or beyond the barrier counts as touched; at T = 0 or σ = 0 the path is certain.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see M. Rubinstein, E. Reiner, "Unscrambling the binary code", Risk 4 (1991); Haug (2007), 4.19.5.
 */
export function touchPrice(touch: Touch, asset: Asset): number {
  requireAsset(asset)
  requirePositive('barrier', touch.barrier)
  const cash = requireNonNegative('cash', touch.cash)
  const years = requireNonNegative('yearsToExpiry', touch.yearsToExpiry)
  const discount = exp(-asset.rate * years)
  const untouched = touch.condition === 'untouched'
  if (untouched && touch.pays === 'at-hit')
    throw new InputError('pays', touch.pays, 'at-expiry for an untouched option')
  if (isTouched(asset, touch.barrier, touch.direction)) {
    if (untouched) return 0
    return touch.pays === 'at-hit' ? cash : cash * discount
  }
  const path = passage(asset, touch.barrier, touch.direction, years)
  if (untouched) return cash * discount * survivalProbability(path)
  if (touch.pays === 'at-expiry') return cash * discount * hitProbability(path)
  return cash * discountedHit(path)
}
