import type { Instrument, InstrumentKey } from '@holdfast/quant'
import { type AccountProfile, type Book, type Knowledge, knowledgeOf, profileOf } from './book.js'
import { holdingAt } from './holdings.js'
import { moneyText } from './money.js'

/** One account's holdings as model numbers, for assessment. */
export type AccountHoldings = AccountProfile & {
  readonly knowledge: Knowledge
  /** Sorted by asset. */
  readonly balances: readonly { readonly asset: string; readonly amount: number }[]
  /** Sorted by instrument key. */
  readonly positions: readonly HeldPosition[]
}

export type HeldPosition = {
  readonly key: InstrumentKey
  readonly instrument: Instrument
  /** Signed, in the instrument's size unit. */
  readonly size: number
  /** The same, exact. */
  readonly sizeText: string
  /** Average, in the unit the instrument quotes; absent where unknown. */
  readonly entryPrice?: number
}

/** Ids of all accounts, sorted. */
export function accountIds(book: Book): readonly string[] {
  return [...book.accounts.names].sort()
}

/** @returns undefined where there is no such account. */
export function readAccount(book: Book, id: string): AccountHoldings | undefined {
  const account = book.accounts.ids.get(id)
  if (account === undefined) return undefined
  return {
    ...profileOf(book, account),
    knowledge: knowledgeOf(book, account),
    balances: readBalances(book, account),
    positions: readPositions(book, account),
  }
}

/** Exact balance of an account in an asset as a decimal string; `0` where it holds none. */
export function exactBalance(book: Book, id: string, asset: string): string | undefined {
  const account = book.accounts.ids.get(id)
  if (account === undefined) return undefined
  const item = book.assets.ids.get(asset)
  if (item === undefined) return '0'
  for (const slot of slotsOf(book, 'balances', account)) {
    if (book.balances.item[slot] === item) return moneyText(holdingAt(book.balances, slot).size)
  }
  return '0'
}

function readBalances(book: Book, account: number): AccountHoldings['balances'] {
  const { balances, assets } = book
  const held = slotsOf(book, 'balances', account).map((slot) => {
    return { asset: assets.names[balances.item[slot]!]!, amount: balances.size[slot]! }
  })
  return held.sort((a, b) => (a.asset < b.asset ? -1 : 1))
}

function readPositions(book: Book, account: number): readonly HeldPosition[] {
  const { positions, instruments } = book
  const held = slotsOf(book, 'positions', account).map((slot) => {
    const item = positions.item[slot]!
    const entryPrice = positions.price[slot]!
    return {
      key: instruments.names[item]!,
      instrument: instruments.instruments[item]!,
      size: positions.size[slot]!,
      sizeText: moneyText(holdingAt(positions, slot).size),
      ...(Number.isNaN(entryPrice) ? {} : { entryPrice }),
    }
  })
  return held.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function slotsOf(book: Book, part: 'balances' | 'positions', account: number): number[] {
  const start = book[part].start[account]!
  return Array.from({ length: book[part].count[account]! }, (_, index) => start + index)
}
