import type { DataFlag } from '../event.js'
import { type Book, type Flow, setKnown } from './book.js'
import { type Holding, readHolding, writeHolding } from './holdings.js'
import { intern } from './interned.js'
import { MONEY_MAX, type Money } from './money.js'

/** Books money on an account's balance and notes the flow. */
export function moveCash(book: Book, account: number, flow: Flow): readonly DataFlag[] {
  if (flow.amount === 0n) return []
  const asset = intern(book.assets, flow.asset)
  const before = readHolding(book.balances, account, asset)
  const size = before.size + flow.amount
  const flags = write(book, account, 'balances', asset, { size, cost: 0n, price: Number.NaN })
  book.flows.push(flow)
  return flags
}

/** Writes a holding if it fits the columns; else the account's holdings of that kind are unknown. */
export function write(
  book: Book,
  account: number,
  part: 'balances' | 'positions',
  item: number,
  holding: Holding,
): readonly DataFlag[] {
  const fits = (money: Money) => money <= MONEY_MAX && money >= -MONEY_MAX
  if (fits(holding.size) && fits(holding.cost)) {
    writeHolding(book[part], account, item, holding)
    return []
  }
  setKnown(book, account, part, false)
  const subject = `account:${book.accounts.names[account]!}`
  const detail = `a holding of ${book[part].items.names[item]!} exceeds what can be held; ${part} are unknown now`
  return [{ code: 'out-of-range', subject, detail }]
}
