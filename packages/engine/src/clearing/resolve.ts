import { type Money, moneyToNumber, multiplyHalfEven } from '../book/money.js'
import { absMoney, maxMoney, minMoney, ONE, shareFloor, splitExactly } from '../liquidation/fraction.js'
import { type AdlCandidate, type AdlTake, deleverage, socialise } from '../liquidation/index.js'
import { bookEquity, markedEquity, unrealised } from './assess.js'
import { balanceOf, credit, exchange } from './ledger.js'
import { type AccountState, decide, type Turn } from './state.js'

/**
 * Ends an account whose equity is below 0 and which nobody bought: the funds of its markets pay within their caps, its positions
 * are closed against the other side at prices that carry the rest (auto-deleveraging), and what that cannot carry is shared by
 * all balances. Afterwards it holds nothing and owes nothing, to the unit, unless nobody is left to carry it.
 */
export function resolveInsolvency(turn: Turn, account: AccountState): void {
  const { parameters, state } = turn
  const asset = parameters.settlementAsset
  const carriers = new Map<string, Money>()
  const funding = fundingMarkets(account)
  const seized = seizeCollateral(turn, account)
  credit(account, asset, drawFunds(turn, account, funding, missingCash(turn, account)))
  const residual = missingCash(turn, account)
  const markets = [...account.positions.keys()]
  const notionals = markets.map((name) =>
    absMoney(multiplyHalfEven(account.positions.get(name)!.size, state.markets.get(name)!.price)),
  )
  const split = notionals.some((notional) => notional > 0n)
  const shares = split ? splitExactly(residual, notionals) : markets.map(() => 0n)
  let deleveraged = 0n
  markets.forEach((name, index) => {
    deleveraged += closeAgainstOthers(turn, account, name, shares[index]!, carriers)
  })
  let socialised = 0n
  for (const { account: id, amount } of socialise(maxMoney(0n, -balanceOf(account, asset)), shareable(turn, account))) {
    credit(state.accounts.get(id)!, asset, -amount)
    credit(account, asset, amount)
    socialised += amount
    carriers.set(id, (carriers.get(id) ?? 0n) + amount)
    turn.queue.add(id)
    decide(turn, { kind: 'socialised', account: id, amount })
  }
  handOn(turn, seized, carriers)
  account.lapses = 0
  if (deleveraged + socialised === 0n) return
  const unabsorbed = residual - deleveraged - socialised
  decide(turn, { kind: 'loss-shared', account: account.id, residual, deleveraged, socialised, unabsorbed })
  state.gateUntil = state.time + parameters.gateMs
}

/** What settlement money and unrealised P&L together lack, ≥ 0: collateral in other assets is not in it. */
function missingCash(turn: Turn, account: AccountState): Money {
  return maxMoney(0n, -balanceOf(account, turn.parameters.settlementAsset) - unrealised(turn, account))
}

/** The markets whose funds stand for an account: those it holds, or the one it left last. */
export function fundingMarkets(account: AccountState): readonly string[] {
  if (account.positions.size > 0) return [...account.positions.keys()]
  return account.lastMarket === null ? [] : [account.lastMarket]
}

/** Pays from funds in the given order, each within its balance and cap. */
export function drawFunds(turn: Turn, account: AccountState, markets: readonly string[], wanted: Money): Money {
  let drawn = 0n
  for (const name of markets) {
    const market = turn.state.markets.get(name)!
    const amount = minMoney(wanted - drawn, minMoney(market.fund, turn.parameters.markets[name]!.fundDrawCap))
    if (amount === 0n) continue
    market.fund -= amount
    drawn += amount
    decide(turn, { kind: 'fund-draw', market: name, account: account.id, amount })
  }
  return drawn
}

/** Takes as much of the other collateral as the missing money is worth, the same share of each asset; the rest stays. */
function seizeCollateral(turn: Turn, account: AccountState): readonly (readonly [string, Money])[] {
  const missing = missingCash(turn, account)
  const value = markedEquity(turn, account) + missing
  const share = value > missing ? -shareFloor(-missing, ONE, value) : ONE
  const seized: (readonly [string, Money])[] = []
  if (missing === 0n) return seized
  for (const [asset, held] of [...account.balances]) {
    if (asset === turn.parameters.settlementAsset) continue
    const amount = share === ONE ? held : (held * share) / ONE
    credit(account, asset, -amount)
    seized.push([asset, amount])
  }
  return seized
}

/** Seized collateral goes to those who carried the loss, in proportion; where the fund carried all of it, to the house. */
function handOn(turn: Turn, seized: readonly (readonly [string, Money])[], carriers: ReadonlyMap<string, Money>): void {
  const ids = [...carriers.keys()].filter((id) => carriers.get(id)! > 0n)
  for (const [asset, amount] of seized) {
    if (ids.length === 0) {
      turn.state.seized.set(asset, (turn.state.seized.get(asset) ?? 0n) + amount)
      continue
    }
    const parts = splitExactly(
      amount,
      ids.map((id) => carriers.get(id)!),
    )
    ids.forEach((id, index) => {
      credit(turn.state.accounts.get(id)!, asset, parts[index]!)
    })
  }
}

/**
 * Closes one position against the other side: those asked pay `loss` together, in proportion to the size taken and none beyond
 * its equity; what then is left of the position closes at the mark and its part of the loss remains.
 *
 * @returns the loss that was carried.
 */
function closeAgainstOthers(
  turn: Turn,
  account: AccountState,
  name: string,
  loss: Money,
  carriers: Map<string, Money>,
): Money {
  const { size } = account.positions.get(name)!
  const { rule, seed } = turn.parameters.adl
  const total = absMoney(size)
  const bounded = deleverage(size, candidates(turn, account, name, loss, total), rule, seed)
  const carried = (loss * bounded.taken) / total
  // The two parts are worth, to the unit, what the whole is worth at the mark.
  const { price } = turn.state.markets.get(name)!
  const value = multiplyHalfEven(total, price)
  const boundedValue = bounded.unfilled === 0n ? value : multiplyHalfEven(bounded.taken, price)
  closeWith(turn, account, name, bounded.takes, boundedValue, carried, carriers)
  if (bounded.unfilled > 0n) {
    const rest = account.positions.get(name)!.size
    const { takes } = deleverage(rest, candidates(turn, account, name, 0n, total), rule, seed)
    closeWith(turn, account, name, takes, value - boundedValue, 0n, carriers)
  }
  // The other side of a market is as large as this one, so nothing can be left.
  if (account.positions.has(name)) throw new Error(`Invariant: ${name} has no other side for ${account.id}`)
  return carried
}

function closeWith(
  turn: Turn,
  account: AccountState,
  name: string,
  takes: readonly AdlTake[],
  atMark: Money,
  loss: Money,
  carriers: Map<string, Money>,
): void {
  if (takes.length === 0) return
  const long = account.positions.get(name)!.size > 0n
  const sizes = takes.map((take) => take.size)
  const losses = splitExactly(loss, sizes)
  const values = splitExactly(atMark, sizes)
  takes.forEach(({ account: id, size }, index) => {
    const other = turn.state.accounts.get(id)!
    const [value, carried] = [values[index]!, losses[index]!]
    // A long that is closed sells: the buyer pays more than the mark. A short that is closed buys, and pays less.
    if (long) exchange(turn, name, other, account, size, value + carried)
    else exchange(turn, name, account, other, size, value - carried)
    carriers.set(id, (carriers.get(id) ?? 0n) + carried)
    turn.queue.add(id)
    decide(turn, { kind: 'deleveraged', market: name, account: account.id, counterparty: id, size, loss: carried })
  })
}

function candidates(turn: Turn, account: AccountState, name: string, loss: Money, total: Money): AdlCandidate[] {
  const market = turn.state.markets.get(name)!
  const found: AdlCandidate[] = []
  for (const holder of market.holders) {
    if (holder === account.id) continue
    const other = turn.state.accounts.get(holder)!
    found.push({ ...adlStanding(turn, other, name), ...maximum(turn, other, loss, total) })
  }
  return found
}

/** Rounding of the shares of a loss is below a unit each: a unit of equity is left aside for it. */
function maximum(turn: Turn, other: AccountState, loss: Money, total: Money): { readonly maximum?: Money } {
  if (loss === 0n) return {}
  const equity = maxMoney(0n, bookEquity(turn, other) - 1n)
  return { maximum: (equity * total) / loss }
}

/** Where an account stands in the queue of a market, as it is published. */
export function adlStanding(
  turn: Pick<Turn, 'parameters' | 'state'>,
  account: AccountState,
  name: string,
): AdlCandidate {
  const { price } = turn.state.markets.get(name)!
  const { size, cost } = account.positions.get(name)!
  const value = moneyToNumber((size * price) / ONE)
  const entry = moneyToNumber(cost)
  const equity = moneyToNumber(bookEquity(turn, account))
  const { underlying } = turn.parameters.markets[name]!
  let netExposure = 0n
  for (const [held, position] of account.positions) {
    if (turn.parameters.markets[held]!.underlying === underlying) netExposure += position.size
  }
  return {
    account: account.id,
    size,
    profitRatio: entry === 0 ? 0 : (value - entry) / Math.abs(entry),
    leverage: equity > 0 ? Math.abs(value) / equity : Number.MAX_VALUE,
    netExposure,
  }
}

/** Balances that can share a loss: what an account has in settlement money, and no more than its equity. */
function shareable(turn: Turn, except: AccountState): { readonly account: string; readonly balance: Money }[] {
  const shared: { account: string; balance: Money }[] = []
  for (const account of turn.state.accounts.values()) {
    if (account === except) continue
    const balance = minMoney(balanceOf(account, turn.parameters.settlementAsset), bookEquity(turn, account))
    if (balance > 0n) shared.push({ account: account.id, balance })
  }
  return shared
}
