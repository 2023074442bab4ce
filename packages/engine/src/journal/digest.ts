import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Sha256 } from './frame.js'

/**
 * Hash of plain data, by value: equal data have equal digests whatever the order of their keys, and numbers count to the
 * bit. It reads the same values as canonical JSON but writes no text, which is what makes it cheap enough for each turn.
 *
 * @param value - data: numbers, strings, booleans, null, arrays, records, maps (in the order of their keys); fields that
 * are `undefined` count as absent.
 * @returns SHA-256, 64 hex digits.
 * @throws {TypeError} where the value holds something that is not data.
 */
export function digestOf(value: unknown, sha256: Sha256 = nobleSha256): string {
  sink.clear()
  write(sink, value)
  return bytesToHex(sha256(sink.written()))
}

const NULL = 0
const FALSE = 1
const TRUE = 2
const NUMBER = 3
const TEXT = 4
const LIST = 5
const RECORD = 6

function write(sink: Sink, value: unknown): void {
  switch (typeof value) {
    case 'number':
      sink.tag(NUMBER)
      sink.number(value)
      return
    case 'string':
      sink.tag(TEXT)
      sink.text(value)
      return
    case 'boolean':
      sink.tag(value ? TRUE : FALSE)
      return
    case 'object':
      if (value === null) sink.tag(NULL)
      else if (Array.isArray(value)) writeList(sink, value)
      else if (value instanceof Map) writeRecord(sink, Object.fromEntries(value) as Record<string, unknown>)
      else writeRecord(sink, value as Record<string, unknown>)
      return
    default:
      throw new TypeError(`a digest is of data only, not of a ${typeof value}`)
  }
}

function writeList(sink: Sink, values: readonly unknown[]): void {
  sink.tag(LIST)
  sink.number(values.length)
  for (const value of values) write(sink, value === undefined ? null : value)
}

function writeRecord(sink: Sink, record: Readonly<Record<string, unknown>>): void {
  const keys = sorted(Object.keys(record))
  sink.tag(RECORD)
  for (const key of keys) {
    const field = record[key]
    if (field === undefined) continue
    sink.text(key)
    write(sink, field)
  }
  // Ends the record: no key has this length.
  sink.length(0xffff_ffff)
}

const FEW_KEYS = 64

/** By code unit, in place; by insertion where they are few, which is the faster there. */
function sorted(keys: string[]): string[] {
  if (keys.length > FEW_KEYS) return keys.sort((a, b) => (a < b ? -1 : 1))
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!
    let at = i
    for (; at > 0 && keys[at - 1]! > key; at--) keys[at] = keys[at - 1]!
    keys[at] = key
  }
  return keys
}

/** Bytes that grow, and are used again. Integers and doubles little endian. */
class Sink {
  #bytes = new Uint8Array(1 << 16)
  #view = new DataView(this.#bytes.buffer)
  #at = 0

  clear(): void {
    this.#at = 0
  }

  tag(tag: number): void {
    this.#room(1)
    this.#bytes[this.#at++] = tag
  }

  number(value: number): void {
    this.#room(8)
    // Every NaN is one NaN: its other bits are not the language's to say.
    this.#view.setFloat64(this.#at, value, true)
    if (Number.isNaN(value)) this.#view.setUint32(this.#at + 4, 0x7ff8_0000, true)
    this.#at += 8
  }

  length(value: number): void {
    this.#room(4)
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  text(value: string): void {
    this.length(value.length)
    this.#room(value.length * 2)
    const bytes = this.#bytes
    let at = this.#at
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      bytes[at++] = unit & 255
      bytes[at++] = unit >>> 8
    }
    this.#at = at
  }

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  #room(count: number): void {
    if (this.#at + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count))
    grown.set(this.#bytes)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** One for all digests: each is made in one go, and leaves no buffers behind. */
const sink = new Sink()
