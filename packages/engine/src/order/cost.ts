import type { Instrument } from '@holdfast/quant'
import { sizeUnit } from '@holdfast/quant'
import {
  type Money,
  moneyFromNumber,
  moneyToNumber,
  multiplyHalfEven,
  parseMoney,
  quotientHalfEven,
} from '../book/money.js'

/**
 * What trades of ours came to: exact sums, in the asset in which the instrument settles. With s the signed size of a trade,
 * p its price, m the mark:
 *
 *   sized in base (linear, options, spot):  P&L = m · Σs − Σ(s·p)
 *   sized in quote (inverse futures):       P&L = Σ(s/p) − Σs ÷ m
 *
 * Fees are not in it. Only the sums are kept: they grow with the number of instruments, not of trades.
 */
export type TradeSums = { readonly size: Money; readonly value: Money }

export const NO_TRADES: TradeSums = { size: 0n, value: 0n }

/** The asset in which a trade's cost and profit are counted. */
export function settleAsset(instrument: Instrument): string {
  return instrument.kind === 'spot' ? instrument.quote : instrument.settle
}

/** @param size - signed, > 0 bought. @param price - > 0, in the unit the instrument quotes. */
export function withTrade(instrument: Instrument, sums: TradeSums, size: Money, price: Money): TradeSums {
  const value = inQuote(instrument) ? quotientHalfEven(size, price) : multiplyHalfEven(size, price)
  return { size: sums.size + size, value: sums.value + value }
}

/**
 * P&L of the trades at a mark, in the settle asset, signed.
 *
 * @returns undefined where the mark is not > 0 and something is still held: the P&L is then not known.
 */
export function tradePnl(
  instrument: Instrument,
  { size, value }: TradeSums,
  mark: Money | undefined,
): Money | undefined {
  const usable = mark !== undefined && (mark > 0n || (mark === 0n && !inQuote(instrument)))
  if (!usable && size !== 0n) return undefined
  if (inQuote(instrument)) return value - (size === 0n ? 0n : quotientHalfEven(size, mark!))
  return (size === 0n ? 0n : multiplyHalfEven(size, mark!)) - value
}

/**
 * What a trade cost against a reference price (the middle of bid and ask when it was decided), in the settle asset; > 0 was
 * paid, < 0 was gained.
 *
 *   sized in base: s · (p − m);  sized in quote: s · (1/m − 1/p)
 */
export function slippageOf(instrument: Instrument, size: Money, price: Money, reference: Money): Money {
  if (inQuote(instrument)) return quotientHalfEven(size, reference) - quotientHalfEven(size, price)
  return multiplyHalfEven(size, price) - multiplyHalfEven(size, reference)
}

/** The same for model numbers: an estimate before the trade. Undefined where a figure is not one or not > 0. */
export function fillCost(instrument: Instrument, size: number, price: number, reference: number): number | undefined {
  const [s, p, m] = [moneyFromNumber(size), moneyFromNumber(price), moneyFromNumber(reference)]
  if (s === undefined || p === undefined || m === undefined || !(p > 0n && m > 0n)) return undefined
  return moneyToNumber(slippageOf(instrument, s, p, m))
}

/**
 * The trades with what they hold closed at a settlement price S, quote per base: futures at S; options at their intrinsic value,
 * max(0, w(S − K)), ÷ S where they are quoted in coin.
 *
 * @returns unchanged where S is not > 0, or the instrument does not expire.
 */
export function withSettlement(instrument: Instrument, sums: TradeSums, settlement: Money): TradeSums {
  if (!(settlement > 0n) || sums.size === 0n) return sums
  if (instrument.kind === 'future') return withTrade(instrument, sums, -sums.size, settlement)
  if (instrument.kind !== 'option') return sums
  const strike = moneyFromNumber(instrument.strike)
  if (strike === undefined) return sums
  const inTheMoney = instrument.right === 'call' ? settlement - strike : strike - settlement
  const intrinsic = inTheMoney > 0n ? inTheMoney : 0n
  const price = instrument.payoff === 'inverse' ? quotientHalfEven(intrinsic, settlement) : intrinsic
  return withTrade(instrument, sums, -sums.size, price)
}

/** Reads size and price of a fill; undefined where they are not exact decimals or the price is not > 0. */
export function tradeOf(fill: { readonly size: string; readonly price: string }) {
  const [size, price] = [parseMoney(fill.size), parseMoney(fill.price)]
  return size === undefined || price === undefined || !(price > 0n) ? undefined : { size, price }
}

function inQuote(instrument: Instrument): boolean {
  return instrument.kind !== 'spot' && sizeUnit(instrument) === instrument.quote
}
