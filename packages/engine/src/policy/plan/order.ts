import { type Instrument, instrumentKey, sizeUnit } from '@holdfast/quant'
import type { Action, OrderPurpose } from '../../decision.js'
import type { QuoteBelief } from '../../market/snapshot.js'
import { plainDecimal } from '../configuration/quantity.js'
import { fromUnits } from '../exact.js'

/** The unit that an instrument is quoted in: the settle coin for options, else the quote asset. */
export function priceUnit(instrument: Instrument): string {
  return instrument.kind === 'option' ? instrument.settle : instrument.quote
}

/** Smallest step of an order's size where the policy names none, 10⁻⁸ units: 10 USD for inverse futures, 0.0001 of base. */
export function defaultLot(instrument: Instrument): bigint {
  return sizeUnit(instrument) === instrument.quote ? 1_000_000_000n : 10_000n
}

/** The price that an order of this side would cross, as believed; undefined where there is none. */
export function crossedPrice(quote: QuoteBelief, buys: boolean): number | undefined {
  const price = buys ? quote.ask : quote.bid
  return price !== undefined && price > 0 ? price : undefined
}

/**
 * Limit price: the best price on the other side, worsened by the allowed slippage. Rounded to 8 significant digits towards
 * the better side, so that the slippage is never more than allowed.
 */
export function limitPrice(crossed: number, buys: boolean, maxSlippage: number): string {
  const limit = crossed * (buys ? 1 + maxSlippage : 1 - maxSlippage)
  const rounded = Number(limit.toPrecision(8))
  const step = Number(`1e${exponentOf(limit) - 7}`)
  const beyond = buys ? rounded > limit : rounded < limit
  return plainDecimal(beyond ? Number((rounded + (buys ? -step : step)).toPrecision(8)) : rounded)
}

function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1])
}

type OrderDetail = {
  readonly purpose: OrderPurpose
  readonly account: string
  readonly instrument: Instrument
  readonly buys: boolean
  /** 10⁻⁸ of the instrument's size unit, > 0. */
  readonly units: bigint
  readonly limitPrice: string
  readonly reduceOnly: boolean
}

export function orderOf({ purpose, account, instrument, buys, units, limitPrice, reduceOnly }: OrderDetail): Action {
  return {
    kind: 'order',
    purpose,
    venue: instrument.venue,
    account,
    instrument: instrumentKey(instrument),
    size: fromUnits(buys ? units : -units),
    sizeUnit: sizeUnit(instrument),
    limitPrice,
    priceUnit: priceUnit(instrument),
    reduceOnly,
  }
}
