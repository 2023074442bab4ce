import { maxBig, minBig, powerOfTen } from './integer.js'

/** Synthetix V3 perpetuals: pricing by skew, and how fast an account may be liquidated (Synthetixio/synthetix-v3 at 23585f73; facts). */

/** Price at which a trade fills: the oracle's, with the premium at the middle of the skew before and after. */
export function fillPrice(price: number, skew: number, size: number, skewScale: number): number {
  return price * (1 + (skew / skewScale + (skew + size) / skewScale) / 2)
}

/** P&L of a position, USD: size · (price − entry fill). */
export function positionPnl(size: number, price: number, entryFill: number): number {
  return size * (price - entryFill)
}

/** Size that may be liquidated in one window: (maker + taker fee) · skewScale · multiplier · window. */
export function windowCapacity(market: {
  readonly makerFee: number
  readonly takerFee: number
  readonly skewScale: number
  readonly multiplier: number
  readonly windowSeconds: number
}): number {
  return (market.makerFee + market.takerFee) * market.skewScale * market.multiplier * market.windowSeconds
}

/**
 * Size of a flagged position that may be liquidated now.
 *
 * What is left of the window's capacity; once it is used up, another whole window where the market's skew is small enough
 * (|skew|/skewScale < maxPd) and none was liquidated in this block; everything for an endorsed liquidator.
 */
export function liquidatableNow(input: {
  readonly size: number
  readonly capacity: number
  readonly usedInWindow: number
  readonly skew: number
  readonly skewScale: number
  readonly maxPd: number
  readonly usedInBlock: boolean
  readonly endorsed: boolean
}): number {
  const size = Math.abs(input.size)
  if (input.endorsed) return size
  const left = Math.max(0, input.capacity - input.usedInWindow)
  if (left > 0) return Math.min(size, left)
  const calm = Math.abs(input.skew) / input.skewScale < input.maxPd
  return calm && !input.usedInBlock ? Math.min(size, input.capacity) : 0
}

/**
 * Keeper's reward, wei of USD: min(max(cost + min, cost · (1 + profit), reward + cost), cap).
 *
 * @param minProfitRatioWad - 1e18 is 100 %.
 */
export function keeperReward(input: {
  readonly costWei: bigint
  readonly minRewardWei: bigint
  readonly minProfitRatioWad: bigint
  readonly rewardWei: bigint
  readonly maxRewardWei: bigint
}): bigint {
  const { costWei } = input
  const profitable = costWei + (costWei * input.minProfitRatioWad) / powerOfTen(18)
  const wanted = maxBig(maxBig(costWei + input.minRewardWei, profitable), input.rewardWei + costWei)
  return minBig(wanted, input.maxRewardWei)
}
