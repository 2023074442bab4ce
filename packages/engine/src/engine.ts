import type { Assessment } from './assess/assessment.js'
import type { Decision } from './decision.js'
import type { DataFlag, Event } from './event.js'
import type { Turn } from './turn.js'

/**
 * The deterministic core as one value: events in, a turn out. It reads no clock: its time is the latest received time
 * that it was given. The same events in the same batches give the same turns, to the bit, on any machine.
 */
export type Engine = {
  /**
   * One turn of the loop: takes the events in, assesses every account, decides.
   *
   * @param events - in the order in which they were received; may be empty (time passes).
   * @param receivedTime - epoch milliseconds; a value behind the engine's time is not followed.
   * @returns the turn; its decisions are for the caller to carry out once the turn is durable.
   */
  step(events: readonly Event[], receivedTime: number): Turn
  /** What the engine holds now. A new value each turn: it is never changed afterwards. */
  view(): EngineView
}

/** What the engine knows after its latest turn: for the API, for `explain`, for reports. */
export type EngineView = {
  /** Of the latest turn; 0 before the first. */
  readonly sequence: number
  /** Engine time, epoch milliseconds; 0 before the first turn. */
  readonly time: number
  readonly assessment: Assessment
  /** The latest decisions, oldest first; how many are kept is `EngineOptions.recentDecisions`. */
  readonly decisions: readonly Decision[]
  /** What was wrong with the events of the latest turn. */
  readonly flags: readonly DataFlag[]
  readonly stateDigest: string
}

export type EngineOptions = {
  /** How many decisions `view()` keeps; 1,000 unless said otherwise. */
  readonly recentDecisions?: number
  /** SHA-256; a host may hand in a faster one, which must give the same bytes. */
  readonly sha256?: (bytes: Uint8Array) => Uint8Array
}
