import type { Money } from '../book/money.js'
import { LiquidationError } from './error.js'
import { minMoney, splitExactly } from './fraction.js'

/** Who can carry a loss, in settlement money. All ≥ 0. */
export type WaterfallSources = {
  /** Penalty that this liquidation paid: carries its own loss first. */
  readonly penalty: Money
  readonly fundBalance: Money
  /** The most that the fund of this market gives for one loss. */
  readonly fundCap: Money
  /** The most that deleveraging can absorb: what the counterparties have won and can give up. */
  readonly deleveragingCapacity: Money
  /** Balances that share what is left, in a stated order. */
  readonly balances: readonly { readonly account: string; readonly balance: Money }[]
}

export type Absorbed = {
  readonly loss: Money
  readonly fromPenalty: Money
  readonly fromFund: Money
  readonly fundAfter: Money
  /** loss − penalty − fund: what deleveraging and socialising carry together, to the unit. */
  readonly residual: Money
  readonly deleveraged: Money
  readonly socialised: readonly { readonly account: string; readonly amount: Money }[]
  readonly socialisedTotal: Money
  /** What nobody could carry; a deficit of the house that gates withdrawals until it is filled. */
  readonly unabsorbed: Money
  readonly withdrawalsGated: boolean
}

/**
 * Absorbs a loss, to the unit: penalty → insurance fund (within its cap) → auto-deleveraging → socialised over the balances in
 * proportion.
 *
 *   loss = fromPenalty + fromFund + deleveraged + socialisedTotal + unabsorbed
 *
 * Withdrawals are gated wherever a loss went beyond the fund: nobody may leave before it has been shared.
 *
 * @throws {LiquidationError} `NEGATIVE_AMOUNT` where any figure is below 0.
 */
export function absorbLoss(loss: Money, sources: WaterfallSources): Absorbed {
  const { penalty, fundBalance, fundCap, deleveragingCapacity, balances } = sources
  requireAmount('loss', loss)
  requireAmount('penalty', penalty)
  requireAmount('fundBalance', fundBalance)
  requireAmount('fundCap', fundCap)
  requireAmount('deleveragingCapacity', deleveragingCapacity)
  for (const { account, balance } of balances) requireAmount(`balance of ${account}`, balance)
  const fromPenalty = minMoney(loss, penalty)
  const fromFund = minMoney(loss - fromPenalty, minMoney(fundBalance, fundCap))
  const residual = loss - fromPenalty - fromFund
  const deleveraged = minMoney(residual, deleveragingCapacity)
  const socialised = socialise(residual - deleveraged, balances)
  let socialisedTotal = 0n
  for (const { amount } of socialised) socialisedTotal += amount
  return {
    loss,
    fromPenalty,
    fromFund,
    fundAfter: fundBalance - fromFund,
    residual,
    deleveraged,
    socialised,
    socialisedTotal,
    unabsorbed: residual - deleveraged - socialisedTotal,
    withdrawalsGated: residual > 0n,
  }
}

/** A loss over balances in proportion, to the unit; no balance goes below 0, and zero shares are left out. */
export function socialise(
  loss: Money,
  balances: readonly { readonly account: string; readonly balance: Money }[],
): readonly { readonly account: string; readonly amount: Money }[] {
  let total = 0n
  for (const { balance } of balances) total += balance
  const shared = minMoney(loss, total)
  if (shared === 0n) return []
  const parts = splitExactly(
    shared,
    balances.map(({ balance }) => balance),
  )
  return balances.map(({ account }, index) => ({ account, amount: parts[index]! })).filter(({ amount }) => amount > 0n)
}

function requireAmount(what: string, amount: Money): void {
  if (!(amount >= 0n)) throw new LiquidationError('NEGATIVE_AMOUNT', `${what} is ${amount} units; it must be ≥ 0`)
}
