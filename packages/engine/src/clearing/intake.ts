import { type Money, multiplyHalfEven } from '../book/money.js'
import { absMoney, maxMoney, ONE } from '../liquidation/fraction.js'
import { bandPermits } from '../liquidation/index.js'
import { healthOf, judgeMarket, mayOpen, unrealised } from './assess.js'
import type { ClearingRefusal } from './decision.js'
import type { ClearingEvent } from './event.js'
import { balanceOf, chargeFee, contribute, credit, exchange } from './ledger.js'
import { type AccountState, decide, type Turn } from './state.js'

type Of<Kind extends ClearingEvent['kind']> = Extract<ClearingEvent, { readonly kind: Kind }>
/** `undefined`: carried out. */
export type Verdict = ClearingRefusal | undefined

export function openAccount(turn: Turn, event: Of<'open-account'>): Verdict {
  const { state, parameters } = turn
  if (state.accounts.has(event.account)) return 'account-exists'
  if (event.isolated !== undefined && parameters.markets[event.isolated] === undefined) return 'unknown-market'
  state.accounts.set(event.account, {
    id: event.account,
    owner: event.owner,
    isolated: event.isolated ?? null,
    balances: new Map(),
    positions: new Map(),
    orders: new Map(),
    band: 'healthy',
    call: null,
    tranche: new Set(),
    lapses: 0,
    held: null,
    lastMarket: null,
    auction: null,
  })
  return undefined
}

export function deposit(turn: Turn, event: Of<'deposit'>): Verdict {
  const account = turn.state.accounts.get(event.account)
  if (account === undefined) return 'unknown-account'
  if (!knownAsset(turn, event.asset)) return 'unknown-asset'
  if (!(event.amount > 0n)) return 'amount-not-positive'
  credit(account, event.asset, event.amount)
  turn.state.deposited.set(event.asset, (turn.state.deposited.get(event.asset) ?? 0n) + event.amount)
  turn.queue.add(account.id)
  return undefined
}

export function withdraw(turn: Turn, event: Of<'withdrawal'>): Verdict {
  const account = turn.state.accounts.get(event.account)
  if (account === undefined) return 'unknown-account'
  if (turn.state.gated) return 'withdrawals-gated'
  const refusal = takeOut(turn, account, event.asset, event.amount)
  if (refusal !== undefined) return refusal
  turn.state.deposited.set(event.asset, (turn.state.deposited.get(event.asset) ?? 0n) - event.amount)
  return undefined
}

export function transfer(turn: Turn, event: Of<'transfer'>): Verdict {
  const from = turn.state.accounts.get(event.from)
  const to = turn.state.accounts.get(event.to)
  if (from === undefined || to === undefined) return 'unknown-account'
  if (from === to) return 'same-account'
  if (from.owner !== to.owner) return 'not-same-owner'
  const refusal = takeOut(turn, from, event.asset, event.amount)
  if (refusal !== undefined) return refusal
  credit(to, event.asset, event.amount)
  turn.queue.add(to.id)
  return undefined
}

/** What leaves an account must leave initial margin, rest on fresh marks, and not be gains that are not yet settled. */
function takeOut(turn: Turn, account: AccountState, asset: string, amount: Money): Verdict {
  const { parameters, state } = turn
  if (!knownAsset(turn, asset)) return 'unknown-asset'
  if (!(amount > 0n)) return 'amount-not-positive'
  if (account.auction !== null || !bandPermits(account.band, 'withdraw')) return 'band'
  for (const name of account.positions.keys()) if (!mayOpen(state.markets.get(name)!)) return 'oracle'
  if (asset === parameters.settlementAsset) {
    const gains = maxMoney(0n, unrealised(turn, account))
    const available = balanceOf(account, asset) + (gains * parameters.withdrawableGains) / ONE
    if (amount > available) return gains > 0n ? 'unrealised-gains' : 'insufficient-balance'
  } else if (amount > balanceOf(account, asset)) return 'insufficient-balance'
  credit(account, asset, -amount)
  const { equity, initialMargin } = healthOf(turn, account)
  if (equity < initialMargin) {
    credit(account, asset, amount)
    return 'initial-margin'
  }
  turn.queue.add(account.id)
  return undefined
}

export function contributeFund(turn: Turn, event: Of<'fund-contribution'>): Verdict {
  if (!turn.state.markets.has(event.market)) return 'unknown-market'
  if (!(event.amount > 0n)) return 'amount-not-positive'
  const asset = turn.parameters.settlementAsset
  turn.state.deposited.set(asset, (turn.state.deposited.get(asset) ?? 0n) + event.amount)
  contribute(turn, event.market, event.amount)
  return undefined
}

export function order(turn: Turn, event: Of<'order'>): Verdict {
  const account = turn.state.accounts.get(event.account)
  if (account === undefined) return 'unknown-account'
  const market = turn.state.markets.get(event.market)
  if (market === undefined) return 'unknown-market'
  if (account.orders.has(event.order)) return 'order-exists'
  const held = account.positions.get(event.market)?.size ?? 0n
  if (absMoney(held + event.size) > absMoney(held)) {
    if (!bandPermits(account.band, 'open') || account.auction !== null) return 'band'
    if (!mayOpen(market)) return 'oracle'
  }
  account.orders.set(event.order, { market: event.market, size: event.size })
  return undefined
}

export function orderDone(turn: Turn, event: Of<'order-done'>): Verdict {
  const account = turn.state.accounts.get(event.account)
  if (account === undefined) return 'unknown-account'
  return account.orders.delete(event.order) ? undefined : 'unknown-order'
}

export function trade(turn: Turn, event: Of<'trade'>): Verdict {
  const { parameters, state } = turn
  const buyer = state.accounts.get(event.buyer)
  const seller = state.accounts.get(event.seller)
  if (buyer === undefined || seller === undefined) return 'unknown-account'
  if (buyer === seller) return 'same-account'
  const market = state.markets.get(event.market)
  if (market === undefined) return 'unknown-market'
  if (market.settled) return 'market-settled'
  if (!market.known) return 'no-mark'
  const rules = parameters.markets[event.market]!
  if (!(event.size > 0n) || event.size % rules.lot !== 0n) return 'not-a-lot'
  if (absMoney(event.price - market.price) * ONE > rules.priceBand * market.price) return 'price-band'
  return exchangeChecked(turn, event.market, [buyer, seller], event.size, event.price, rules.feeRate)
}

/**
 * Carries out a trade between buyer and seller if both may have it, or leaves the books as they were. Who opens risk needs a band
 * that permits it, a live mark, room under the cap and initial margin after; who only reduces may not make a shortfall worse.
 */
function exchangeChecked(
  turn: Turn,
  name: string,
  sides: readonly [AccountState, AccountState],
  size: Money,
  price: Money,
  feeRate: Money,
): Verdict {
  const { state, parameters } = turn
  const market = state.markets.get(name)!
  const before = sides.map((account, side) => {
    const held = account.positions.get(name)?.size ?? 0n
    const after = side === 0 ? held + size : held - size
    const opens = absMoney(after) > absMoney(held) || (after !== 0n && held !== 0n && after > 0n !== held > 0n)
    return { account, opens, health: healthOf(turn, account) }
  })
  for (const { account, opens } of before) {
    if (!opens) continue
    if (account.isolated !== null && account.isolated !== name) return 'isolated-elsewhere'
    if (!bandPermits(account.band, 'open') || account.auction !== null) return 'band'
    if (!mayOpen(market)) return 'oracle'
  }
  const [buyer, seller] = sides
  const saved = sides.map((account) => save(turn, account, name))
  const fees = state.fees
  const quote = multiplyHalfEven(size, price)
  exchange(turn, name, buyer, seller, size, quote)
  for (const account of sides) chargeFee(turn, account, quote, feeRate)
  const refusal = before.map(({ account, opens, health }) => {
    const after = healthOf(turn, account)
    if (opens) return after.equity < after.initialMargin ? ('initial-margin' as const) : undefined
    const missing = after.maintenanceMargin - after.equity
    return missing > 0n && missing > health.maintenanceMargin - health.equity
      ? ('worsens-shortfall' as const)
      : undefined
  })
  const cap = parameters.markets[name]!.openInterestCap
  const failed =
    refusal[0] ??
    refusal[1] ??
    (before.some(({ opens }) => opens) && market.openInterest > cap ? 'open-interest-cap' : undefined)
  if (failed !== undefined) {
    exchange(turn, name, seller, buyer, size, quote)
    for (const restore of saved) restore()
    state.fees = fees
    return failed
  }
  for (const account of sides) turn.queue.add(account.id)
  return undefined
}

function save(turn: Turn, account: AccountState, name: string): () => void {
  const asset = turn.parameters.settlementAsset
  const cash = balanceOf(account, asset)
  const held = account.positions.get(name)
  return () => {
    if (cash === 0n) account.balances.delete(asset)
    else account.balances.set(asset, cash)
    if (held !== undefined) account.positions.set(name, held)
  }
}

/** A fill of an own liquidation order: within its limit, the penalty goes to the market's fund. */
export function fill(turn: Turn, event: Of<'fill'>): Verdict {
  const { parameters, state } = turn
  const open = state.orders.get(event.order)
  if (open === undefined) return 'unknown-order'
  const counterparty = state.accounts.get(event.counterparty)
  if (counterparty === undefined) return 'unknown-account'
  if (counterparty.id === open.account) return 'same-account'
  if (!(event.size > 0n)) return 'amount-not-positive'
  if (event.size > absMoney(open.size)) return 'order-overfilled'
  const buys = open.size > 0n
  if (buys ? event.price > open.limit : event.price < open.limit) return 'price-limit'
  const market = state.markets.get(open.market)!
  // A fill far better than the mark would only shift money between accounts of one owner.
  const rules = parameters.markets[open.market]!
  if (absMoney(event.price - market.price) * ONE > rules.priceBand * market.price) return 'price-band'
  const account = state.accounts.get(open.account)!
  const sides: readonly [AccountState, AccountState] = buys ? [account, counterparty] : [counterparty, account]
  const refusal = exchangeChecked(turn, open.market, sides, event.size, event.price, rules.feeRate)
  if (refusal !== undefined) return refusal
  const penalty = multiplyHalfEven(multiplyHalfEven(event.size, event.price), rules.liquidationPenalty)
  const paid = maxMoney(0n, penalty < healthOf(turn, account).equity ? penalty : 0n)
  credit(account, parameters.settlementAsset, -paid)
  contribute(turn, open.market, paid)
  open.size += buys ? -event.size : event.size
  if (open.size === 0n) {
    state.orders.delete(event.order)
    account.tranche.delete(event.order)
    account.lapses = 0
  }
  return undefined
}

export function mark(turn: Turn, event: Of<'mark'>): Verdict {
  const market = turn.state.markets.get(event.market)
  if (market === undefined) return 'unknown-market'
  if (market.settled) return 'market-settled'
  if (!(event.price > 0n && event.average > 0n && event.confidence >= 0n)) return 'amount-not-positive'
  if (event.publishedTime < market.publishedTime || event.publishedTime > event.time) return 'time-runs-back'
  market.price = event.price
  market.average = event.average
  market.confidence = event.confidence
  market.publishedTime = event.publishedTime
  market.known = true
  for (const holder of market.holders) turn.queue.add(holder)
  return undefined
}

export function assetPriced(turn: Turn, event: Of<'asset-price'>): Verdict {
  if (turn.parameters.collateral[event.asset] === undefined) return 'unknown-asset'
  if (!(event.price > 0n)) return 'amount-not-positive'
  const known = turn.state.assetPrices.get(event.asset)
  if (event.publishedTime < (known?.publishedTime ?? 0) || event.publishedTime > event.time) return 'time-runs-back'
  turn.state.assetPrices.set(event.asset, { price: event.price, publishedTime: event.publishedTime })
  for (const account of turn.state.accounts.values()) {
    if (account.positions.size > 0 && account.balances.has(event.asset)) turn.queue.add(account.id)
  }
  return undefined
}

/** Half-even on each account; units that do not cancel out stay in the house's rounding account. */
export function funding(turn: Turn, event: Of<'funding'>): Verdict {
  const market = turn.state.markets.get(event.market)
  if (market === undefined) return 'unknown-market'
  for (const holder of market.holders) {
    const account = turn.state.accounts.get(holder)!
    const paid = multiplyHalfEven(account.positions.get(event.market)!.size, event.perUnit)
    credit(account, turn.parameters.settlementAsset, -paid)
    turn.state.rounding += paid
    turn.queue.add(holder)
  }
  return undefined
}

export function settle(turn: Turn, event: Of<'settlement'>): Verdict {
  const market = turn.state.markets.get(event.market)
  if (market === undefined) return 'unknown-market'
  if (market.settled) return 'market-settled'
  if (!(event.price >= 0n)) return 'amount-not-positive'
  for (const holder of [...market.holders]) {
    const account = turn.state.accounts.get(holder)!
    const { size, cost } = account.positions.get(event.market)!
    const value = multiplyHalfEven(size, event.price)
    credit(account, turn.parameters.settlementAsset, value - cost)
    turn.state.rounding -= value
    account.positions.delete(event.market)
    account.lastMarket = event.market
    turn.queue.add(holder)
  }
  market.holders.clear()
  market.openInterest = 0n
  market.settled = true
  return undefined
}

export function noticeDelivered(turn: Turn, event: Of<'notice-delivered'>): Verdict {
  const account = turn.state.accounts.get(event.account)
  if (account === undefined) return 'unknown-account'
  if (account.call === null) return 'no-call'
  account.call.proof = event.proof
  return undefined
}

/** Judges every market anew; says what changed, and raises the alarm when none with open interest can be trusted. */
export function judgeMarkets(turn: Turn): void {
  const { state, parameters } = turn
  let inUse = 0
  let trusted = 0
  for (const [name, market] of state.markets) {
    if (market.settled) continue
    const { quality, divergent } = judgeMarket(market, parameters.markets[name]!, state.time)
    if (quality !== market.quality || divergent !== market.divergent) {
      if (market.divergent && !divergent) for (const holder of market.holders) turn.queue.add(holder)
      market.quality = quality
      market.divergent = divergent
      decide(turn, { kind: 'market-quality', market: name, quality, divergent })
    }
    if (market.openInterest === 0n) continue
    inUse++
    if (quality === 'live' || quality === 'delayed') trusted++
  }
  const allBad = inUse > 0 && trusted === 0
  if (allBad !== state.allBad) {
    state.allBad = allBad
    decide(turn, { kind: 'all-markets-bad', raised: allBad })
  }
}

function knownAsset({ parameters }: Turn, asset: string): boolean {
  return asset === parameters.settlementAsset || parameters.collateral[asset] !== undefined
}
