import { type Money, moneyFromNumber, moneyToNumber } from '../book/money.js'
import { absMoney, minMoney, ONE } from '../liquidation/fraction.js'
import { type Health, type LiquidationPlan, planLiquidation, restoreTarget } from '../liquidation/index.js'
import { referencePrice } from './reference.js'
import type { Holdings, MarginRule, RuleView } from './rule.js'

/** A position is closed in at most so many tranches, however small the book. */
export const MAXIMAL_TRANCHES = 20

type PlanView = RuleView & { readonly rule: MarginRule }

/** A trade of a liquidation that may be sent: exact lots, and the worst price at which it may be met. */
export type TrancheTrade = {
  readonly market: string
  readonly purpose: 'reduce' | 'hedge'
  /** Signed. */
  readonly size: Money
  readonly limit: Money
}

/** How an account would be brought back to its target: to be read before it runs. */
export function planAccount(view: PlanView, account: Holdings, health: Health): LiquidationPlan {
  const { parameters, rule } = view
  return planLiquidation({
    equity: moneyToNumber(health.equity),
    buffer: moneyToNumber(parameters.health.restoreBuffer),
    trancheMs: parameters.trancheMs,
    maximalTranches: MAXIMAL_TRANCHES,
    openOrders: account.orders.size,
    legs: rule.legs(view, account),
  })
}

/**
 * What goes out now: the first tranche of the plan, in lots. Where requirements do not add up, the rule judges it first, met at its
 * limits: a tranche that would not help is left for the best single trade that does, and where none does nothing is sent.
 */
export function firstTranche(view: PlanView, account: Holdings, health: Health): readonly TrancheTrade[] {
  const plan = planAccount(view, account, health)
  const first = plan.steps.find((step) => step.kind === 'tranche')
  const planned = (first?.trades ?? []).flatMap(
    ({ leg, purpose, size }) => inLots(view, account, leg, purpose, size) ?? [],
  )
  if (view.parameters.margin === undefined) return planned
  if (planned.length > 0 && gain(view, account, health, planned) > 0n) return planned
  return bestSingle(view, account, health)
}

function inLots(
  view: PlanView,
  account: Holdings,
  market: string,
  purpose: 'reduce' | 'hedge',
  size: number,
): TrancheTrade | undefined {
  const { lot, liquidationSlippage } = view.parameters.markets[market]!
  const { price } = view.state.markets.get(market)!
  const held = account.positions.get(market)?.size ?? 0n
  const wanted = moneyFromNumber(Math.abs(size)) ?? absMoney(held)
  const lots = ((wanted + lot - 1n) / lot) * lot
  const amount = purpose === 'reduce' ? minMoney(lots, absMoney(held)) : lots
  if (amount === 0n) return undefined
  const sells = purpose === 'reduce' ? held > 0n : size < 0
  const slip = (referencePrice(view, market) * liquidationSlippage) / ONE
  const limit = sells ? price - slip : price + slip
  return { market, purpose, size: sells ? -amount : amount, limit: limit < 0n ? 0n : limit }
}

/** What trades free of the amount missing to the target, met at their limits; ≤ 0 where they help nothing or cannot be judged. */
function gain(view: PlanView, account: Holdings, health: Health, trades: readonly TrancheTrade[]): Money {
  const after = view.rule.assess(view, tradedAccount(view, account, trades))
  if (!after.known) return 0n
  const missing = (one: Health) => restoreTarget(one, view.parameters.health) - one.equity
  const short = after.maintenanceMargin - after.equity
  if (short > 0n && short > health.maintenanceMargin - health.equity) return 0n
  return missing(health) - missing(after)
}

function tradedAccount({ parameters }: RuleView, account: Holdings, trades: readonly TrancheTrade[]): Holdings {
  const positions = new Map(account.positions)
  const balances = new Map(account.balances)
  for (const { market, size, limit } of trades) {
    const held = positions.get(market) ?? { size: 0n, cost: 0n }
    const after = { size: held.size + size, cost: held.cost + (size * limit) / ONE }
    if (after.size !== 0n) positions.set(market, after)
    else {
      positions.delete(market)
      const asset = parameters.settlementAsset
      balances.set(asset, (balances.get(asset) ?? 0n) - after.cost)
    }
  }
  return { ...account, balances, positions }
}

/** Each leg's tranche by itself, closing or hedging, judged by the rule: the one that frees most. */
function bestSingle(view: PlanView, account: Holdings, health: Health): readonly TrancheTrade[] {
  let best: TrancheTrade | undefined
  let most = 0n
  for (const { name, size, trancheSize, maximalHedge } of view.rule.legs(view, account)) {
    const closing = size === 0 ? [] : [inLots(view, account, name, 'reduce', -Math.sign(size) * trancheSize)]
    const hedge = Math.min(trancheSize, maximalHedge)
    const opening =
      hedge > 0 && size === 0 ? [-hedge, hedge].map((amount) => inLots(view, account, name, 'hedge', amount)) : []
    for (const trade of [...closing, ...opening]) {
      if (trade === undefined) continue
      const freed = gain(view, account, health, [trade])
      if (freed <= most) continue
      most = freed
      best = trade
    }
  }
  return best === undefined ? [] : [best]
}
