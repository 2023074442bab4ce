import type { DataFlag, Observation, OrderReport, QuoteObservation } from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
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
  text,
} from '../line/field.js'
import { expressible } from '../line/instrument.js'
import { type Names, unknownInstrument, unreadable } from '../line/names.js'
import { statementDraft } from '../line/statement.js'
import type { MarginFigures, Statement, VenueFill } from '../venue.js'

/**
 * Deribit's answers. Amounts: USD for inverse perpetuals and futures, base units for options and linear contracts, which are the
 * size units of ours. Prices of inverse options are in coin, vols in percent. `size_currency` is the position in coin, for
 * futures only.
 */

/** Undefined where it is none that can be held by its key, such as a combination. */
export function readInstrument(raw: Raw): Listed | undefined {
  const native = text(raw.instrument_name)
  const underlying = text(raw.base_currency)
  const settle = text(raw.settlement_currency)
  const counter = text(raw.counter_currency) ?? text(raw.quote_currency)
  const priceStep = decimal(raw.tick_size)
  const smallestSize = decimal(raw.min_trade_amount)
  const contract = decimal(raw.contract_size)
  if (!native || !underlying || !counter || !priceStep || !smallestSize || !contract) return undefined
  const kind = text(raw.kind)
  const described = describe(raw, kind, { underlying, counter, settle })
  const instrument = described === undefined ? undefined : expressible(described)
  if (instrument === undefined) return undefined
  const steps = (records(raw.tick_size_steps) ?? []).flatMap((step) => {
    const above = decimal(step.above_price)
    const tick = decimal(step.tick_size)
    return above === undefined || tick === undefined ? [] : [`${above}:${tick}`]
  })
  return {
    instrument,
    native,
    priceStep,
    sizeStep: kind === 'future' ? contract : smallestSize,
    smallestSize,
    multiplier: '1',
    extra: { settle: settle ?? counter, ...(steps.length === 0 ? {} : { ticks: steps.join(',') }) },
  }
}

function describe(
  raw: Raw,
  kind: string | undefined,
  names: { readonly underlying: string; readonly counter: string; readonly settle: string | undefined },
): Instrument | undefined {
  const { underlying, counter: quote, settle } = names
  if (kind === 'spot') return { kind: 'spot', venue: 'deribit', underlying, quote }
  if (settle !== underlying && settle !== quote) return undefined
  const payoff = settle === underlying ? ('inverse' as const) : ('linear' as const)
  const type = text(raw.instrument_type)
  if (type !== undefined && (type === 'reversed') !== (payoff === 'inverse')) return undefined
  const derivative = { venue: 'deribit', underlying, quote, settle, payoff }
  if (kind === 'future' && raw.settlement_period === 'perpetual') return { kind: 'perpetual', ...derivative }
  const expiry = epoch(raw.expiration_timestamp)
  if (expiry === undefined) return undefined
  if (kind === 'future') return { kind: 'future', ...derivative, expiry }
  const strike = positive(raw.strike)
  const right = raw.option_type
  if (kind !== 'option' || strike === undefined || (right !== 'call' && right !== 'put')) return undefined
  return { kind: 'option', ...derivative, expiry, strike, right }
}

/** A ticker (`public/ticker`, the channel of that name) or a row of a book summary: the latter has no sizes. */
export function readQuote(raw: Raw, listed: Listed): QuoteObservation {
  const percent = positive(raw.mark_iv)
  return {
    kind: 'quote',
    instrument: instrumentKey(listed.instrument),
    ...known({
      bid: positive(raw.best_bid_price ?? raw.bid_price),
      ask: positive(raw.best_ask_price ?? raw.ask_price),
      bidSize: positive(raw.best_bid_amount),
      askSize: positive(raw.best_ask_amount),
      mark: positive(raw.mark_price),
      last: positive(raw.last_price ?? raw.last),
      markVol: percent === undefined ? undefined : percent / 100,
      forward: listed.instrument.kind === 'option' ? positive(raw.underlying_price) : undefined,
      fundingRate: listed.instrument.kind === 'perpetual' ? real(raw.funding_8h) : undefined,
      openInterest: real(raw.open_interest),
    }),
  }
}

/** Rows of a book summary of one currency; those of underlyings that are not watched are passed over. */
export function readSummaries(
  rows: readonly Raw[],
  names: Names,
  watch: readonly string[],
): { readonly observations: readonly Observation[]; readonly flags: readonly DataFlag[]; readonly time?: number } {
  const observations: Observation[] = []
  const flags: DataFlag[] = []
  const forwards = new Map<string, Observation>()
  let time: number | undefined
  for (const row of rows) {
    const native = text(row.instrument_name) ?? '?'
    const listed = names.native(native)
    time = Math.max(time ?? 0, epoch(row.creation_timestamp) ?? 0)
    if (listed === undefined) {
      // Combinations are quoted among the others; they are no instruments of ours.
      if (!/-(?:FS|CS|PS|STRD|STRG|RR|[A-Z]*(?:BF|CD|PD|CAL|CONDOR|CTR))-|_/.test(native))
        flags.push(unknownInstrument(native, 'a quote'))
      continue
    }
    if (!watch.includes(listed.instrument.underlying)) continue
    const quote = readQuote(row, listed)
    observations.push(quote)
    const { instrument } = listed
    if (instrument.kind === 'option' && quote.forward !== undefined) {
      const forward = {
        kind: 'forward',
        underlying: instrument.underlying,
        expiry: instrument.expiry,
        price: quote.forward,
      } as const
      const key = `${forward.underlying}:${forward.expiry}`
      if (!forwards.has(key)) forwards.set(key, forward)
    }
  }
  return {
    observations: [...forwards.values(), ...observations],
    flags,
    ...(time === undefined || time === 0 ? {} : { time }),
  }
}

/** Positions and summaries, each from one answer. */
export function readStatement(positions: unknown, summaries: unknown, names: Names, time: number): Statement {
  const draft = statementDraft()
  const rows = record(summaries).summaries ?? summaries
  for (const row of draft.rows(rows, 'balances')) draft.balance(row.currency, amount(cashOf(row)))
  for (const row of draft.rows(positions, 'positions')) {
    const listed = names.native(text(row.instrument_name) ?? '?')
    const size = positionSize(row, listed)
    const entryPrice = listed === undefined || size === undefined ? undefined : entryOf(row, listed, Number(size))
    draft.position(row.instrument_name, listed, amount(size), entryPrice)
  }
  return draft.finish(time)
}

/**
 * Cash of one currency: equity less what its positions are worth since the last settlement, so that valuing them again gives the
 * venue's equity back. `balance` alone leaves out what was realised since then.
 *
 *   cash = equity − options_value − futures_session_upl
 */
function cashOf(row: Raw): string | undefined {
  const balance = decimal(row.balance)
  const parts = ['equity', 'options_value', 'futures_session_upl'].map((name) => real(row[name]))
  const [equity, options, futures] = parts
  if (equity === undefined || options === undefined || futures === undefined) return balance
  const cash = decimal((equity - options - futures).toFixed(8))
  return balance !== undefined && Math.abs(Number(cash) - Number(balance)) < 2e-8 ? balance : cash
}

/** Signed; undefined where sign and direction, or dollars and coin, do not say the same. */
function positionSize(row: Raw, listed: Listed | undefined): string | undefined {
  const size = decimal(row.size)
  if (size === undefined || listed === undefined) return undefined
  const { instrument } = listed
  const coin = decimal(row.size_currency)
  const future = instrument.kind === 'perpetual' || instrument.kind === 'future'
  if (future && instrument.payoff === 'linear') return coin ?? size
  const direction = row.direction
  if (
    (direction === 'sell' && size.startsWith('-') === false && !isZero(size)) ||
    (direction === 'buy' && size.startsWith('-'))
  ) {
    return undefined
  }
  const mark = positive(row.mark_price)
  if (future && coin !== undefined && mark !== undefined && !isZero(size)) {
    if (!(Math.abs(Number(coin) * mark - Number(size)) <= 0.02 * Math.abs(Number(size)) + mark * 1e-4)) return undefined
  }
  return size
}

/**
 * The entry price that gives the floating profit and loss which the venue reports beside the mark, in coin for inverse futures:
 * after a daily settlement that is not the average price, since what came before was paid out.
 *
 *   inverse: pnl = size (1/entry − 1/mark);  linear: pnl = size (mark − entry)
 */
function entryOf(row: Raw, listed: Listed, size: number): number | undefined {
  const average = positive(row.average_price)
  const { instrument } = listed
  if (instrument.kind !== 'perpetual' && instrument.kind !== 'future') return average
  const mark = positive(row.mark_price)
  const pnl = real(row.floating_profit_loss)
  if (mark === undefined || pnl === undefined) return average
  const entry = instrument.payoff === 'inverse' ? 1 / (pnl / size + 1 / mark) : mark - pnl / size
  if (!(entry > 0)) return average
  return average !== undefined && Math.abs(entry - average) <= 1e-4 * average ? average : entry
}

const STATUS: Readonly<Record<string, OrderReport['status']>> = {
  open: 'open',
  untriggered: 'open',
  triggered: 'open',
  filled: 'filled',
  rejected: 'rejected',
  cancelled: 'cancelled',
  archive: 'cancelled',
}

/** Undefined where instrument, state or amounts cannot be read. */
export function readOrder(raw: Raw, names: Names): OrderReport | undefined {
  const listed = names.native(text(raw.instrument_name) ?? '')
  const status = STATUS[text(raw.order_state) ?? '']
  const amount = decimal(raw.amount)
  const filled = decimal(raw.filled_amount)
  const direction = raw.direction
  if (!listed || !status || !amount || !filled || (direction !== 'buy' && direction !== 'sell')) return undefined
  const signed = (size: string) => (direction === 'sell' ? negated(size) : size)
  const average = positive(raw.average_price)
  return {
    instrument: instrumentKey(listed.instrument),
    status,
    size: signed(amount),
    filled: signed(filled),
    ...known({
      clientId: text(raw.label),
      venueOrderId: text(raw.order_id),
      limitPrice: raw.price === 'market_price' ? undefined : decimal(raw.price),
      averagePrice: average === undefined ? undefined : decimal(raw.average_price),
      reduceOnly: raw.reduce_only === true ? true : undefined,
      reason: text(raw.cancel_reason) ?? text(raw.reject_reason),
    }),
  }
}

/** Orders of an answer; those that cannot be read are named. */
export function readOrders(
  answer: unknown,
  names: Names,
): { readonly value: readonly OrderReport[]; readonly flags: readonly DataFlag[] } | undefined {
  const rows = records(answer)
  if (rows === undefined) return undefined
  const flags: DataFlag[] = []
  const value = rows.flatMap((row) => {
    const order = readOrder(row, names)
    const native = text(row.instrument_name) ?? '?'
    if (order === undefined)
      flags.push(
        names.native(native)
          ? unreadable(`order:${text(row.order_id)}`, 'state or amount')
          : unknownInstrument(native, 'an order'),
      )
    return order ?? []
  })
  return { value, flags }
}

/** A trade of ours; `undefined` where one of its numbers is none. */
export function readFill(raw: Raw, names: Names): VenueFill | undefined {
  const listed = names.native(text(raw.instrument_name) ?? '')
  const fillId = text(raw.trade_id)
  const amount = decimal(raw.amount)
  const price = decimal(raw.price)
  const fee = decimal(raw.fee)
  const time = epoch(raw.timestamp)
  const feeAsset = text(raw.fee_currency)
  const direction = raw.direction
  if (!listed || !fillId || !amount || !price || !fee || !time || !feeAsset) return undefined
  if (direction !== 'buy' && direction !== 'sell') return undefined
  return {
    fillId,
    instrument: instrumentKey(listed.instrument),
    size: direction === 'sell' ? negated(amount) : amount,
    price,
    fee,
    feeAsset,
    time,
    ...known({ clientId: text(raw.label), venueOrderId: text(raw.order_id) }),
  }
}

export function readFills(
  answer: unknown,
  names: Names,
): { readonly value: readonly VenueFill[]; readonly flags: readonly DataFlag[] } | undefined {
  const rows = records(answer)
  if (rows === undefined) return undefined
  const flags: DataFlag[] = []
  const value = rows.flatMap((row) => {
    const fill = readFill(row, names)
    const native = text(row.instrument_name) ?? '?'
    if (fill === undefined)
      flags.push(
        names.native(native)
          ? unreadable(`fill:${text(row.trade_id)}`, 'a number of it')
          : unknownInstrument(native, 'a fill'),
      )
    return fill ?? []
  })
  return { value, flags }
}

/**
 * Requirements ≥ 0 as Deribit gives them: in USD over the whole account where it is cross-collateralised, else of the one
 * currency that holds anything; undefined where several do and no sum is given.
 */
export function readMargin(summaries: unknown, time: number): MarginFigures | undefined {
  const rows = records(record(summaries).summaries) ?? records(summaries)
  if (rows === undefined) return undefined
  const total = rows.find((row) => real(row.total_equity_usd) !== undefined)
  if (total !== undefined)
    return figures(total, 'USD', 'total_equity_usd', 'total_initial_margin_usd', 'total_maintenance_margin_usd', time)
  const held = rows.filter((row) => real(row.equity) !== 0)
  const [one] = held.length === 0 ? rows : held
  if (one === undefined || held.length > 1) return undefined
  return figures(one, text(one.currency) ?? '?', 'equity', 'initial_margin', 'maintenance_margin', time)
}

function figures(
  row: Raw,
  unit: string,
  equity: string,
  initial: string,
  maintenance: string,
  time: number,
): MarginFigures {
  return {
    unit,
    time,
    ...known({
      equity: real(row[equity]),
      initialMargin: real(row[initial]),
      maintenanceMargin: real(row[maintenance]),
    }),
  }
}
