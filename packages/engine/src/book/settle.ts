import type { Instrument, Option } from '@holdfast/quant'
import type { DataFlag, SettlementEvent } from '../event.js'
import { type Book, flag, setKnown } from './book.js'
import { holdingAt, NOTHING, writeHolding } from './holdings.js'
import { type Money, moneyFromNumber, multiplyHalfEven, quotientHalfEven } from './money.js'
import { isInverseFuture, valueAt } from './trade.js'
import { moveCash } from './write.js'

/**
 * Settles every account's contracts of an expiry in cash at the settlement price S, and takes them off the book:
 *
 *   option, linear   size · max(0, w(S − K))
 *   option, inverse  size · max(0, w(S − K)) ÷ S
 *   future, linear   size · S − cost
 *   future, inverse  cost − size ÷ S
 *
 * each rounded half to even, so that a long and a short of one size cancel exactly. Money is booked in the settle asset.
 */
export function settleExpiry(book: Book, event: SettlementEvent): readonly DataFlag[] {
  const subject = `settlement:${event.underlying}`
  const price = moneyFromNumber(event.price)
  if (price === undefined || price <= 0n) {
    return [flag('not-a-price', event, subject, `settlement price ${event.price}; left aside`)]
  }
  const key = `${event.underlying}|${event.expiry}`
  const before = book.settled.get(key)
  if (before !== undefined && before !== event.price) {
    return [flag('settled-before', event, subject, `at ${before}, now at ${event.price}; left aside`)]
  }
  book.settled.set(key, event.price)
  const flags: DataFlag[] = []
  for (let account = 0; account < book.accounts.names.length; account += 1) {
    settleAccount(book, account, event, price, flags)
  }
  return flags
}

function settleAccount(book: Book, account: number, event: SettlementEvent, price: Money, flags: DataFlag[]): void {
  const { positions } = book
  const owner = book.accounts.names[account]!
  for (
    let slot = positions.start[account]! + positions.count[account]! - 1;
    slot >= positions.start[account]!;
    slot -= 1
  ) {
    const item = positions.item[slot]!
    const instrument = book.instruments.instruments[item]!
    if (instrument.underlying !== event.underlying || expiryOf(instrument) !== event.expiry) continue
    if (instrument.kind !== 'option' && instrument.kind !== 'future') continue
    const { size, cost, price: entry } = holdingAt(positions, slot)
    writeHolding(positions, account, item, NOTHING)
    const name = book.instruments.names[item]!
    if (instrument.kind === 'future' && Number.isNaN(entry)) {
      setKnown(book, account, 'balances', false)
      const detail = `profit of settling ${name} is unknown, as its entry price is; balances are unknown now`
      flags.push(flag('entry-unknown', event, `account:${owner}`, detail))
      continue
    }
    const amount =
      instrument.kind === 'option' ? payoff(instrument, size, price) : futurePnl(instrument, size, cost, price)
    const flow = { account: owner, asset: instrument.settle, amount, reason: 'settlement', instrument: name } as const
    flags.push(...moveCash(book, account, flow))
  }
}

function expiryOf(instrument: Instrument): number | undefined {
  return instrument.kind === 'option' || instrument.kind === 'future' ? instrument.expiry : undefined
}

function payoff(option: Option, size: Money, price: Money): Money {
  const strike = moneyFromNumber(option.strike)!
  const inside = option.right === 'call' ? price - strike : strike - price
  if (inside <= 0n) return 0n
  const value = multiplyHalfEven(size, inside)
  return option.payoff === 'inverse' ? quotientHalfEven(value, price) : value
}

function futurePnl(future: Instrument, size: Money, cost: Money, price: Money): Money {
  const inverse = isInverseFuture(future)
  const value = valueAt(size, price, inverse)
  return inverse ? cost - value : value - cost
}
