import type { OrderReport, QuoteObservation } from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
import { clientIdOf } from '../line/clientId.js'
import type { Listed } from '../line/dialect.js'
import { amount, decimal, epoch, known, negated, positive, type Raw, real, record, text } from '../line/field.js'
import { expressible } from '../line/instrument.js'
import type { Names } from '../line/names.js'
import { statementDraft } from '../line/statement.js'
import type { MarginFigures, Statement, VenueFill } from '../venue.js'

/**
 * Derive's answers: decimal strings, amounts in base units, prices and options in USDC. Margins are *net*: value less
 * requirement, > 0 is healthy; they become requirements ≥ 0 here.
 */
export function readInstrument(raw: Raw): Listed | undefined {
  const native = text(raw.instrument_name)
  const underlying = text(raw.base_currency)
  const priceStep = decimal(raw.tick_size)
  const sizeStep = decimal(raw.amount_step)
  const smallestSize = decimal(raw.minimum_amount)
  if (!native || !underlying || !priceStep || !sizeStep || !smallestSize || raw.is_active === false) return undefined
  const derivative = { venue: 'derive', underlying, quote: 'USDC', settle: 'USDC', payoff: 'linear' as const }
  const described = describe(raw, derivative)
  const instrument = described === undefined ? undefined : expressible(described)
  return instrument === undefined
    ? undefined
    : { instrument, native, priceStep, sizeStep, smallestSize, multiplier: '1' }
}

function describe(
  raw: Raw,
  derivative: Omit<Extract<Instrument, { kind: 'perpetual' }>, 'kind'>,
): Instrument | undefined {
  if (raw.instrument_type === 'perp') return { kind: 'perpetual', ...derivative }
  const details = record(raw.option_details)
  const seconds = real(details.expiry)
  const strike = positive(details.strike)
  const right = details.option_type === 'C' ? 'call' : details.option_type === 'P' ? 'put' : undefined
  if (raw.instrument_type !== 'option' || seconds === undefined || strike === undefined || right === undefined)
    return undefined
  return { kind: 'option', ...derivative, expiry: seconds * 1000, strike, right }
}

/** A ticker in its short form: `b`, `a` best prices, `B`, `A` their sizes, `M` mark, `f` funding per hour. */
export function readQuote(raw: Raw, listed: Listed): QuoteObservation {
  const pricing = record(raw.option_pricing)
  const option = listed.instrument.kind === 'option'
  return {
    kind: 'quote',
    instrument: instrumentKey(listed.instrument),
    ...known({
      bid: positive(raw.b),
      ask: positive(raw.a),
      bidSize: positive(raw.B),
      askSize: positive(raw.A),
      mark: positive(raw.M),
      markVol: option ? positive(pricing.i) : undefined,
      forward: option ? positive(pricing.f) : undefined,
      fundingRate: option ? undefined : real(raw.f),
      openInterest: real(record(raw.stats).oi),
    }),
  }
}

/** All of one subaccount, from one answer. */
export function readStatement(subaccount: Raw, names: Names, time: number): Statement {
  const draft = statementDraft()
  for (const row of draft.rows(subaccount.collaterals, 'balances')) draft.balance(row.asset_name, amount(row.amount))
  for (const row of draft.rows(subaccount.positions, 'positions')) {
    const listed = names.native(text(row.instrument_name) ?? '?')
    const size = amount(row.amount)
    const entryPrice = listed === undefined || size === undefined ? undefined : entryOf(row, listed, Number(row.amount))
    draft.position(row.instrument_name, listed, size, entryPrice)
  }
  return draft.finish(time)
}

/**
 * A perpetual's profit is paid out as it goes on; what is left is `mark_value`, and the entry that belongs to it is
 *
 *   entry = mark − mark_value / amount
 */
function entryOf(row: Raw, listed: Listed, size: number): number | undefined {
  const average = positive(row.average_price_excl_fees) ?? positive(row.average_price)
  if (listed.instrument.kind !== 'perpetual') return average
  const mark = positive(row.mark_price)
  const value = real(row.mark_value)
  if (mark === undefined || value === undefined) return average
  const entry = mark - value / size
  return entry > 0 ? entry : average
}

/**
 * From net to requirement, with the margin of open orders, which the net figures leave out.
 *
 *   initial = value − initial_margin + |open_orders_margin|;   maintenance = value − maintenance_margin
 */
export function readMargin(subaccount: Raw, time: number): MarginFigures {
  const value = real(subaccount.subaccount_value)
  const initial = real(subaccount.initial_margin)
  const maintenance = real(subaccount.maintenance_margin)
  const orders = real(subaccount.open_orders_margin)
  const requirement = (net: number | undefined) =>
    value === undefined || net === undefined ? undefined : Math.max(0, value - net)
  const base = requirement(initial)
  return {
    unit: 'USD',
    time,
    ...known({
      equity: value,
      initialMargin: base === undefined || orders === undefined ? undefined : base + Math.abs(orders),
      maintenanceMargin: requirement(maintenance),
    }),
  }
}

const STATUS: Readonly<Record<string, OrderReport['status']>> = {
  open: 'open',
  untriggered: 'open',
  algo_active: 'open',
  filled: 'filled',
  cancelled: 'cancelled',
  expired: 'cancelled',
  rejected: 'rejected',
}

export function readOrder(raw: Raw, listed: Listed): OrderReport | undefined {
  const status = STATUS[text(raw.order_status) ?? '']
  const size = decimal(raw.amount)
  const filled = decimal(raw.filled_amount)
  if (!status || !size || !filled || (raw.direction !== 'buy' && raw.direction !== 'sell')) return undefined
  const signed = (one: string) => (raw.direction === 'sell' ? negated(one) : one)
  const reason = text(raw.cancel_reason)
  return {
    instrument: instrumentKey(listed.instrument),
    status,
    size: signed(size),
    filled: signed(filled),
    ...known({
      clientId: clientIdOf('derive', raw.label),
      venueOrderId: text(raw.order_id),
      limitPrice: decimal(raw.limit_price),
      averagePrice: positive(raw.average_price) === undefined ? undefined : decimal(raw.average_price),
      reduceOnly: raw.reduce_only === true ? true : undefined,
      reason: status === 'open' || status === 'filled' ? undefined : reason,
    }),
  }
}

export function readFill(raw: Raw, listed: Listed): VenueFill | undefined {
  const fillId = text(raw.trade_id)
  const size = decimal(raw.trade_amount)
  const price = decimal(raw.trade_price)
  const fee = decimal(raw.trade_fee)
  const time = epoch(raw.timestamp)
  if (!fillId || !size || !price || !fee || !time || (raw.direction !== 'buy' && raw.direction !== 'sell'))
    return undefined
  return {
    fillId,
    instrument: instrumentKey(listed.instrument),
    size: raw.direction === 'sell' ? negated(size) : size,
    price,
    fee,
    feeAsset: 'USDC',
    time,
    ...known({ clientId: clientIdOf('derive', raw.label), venueOrderId: text(raw.order_id) }),
  }
}
