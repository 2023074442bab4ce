import {
  encodeFrame,
  encodeRecord,
  encodeSegmentHeader,
  hex,
  type JournalRecord,
  SEGMENT_HEADER_BYTES,
  unhex,
  zeroHash,
} from '@holdfast/engine'
import { JournalError, writeFailure } from './errors.js'
import type { JournalFile, JournalFiles } from './files.js'
import { encodeHead, HEAD_BYTES, HEAD_NAME, type JournalHead } from './head.js'
import { nodeSha256, type SegmentPlace, segmentName } from './read.js'

/** An open journal. One process, one writer. */
export type JournalWriter = {
  /** The last acknowledged record; undefined while there is none. */
  head(): JournalHead | undefined
  /**
   * Appends a record. Records given while a sync is under way share the next one.
   *
   * @returns resolves with the record's head once it is on disk: only then may anything that follows from it leave.
   * @throws {JournalError} `JOURNAL_DISK_FULL` or `JOURNAL_FAILED`; from then on every append is refused with the same.
   */
  append(record: JournalRecord): Promise<JournalHead>
  /** Appends a record that is encoded already. */
  appendText(payload: string): Promise<JournalHead>
  /** Waits for what was appended, syncs the anchor, closes. Leaves the same bytes as if it went on. */
  close(): Promise<void>
}

/** Where writing begins: behind the last record that stands. */
export type WritePosition = {
  readonly head: JournalHead | undefined
  readonly segment: SegmentPlace | undefined
  /** Byte of the segment at which the next record goes. */
  readonly offset: number
}

type Pending = {
  readonly bytes: Uint8Array
  /** Hash of the record before: a segment that begins here carries it. */
  readonly previous: Uint8Array
  readonly head: JournalHead
  readonly resolve: (head: JournalHead) => void
  readonly reject: (error: JournalError) => void
}

type OpenSegment = { readonly file: JournalFile; readonly index: number; readonly capacity: number; offset: number }

const SPARE_NAME = 'spare'

/** One sync covers at most this much, so that the first of a group does not wait for ever. */
const GROUP_BYTES_MAX = 8 << 20

/**
 * Writes records behind `position`.
 *
 * @param folder - as the user named it; for messages.
 * @param segmentBytes - capacity of a new segment; a record that is larger gets a segment of its own size.
 */
export async function createWriter(
  files: JournalFiles,
  folder: string,
  position: WritePosition,
  segmentBytes: number,
): Promise<JournalWriter> {
  let head = position.head
  let sequence = head === undefined ? 0 : head.sequence + 1
  let previous = head === undefined ? zeroHash() : unhex(head.hash)
  let failure: JournalError | undefined
  let pending: Pending[] = []
  let flushing: Promise<void> | undefined
  let spare: Promise<number> | undefined
  let segment: OpenSegment | undefined =
    position.segment === undefined
      ? undefined
      : { ...position.segment, file: files.open(position.segment.name), offset: position.offset }
  const anchor = await openAnchor(files, head)

  function appendText(payload: string): Promise<JournalHead> {
    if (failure !== undefined) return Promise.reject(failure)
    const { bytes, hash } = encodeFrame(sequence, previous, Buffer.from(payload, 'latin1'), nodeSha256)
    const next = { sequence, hash: hex(hash) }
    const before = previous
    sequence += 1
    previous = hash
    return new Promise((resolve, reject) => {
      pending.push({ bytes, previous: before, head: next, resolve, reject })
      flushing ??= Promise.resolve().then(flushAll)
    })
  }

  async function flushAll(): Promise<void> {
    while (pending.length > 0 && failure === undefined) {
      const group = await takeGroup()
      if (group.length > 0) await flush(group)
    }
    flushing = undefined
  }

  /** What goes to disk with the next sync: as many as wait and fit in the segment. */
  async function takeGroup(): Promise<readonly Pending[]> {
    const first = pending[0]!
    if (segment === undefined || segment.offset + first.bytes.length > segment.capacity) {
      try {
        segment = await rollTo((segment?.index ?? 0) + 1, first)
      } catch (cause) {
        fail(cause, [])
        return []
      }
    }
    let bytes = 0
    let count = 0
    for (const { bytes: frame } of pending) {
      const fits = segment.offset + bytes + frame.length <= segment.capacity
      if (!fits || (count > 0 && bytes + frame.length > GROUP_BYTES_MAX)) break
      bytes += frame.length
      count += 1
    }
    return pending.splice(0, count)
  }

  async function flush(group: readonly Pending[]): Promise<void> {
    const { file } = segment!
    const last = group[group.length - 1]!.head
    try {
      await file.write(
        group.map(({ bytes }) => bytes),
        segment!.offset,
      )
      await file.sync()
      anchor.writeNow(encodeHead(last), 0)
    } catch (cause) {
      fail(cause, group)
      return
    }
    for (const { bytes } of group) segment!.offset += bytes.length
    head = last
    for (const { head: own, resolve } of group) resolve(own)
    if (segment!.offset * 2 > segment!.capacity) prepareSpare()
  }

  function fail(cause: unknown, group: readonly Pending[]): void {
    failure = writeFailure(cause, folder)
    for (const { reject } of [...group, ...pending]) reject(failure)
    pending = []
  }

  /** Zeroes the next segment while this one fills, so that a change of segment costs one small sync. */
  function prepareSpare(): void {
    spare ??= files.createZeroed(SPARE_NAME, segmentBytes).then(() => segmentBytes)
    // A failure shows where the spare is needed; until then there is nobody to tell.
    spare.catch(() => undefined)
  }

  async function rollTo(index: number, first: Pending): Promise<OpenSegment> {
    const needed = Math.max(segmentBytes, SEGMENT_HEADER_BYTES + first.bytes.length)
    let capacity = spare === undefined ? 0 : await spare
    spare = undefined
    if (capacity < needed) {
      await files.createZeroed(SPARE_NAME, needed)
      capacity = needed
    }
    const file = files.open(SPARE_NAME)
    const header = { capacity, index, firstSequence: first.head.sequence, previous: first.previous }
    await file.write([encodeSegmentHeader(header)], 0)
    await file.sync()
    files.rename(SPARE_NAME, segmentName(index))
    await segment?.file.close()
    return { file, index, capacity, offset: SEGMENT_HEADER_BYTES }
  }

  return {
    head: () => head,
    append: (record) => appendText(encodeRecord(record)),
    appendText,
    async close() {
      await flushing
      // A spare that cannot be had is no loss at the end.
      await spare?.catch(() => undefined)
      files.remove(SPARE_NAME)
      if (failure === undefined) anchor.syncNow()
      await anchor.close()
      await segment?.file.close()
      failure ??= new JournalError('JOURNAL_FAILED', `${folder}: the journal is closed.`)
    },
  }
}

async function openAnchor(files: JournalFiles, head: JournalHead | undefined): Promise<JournalFile> {
  if (!files.list().includes(HEAD_NAME)) {
    const draft = `${HEAD_NAME}.draft`
    await files.createZeroed(draft, HEAD_BYTES)
    const file = files.open(draft)
    // No record yet: the anchor says so, and is then never ahead of the records.
    file.writeNow(encodeHead(head ?? { sequence: -1, hash: '' }), 0)
    file.syncNow()
    await file.close()
    files.rename(draft, HEAD_NAME)
  }
  const anchor = files.open(HEAD_NAME)
  if (head !== undefined) anchor.writeNow(encodeHead(head), 0)
  return anchor
}
