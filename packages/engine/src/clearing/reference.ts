import { type Money, multiplyHalfEven } from '../book/money.js'
import { absMoney, minMoney, ONE } from '../liquidation/fraction.js'
import { marketInstrument } from './parameters.js'
import type { RuleView } from './rule.js'

/** The most that a fee or a penalty takes of an option's own price. */
const OPTION_SHARE = 8n

/**
 * The price that a market's rates are fractions of: its mark, or for an option the index of its underlying, since an option that is
 * worth little still moves with it. The mark where no index is known.
 */
export function referencePrice({ parameters, state }: RuleView, name: string): Money {
  const market = state.markets.get(name)!
  if (marketInstrument(parameters, name)?.kind !== 'option') return market.price
  return state.indices.get(parameters.markets[name]!.underlying)?.price ?? market.price
}

/**
 * A fee or penalty for trading `size` > 0 at `price`: the rate of the notional at the reference price (of what is paid, where that is
 * the mark's market), for an option at most an eighth of what is paid. ≥ 0.
 */
export function chargeOf(view: RuleView, name: string, size: Money, price: Money, rate: Money): Money {
  const quote = absMoney(multiplyHalfEven(size, price))
  if (marketInstrument(view.parameters, name)?.kind !== 'option') return multiplyHalfEven(quote, rate)
  const notional = multiplyHalfEven(absMoney(size), referencePrice(view, name))
  return minMoney(multiplyHalfEven(notional, rate), quote / OPTION_SHARE)
}

/** Whether a price lies within the band around the mark. */
export function withinBand(view: RuleView, name: string, price: Money): boolean {
  const { price: mark } = view.state.markets.get(name)!
  const reference = referencePrice(view, name)
  return absMoney(price - mark) * ONE <= view.parameters.markets[name]!.priceBand * reference
}
