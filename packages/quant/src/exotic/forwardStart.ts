import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp } from '../math/index.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { type Asset, requireAsset } from './asset.js'

export type ForwardStart = {
  readonly right: OptionRight
  /** α: the strike is α times the spot at the start; > 0. */
  readonly moneyness: number
  /** Years until the strike is set, 0 ≤ start ≤ yearsToExpiry. */
  readonly start: number
  /** T, years. */
  readonly yearsToExpiry: number
}

/**
 * Price of a forward-start option, whose strike is set at a later time as a multiple of the spot.
 *
 *   S e^(−q·start) · c(1, α, T − start)
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see M. Rubinstein, "Pay now, choose later", Risk 4 (1991); Haug (2007), 4.9.
 */
export function forwardStartPrice(option: ForwardStart, asset: Asset): number {
  requireAsset(asset)
  requirePositive('moneyness', option.moneyness)
  requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const start = requireNonNegative('start', option.start)
  if (start > option.yearsToExpiry)
    throw new InputError('start', start, `at most yearsToExpiry ${option.yearsToExpiry}`)
  const begun = { right: option.right, strike: option.moneyness, yearsToExpiry: option.yearsToExpiry - start }
  const unit = blackScholesPrice(begun, { ...asset, spot: 1 })
  return asset.spot * exp(-asset.dividendYield * start) * unit
}

export type Cliquet = {
  readonly right: OptionRight
  readonly moneyness: number
  /** Years at which the strike is set anew, ascending, the first ≥ 0. */
  readonly resets: readonly number[]
  readonly yearsToExpiry: number
}

/**
 * Price of a cliquet (ratchet): a strip of forward-start options, each from one reset to the next and the last to expiry.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where the resets do not ascend or lie beyond expiry.
 * @see Haug (2007), 4.10.
 */
export function cliquetPrice(cliquet: Cliquet, asset: Asset): number {
  const { right, moneyness, resets, yearsToExpiry } = cliquet
  if (resets.length === 0) throw new InputError('resets', '[]', 'at least one time in years')
  let sum = 0
  resets.forEach((start, i) => {
    const end = resets[i + 1] ?? yearsToExpiry
    if (!(end > start))
      throw new InputError('resets', resets.join(', '), `ascending and below yearsToExpiry ${yearsToExpiry}`)
    // The leg's payoff is known at its own end and paid there.
    sum += forwardStartPrice({ right, moneyness, start, yearsToExpiry: end }, asset)
  })
  return sum
}
