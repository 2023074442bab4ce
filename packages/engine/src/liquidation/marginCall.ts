import type { Money } from '../book/money.js'
import { maxMoney, ONE } from './fraction.js'
import { type Health, type HealthSettings, restoreTarget } from './health.js'

/** An asset that counts as collateral. `price`: settlement money per unit; `weight`: 1 − haircut, fixed point. */
export type AcceptedAsset = { readonly asset: string; readonly price: Money; readonly weight: Money }

/** A position that may be reduced. Requirements are those of all of it; `costPerUnit` ≥ 0 is what closing a unit costs. */
export type ReducibleLeg = {
  readonly market: string
  readonly size: Money
  readonly initialMargin: Money
  readonly costPerUnit: Money
}

export type MarginCall = {
  /** Settlement money that is missing to the target, > 0. */
  readonly demanded: Money
  /** The amount of each accepted asset that alone would do, in order of asset. */
  readonly byAsset: readonly { readonly asset: string; readonly amount: Money }[]
  /** The trade that alone would do at least cost; absent where none would. `size` is signed. */
  readonly trade?: { readonly market: string; readonly size: Money; readonly cost: Money }
  /** What costs less: money that comes back (collateral) or the trade. */
  readonly cheapest: 'collateral' | 'trade'
}

/**
 * What would cure an account.
 *
 *   demanded = target − equity;   amount of an asset = ⌈demanded ÷ (price · weight)⌉
 *   trade: x = demanded ÷ (initial margin per unit · (1 + buffer) − cost per unit), at most the position
 *
 * Collateral costs `collateralCostRate` of the demand (what locking it up is worth); the trade costs x · cost per unit.
 */
export function marginCall(
  health: Health,
  assets: readonly AcceptedAsset[],
  legs: readonly ReducibleLeg[],
  settings: HealthSettings,
  collateralCostRate: Money,
): MarginCall {
  const demanded = maxMoney(1n, restoreTarget(health, settings) - health.equity)
  const byAsset = assets
    .filter(({ price, weight }) => price > 0n && weight > 0n)
    .map(({ asset, price, weight }) => ({ asset, amount: ceilingOf(demanded * ONE * ONE, price * weight) }))
    .sort((a, b) => (a.asset < b.asset ? -1 : 1))
  const trade = cheapestTrade(demanded, legs, settings)
  const collateralCost = (demanded * collateralCostRate) / ONE
  const cheapest = trade !== undefined && trade.cost < collateralCost ? 'trade' : 'collateral'
  return { demanded, byAsset, ...(trade === undefined ? {} : { trade }), cheapest }
}

function cheapestTrade(demanded: Money, legs: readonly ReducibleLeg[], settings: HealthSettings): MarginCall['trade'] {
  let best: MarginCall['trade']
  for (const { market, size, initialMargin, costPerUnit } of legs) {
    const held = size < 0n ? -size : size
    if (held === 0n) continue
    // Relief of closing the whole leg; a part relieves in proportion.
    const relief = (initialMargin * (ONE + settings.restoreBuffer) - costPerUnit * held) / ONE
    if (relief < demanded) continue
    const closed = ceilingOf(demanded * held, relief)
    const cost = ceilingOf(costPerUnit * closed, ONE)
    if (best === undefined || cost < best.cost) best = { market, size: size < 0n ? closed : -closed, cost }
  }
  return best
}

function ceilingOf(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator
}
