import {
  type Money,
  moneyFromNumber,
  moneyToNumber,
  multiplyHalfEven,
  parseMoney,
  type QuoteObservation,
  quotientHalfEven,
} from '@holdfast/engine'
import type { Instrument } from '@holdfast/quant'
import { sizeUnit } from '@holdfast/quant'
import { feesOf, type PaperSettings, ratesOf } from './settings.js'

export type PaperFill = { readonly size: Money; readonly price: Money; readonly maker: boolean }

export type Unfilled = 'no-quote' | 'no-size' | 'beyond-limit'

export type Match = { readonly fills: readonly PaperFill[]; readonly rest: Money; readonly why?: Unfilled }

/**
 * Walks a taker's order down the book that a quote stands for: `levels` price levels, each as large as the best and worse by
 * `levelStepBps`, until the order or its limit is reached.
 *
 * @param size - what is wanted, signed, > 0 buys. @param limit - worst price, in the unit the instrument quotes.
 * @returns fills with the sign of `size`, and what is left. Nothing is filled where the side or its size is not quoted.
 */
export function matchTaker(
  instrument: Instrument,
  size: Money,
  limit: Money,
  quote: QuoteObservation | undefined,
  settings: PaperSettings,
): Match {
  const buys = size > 0n
  const best = positive(buys ? quote?.ask : quote?.bid)
  if (quote === undefined || best === undefined) return { fills: [], rest: size, why: 'no-quote' }
  const depth = depthOf(instrument, buys ? quote.askSize : quote.bidSize, best, quote, settings)
  if (depth === undefined) return { fills: [], rest: size, why: 'no-size' }
  const fills: PaperFill[] = []
  let rest = size
  for (let level = 0; level < settings.levels && rest !== 0n; level++) {
    const price = priceOfLevel(best, level, buys, settings)
    if (buys ? price > limit : price < limit) return { fills, rest, why: 'beyond-limit' }
    const filled = magnitude(rest) < depth ? rest : buys ? depth : -depth
    fills.push({ size: filled, price, maker: false })
    rest -= filled
  }
  return rest === 0n ? { fills, rest } : { fills, rest, why: 'no-size' }
}

/** A resting order is filled at its limit once the other side reaches it, up to the size shown there. */
export function matchMaker(
  instrument: Instrument,
  size: Money,
  limit: Money,
  quote: QuoteObservation | undefined,
  settings: PaperSettings,
): Match {
  const buys = size > 0n
  const best = positive(buys ? quote?.ask : quote?.bid)
  if (quote === undefined || best === undefined) return { fills: [], rest: size, why: 'no-quote' }
  if (buys ? best > limit : best < limit) return { fills: [], rest: size, why: 'beyond-limit' }
  const depth = depthOf(instrument, buys ? quote.askSize : quote.bidSize, best, quote, settings)
  if (depth === undefined) return { fills: [], rest: size, why: 'no-size' }
  const filled = magnitude(size) < depth ? size : buys ? depth : -depth
  return { fills: [{ size: filled, price: limit, maker: true }], rest: size - filled }
}

/**
 * Fee of a fill in the settle asset (spot: the quote asset), rounded half to even at the 18th decimal.
 *
 * Futures: rate × notional. Options: rate × size (in coin for inverse ones, × forward for linear ones), at most
 * `optionCapOfPrice` × price × size.
 */
export function feeOf(
  instrument: Instrument,
  fill: PaperFill,
  forward: number | undefined,
  settings: PaperSettings,
): { readonly amount: Money; readonly asset: string } {
  const fees = feesOf(settings, instrument.venue)
  const rates = ratesOf(fees, instrument.kind)
  const rate = moneyFromNumber(fill.maker ? rates.maker : rates.taker)!
  const size = magnitude(fill.size)
  if (instrument.kind === 'option') {
    const unit = instrument.payoff === 'inverse' ? ONE : (moneyFromNumber(forward ?? instrument.strike) ?? ONE)
    const full = multiplyHalfEven(rate, multiplyHalfEven(size, unit))
    const cap = multiplyHalfEven(moneyFromNumber(fees.optionCapOfPrice)!, multiplyHalfEven(fill.price, size))
    const capped = cap < full
    return { amount: capped ? cap : full, asset: instrument.settle }
  }
  const inverse = sizeUnit(instrument) === instrument.quote
  const notional = inverse ? quotientHalfEven(size, fill.price) : multiplyHalfEven(size, fill.price)
  return {
    amount: multiplyHalfEven(rate, notional),
    asset: instrument.kind === 'spot' ? instrument.quote : instrument.settle,
  }
}

const ONE = parseMoney('1')!
/** Prices of deeper levels are cut to so many decimals, against the order. */
const PRICE_STEP = 10n ** 10n

function priceOfLevel(best: Money, level: number, buys: boolean, settings: PaperSettings): Money {
  if (level === 0) return best
  const away = multiplyHalfEven(best, moneyFromNumber((level * settings.levelStepBps) / 10_000)!)
  const price = buys ? best + away : best - away
  const cut = (price / PRICE_STEP) * PRICE_STEP
  return buys && cut < price ? cut + PRICE_STEP : cut
}

/** Size of a level in the instrument's size unit. */
function depthOf(
  instrument: Instrument,
  quoted: number | undefined,
  best: Money,
  quote: QuoteObservation,
  settings: PaperSettings,
): Money | undefined {
  if (quoted !== undefined) return positive(quoted)
  const { assumedDepthUsd } = settings
  if (assumedDepthUsd === undefined) return undefined
  if (sizeUnit(instrument) === instrument.quote) return positive(assumedDepthUsd)
  const perUnit = instrument.kind === 'option' ? (quote.forward ?? instrument.strike) : moneyToNumber(best)
  return positive(Math.floor((assumedDepthUsd / perUnit) * 1000) / 1000)
}

function positive(value: number | undefined): Money | undefined {
  const money = value === undefined ? undefined : moneyFromNumber(value)
  return money !== undefined && money > 0n ? money : undefined
}

function magnitude(money: Money): Money {
  return money < 0n ? -money : money
}
