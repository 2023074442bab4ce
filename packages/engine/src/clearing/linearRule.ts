import { type Money, moneyToNumber, multiplyHalfEven } from '../book/money.js'
import { absMoney, maxMoney, ONE } from '../liquidation/fraction.js'
import { assetPrice } from './assess.js'
import type { ClearedMarket } from './parameters.js'
import { MAXIMAL_TRANCHES } from './plan.js'
import { exposureOf, type MarketExposure } from './restingOrders.js'
import type { MarginRule, RuleView } from './rule.js'
import type { MarketState } from './state.js'

const MILLION = 1_000_000n * ONE

export type Requirement = { readonly initial: Money; readonly maintenance: Money }

/**
 * Requirement of a position, exact, rounded down.
 *
 *   N = |size| · mark;  maintenance = N · (maintenanceRate + perMillion · N/10⁶)
 *   initial = N · (initialRate + perMillion · N/10⁶ + confidence)
 *
 * The doubt of the feed is margin: a wider confidence asks for more before anything is opened or withdrawn.
 */
export function positionRequirement(size: Money, market: MarketState, rules: ClearedMarket): Requirement {
  const notional = (absMoney(size) * market.price) / ONE
  const extra = (rules.ratePerMillion * notional) / MILLION
  return {
    initial: (notional * (rules.initialRate + extra + market.confidence)) / ONE,
    maintenance: (notional * (rules.maintenanceRate + extra)) / ONE,
  }
}

/**
 * The rule of a venue of perpetuals: rates of each market, requirements add up, all in exact money.
 *
 * A market with resting orders asks for the requirement of the larger of what the position may become, and for what those orders
 * lose against the mark.
 */
export const LINEAR_RULE: MarginRule = {
  name: 'linear',
  assess({ parameters, state }, account) {
    let equity = account.balances.get(parameters.settlementAsset) ?? 0n
    let initialMargin = 0n
    let maintenanceMargin = 0n
    for (const [asset, amount] of account.balances) {
      if (asset === parameters.settlementAsset) continue
      equity +=
        (multiplyHalfEven(amount, assetPrice({ parameters, state }, asset)) * parameters.collateral[asset]!.weight) /
        ONE
    }
    for (const [name, { size, cost }] of account.positions) {
      const market = state.markets.get(name)!
      const { initial, maintenance } = positionRequirement(size, market, parameters.markets[name]!)
      equity += multiplyHalfEven(size, market.price) - cost
      initialMargin += initial
      maintenanceMargin += maintenance
    }
    return { known: true, equity, initialMargin, maintenanceMargin }
  },
  ordersMargin(view, account) {
    let sum = 0n
    for (const exposure of exposureOf(view, account)) sum += marketMargin(view, exposure)
    return sum
  },
  relief({ parameters, state }, account) {
    return new Map(
      [...account.positions].map(([name, { size }]) => {
        return [name, positionRequirement(size, state.markets.get(name)!, parameters.markets[name]!).initial]
      }),
    )
  },
  legs({ parameters, state }, account) {
    return [...account.positions].map(([name, { size }]) => {
      const rules = parameters.markets[name]!
      const market = state.markets.get(name)!
      const price = moneyToNumber(market.price)
      const held = moneyToNumber(absMoney(size))
      const { initial } = positionRequirement(size, market, rules)
      const rate = moneyToNumber(rules.tradingCostRate) + moneyToNumber(rules.liquidationPenalty)
      return {
        name,
        size: moneyToNumber(size),
        price,
        scenarioLosses: [],
        addOnPerUnit: held > 0 ? moneyToNumber(initial) / held : 0,
        cost: { halfSpread: rate * price, fee: 0, impact: 0, wait: 0 },
        trancheSize: Math.max(held / MAXIMAL_TRANCHES, moneyToNumber(rules.trancheSize)),
        maximalHedge: 0,
      }
    })
  },
  inputsOf: () => [],
}

/** The worse of the sides of a market's orders, beyond what the position asks for already. */
function marketMargin({ parameters, state }: RuleView, { market, held, buys, sells }: MarketExposure): Money {
  const rules = parameters.markets[market]!
  const own = state.markets.get(market)!
  const initial = (size: Money) => positionRequirement(size, own, rules).initial
  const now = initial(held)
  const bought = buys.size === 0n ? now : initial(held + buys.size) + buys.loss
  const sold = sells.size === 0n ? now : initial(held - sells.size) + sells.loss
  return maxMoney(0n, maxMoney(bought, sold) - now)
}
