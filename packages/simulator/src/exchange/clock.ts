import { DERIBIT_FUNDING, fundingPayment } from '@holdfast/quant'
import type { Account } from './account.js'
import { publishMarket, publishOrders, send } from './channels.js'
import { type ExchangeCore, settlementBefore } from './core.js'
import { bookTrade, positionValue, purseOf, tradeCoins } from './ledger.js'
import { finish, matchStep, transaction } from './matching.js'
import { amountNumber, coinNumber, inverseCoins, PRICE_UNITS, priceNumber, roundCoin } from './money.js'
import { closeSession } from './session.js'
import type { Terms } from './terms.js'

/** Lets time pass: steps of the market, funding by the minute, settlement, heartbeats, faults that last. */
export function pass(core: ExchangeCore, to: number): void {
  if (!(to >= core.time)) throw new RangeError(`time goes forward: ${to} is before ${core.time}`)
  for (let next = core.market.nextStep(); next !== undefined && next <= to; next = core.market.nextStep()) {
    core.market.step()
    core.step += 1
    core.time = next
    stepOnce(core)
  }
  core.time = to
  beat(core)
  if (core.dirtyBooks.size > 0 || anyFresh(core)) publishMarket(core, false)
}

function anyFresh(core: ExchangeCore): boolean {
  for (const session of core.sessions.values()) if (session.fresh.size > 0) return true
  return false
}

function stepOnce(core: ExchangeCore): void {
  core.gatherDelivery()
  const minute = Math.floor(core.time / 60_000)
  if (minute > core.lastMinute) {
    accrueFunding(core, minute - core.lastMinute)
    core.lastMinute = minute
    windowFaults(core)
  }
  if (settlementBefore(core.time) > core.lastSettlement) settleDay(core)
  matchStep(core)
  beat(core)
  publishMarket(core, true)
}

/** Longs pay shorts where the rate is positive. What rounding leaves over goes to the insurance fund. */
function accrueFunding(core: ExchangeCore, minutes: number): void {
  for (const terms of core.instruments.values()) {
    if (terms.instrument.kind !== 'perpetual') continue
    const { rate } = core.funding(terms)
    if (rate === 0) continue
    let sum = 0n
    for (const account of core.everyone()) {
      const position = account.ledger.positions.get(terms.name)
      if (position === undefined) continue
      const size = amountNumber(position.amount)
      const index = core.index(terms.currency)
      const payment = roundCoin(fundingPayment('inverse', size, index, rate, minutes / 60, DERIBIT_FUNDING))
      purseOf(account.ledger, terms.currency).sessionRpl += payment
      position.funding += payment
      sum += payment
    }
    core.insure(terms.currency, -sum)
  }
}

/** 08:00 UTC: expiries are delivered, futures are settled to their marks, new instruments are listed. */
function settleDay(core: ExchangeCore): void {
  core.lastSettlement = settlementBefore(core.time)
  for (const terms of [...core.instruments.values()]) {
    if (terms.expiry !== undefined && terms.expiry <= core.time) deliver(core, terms)
  }
  for (const account of core.everyone()) settleFutures(core, account)
  core.delivery.clear()
  core.list()
  core.settlingUntil = core.time + (core.options.settlementMs ?? 4_000)
  core.events += 1
}

function deliver(core: ExchangeCore, terms: Terms): void {
  const book = core.books.get(terms.name)!
  for (const order of [...book.bids, ...book.asks]) finish(core, order, 'instrument_expired')
  const settlementPrice = core.deliveryPrice(terms.currency)
  let left = 0n
  for (const account of core.everyone()) {
    const position = account.ledger.positions.get(terms.name)
    if (position === undefined) continue
    const purse = purseOf(account.ledger, terms.currency)
    const { amount, entry } = position
    let paid: bigint
    if (terms.kind === 'option') {
      paid = roundCoin(amountNumber(amount) * payoffCoin(terms, settlementPrice))
      purse.balance += paid
      purse.optionsRpl += paid - position.basis
      left += paid
    } else {
      const value = inverseCoins(amount, Math.round(settlementPrice * PRICE_UNITS))
      paid = position.basis - value
      purse.sessionRpl += paid
      left -= value
    }
    account.ledger.positions.delete(terms.name)
    account.margin.delete(terms.currency)
    record(core, account, terms, 'delivery', paid, {
      position: amountNumber(amount),
      mark_price: settlementPrice,
      profit_loss: coinNumber(terms.kind === 'option' ? paid - entry : paid),
    })
  }
  core.insure(terms.currency, -left)
  book.closed = true
  book.makerBids = []
  book.makerAsks = []
  core.instruments.delete(terms.name)
  send(core, 'platform_state', { price_index: `${terms.currency.toLowerCase()}_usd`, locked: false })
}

/** max(0, w (S − K)) / S, coin per unit. */
function payoffCoin({ instrument }: Terms, price: number): number {
  if (instrument.kind !== 'option') return 0
  const intrinsic = instrument.right === 'call' ? price - instrument.strike : instrument.strike - price
  return Math.max(0, intrinsic) / price
}

function settleFutures(core: ExchangeCore, account: Account): void {
  for (const position of account.ledger.positions.values()) {
    const { terms } = position
    if (terms.kind !== 'future') continue
    const { price } = core.mark(terms)
    const upl = positionValue(position, price)
    position.basis -= upl
    purseOf(account.ledger, terms.currency).sessionRpl += upl
    record(core, account, terms, 'settlement', upl, {
      position: amountNumber(position.amount),
      mark_price: priceNumber(price),
      session_profit_loss: coinNumber(upl),
      profit_loss: coinNumber(upl),
      funding: coinNumber(position.funding),
    })
  }
  for (const purse of account.ledger.purses.values()) {
    purse.balance += purse.sessionRpl
    purse.sessionRpl = 0n
    purse.optionsRpl = 0n
  }
}

function record(
  core: ExchangeCore,
  account: Account,
  terms: Terms,
  type: 'delivery' | 'settlement',
  change: bigint,
  more: Readonly<Record<string, unknown>>,
): void {
  if (account === core.house) return
  core.events += 1
  const json = {
    type,
    timestamp: core.wireTime,
    instrument_name: terms.name,
    index_price: core.index(terms.currency),
    session_profit_loss: 0,
    funding: 0,
    ...more,
  }
  account.settlements.push({ time: core.time, currency: terms.currency, json: () => json })
  account.transactions.push(transaction(core, account, terms, type, change, {}))
}

/** Heartbeats as asked for; who does not answer a test request within another interval is cut off. */
function beat(core: ExchangeCore): void {
  for (const session of [...core.sessions.values()]) {
    const { heartbeat } = session
    if (heartbeat === undefined) continue
    if (heartbeat.testAt !== undefined && core.time - heartbeat.testAt >= heartbeat.intervalMs) {
      closeSession(core, session, 'heartbeat', true)
      continue
    }
    if (core.time - heartbeat.sentAt < heartbeat.intervalMs) continue
    heartbeat.sentAt = core.time
    const isTest = heartbeat.testAt === undefined && core.time - heartbeat.heardAt >= heartbeat.intervalMs
    if (isTest) heartbeat.testAt = core.time
    const type = isTest ? 'test_request' : 'heartbeat'
    core.send(session.id, { jsonrpc: '2.0', method: 'heartbeat', params: { type } })
  }
}

/** Faults that begin by chance, once a minute. */
function windowFaults(core: ExchangeCore): void {
  for (const name of ['silent-stall', 'frozen-time', 'disconnect', 'post-only-window', 'maintenance', 'adl'] as const) {
    if (isPossible(core, name) && core.faults.strikes(name)) beginFault(core, name, core.faults.windowMs)
  }
}

export type LastingFault = 'silent-stall' | 'frozen-time' | 'disconnect' | 'post-only-window' | 'maintenance' | 'adl'

/** Whether there is something for it to strike, so that a fault that is counted has happened. */
export function isPossible(core: ExchangeCore, name: LastingFault): boolean {
  switch (name) {
    case 'silent-stall':
    case 'disconnect':
      return sockets(core).length > 0
    case 'frozen-time':
      return core.time >= core.frozenUntil
    case 'post-only-window':
      return core.time >= core.postOnlyUntil
    case 'maintenance':
      return core.time >= core.maintenanceUntil
    case 'adl':
      return core.accounts.some(({ ledger }) => ledger.positions.size > 0)
  }
}

function sockets(core: ExchangeCore) {
  return [...core.sessions.values()].filter(({ kind }) => kind === 'websocket')
}

/** @param of - of `adl` the instrument, of a stall or a disconnect the connection; absent: any. */
export function beginFault(core: ExchangeCore, name: LastingFault, durationMs: number, of?: string): void {
  const until = core.time + durationMs
  switch (name) {
    case 'silent-stall':
    case 'disconnect': {
      const all = sockets(core).filter(({ id }) => of === undefined || `${id}` === of)
      const session = all[Math.floor(core.faults.share() * all.length)]
      if (session === undefined) return
      if (name === 'disconnect') closeSession(core, session, 'disconnected', true)
      else session.stalledUntil = until
      return
    }
    case 'frozen-time':
      core.frozenAt = core.wireTime
      core.frozenUntil = until
      return
    case 'post-only-window':
      core.postOnlyUntil = until
      return
    case 'maintenance':
      core.maintenanceUntil = until
      send(core, 'platform_state', { maintenance: true, locked: true })
      return
    case 'adl':
      deleverage(core, of)
  }
}

/** Auto-deleveraging: half or all of a position goes at its mark, by a trade that nobody ordered. */
function deleverage(core: ExchangeCore, of: string | undefined): void {
  const held = core.accounts.flatMap((account) =>
    [...account.ledger.positions.values()].map((position) => ({ account, position })),
  )
  const able = held.filter(({ position }) => of === undefined || position.terms.name === of)
  const chosen = able[Math.floor(core.faults.share() * able.length)]
  if (chosen === undefined) return
  const { account, position } = chosen
  const { terms } = position
  const lots = Math.abs(position.amount) / terms.lot
  const amount = terms.lot * (core.faults.share() < 0.5 ? lots : Math.max(1, Math.floor(lots / 2)))
  const signed = -Math.sign(position.amount) * amount
  const mark = core.mark(terms).price
  const price = Math.max(terms.tick, Math.round(mark / terms.tick) * terms.tick)
  const coins = tradeCoins(terms, signed, price)
  const realised = bookTrade(account.ledger, terms, signed, coins)
  bookTrade(core.house.ledger, terms, -signed, -coins)
  account.margin.delete(terms.currency)
  const id = core.nextTrade
  core.nextTrade += 1
  core.events += 1
  const book = core.book(terms)
  book.tradeSeq += 1
  const json = {
    trade_id: terms.currency === 'BTC' ? `${id}` : `${terms.currency}-${id}`,
    trade_seq: book.tradeSeq,
    instrument_name: terms.name,
    timestamp: core.wireTime,
    direction: signed > 0 ? 'buy' : 'sell',
    price: priceNumber(price),
    amount: amountNumber(amount),
    contracts: amount / terms.contract,
    mark_price: priceNumber(mark),
    index_price: core.index(terms.currency),
    order_id: `ADL-${id}`,
    order_type: 'liquidation',
    label: '',
    liquidity: 'T',
    state: 'filled',
    fee: 0,
    fee_currency: terms.currency,
    profit_loss: coinNumber(realised),
    adl: true,
    liquidation: 'none',
    user_id: account.userId,
    tick_direction: 1,
  }
  account.trades.push({ time: core.time, name: terms.name, json })
  account.transactions.push(
    transaction(core, account, terms, 'trade', terms.kind === 'option' ? -coins : 0n, {
      trade_id: json.trade_id,
      info: 'adl',
    }),
  )
  publishOrders(core, account, terms, [], [json])
}
