import { createHash } from 'node:crypto'
import {
  decodeSegmentHeader,
  type Frame,
  type FrameFault,
  hex,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  type Sha256,
  walkSegment,
  zeroHash,
} from '@holdfast/engine'
import type { JournalFiles } from './files.js'
import { decodeHead, HEAD_NAME, type JournalHead } from './head.js'

/** The fastest SHA-256 of this machine; the same bytes as the core's own. */
export const nodeSha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

/** A payload's text: the same as the core's, by the machine's fastest way. */
export function latin1(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1')
}

/** What is wrong with a journal, told apart. */
export type JournalFault =
  | ({ readonly segment: string } & FrameFault)
  /** Acknowledged records are not there; `lastSequence` is the last that is, −1 for none. */
  | {
      readonly kind: 'truncated-tail'
      readonly segment: string
      readonly lastSequence: number
      readonly expectedSequence?: number
    }
  | { readonly kind: 'missing-segment'; readonly segment: string; readonly from: number; readonly to: number }
  /** A segment's file stands under the name of another. */
  | { readonly kind: 'misplaced-segment'; readonly segment: string; readonly index: number }
  | { readonly kind: 'damaged-segment-header'; readonly segment: string }
  | { readonly kind: 'wrong-version'; readonly segment: string; readonly version: number }
  /** The anchor names another hash for this record: the journal was rewritten from some record on, or the anchor was. */
  | {
      readonly kind: 'head-mismatch'
      readonly sequence: number
      readonly expectedHash: string
      readonly foundHash: string
    }
  | { readonly kind: 'head-unreadable' }

export type JournalStep =
  | { readonly kind: 'record'; readonly segment: string; readonly frame: Frame }
  | { readonly kind: 'fault'; readonly fault: JournalFault }

export type SegmentPlace = { readonly name: string; readonly index: number; readonly capacity: number }

export type JournalEnd = {
  /** The last whole record; undefined for an empty journal. */
  readonly head?: JournalHead
  readonly anchor?: JournalHead
  readonly segment?: SegmentPlace
  /** Where the next record goes in the last segment. */
  readonly offset: number
}

const SEGMENT_PATTERN = /^segment-(\d{8})\.hfj$/

export function segmentName(index: number): string {
  return `segment-${String(index).padStart(8, '0')}.hfj`
}

/** What the walk knows on its way. */
type Walk = {
  next: { sequence: number; previous: Uint8Array }
  index: number
  segment: SegmentPlace | undefined
  offset: number
  /** The last file is shorter than it was made, and nothing else tells why. */
  cut: boolean
  /** Hashes of the records that an anchor speaks of, and of the last. */
  hashes: Map<number, string>
  lastHash: string
}

/**
 * Walks a journal from its first record to its last, naming on the way what is wrong. Reads one segment at a time.
 *
 * @param expected - an anchor from elsewhere (`verify --head`), beside the one in the folder.
 */
export function* walkJournal(
  files: JournalFiles,
  expected: { readonly hash?: string } = {},
): Generator<JournalStep, JournalEnd> {
  const names = files.list()
  const anchorBytes = names.includes(HEAD_NAME) ? files.read(HEAD_NAME) : undefined
  const anchor = anchorBytes === undefined ? undefined : decodeHead(anchorBytes)
  if (anchorBytes !== undefined && anchor === undefined) yield { kind: 'fault', fault: { kind: 'head-unreadable' } }
  const walk: Walk = {
    next: { sequence: 0, previous: zeroHash() },
    index: 1,
    segment: undefined,
    offset: SEGMENT_HEADER_BYTES,
    cut: false,
    hashes: new Map(),
    lastHash: '',
  }
  for (const name of names.filter((candidate) => SEGMENT_PATTERN.test(candidate))) {
    for (const step of walkFile(walk, name, files.read(name))) {
      if (step.kind === 'record' && step.frame.sequence === anchor?.sequence) {
        walk.hashes.set(step.frame.sequence, hex(step.frame.hash))
      }
      yield step
    }
  }
  for (const fault of tailFaults(walk, anchor, expected.hash)) yield { kind: 'fault', fault }
  const last = walk.next.sequence - 1
  return {
    ...(last >= 0 ? { head: { sequence: last, hash: hex(walk.next.previous) } } : {}),
    ...(anchor === undefined ? {} : { anchor }),
    ...(walk.segment === undefined ? {} : { segment: walk.segment }),
    offset: walk.offset,
  }
}

function* walkFile(walk: Walk, name: string, bytes: Uint8Array): Generator<JournalStep> {
  const outcome = decodeSegmentHeader(bytes)
  if (!outcome.ok) {
    walk.index += 1
    yield { kind: 'fault', fault: headerFault(name, outcome, walk.next.sequence - 1) }
    return
  }
  const { header } = outcome
  const index = Number(SEGMENT_PATTERN.exec(name)![1])
  if (header.index !== index) {
    yield { kind: 'fault', fault: { kind: 'misplaced-segment', segment: name, index: header.index } }
    return
  }
  for (const fault of gapFaults(walk, header)) yield { kind: 'fault', fault }
  walk.index = index + 1
  walk.segment = { name, index, capacity: header.capacity }
  const short = bytes.length < header.capacity
  walk.cut = short
  const steps = walkSegment(bytes, SEGMENT_HEADER_BYTES, walk.next, nodeSha256)
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      walk.next = { ...step.value }
      return
    }
    if (step.value.kind === 'frame') {
      walk.lastHash = hex(step.value.frame.hash)
      yield { kind: 'record', segment: name, frame: step.value.frame }
    } else if (step.value.kind === 'end') walk.offset = step.value.offset
    else if (!(short && step.value.fault.kind === 'torn-record')) {
      walk.cut = false
      yield { kind: 'fault', fault: { segment: name, ...step.value.fault } }
    }
  }
}

/** What lies between the segment before and this one, if anything does. */
function* gapFaults(walk: Walk, header: SegmentHeader): Generator<JournalFault> {
  const { firstSequence } = header
  const gap = { from: walk.next.sequence, to: firstSequence - 1 }
  if (walk.index < header.index) yield { kind: 'missing-segment', segment: segmentName(walk.index), ...gap }
  else if (firstSequence > walk.next.sequence) {
    yield { kind: 'dropped-records', segment: walk.segment?.name ?? segmentName(1), offset: walk.offset, ...gap }
  }
  if (firstSequence > walk.next.sequence) walk.next = { sequence: firstSequence, previous: header.previous }
}

function* tailFaults(
  walk: Walk,
  anchor: JournalHead | undefined,
  expectedHash: string | undefined,
): Generator<JournalFault> {
  const lastSequence = walk.next.sequence - 1
  const segment = walk.segment?.name ?? segmentName(1)
  if (anchor !== undefined && anchor.sequence > lastSequence) {
    yield { kind: 'truncated-tail', segment, lastSequence, expectedSequence: anchor.sequence }
  } else if (walk.cut) yield { kind: 'truncated-tail', segment, lastSequence }
  const atAnchor = anchor === undefined ? undefined : walk.hashes.get(anchor.sequence)
  if (anchor !== undefined && atAnchor !== undefined && atAnchor !== anchor.hash) {
    yield { kind: 'head-mismatch', sequence: anchor.sequence, expectedHash: anchor.hash, foundHash: atAnchor }
  }
  if (expectedHash !== undefined && expectedHash !== walk.lastHash) {
    yield { kind: 'head-mismatch', sequence: lastSequence, expectedHash, foundHash: walk.lastHash }
  }
}

function headerFault(
  segment: string,
  outcome: { readonly reason: 'short' | 'damaged' | 'wrong-version'; readonly version?: number },
  lastSequence: number,
): JournalFault {
  switch (outcome.reason) {
    case 'short':
      return { kind: 'truncated-tail', segment, lastSequence }
    case 'damaged':
      return { kind: 'damaged-segment-header', segment }
    case 'wrong-version':
      return { kind: 'wrong-version', segment, version: outcome.version ?? 0 }
  }
}
