import { instrumentKey } from '@holdfast/quant'
import { boostUsd, healthAfter, type Leverage, leverageHealth, repayUsd } from '../../collateral/leverage.js'
import type { LeverageAction } from '../vaultAction.js'
import { planOf } from './insure.js'
import { crossedPrice } from './order.js'
import { type Plan, refused } from './plan.js'
import { planTrade } from './trade.js'
import type { VaultView } from './vault.js'

/**
 * Repays or borrows so that health lands on the target: for a lending account by selling collateral for the debt's coin, or
 * buying more of it; for a margin account by closing or adding to a position. Sizes are rounded to the lot, away from
 * liquidation: a repayment up, a boost down.
 */
export function planLeverage(action: LeverageAction, at: VaultView): Plan {
  const { view, market } = at
  const { instrument, from, to } = action
  const repays = action.kind === 'repay'
  const key = instrumentKey(instrument)
  const index = market.asset?.(instrument.underlying).value ?? market.index?.(instrument.underlying).value
  if (index === undefined) return refused('no-data', `the price of ${instrument.underlying} is unknown`)
  const position = view.positions.find((one) => one.instrument === key)
  const sells = instrument.kind === 'spot' ? repays : repays ? (position?.size ?? 0) > 0 : (position?.size ?? 0) < 0
  const crossed = crossedPrice(market.quote(key), !sells)
  if (crossed === undefined) return refused('no-quote', `${key} has no ${sells ? 'bid' : 'ask'}`)
  const read = healthFrom(action, at, index)
  if (typeof read === 'string') return refused('no-data', read)
  const health = leverageHealth(read)
  if (health === undefined) return refused('nothing-to-do', 'nothing is borrowed, nothing can be liquidated')
  const reached = repays ? health < from : health > from
  const limits = repays ? `repay if below ${percent(from)}` : `boost if above ${percent(from)}`
  if (!reached) return refused('nothing-to-do', `health ${percent(health)}: ${limits}`)
  const cost = costOf(action, at, index, crossed, sells)
  if (cost === undefined) return refused('no-data', `the price of ${instrument.quote} is unknown`)
  const amount = repays ? repayUsd(read, to, cost) : boostUsd(read, to, cost)
  if (amount === undefined || !Number.isFinite(amount)) {
    return refused(
      'no-data',
      `trading ${key} at a cost of ${percent(cost)} cannot bring health ${percent(health)} to ${percent(to)}`,
    )
  }
  // What is borrowed pays for the cost too: less of the collateral is bought.
  const base = (repays || instrument.kind !== 'spot' ? amount : amount * (1 - cost)) / index
  const balance = view.balances?.find(({ asset }) => asset === instrument.underlying)?.amount ?? 0
  if (instrument.kind === 'spot' && sells && base > balance) {
    return refused('no-data', `${base.toFixed(4)} ${instrument.underlying} would have to be sold, ${balance} are held`)
  }
  const after = healthAfter(read, repays ? amount : -amount, cost)
  return planOf(
    planTrade(
      {
        purpose: action.kind,
        instrument,
        base: sells ? -base : base,
        lot: action.lot,
        rounding: repays ? 'up' : 'down',
        maxSlippage: action.maxSlippage,
        actionClass: repays ? 'reduce' : 'open',
        index,
        notes: [
          `health ${percent(health)}: ${limits}, to ${percent(to)}`,
          `${repays ? 'sell' : 'buy'} for ${amount.toFixed(2)} USD at a cost of ${percent(cost)}: health ${percent(after)}`,
        ],
      },
      at,
    ),
  )
}

/** The health of the account, or why it cannot be had. */
function healthFrom(action: LeverageAction, { view }: VaultView, index: number): Leverage | string {
  const { margin } = view
  if (!margin.ok) return `margin of ${view.account} is unknown: ${margin.missing.join(', ')}`
  const { parts } = margin
  const { instrument } = action
  if (instrument.kind === 'spot') {
    const held = parts[`equity.collateral.${instrument.underlying}`]
    const kept = parts[`maintenance.${instrument.underlying}`]
    const debt = Object.keys(parts)
      .filter((name) => name.startsWith('equity.debt'))
      .reduce((sum, name) => sum - parts[name]!, 0)
    const owed = parts[`equity.debt.${instrument.quote}`] ?? parts['equity.debt']
    if (debt === 0) return { kind: 'lending', weighted: 1, debt: 0, threshold: 0 }
    if (held === undefined || kept === undefined || !(held > 0)) return `${instrument.underlying} is no collateral here`
    if (owed === undefined) return `${instrument.quote} is not what is owed`
    const weighted = margin.equity + debt - margin.maintenanceMargin
    return { kind: 'lending', weighted, debt, threshold: 1 - kept / held }
  }
  const key = instrumentKey(instrument)
  const position = view.positions.find((one) => one.instrument === key)
  if (position === undefined || position.size === 0) return `${view.account} holds no ${key}`
  const notional =
    position.sizeUnit === instrument.underlying ? Math.abs(position.size) * index : Math.abs(position.size)
  if (position.marginShare === undefined) return `the margin of ${key} is unknown`
  return {
    kind: 'margin',
    equity: margin.equity,
    maintenance: margin.maintenanceMargin,
    positionMaintenance: position.marginShare,
    notional,
  }
}

/**
 * Share of what is traded that the trade takes: fees and expected slippage, and how far the quote is from the price that
 * collateral and debt are valued at, 1 − k = (1 − c) · quote · P_debt / P_collateral for a sale.
 */
function costOf(
  action: LeverageAction,
  { market }: VaultView,
  index: number,
  crossed: number,
  sells: boolean,
): number | undefined {
  const { instrument, cost } = action
  if (instrument.kind !== 'spot') return cost
  const perQuote = market.asset?.(instrument.quote).value
  if (perQuote === undefined) return undefined
  const ratio = (crossed * perQuote) / index
  return sells ? 1 - (1 - cost) * ratio : 1 - (1 - cost) / ratio
}

function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`
}
