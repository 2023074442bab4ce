import type { AccountEvent, DataFlag, FillEvent, PositionData } from '../event.js'
import { advances } from '../market/feed.js'
import { type Book, flag, isKnown, setKnown } from './book.js'
import { findSlot, type Holding, readHolding } from './holdings.js'
import { intern, internInstrument } from './interned.js'
import { type Money, moneyFromNumber, moneyText, parseMoney } from './money.js'
import { isInverseFuture, valueAt, withPrice } from './trade.js'
import { write } from './write.js'

/**
 * Takes what a venue says an account holds. A complete part replaces what was held and makes it known; a partial one only
 * replaces what it lists, and an empty partial list says nothing. The venue is right about holdings, and where it differs
 * from what fills and cash movements had led to, the difference is flagged. A part that cannot be read in full leaves that
 * part unknown.
 */
export function takeStatement(book: Book, event: AccountEvent): readonly DataFlag[] {
  const subject = `account:${event.account}`
  const account = book.accounts.ids.get(event.account)
  if (account === undefined) return [flag('unknown-account', event, subject, 'statement left aside')]
  if (!noteStatement(book, account, event)) {
    const detail = `statement of ${event.sourceTime} is older than that of ${book.sourceTime[account]!}; left aside`
    return [flag('older', event, subject, detail)]
  }
  const flags: DataFlag[] = []
  if (event.balances !== undefined) takeBalances(book, account, event, event.balances, flags)
  if (event.positions !== undefined) takePositions(book, account, event, event.positions, flags)
  noteWhole(book, account, event)
  return flags
}

/** Notes up to when everything is in the holdings; see `isInStatement`. */
function noteWhole(book: Book, account: number, event: AccountEvent): void {
  const all = event.complete && event.balances !== undefined && event.positions !== undefined
  if (!all || !isKnown(book, account, 'balances') || !isKnown(book, account, 'positions')) return
  book.wholeTime[account] = event.sourceTime
  book.wholeSource[account] = intern(book.sources, event.source)
}

/**
 * True where the latest complete statement of an account holds a fill already: both are told by the same source, by the same
 * clock, and the fill is the older of the two. Such a fill comes late; its trade must not be booked a second time. Of the same
 * millisecond it cannot be said: who tells both puts the fill before a statement that holds it.
 */
export function isInStatement(book: Book, account: number, fill: FillEvent): boolean {
  const source = book.wholeSource[account]!
  if (source < 0 || book.sources.names[source] !== fill.source) return false
  return fill.sourceTime < book.wholeTime[account]!
}

/** Provenance of the statement. False where it is older than the one held. */
function noteStatement(book: Book, account: number, event: AccountEvent): boolean {
  const sequence = event.sequence ?? Number.NaN
  const time = Math.min(event.sourceTime, event.receivedTime)
  const before = { sourceTime: book.sourceTime[account]!, sequence: book.sequence[account]! }
  book.messageTime[account] = Math.max(book.messageTime[account]!, event.receivedTime)
  if (time < before.sourceTime) {
    book.idleMessages[account]! += 1
    return false
  }
  if (advances(before, time, sequence)) {
    book.sourceTime[account] = time
    book.receivedTime[account] = book.messageTime[account]!
    book.idleMessages[account] = 0
  } else book.idleMessages[account]! += 1
  book.sequence[account] = sequence
  book.sourceOf[account] = intern(book.sources, event.source)
  return true
}

function takeBalances(
  book: Book,
  account: number,
  event: AccountEvent,
  balances: Readonly<Record<string, string>>,
  flags: DataFlag[],
): void {
  const subject = `account:${event.account}`
  const said = new Set<number>()
  let readable = true
  for (const [name, text] of Object.entries(balances)) {
    const amount = parseMoney(text)
    if (amount === undefined) {
      readable = false
      flags.push(flag('not-a-decimal', event, subject, `balance of ${name} is ${text}; balances are unknown now`))
      continue
    }
    const asset = intern(book.assets, name)
    said.add(asset)
    setBalance(book, account, event, asset, amount, flags)
  }
  if (event.complete && readable) {
    for (const asset of unsaid(book, 'balances', account, said)) setBalance(book, account, event, asset, 0n, flags)
  }
  if (!readable) setKnown(book, account, 'balances', false)
  else if (event.complete) setKnown(book, account, 'balances', true)
}

function setBalance(
  book: Book,
  account: number,
  event: AccountEvent,
  asset: number,
  amount: Money,
  flags: DataFlag[],
): void {
  const before = readHolding(book.balances, account, asset).size
  if (before === amount) return
  const name = book.assets.names[asset]!
  if (isKnown(book, account, 'balances')) {
    const detail = `balance of ${name} was ${moneyText(before)}, the statement says ${moneyText(amount)}`
    flags.push(flag('statement-differs', event, `account:${event.account}`, detail))
  }
  flags.push(...write(book, account, 'balances', asset, { size: amount, cost: 0n, price: Number.NaN }))
  book.flows.push({ account: event.account, asset: name, amount: amount - before, reason: 'statement' })
}

function takePositions(
  book: Book,
  account: number,
  event: AccountEvent,
  positions: readonly PositionData[],
  flags: DataFlag[],
): void {
  const subject = `account:${event.account}`
  const said = new Set<number>()
  let readable = true
  const unreadable = (code: string, detail: string) => {
    readable = false
    flags.push(flag(code, event, subject, `${detail}; positions are unknown now`))
  }
  for (const { instrument: key, size: text, entryPrice } of positions) {
    const item = internInstrument(book.instruments, key)
    const size = parseMoney(text)
    if (item === undefined) unreadable('unknown-instrument', `position in ${key}`)
    else if (size === undefined) unreadable('not-a-decimal', `size ${text} of ${key}`)
    else if (said.has(item)) unreadable('duplicate-position', `${key} is listed twice`)
    else {
      said.add(item)
      setPosition(book, account, event, item, size, entryPrice, flags)
    }
  }
  if (event.complete && readable) {
    for (const item of unsaid(book, 'positions', account, said)) {
      setPosition(book, account, event, item, 0n, undefined, flags)
    }
  }
  if (!readable) setKnown(book, account, 'positions', false)
  else if (event.complete) setKnown(book, account, 'positions', true)
}

function setPosition(
  book: Book,
  account: number,
  event: AccountEvent,
  item: number,
  size: Money,
  entryPrice: number | undefined,
  flags: DataFlag[],
): void {
  const before = readHolding(book.positions, account, item)
  const key = book.instruments.names[item]!
  if (isKnown(book, account, 'positions') && before.size !== size) {
    const code = size === 0n ? 'position-vanished' : before.size === 0n ? 'position-appeared' : 'position-differs'
    const detail = `${key} was ${moneyText(before.size)}, the statement says ${moneyText(size)}`
    flags.push(flag(code, event, `account:${event.account}`, detail))
  }
  flags.push(...write(book, account, 'positions', item, stated(book, item, before, size, entryPrice)))
}

/** The holding that a statement means. Without an entry price, that of an unchanged size stays; any other is unknown. */
function stated(book: Book, item: number, before: Holding, size: Money, entryPrice: number | undefined): Holding {
  const inverse = isInverseFuture(book.instruments.instruments[item]!)
  const price = entryPrice === undefined ? undefined : moneyFromNumber(entryPrice)
  if (price === undefined && before.size === size) return before
  if (price === undefined || price < 0n || (inverse && price === 0n)) return withPrice(size, 0n, inverse, false)
  return { ...withPrice(size, valueAt(size, price, inverse), inverse, true), price: entryPrice! }
}

/** Items that an account holds and a statement did not list. */
function unsaid(
  book: Book,
  part: 'balances' | 'positions',
  account: number,
  said: ReadonlySet<number>,
): readonly number[] {
  const holdings = book[part]
  const start = holdings.start[account]!
  const held = [...holdings.item.subarray(start, start + holdings.count[account]!)]
  return held.filter((item) => !said.has(item) && findSlot(holdings, account, item) >= 0)
}
