import type { Money } from '../book/money.js'
import { maxMoney, ONE } from '../liquidation/fraction.js'
import {
  type AcceptedAsset,
  auctionPhase,
  type Health,
  keeperReward,
  marginCall,
  nextBand,
} from '../liquidation/index.js'
import { healthOf, markedEquity, mayLiquidate } from './assess.js'
import type { ClearingRefusal } from './decision.js'
import { credit } from './ledger.js'
import { firstTranche } from './plan.js'
import { referencePrice } from './reference.js'
import { resolveInsolvency } from './resolve.js'
import { type AccountState, decide, type Turn } from './state.js'

/** Judges an account and does what its band asks for: notice, call, tranche, auction or resolution. */
export function enforce(turn: Turn, account: AccountState): void {
  const assessed = turn.rule.assess(turn, account)
  if (!assessed.known) {
    holdUnknown(turn, account, assessed.missing)
    return
  }
  if (account.unknown !== null) {
    account.unknown = null
    decide(turn, { kind: 'margin-known', account: account.id })
  }
  const health: Health = assessed
  enterBand(turn, account, health)
  if (bandIsUnsafe(account) || account.call?.overdue === true) {
    liquidate(turn, account, health)
  } else if (account.tranche.size > 0) lapseOrders(turn, account)
  const idle = account.band === 'healthy' && account.tranche.size === 0 && account.auction === null
  if (idle) turn.state.attention.delete(account.id)
  else turn.state.attention.add(account.id)
}

/**
 * An account whose margin cannot be worked out is risky: it is kept in view, its reason on record, nothing of it opens or leaves
 * until the input is there. It is not liquidated on a guess.
 */
function holdUnknown(turn: Turn, account: AccountState, missing: readonly string[]): void {
  turn.state.attention.add(account.id)
  if (account.unknown !== null && account.unknown.join() === missing.join()) return
  account.unknown = missing
  decide(turn, { kind: 'margin-unknown', account: account.id, missing })
}

function enterBand(turn: Turn, account: AccountState, health: Health): void {
  const { parameters, state } = turn
  const from = account.band
  const to = nextBand(from, health, parameters.health)
  if (to !== from) {
    account.band = to
    const { equity, maintenanceMargin } = health
    decide(turn, { kind: 'band', account: account.id, from, to, equity, maintenanceMargin })
    if (to === 'notice' && from === 'healthy') decide(turn, { kind: 'notice', account: account.id })
    if (from === 'liquidation' || from === 'insolvent') {
      account.lapses = 0
      account.held = null
    } else if (to === 'liquidation' || to === 'insolvent') account.call = null
  }
  if (account.band === 'call' && account.call === null) {
    account.call = { dueTime: state.time + parameters.callTermMs, proof: null, overdue: false }
    const call = marginCall(
      health,
      acceptedAssets(turn, account),
      legsOf(turn, account),
      parameters.health,
      parameters.collateralCostRate,
    )
    decide(turn, { kind: 'margin-call', account: account.id, dueTime: account.call.dueTime, ...call })
  } else if ((account.band === 'healthy' || account.band === 'notice') && account.call !== null) {
    account.call = null
    decide(turn, { kind: 'call-closed', account: account.id })
  } else if (
    account.band === 'call' &&
    account.call !== null &&
    !account.call.overdue &&
    state.time >= account.call.dueTime
  ) {
    account.call.overdue = true
    decide(turn, { kind: 'call-overdue', account: account.id, proof: account.call.proof })
  }
}

/** What an accepted asset counts for: its weight, or what a unit more of it does to equity and target under a margin model. */
function acceptedAssets(turn: Turn, account: AccountState): readonly AcceptedAsset[] {
  const { parameters, state } = turn
  const others = Object.entries(parameters.collateral).map(([asset, { weight }]) => {
    const price = state.assetPrices.get(asset)?.price ?? 0n
    return { asset, price, weight: parameters.margin === undefined ? weight : modelWeight(turn, account, asset, price) }
  })
  return [{ asset: parameters.settlementAsset, price: ONE, weight: ONE }, ...others]
}

function modelWeight(turn: Turn, account: AccountState, asset: string, price: Money): Money {
  if (price === 0n) return 0n
  const balances = new Map(account.balances).set(asset, (account.balances.get(asset) ?? 0n) + ONE)
  const [before, after] = [healthOf(turn, account), healthOf(turn, { ...account, balances })]
  if (before === undefined || after === undefined) return 0n
  const asked = ((after.initialMargin - before.initialMargin) * (ONE + turn.parameters.health.restoreBuffer)) / ONE
  return maxMoney(0n, ((after.equity - before.equity - asked) * ONE) / price)
}

function legsOf(turn: Turn, account: AccountState) {
  const relief = turn.rule.relief(turn, account)
  return [...account.positions].map(([market, { size }]) => {
    const costPerUnit = (referencePrice(turn, market) * turn.parameters.markets[market]!.tradingCostRate) / ONE
    return { market, size, initialMargin: relief.get(market)!, costPerUnit }
  })
}

function liquidate(turn: Turn, account: AccountState, health: Health): void {
  if (account.orders.size > 0) {
    decide(turn, { kind: 'cancel-orders', account: account.id, orders: [...account.orders.keys()] })
    account.orders.clear()
  }
  if (!mayLiquidate(turn, account)) {
    hold(turn, account, 'oracle')
    return
  }
  if (account.held === 'oracle') account.held = null
  const below = health.equity < health.maintenanceMargin
  const marked = markedEquity(turn, account)
  if (account.auction !== null) {
    attendAuction(turn, account, health, marked)
    const unfinished = account.auction === null && bandIsUnsafe(account)
    // The sale has done what it can (haircuts may ask for more than a buyer does): orders go on from here.
    const left = unfinished ? healthOf(turn, account) : undefined
    if (left !== undefined) liquidate(turn, account, left)
  } else if (account.positions.size === 0 && health.equity < 0n) {
    resolve(turn, account)
  } else if (marked < 0n && below) openAuction(turn, account, health, 'insolvent')
  else if (account.tranche.size === 0 && account.positions.size > 0) {
    if (account.lapses >= turn.parameters.maximalLapses && below) openAuction(turn, account, health, 'solvent')
    else sendTranche(turn, account, health)
  }
}

function resolve(turn: Turn, account: AccountState): void {
  resolveInsolvency(turn, account)
  const after = healthOf(turn, account)
  if (after !== undefined) enterBand(turn, account, after)
}

function bandIsUnsafe({ band }: AccountState): boolean {
  return band === 'liquidation' || band === 'insolvent'
}

function hold(turn: Turn, account: AccountState, reason: 'oracle' | 'auction-cap'): void {
  if (account.held === reason) return
  account.held = reason
  decide(turn, { kind: 'liquidation-held', account: account.id, reason })
}

/** The first tranche of the plan; the plan is made anew for the next one on the marks of then. */
function sendTranche(turn: Turn, account: AccountState, health: Health): void {
  const { parameters, state } = turn
  const trades = firstTranche(turn, account, health)
  // No trade helps: what is left of the shortfall is for an auction.
  if (trades.length === 0) account.lapses = Math.max(account.lapses, parameters.maximalLapses)
  for (const { market, purpose, size, limit } of trades) {
    const order = `L${++state.orderCount}`
    const expires = state.time + parameters.trancheMs
    state.orders.set(order, { account: account.id, market, purpose, size, limit, expires })
    account.tranche.add(order)
    const { quality } = state.markets.get(market)!
    decide(turn, { kind: 'liquidation-order', account: account.id, order, market, purpose, size, limit, quality })
  }
}

/** Withdraws the orders of an account that are still out. */
export function lapseOrders(turn: Turn, account: AccountState, now?: number): void {
  let lapsed = false
  for (const id of [...account.tranche]) {
    const open = turn.state.orders.get(id)!
    if (now !== undefined && open.expires > now) continue
    turn.state.orders.delete(id)
    account.tranche.delete(id)
    lapsed = true
    decide(turn, { kind: 'order-lapsed', account: account.id, order: id, unfilled: open.size })
  }
  if (lapsed) account.lapses++
}

function openAuction(turn: Turn, account: AccountState, health: Health, phase: 'solvent' | 'insolvent'): void {
  const { parameters, state } = turn
  if (phase === 'solvent' && marginUnderAuction(turn) + health.maintenanceMargin > parameters.auction.cap) {
    hold(turn, account, 'auction-cap')
    return
  }
  lapseOrders(turn, account)
  account.held = null
  account.auction = { startTime: state.time, phase, reserve: 0n }
  decide(turn, { kind: 'auction', account: account.id, phase, what: 'opened' })
}

function marginUnderAuction(turn: Turn): Money {
  let sum = 0n
  for (const id of turn.state.attention) {
    const account = turn.state.accounts.get(id)!
    if (account.auction?.phase === 'solvent') sum += healthOf(turn, account)?.maintenanceMargin ?? 0n
  }
  return sum
}

/** Moves an auction on: closed where it has done its work, converted, begun anew, or resolved where nobody came. */
export function attendAuction(turn: Turn, account: AccountState, health: Health, equity: Money): void {
  const { parameters, state } = turn
  const auction = account.auction!
  const { reserve } = auction
  const needed = auctionPhase({ equity, maintenanceMargin: health.maintenanceMargin, reserve }, parameters.auction)
  const elapsed = state.time - auction.startTime
  if (needed === 'none') {
    account.auction = null
    account.lapses = 0
    decide(turn, { kind: 'auction-closed', account: account.id, reserve })
    if (bandIsUnsafe(account)) {
      // The buffer of the sale is met: the account is left alone, in the band below liquidation.
      if (health.equity >= health.maintenanceMargin) {
        decide(turn, {
          kind: 'band',
          account: account.id,
          from: account.band,
          to: 'call',
          equity: health.equity,
          maintenanceMargin: health.maintenanceMargin,
        })
        account.band = 'call'
        enterBand(turn, account, health)
      }
    }
  } else if (needed !== auction.phase) {
    account.auction = { startTime: state.time, phase: needed, reserve: needed === 'solvent' ? reserve : 0n }
    decide(turn, { kind: 'auction', account: account.id, phase: needed, what: 'converted' })
  } else if (needed === 'solvent' && elapsed > parameters.auction.staleMs) {
    // Where earlier bids have paid in all that the account is worth, nothing would be for sale: the reserve then is, too.
    account.auction = { startTime: state.time, phase: needed, reserve: reserve < equity ? reserve : 0n }
    decide(turn, { kind: 'auction', account: account.id, phase: needed, what: 'redone' })
  } else if (needed === 'insolvent' && elapsed >= parameters.auction.insolventMs) {
    account.auction = null
    resolve(turn, account)
  }
}

/** A keeper's request: the reward is declared, bounded, paid by the account, and never to its own owner. */
export function requestAuction(turn: Turn, keeperId: string, accountId: string): ClearingRefusal | undefined {
  const keeper = turn.state.accounts.get(keeperId)
  const account = turn.state.accounts.get(accountId)
  if (keeper === undefined || account === undefined) return 'unknown-account'
  if (keeper.owner === account.owner) return 'same-account'
  const health = healthOf(turn, account)
  if (health === undefined) return 'margin-unknown'
  const due = account.band === 'liquidation' && health.equity < health.maintenanceMargin
  if (!due || account.auction !== null || account.lapses === 0) return 'auction-not-due'
  if (!mayLiquidate(turn, account)) return 'oracle'
  const equity = markedEquity(turn, account)
  openAuction(turn, account, health, equity < 0n ? 'insolvent' : 'solvent')
  if (account.auction === null) return 'auction-cap'
  const standing = { equity: health.equity, maintenanceMargin: health.maintenanceMargin, reserve: 0n }
  const amount = keeperReward(standing, turn.parameters.auction)
  if (amount > 0n) {
    credit(account, turn.parameters.settlementAsset, -amount)
    credit(keeper, turn.parameters.settlementAsset, amount)
    decide(turn, { kind: 'keeper-reward', account: account.id, keeper: keeper.id, amount })
  }
  turn.queue.add(account.id)
  return undefined
}
