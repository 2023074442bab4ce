import { civilFromDays, type Future, type Instrument, type Option, type Perpetual } from '@holdfast/quant'
import { AMOUNT_UNITS, PRICE_UNITS } from './money.js'

const DAY_MS = 86_400_000
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
/** What Deribit gives a perpetual as its expiry: 3000-01-01. */
const PERPETUAL_EXPIRY = 32_503_708_800_000
/** Deribit's fees of the lowest tier, decimal: futures of the coin value, options of the underlying. */
export const FEE_TIER_ONE: Fees = {
  future: { maker: 0, taker: 0.0005 },
  option: { maker: 0.0003, taker: 0.0003 },
}

/** An option's fee is at most this part of its premium. */
export const OPTION_FEE_CAP = 0.125

export type Fees = {
  readonly future: { readonly maker: number; readonly taker: number }
  readonly option: { readonly maker: number; readonly taker: number }
}

export type Tradable = Perpetual | Future | Option

/** An instrument with the steps in which it trades, in units of `money.ts`. */
export type Terms = {
  readonly name: string
  readonly instrument: Tradable
  readonly currency: string
  readonly kind: 'future' | 'option'
  /** Unset for perpetuals. */
  readonly expiry: number | undefined
  readonly tick: number
  readonly lot: number
  /** Amount of one contract. */
  readonly contract: number
  readonly createdAt: number
  readonly id: number
}

/** Deribit's name: `BTC-PERPETUAL`, `BTC-27FEB26`, `BTC-27FEB26-80000-C`. */
export function deribitName(instrument: Instrument): string {
  switch (instrument.kind) {
    case 'perpetual':
      return `${instrument.underlying}-PERPETUAL`
    case 'future':
      return `${instrument.underlying}-${dateName(instrument.expiry)}`
    case 'option':
      return `${instrument.underlying}-${dateName(instrument.expiry)}-${instrument.strike}-${instrument.right === 'call' ? 'C' : 'P'}`
    case 'spot':
      return `${instrument.underlying}_${instrument.quote}`
  }
}

function dateName(time: number): string {
  const { year, month, day } = civilFromDays(Math.floor(time / DAY_MS))
  return `${day}${MONTHS[month - 1]}${String(year % 100).padStart(2, '0')}`
}

/** Steps of the price: futures 0.5 and 0.05 USD, options 0.0005 and 0.0001 coin, in BTC and ETH. */
export function termsOf(instrument: Tradable, createdAt: number, id: number): Terms {
  const big = instrument.underlying === 'BTC'
  const isOption = instrument.kind === 'option'
  const tick = isOption ? (big ? 0.0005 : 0.0001) : big ? 0.5 : 0.05
  const lot = isOption ? (big ? 0.1 : 1) : big ? 10 : 1
  return {
    name: deribitName(instrument),
    instrument,
    currency: instrument.settle,
    kind: isOption ? 'option' : 'future',
    expiry: instrument.kind === 'perpetual' ? undefined : instrument.expiry,
    tick: Math.round(tick * PRICE_UNITS),
    lot: Math.round(lot * AMOUNT_UNITS),
    contract: Math.round((isOption ? 1 : lot) * AMOUNT_UNITS),
    createdAt,
    id,
  }
}

/** An element of `public/get_instruments`. */
export function instrumentJson(terms: Terms, fees: Fees, isActive: boolean): Record<string, unknown> {
  const { instrument, currency } = terms
  const common = {
    price_index: `${currency.toLowerCase()}_usd`,
    kind: terms.kind,
    instrument_name: terms.name,
    maker_commission: fees[terms.kind].maker,
    taker_commission: fees[terms.kind].taker,
    instrument_type: 'reversed',
    expiration_timestamp: terms.expiry ?? PERPETUAL_EXPIRY,
    creation_timestamp: terms.createdAt,
    is_active: isActive,
    tick_size: terms.tick / PRICE_UNITS,
    tick_size_steps: [],
    contract_size: terms.contract / AMOUNT_UNITS,
    min_trade_amount: terms.lot / AMOUNT_UNITS,
    instrument_id: terms.id,
    max_liquidation_commission: 0.0075,
    block_trade_commission: 0.00025,
    block_trade_min_trade_amount: terms.kind === 'option' ? 25 : 200_000,
    block_trade_tick_size: terms.kind === 'option' ? 0.0001 : 0.01,
    settlement_currency: currency,
    settlement_period: settlementPeriod(terms),
    base_currency: currency,
    counter_currency: 'USD',
    quote_currency: terms.kind === 'option' ? currency : 'USD',
    rfq: false,
    state: isActive ? 'open' : 'closed',
  }
  if (instrument.kind === 'option')
    return { ...common, option_type: instrument.right, strike: instrument.strike, max_leverage: 1 }
  return { ...common, future_type: 'reversed', max_leverage: 50, max_non_default_leverage: 5 }
}

function settlementPeriod(terms: Terms): string {
  if (terms.expiry === undefined) return 'perpetual'
  const { month } = civilFromDays(Math.floor(terms.expiry / DAY_MS))
  const { month: monthAfter } = civilFromDays(Math.floor(terms.expiry / DAY_MS) + 7)
  if (isFriday(terms.expiry) && monthAfter !== month) return 'month'
  return isFriday(terms.expiry) ? 'week' : 'day'
}

/** 1970-01-01 was a Thursday. */
export function isFriday(time: number): boolean {
  return Math.floor(time / DAY_MS) % 7 === 1
}
