import { addRow, createDigest, type Digest, foldNumber, foldText, type TextHash } from '../digest.js'
import type { Interned } from './interned.js'
import { type Money, moneyToNumber } from './money.js'

/**
 * What accounts hold, in columns: compressed rows (accounts × items) with room to grow. An account's row is `count` slots from
 * `start`; a row that is full moves to the end of the columns with twice the room, and the columns are packed when half of
 * them lies waste. Amounts are exact (128 bits, high and low word) with a model number beside them.
 */
export type Holdings = {
  /** Rows, by account. */
  start: Uint32Array
  count: Uint32Array
  room: Uint32Array
  /** Slots. */
  item: Int32Array
  sizeHigh: BigInt64Array
  sizeLow: BigUint64Array
  /** Value at entry, exact: size · price, or size ÷ price for inverse futures; see `price`. */
  costHigh: BigInt64Array
  costLow: BigUint64Array
  /** The nearest number to the size. */
  size: Float64Array
  /** Average entry price, in the unit the instrument quotes; `NaN` where unknown (the cost then means nothing). */
  price: Float64Array
  used: number
  wasted: number
  readonly digest: Digest
  /** Names of accounts and of items, for hashes. */
  readonly accounts: Interned
  readonly items: Interned
}

export type Holding = { readonly size: Money; readonly cost: Money; readonly price: number }

export const NOTHING: Holding = { size: 0n, cost: 0n, price: Number.NaN }

export function createHoldings(accounts: Interned, items: Interned): Holdings {
  return {
    start: new Uint32Array(16),
    count: new Uint32Array(16),
    room: new Uint32Array(16),
    ...createSlots(64),
    used: 0,
    wasted: 0,
    digest: createDigest(),
    accounts,
    items,
  }
}

type Slots = Pick<Holdings, 'item' | 'sizeHigh' | 'sizeLow' | 'costHigh' | 'costLow' | 'size' | 'price'>

function createSlots(length: number): Slots {
  return {
    item: new Int32Array(length),
    sizeHigh: new BigInt64Array(length),
    sizeLow: new BigUint64Array(length),
    costHigh: new BigInt64Array(length),
    costLow: new BigUint64Array(length),
    size: new Float64Array(length),
    price: new Float64Array(length),
  }
}

/** Makes room for a row for each account up to this one. */
export function reserveAccount(holdings: Holdings, account: number): void {
  if (account < holdings.start.length) return
  const length = holdings.start.length * 2
  holdings.start = grown(holdings.start, new Uint32Array(length))
  holdings.count = grown(holdings.count, new Uint32Array(length))
  holdings.room = grown(holdings.room, new Uint32Array(length))
  reserveAccount(holdings, account)
}

function grown<T extends Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** The slot of an item in an account's row, or −1. */
export function findSlot(holdings: Holdings, account: number, item: number): number {
  const start = holdings.start[account]!
  const end = start + holdings.count[account]!
  for (let slot = start; slot < end; slot += 1) if (holdings.item[slot] === item) return slot
  return -1
}

/** What an account holds of an item; `NOTHING` where it has no slot. */
export function readHolding(holdings: Holdings, account: number, item: number): Holding {
  const slot = findSlot(holdings, account, item)
  return slot < 0 ? NOTHING : holdingAt(holdings, slot)
}

export function holdingAt(holdings: Holdings, slot: number): Holding {
  return {
    size: join(holdings.sizeHigh[slot]!, holdings.sizeLow[slot]!),
    cost: join(holdings.costHigh[slot]!, holdings.costLow[slot]!),
    price: holdings.price[slot]!,
  }
}

/** The only way a holding is written. A size of 0 gives the slot up. */
export function writeHolding(holdings: Holdings, account: number, item: number, holding: Holding): void {
  let slot = findSlot(holdings, account, item)
  if (slot >= 0) hashSlot(holdings, account, slot, -1)
  if (holding.size === 0n) {
    if (slot >= 0) dropSlot(holdings, account, slot)
    return
  }
  if (slot < 0) slot = takeSlot(holdings, account)
  holdings.item[slot] = item
  holdings.sizeHigh[slot] = holding.size >> 64n
  holdings.sizeLow[slot] = BigInt.asUintN(64, holding.size)
  holdings.costHigh[slot] = holding.cost >> 64n
  holdings.costLow[slot] = BigInt.asUintN(64, holding.cost)
  holdings.size[slot] = moneyToNumber(holding.size)
  holdings.price[slot] = holding.price
  hashSlot(holdings, account, slot, 1)
}

function join(high: bigint, low: bigint): bigint {
  return (high << 64n) | low
}

function takeSlot(holdings: Holdings, account: number): number {
  const count = holdings.count[account]!
  if (count === holdings.room[account]!) moveRow(holdings, account, Math.max(4, count * 2))
  holdings.count[account] = count + 1
  return holdings.start[account]! + count
}

function dropSlot(holdings: Holdings, account: number, slot: number): void {
  const last = holdings.start[account]! + holdings.count[account]! - 1
  if (slot !== last) copySlots(holdings, holdings, last, slot, 1)
  holdings.count[account]! -= 1
}

function moveRow(holdings: Holdings, account: number, room: number): void {
  if (holdings.wasted > 1024 && holdings.wasted * 2 > holdings.used) packRows(holdings)
  while (holdings.used + room > holdings.item.length) {
    const bigger = createSlots(holdings.item.length * 2)
    copySlots(holdings, bigger, 0, 0, holdings.used)
    Object.assign(holdings, bigger)
  }
  const from = holdings.start[account]!
  copySlots(holdings, holdings, from, holdings.used, holdings.count[account]!)
  holdings.wasted += holdings.room[account]!
  holdings.start[account] = holdings.used
  holdings.room[account] = room
  holdings.used += room
}

/** Rows close up, in the order of accounts, each with the room it has. */
function packRows(holdings: Holdings): void {
  const packed = createSlots(holdings.item.length)
  let used = 0
  for (let account = 0; account < holdings.accounts.names.length; account += 1) {
    copySlots(holdings, packed, holdings.start[account]!, used, holdings.count[account]!)
    holdings.start[account] = used
    used += holdings.room[account]!
  }
  Object.assign(holdings, packed)
  holdings.used = used
  holdings.wasted = 0
}

function copySlots(from: Slots, to: Slots, source: number, target: number, count: number): void {
  const end = source + count
  to.item.set(from.item.subarray(source, end), target)
  to.sizeHigh.set(from.sizeHigh.subarray(source, end), target)
  to.sizeLow.set(from.sizeLow.subarray(source, end), target)
  to.costHigh.set(from.costHigh.subarray(source, end), target)
  to.costLow.set(from.costLow.subarray(source, end), target)
  to.size.set(from.size.subarray(source, end), target)
  to.price.set(from.price.subarray(source, end), target)
}

const scratch = createDigest()

function hashSlot(holdings: Holdings, account: number, slot: number, sign: 1 | -1): void {
  const owner: TextHash = holdings.accounts.hashes[account]!
  scratch.high = owner.high
  scratch.low = owner.low
  foldText(scratch, holdings.items.hashes[holdings.item[slot]!]!)
  const size = join(holdings.sizeHigh[slot]!, holdings.sizeLow[slot]!)
  const cost = join(holdings.costHigh[slot]!, holdings.costLow[slot]!)
  for (const exact of [size, cost]) {
    for (const shift of [0n, 32n, 64n, 96n]) foldNumber(scratch, Number(BigInt.asIntN(32, exact >> shift)))
  }
  foldNumber(scratch, holdings.price[slot]!)
  addRow(holdings.digest, scratch, sign)
}
