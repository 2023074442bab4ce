import type { Turn } from '../turn.js'
import { canonicalJson, parseCanonical } from './canonical.js'

/** Format of the journal's records. Readers refuse any other. */
export const JOURNAL_FORMAT = 'holdfast-journal/1'

/**
 * What the journal holds, in order: one header (sequence 0), then turns (sequence n is turn n); a venue's holds its steps instead. All that a replay needs
 * is in it: the configuration's full text stands in the header, the inputs stand in the turns. How far each source was
 * read follows from the events, each of which names its source.
 */
export type JournalRecord = HeaderRecord | TurnRecord | ClearingRecord

export type HeaderRecord = {
  readonly kind: 'header'
  readonly format: typeof JOURNAL_FORMAT
  readonly engineVersion: string
  /** Name of the file that the configuration came from, without its folder; for messages only. */
  readonly configurationFile: string
  readonly configuration: string
  readonly configurationHash: string
  readonly rulebookHash: string
}

/**
 * One step of a venue: the clearing events it heard and what was decided, both as JSON. `stateDigest`: of the clearing house after
 * it, on some steps.
 */
export type ClearingRecord = {
  readonly kind: 'clearing'
  readonly step: number
  readonly events: readonly unknown[]
  readonly decisions: readonly unknown[]
  readonly stateDigest?: string
}

export type TurnRecord = { readonly kind: 'turn'; readonly turn: Turn }

/** The payload of a record: canonical JSON, ASCII. */
export function encodeRecord(record: JournalRecord): string {
  return canonicalJson(record)
}

/**
 * Reads a payload whose checksum holds.
 *
 * @throws {RecordError} where it is no record of this format: another version of the program wrote it.
 */
export function decodeRecord(text: string): JournalRecord {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || !('kind' in value)) throw new RecordError('no record')
  if (value.kind === 'turn') return value as TurnRecord
  if (value.kind === 'clearing') return value as ClearingRecord
  if (value.kind !== 'header') throw new RecordError(`unknown kind ${JSON.stringify(value.kind)}`)
  const header = value as HeaderRecord
  if (header.format !== JOURNAL_FORMAT) {
    throw new RecordError(`format ${JSON.stringify(header.format)}, this version reads ${JOURNAL_FORMAT}`)
  }
  return header
}

function parsed(text: string): unknown {
  try {
    return parseCanonical(text)
  } catch (cause) {
    throw new RecordError('not JSON', { cause })
  }
}

export class RecordError extends Error {
  override readonly name = 'RecordError'
}
