import { type Money, multiplyHalfEven } from '../book/money.js'
import { absMoney, ONE } from '../liquidation/fraction.js'
import type { Health } from '../liquidation/index.js'
import { permits } from '../market/permits.js'
import type { Quality } from '../market/quality.js'
import type { ClearedMarket } from './parameters.js'
import type { AccountState, MarketState, Turn } from './state.js'

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

/** Margin of an account at the marks that are known: collateral after haircuts plus unrealised P&L against requirements. */
export function healthOf({ parameters, state }: Pick<Turn, 'parameters' | 'state'>, account: AccountState): Health {
  let equity = account.balances.get(parameters.settlementAsset) ?? 0n
  let initialMargin = 0n
  let maintenanceMargin = 0n
  for (const [asset, amount] of account.balances) {
    if (asset === parameters.settlementAsset) continue
    equity +=
      (multiplyHalfEven(amount, assetPrice({ parameters, state }, asset)) * parameters.collateral[asset]!.weight) / ONE
  }
  for (const [name, { size, cost }] of account.positions) {
    const market = state.markets.get(name)!
    const { initial, maintenance } = positionRequirement(size, market, parameters.markets[name]!)
    equity += multiplyHalfEven(size, market.price) - cost
    initialMargin += initial
    maintenanceMargin += maintenance
  }
  return { equity, initialMargin, maintenanceMargin }
}

/** Value without haircuts: what a buyer of everything would count. */
export function markedEquity(turn: Turn, account: AccountState): Money {
  let equity = 0n
  for (const [asset, amount] of account.balances) {
    equity += asset === turn.parameters.settlementAsset ? amount : multiplyHalfEven(amount, assetPrice(turn, asset))
  }
  return equity + unrealised(turn, account)
}

export function unrealised(turn: Turn, account: AccountState): Money {
  let sum = 0n
  for (const [name, { size, cost }] of account.positions) {
    sum += multiplyHalfEven(size, turn.state.markets.get(name)!.price) - cost
  }
  return sum
}

/** 0 where no price is known or it is too old: collateral that cannot be priced backs nothing. */
function assetPrice({ parameters, state }: Pick<Turn, 'parameters' | 'state'>, asset: string): Money {
  const known = state.assetPrices.get(asset)
  if (known === undefined) return 0n
  return state.time - known.publishedTime <= parameters.collateral[asset]!.maxAgeMs ? known.price : 0n
}

export function judgeMarket(
  market: MarketState,
  rules: ClearedMarket,
  now: number,
): { quality: Quality; divergent: boolean } {
  if (!market.known) return { quality: 'unknown', divergent: false }
  const { delayedAfterMs, maxAgeMs, maxDivergence, maxConfidence } = rules.oracle
  const divergent = absMoney(market.price - market.average) * ONE > maxDivergence * market.average
  const ageMs = now - market.publishedTime
  if (ageMs > maxAgeMs) return { quality: 'stale', divergent }
  if (divergent || market.confidence > maxConfidence) return { quality: 'suspect', divergent }
  return { quality: ageMs > delayedAfterMs ? 'delayed' : 'live', divergent }
}

/** Whether risk may be opened in a market: on live data only. */
export function mayOpen(market: MarketState): boolean {
  return permits('open', market.quality) === 'allowed'
}

/**
 * Whether an account may be liquidated by what the oracles say of the markets it holds: not while one of them diverges from its
 * average or has never been marked, nor while its collateral has no fresh price. Accounts that do not hold that market are not concerned.
 */
export function mayLiquidate(turn: Turn, account: AccountState): boolean {
  for (const name of account.positions.keys()) {
    const market = turn.state.markets.get(name)!
    if (market.divergent || permits('reduce', market.quality) === 'refused') return false
  }
  for (const asset of account.balances.keys()) {
    if (asset !== turn.parameters.settlementAsset && assetPrice(turn, asset) === 0n) return false
  }
  return true
}
