/**
 * Digests of state that follow changes at the cost of the change. A row (one quote, one holding) has a 64-bit hash of its
 * key and its figures; the digest of a collection is the sum of its rows' hashes modulo 2^64, lane by lane. It therefore
 * does not depend on the order of arrival, on how events were batched, or on where a row is kept. It tells two states apart
 * in a replay; it is no protection against forgery, which is the journal's hash chain's part.
 */
export type Digest = { high: number; low: number }

export type TextHash = { readonly high: number; readonly low: number }

const scratch = new Float64Array(1)
const words = new Int32Array(scratch.buffer)
const LOW = new Int32Array(new Float64Array([1]).buffer)[0] === 0 ? 0 : 1
const HIGH = 1 - LOW

/** The hash of an empty collection. */
export function createDigest(): Digest {
  return { high: 0, low: 0 }
}

/** A copy of where the hash of a row begins: its key. */
export function hashText(text: string): TextHash {
  let high = 0x9747b28c | 0
  let low = 0x3c6ef372 | 0
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x85ebca6b)
    high ^= high >>> 13
    low = Math.imul(low ^ unit, 0x01000193)
    low = (low << 5) | (low >>> 27)
  }
  return { high: finish(high ^ text.length), low: finish(low ^ high) }
}

/** Folds one number into a row's hash in place. Every NaN counts as the same; 0 and −0 too. */
export function foldNumber(row: Digest, value: number): void {
  scratch[0] = value === 0 ? 0 : value
  const isNumber = !Number.isNaN(value)
  const a = isNumber ? words[HIGH]! : 0x7ff80000
  const b = isNumber ? words[LOW]! : 0
  row.high = Math.imul(row.high ^ a, 0x85ebca6b)
  row.high = (row.high ^ (row.high >>> 15) ^ row.low) | 0
  row.low = Math.imul(row.low ^ b, 0xc2b2ae35)
  row.low = (row.low ^ (row.low >>> 13) ^ row.high) | 0
}

/** Folds text (its hash) into a row's hash in place. */
export function foldText(row: Digest, text: TextHash): void {
  row.high = Math.imul(row.high ^ text.high, 0x85ebca6b)
  row.low = Math.imul(row.low ^ text.low, 0xc2b2ae35) ^ (row.high >>> 16)
}

/** Adds a finished row to a collection's digest; `sign` −1 takes it out again. */
export function addRow(digest: Digest, row: Digest, sign: 1 | -1): void {
  const high = finish(row.high ^ Math.imul(row.low, 0x27d4eb2f))
  const low = finish(row.low ^ high)
  digest.high = (digest.high + sign * high) | 0
  digest.low = (digest.low + sign * low) | 0
}

/** Sixteen hexadecimal digits. */
export function digestText(digest: Digest): string {
  return hex(digest.high) + hex(digest.low)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

function finish(word: number): number {
  let x = word
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}
