import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { crc32c } from './checksum.js'

/**
 * A record on disk. Little endian; offsets in bytes:
 *
 *   0  payload length, u32, > 0
 *   4  CRC-32C of bytes 0..4 and of 8..end, u32
 *   8  sequence, u64: 0 for the header record, then 1, 2, …
 *  16  hash of the record before, 32 bytes; zeros before the first
 *  48  payload, then zeros up to a multiple of 8
 *
 * The hash of a record is SHA-256 of its bytes from 8 to the payload's end: sequence, hash before, payload. It chains
 * each record to all before it, and stands in the record after it.
 */
export const FRAME_HEADER_BYTES = 48

/** A segment file's own header, in front of its records. */
export const SEGMENT_HEADER_BYTES = 64
export const SEGMENT_VERSION = 1

/** The greatest payload: what one turn may hold, encoded. */
export const PAYLOAD_BYTES_MAX = 1 << 30

export type Sha256 = (bytes: Uint8Array) => Uint8Array

export type Frame = {
  readonly sequence: number
  /** Where the frame begins, and the byte after its last. */
  readonly offset: number
  readonly end: number
  readonly previous: Uint8Array
  readonly payload: Uint8Array
  readonly hash: Uint8Array
}

/** The hash that stands before the first record. */
export function zeroHash(): Uint8Array {
  return new Uint8Array(32)
}

export function frameBytes(payloadLength: number): number {
  return FRAME_HEADER_BYTES + Math.ceil(payloadLength / 8) * 8
}

/**
 * Frames a payload.
 *
 * @param sequence - place in the journal, ≥ 0.
 * @param previous - hash of the record before.
 * @param payload - ASCII (canonical JSON), not empty.
 * @returns the frame's bytes and the record's hash, which the next frame carries.
 */
export function encodeFrame(
  sequence: number,
  previous: Uint8Array,
  payload: Uint8Array,
  sha256: Sha256 = nobleSha256,
): { readonly bytes: Uint8Array; readonly hash: Uint8Array } {
  if (!(payload.length > 0 && payload.length <= PAYLOAD_BYTES_MAX)) {
    throw new RangeError(`a record holds 1 to ${PAYLOAD_BYTES_MAX} bytes, not ${payload.length}`)
  }
  const bytes = new Uint8Array(frameBytes(payload.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, payload.length, true)
  writeSequence(view, 8, sequence)
  bytes.set(previous, 16)
  bytes.set(payload, FRAME_HEADER_BYTES)
  view.setUint32(4, frameChecksum(bytes, 0, bytes.length), true)
  return { bytes, hash: sha256(bytes.subarray(8, FRAME_HEADER_BYTES + payload.length)) }
}

/** The checksum that a frame at `offset` should carry. */
export function frameChecksum(bytes: Uint8Array, offset: number, end: number): number {
  return crc32c(bytes, offset + 8, end, crc32c(bytes, offset, offset + 4))
}

/** Reads the frame at `offset`; undefined where there is none whose checksum holds. */
export function decodeFrame(bytes: Uint8Array, offset: number, sha256: Sha256 = nobleSha256): Frame | undefined {
  if (!(offset + FRAME_HEADER_BYTES <= bytes.length)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(offset, true)
  if (!(length > 0 && length <= PAYLOAD_BYTES_MAX)) return undefined
  const end = offset + frameBytes(length)
  if (!(end <= bytes.length)) return undefined
  if (view.getUint32(offset + 4, true) !== frameChecksum(bytes, offset, end)) return undefined
  const payloadEnd = offset + FRAME_HEADER_BYTES + length
  return {
    sequence: readSequence(view, offset + 8),
    offset,
    end,
    previous: new Uint8Array(bytes.subarray(offset + 16, offset + 48)),
    payload: bytes.subarray(offset + FRAME_HEADER_BYTES, payloadEnd),
    hash: sha256(bytes.subarray(offset + 8, payloadEnd)),
  }
}

/** The bytes of a payload's text. */
export function payloadBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** A payload's text. */
export function payloadText(payload: Uint8Array): string {
  let text = ''
  for (let i = 0; i < payload.length; i += 8192) {
    text += String.fromCharCode(...payload.subarray(i, Math.min(i + 8192, payload.length)))
  }
  return text
}

/**
 * The header of a segment file. Offsets: 0 `HOLDFAST`, 8 version u32, 12 CRC-32C of the other bytes u32, 16 capacity of
 * the file in bytes u32, 20 index of the segment u32 (from 1), 24 sequence of its first record u64, 32 hash of the
 * record before that. The file keeps its full capacity, zeroed behind the records, so a shorter file has lost its tail.
 */
export type SegmentHeader = {
  readonly version: number
  readonly capacity: number
  readonly index: number
  readonly firstSequence: number
  readonly previous: Uint8Array
}

const MAGIC = 'HOLDFAST'

export function encodeSegmentHeader(header: Omit<SegmentHeader, 'version'>): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i)
  view.setUint32(8, SEGMENT_VERSION, true)
  view.setUint32(16, header.capacity, true)
  view.setUint32(20, header.index, true)
  writeSequence(view, 24, header.firstSequence)
  bytes.set(header.previous, 32)
  view.setUint32(12, segmentHeaderChecksum(bytes), true)
  return bytes
}

export type SegmentHeaderOutcome =
  | { readonly ok: true; readonly header: SegmentHeader }
  | { readonly ok: false; readonly reason: 'short' | 'damaged' | 'wrong-version'; readonly version?: number }

export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeaderOutcome {
  if (!(bytes.length >= SEGMENT_HEADER_BYTES)) return { ok: false, reason: 'short' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (payloadText(bytes.subarray(0, MAGIC.length)) !== MAGIC) return { ok: false, reason: 'damaged' }
  if (view.getUint32(12, true) !== segmentHeaderChecksum(bytes)) return { ok: false, reason: 'damaged' }
  const version = view.getUint32(8, true)
  if (version !== SEGMENT_VERSION) return { ok: false, reason: 'wrong-version', version }
  return {
    ok: true,
    header: {
      version,
      capacity: view.getUint32(16, true),
      index: view.getUint32(20, true),
      firstSequence: readSequence(view, 24),
      previous: new Uint8Array(bytes.subarray(32, 64)),
    },
  }
}

export function hex(bytes: Uint8Array): string {
  return bytesToHex(bytes)
}

export function unhex(text: string): Uint8Array {
  return hexToBytes(text)
}

function segmentHeaderChecksum(bytes: Uint8Array): number {
  return crc32c(bytes, 16, SEGMENT_HEADER_BYTES, crc32c(bytes, 0, 12))
}

const TWO_32 = 4_294_967_296

function writeSequence(view: DataView, offset: number, sequence: number): void {
  if (!(Number.isSafeInteger(sequence) && sequence >= 0)) throw new RangeError(`no sequence: ${sequence}`)
  view.setUint32(offset, sequence % TWO_32, true)
  view.setUint32(offset + 4, Math.floor(sequence / TWO_32), true)
}

function readSequence(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * TWO_32
}
