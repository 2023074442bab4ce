import type { CashEvent, DataFlag, Event, FillEvent } from '../event.js'
import { type Book, bookOnce, type Flow, flag, setKnown } from './book.js'
import { readHolding } from './holdings.js'
import { internInstrument } from './interned.js'
import { type Money, multiplyHalfEven, parseMoney } from './money.js'
import { settleExpiry } from './settle.js'
import { isInStatement, takeStatement } from './statement.js'
import { isInverseFuture, tradePosition } from './trade.js'
import { moveCash, write } from './write.js'

/**
 * Takes one event in. Events that do not concern holdings change nothing.
 *
 * @returns what was wrong with it, by name. Nothing throws on bad data: what cannot be booked is left aside, and where that
 * leaves an account's holdings in doubt, they are unknown until its next complete statement.
 */
export function applyBookEvent(book: Book, event: Event): readonly DataFlag[] {
  switch (event.kind) {
    case 'account':
      return takeStatement(book, event)
    case 'fill':
      return takeFill(book, event)
    case 'cash':
      return takeCash(book, event)
    case 'settlement':
      return settleExpiry(book, event)
    case 'listing':
    case 'market':
    case 'venue-figure':
    case 'order':
    case 'open-orders':
    case 'session':
    case 'venue-state':
    case 'control':
    case 'clock':
      return []
  }
}

function takeCash(book: Book, event: CashEvent): readonly DataFlag[] {
  const subject = `account:${event.account}`
  const account = book.accounts.ids.get(event.account)
  if (account === undefined) return [flag('unknown-account', event, subject, `cash ${event.cashId} left aside`)]
  const amount = parseMoney(event.amount)
  if (amount === undefined) {
    setKnown(book, account, 'balances', false)
    return [
      flag('not-a-decimal', event, subject, `cash ${event.cashId}: amount ${event.amount}; balances are unknown now`),
    ]
  }
  if (!bookOnce(book, 'cash', event.account, event.cashId)) {
    return [flag('duplicate-cash', event, subject, `cash ${event.cashId} was booked before; left aside`)]
  }
  return moveCash(book, account, { account: event.account, asset: event.asset, amount, reason: event.reason })
}

function takeFill(book: Book, event: FillEvent): readonly DataFlag[] {
  const subject = `account:${event.account}`
  const account = book.accounts.ids.get(event.account)
  if (account === undefined) return [flag('unknown-account', event, subject, `fill ${event.fillId} left aside`)]
  const doubt = (code: string, detail: string) => {
    setKnown(book, account, 'balances', false)
    setKnown(book, account, 'positions', false)
    return [flag(code, event, subject, `fill ${event.fillId}: ${detail}; holdings are unknown now`)]
  }
  const item = internInstrument(book.instruments, event.instrument)
  if (item === undefined) return doubt('unknown-instrument', `instrument ${event.instrument}`)
  const size = parseMoney(event.size)
  const price = parseMoney(event.price)
  const fee = parseMoney(event.fee)
  if (size === undefined || price === undefined || fee === undefined) {
    return doubt('not-a-decimal', `size ${event.size}, price ${event.price}, fee ${event.fee}`)
  }
  const instrument = book.instruments.instruments[item]!
  const free = instrument.kind === 'option'
  if (!(price > 0n || (free && price === 0n)) || size === 0n)
    return doubt('not-a-trade', `size ${event.size} at ${event.price}`)
  if (!bookOnce(book, 'fill', event.account, event.fillId)) {
    return [flag('duplicate-fill', event, subject, `fill ${event.fillId} was booked before; left aside`)]
  }
  if (isInStatement(book, account, event)) {
    const detail = `fill ${event.fillId} is in the statement that came before it; noted, not booked again`
    return [flag('fill-in-statement', event, subject, detail)]
  }
  const flags = [...bookTrade(book, account, item, size, price, event)]
  const paid: Flow = { account: event.account, asset: event.feeAsset, amount: -fee, reason: 'fee' }
  flags.push(...moveCash(book, account, paid))
  return flags
}

function bookTrade(
  book: Book,
  account: number,
  item: number,
  size: Money,
  price: Money,
  event: FillEvent,
): readonly DataFlag[] {
  const instrument = book.instruments.instruments[item]!
  const trade = (asset: string, amount: Money): Flow => {
    return { account: event.account, asset, amount, reason: 'trade', instrument: event.instrument }
  }
  if (instrument.kind === 'spot') {
    const bought = moveCash(book, account, trade(instrument.underlying, size))
    return [...bought, ...moveCash(book, account, trade(instrument.quote, -multiplyHalfEven(size, price)))]
  }
  const inverse = isInverseFuture(instrument)
  const { after, realised } = tradePosition(readHolding(book.positions, account, item), size, price, inverse)
  const flags = [...write(book, account, 'positions', item, after)]
  if (instrument.kind === 'option') {
    return [...flags, ...moveCash(book, account, trade(instrument.settle, -multiplyHalfEven(size, price)))]
  }
  if (realised !== undefined) return [...flags, ...moveCash(book, account, trade(instrument.settle, realised))]
  setKnown(book, account, 'balances', false)
  const detail = `profit of closing ${event.instrument} is unknown, as its entry price is; balances are unknown now`
  return [...flags, flag('entry-unknown', event, `account:${event.account}`, detail)]
}
