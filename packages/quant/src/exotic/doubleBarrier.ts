import { InputError, requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, log } from '../math/index.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { type Asset, costOfCarry, requireAsset } from './asset.js'
import { killedExpectation, killedMotion } from './killedMotion.js'

type Corridor = {
  /** L and U, quote per base, 0 < L < U; monitored continuously. */
  readonly lower: number
  readonly upper: number
  /** `out`: worth nothing once either is touched; `in`: only then worth something. */
  readonly type: 'in' | 'out'
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

export type DoubleBarrier = Corridor & {
  readonly right: OptionRight
  /** K, quote per base, > 0. */
  readonly strike: number
}

/** `cash`: quote, ≥ 0, paid at expiry. */
export type DoubleTouch = Corridor & { readonly cash: number }

/**
 * Price of a double-barrier option. A knock-in is the vanilla less the knock-out.
 *
 * Limits: a spot at or beyond a barrier counts as touched; at T = 0 or σ = 0 the path is certain.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see N. Kunitomo, M. Ikeda (1992); A. Pelsser, "Pricing double barrier options using Laplace transforms", Finance and
 *   Stochastics 4 (2000); Haug (2007), 4.17.3.
 */
export function doubleBarrierPrice(option: DoubleBarrier, asset: Asset): number {
  requirePositive('strike', option.strike)
  const years = requireCorridor(option, asset)
  const vanilla = () => blackScholesPrice(option, asset)
  const fate = certainFate(option, asset)
  if (fate !== undefined) return (fate === 'touched') === (option.type === 'in') ? vanilla() : 0
  const motion = killedMotion(asset, option.lower, option.upper, years)
  const strikeAt = log(option.strike / asset.spot)
  const [from, to] = option.right === 'call' ? [strikeAt, Infinity] : [-Infinity, strikeAt]
  const discount = exp(-asset.rate * years)
  const w = option.right === 'call' ? 1 : -1
  const assetShare = asset.spot * killedExpectation(motion, 1, from, to)
  const alive = Math.max(0, discount * w * (assetShare - option.strike * killedExpectation(motion, 0, from, to)))
  return option.type === 'out' ? alive : Math.max(0, vanilla() - alive)
}

/**
 * Price of a double one-touch (`in`: cash if either barrier is touched) or double no-touch (`out`), paid at expiry.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see C. H. Hui, "One-touch double barrier binary option values", Applied Financial Economics 6 (1996), 343–346.
 */
export function doubleTouchPrice(touch: DoubleTouch, asset: Asset): number {
  const cash = requireNonNegative('cash', touch.cash)
  const years = requireCorridor(touch, asset)
  const value = cash * exp(-asset.rate * years)
  const fate = certainFate(touch, asset)
  if (fate !== undefined) return (fate === 'touched') === (touch.type === 'in') ? value : 0
  const motion = killedMotion(asset, touch.lower, touch.upper, years)
  const survives = Math.min(1, killedExpectation(motion, 0, -Infinity, Infinity))
  return touch.type === 'out' ? value * survives : value * (1 - survives)
}

function requireCorridor(corridor: Corridor, asset: Asset): number {
  requireAsset(asset)
  requirePositive('lower', corridor.lower)
  requirePositive('upper', corridor.upper)
  if (!(corridor.lower < corridor.upper)) throw new InputError('lower', corridor.lower, `below upper ${corridor.upper}`)
  return requireNonNegative('yearsToExpiry', corridor.yearsToExpiry)
}

/** What is already sure: the spot stands outside, or there is no noise left. */
function certainFate(corridor: Corridor, asset: Asset): 'touched' | 'untouched' | undefined {
  const inside = (spot: number) => spot > corridor.lower && spot < corridor.upper
  if (!inside(asset.spot)) return 'touched'
  if (asset.vol * Math.sqrt(corridor.yearsToExpiry) > 0) return undefined
  return inside(asset.spot * exp(costOfCarry(asset) * corridor.yearsToExpiry)) ? 'untouched' : 'touched'
}
