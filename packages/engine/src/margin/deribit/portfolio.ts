import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, ScenarioPnl } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { valuePosition } from '../valuation.js'
import { type DeribitPortfolioParameters, deribitPortfolioDefinition } from './portfolioParameters.js'
import { type HeldContract, riskMatrix } from './riskMatrix.js'
import { settleAccount } from './settlement.js'

/**
 * Deribit's portfolio margin: a risk matrix for each underlying in each settlement currency, converted to USD at the index.
 *
 *   risk matrix = worst loss + roll shock + delta shock        (in the settlement currency)
 *   IM = risk matrix + charges that the venue levies beside positions (market maker protection, orders, spot)
 *   MM = mmFactor · risk matrix
 *   equity = balances + unrealised P&L of futures + value of options
 *
 * Exact for futures, perpetuals and the roll shock; how options' vols are shocked, how the delta shock grows and how the
 * dampener is applied is not published: those figures are parameters, named in `unpublished`. Where collateral is segregated,
 * `buckets` hold each currency's own figures, venue charges apart. Resting orders are not simulated: give what the venue charges for them in
 * `venueCharges`; an account with orders and no such charge lacks `venueCharges:orders`.
 *
 * @see Deribit API reference, private/pme/simulate; support article 25944756247837
 */
export function deribitPortfolioModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(deribitPortfolioDefinition, overrides)
  return {
    name: 'deribit-portfolio',
    parameters: set,
    evaluate: (account, market) => evaluate(account, market, values),
  }
}

type Group = { readonly underlying: string; readonly settle: string; readonly contracts: HeldContract[] }

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DeribitPortfolioParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const settlement = settleAccount(reading, account, parameters.collateral)
  const equity = { futuresPnl: 0, options: 0 }
  const groups = new Map<string, Group>()
  for (const position of account.positions) {
    const { instrument, size } = position
    if (size === 0) continue
    if (instrument.kind === 'spot') {
      reading.unsupported(instrument)
      continue
    }
    const { value } = valuePosition(reading, position)
    equity[instrument.kind === 'option' ? 'options' : 'futuresPnl'] += value
    settlement.bucket(instrument.settle).equity += value
    const key = `${instrument.underlying}/${instrument.settle}`
    const group = groups.get(key) ?? { underlying: instrument.underlying, settle: instrument.settle, contracts: [] }
    group.contracts.push({ instrument, size })
    groups.set(key, group)
  }
  const charges = account.venueCharges ?? {}
  const openOrders = (account.orders ?? []).some(({ reduceOnly, size }) => reduceOnly !== true && size !== 0)
  if (openOrders && charges.orders === undefined) reading.lacks('venueCharges:orders')

  const sums = { worstLoss: 0, rollShock: 0, deltaShock: 0 }
  const info: Record<string, number> = {}
  const scenarios: ScenarioPnl[] = []
  for (const key of [...groups.keys()].sort()) {
    const { underlying, settle, contracts } = groups.get(key)!
    const matrix = riskMatrix(reading, underlying, settle, contracts, parameters)
    const unit = reading.assetPrice(settle)
    const margin = matrix.worstLoss + matrix.rollShock + matrix.deltaShock
    sums.worstLoss += matrix.worstLoss * unit
    sums.rollShock += matrix.rollShock * unit
    sums.deltaShock += matrix.deltaShock * unit
    const bucket = settlement.bucket(settle)
    bucket.initialMargin += margin * unit
    bucket.maintenanceMargin += margin * unit * parameters.mmFactor
    info[`info.${key}.worstLoss.${settle}`] = matrix.worstLoss
    info[`info.${key}.rollShock.${settle}`] = matrix.rollShock
    info[`info.${key}.riskMatrix.${settle}`] = margin
    for (const { name, pnl } of matrix.scenarios) scenarios.push({ name: `${key} ${name}`, pnl: pnl * unit })
  }
  return marginOutcome(reading, {
    equity: { ...settlement.collateral, ...equity },
    markToMarket: equity.futuresPnl + equity.options,
    initial: { ...sums, ...charges },
    maintenance: {
      worstLoss: sums.worstLoss * parameters.mmFactor,
      rollShock: sums.rollShock * parameters.mmFactor,
      deltaShock: sums.deltaShock * parameters.mmFactor,
    },
    info,
    scenarios,
    ...(parameters.collateralMode === 'segregated' ? { buckets: settlement.buckets() } : {}),
  })
}
