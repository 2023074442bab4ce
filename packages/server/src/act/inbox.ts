import type { Event } from '@holdfast/engine'
import type { WallClock } from '../run/ports.js'

/** What came in from venues and from acting, and was not taken in by the loop yet. Putting never waits. */
export type Inbox = {
  put(...events: readonly Event[]): void
  /** All that has come, in the order in which it came; waits up to `ms` for the first, and is empty where nothing came. */
  take(ms: number, signal: AbortSignal): Promise<readonly Event[]>
  /** True while somebody waits in `take`: everything that came was taken in. */
  readonly waited: boolean
}

export function createInbox(clock: WallClock): Inbox {
  let events: Event[] = []
  let wake: AbortController | undefined
  return {
    put(...more) {
      events.push(...more)
      wake?.abort()
    },
    async take(ms, signal) {
      if (events.length === 0 && !signal.aborted) {
        wake = new AbortController()
        await clock.sleep(ms, AbortSignal.any([signal, wake.signal]))
        wake = undefined
      }
      const taken = events
      events = []
      return taken
    },
    get waited() {
      return wake !== undefined && !wake.signal.aborted
    },
  }
}
