import { type Money, shareHalfEven } from '../book/money.js'
import { absMoney } from '../liquidation/fraction.js'
import type { AccountState, ClearingState, Turn } from './state.js'

export function balanceOf(account: AccountState, asset: string): Money {
  return account.balances.get(asset) ?? 0n
}

export function credit(account: AccountState, asset: string, amount: Money): void {
  const after = balanceOf(account, asset) + amount
  if (after === 0n) account.balances.delete(asset)
  else account.balances.set(asset, after)
}

/**
 * Moves a position by `size` (signed) for `quote` settlement money (signed as the size: what is bought costs). Closing releases
 * the cost of the closed share, half to even, and pays the difference into the balance: balance − cost of the account falls by
 * `quote` exactly, so that no unit appears or vanishes between the two sides of a trade.
 */
export function movePosition(turn: Turn, account: AccountState, name: string, size: Money, quote: Money): void {
  const market = turn.state.markets.get(name)!
  const held = account.positions.get(name) ?? { size: 0n, cost: 0n }
  if (held.size > 0n) market.openInterest -= held.size
  const closes = held.size !== 0n && held.size > 0n !== size > 0n
  const closed = closes ? (absMoney(size) < absMoney(held.size) ? size : -held.size) : 0n
  const closedQuote = closed === size ? quote : shareHalfEven(quote, closed, size)
  const released = closes ? (closed === -held.size ? held.cost : -shareHalfEven(held.cost, closed, held.size)) : 0n
  if (closes) credit(account, turn.parameters.settlementAsset, -closedQuote - released)
  const after = { size: held.size + size, cost: held.cost - released + quote - closedQuote }
  if (after.size > 0n) market.openInterest += after.size
  if (after.size === 0n) {
    account.positions.delete(name)
    account.lastMarket = name
    market.holders.delete(account.id)
  } else {
    account.positions.set(name, after)
    market.holders.add(account.id)
  }
}

/** A trade between two accounts: exact on both sides. */
export function exchange(
  turn: Turn,
  market: string,
  buyer: AccountState,
  seller: AccountState,
  size: Money,
  quote: Money,
): void {
  movePosition(turn, buyer, market, size, quote)
  movePosition(turn, seller, market, -size, -quote)
}

/** A fee, from the settlement balance to the house. */
export function chargeFee(turn: Turn, account: AccountState, fee: Money): void {
  credit(account, turn.parameters.settlementAsset, -fee)
  turn.state.fees += fee
}

/** Into the fund of a market up to its target; what is above becomes fees. */
export function contribute(turn: Turn, name: string, amount: Money): void {
  const market = turn.state.markets.get(name)!
  const room = turn.parameters.markets[name]!.fundTarget - market.fund
  const kept = room < amount ? (room > 0n ? room : 0n) : amount
  market.fund += kept
  turn.state.fees += amount - kept
}

/** What is wrong with the books, in words; empty where every unit is accounted for. */
export function auditClearing(state: ClearingState, settlementAsset: string): readonly string[] {
  const held = new Map<string, Money>()
  const net = new Map<string, Money>()
  const long = new Map<string, Money>()
  const faults: string[] = []
  const add = (sums: Map<string, Money>, name: string, amount: Money) => sums.set(name, (sums.get(name) ?? 0n) + amount)
  for (const account of state.accounts.values()) {
    for (const [asset, amount] of account.balances) {
      add(held, asset, amount)
      if (asset !== settlementAsset && amount < 0n) faults.push(`${account.id} holds ${amount} units of ${asset}`)
    }
    for (const [name, { size, cost }] of account.positions) {
      add(held, settlementAsset, -cost)
      add(net, name, size)
      if (size > 0n) add(long, name, size)
      if (!state.markets.get(name)!.holders.has(account.id)) faults.push(`${account.id} is no holder of ${name}`)
    }
  }
  for (const [asset, amount] of state.seized) add(held, asset, amount)
  for (const [name, { fund, openInterest }] of state.markets) {
    add(held, settlementAsset, fund)
    if (fund < 0n) faults.push(`the fund of ${name} is ${fund}`)
    if ((net.get(name) ?? 0n) !== 0n) faults.push(`positions in ${name} sum to ${net.get(name)}`)
    if ((long.get(name) ?? 0n) !== openInterest) faults.push(`open interest of ${name} is ${openInterest}`)
  }
  add(held, settlementAsset, state.fees + state.rounding)
  for (const asset of new Set([...held.keys(), ...state.deposited.keys()])) {
    const difference = (held.get(asset) ?? 0n) - (state.deposited.get(asset) ?? 0n)
    if (difference !== 0n) faults.push(`${asset} is off by ${difference} units`)
  }
  return faults
}
