import { type Money, multiplyHalfEven } from '../book/money.js'
import { absMoney, ONE } from '../liquidation/fraction.js'
import type { Health } from '../liquidation/index.js'
import { permits } from '../market/permits.js'
import type { Quality } from '../market/quality.js'
import type { ClearedMarket } from './parameters.js'
import type { Assessed, Holdings, RuleView } from './rule.js'
import type { AccountState, MarketState, Turn } from './state.js'

type HouseView = Pick<Turn, 'parameters' | 'state' | 'rule'>

/** Margin of an account with its resting orders; `undefined` where an input that the rule needs is not known. */
export function healthOf(view: HouseView, account: Holdings): Health | undefined {
  const assessed = assessAccount(view, account)
  return assessed.known ? assessed : undefined
}

/** The same, with what is missing where it is not known. */
export function assessAccount(view: HouseView, account: Holdings): Assessed {
  const held = view.rule.assess(view, account)
  if (!held.known || account.orders.size === 0) return held
  const added = view.rule.ordersMargin(view, account, held)
  if (added === undefined) return { known: false, missing: ['orders'] }
  return { ...held, initialMargin: held.initialMargin + added }
}

/** Collateral after haircuts plus unrealised P&L, exact: what an account can bear of a loss, whatever the rule. */
export function bookEquity(view: RuleView, account: Holdings): Money {
  const { settlementAsset, collateral } = view.parameters
  let equity = unrealised(view, account)
  for (const [asset, amount] of account.balances) {
    equity +=
      asset === settlementAsset
        ? amount
        : (multiplyHalfEven(amount, assetPrice(view, asset)) * collateral[asset]!.weight) / ONE
  }
  return equity
}

/** Value without haircuts: what a buyer of everything would count. */
export function markedEquity(turn: RuleView, account: Holdings): Money {
  let equity = 0n
  for (const [asset, amount] of account.balances) {
    equity += asset === turn.parameters.settlementAsset ? amount : multiplyHalfEven(amount, assetPrice(turn, asset))
  }
  return equity + unrealised(turn, account)
}

export function unrealised(turn: RuleView, account: Holdings): Money {
  let sum = 0n
  for (const [name, { size, cost }] of account.positions) {
    sum += multiplyHalfEven(size, turn.state.markets.get(name)!.price) - cost
  }
  return sum
}

/** 0 where no price is known or it is too old: collateral that cannot be priced backs nothing. */
export function assetPrice({ parameters, state }: RuleView, asset: string): Money {
  const known = state.assetPrices.get(asset)
  if (known === undefined) return 0n
  return state.time - known.publishedTime <= parameters.collateral[asset]!.maxAgeMs ? known.price : 0n
}

/** @param reference - what divergence is relative to: the average, or for an option the index of its underlying. */
export function judgeMarket(
  market: MarketState,
  rules: ClearedMarket,
  now: number,
  reference: Money,
): { quality: Quality; divergent: boolean } {
  if (!market.known) return { quality: 'unknown', divergent: false }
  const { delayedAfterMs, maxAgeMs, maxDivergence, maxConfidence } = rules.oracle
  const divergent = absMoney(market.price - market.average) * ONE > maxDivergence * reference
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
