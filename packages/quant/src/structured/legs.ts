import type { Asset } from '../exotic/asset.js'
import { requireAsset } from '../exotic/asset.js'
import { type Barrier, barrierPrice } from '../exotic/barrier.js'
import { InputError, requireFinite, requireNonNegative, requirePositive } from '../inputError.js'
import { exp } from '../math/index.js'
import { requireTimes } from '../montecarlo/paths.js'
import { blackScholesPrice, type EuropeanOption } from '../pricing/blackScholes.js'
import type { Accumulator, Autocallable, StructuredProduct } from './product.js'

/** A payoff and how many units of it the product holds; negative: written. */
export type Leg =
  | { readonly kind: 'cash'; readonly units: number; readonly yearsToExpiry: number }
  | { readonly kind: 'option'; readonly units: number; readonly option: EuropeanOption }
  | { readonly kind: 'barrier'; readonly units: number; readonly option: Barrier }

/** Products that are sums of payoffs with closed forms: all but the autocallable, whose payments depend on each other. */
export type ComposedProduct = Exclude<StructuredProduct, Autocallable>

/**
 * What a product is made of:
 *
 *   dual-currency note   N (1 + c) cash − N/K puts
 *   reverse convertible  N (1 + c) cash − N/K down-and-in puts
 *   shark fin            N cash + p N/K up-and-out calls with rebate
 *   accumulator          at each observation  a up-and-out calls − l a up-and-out puts
 *
 * @throws {InputError} where a term is not finite or outside its range.
 */
export function legsOf(product: ComposedProduct): readonly Leg[] {
  requirePositive('strike', product.strike)
  if (product.kind === 'accumulator') return accumulatorLegs(product)
  const { notional, years: yearsToExpiry, strike } = product
  requirePositive('notional', notional)
  requireNonNegative('years', yearsToExpiry)
  const units = notional / strike
  switch (product.kind) {
    case 'dual-currency-note':
      return [
        { kind: 'cash', units: notional * (1 + requireFinite('coupon', product.coupon)), yearsToExpiry },
        { kind: 'option', units: -units, option: { right: 'put', strike, yearsToExpiry } },
      ]
    case 'reverse-convertible': {
      const barrier = requirePositive('barrier', product.barrier)
      if (!(barrier < strike)) throw new InputError('barrier', barrier, `below the strike ${strike}`)
      const option: Barrier = { right: 'put', strike, barrier, type: 'down-in', rebate: 0, yearsToExpiry }
      return [
        { kind: 'cash', units: notional * (1 + requireFinite('coupon', product.coupon)), yearsToExpiry },
        { kind: 'barrier', units: -units, option },
      ]
    }
    case 'shark-fin': {
      const participation = requireNonNegative('participation', product.participation)
      const rebate = requireNonNegative('rebate', product.rebate)
      const barrier = requireAbove(product)
      const legs: Leg[] = [{ kind: 'cash', units: notional, yearsToExpiry }]
      // The rebate is a leg of its own: a call that never pays, knocked out with it.
      const fin: Barrier = { right: 'call', strike, barrier, type: 'up-out', rebate: 0, yearsToExpiry }
      const consolation: Barrier = { ...fin, strike: barrier, rebate: notional * rebate }
      return [
        ...legs,
        { kind: 'barrier', units: participation * units, option: fin },
        { kind: 'barrier', units: 1, option: consolation },
      ]
    }
  }
}

function accumulatorLegs(product: Accumulator): readonly Leg[] {
  const { strike, observations } = product
  const amount = requirePositive('amount', product.amount)
  const leverage = requireNonNegative('leverage', product.leverage)
  const barrier = requireAbove(product)
  requireTimes(observations)
  return observations.flatMap((yearsToExpiry): readonly Leg[] => {
    const option = { strike, barrier, type: 'up-out', rebate: 0, yearsToExpiry } as const
    return [
      { kind: 'barrier', units: amount, option: { ...option, right: 'call' } },
      { kind: 'barrier', units: -leverage * amount, option: { ...option, right: 'put' } },
    ]
  })
}

function requireAbove({ strike, barrier }: { readonly strike: number; readonly barrier: number }): number {
  requirePositive('barrier', barrier)
  if (!(barrier > strike)) throw new InputError('barrier', barrier, `above the strike ${strike}`)
  return barrier
}

/** Present value of legs, quote. @throws {InputError} where the asset is not as stated. */
export function legsPrice(legs: readonly Leg[], asset: Asset): number {
  requireAsset(asset)
  let sum = 0
  for (const leg of legs) sum += leg.units * unitPrice(leg, asset)
  return sum
}

function unitPrice(leg: Leg, asset: Asset): number {
  switch (leg.kind) {
    case 'cash':
      return exp(-asset.rate * leg.yearsToExpiry)
    case 'option':
      return blackScholesPrice(leg.option, asset)
    case 'barrier':
      return barrierPrice(leg.option, asset)
  }
}
