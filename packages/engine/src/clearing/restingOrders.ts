import { type Money, multiplyHalfEven } from '../book/money.js'
import { maxMoney } from '../liquidation/fraction.js'
import type { Holdings, RuleView } from './rule.js'

/** What orders of one side take the position by at most, and what they lose against the mark when they are met. Both ≥ 0. */
export type OrderSide = { size: Money; loss: Money }

export type MarketExposure = {
  readonly market: string
  readonly held: Money
  readonly buys: OrderSide
  readonly sells: OrderSide
}

/** Resting orders by market, in order of their first order. An order without a price is taken to be met at the mark. */
export function exposureOf({ state }: RuleView, account: Holdings): readonly MarketExposure[] {
  const found = new Map<string, MarketExposure>()
  for (const { market, size, price } of account.orders.values()) {
    let exposure = found.get(market)
    if (exposure === undefined) {
      const held = account.positions.get(market)?.size ?? 0n
      exposure = { market, held, buys: { size: 0n, loss: 0n }, sells: { size: 0n, loss: 0n } }
      found.set(market, exposure)
    }
    const side = size > 0n ? exposure.buys : exposure.sells
    side.size += size > 0n ? size : -size
    const mark = state.markets.get(market)!.price
    if (price !== null) side.loss += maxMoney(0n, multiplyHalfEven(size, price - mark))
  }
  return [...found.values()]
}
