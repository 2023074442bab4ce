import type { Account } from './account.js'
import { DEFAULT_LIMITS, type ExchangeCore } from './core.js'
import { averagePrice, type Position, positionValue, purseOf } from './ledger.js'
import { marginFigures, marginPerUnit } from './margin.js'
import { amountNumber, coinNumber, inverseCoins, premiumCoins, priceNumber } from './money.js'
import type { Terms } from './terms.js'

function places(value: number, count = 8): number {
  const scale = 10 ** count
  return Math.round(value * scale) / scale
}

/** A position as `private/get_positions` gives it; of none, all zero, as Deribit does. */
export function positionJson(
  core: ExchangeCore,
  terms: Terms,
  position: Position | undefined,
): Readonly<Record<string, unknown>> {
  const mark = core.mark(terms)
  const amount = position?.amount ?? 0
  const side = amount > 0 ? 'buy' : 'sell'
  const delta =
    terms.kind === 'option'
      ? amountNumber(amount) * (mark.measures?.delta ?? 0) * mark.live
      : coinNumber(coinSize(terms, amount, mark.price)) * mark.live
  const initial =
    amount === 0
      ? 0
      : Math.abs(amount) * (terms.kind === 'option' && amount > 0 ? 0 : marginPerUnit(core, terms, side, mark.price))
  const common = {
    instrument_name: terms.name,
    kind: terms.kind,
    direction: amount === 0 ? 'zero' : side,
    size: amountNumber(amount),
    average_price:
      position === undefined ? 0 : places(averagePrice(terms, amount, position.entry), terms.kind === 'option' ? 6 : 4),
    mark_price: priceNumber(mark.price),
    index_price: core.index(terms.currency),
    settlement_price: priceNumber(mark.price),
    delta: places(delta),
    initial_margin: places(initial),
    maintenance_margin: places(terms.kind === 'option' ? initial * 0.75 : initial / 2),
    floating_profit_loss: position === undefined ? 0 : coinNumber(floating(position, mark.price)),
    total_profit_loss:
      position === undefined ? 0 : coinNumber(floating({ ...position, basis: position.entry }, mark.price)),
    realized_profit_loss: position === undefined ? 0 : coinNumber(position.realised),
    leverage: terms.kind === 'option' ? undefined : 50,
  }
  if (terms.kind === 'option') {
    const measures = mark.measures!
    const size = amountNumber(amount)
    return {
      ...common,
      average_price_usd: places(common.average_price * core.index(terms.currency), 4),
      floating_profit_loss_usd: places(common.floating_profit_loss * core.index(terms.currency), 4),
      gamma: places(size * measures.coinGamma),
      vega: places(size * measures.coinVega * mark.forward * 0.01, 6),
      theta: places((size * measures.coinTheta * mark.forward) / 365, 6),
    }
  }
  return {
    ...common,
    size_currency: coinNumber(coinSize(terms, amount, mark.price)),
    realized_funding: position === undefined ? 0 : coinNumber(position.funding),
    estimated_liquidation_price: null,
    interest_value: 0,
    open_orders_margin: 0,
  }
}

function coinSize(terms: Terms, amount: number, mark: number): bigint {
  return terms.kind === 'option' ? 0n : inverseCoins(amount, mark)
}

/** Profit at the mark against the basis: of an option, value less what was paid. */
function floating(position: Position, mark: number): bigint {
  if (position.terms.kind === 'option') return premiumCoins(position.amount, mark) - position.entry
  return positionValue(position, mark)
}

type Sums = {
  delta: number
  gamma: number
  vega: number
  theta: number
  futuresDelta: number
  optionsUpl: bigint
  futuresPl: bigint
}

/** One coin of `private/get_account_summaries`: equity = balance + session P&L of futures + value of options. */
export function accountSummaryJson(
  core: ExchangeCore,
  account: Account,
  currency: string,
): Readonly<Record<string, unknown>> {
  const figures = marginFigures(core, account, currency)
  const purse = purseOf(account.ledger, currency)
  const sums: Sums = { delta: 0, gamma: 0, vega: 0, theta: 0, futuresDelta: 0, optionsUpl: 0n, futuresPl: 0n }
  for (const position of account.ledger.positions.values()) {
    if (position.terms.currency === currency) gather(core, position, sums)
  }
  const available = places(figures.availableFunds)
  const name = `${currency.toLowerCase()}_usd`
  return {
    currency,
    balance: figures.balance,
    equity: figures.equity,
    margin_balance: figures.marginBalance,
    available_funds: available,
    available_withdrawal_funds: Math.max(0, Math.min(available, figures.balance)),
    initial_margin: places(figures.initialMargin),
    maintenance_margin: places(figures.maintenanceMargin),
    projected_initial_margin: places(figures.initialMargin),
    projected_maintenance_margin: places(figures.maintenanceMargin),
    futures_session_upl: figures.futuresUpl,
    futures_session_rpl: figures.futuresRpl,
    futures_pl: coinNumber(sums.futuresPl),
    options_session_upl: coinNumber(sums.optionsUpl),
    options_session_rpl: coinNumber(purse.optionsRpl),
    options_pl: coinNumber(sums.optionsUpl),
    options_value: figures.optionsValue,
    options_delta: places(sums.delta),
    options_gamma: places(sums.gamma),
    options_vega: places(sums.vega, 4),
    options_theta: places(sums.theta, 4),
    options_gamma_map: { [name]: places(sums.gamma) },
    options_vega_map: { [name]: places(sums.vega, 4) },
    options_theta_map: { [name]: places(sums.theta, 4) },
    session_upl: places(figures.futuresUpl + coinNumber(sums.optionsUpl)),
    session_rpl: places(figures.futuresRpl + coinNumber(purse.optionsRpl)),
    total_pl: coinNumber(sums.futuresPl + sums.optionsUpl),
    delta_total: places(sums.delta + sums.futuresDelta),
    delta_total_map: { [name]: places(sums.delta + sums.futuresDelta) },
    projected_delta_total: places(sums.delta + sums.futuresDelta),
    estimated_liquidation_ratio: 0,
    estimated_liquidation_ratio_map: {},
    fee_balance: 0,
    spot_reserve: 0,
    additional_reserve: 0,
    locked_balance: 0,
    margin_model: 'segregated_sm',
    portfolio_margining_enabled: false,
    cross_collateral_enabled: false,
    limits: limitsJson(core),
    fees: feesJson(core, name),
  }
}

function gather(core: ExchangeCore, position: Position, sums: Sums): void {
  const { terms, amount, entry } = position
  const mark = core.mark(terms)
  if (terms.kind === 'future') {
    sums.futuresDelta += coinNumber(inverseCoins(amount, mark.price)) * mark.live
    sums.futuresPl += entry - inverseCoins(amount, mark.price)
    return
  }
  const measures = mark.measures!
  const size = amountNumber(amount)
  sums.delta += size * measures.netTransactionDelta * mark.live
  sums.gamma += size * measures.coinGamma
  sums.vega += size * measures.coinVega * mark.forward * 0.01
  sums.theta += (size * measures.coinTheta * mark.forward) / 365
  sums.optionsUpl += floating(position, mark.price)
}

function limitsJson(core: ExchangeCore): Readonly<Record<string, unknown>> {
  const { limits } = core.options
  const unlimited = { burst: 1_000_000, rate: 1_000_000 }
  const pools = limits === 'none' ? { matching: unlimited, nonMatching: unlimited } : (limits ?? DEFAULT_LIMITS)
  return {
    limits_per_currency: false,
    non_matching_engine: pools.nonMatching,
    matching_engine: { trading: { total: pools.matching }, cancel_all: pools.matching },
  }
}

function feesJson(core: ExchangeCore, name: string): readonly Readonly<Record<string, unknown>>[] {
  return (['perpetual', 'future', 'option'] as const).map((kind) => ({
    index_name: name,
    kind,
    value: { default: { type: 'fixed', ...core.fees[kind === 'option' ? 'option' : 'future'] }, block_trade: 0.625 },
  }))
}
