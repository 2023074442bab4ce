import { type Money, moneyFromNumber, moneyToNumber } from '../book/money.js'
import { absMoney, minMoney, ONE } from '../liquidation/fraction.js'
import { auctionPhase, type Health, keeperReward, marginCall, nextBand, planLiquidation } from '../liquidation/index.js'
import { healthOf, markedEquity, mayLiquidate, positionRequirement } from './assess.js'
import type { ClearingRefusal } from './decision.js'
import { credit } from './ledger.js'
import { resolveInsolvency } from './resolve.js'
import { type AccountState, decide, type Turn } from './state.js'

/** A position is closed in at most so many tranches, however small the book. */
const MAXIMAL_TRANCHES = 20

/** Judges an account and does what its band asks for: notice, call, tranche, auction or resolution. */
export function enforce(turn: Turn, account: AccountState): void {
  const health = healthOf(turn, account)
  enterBand(turn, account, health)
  if (bandIsUnsafe(account) || account.call?.overdue === true) {
    liquidate(turn, account, health)
  } else if (account.tranche.size > 0) lapseOrders(turn, account)
  const idle = account.band === 'healthy' && account.tranche.size === 0 && account.auction === null
  if (idle) turn.state.attention.delete(account.id)
  else turn.state.attention.add(account.id)
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
      acceptedAssets(turn),
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

function acceptedAssets({ parameters, state }: Turn) {
  const others = Object.entries(parameters.collateral).map(([asset, { weight }]) => {
    return { asset, weight, price: state.assetPrices.get(asset)?.price ?? 0n }
  })
  return [{ asset: parameters.settlementAsset, price: ONE, weight: ONE }, ...others]
}

function legsOf({ parameters, state }: Turn, account: AccountState) {
  return [...account.positions].map(([market, { size }]) => {
    const rules = parameters.markets[market]!
    const { price } = state.markets.get(market)!
    const initialMargin = positionRequirement(size, state.markets.get(market)!, rules).initial
    return { market, size, initialMargin, costPerUnit: (price * rules.tradingCostRate) / ONE }
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
    if (unfinished) liquidate(turn, account, healthOf(turn, account))
  } else if (account.positions.size === 0 && health.equity < 0n) {
    resolveInsolvency(turn, account)
    enterBand(turn, account, healthOf(turn, account))
  } else if (marked < 0n && below) openAuction(turn, account, health, 'insolvent')
  else if (account.tranche.size === 0 && account.positions.size > 0) {
    if (account.lapses >= turn.parameters.maximalLapses && below) openAuction(turn, account, health, 'solvent')
    else sendTranche(turn, account, health)
  }
}

function bandIsUnsafe({ band }: AccountState): boolean {
  return band === 'liquidation' || band === 'insolvent'
}

function hold(turn: Turn, account: AccountState, reason: 'oracle' | 'auction-cap'): void {
  if (account.held === reason) return
  account.held = reason
  decide(turn, { kind: 'liquidation-held', account: account.id, reason })
}

/** The first tranche of the plan, rounded up to lots; the plan is made anew for the next one on the marks of then. */
function sendTranche(turn: Turn, account: AccountState, health: Health): void {
  const { parameters, state } = turn
  const plan = planLiquidation({
    equity: moneyToNumber(health.equity),
    buffer: moneyToNumber(parameters.health.restoreBuffer),
    trancheMs: parameters.trancheMs,
    maximalTranches: MAXIMAL_TRANCHES,
    openOrders: 0,
    legs: [...account.positions].map(([name, { size }]) => {
      const rules = parameters.markets[name]!
      const market = state.markets.get(name)!
      const price = moneyToNumber(market.price)
      const held = moneyToNumber(absMoney(size))
      const { initial } = positionRequirement(size, market, rules)
      const rate = moneyToNumber(rules.tradingCostRate) + moneyToNumber(rules.liquidationPenalty)
      return {
        name,
        size: moneyToNumber(size),
        price,
        scenarioLosses: [],
        addOnPerUnit: held > 0 ? moneyToNumber(initial) / held : 0,
        cost: { halfSpread: rate * price, fee: 0, impact: 0, wait: 0 },
        trancheSize: Math.max(held / MAXIMAL_TRANCHES, moneyToNumber(rules.trancheSize)),
        maximalHedge: 0,
      }
    }),
  })
  const first = plan.steps.find((step) => step.kind === 'tranche')
  for (const { leg, size } of first?.trades ?? []) {
    const { lot, liquidationSlippage } = parameters.markets[leg]!
    const { price, quality } = state.markets.get(leg)!
    const held = account.positions.get(leg)!.size
    const wanted = moneyFromNumber(Math.abs(size)) ?? absMoney(held)
    const amount = minMoney(((wanted + lot - 1n) / lot) * lot, absMoney(held))
    const slip = (price * liquidationSlippage) / ONE
    const order = `L${++state.orderCount}`
    const signed = held > 0n ? -amount : amount
    const limit = held > 0n ? price - slip : price + slip
    state.orders.set(order, {
      account: account.id,
      market: leg,
      size: signed,
      limit,
      expires: state.time + parameters.trancheMs,
    })
    account.tranche.add(order)
    decide(turn, { kind: 'liquidation-order', account: account.id, order, market: leg, size: signed, limit, quality })
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
    if (account.auction?.phase === 'solvent') sum += healthOf(turn, account).maintenanceMargin
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
    resolveInsolvency(turn, account)
    enterBand(turn, account, healthOf(turn, account))
  }
}

/** A keeper's request: the reward is declared, bounded, paid by the account, and never to its own owner. */
export function requestAuction(turn: Turn, keeperId: string, accountId: string): ClearingRefusal | undefined {
  const keeper = turn.state.accounts.get(keeperId)
  const account = turn.state.accounts.get(accountId)
  if (keeper === undefined || account === undefined) return 'unknown-account'
  if (keeper.owner === account.owner) return 'same-account'
  const health = healthOf(turn, account)
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
