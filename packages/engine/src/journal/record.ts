import type { Turn } from '../turn.js'

/** Format of the journal's records. Readers refuse any other. */
export const JOURNAL_FORMAT = 'holdfast-journal/1'

/**
 * What the journal holds, in order: one header, then turns. All that a replay needs is in it: the configuration's full
 * text stands in the header, the inputs stand in the turns.
 */
export type JournalRecord = HeaderRecord | TurnRecord

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

export type TurnRecord = {
  readonly kind: 'turn'
  /**
   * How many events each source has given up to and with this turn, by source id: where a restart takes up reading.
   */
  readonly cursors: Readonly<Record<string, number>>
  readonly turn: Turn
}
