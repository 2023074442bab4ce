import { moneyText, type OrderReport, type QuoteObservation } from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
import { clientIdOf } from '../line/clientId.js'
import type { Listed } from '../line/dialect.js'
import {
  amount,
  decimal,
  epoch,
  isZero,
  known,
  negated,
  positive,
  type Raw,
  real,
  record,
  records,
  scaled,
  text,
} from '../line/field.js'
import { expressible } from '../line/instrument.js'
import type { Names } from '../line/names.js'
import { statementDraft } from '../line/statement.js'
import type { MarginFigures, Statement, VenueFill } from '../venue.js'

/**
 * OKX's answers: decimal strings, sizes in contracts. One contract is `ctVal` × `ctMult` of `ctValCcy`: base units for linear
 * swaps and options, USD for inverse ones. Fees are negative when they are paid.
 */
export function readContract(raw: Raw): Listed | undefined {
  const native = text(raw.instId)
  const [underlying, quote] = (text(raw.uly) ?? '').split('-')
  const settle = text(raw.settleCcy)
  const priceStep = decimal(raw.tickSz)
  const value = amount(raw.ctVal)
  const unit = text(raw.ctValCcy)
  if (!native || !underlying || !quote || !settle || !priceStep || value === undefined || raw.state !== 'live')
    return undefined
  if (settle !== underlying && settle !== quote) return undefined
  const multiplier = scaled(moneyText(value), decimal(raw.ctMult) ?? '1')
  if (multiplier === undefined || isZero(multiplier)) return undefined
  const derivative = {
    venue: 'okx',
    underlying,
    quote,
    settle,
    payoff: settle === underlying ? ('inverse' as const) : ('linear' as const),
  }
  const described = describe(raw, derivative)
  const instrument = described === undefined ? undefined : expressible(described)
  const inUsd = instrument !== undefined && instrument.kind !== 'option' && derivative.payoff === 'inverse'
  if (instrument === undefined || unit !== (inUsd ? quote : underlying)) return undefined
  const sizeStep = scaled(raw.lotSz, multiplier)
  const smallestSize = scaled(raw.minSz, multiplier)
  if (sizeStep === undefined || smallestSize === undefined) return undefined
  return {
    instrument,
    native,
    priceStep,
    sizeStep,
    smallestSize,
    multiplier,
    extra: { type: text(raw.instType) ?? '' },
  }
}

type Described = Pick<
  Extract<Instrument, { kind: 'perpetual' }>,
  'venue' | 'underlying' | 'quote' | 'settle' | 'payoff'
>

function describe(raw: Raw, derivative: Described): Instrument | undefined {
  if (raw.instType === 'SWAP') return { kind: 'perpetual', ...derivative }
  const expiry = epoch(raw.expTime)
  if (expiry === undefined) return undefined
  if (raw.instType === 'FUTURES') return { kind: 'future', ...derivative, expiry }
  const strike = positive(raw.stk)
  const right = raw.optType === 'C' ? 'call' : raw.optType === 'P' ? 'put' : undefined
  if (raw.instType !== 'OPTION' || strike === undefined || right === undefined) return undefined
  return { kind: 'option', ...derivative, expiry, strike, right }
}

/** A ticker with its mark and, for options, the row of the option summary: vol as a decimal, forward in USD. */
export function readQuote(ticker: Raw, mark: Raw, summary: Raw, funding: Raw, listed: Listed): QuoteObservation {
  const size = (value: unknown) => {
    const found = scaled(value, listed.multiplier)
    return found === undefined ? undefined : positive(found)
  }
  return {
    kind: 'quote',
    instrument: instrumentKey(listed.instrument),
    ...known({
      bid: positive(ticker.bidPx),
      ask: positive(ticker.askPx),
      bidSize: size(ticker.bidSz),
      askSize: size(ticker.askSz),
      last: positive(ticker.last),
      mark: positive(mark.markPx),
      markVol: positive(summary.markVol),
      forward: positive(summary.fwdPx),
      fundingRate: real(funding.fundingRate),
    }),
  }
}

export function readStatement(balance: unknown, positions: unknown, names: Names, time: number): Statement {
  const draft = statementDraft()
  const { details } = record(records(balance)?.[0])
  for (const row of draft.rows(details, 'balances')) draft.balance(row.ccy, amount(row.cashBal))
  for (const row of draft.rows(positions, 'positions')) {
    const listed = names.native(text(row.instId) ?? '?')
    const size = amount(scaled(row.pos, listed?.multiplier ?? '1'))
    const signed = row.posSide === 'short' && size !== undefined && size > 0n ? -size : size
    draft.position(row.instId, listed, signed, positive(row.avgPx))
  }
  return draft.finish(time)
}

/** In USD; `adjEq`, `imr` and `mmr` are given in the margin modes over several currencies alone. */
export function readMargin(balance: unknown, time: number): MarginFigures {
  const raw = record(records(balance)?.[0])
  return {
    unit: 'USD',
    time,
    ...known({
      equity: real(raw.adjEq) ?? real(raw.totalEq),
      initialMargin: real(raw.imr),
      maintenanceMargin: real(raw.mmr),
    }),
  }
}

const STATUS: Readonly<Record<string, OrderReport['status']>> = {
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'cancelled',
  mmp_canceled: 'cancelled',
}

export function readOrder(raw: Raw, listed: Listed): OrderReport | undefined {
  const status = STATUS[text(raw.state) ?? '']
  const size = scaled(raw.sz, listed.multiplier)
  const filled = scaled(raw.accFillSz === '' ? '0' : raw.accFillSz, listed.multiplier)
  if (!status || !size || !filled || (raw.side !== 'buy' && raw.side !== 'sell')) return undefined
  const signed = (one: string) => (raw.side === 'sell' ? negated(one) : one)
  return {
    instrument: instrumentKey(listed.instrument),
    status,
    size: signed(size),
    filled: signed(filled),
    ...known({
      clientId: clientIdOf('okx', raw.clOrdId),
      venueOrderId: text(raw.ordId),
      limitPrice: decimal(raw.px),
      averagePrice: positive(raw.avgPx) === undefined ? undefined : decimal(raw.avgPx),
      reduceOnly: raw.reduceOnly === 'true' || raw.reduceOnly === true ? true : undefined,
      reason: status === 'cancelled' ? (text(raw.cancelSourceReason) ?? text(raw.state)) : undefined,
    }),
  }
}

export function readFill(raw: Raw, listed: Listed): VenueFill | undefined {
  const fillId = text(raw.tradeId)
  const size = scaled(raw.fillSz, listed.multiplier)
  const price = decimal(raw.fillPx)
  const fee = decimal(raw.fee)
  const feeAsset = text(raw.feeCcy)
  const time = epoch(raw.fillTime) ?? epoch(raw.ts)
  if (!fillId || !size || !price || !fee || !feeAsset || !time || (raw.side !== 'buy' && raw.side !== 'sell'))
    return undefined
  return {
    fillId: `${listed.native}:${fillId}`,
    instrument: instrumentKey(listed.instrument),
    size: raw.side === 'sell' ? negated(size) : size,
    price,
    fee: negated(fee),
    feeAsset,
    time,
    ...known({ clientId: clientIdOf('okx', raw.clOrdId), venueOrderId: text(raw.ordId) }),
  }
}
