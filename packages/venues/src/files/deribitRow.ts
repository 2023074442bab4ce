import { civilFromDays, EXPIRY_HOUR_UTC, type Option } from '@holdfast/quant'
import type { RowReader } from './row.js'

/** The columns that a chain must have; others of the format are used where they are there. */
export const CHAIN_COLUMNS = [
  'timestamp',
  'instrument_name',
  'option_type',
  'strike',
  'expiry_datetime',
  'currency',
  'underlying',
  'bid_price',
  'ask_price',
  'mark_price',
  'implied_volatility',
  'open_interest',
  'index_price',
] as const

/** One option at one instant. Prices of the option are in coin; forward and index in USD; vol is an annualised decimal. */
export type ChainRow = {
  readonly time: number
  readonly instrument: Option
  readonly forward: number
  readonly index: number
  readonly bid?: number
  readonly ask?: number
  readonly mark?: number
  readonly markVol?: number
  readonly openInterest?: number
}

/** Above this a vol is no fraction but most likely a percentage (the highest recorded is 3.49). */
const VOL_MAX = 10
/** Half a step of the coarsest recorded price, in coin: the tolerance of the redundant columns. */
const PRICE_TOLERANCE = 1e-6

/**
 * Reads a row of a chain. What a row says twice (name and fields, bid, ask and their middle and spread) must agree, so that a
 * damaged number is found rather than believed.
 *
 * @returns undefined where the row cannot be read; `reader.problem()` then says why.
 */
export function readChainRow(reader: RowReader): ChainRow | undefined {
  const strike = reader.number('strike', 'positive')
  const underlying = reader.text('currency')
  if (!/^[A-Z0-9]{2,10}$/.test(underlying)) reader.refuse('currency', 'a currency such as BTC')
  const instrument: Option = {
    kind: 'option',
    venue: 'deribit',
    underlying,
    quote: 'USD',
    settle: underlying,
    payoff: 'inverse',
    expiry: readExpiry(reader),
    strike,
    right: reader.oneOf('option_type', ['call', 'put']),
  }
  const bid = positive(reader.optional('bid_price', 'non-negative'))
  const ask = positive(reader.optional('ask_price', 'non-negative'))
  const mark = reader.optional('mark_price', 'non-negative')
  const markVol = reader.optional('implied_volatility', 'positive')
  const openInterest = reader.optional('open_interest', 'non-negative')
  if (markVol !== undefined && markVol > VOL_MAX) {
    reader.refuse('implied_volatility', `a fraction of at most ${VOL_MAX} (0.54 is 54 %)`)
  }
  const row = {
    time: reader.isoTime('timestamp'),
    instrument,
    forward: reader.number('underlying', 'positive'),
    index: reader.number('index_price', 'positive'),
    ...(bid !== undefined && { bid }),
    ...(ask !== undefined && { ask }),
    ...(mark !== undefined && { mark }),
    ...(markVol !== undefined && { markVol }),
    ...(openInterest !== undefined && { openInterest }),
  }
  if (reader.problem() !== undefined) return undefined
  compareName(reader, instrument)
  compareQuote(reader, bid, ask)
  return reader.problem() === undefined ? row : undefined
}

/** Deribit's own name: `BTC-6FEB26-88000-P`. */
export function deribitOptionName(option: Option): string {
  return `${option.underlying}-${deribitDate(option.expiry)}-${option.strike}-${option.right === 'call' ? 'C' : 'P'}`
}

/** `6FEB26`. */
export function deribitDate(expiry: number): string {
  const { year, month, day } = civilFromDays(Math.floor(expiry / 86_400_000))
  return `${day}${MONTHS[month - 1]}${String(year % 100).padStart(2, '0')}`
}

export const MONTHS: readonly string[] = [
  'JAN',
  'FEB',
  'MAR',
  'APR',
  'MAY',
  'JUN',
  'JUL',
  'AUG',
  'SEP',
  'OCT',
  'NOV',
  'DEC',
]

function readExpiry(reader: RowReader): number {
  const expiry = reader.isoTime('expiry_datetime')
  const hour = EXPIRY_HOUR_UTC * 3_600_000
  if (Number.isFinite(expiry) && (expiry - hour) % 86_400_000 !== 0) {
    reader.refuse('expiry_datetime', `${EXPIRY_HOUR_UTC}:00 UTC of a day`)
  }
  return expiry
}

/** A price of 0 in a quote is how some files write "nobody". */
function positive(price: number | undefined): number | undefined {
  return price === 0 ? undefined : price
}

function compareName(reader: RowReader, option: Option): void {
  const name = deribitOptionName(option)
  if (Number.isInteger(option.strike) && reader.text('instrument_name') !== name) {
    reader.refuse('instrument_name', `${name}, as strike, expiry and type of the row say`)
  }
}

function compareQuote(reader: RowReader, bid: number | undefined, ask: number | undefined): void {
  if (bid === undefined || ask === undefined) return
  const middle = reader.optional('mid_price', 'non-negative')
  if (middle !== undefined && !(Math.abs(middle - (bid + ask) / 2) <= PRICE_TOLERANCE)) {
    reader.refuse('mid_price', `${(bid + ask) / 2}, the middle of bid and ask`)
  }
  const spread = reader.optional('bid_ask_spread', 'any')
  if (spread !== undefined && !(Math.abs(spread - (ask - bid)) <= PRICE_TOLERANCE)) {
    reader.refuse('bid_ask_spread', `${ask - bid}, ask minus bid`)
  }
}
