import type { Decision } from './decision.js'
import type { DataFlag, Event } from './event.js'

/** One turn of the loop: what came in, what was decided, and digests that let a replay be compared step by step. */
export type Turn = {
  readonly sequence: number
  /** The engine's time at this turn: the latest received time it has seen, epoch milliseconds. It never goes back. */
  readonly time: number
  readonly events: readonly Event[]
  readonly decisions: readonly Decision[]
  /** What the engine found wrong with these events or could not do: named, isolated, never a crash. */
  readonly flags: readonly DataFlag[]
  /** Hash of the assessments of this turn. */
  readonly assessmentDigest: string
  /** Hash of the engine's whole state after this turn. */
  readonly stateDigest: string
}
