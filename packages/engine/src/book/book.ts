import type { InstrumentKey } from '@holdfast/quant'
import { addRow, createDigest, type Digest, digestText, foldNumber, foldText, hashText } from '../digest.js'
import type { CashEvent, DataFlag, Provenance } from '../event.js'
import { createHoldings, type Holdings, reserveAccount } from './holdings.js'
import { createInstrumentTable, createInterned, type InstrumentTable, type Interned, intern } from './interned.js'
import type { Money } from './money.js'

/** Who an account is. */
export type AccountProfile = {
  readonly id: string
  /** Lower-case name of the venue. */
  readonly venue: string
  readonly portfolio: string
  readonly marginModel: string
}

/** Money that moved in the turn at hand, as booked. Signed from the account's point of view. */
export type Flow = {
  readonly account: string
  readonly asset: string
  readonly amount: Money
  /** `trade`: premiums, profits realised, coins exchanged; `statement`: the venue's word against ours. */
  readonly reason: CashEvent['reason'] | 'trade' | 'settlement' | 'statement'
  readonly instrument?: InstrumentKey
}

/** What is known of an account's holdings. A part is known from its first complete statement on. */
export type Knowledge = 'unknown' | 'partial' | 'known'

const BALANCES_KNOWN = 1
const POSITIONS_KNOWN = 2

/**
 * Every account's holdings. Mutable, and only `applyBookEvent` writes it once the accounts are open. One implementation,
 * from a desk's few accounts to a venue's millions: nothing here is an object per account or per position.
 */
export type Book = {
  readonly accounts: Interned
  readonly assets: Interned
  readonly instruments: InstrumentTable
  readonly sources: Interned
  /** Venue, portfolio and margin model, each distinct combination once; and which one an account has. */
  readonly profiles: Omit<AccountProfile, 'id'>[]
  profileOf: Int32Array
  /** Bits: balances known, positions known. */
  known: Uint8Array
  /** Provenance of the latest statement; `NaN` before the first. */
  sourceOf: Int32Array
  sourceTime: Float64Array
  receivedTime: Float64Array
  sequence: Float64Array
  idleMessages: Uint32Array
  messageTime: Float64Array
  /** Own time of the latest statement that was complete in all parts, and its source; `NaN` before the first. */
  wholeTime: Float64Array
  wholeSource: Int32Array
  readonly balances: Holdings
  readonly positions: Holdings
  /** Fills and cash movements that were booked, by account and id. */
  readonly booked: Set<string>
  readonly bookedDigest: Digest
  /** Settled expiries with their price, by `underlying|expiry`. */
  readonly settled: Map<string, number>
  /** Of the turn at hand; `startTurn` clears them. */
  readonly flows: Flow[]
}

export function createBook(): Book {
  const accounts = createInterned()
  const assets = createInterned()
  const instruments = createInstrumentTable()
  return {
    accounts,
    assets,
    instruments,
    sources: createInterned(),
    profiles: [],
    ...createAccountColumns(16),
    balances: createHoldings(accounts, assets),
    positions: createHoldings(accounts, instruments),
    booked: new Set(),
    bookedDigest: createDigest(),
    settled: new Map(),
    flows: [],
  }
}

type AccountColumns = Pick<
  Book,
  | 'profileOf'
  | 'known'
  | 'sourceOf'
  | 'sourceTime'
  | 'receivedTime'
  | 'sequence'
  | 'idleMessages'
  | 'messageTime'
  | 'wholeTime'
  | 'wholeSource'
>

function createAccountColumns(length: number): AccountColumns {
  return {
    profileOf: new Int32Array(length),
    known: new Uint8Array(length),
    sourceOf: new Int32Array(length).fill(-1),
    sourceTime: new Float64Array(length).fill(Number.NEGATIVE_INFINITY),
    receivedTime: new Float64Array(length).fill(Number.NEGATIVE_INFINITY),
    sequence: new Float64Array(length).fill(Number.NaN),
    idleMessages: new Uint32Array(length),
    messageTime: new Float64Array(length).fill(Number.NEGATIVE_INFINITY),
    wholeTime: new Float64Array(length).fill(Number.NaN),
    wholeSource: new Int32Array(length).fill(-1),
  }
}

/** An account was opened twice with the same id. */
export class DuplicateAccountError extends Error {
  readonly code = 'DUPLICATE_ACCOUNT'
  readonly account: string
  constructor(account: string) {
    super(`account ${account} is open already: give each account its own id`)
    this.name = 'DuplicateAccountError'
    this.account = account
  }
}

/**
 * Opens an account. It holds nothing that is known until a statement of it arrives.
 *
 * @throws {DuplicateAccountError}
 */
export function openAccount(book: Book, profile: AccountProfile): void {
  if (book.accounts.ids.has(profile.id)) throw new DuplicateAccountError(profile.id)
  const account = intern(book.accounts, profile.id)
  if (account >= book.known.length) growColumns(book)
  reserveAccount(book.balances, account)
  reserveAccount(book.positions, account)
  book.profileOf[account] = profileId(book, profile)
}

function growColumns(book: Book): void {
  const bigger = createAccountColumns(book.known.length * 2)
  bigger.profileOf.set(book.profileOf)
  bigger.known.set(book.known)
  bigger.sourceOf.set(book.sourceOf)
  bigger.sourceTime.set(book.sourceTime)
  bigger.receivedTime.set(book.receivedTime)
  bigger.sequence.set(book.sequence)
  bigger.idleMessages.set(book.idleMessages)
  bigger.messageTime.set(book.messageTime)
  bigger.wholeTime.set(book.wholeTime)
  bigger.wholeSource.set(book.wholeSource)
  Object.assign(book, bigger)
}

function profileId(book: Book, { venue, portfolio, marginModel }: AccountProfile): number {
  const same = (other: Omit<AccountProfile, 'id'>) =>
    other.venue === venue && other.portfolio === portfolio && other.marginModel === marginModel
  const found = book.profiles.findIndex(same)
  return found >= 0 ? found : book.profiles.push({ venue, portfolio, marginModel }) - 1
}

/** Begins a turn: the flows of the one before are forgotten. */
export function startTurn(book: Book): void {
  book.flows.length = 0
}

export function profileOf(book: Book, account: number): AccountProfile {
  return { id: book.accounts.names[account]!, ...book.profiles[book.profileOf[account]!]! }
}

export function knowledgeOf(book: Book, account: number): Knowledge {
  const bits = book.known[account]!
  if (bits === (BALANCES_KNOWN | POSITIONS_KNOWN)) return 'known'
  return book.sourceOf[account]! < 0 ? 'unknown' : 'partial'
}

export function setKnown(book: Book, account: number, part: 'balances' | 'positions', known: boolean): void {
  const bit = part === 'balances' ? BALANCES_KNOWN : POSITIONS_KNOWN
  book.known[account] = known ? book.known[account]! | bit : book.known[account]! & ~bit
}

export function isKnown(book: Book, account: number, part: 'balances' | 'positions'): boolean {
  const bit = part === 'balances' ? BALANCES_KNOWN : POSITIONS_KNOWN
  return (book.known[account]! & bit) !== 0
}

/** Notes that a fill or cash movement is being booked. False where it was booked before. */
export function bookOnce(book: Book, kind: 'fill' | 'cash', account: string, id: string): boolean {
  const key = `${kind}|${account}|${id}`
  if (book.booked.has(key)) return false
  book.booked.add(key)
  const { high, low } = hashText(key)
  addRow(book.bookedDigest, { high, low }, 1)
  return true
}

export function flag(code: string, at: Provenance, subject: string, detail: string): DataFlag {
  return { code, subject, detail: `${detail} (from ${at.source})` }
}

/**
 * Digest of all holdings: the accounts' states are hashed anew, holdings and booked ids keep running hashes.
 *
 * @returns sixteen hexadecimal digits; equal for equal states, however the events were batched.
 */
export function bookDigest(book: Book): string {
  const digest = createDigest()
  const add = (name: string, values: readonly number[]) => {
    const row = createDigest()
    foldText(row, hashText(name))
    for (const value of values) foldNumber(row, value)
    addRow(digest, row, 1)
  }
  for (let account = 0; account < book.accounts.names.length; account += 1) addAccount(book, account, digest)
  for (const [name, part] of [
    ['balances', book.balances.digest],
    ['positions', book.positions.digest],
    ['booked', book.bookedDigest],
  ] as const) {
    add(name, [part.high, part.low])
  }
  for (const [expiry, price] of book.settled) add(`settled ${expiry}`, [price])
  return digestText(digest)
}

const scratch = createDigest()

function addAccount(book: Book, account: number, digest: Digest): void {
  const { high, low } = book.accounts.hashes[account]!
  scratch.high = high
  scratch.low = low
  foldNumber(scratch, book.known[account]!)
  foldNumber(scratch, book.sourceTime[account]!)
  foldNumber(scratch, book.receivedTime[account]!)
  foldNumber(scratch, book.sequence[account]!)
  foldNumber(scratch, book.idleMessages[account]!)
  const source = book.sourceOf[account]!
  if (source >= 0) foldText(scratch, book.sources.hashes[source]!)
  const whole = book.wholeSource[account]!
  if (whole >= 0) {
    foldNumber(scratch, book.wholeTime[account]!)
    foldText(scratch, book.sources.hashes[whole]!)
  }
  addRow(digest, scratch, 1)
}
