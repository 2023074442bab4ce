import type { Option } from '@holdfast/quant'
import { type Money, moneyFromNumber, multiplyHalfEven } from '../book/money.js'
import { absMoney, maxMoney, minMoney, ONE } from '../liquidation/fraction.js'
import { bandPermits, type Health } from '../liquidation/index.js'
import { nameOfFigure } from '../margin/reading.js'
import { type Quality, worseQuality } from '../market/quality.js'
import { healthOf, judgeMarket, mayOpen } from './assess.js'
import type { ClearingRefusal } from './decision.js'
import type { ClearingEvent, IndexTick, MarkTick, SurfaceTick } from './event.js'
import { balanceOf, chargeFee, contribute, credit, exchange } from './ledger.js'
import { inputQuality } from './marginMarket.js'
import { paidCash } from './modelRule.js'
import { marketInstrument } from './parameters.js'
import { chargeOf, referencePrice, withinBand } from './reference.js'
import { type AccountState, decide, type MarketState, type RestingOrder, surfaceKey, type Turn } from './state.js'

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
    unknown: null,
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
    const gains = maxMoney(0n, futuresGains(turn, account))
    const available = paidCash(turn, account) + (gains * parameters.withdrawableGains) / ONE
    if (amount > available) return gains > 0n ? 'unrealised-gains' : 'insufficient-balance'
  } else if (amount > balanceOf(account, asset)) return 'insufficient-balance'
  credit(account, asset, -amount)
  const health = healthOf(turn, account)
  if (health === undefined || health.equity < health.initialMargin) {
    credit(account, asset, amount)
    return health === undefined ? 'margin-unknown' : 'initial-margin'
  }
  turn.queue.add(account.id)
  return undefined
}

/** Unrealised P&L without that of options: what an option is worth leaves only when it is sold. */
function futuresGains(turn: Turn, account: AccountState): Money {
  let sum = 0n
  for (const [name, { size, cost }] of account.positions) {
    if (marketInstrument(turn.parameters, name)?.kind === 'option') continue
    sum += multiplyHalfEven(size, turn.state.markets.get(name)!.price) - cost
  }
  return sum
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
  if (market.settled) return 'market-settled'
  if (account.orders.has(event.order)) return 'order-exists'
  if (event.size === 0n || event.size % turn.parameters.markets[event.market]!.lot !== 0n) return 'not-a-lot'
  if (event.price !== undefined && event.price < 0n) return 'amount-not-positive'
  const order = { market: event.market, size: event.size, price: event.price ?? null }
  if (!mayAddRisk(account, order)) {
    account.orders.set(event.order, order)
    return undefined
  }
  if (account.isolated !== null && account.isolated !== event.market) return 'isolated-elsewhere'
  if (!bandPermits(account.band, 'open') || account.auction !== null) return 'band'
  if (!mayOpen(market)) return 'oracle'
  if (expired(turn, event.market)) return 'market-expired'
  account.orders.set(event.order, order)
  const health = healthOf(turn, account)
  if (health !== undefined && health.equity >= health.initialMargin) return undefined
  account.orders.delete(event.order)
  return health === undefined ? 'margin-unknown' : 'initial-margin'
}

/** Whether an order can take the position, with the orders of its side that rest already, beyond what it is now. */
function mayAddRisk(account: AccountState, order: RestingOrder): boolean {
  const held = account.positions.get(order.market)?.size ?? 0n
  let met = order.size
  for (const { market, size } of account.orders.values()) {
    if (market === order.market && size > 0n === order.size > 0n) met += size
  }
  return absMoney(held + met) > absMoney(held)
}

/** A contract with an expiry is not traded from then on; it waits for its settlement. */
function expired({ parameters, state }: Turn, name: string): boolean {
  const instrument = marketInstrument(parameters, name)
  return instrument !== undefined && 'expiry' in instrument && state.time >= instrument.expiry
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
  if (expired(turn, event.market)) return 'market-expired'
  if (!(event.price >= 0n) || !withinBand(turn, event.market, event.price)) return 'price-band'
  const carryOut = () => exchangeChecked(turn, event.market, [buyer, seller], event.size, event.price, rules.feeRate)
  return event.buyerOrder === undefined && event.sellerOrder === undefined
    ? carryOut()
    : meetOrders(turn, event, carryOut)
}

/** A trade that meets resting orders: they shrink by it before margin is judged, and are as they were where it is refused. */
function meetOrders({ state }: Turn, event: Of<'trade'>, carryOut: () => Verdict): Verdict {
  const met = [
    [state.accounts.get(event.buyer)!, event.buyerOrder, event.size],
    [state.accounts.get(event.seller)!, event.sellerOrder, -event.size],
  ] as const
  for (const [account, id, size] of met) {
    if (id === undefined) continue
    const resting = account.orders.get(id)
    if (resting === undefined || resting.market !== event.market) return 'unknown-order'
    if (resting.size > 0n !== size > 0n || absMoney(size) > absMoney(resting.size)) return 'order-overfilled'
  }
  const restore = met.map(([account, id, size]) => shrinkOrder(account, id, size))
  const refusal = carryOut()
  if (refusal !== undefined) for (const undo of restore) undo()
  return refusal
}

/** Takes what was met off a resting order; the answer puts it back. */
function shrinkOrder(account: AccountState, id: string | undefined, size: Money): () => void {
  if (id === undefined) return () => undefined
  const orders = [...account.orders]
  const resting = account.orders.get(id)!
  if (resting.size === size) account.orders.delete(id)
  else account.orders.set(id, { ...resting, size: resting.size - size })
  return () => {
    account.orders.clear()
    for (const [key, order] of orders) account.orders.set(key, order)
  }
}

/**
 * Carries out a trade between buyer and seller if both may have it, or leaves the books as they were. Who opens risk needs a band
 * that permits it, a live mark, room under the cap and initial margin after; who only reduces may not make a shortfall worse.
 *
 * @param liquidated - the account whose liquidation this trade is: it may hedge, and is judged by its shortfall alone.
 */
function exchangeChecked(
  turn: Turn,
  name: string,
  sides: readonly [AccountState, AccountState],
  size: Money,
  price: Money,
  feeRate: Money,
  liquidated?: AccountState,
): Verdict {
  const { state, parameters } = turn
  const market = state.markets.get(name)!
  const before = sides.map((account, side) => {
    const held = account.positions.get(name)?.size ?? 0n
    const after = side === 0 ? held + size : held - size
    const opens = absMoney(after) > absMoney(held) || (after !== 0n && held !== 0n && after > 0n !== held > 0n)
    return { account, opens: opens && account !== liquidated, health: healthOf(turn, account) }
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
  for (const account of sides) chargeFee(turn, account, chargeOf(turn, name, size, price, feeRate))
  const refusal = before.map(({ account, opens, health }) => {
    const after = healthOf(turn, account)
    if (after === undefined || health === undefined) {
      return !opens && account !== liquidated && surelyReduces(turn, account, name) ? undefined : 'margin-unknown'
    }
    if (opens) return after.equity < after.initialMargin ? 'initial-margin' : undefined
    const missing = after.maintenanceMargin - after.equity
    if (missing > 0n && missing > health.maintenanceMargin - health.equity) return 'worsens-shortfall'
    if (account === liquidated) return undefined
    // Closing what hedges the rest adds risk: it needs initial margin as opening does.
    const bares = after.initialMargin > health.initialMargin && after.equity < after.initialMargin
    return bares ? 'initial-margin' : undefined
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

/** Less of a position is surely less risk where nothing else of the underlying is held, even where margin is not known. */
function surelyReduces({ parameters }: Turn, account: AccountState, name: string): boolean {
  const { underlying } = parameters.markets[name]!
  return [...account.positions.keys()].every(
    (held) => held === name || parameters.markets[held]!.underlying !== underlying,
  )
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
  // A fill far better than the mark would only shift money between accounts of one owner.
  const rules = parameters.markets[open.market]!
  if (!(event.price >= 0n) || !withinBand(turn, open.market, event.price)) return 'price-band'
  const account = state.accounts.get(open.account)!
  const sides: readonly [AccountState, AccountState] = buys ? [account, counterparty] : [counterparty, account]
  const before = healthOf(turn, account)
  const refusal = exchangeChecked(turn, open.market, sides, event.size, event.price, rules.feeRate, account)
  if (refusal !== undefined) return refusal
  const penalty = chargeOf(turn, open.market, event.size, event.price, rules.liquidationPenalty)
  const paid = bearable(penalty, before!, healthOf(turn, account)!)
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

/** A penalty never takes an account below 0, nor more than the fill has freed of a shortfall. */
function bearable(penalty: Money, before: Health, after: Health): Money {
  if (penalty >= after.equity) return 0n
  const missing = after.maintenanceMargin - after.equity
  if (missing + penalty <= 0n) return penalty
  const freed = before.maintenanceMargin - before.equity - missing
  return maxMoney(0n, minMoney(penalty, maxMoney(freed, -missing)))
}

export function mark(turn: Turn, event: Of<'mark'>): Verdict {
  return marked(turn, event, event.time)
}

function marked(turn: Turn, tick: MarkTick, now: number): Verdict {
  const market = turn.state.markets.get(tick.market)
  if (market === undefined) return 'unknown-market'
  if (market.settled) return 'market-settled'
  const least = marketInstrument(turn.parameters, tick.market)?.kind === 'option' ? 0n : 1n
  if (!(tick.price >= least && tick.average >= least && tick.confidence >= 0n)) return 'amount-not-positive'
  if (tick.publishedTime < market.publishedTime || tick.publishedTime > now) return 'time-runs-back'
  market.price = tick.price
  market.average = tick.average
  market.confidence = tick.confidence
  market.publishedTime = tick.publishedTime
  market.known = true
  for (const holder of market.holders) turn.queue.add(holder)
  return undefined
}

/** Each part by itself: what is wrong with one is said of it, and the others count. */
export function tick(turn: Turn, event: Of<'tick'>): Verdict {
  const { state } = turn
  const { indices = [], surfaces = [], figures = [], marks = [], time } = event
  const refuse = (of: string, reason: ClearingRefusal | undefined) => {
    if (reason !== undefined) decide(turn, { kind: 'refused', event: 'tick', reason, of })
  }
  for (const one of indices) refuse(one.underlying, indexed(turn, one, time))
  for (const one of surfaces) refuse(surfaceKey(one.underlying, one.expiry), surfaced(turn, one, time))
  for (const { figure, value } of figures) {
    if (Number.isFinite(value)) state.figures.set(nameOfFigure(figure), value)
    else refuse(nameOfFigure(figure), 'not-a-number')
  }
  for (const one of marks) refuse(one.market, marked(turn, one, time))
  const touched = new Set([...indices, ...surfaces].map(({ underlying }) => underlying))
  for (const [name, market] of state.markets) {
    if (!touched.has(turn.parameters.markets[name]!.underlying)) continue
    for (const holder of market.holders) turn.queue.add(holder)
  }
  return undefined
}

function indexed({ state }: Turn, { underlying, price, confidence, publishedTime }: IndexTick, now: number): Verdict {
  if (!(price > 0n && confidence >= 0n)) return 'amount-not-positive'
  if (publishedTime < (state.indices.get(underlying)?.publishedTime ?? 0) || publishedTime > now)
    return 'time-runs-back'
  state.indices.set(underlying, { price, confidence, publishedTime })
  return undefined
}

function surfaced({ state }: Turn, tick: SurfaceTick, now: number): Verdict {
  const { underlying, expiry, forward, svi, publishedTime } = tick
  const { a, b, rho, m, sigma } = svi
  if (![forward, a, b, rho, m, sigma].every(Number.isFinite)) return 'not-a-number'
  if (!(forward > 0 && b >= 0 && sigma > 0 && Math.abs(rho) <= 1)) return 'amount-not-positive'
  const key = surfaceKey(underlying, expiry)
  if (publishedTime < (state.surfaces.get(key)?.publishedTime ?? 0) || publishedTime > now) return 'time-runs-back'
  state.surfaces.set(key, { forward, svi: { a, b, rho, m, sigma }, publishedTime })
  return undefined
}

export function assetPriced(turn: Turn, event: Of<'asset-price'>): Verdict {
  if (turn.parameters.collateral[event.asset] === undefined) return 'unknown-asset'
  if (!(event.price > 0n)) return 'amount-not-positive'
  const known = turn.state.assetPrices.get(event.asset)
  if (event.publishedTime < (known?.publishedTime ?? 0) || event.publishedTime > event.time) return 'time-runs-back'
  turn.state.assetPrices.set(event.asset, {
    price: event.price,
    publishedTime: event.publishedTime,
    stale: known?.stale ?? false,
  })
  judgeAsset(turn, event.asset)
  queueHolders(turn, event.asset)
  return undefined
}

/** Who holds the asset against something: a position, or a debt. */
function queueHolders({ parameters, state, queue }: Turn, asset: string): void {
  for (const account of state.accounts.values()) {
    if (!account.balances.has(asset)) continue
    if (account.positions.size > 0 || balanceOf(account, parameters.settlementAsset) < 0n) queue.add(account.id)
  }
}

/** Collateral whose price has become too old backs nothing: who holds it is judged at once, not when something else happens. */
function judgeAsset(turn: Turn, asset: string): void {
  const known = turn.state.assetPrices.get(asset)!
  const stale = turn.state.time - known.publishedTime > turn.parameters.collateral[asset]!.maxAgeMs
  if (stale === known.stale) return
  known.stale = stale
  decide(turn, { kind: 'asset-price', asset, stale })
  queueHolders(turn, asset)
}

/** As time passes: what has become too old. */
export function judgeAssets(turn: Turn): void {
  for (const asset of turn.state.assetPrices.keys()) judgeAsset(turn, asset)
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
  settleMarket(turn, event.market, market, event.price)
  return undefined
}

/** Options settle at what they are worth at the price, exactly: max(0, S − K) for a call, max(0, K − S) for a put. */
export function expire(turn: Turn, event: Of<'expiry'>): Verdict {
  const { parameters, state } = turn
  if (!(event.price > 0n)) return 'amount-not-positive'
  if (event.time < event.expiry) return 'not-expired'
  let ended = 0
  for (const [name, market] of state.markets) {
    const instrument = marketInstrument(parameters, name)
    if (market.settled || instrument === undefined || !('expiry' in instrument)) continue
    if (instrument.underlying !== event.underlying || instrument.expiry !== event.expiry) continue
    ended++
    settleMarket(turn, name, market, instrument.kind === 'option' ? payoff(instrument, event.price) : event.price)
  }
  return ended === 0 ? 'unknown-market' : undefined
}

function payoff({ right, strike }: Option, price: Money): Money {
  const exact = moneyFromNumber(strike)!
  return maxMoney(0n, right === 'call' ? price - exact : exact - price)
}

function settleMarket(turn: Turn, name: string, market: MarketState, price: Money): void {
  for (const holder of [...market.holders]) {
    const account = turn.state.accounts.get(holder)!
    const { size, cost } = account.positions.get(name)!
    const value = multiplyHalfEven(size, price)
    credit(account, turn.parameters.settlementAsset, value - cost)
    turn.state.rounding -= value
    account.positions.delete(name)
    account.lastMarket = name
    turn.queue.add(holder)
  }
  market.holders.clear()
  market.openInterest = 0n
  market.settled = true
  withdrawOrders(turn, name)
}

/** Nothing is left to trade: resting orders and liquidation orders of the market end. */
function withdrawOrders({ state }: Turn, name: string): void {
  for (const account of state.accounts.values()) {
    for (const [id, order] of account.orders) if (order.market === name) account.orders.delete(id)
  }
  for (const [id, { account, market }] of state.orders) {
    if (market !== name) continue
    state.orders.delete(id)
    state.accounts.get(account)!.tranche.delete(id)
  }
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
  const { state } = turn
  let inUse = 0
  let trusted = 0
  for (const [name, market] of state.markets) {
    if (market.settled) continue
    const { quality, divergent } = qualityOf(turn, name, market)
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

/** The worst of a market's own mark and of all else that its margin rests on. */
function qualityOf(turn: Turn, name: string, market: MarketState): { quality: Quality; divergent: boolean } {
  const option = marketInstrument(turn.parameters, name)?.kind === 'option'
  const reference = option ? referencePrice(turn, name) : market.average
  const { quality, divergent } = judgeMarket(market, turn.parameters.markets[name]!, turn.state.time, reference)
  const inputs = turn.rule.inputsOf(name)
  return {
    divergent,
    quality: inputs.reduce((worst, input) => worseQuality(worst, inputQuality(turn, input)), quality),
  }
}

function knownAsset({ parameters }: Turn, asset: string): boolean {
  return asset === parameters.settlementAsset || parameters.collateral[asset] !== undefined
}
