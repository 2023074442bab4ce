import { coinNumber, divideRound, inverseCoins, premiumCoins } from './money.js'
import type { Terms } from './terms.js'

/**
 * A holding. A future's profit is `basis − coins(amount, mark)`: buying N USD at p adds N/p to the basis, selling takes it
 * away, so the bases of all accounts add up to nothing. An option is paid in cash, and its basis only tells its cost.
 */
export type Position = {
  readonly terms: Terms
  /** Signed, units of amount. */
  amount: number
  /** Coins since the last settlement (futures), units. */
  basis: bigint
  /** Coins at the average entry price (futures), premium paid (options), units. */
  entry: bigint
  realised: bigint
  funding: bigint
}

/** An account's money in one coin: `balance` after the last settlement, `sessionRpl` what was realised since. */
export type Purse = { balance: bigint; sessionRpl: bigint; optionsRpl: bigint; fees: bigint }

export type Ledger = {
  readonly purses: Map<string, Purse>
  readonly positions: Map<string, Position>
}

export function createLedger(): Ledger {
  return { purses: new Map(), positions: new Map() }
}

export function purseOf(ledger: Ledger, currency: string): Purse {
  const found = ledger.purses.get(currency)
  if (found !== undefined) return found
  const fresh: Purse = { balance: 0n, sessionRpl: 0n, optionsRpl: 0n, fees: 0n }
  ledger.purses.set(currency, fresh)
  return fresh
}

/** Coins that a trade moves: of a future its coin value, of an option its premium; the sign is the amount's. */
export function tradeCoins(terms: Terms, amount: number, price: number): bigint {
  return terms.kind === 'option' ? premiumCoins(amount, price) : inverseCoins(amount, price)
}

/**
 * Books a trade of signed `amount` that moves `coins` (`tradeCoins`, of the same sign).
 *
 * @returns profit realised, before fees, units.
 */
export function bookTrade(ledger: Ledger, terms: Terms, amount: number, coins: bigint): bigint {
  const purse = purseOf(ledger, terms.currency)
  let position = ledger.positions.get(terms.name)
  if (position === undefined) {
    position = { terms, amount: 0, basis: 0n, entry: 0n, realised: 0n, funding: 0n }
    ledger.positions.set(terms.name, position)
  }
  if (terms.kind === 'option') purse.balance -= coins
  const realised =
    position.amount * amount < 0 ? closePart(purse, position, amount, coins) : openPart(position, amount, coins)
  if (position.amount === 0) ledger.positions.delete(terms.name)
  return realised
}

function openPart(position: Position, amount: number, coins: bigint): bigint {
  position.amount += amount
  position.basis += coins
  position.entry += coins
  return 0n
}

function closePart(purse: Purse, position: Position, amount: number, coins: bigint): bigint {
  const held = Math.abs(position.amount)
  const closing = Math.min(held, Math.abs(amount))
  const closingCoins = divideRound(coins * BigInt(closing), BigInt(Math.abs(amount)))
  const basisPart = divideRound(position.basis * BigInt(closing), BigInt(held))
  const entryPart = divideRound(position.entry * BigInt(closing), BigInt(held))
  const session = basisPart + closingCoins
  const option = position.terms.kind === 'option'
  if (option) purse.optionsRpl -= session
  else purse.sessionRpl += session
  position.basis -= basisPart
  position.entry -= entryPart
  position.amount += Math.sign(amount) * closing
  const realised = option ? -(entryPart + closingCoins) : entryPart + closingCoins
  position.realised += realised
  const rest = Math.abs(amount) - closing
  if (rest > 0) openPart(position, Math.sign(amount) * rest, coins - closingCoins)
  return realised
}

/** Profit since the last settlement of a future at a mark, or the value of an option, units. */
export function positionValue(position: Position, mark: number): bigint {
  const { terms, amount, basis } = position
  return terms.kind === 'option' ? premiumCoins(amount, mark) : basis - inverseCoins(amount, mark)
}

/** Entry price, quote per base (futures, the harmonic mean) or coin (options). */
export function averagePrice(terms: Terms, amount: number, coins: bigint): number {
  if (amount === 0 || coins === 0n) return 0
  const size = amount / 10
  return terms.kind === 'option' ? coinNumber(coins) / size : size / coinNumber(coins)
}

/** All that an account would have if its futures stood at their bases: the sum over all accounts never changes. */
export function settledMoney(ledger: Ledger, currency: string): bigint {
  const purse = ledger.purses.get(currency)
  let money = purse === undefined ? 0n : purse.balance + purse.sessionRpl
  for (const { terms, basis } of ledger.positions.values()) {
    if (terms.currency === currency && terms.kind === 'future') money += basis
  }
  return money
}
