import { decodeRecord, hex, type JournalRecord, SEGMENT_HEADER_BYTES } from '@holdfast/engine'
import { describeFault } from './describe.js'
import { JournalError } from './errors.js'
import { type JournalFiles, nodeFiles } from './files.js'
import type { JournalHead } from './head.js'
import { type FolderLock, lockFolder } from './lock.js'
import { type JournalEnd, type JournalFault, latin1, type SegmentPlace, walkJournal } from './read.js'
import { createWriter, type JournalWriter, type WritePosition } from './write.js'

export type OpenJournalOptions = {
  /** Capacity of a new segment in bytes; 16 MiB unless said otherwise. */
  readonly segmentBytes?: number
  readonly files?: JournalFiles
}

export type OpenedJournal = JournalWriter & {
  readonly folder: string
  /** What the recovery did, in words; empty where the journal ended cleanly. */
  readonly recovered: readonly string[]
  /** How many records were there when it was opened: 0 for a new journal. */
  readonly recordCount: number
  /** The records that were there, from the first: what a restart replays. */
  records(): Generator<StoredRecord>
}

export type StoredRecord = { readonly record: JournalRecord; readonly head: JournalHead }

const SEGMENT_BYTES = 16 << 20

/**
 * Opens a journal for writing, or begins one: takes the folder's lock, checks every record, cuts off what was never
 * acknowledged, and stands ready behind the last record.
 *
 * @throws {JournalError} `JOURNAL_LOCKED`; `JOURNAL_DAMAGED` where acknowledged records are damaged or gone (nothing is
 * changed then); `JOURNAL_VERSION`.
 */
export async function openJournal(folder: string, options: OpenJournalOptions = {}): Promise<OpenedJournal> {
  const files = options.files ?? nodeFiles(folder)
  const lock = lockFolder(folder)
  try {
    return await openLocked(folder, files, lock, options.segmentBytes ?? SEGMENT_BYTES)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openLocked(
  folder: string,
  files: JournalFiles,
  lock: FolderLock,
  segmentBytes: number,
): Promise<OpenedJournal> {
  const { end, faults, good } = survey(files)
  const place = writePlace(end, faults, good)
  if (place === undefined) throw refusal(folder, faults)
  const sequence = place.head === undefined ? 0 : place.head.sequence + 1
  const recovered: string[] = []
  if (place.segment !== undefined && (await clearTail(files, place.segment, place.offset))) {
    recovered.push(`cut off what stood behind record ${sequence - 1} and was never acknowledged`)
  }
  const writer = await createWriter(files, folder, place, segmentBytes)
  return {
    ...writer,
    folder,
    recovered,
    recordCount: sequence,
    records: () => readRecords(files, sequence),
    async close() {
      await writer.close()
      lock.release()
    },
  }
}

/** The last record before the first fault. */
type Good = { readonly segment: string; readonly end: number; readonly head: JournalHead }

function survey(files: JournalFiles): {
  readonly end: JournalEnd
  readonly faults: readonly JournalFault[]
  readonly good: Good | undefined
} {
  const faults: JournalFault[] = []
  let good: Good | undefined
  const steps = walkJournal(files)
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return { end: step.value, faults, good }
    if (step.value.kind === 'fault') faults.push(step.value.fault)
    else if (faults.length === 0) {
      const { segment, frame } = step.value
      good = { segment, end: frame.end, head: { sequence: frame.sequence, hash: hex(frame.hash) } }
    }
  }
}

/**
 * Where writing may go on; undefined where acknowledged records are damaged or gone. What stands behind the last
 * acknowledged record was never promised to anyone: a crash may have left any part of it.
 */
function writePlace(
  end: JournalEnd,
  faults: readonly JournalFault[],
  good: Good | undefined,
): WritePosition | undefined {
  const [first] = faults
  if (first === undefined) return { head: end.head, segment: end.segment, offset: end.offset }
  if (!('segment' in first) || first.segment !== end.segment?.name) return undefined
  if (!faults.every((fault) => CRASH_TRACES.has(fault.kind))) return undefined
  const acknowledged = end.anchor?.sequence
  if (acknowledged === undefined) {
    if (first.kind !== 'torn-record') return undefined
  } else if ((good?.head.sequence ?? -1) < acknowledged) return undefined
  const offset = good?.segment === end.segment.name ? good.end : SEGMENT_HEADER_BYTES
  return { head: good?.head, segment: end.segment, offset }
}

const CRASH_TRACES: ReadonlySet<JournalFault['kind']> = new Set([
  'torn-record',
  'flipped-bit',
  'damaged-record',
  'dropped-records',
  'truncated-tail',
])

/** Zeroes the segment behind `offset` and gives it its full length again; says whether there was anything to do. */
async function clearTail(files: JournalFiles, segment: SegmentPlace, offset: number): Promise<boolean> {
  const bytes = files.read(segment.name)
  if (bytes.length === segment.capacity && bytes.subarray(offset).every((byte) => byte === 0)) return false
  const file = files.open(segment.name)
  await file.write([new Uint8Array(segment.capacity - offset)], offset)
  await file.sync()
  await file.close()
  return true
}

function* readRecords(files: JournalFiles, count: number): Generator<StoredRecord> {
  for (const step of walkJournal(files)) {
    if (step.kind !== 'record') continue
    const { sequence, hash, payload } = step.frame
    if (sequence >= count) return
    yield { record: decodeRecord(latin1(payload)), head: { sequence, hash: hex(hash) } }
  }
}

function refusal(folder: string, faults: readonly JournalFault[]): JournalError {
  const [first] = faults
  const list = faults.map((fault) => `  ${describeFault(fault)}`).join('\n')
  if (first?.kind === 'wrong-version') return new JournalError('JOURNAL_VERSION', `${folder}:\n${list}`)
  return new JournalError(
    'JOURNAL_DAMAGED',
    `${folder}: acknowledged records are damaged or gone; nothing was changed.\n${list}\nRestore the folder from a copy, or begin a new journal in another folder.`,
  )
}
