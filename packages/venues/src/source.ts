import type { Event } from '@holdfast/engine'
import type { InstrumentKey } from '@holdfast/quant'
import type { DefectCode } from './defect.js'

/**
 * Where events come from. A source parses at the door: what it yields is plain data, in order of `receivedTime`, which never
 * goes back. Every event of a source carries the source's name in `source`.
 *
 * A recorded source is deterministic: the same files and configuration yield the same events in the same order, so that the
 * position in the stream (`Cursor`) is enough to go on after a restart.
 */
export interface Source {
  readonly name: string
  /**
   * Yields events from the beginning, or those after `after`. What is skipped is still read, so that `metadata` tells of
   * the whole.
   *
   * @throws {SourceError} where the data cannot be read at all; `SOURCE_CHANGED` where `after` does not fit the data.
   */
  events(options?: ReadOptions): AsyncIterable<Event>
  /** What has been read so far; complete once `events` has ended. */
  metadata(): SourceMetadata
}

export type ReadOptions = {
  readonly after?: Cursor
  /** Ends the stream in an orderly way after the event at hand. */
  readonly signal?: AbortSignal
}

/** A place in a source's stream: how many events lie before it, and the own time of the last of them. */
export type Cursor = { readonly events: number; readonly sourceTime: number }

export const STREAM_START: Cursor = { events: 0, sourceTime: Number.NEGATIVE_INFINITY }

/** The cursor that stands after `event`. A journal gives the cursor of a source by folding this over its events. */
export function cursorAfter(cursor: Cursor, event: Event): Cursor {
  return { events: cursor.events + 1, sourceTime: event.sourceTime }
}

export type SourceMetadata = {
  readonly name: string
  /** The kind that the configuration names, e.g. `deribit-chains`. */
  readonly kind: string
  /** Own times of the first and last data read, epoch milliseconds; absent where nothing was. */
  readonly firstTime?: number
  readonly lastTime?: number
  readonly events: number
  /** Rows of the files: all that were met, and those of them that could not be read. */
  readonly rows: number
  readonly rowsSkipped: number
  readonly files: readonly FileMetadata[]
  readonly defects: readonly DefectCount[]
  /** True where a file ended before its end: what was read is kept, and the caller should not report success. */
  readonly damaged: boolean
  /** How far the source's marks lie from Black-76 on its own vols and forwards; for sources that give all three. */
  readonly markError?: MarkError
  /** In words: what was estimated or left out, and how units were read. */
  readonly notes: readonly string[]
}

export type FileMetadata = {
  readonly path: string
  readonly rows: number
  readonly rowsSkipped: number
  readonly firstTime?: number
  readonly lastTime?: number
}

export type DefectCount = {
  readonly code: DefectCode
  readonly count: number
  /** The first few, in words. */
  readonly examples: readonly string[]
}

/** |our Black-76 − the source's mark|, in the coin that the options settle in; `median` and `p99` to 2 %. */
export type MarkError = {
  readonly unit: 'coin'
  readonly count: number
  readonly median: number
  readonly p99: number
  readonly max: number
  readonly worst: InstrumentKey
}

export type SourceErrorCode =
  | 'SOURCE_NOT_FOUND'
  | 'SOURCE_EMPTY'
  | 'SOURCE_UNREADABLE'
  | 'SOURCE_HEADER'
  | 'SOURCE_UNITS'
  | 'SOURCE_CHANGED'
  | 'SOURCE_CONFIGURATION'

/** A source cannot be read at all. `message` says what, where and what to do; the fields carry the same as data. */
export class SourceError extends Error {
  readonly code: SourceErrorCode
  readonly file?: string
  readonly line?: number
  readonly column?: string
  readonly hint?: string

  constructor(
    code: SourceErrorCode,
    message: string,
    where: { file?: string; line?: number; column?: string; hint?: string; cause?: unknown } = {},
  ) {
    const place = [where.file, where.line, where.column].filter((part) => part !== undefined).join(':')
    const hint = where.hint === undefined ? '' : `${/[.?!]$/.test(message) ? '' : '.'} ${where.hint}`
    super(
      `${place === '' ? '' : `${place}: `}${message}${hint}`,
      where.cause === undefined ? {} : { cause: where.cause },
    )
    this.name = 'SourceError'
    this.code = code
    if (where.file !== undefined) this.file = where.file
    if (where.line !== undefined) this.line = where.line
    if (where.column !== undefined) this.column = where.column
    if (where.hint !== undefined) this.hint = where.hint
  }
}
