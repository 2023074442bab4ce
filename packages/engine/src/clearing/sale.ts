import { type Money, shareHalfEven } from '../book/money.js'
import { minMoney, ONE } from '../liquidation/fraction.js'
import { bandPermits, judgeBid, quoteAuction } from '../liquidation/index.js'
import { healthOf, markedEquity, mayLiquidate, mayOpen } from './assess.js'
import type { ClearingEvent } from './event.js'
import type { Verdict } from './intake.js'
import { credit, movePosition } from './ledger.js'
import { drawFunds, fundingMarkets } from './resolve.js'
import { type AccountState, decide, type Turn } from './state.js'

/**
 * A bid on an account under auction: the share, cut to the maximal one, of every position and balance (but the reserve) goes to the
 * bidder for its price. The bidder asked for it and must hold initial margin after; the books are left as they were where not.
 */
export function bid(turn: Turn, event: Extract<ClearingEvent, { readonly kind: 'bid' }>): Verdict {
  const { parameters, state } = turn
  const account = state.accounts.get(event.account)
  const bidder = state.accounts.get(event.bidder)
  if (account === undefined || bidder === undefined) return 'unknown-account'
  if (account.owner === bidder.owner) return 'same-account'
  if (account.auction === null) return 'no-auction'
  if (bidder.auction !== null || !bandPermits(bidder.band, 'open')) return 'band'
  if (!mayLiquidate(turn, account)) return 'oracle'
  for (const name of account.positions.keys()) {
    if (bidder.isolated !== null && bidder.isolated !== name) return 'isolated-elsewhere'
    if (!mayOpen(state.markets.get(name)!)) return 'oracle'
  }
  const { reserve, startTime } = account.auction
  const health = healthOf(turn, account)
  if (health === undefined) return 'margin-unknown'
  const { maintenanceMargin } = health
  const standing = { equity: markedEquity(turn, account), maintenanceMargin, reserve }
  const quote = quoteAuction(standing, parameters.auction, state.time - startTime)
  if (quote.phase !== account.auction.phase) return quote.phase === 'none' ? 'nothing-for-sale' : 'stale'
  const judged = judgeBid(quote, parameters.auction, event.share, event.limit)
  if (!judged.ok) return judged.reason
  const { share, payment } = judged
  // What an insolvent account pays out comes from the funds of its markets, and only as far as they reach.
  if (payment < 0n && fundsOf(turn, account) < -payment) return 'nothing-for-sale'
  const restore = [save(account), save(bidder)]
  const markets = fundingMarkets(account)
  moveShare(turn, account, bidder, share, reserve)
  credit(bidder, parameters.settlementAsset, -payment)
  if (payment > 0n) credit(account, parameters.settlementAsset, payment)
  const after = healthOf(turn, bidder)
  if (after === undefined || after.equity < after.initialMargin) {
    moveBack(turn, account, bidder, restore)
    return after === undefined ? 'margin-unknown' : 'initial-margin'
  }
  if (payment < 0n) drawFunds(turn, account, markets, -payment)
  account.auction.reserve = payment > 0n ? reserve + payment : reserve
  decide(turn, { kind: 'bid-accepted', account: account.id, bidder: bidder.id, share, payment })
  turn.queue.add(account.id)
  turn.queue.add(bidder.id)
  return undefined
}

function moveShare(turn: Turn, from: AccountState, to: AccountState, share: Money, reserve: Money): void {
  const { settlementAsset } = turn.parameters
  for (const [asset, amount] of [...from.balances]) {
    const forSale = asset === settlementAsset ? amount - reserve : amount
    const moved = (forSale * share) / ONE
    credit(from, asset, -moved)
    credit(to, asset, moved)
  }
  for (const [name, { size, cost }] of [...from.positions]) {
    const moved = share === ONE ? size : shareHalfEven(size, share, ONE)
    if (moved === 0n) continue
    // At its own cost: the buyer takes over the unrealised gain or loss of what it buys.
    const quote = moved === size ? cost : shareHalfEven(cost, moved, size)
    movePosition(turn, to, name, moved, quote)
    movePosition(turn, from, name, -moved, -quote)
  }
}

type Saved = {
  readonly balances: readonly [string, Money][]
  readonly positions: readonly [string, { size: Money; cost: Money }][]
}

function save(account: AccountState): Saved {
  return { balances: [...account.balances], positions: [...account.positions] }
}

function moveBack(turn: Turn, account: AccountState, bidder: AccountState, saved: readonly Saved[]): void {
  ;[account, bidder].forEach((party, index) => {
    const { balances, positions } = saved[index]!
    for (const name of [...party.positions.keys()]) setPosition(turn, party, name, undefined)
    for (const [name, held] of positions) setPosition(turn, party, name, held)
    party.balances.clear()
    for (const [asset, amount] of balances) party.balances.set(asset, amount)
  })
}

function setPosition(
  turn: Turn,
  account: AccountState,
  name: string,
  position: { size: Money; cost: Money } | undefined,
): void {
  const market = turn.state.markets.get(name)!
  const before = account.positions.get(name)?.size ?? 0n
  if (before > 0n) market.openInterest -= before
  if (position === undefined) {
    account.positions.delete(name)
    market.holders.delete(account.id)
    return
  }
  account.positions.set(name, position)
  market.holders.add(account.id)
  if (position.size > 0n) market.openInterest += position.size
}

function fundsOf(turn: Turn, account: AccountState): Money {
  let sum = 0n
  for (const name of fundingMarkets(account)) {
    sum += minMoney(turn.state.markets.get(name)!.fund, turn.parameters.markets[name]!.fundDrawCap)
  }
  return sum
}
