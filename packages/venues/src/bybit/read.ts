import type { OrderReport, QuoteObservation } from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
import { clientIdOf } from '../line/clientId.js'
import type { Listed } from '../line/dialect.js'
import {
  amount,
  decimal,
  epoch,
  known,
  negated,
  positive,
  type Raw,
  real,
  record,
  records,
  text,
} from '../line/field.js'
import { expressible } from '../line/instrument.js'
import type { Names } from '../line/names.js'
import { statementDraft } from '../line/statement.js'
import type { MarginFigures, Statement, VenueFill } from '../venue.js'

/**
 * Bybit's answers (v5): decimal strings. Quantities are base units for linear contracts and options, USD for inverse ones: the
 * size units of ours. One symbol may stand in several categories, so listings are known by both: `linear/BTCUSDT`.
 */
export const CATEGORIES = ['linear', 'inverse', 'option'] as const
export type Category = (typeof CATEGORIES)[number]

export function nativeName(category: string, symbol: string): string {
  return `${category}/${symbol}`
}

export function symbolOf(listed: Listed): string {
  return listed.native.slice(listed.native.indexOf('/') + 1)
}

export function categoryOf(listed: Listed): Category {
  return listed.native.slice(0, listed.native.indexOf('/')) as Category
}

export function readContract(raw: Raw, category: Category): Listed | undefined {
  const symbol = text(raw.symbol)
  const underlying = text(raw.baseCoin)
  const quote = text(raw.quoteCoin)
  const settle = text(raw.settleCoin)
  const lots = record(raw.lotSizeFilter)
  const priceStep = decimal(record(raw.priceFilter).tickSize)
  const sizeStep = decimal(lots.qtyStep)
  const smallestSize = decimal(lots.minOrderQty)
  if (
    !symbol ||
    !underlying ||
    !quote ||
    !settle ||
    !priceStep ||
    !sizeStep ||
    !smallestSize ||
    raw.status !== 'Trading'
  )
    return undefined
  if (settle !== underlying && settle !== quote) return undefined
  const payoff = settle === underlying ? ('inverse' as const) : ('linear' as const)
  if ((category === 'inverse') !== (payoff === 'inverse')) return undefined
  const derivative = { venue: 'bybit', underlying, quote, settle, payoff }
  const described = describe(raw, symbol, derivative)
  const instrument = described === undefined ? undefined : expressible(described)
  if (instrument === undefined) return undefined
  return { instrument, native: nativeName(category, symbol), priceStep, sizeStep, smallestSize, multiplier: '1' }
}

function describe(
  raw: Raw,
  symbol: string,
  derivative: Omit<Extract<Instrument, { kind: 'perpetual' }>, 'kind'>,
): Instrument | undefined {
  const expiry = epoch(raw.deliveryTime)
  if (/Perpetual$/.test(text(raw.contractType) ?? '')) return { kind: 'perpetual', ...derivative }
  if (expiry === undefined) return undefined
  if (/Futures$/.test(text(raw.contractType) ?? '')) return { kind: 'future', ...derivative, expiry }
  // The strike stands in the name alone.
  const strike = positive(/^[A-Z0-9]+-\d{1,2}[A-Z]{3}\d{2}-(\d+(?:\.\d+)?)-[CP](?:-|$)/.exec(symbol)?.[1])
  const right = raw.optionsType === 'Call' ? 'call' : raw.optionsType === 'Put' ? 'put' : undefined
  return strike === undefined || right === undefined
    ? undefined
    : { kind: 'option', ...derivative, expiry, strike, right }
}

export function readQuote(raw: Raw, listed: Listed): QuoteObservation {
  const option = listed.instrument.kind === 'option'
  return {
    kind: 'quote',
    instrument: instrumentKey(listed.instrument),
    ...known({
      bid: positive(raw.bid1Price),
      ask: positive(raw.ask1Price),
      bidSize: positive(raw.bid1Size),
      askSize: positive(raw.ask1Size),
      last: positive(raw.lastPrice),
      mark: positive(raw.markPrice),
      markVol: option ? positive(raw.markIv) : undefined,
      forward: option ? positive(raw.underlyingPrice) : undefined,
      fundingRate: listed.instrument.kind === 'perpetual' ? real(raw.fundingRate) : undefined,
      openInterest: real(raw.openInterest),
    }),
  }
}

export function readStatement(
  wallet: Raw,
  positions: readonly { readonly category: Category; readonly rows: unknown }[],
  names: Names,
  time: number,
): Statement {
  const draft = statementDraft()
  const { coin } = record(records(wallet.list)?.[0])
  for (const row of draft.rows(coin, 'balances')) draft.balance(row.coin, amount(row.walletBalance))
  for (const { category, rows } of positions) {
    for (const row of draft.rows(rows, `${category} positions`)) {
      const listed = names.native(nativeName(category, text(row.symbol) ?? '?'))
      draft.position(row.symbol, listed, sizeOf(row), positive(row.avgPrice))
    }
  }
  return draft.finish(time)
}

/** The side says the sign; a size without one is not known, unless it is 0. */
function sizeOf({ size, side }: Raw): bigint | undefined {
  const unsigned = amount(size)
  if (unsigned === undefined || unsigned === 0n || side === 'Buy') return unsigned
  return side === 'Sell' ? -unsigned : undefined
}

export function readMargin(wallet: Raw, time: number): MarginFigures {
  const raw = record(records(wallet.list)?.[0])
  return {
    unit: 'USD',
    time,
    ...known({
      equity: real(raw.totalEquity),
      initialMargin: real(raw.totalInitialMargin),
      maintenanceMargin: real(raw.totalMaintenanceMargin),
    }),
  }
}

const STATUS: Readonly<Record<string, OrderReport['status']>> = {
  New: 'open',
  Created: 'open',
  PartiallyFilled: 'open',
  Untriggered: 'open',
  Triggered: 'open',
  Filled: 'filled',
  Cancelled: 'cancelled',
  PartiallyFilledCanceled: 'cancelled',
  Deactivated: 'cancelled',
  Rejected: 'rejected',
}

export function readOrder(raw: Raw, listed: Listed): OrderReport | undefined {
  const status = STATUS[text(raw.orderStatus) ?? '']
  const size = decimal(raw.qty)
  const filled = decimal(raw.cumExecQty === '' ? '0' : raw.cumExecQty)
  if (!status || !size || !filled || (raw.side !== 'Buy' && raw.side !== 'Sell')) return undefined
  const signed = (one: string) => (raw.side === 'Sell' ? negated(one) : one)
  const reason = text(raw.rejectReason)
  return {
    instrument: instrumentKey(listed.instrument),
    status,
    size: signed(size),
    filled: signed(filled),
    ...known({
      clientId: clientIdOf('bybit', raw.orderLinkId),
      venueOrderId: text(raw.orderId),
      limitPrice: positive(raw.price) === undefined ? undefined : decimal(raw.price),
      averagePrice: positive(raw.avgPrice) === undefined ? undefined : decimal(raw.avgPrice),
      reduceOnly: raw.reduceOnly === true ? true : undefined,
      reason: reason === 'EC_NoError' ? text(raw.cancelType) : reason,
    }),
  }
}

/** Trades of ours; rows of funding, delivery and settlement are none. */
export function isTrade(raw: Raw): boolean {
  return ['Trade', 'AdlTrade', 'BustTrade', 'BlockTrade'].includes(text(raw.execType) ?? '')
}

export function readFill(raw: Raw, listed: Listed): VenueFill | undefined {
  const fillId = text(raw.execId)
  const size = decimal(raw.execQty)
  const price = decimal(raw.execPrice)
  const fee = decimal(raw.execFee)
  const time = epoch(raw.execTime)
  if (!fillId || !size || !price || !fee || !time || (raw.side !== 'Buy' && raw.side !== 'Sell')) return undefined
  const { instrument } = listed
  return {
    fillId,
    instrument: instrumentKey(instrument),
    size: raw.side === 'Sell' ? negated(size) : size,
    price,
    fee,
    feeAsset: text(raw.feeCurrency) ?? (instrument.kind === 'spot' ? instrument.quote : instrument.settle),
    time,
    ...known({ clientId: clientIdOf('bybit', raw.orderLinkId), venueOrderId: text(raw.orderId) }),
  }
}
