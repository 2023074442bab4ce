import { type Instrument, sizeUnit } from '@holdfast/quant'
import type { Holding } from './holdings.js'
import { type Money, moneyToNumber, multiplyHalfEven, quotientHalfEven, shareHalfEven } from './money.js'

/** True for futures and perpetuals that are sized in the quote asset and paid in the base coin. */
export function isInverseFuture(instrument: Instrument): boolean {
  return instrument.kind !== 'spot' && instrument.kind !== 'option' && sizeUnit(instrument) === instrument.quote
}

/**
 * Exact value at a price, in the settle asset: size · price, or size ÷ price for inverse futures (USD ÷ USD per coin).
 * Rounded half to even at the 18th decimal.
 */
export function valueAt(size: Money, price: Money, inverse: boolean): Money {
  return inverse ? quotientHalfEven(size, price) : multiplyHalfEven(size, price)
}

export type Traded = {
  readonly after: Holding
  /** Profit of the closed part, in the settle asset; undefined where its entry price is unknown. */
  readonly realised: Money | undefined
}

/**
 * A position after a trade. What closes leaves with its share of the cost, what opens comes with its own value, so over any
 * sequence that ends flat the profits sum to the exact difference of the values traded, and a trade's two sides mirror
 * each other. The average entry price is cost ÷ size, harmonic (size ÷ cost) for inverse futures.
 *
 * @param size - signed, > 0 buys. @param price - > 0, or ≥ 0 for options.
 */
export function tradePosition(before: Holding, size: Money, price: Money, inverse: boolean): Traded {
  const known = before.size === 0n || !Number.isNaN(before.price)
  const opens = before.size === 0n || before.size > 0n === size > 0n
  if (opens) {
    const total = before.size + size
    const cost = known ? before.cost + valueAt(size, price, inverse) : 0n
    return { after: withPrice(total, cost, inverse, known), realised: 0n }
  }
  const flips = magnitude(size) > magnitude(before.size)
  const closed = flips || magnitude(size) === magnitude(before.size) ? before.size : -size
  const costOut = closed === before.size ? before.cost : shareHalfEven(before.cost, closed, before.size)
  const exit = valueAt(closed, price, inverse)
  const realised = known ? (inverse ? costOut - exit : exit - costOut) : undefined
  const rest = before.size + size
  if (flips) return { after: withPrice(rest, valueAt(rest, price, inverse), inverse, true), realised }
  return { after: withPrice(rest, known ? before.cost - costOut : 0n, inverse, known), realised }
}

/** A holding with the average price that its cost means; unknown where it is not known, or the cost vanishes by rounding. */
export function withPrice(size: Money, cost: Money, inverse: boolean, known: boolean): Holding {
  if (size === 0n || !known || (inverse && cost === 0n)) return { size, cost: 0n, price: Number.NaN }
  const price = inverse ? quotientHalfEven(size, cost) : quotientHalfEven(cost, size)
  return { size, cost, price: moneyToNumber(price) }
}

function magnitude(money: Money): Money {
  return money < 0n ? -money : money
}
