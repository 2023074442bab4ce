import { flippedBitFromEnd, isSingleBit } from './checksum.js'
import { decodeFrame, FRAME_HEADER_BYTES, type Frame, frameBytes, frameChecksum, type Sha256 } from './frame.js'

/** What is wrong at a place in a segment, told apart. Offsets are bytes from the start of the segment's file. */
export type FrameFault =
  /** One bit of the record is not what was written; `bit` 0 is the lowest of the byte at `offset`. */
  | { readonly kind: 'flipped-bit'; readonly sequence: number; readonly offset: number; readonly bit: number }
  /** Several bytes of the record are not what was written, and records follow it. */
  | { readonly kind: 'damaged-record'; readonly sequence: number; readonly offset: number }
  /** Records are not there, though later ones are. */
  | { readonly kind: 'dropped-records'; readonly from: number; readonly to: number; readonly offset: number }
  /** A record that stood earlier in the journal stands here again, or out of order. */
  | { readonly kind: 'misplaced-record'; readonly sequence: number; readonly expected: number; readonly offset: number }
  /** The record's checksum holds, but it does not follow from the one before: one of the two was rewritten. */
  | { readonly kind: 'broken-chain'; readonly sequence: number; readonly offset: number }
  /** A record begins and does not end; none follows. */
  | { readonly kind: 'torn-record'; readonly sequence: number; readonly offset: number }

export type SegmentStep =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'fault'; readonly fault: FrameFault }
  /** No more records; `offset` is where the next would begin. */
  | { readonly kind: 'end'; readonly offset: number }

/**
 * Walks the records of one segment, naming what is wrong on the way and going on behind it where that can be done.
 * A record with one flipped bit is repaired in memory, so that what follows can still be judged.
 *
 * @param bytes - the whole file.
 * @param start - offset of the first record.
 * @param expected - sequence that the first record should have, and hash of the record before it.
 */
export function* walkSegment(
  bytes: Uint8Array,
  start: number,
  expected: { readonly sequence: number; readonly previous: Uint8Array },
  sha256: Sha256,
): Generator<SegmentStep, { readonly sequence: number; readonly previous: Uint8Array }> {
  let { sequence, previous } = expected
  let offset = start
  let trusted = true
  for (;;) {
    let frame = decodeFrame(bytes, offset, sha256)
    if (frame === undefined) {
      const found = explain(bytes, offset, sequence, sha256)
      if (found.fault !== undefined) yield { kind: 'fault', fault: found.fault }
      if (found.frame === undefined) {
        yield { kind: 'end', offset }
        return { sequence, previous }
      }
      frame = found.frame
      trusted = found.fault?.kind === 'flipped-bit'
      if (!trusted) sequence = frame.sequence
    } else if (frame.sequence > sequence) {
      yield {
        kind: 'fault',
        fault: { kind: 'dropped-records', from: sequence, to: frame.sequence - 1, offset: frame.offset },
      }
      trusted = false
    } else if (frame.sequence < sequence) {
      const fault = { kind: 'misplaced-record', sequence: frame.sequence, expected: sequence, offset } as const
      yield { kind: 'fault', fault }
      offset = frame.end
      continue
    }
    if (trusted && !sameBytes(frame.previous, previous)) {
      yield { kind: 'fault', fault: { kind: 'broken-chain', sequence: frame.sequence, offset: frame.offset } }
    }
    trusted = true
    yield { kind: 'frame', frame }
    sequence = frame.sequence + 1
    previous = frame.hash
    offset = frame.end
  }
}

type Explanation = { readonly fault?: FrameFault; readonly frame?: Frame }

/** Why no frame can be read at `offset`, and the frame to go on with. */
function explain(bytes: Uint8Array, offset: number, sequence: number, sha256: Sha256): Explanation {
  const firstByte = firstNonZero(bytes, offset)
  if (firstByte === undefined) return {}
  const repaired = repairOneBit(bytes, offset, sha256)
  if (repaired !== undefined && repaired.frame.sequence === sequence) {
    return { fault: { kind: 'flipped-bit', sequence, ...repaired.place }, frame: repaired.frame }
  }
  const next = findFrame(bytes, offset, sequence, sha256)
  if (next !== undefined) {
    const blank = firstByte >= next.offset
    const fault: FrameFault = blank
      ? { kind: 'dropped-records', from: sequence, to: next.sequence - 1, offset }
      : { kind: 'damaged-record', sequence, offset }
    return { fault, frame: next }
  }
  const stray = strayBit(bytes, offset, firstByte)
  if (stray !== undefined) return { fault: { kind: 'flipped-bit', sequence, ...stray } }
  return { fault: { kind: 'torn-record', sequence, offset } }
}

type Place = { readonly offset: number; readonly bit: number }

/** The frame that is there once one bit is turned back; undefined where no single bit explains the bytes. */
function repairOneBit(
  bytes: Uint8Array,
  offset: number,
  sha256: Sha256,
): { readonly place: Place; readonly frame: Frame } | undefined {
  const room = bytes.length - offset
  if (!(room >= FRAME_HEADER_BYTES)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stored = view.getUint32(offset + 4, true)
  const length = view.getUint32(offset, true)
  const size = frameBytes(length)
  if (length > 0 && size <= room) {
    const end = offset + size
    const place = flippedBit(offset, end, (frameChecksum(bytes, offset, end) ^ stored) >>> 0)
    if (place !== undefined) return repairedAt(bytes, offset, size, place, sha256)
  }
  for (let bit = 0; bit < 32; bit++) {
    const length2 = (length ^ (1 << bit)) >>> 0
    if (!(length2 > 0 && frameBytes(length2) <= room)) continue
    const place = { offset: offset + (bit >>> 3), bit: bit & 7 }
    const repaired = repairedAt(bytes, offset, frameBytes(length2), place, sha256)
    if (repaired !== undefined) return repaired
  }
  return undefined
}

/** Bytes of a frame under its checksum, in order: 0..4 then 8..end. */
function flippedBit(offset: number, end: number, syndrome: number): Place | undefined {
  if (isSingleBit(syndrome)) {
    const bit = 31 - Math.clz32(syndrome)
    return { offset: offset + 4 + (bit >>> 3), bit: bit & 7 }
  }
  const covered = end - offset - 4
  const fromEnd = flippedBitFromEnd(syndrome, covered * 8)
  if (fromEnd === undefined) return undefined
  const index = covered - 1 - (fromEnd >>> 3)
  return { offset: index < 4 ? offset + index : offset + 4 + index, bit: 7 - (fromEnd & 7) }
}

function repairedAt(bytes: Uint8Array, offset: number, size: number, place: Place, sha256: Sha256) {
  // A copy also where the bytes are a Buffer, whose `slice` is a view.
  const repaired = new Uint8Array(bytes.subarray(offset, offset + size))
  repaired[place.offset - offset]! ^= 1 << place.bit
  const frame = decodeFrame(repaired, 0, sha256)
  if (frame === undefined) return undefined
  return { place, frame: { ...frame, offset, end: offset + frame.end } }
}

/** The next frame behind a damaged place. Frames begin at multiples of 8. */
function findFrame(bytes: Uint8Array, offset: number, sequence: number, sha256: Sha256): Frame | undefined {
  for (let at = offset + 8; at + FRAME_HEADER_BYTES <= bytes.length; at += 8) {
    const at32 = bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!
    if (at32 === 0) continue
    const frame = decodeFrame(bytes, at, sha256)
    if (frame !== undefined && frame.sequence > sequence) return frame
  }
  return undefined
}

/** A single bit in space that was never written. */
function strayBit(bytes: Uint8Array, offset: number, firstByte: number): Place | undefined {
  if (!isSingleBit(bytes[firstByte]!)) return undefined
  if (firstNonZero(bytes, firstByte + 1) !== undefined) return undefined
  // A lone bit in what would be the next frame's length may also be the start of a torn write; it is told as a flip.
  return firstByte >= offset ? { offset: firstByte, bit: 31 - Math.clz32(bytes[firstByte]!) } : undefined
}

function firstNonZero(bytes: Uint8Array, from: number): number | undefined {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return i
  return undefined
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
