import type { Event } from '@holdfast/engine'
import type { Source } from '@holdfast/venues'
import type { Inbox } from '../act/inbox.js'
import type { WallClock } from './ports.js'

/** The name of the live source, and the source named in its ticks. */
export const LIVE_SOURCE = 'live'

export type LiveOptions = {
  readonly inbox: Inbox
  readonly clock: WallClock
  /** Where nothing comes for this long, time itself is told. */
  readonly tickMs?: number
  /** What goes before all that came in an instant. */
  readonly before?: () => readonly Event[]
}

const TICK_MS = 1000

/**
 * All that comes in live, as one source: what venues say, what acting found out, and the clock. What has come in by the time
 * that the loop looks is one instant, received then; so the loop keeps up however much comes, and received times never go
 * back. It cannot be read again: after a restart it starts anew, and what was taken in stands in the journal.
 */
export function liveSource({ inbox, clock, tickMs = TICK_MS, before = () => [] }: LiveOptions): Source {
  let events = 0
  let [firstTime, lastTime]: (number | undefined)[] = [undefined, undefined]

  async function* read(signal: AbortSignal): AsyncGenerator<Event> {
    let latest = 0
    while (!signal.aborted) {
      const came = await inbox.take(tickMs, signal)
      if (signal.aborted) return
      const taken = [...before(), ...came]
      latest = Math.max(latest, clock.now())
      firstTime ??= latest
      lastTime = latest
      events += taken.length
      if (taken.length === 0) yield tick(latest)
      for (const event of taken) yield { ...event, receivedTime: latest }
    }
  }

  return {
    name: LIVE_SOURCE,
    // Where it was left is no place to go on from.
    events: ({ signal } = {}) => read(signal ?? new AbortController().signal),
    metadata: () => ({
      name: LIVE_SOURCE,
      kind: LIVE_SOURCE,
      ...(firstTime === undefined ? {} : { firstTime }),
      ...(lastTime === undefined ? {} : { lastTime }),
      events,
      rows: events,
      rowsSkipped: 0,
      files: [],
      defects: [],
      damaged: false,
      notes: ['live: what was received stands in the journal'],
    }),
  }
}

function tick(time: number): Event {
  return { kind: 'clock', source: LIVE_SOURCE, sourceTime: time, receivedTime: time }
}
