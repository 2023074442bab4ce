import type { Event } from '@holdfast/engine'
import type { Cursor, Source } from '@holdfast/venues'

/** Sources as one stream in order of received time. */
export type Merge = {
  /** Received time of the next event; undefined once all sources have ended. May be asked again before it answered. */
  peek(): Promise<number | undefined>
  /** Takes the events of the next instant, in the order of the sources; at most `limit`. */
  take(limit: number): Promise<readonly Event[]>
  close(): Promise<void>
}

type Lane = {
  readonly iterator: AsyncIterator<Event>
  next: IteratorResult<Event> | undefined
  /** Under way: an iterator is asked for one thing at a time, also where who asked stopped waiting. */
  asked: Promise<void> | undefined
}

/**
 * Merges sources. What comes next depends only on how far each source has been read: at equal times the source that
 * stands first in the list comes first. So a restart from the cursors gives the same order as an uninterrupted run.
 *
 * @param cursors - by source name: where each is taken up; absent: from its start.
 */
export function mergeSources(
  sources: readonly Source[],
  cursors: ReadonlyMap<string, Cursor>,
  signal: AbortSignal,
): Merge {
  const lanes: Lane[] = sources.map((source) => {
    const after = cursors.get(source.name)
    const events = source.events({ signal, ...(after === undefined ? {} : { after }) })
    return { iterator: events[Symbol.asyncIterator](), next: undefined, asked: undefined }
  })

  async function fill(lane: Lane): Promise<void> {
    lane.next = await lane.iterator.next()
    lane.asked = undefined
  }

  async function earliest(): Promise<Lane | undefined> {
    let first: Lane | undefined
    for (const lane of lanes) {
      if (lane.next === undefined) {
        lane.asked ??= fill(lane)
        await lane.asked
      }
      if (lane.next === undefined || lane.next.done === true) continue
      if (first === undefined || lane.next.value.receivedTime < timeOf(first)) first = lane
    }
    return first
  }

  return {
    async peek() {
      const lane = await earliest()
      return lane === undefined ? undefined : timeOf(lane)
    },
    async take(limit) {
      const events: Event[] = []
      for (let lane = await earliest(); lane !== undefined && events.length < limit; lane = await earliest()) {
        const event = (lane.next as IteratorYieldResult<Event>).value
        if (events.length > 0 && event.receivedTime > events[0]!.receivedTime) break
        events.push(event)
        lane.next = undefined
      }
      return events
    },
    async close() {
      // One that is still asked for something ends by the signal.
      for (const { iterator, asked } of lanes) if (asked === undefined) await iterator.return?.()
    },
  }
}

function timeOf(lane: Lane): number {
  return (lane.next as IteratorYieldResult<Event>).value.receivedTime
}
