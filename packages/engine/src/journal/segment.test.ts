import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { crc32c } from './checksum.js'
import {
  decodeFrame,
  decodeSegmentHeader,
  encodeFrame,
  encodeSegmentHeader,
  payloadBytes,
  payloadText,
  zeroHash,
} from './frame.js'
import { type SegmentStep, walkSegment } from './segment.js'

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const PAYLOADS = ['{"kind":"header"}', '{"a":1}', '{"text":"the second turn, a little longer"}', '{"b":[1,2,3]}']

/** A small segment: the records, then unused space. */
function segment(payloads: readonly string[], unused = 64) {
  const frames: Uint8Array[] = []
  const offsets: number[] = []
  let previous: Uint8Array = zeroHash()
  let length = 0
  for (const [sequence, payload] of payloads.entries()) {
    const frame = encodeFrame(sequence, previous, payloadBytes(payload))
    previous = frame.hash
    offsets.push(length)
    frames.push(frame.bytes)
    length += frame.bytes.length
  }
  const bytes = new Uint8Array(length + unused)
  for (const [i, frame] of frames.entries()) bytes.set(frame, offsets[i]!)
  return { bytes, offsets, length, frames }
}

function walk(bytes: Uint8Array) {
  const steps: SegmentStep[] = [...walkSegment(bytes, 0, { sequence: 0, previous: zeroHash() }, sha256)]
  return {
    payloads: steps.flatMap((step) => (step.kind === 'frame' ? [payloadText(step.frame.payload)] : [])),
    faults: steps.flatMap((step) => (step.kind === 'fault' ? [step.fault] : [])),
  }
}

describe('crc32c', () => {
  test('vectors: RFC 3720 B.4 and the check value', () => {
    expect(crc32c(ascii('123456789'))).toBe(0xe3069283)
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  })

  test('behavior: a checksum goes on from an earlier one', () => {
    const bytes = ascii('the quick brown fox jumps')
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut))).toBe(crc32c(bytes))
    }
  })
})

describe('segment', () => {
  test('behavior: what was written is read, in order and chained', () => {
    const { bytes } = segment(PAYLOADS)
    expect(walk(bytes)).toEqual({ payloads: PAYLOADS, faults: [] })
    const second = decodeFrame(bytes, segment(PAYLOADS).offsets[1]!)!
    expect(second.previous).toEqual(decodeFrame(bytes, 0)!.hash)
  })

  test('behavior: every flipped bit of every byte is found and named, and the rest is still read', () => {
    const { bytes, offsets, length } = segment(PAYLOADS)
    for (let offset = 0; offset < bytes.length; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        bytes[offset]! ^= 1 << bit
        const { payloads, faults } = walk(bytes)
        bytes[offset]! ^= 1 << bit
        const record = offset < length ? offsets.filter((start) => start <= offset).length - 1 : PAYLOADS.length
        expect(faults, `bit ${bit} of byte ${offset}`).toEqual([{ kind: 'flipped-bit', sequence: record, offset, bit }])
        expect(payloads).toEqual(PAYLOADS)
      }
    }
  })

  test('behavior: a cut at every byte keeps all whole records and names the torn one', () => {
    const { bytes, offsets, length } = segment(PAYLOADS)
    for (let cut = 0; cut < length; cut++) {
      const torn = new Uint8Array(bytes.length)
      torn.set(bytes.subarray(0, cut))
      // A record is whole once its last byte that is not padding is there.
      const whole = offsets.filter((start, i) => start + 48 + PAYLOADS[i]!.length <= cut).length
      const { payloads, faults } = walk(torn)
      expect(payloads, `cut at ${cut}`).toEqual(PAYLOADS.slice(0, whole))
      const clean = torn.subarray(offsets[whole] ?? length, cut).every((byte) => byte === 0)
      expect(faults.length, `cut at ${cut}`).toBe(clean ? 0 : 1)
      if (clean) continue
      expect(faults[0]).toMatchObject({ sequence: whole })
    }
  })

  test('behavior: a record taken out is told as dropped, with or without its space', () => {
    const { frames, bytes, offsets } = segment(PAYLOADS)
    const blanked = bytes.slice()
    blanked.fill(0, offsets[1]!, offsets[2]!)
    const expected = [{ kind: 'dropped-records', from: 1, to: 1, offset: offsets[1]! }]
    expect(walk(blanked).faults).toEqual(expected)
    const closed = new Uint8Array([...frames[0]!, ...frames[2]!, ...frames[3]!, ...new Uint8Array(64)])
    expect(walk(closed)).toEqual({ payloads: [PAYLOADS[0], PAYLOADS[2], PAYLOADS[3]], faults: expected })
  })

  test('behavior: two records changed over are told', () => {
    const { frames } = segment(PAYLOADS)
    const swapped = new Uint8Array([...frames[0]!, ...frames[2]!, ...frames[1]!, ...frames[3]!])
    expect(walk(swapped).faults.map((fault) => fault.kind)).toEqual(['dropped-records', 'misplaced-record'])
  })

  test('behavior: a record rewritten with a right checksum breaks the chain behind it', () => {
    const { frames, bytes, offsets } = segment(PAYLOADS)
    const forged = encodeFrame(1, decodeFrame(bytes, offsets[1]!)!.previous, payloadBytes('{"a":2}')).bytes
    expect(walk(new Uint8Array([...frames[0]!, ...forged, ...frames[2]!, ...frames[3]!])).faults).toEqual([
      { kind: 'broken-chain', sequence: 2, offset: offsets[2]! },
    ])
  })

  test('behavior: a record with several wrong bytes is damaged, and those after it are read', () => {
    const { bytes, offsets } = segment(PAYLOADS)
    bytes.fill(120, offsets[2]! + 50, offsets[2]! + 60)
    expect(walk(bytes)).toEqual({
      payloads: [PAYLOADS[0], PAYLOADS[1], PAYLOADS[3]],
      faults: [{ kind: 'damaged-record', sequence: 2, offset: offsets[2]! }],
    })
  })
})

describe('segment header', () => {
  const header = { capacity: 1 << 20, index: 3, firstSequence: 2 ** 40 + 7, previous: new Uint8Array(32).fill(9) }

  test('behavior: reads back, sequences beyond 32 bits too', () => {
    expect(decodeSegmentHeader(encodeSegmentHeader(header))).toEqual({ ok: true, header: { version: 1, ...header } })
  })

  test('error: any flipped bit is damage, never another version', () => {
    const bytes = encodeSegmentHeader(header)
    for (let i = 0; i < bytes.length * 8; i++) {
      bytes[i >>> 3]! ^= 1 << (i & 7)
      expect(decodeSegmentHeader(bytes)).toEqual({ ok: false, reason: 'damaged' })
      bytes[i >>> 3]! ^= 1 << (i & 7)
    }
  })

  test('error: another version is named, a short file too', () => {
    const bytes = encodeSegmentHeader(header)
    const view = new DataView(bytes.buffer)
    view.setUint32(8, 7, true)
    view.setUint32(12, crc32c(bytes, 16, 64, crc32c(bytes, 0, 12)), true)
    expect(decodeSegmentHeader(bytes)).toEqual({ ok: false, reason: 'wrong-version', version: 7 })
    expect(decodeSegmentHeader(bytes.subarray(0, 63))).toEqual({ ok: false, reason: 'short' })
  })
})
