import type { Account } from './account.js'
import { accountSummaryJson, positionJson } from './accountJson.js'
import { depthOf } from './book.js'
import { subscribe, unsubscribe } from './channels.js'
import type { ExchangeCore } from './core.js'
import { RpcError } from './error.js'
import { marginFigures, marginPerUnit } from './margin.js'
import { bookJson, tickerJson } from './marketJson.js'
import { AMOUNT_UNITS, PRICE_UNITS } from './money.js'
import { type Order, orderJson, signOf } from './order.js'
import { currencyIn, flagOf, invalid, listOf, numberOf, type Params, requiredText, termsIn, textOf } from './params.js'
import { indexName } from './protection.js'
import { authenticate, closeSession, type Identity, type Session } from './session.js'
import { instrumentJson, type Terms } from './terms.js'
import {
  cancel,
  cancelMany,
  closePosition,
  edit,
  openOrderOfLabel,
  orderFilter,
  orderOf,
  ordersOfLabel,
  place,
} from './trading.js'

export type Call = {
  readonly core: ExchangeCore
  readonly session: Session
  readonly params: Params
  /** Who asks; only private methods may look. */
  readonly account: Account
  readonly identity: Identity | undefined
}

export type Method = {
  /** Undefined: public. */
  readonly scope: string | undefined
  readonly pool: 'matching' | 'nonMatching' | 'free'
  readonly answer: (call: Call) => unknown
}

const open = (answer: Method['answer'], pool: Method['pool'] = 'nonMatching'): Method => ({
  scope: undefined,
  pool,
  answer,
})
const read = (scope: string, answer: Method['answer']): Method => ({ scope, pool: 'nonMatching', answer })
const trade = (answer: Method['answer']): Method => ({ scope: 'trade:read_write', pool: 'matching', answer })

/** What the exchange understands, by method name. */
export const METHODS: Readonly<Record<string, Method>> = {
  'public/test': open(({ session, core }) => {
    if (session.heartbeat !== undefined) heard(core, session)
    return { version: '1.2.26' }
  }, 'free'),
  'public/hello': open(() => ({ version: '1.2.26' }), 'free'),
  'public/get_time': open(({ core }) => core.wireTime),
  'public/status': open(({ core }) => ({
    locked: core.time < core.maintenanceUntil ? 'true' : 'false',
    locked_indices: [],
  })),
  'public/get_currencies': open(({ core }) => core.market.currencies.map(currencyJson)),
  'public/get_instruments': open(instruments),
  'public/get_instrument': open(({ core, params }) => instrumentJson(termsIn(core, params), core.fees, true)),
  'public/ticker': open(({ core, params }) => tickerJson(core, termsIn(core, params))),
  'public/get_order_book': open(({ core, params }) => {
    const terms = termsIn(core, params)
    return { ...tickerJson(core, terms), ...bookJson(core, core.book(terms), numberOf(params, 'depth') ?? 20) }
  }),
  'public/get_index_price': open(({ core, params }) => {
    const price = core.index(currencyOfIndex(core, requiredText(params, 'index_name')))
    return {
      index_price: price,
      estimated_delivery_price: core.deliveryPrice(currencyOfIndex(core, requiredText(params, 'index_name'))),
    }
  }),
  'public/get_index': open(({ core, params }) => {
    const currency = currencyIn(core, params)
    return { [currency]: core.index(currency), edp: core.deliveryPrice(currency) }
  }),
  'public/get_book_summary_by_currency': open(({ core, params }) => {
    const currency = currencyIn(core, params)
    const kind = textOf(params, 'kind')
    return [...core.instruments.values()]
      .filter((terms) => terms.currency === currency && (kind === undefined || kind === terms.kind))
      .map((terms) => summaryJson(core, terms))
  }),
  'public/get_book_summary_by_instrument': open(({ core, params }) => [summaryJson(core, termsIn(core, params))]),
  'public/get_last_trades_by_instrument': open(lastTrades),
  'public/get_last_trades_by_instrument_and_time': open(lastTrades),
  'public/get_funding_rate_value': open(({ core, params }) => perpetualFunding(core, params).rate),
  'public/get_funding_rate_history': open(({ core, params }) => {
    const { rate } = perpetualFunding(core, params)
    const index = core.index(termsIn(core, params).currency)
    return [
      {
        timestamp: core.wireTime,
        index_price: index,
        prev_index_price: index,
        interest_8h: rate,
        interest_1h: rate / 8,
      },
    ]
  }),
  'public/auth': open(({ core, session, params }) => authenticate(core, session, params)),
  'public/set_heartbeat': open(({ core, session, params }) => {
    const interval = numberOf(params, 'interval')
    if (interval === undefined || !(interval >= 10)) throw invalid('interval', 'must be at least 10 seconds')
    mustBeSocket(session)
    session.heartbeat = { intervalMs: interval * 1_000, heardAt: core.time, sentAt: core.time, testAt: undefined }
    return 'ok'
  }),
  'public/disable_heartbeat': open(({ session }) => {
    session.heartbeat = undefined
    return 'ok'
  }),
  'public/subscribe': open(({ core, session, params }) => {
    mustBeSocket(session)
    return subscribe(core, session, listOf(params, 'channels'), false)
  }),
  'public/unsubscribe': open(({ core, session, params }) => unsubscribe(core, session, listOf(params, 'channels'))),
  'public/unsubscribe_all': open(({ core, session }) => {
    unsubscribe(core, session, [...session.channels])
    return 'ok'
  }),
  'private/subscribe': read('', ({ core, session, params }) => {
    mustBeSocket(session)
    return subscribe(core, session, listOf(params, 'channels'), true)
  }),
  'private/unsubscribe': read('', ({ core, session, params }) =>
    unsubscribe(core, session, listOf(params, 'channels')),
  ),
  'private/unsubscribe_all': read('', ({ core, session }) => {
    unsubscribe(core, session, [...session.channels])
    return 'ok'
  }),
  'private/logout': read('', ({ core, session }) => {
    mustBeSocket(session)
    closeSession(core, session, 'logout', true)
    return undefined
  }),
  'private/buy': trade(({ core, session, account, params }) => place(core, session, account, 'buy', params)),
  'private/sell': trade(({ core, session, account, params }) => place(core, session, account, 'sell', params)),
  'private/edit': trade(({ core, account, params }) => edit(core, account, orderOf(core, account, params), params)),
  'private/edit_by_label': trade(({ core, account, params }) =>
    edit(core, account, openOrderOfLabel(account, params), params),
  ),
  'private/cancel': trade(({ core, account, params }) => cancel(core, account, params)),
  'private/cancel_all': trade(({ core, account }) => cancelMany(core, account, () => true)),
  'private/cancel_all_by_currency': trade(({ core, account, params }) => {
    currencyIn(core, params)
    return cancelMany(core, account, orderFilter(core, params))
  }),
  'private/cancel_all_by_instrument': trade(({ core, account, params }) => {
    termsIn(core, params)
    return cancelMany(core, account, orderFilter(core, params))
  }),
  'private/cancel_by_label': trade(({ core, account, params }) => {
    const label = requiredText(params, 'label')
    const matches = orderFilter(core, params)
    return cancelMany(core, account, (order) => order.label === label && matches(order))
  }),
  'private/close_position': trade(({ core, session, account, params }) =>
    closePosition(core, session, account, params),
  ),
  'private/get_open_orders': read('trade:read', openOrders),
  'private/get_open_orders_by_currency': read('trade:read', openOrders),
  'private/get_open_orders_by_instrument': read('trade:read', openOrders),
  'private/get_open_orders_by_label': read('trade:read', ({ core, account, params }) => {
    const label = requiredText(params, 'label')
    const matches = orderFilter(core, params)
    return [...account.open.values()].filter((order) => order.label === label && matches(order)).map(orderJson)
  }),
  'private/get_order_state': read('trade:read', ({ core, account, params }) =>
    orderJson(orderOf(core, account, params)),
  ),
  'private/get_order_state_by_label': read('trade:read', ({ core, account, params }) => {
    const matches = orderFilter(core, { currency: params.currency })
    return ordersOfLabel(account, params).filter(matches).map(orderJson)
  }),
  'private/get_order_history_by_currency': read('trade:read', orderHistory),
  'private/get_order_history_by_instrument': read('trade:read', orderHistory),
  'private/get_user_trades_by_currency': read('trade:read', userTrades),
  'private/get_user_trades_by_currency_and_time': read('trade:read', userTrades),
  'private/get_user_trades_by_instrument': read('trade:read', userTrades),
  'private/get_user_trades_by_instrument_and_time': read('trade:read', userTrades),
  'private/get_user_trades_by_order': read('trade:read', ({ account, params }) => {
    const id = requiredText(params, 'order_id')
    return account.trades.filter(({ json }) => json.order_id === id).map(({ json }) => json)
  }),
  'private/get_position': read('trade:read', ({ core, account, params }) => {
    const terms = termsIn(core, params)
    return positionJson(core, terms, account.ledger.positions.get(terms.name))
  }),
  'private/get_positions': read('trade:read', positions),
  'private/get_account_summary': read('account:read', ({ core, account, params }) => ({
    ...accountSummaryJson(core, account, currencyIn(core, params)),
    ...(flagOf(params, 'extended') ? holderJson(core, account) : {}),
  })),
  'private/get_account_summaries': read('account:read', ({ core, account }) => ({
    ...holderJson(core, account),
    summaries: core.market.currencies.map((currency) => accountSummaryJson(core, account, currency)),
  })),
  'private/get_subaccounts': read('account:read', ({ core, account }) => [holderJson(core, account)]),
  'private/list_api_keys': read('account:read', ({ account }) =>
    account.keys.map(({ clientId, scope }, id) => ({
      id,
      client_id: clientId,
      max_scope: scope,
      enabled: true,
      name: clientId,
    })),
  ),
  'private/get_settlement_history_by_currency': read('trade:read', settlements),
  'private/get_settlement_history_by_instrument': read('trade:read', settlements),
  'private/get_transaction_log': read('account:read', transactionLog),
  'private/enable_cancel_on_disconnect': read('account:read_write', (call) => setCancelOnDisconnect(call, true)),
  'private/disable_cancel_on_disconnect': read('account:read_write', (call) => setCancelOnDisconnect(call, false)),
  'private/get_cancel_on_disconnect': read('account:read', ({ session, account, params }) => {
    const scope = textOf(params, 'scope') ?? 'connection'
    return { enabled: scope === 'account' ? account.cancelOnDisconnect : session.cancelOnDisconnect, scope }
  }),
  'private/set_mmp_config': trade(setProtection),
  'private/get_mmp_config': read('trade:read', ({ account, params }) => {
    const name = textOf(params, 'index_name')
    return [...account.protections]
      .filter(([index]) => name === undefined || name === index)
      .map(([index, one]) => protectionJson(index, one))
  }),
  'private/reset_mmp': trade(({ account, params }) => {
    const protection = account.protections.get(requiredText(params, 'index_name'))
    if (protection === undefined) throw invalid('index_name', 'no protection is set')
    protection.frozenUntil = undefined
    protection.fills = []
    return 'ok'
  }),
  'private/get_mmp_status': read('trade:read', ({ core, account, params }) => {
    const name = textOf(params, 'index_name')
    return [...account.protections]
      .filter(
        ([index, { frozenUntil }]) =>
          (name ?? index) === index && (frozenUntil === 0 || (frozenUntil ?? 0) > core.time),
      )
      .map(([index, { frozenUntil }]) => ({ index_name: index, frozen_until: frozenUntil }))
  }),
  'private/simulate_portfolio': read('account:read', simulatePortfolio),
  'private/pme/simulate': read('account:read', simulatePortfolio),
  'private/withdraw': read('wallet:read_write', () => {
    throw new RpcError('invalid_arguments', { reason: 'the simulated exchange pays nothing out' })
  }),
}

/** The session has answered. */
function heard(core: ExchangeCore, session: Session): void {
  if (session.heartbeat === undefined) return
  session.heartbeat.heardAt = core.time
  session.heartbeat.testAt = undefined
}

function mustBeSocket(session: Session): void {
  if (session.kind !== 'websocket') throw new RpcError('must_be_websocket_request')
}

function currencyJson(currency: string): Readonly<Record<string, unknown>> {
  return {
    currency,
    currency_long: currency === 'BTC' ? 'Bitcoin' : currency === 'ETH' ? 'Ethereum' : currency,
    coin_type: currency === 'BTC' ? 'BITCOIN' : 'ETHER',
    decimals: 8,
    fee_precision: 4,
    min_confirmations: 1,
    min_withdrawal_fee: 0.0001,
    withdrawal_fee: 0.0001,
    withdrawal_priorities: [],
    in_cross_collateral_pool: false,
    network_fee: 0,
    network_currency: currency,
  }
}

function currencyOfIndex(core: ExchangeCore, name: string): string {
  const currency = name.split('_')[0]!.toUpperCase()
  if (name !== indexName(currency) || !core.market.currencies.includes(currency))
    throw invalid('index_name', 'unknown index')
  return currency
}

function instruments({ core, params }: Call): unknown {
  const currency = params.currency === undefined || params.currency === 'any' ? undefined : currencyIn(core, params)
  const kind = textOf(params, 'kind')
  const expired = flagOf(params, 'expired')
  const all = [...core.books.values()].filter(({ closed }) => closed === expired)
  const chosen = all.filter(
    ({ terms }) =>
      (currency === undefined || terms.currency === currency) &&
      (kind === undefined || kind === 'any' || terms.kind === kind),
  )
  const list = chosen.map(({ terms }) => instrumentJson(terms, core.fees, !expired))
  if (list.length > 0 && core.faults.strikes('unknown-instrument')) list.push(strangerOf(list[0]!))
  return list
}

/** An instrument of a kind that no client of ours has heard of. */
function strangerOf(like: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const name = `${like.base_currency}_USDE-1JAN99-VARIANCE`
  return {
    ...like,
    instrument_name: name,
    kind: 'variance_swap',
    settlement_currency: 'USDE',
    instrument_type: 'exotic',
  }
}

function summaryJson(core: ExchangeCore, terms: Terms): Readonly<Record<string, unknown>> {
  const book = core.book(terms)
  const mark = core.mark(terms)
  const [bid] = depthOf(book, 'buy', 1)
  const [ask] = depthOf(book, 'sell', 1)
  const of = (level: [number, number] | undefined) => (level === undefined ? null : level[0] / PRICE_UNITS)
  return {
    instrument_name: terms.name,
    base_currency: terms.currency,
    quote_currency: terms.kind === 'option' ? terms.currency : 'USD',
    creation_timestamp: core.wireTime,
    bid_price: of(bid),
    ask_price: of(ask),
    mid_price: bid === undefined || ask === undefined ? null : (bid[0] + ask[0]) / 2 / PRICE_UNITS,
    mark_price: mark.price / PRICE_UNITS,
    last: book.lastPrice === undefined ? null : book.lastPrice / PRICE_UNITS,
    open_interest: Math.abs(core.house.ledger.positions.get(terms.name)?.amount ?? 0) / AMOUNT_UNITS,
    volume: 0,
    volume_usd: 0,
    high: null,
    low: null,
    price_change: null,
    estimated_delivery_price: core.deliveryPrice(terms.currency),
    ...(terms.kind === 'option'
      ? {
          mark_iv: Math.round(mark.vol * 1e4) / 100,
          underlying_price: mark.forward,
          underlying_index: terms.name,
          interest_rate: 0,
        }
      : {}),
  }
}

function lastTrades({ core, params }: Call): unknown {
  const { trades } = core.book(termsIn(core, params))
  const from = numberOf(params, 'start_timestamp') ?? 0
  const to = numberOf(params, 'end_timestamp') ?? Number.POSITIVE_INFINITY
  const chosen = trades.filter(({ time }) => time >= from && time <= to)
  return page(
    chosen.map(({ json }) => json),
    params,
    'trades',
  )
}

function perpetualFunding(core: ExchangeCore, params: Params): { readonly rate: number } {
  const terms = termsIn(core, params)
  if (terms.instrument.kind !== 'perpetual') throw invalid('instrument_name', 'is no perpetual')
  return core.funding(terms)
}

function openOrders({ core, account, params }: Call): unknown {
  const matches = orderFilter(core, params)
  return [...account.open.values()].filter(matches).map(orderJson)
}

/** Orders that are no longer open, newest first; those that never traded only where asked for. */
function orderHistory({ core, account, params }: Call): unknown {
  const matches = orderFilter(core, params)
  const unfilled = flagOf(params, 'include_unfilled')
  const count = numberOf(params, 'count') ?? 20
  const offset = numberOf(params, 'offset') ?? 0
  const found: Order[] = []
  for (let place = account.orders.length - 1; place >= 0 && found.length < offset + count; place--) {
    const order = account.orders[place]!
    if (order.state !== 'open' && (unfilled || order.filled > 0) && matches(order)) found.push(order)
  }
  return found.slice(offset).map(orderJson)
}

function userTrades({ core, account, params }: Call): unknown {
  const name = textOf(params, 'instrument_name')
  const currency = params.currency === undefined || params.currency === 'any' ? undefined : currencyIn(core, params)
  const kind = textOf(params, 'kind')
  const from = numberOf(params, 'start_timestamp') ?? 0
  const to = numberOf(params, 'end_timestamp') ?? Number.POSITIVE_INFINITY
  const matches = (of: string) => {
    const terms = core.books.get(of)!.terms
    return (
      (currency === undefined || terms.currency === currency) &&
      (kind === undefined || kind === 'any' || kind === terms.kind)
    )
  }
  const chosen = account.trades.filter(
    (one) => (name === undefined || one.name === name) && one.time >= from && one.time <= to && matches(one.name),
  )
  return page(
    chosen.map(({ json }) => json),
    params,
    'trades',
  )
}

/** The newest `count` in the order asked for, with `has_more`. */
function page(list: readonly unknown[], params: Params, field: string): unknown {
  const count = numberOf(params, 'count') ?? 10
  const ascending = textOf(params, 'sorting') === 'asc'
  const chosen = ascending ? list.slice(0, count) : list.slice(-count).reverse()
  return { [field]: chosen, has_more: list.length > chosen.length }
}

/** Faults of a list: an element that is left out, a number with a comma. */
function positions({ core, account, params }: Call): unknown {
  const currency = params.currency === undefined || params.currency === 'any' ? undefined : currencyIn(core, params)
  const kind = textOf(params, 'kind')
  const list: Record<string, unknown>[] = []
  for (const position of account.ledger.positions.values()) {
    const { terms } = position
    if (currency !== undefined && terms.currency !== currency) continue
    if (kind !== undefined && kind !== 'any' && kind !== terms.kind) continue
    if (core.faults.strikes('omitted-position', terms.name)) continue
    const json = { ...positionJson(core, terms, position) }
    if (core.faults.strikes('comma-number', terms.name)) json.size = commaText(json.size as number)
    list.push(json)
  }
  return list
}

/** 1234.5 → "1,234.5", and a small number with a decimal comma. */
function commaText(value: number): string {
  const [whole = '', part] = `${value}`.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  if (grouped.includes(',')) return part === undefined ? grouped : `${grouped}.${part}`
  return `${whole},${part ?? '0'}`
}

function holderJson(core: ExchangeCore, account: Account): Readonly<Record<string, unknown>> {
  return {
    id: account.userId,
    username: account.name,
    system_name: account.name,
    email: `${account.name}@example.com`,
    type: 'main',
    creation_timestamp: core.market.start,
    login_enabled: true,
    security_keys_enabled: false,
    mmp_enabled: account.protections.size > 0,
    interuser_transfers_enabled: false,
    referrer_id: null,
    self_trading_reject_mode: account.selfTradingRejectMode,
    self_trading_extended_to_subaccounts: false,
  }
}

function settlements({ account, core, params }: Call): unknown {
  const currency = params.currency === undefined ? undefined : currencyIn(core, params)
  const name = textOf(params, 'instrument_name')
  const type = textOf(params, 'type')
  const list = account.settlements
    .filter((one) => currency === undefined || one.currency === currency)
    .map(({ json }) => json())
    .filter(
      (json) => (name === undefined || json.instrument_name === name) && (type === undefined || json.type === type),
    )
  const count = numberOf(params, 'count') ?? 20
  return { settlements: list.slice(-count).reverse(), continuation: 'none' }
}

function transactionLog({ account, core, params }: Call): unknown {
  const currency = currencyIn(core, params)
  const from = numberOf(params, 'start_timestamp') ?? 0
  const to = numberOf(params, 'end_timestamp') ?? Number.POSITIVE_INFINITY
  const list = account.transactions.filter((one) => one.currency === currency && one.time >= from && one.time <= to)
  const count = numberOf(params, 'count') ?? 100
  return {
    logs: list
      .slice(-count)
      .reverse()
      .map(({ json }) => json),
    continuation: null,
  }
}

function setCancelOnDisconnect({ session, account, params }: Call, enabled: boolean): string {
  const scope = textOf(params, 'scope') ?? 'connection'
  if (scope === 'account') account.cancelOnDisconnect = enabled
  else if (scope === 'connection') {
    mustBeSocket(session)
    session.cancelOnDisconnect = enabled
  } else throw invalid('scope', 'connection or account')
  return 'ok'
}

/** Interval 0 takes the protection away. Times are in seconds. */
function setProtection({ core, account, params }: Call): unknown {
  const name = requiredText(params, 'index_name')
  currencyOfIndex(core, name)
  const interval = numberOf(params, 'interval')
  const frozen = numberOf(params, 'frozen_time')
  if (interval === undefined || frozen === undefined) throw invalid('interval', 'missing')
  if (interval === 0) {
    account.protections.delete(name)
    return []
  }
  const quantityLimit = numberOf(params, 'quantity_limit')
  if (quantityLimit === undefined) throw invalid('quantity_limit', 'missing')
  const protection = {
    intervalMs: interval * 1_000,
    frozenMs: frozen * 1_000,
    quantityLimit,
    deltaLimit: numberOf(params, 'delta_limit') ?? 0,
    vegaLimit: numberOf(params, 'vega_limit') ?? 0,
    fills: [],
    frozenUntil: undefined,
  }
  account.protections.set(name, protection)
  return [protectionJson(name, protection)]
}

function protectionJson(
  name: string,
  one: { intervalMs: number; frozenMs: number; quantityLimit: number; deltaLimit: number; vegaLimit: number },
) {
  return {
    index_name: name,
    interval: one.intervalMs / 1_000,
    frozen_time: one.frozenMs / 1_000,
    quantity_limit: one.quantityLimit,
    delta_limit: one.deltaLimit,
    vega_limit: one.vegaLimit,
  }
}

function simulatedPositions(params: Params): readonly (readonly [name: string, amount: number])[] {
  const wanted = params.simulated_positions ?? {}
  const read = typeof wanted === 'string' ? parseJson(wanted) : wanted
  if (typeof read !== 'object' || read === null) throw invalid('simulated_positions', 'must be an object')
  return Object.keys(read).map((name) => {
    const amount = numberOf(read as Params, name)
    if (amount === undefined) throw invalid('simulated_positions', `${name}: missing`)
    return [name, amount]
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What margin would be with other positions: `simulated_positions` {name: amount}, added to those held. Once a second. */
function simulatePortfolio({ core, account, params }: Call): unknown {
  const currency = currencyIn(core, params)
  const before = core.simulatedPortfolioAt.get(account)
  if (before !== undefined && core.time - before < 1_000) throw new RpcError('too_many_requests')
  core.simulatedPortfolioAt.set(account, core.time)
  const figures = marginFigures(core, account, currency)
  let initial = figures.initialMargin
  for (const [name, amount] of simulatedPositions(params)) {
    const terms = core.instruments.get(name)
    if (terms === undefined) throw new RpcError('not_found', { param: 'simulated_positions', reason: name })
    const direction = amount > 0 ? 'buy' : 'sell'
    const perUnit =
      terms.kind === 'option' && amount > 0 ? 0 : marginPerUnit(core, terms, direction, core.mark(terms).price)
    initial += signOf(direction) * amount * AMOUNT_UNITS * perUnit
  }
  return { ...accountSummaryJson(core, account, currency), projected_initial_margin: initial }
}
