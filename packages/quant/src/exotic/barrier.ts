import { requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { exp, log, normalCdf } from '../math/index.js'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { type Asset, requireAsset } from './asset.js'
import { discountedHit, hitProbability, isTouched, passage, scaledCdf, survivalProbability } from './firstPassage.js'

export type Barrier = {
  readonly right: OptionRight
  /** X, quote per base, > 0. */
  readonly strike: number
  /** H, quote per base, > 0; monitored continuously. */
  readonly barrier: number
  readonly type: 'up-in' | 'up-out' | 'down-in' | 'down-out'
  /** Quote, ≥ 0: a knock-out pays it at the hit, a knock-in at expiry if it never came alive. */
  readonly rebate: number
  /** T, years, ≥ 0. */
  readonly yearsToExpiry: number
}

/**
 * Price of a single-barrier option, by the terms A … D of Reiner and Rubinstein plus the rebate (see `knockIn`).
 *
 * Limits: a spot at or beyond the barrier counts as touched: a knock-in is then the vanilla, a knock-out its rebate. At T = 0
 * or σ = 0 the path is certain.
 *
 * @returns quote, ≥ 0.
 * @throws {InputError} where an input is not finite or outside its range.
 * @see E. Reiner, M. Rubinstein, "Breaking down the barriers", Risk 4 (1991); Haug (2007), 4.17.1.
 */
export function barrierPrice(option: Barrier, asset: Asset): number {
  requireAsset(asset)
  requirePositive('strike', option.strike)
  requirePositive('barrier', option.barrier)
  const rebate = requireNonNegative('rebate', option.rebate)
  const years = requireNonNegative('yearsToExpiry', option.yearsToExpiry)
  const direction = option.type.startsWith('up') ? 'up' : 'down'
  const knocksOut = option.type.endsWith('out')
  const vanilla = () => blackScholesPrice(option, asset)
  if (isTouched(asset, option.barrier, direction)) return knocksOut ? rebate : vanilla()
  const path = passage(asset, option.barrier, direction, years)
  if (knocksOut) {
    const atHit = rebate === 0 ? 0 : discountedHit(path)
    const alive =
      path.sd === 0 ? (hitProbability(path) === 1 ? 0 : vanilla()) : knockOut(option, asset, direction, path.sd)
    return alive + rebate * atHit
  }
  const born = path.sd === 0 ? (hitProbability(path) === 1 ? vanilla() : 0) : knockIn(option, asset, direction, path.sd)
  return born + rebate * exp(-asset.rate * years) * survivalProbability(path)
}

/** The value that is alive only after the barrier was touched, rebate apart; the spot is on the live side, σ√T > 0. */
function knockIn(option: Barrier, asset: Asset, direction: 'up' | 'down', sd: number): number {
  const { a, b, c, d } = terms(option, asset, direction, sd)
  const strikeBeyond = direction === 'down' ? option.strike < option.barrier : option.strike > option.barrier
  // A strike beyond the barrier, seen from the spot: the option can end in the money without, or only with, a touch.
  const call = option.right === 'call'
  if (direction === 'down') return Math.max(0, call ? (strikeBeyond ? a - b + d : c) : strikeBeyond ? a : b - c + d)
  return Math.max(0, call ? (strikeBeyond ? a : b - c + d) : strikeBeyond ? a - b + d : c)
}

/** The value that is alive only while the barrier was not touched, rebate apart. */
function knockOut(option: Barrier, asset: Asset, direction: 'up' | 'down', sd: number): number {
  const { a, b, c, d } = terms(option, asset, direction, sd)
  const strikeBeyond = direction === 'down' ? option.strike < option.barrier : option.strike > option.barrier
  const call = option.right === 'call'
  if (direction === 'down') return Math.max(0, call ? (strikeBeyond ? b - d : a - c) : strikeBeyond ? 0 : a - b + c - d)
  return Math.max(0, call ? (strikeBeyond ? 0 : a - b + c - d) : strikeBeyond ? b - d : a - c)
}

/**
 * A and B: the vanilla with its strike, and with the barrier as the limit of the money; C and D: the same for the path
 * reflected at the barrier. w = ±1 for call, put; η = ±1 for down, up; μ = (b − σ²/2)/σ²:
 *
 *   A = w S e^(−qT) N(w x1) − w X e^(−rT) N(w(x1 − σ√T)),   x1 = ln(S/X)/σ√T + (1 + μ)σ√T
 *   B: the same with x2, from ln(S/H)
 *   C = w S e^(−qT) (H/S)^(2(μ+1)) N(η y1) − w X e^(−rT) (H/S)^(2μ) N(η(y1 − σ√T)),   y1 from ln(H²/SX)
 *   D: the same with y2, from ln(H/S)
 */
function terms(option: Barrier, asset: Asset, direction: 'up' | 'down', sd: number) {
  const { spot, rate, dividendYield, vol } = asset
  const { strike, barrier, yearsToExpiry } = option
  const w = option.right === 'call' ? 1 : -1
  const eta = direction === 'down' ? 1 : -1
  const mu = (rate - dividendYield) / (vol * vol) - 0.5
  const shift = (1 + mu) * sd
  const assetValue = spot * exp(-dividendYield * yearsToExpiry)
  const strikeValue = strike * exp(-rate * yearsToExpiry)
  const logBarrier = log(barrier / spot)
  const direct = (x: number) => w * (assetValue * normalCdf(w * x) - strikeValue * normalCdf(w * (x - sd)))
  const reflected = (y: number) =>
    w *
    (assetValue * scaledCdf(2 * (mu + 1) * logBarrier, eta * y) -
      strikeValue * scaledCdf(2 * mu * logBarrier, eta * (y - sd)))
  return {
    a: direct(log(spot / strike) / sd + shift),
    b: direct(-logBarrier / sd + shift),
    c: reflected((2 * logBarrier + log(spot / strike)) / sd + shift),
    d: reflected(logBarrier / sd + shift),
  }
}
