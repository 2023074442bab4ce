import type { DataFlag, Provenance } from '../event.js'

/** What is known of one source's clock and life. `NaN` stands for no sequence given. */
export type Feed = {
  readonly source: string
  /** The latest source time seen, epoch milliseconds; it never goes back. */
  sourceTime: number
  sequence: number
  /** When a message last arrived, whatever it said. */
  receivedTime: number
  /** When a message last arrived that moved the source's clock (and its counter, where it has one). */
  progressTime: number
  /** Messages since then that moved nothing. */
  idleMessages: number
  /** Times at which the source's clock went back. */
  backwards: number
  /** The latest heartbeat that moved the clock: it says of all that was known before it that it still holds. */
  heartbeatSourceTime: number
  heartbeatReceivedTime: number
}

export function createFeed(source: string): Feed {
  return {
    source,
    sourceTime: Number.NEGATIVE_INFINITY,
    sequence: Number.NaN,
    receivedTime: Number.NEGATIVE_INFINITY,
    progressTime: Number.NEGATIVE_INFINITY,
    idleMessages: 0,
    backwards: 0,
    heartbeatSourceTime: Number.NEGATIVE_INFINITY,
    heartbeatReceivedTime: Number.NEGATIVE_INFINITY,
  }
}

/**
 * True where a message moves a clock on: its source time is later, and its counter, where both have one, is another (a
 * repeated counter is a repeated message; a lower one is a new connection).
 */
export function advances(
  before: { readonly sourceTime: number; readonly sequence: number },
  time: number,
  sequence: number,
) {
  return time > before.sourceTime && (Number.isNaN(sequence) || sequence !== before.sequence)
}

/** Takes note of a message; `heartbeat` where it carried no observation. Returns what was wrong with its clock. */
export function noteMessage(feed: Feed, at: Provenance, heartbeat: boolean, clockAheadMs: number): readonly DataFlag[] {
  const flags: DataFlag[] = []
  const sequence = at.sequence ?? Number.NaN
  const subject = `feed:${feed.source}`
  if (at.sourceTime < feed.sourceTime) {
    feed.backwards += 1
    const detail = `source time went back by ${feed.sourceTime - at.sourceTime} ms, from ${feed.sourceTime} to ${at.sourceTime}`
    flags.push({ code: 'clock-backwards', subject, detail })
  }
  if (at.sourceTime > at.receivedTime + clockAheadMs) {
    const detail = `source time is ${at.sourceTime - at.receivedTime} ms ahead of the time it was received`
    flags.push({ code: 'clock-ahead', subject, detail })
  }
  feed.receivedTime = Math.max(feed.receivedTime, at.receivedTime)
  const time = Math.min(at.sourceTime, at.receivedTime)
  if (advances(feed, time, sequence)) {
    feed.sourceTime = time
    feed.progressTime = feed.receivedTime
    feed.idleMessages = 0
    if (heartbeat) {
      feed.heartbeatSourceTime = time
      feed.heartbeatReceivedTime = feed.receivedTime
    }
  } else feed.idleMessages += 1
  feed.sequence = sequence
  return flags
}
