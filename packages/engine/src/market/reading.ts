import type { Provenance } from '../event.js'
import { advances } from './feed.js'

/** One source's latest word on one figure (an index, a forward, a coin's price). Mutable; lives inside the market state. */
export type Reading = {
  readonly source: string
  value: number
  /** The feed's own half-width, in the unit of the value; `NaN` where it gives none. */
  confidence: number
  /** Source time of the latest message that moved the clock. */
  sourceTime: number
  /** When that message arrived. */
  receivedTime: number
  sequence: number
  /** Messages since that moved nothing, and when the last of them arrived. */
  idleMessages: number
  messageTime: number
  /** How far the source's clock was ahead of ours at the latest message, ms. */
  aheadMs: number
  /** Time-weighted average of what was said before, see `takeReading`. */
  average: number
  averageTime: number
}

export function createReading(at: Provenance, value: number, confidence: number): Reading {
  const time = Math.min(at.sourceTime, at.receivedTime)
  return {
    source: at.source,
    value,
    confidence,
    sourceTime: time,
    receivedTime: at.receivedTime,
    sequence: at.sequence ?? Number.NaN,
    idleMessages: 0,
    messageTime: at.receivedTime,
    aheadMs: at.sourceTime - at.receivedTime,
    average: value,
    averageTime: time,
  }
}

/**
 * Takes a later word of the same source. A word older than the one held is not taken. Before the value changes, the average
 * moves towards it by the share of the window that it stood:
 *
 *   average ← average + (value − average) · min(1, Δt / window)
 *
 * @returns false where the word was older and so left aside.
 */
export function takeReading(
  reading: Reading,
  at: Provenance,
  value: number,
  confidence: number,
  averageWindowMs: number,
): boolean {
  const sequence = at.sequence ?? Number.NaN
  const time = Math.min(at.sourceTime, at.receivedTime)
  reading.messageTime = Math.max(reading.messageTime, at.receivedTime)
  reading.aheadMs = at.sourceTime - at.receivedTime
  if (time < reading.sourceTime) {
    reading.idleMessages += 1
    return false
  }
  if (advances(reading, time, sequence)) {
    const share = Math.min(1, (time - reading.averageTime) / averageWindowMs)
    reading.average += (reading.value - reading.average) * share
    reading.averageTime = time
    reading.sourceTime = time
    reading.receivedTime = reading.messageTime
    reading.idleMessages = 0
  } else reading.idleMessages += 1
  reading.sequence = sequence
  reading.value = value
  reading.confidence = confidence
  return true
}
