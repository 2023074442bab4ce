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
  records,
  scaled,
  text,
} from '../line/field.js'
import { expressible } from '../line/instrument.js'
import type { Names } from '../line/names.js'
import { statementDraft } from '../line/statement.js'
import type { MarginFigures, Statement, VenueFill } from '../venue.js'

/**
 * Binance's futures: USD-margined ones (`fapi`) count base units, coin-margined ones (`dapi`) contracts of `contractSize` USD.
 * Both are read into the size unit: base, or USD.
 */
export type Api = 'fapi' | 'dapi'

export function readContract(raw: Raw, api: Api): Listed | undefined {
  const native = text(raw.symbol)
  const underlying = text(raw.baseAsset)
  const quote = text(raw.quoteAsset)
  const settle = text(raw.marginAsset)
  const type = text(raw.contractType)
  const status = text(raw.status) ?? text(raw.contractStatus)
  if (!native || !underlying || !quote || !settle || !type || status !== 'TRADING') return undefined
  if (settle !== underlying && settle !== quote) return undefined
  const filters = records(raw.filters) ?? []
  const filter = (kind: string) => filters.find(({ filterType }) => filterType === kind) ?? {}
  const multiplier = api === 'fapi' ? '1' : decimal(raw.contractSize)
  const priceStep = decimal(filter('PRICE_FILTER').tickSize)
  if (multiplier === undefined || priceStep === undefined) return undefined
  const sizeStep = scaled(filter('LOT_SIZE').stepSize, multiplier)
  const smallestSize = scaled(filter('LOT_SIZE').minQty, multiplier)
  if (sizeStep === undefined || smallestSize === undefined) return undefined
  const derivative = {
    venue: 'binance',
    underlying,
    quote,
    settle,
    payoff: settle === underlying ? ('inverse' as const) : ('linear' as const),
  }
  const expiry = epoch(raw.deliveryDate)
  const described: Instrument | undefined =
    type === 'PERPETUAL'
      ? { kind: 'perpetual', ...derivative }
      : expiry !== undefined && /QUARTER|MONTH/.test(type)
        ? { kind: 'future', ...derivative, expiry }
        : undefined
  const instrument = described === undefined ? undefined : expressible(described)
  return instrument === undefined
    ? undefined
    : { instrument, native, priceStep, sizeStep, smallestSize, multiplier, extra: { api } }
}

/** A row of `bookTicker` and one of `premiumIndex`. The funding rate is per interval, of 8 hours for most. */
export function readQuote(book: Raw, premium: Raw, listed: Listed): QuoteObservation {
  const size = (value: unknown) => {
    const found = scaled(value, listed.multiplier)
    return found === undefined ? undefined : positive(found)
  }
  return {
    kind: 'quote',
    instrument: instrumentKey(listed.instrument),
    ...known({
      bid: positive(book.bidPrice),
      ask: positive(book.askPrice),
      bidSize: size(book.bidQty),
      askSize: size(book.askQty),
      mark: positive(premium.markPrice),
      fundingRate: listed.instrument.kind === 'perpetual' ? real(premium.lastFundingRate) : undefined,
    }),
  }
}

/** Wallet balances, without the profit of open positions, and positions with their signed amounts. */
export function readStatement(assets: unknown, positions: unknown, names: Names, time: number): Statement {
  const draft = statementDraft()
  for (const row of draft.rows(assets, 'balances')) draft.balance(row.asset, amount(row.walletBalance))
  for (const row of draft.rows(positions, 'positions')) {
    const listed = names.native(text(row.symbol) ?? '?')
    const size = amount(scaled(row.positionAmt, listed?.multiplier ?? '1'))
    draft.position(row.symbol, listed, size, positive(row.entryPrice))
  }
  return draft.finish(time)
}

export function readMargin(account: Raw, time: number): MarginFigures {
  return {
    unit: 'USD',
    time,
    ...known({
      equity: real(account.totalMarginBalance),
      initialMargin: real(account.totalInitialMargin),
      maintenanceMargin: real(account.totalMaintMargin),
    }),
  }
}

const STATUS: Readonly<Record<string, OrderReport['status']>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'cancelled',
  EXPIRED_IN_MATCH: 'cancelled',
  REJECTED: 'rejected',
}

export function readOrder(raw: Raw, listed: Listed): OrderReport | undefined {
  const status = STATUS[text(raw.status) ?? '']
  const size = scaled(raw.origQty, listed.multiplier)
  const filled = scaled(raw.executedQty, listed.multiplier)
  if (!status || !size || !filled || (raw.side !== 'BUY' && raw.side !== 'SELL')) return undefined
  const signed = (one: string) => (raw.side === 'SELL' ? negated(one) : one)
  return {
    instrument: instrumentKey(listed.instrument),
    status,
    size: signed(size),
    filled: signed(filled),
    ...known({
      clientId: clientIdOf('binance', raw.clientOrderId),
      venueOrderId: text(raw.orderId),
      limitPrice: positive(raw.price) === undefined ? undefined : decimal(raw.price),
      averagePrice: positive(raw.avgPrice) === undefined ? undefined : decimal(raw.avgPrice),
      reduceOnly: raw.reduceOnly === true ? true : undefined,
      reason: status === 'cancelled' ? text(raw.status)?.toLowerCase() : undefined,
    }),
  }
}

/** Trades do not carry our id: it is looked up by the order's. */
export function readFill(raw: Raw, listed: Listed): VenueFill | undefined {
  const fillId = text(raw.id)
  const size = scaled(raw.qty, listed.multiplier)
  const price = decimal(raw.price)
  const fee = decimal(raw.commission)
  const feeAsset = text(raw.commissionAsset)
  const time = epoch(raw.time)
  if (!fillId || !size || !price || !fee || !feeAsset || !time || (raw.side !== 'BUY' && raw.side !== 'SELL'))
    return undefined
  return {
    fillId: `${listed.native}:${fillId}`,
    instrument: instrumentKey(listed.instrument),
    size: raw.side === 'SELL' ? negated(size) : size,
    price,
    fee,
    feeAsset,
    time,
    ...known({ venueOrderId: text(raw.orderId) }),
  }
}
