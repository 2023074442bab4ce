import type { EngineView, Event, Turn } from '@holdfast/engine'
import type { Reactor } from './ports.js'

/** What simulated counterparties have answered and the engine has not seen yet. */
export type ReactorQueue = {
  /** Shows a turn to every counterparty. */
  react(turn: Turn, view: EngineView): void
  /** Received time of the next answer; undefined where there is none. */
  peek(): number | undefined
  /** Takes the answers of the next instant, at most `limit`. */
  take(limit: number): readonly Event[]
  /** Removes the answers that a recorded turn holds: they were seen. */
  consumed(events: readonly Event[]): void
}

export function createReactorQueue(reactors: readonly Reactor[]): ReactorQueue {
  const names = new Set(reactors.map(({ name }) => name))
  let queue: Event[] = []

  function take(limit: number): readonly Event[] {
    const time = queue[0]?.receivedTime
    let count = 0
    while (count < limit && queue[count]?.receivedTime === time && count < queue.length) count += 1
    return queue.splice(0, count)
  }

  return {
    react(turn, view) {
      const answers = reactors.flatMap((reactor) =>
        reactor.react(turn, view).map((event) => ({
          ...event,
          source: reactor.name,
          // An answer cannot come before its question.
          receivedTime: Math.max(event.receivedTime, turn.time),
        })),
      )
      if (answers.length === 0) return
      // The sort is stable: at equal times, in the order in which they were given.
      queue = [...queue, ...answers].sort((a, b) => a.receivedTime - b.receivedTime)
    },
    peek: () => queue[0]?.receivedTime,
    take,
    consumed(events) {
      queue.splice(0, events.filter(({ source }) => names.has(source)).length)
    },
  }
}
