import type { EngineView, Turn } from '@holdfast/engine'
import type { JournalHead } from '../journal/head.js'
import type { Effect, Observer } from './ports.js'

type Watchers = {
  readonly effects?: readonly Effect[]
  readonly observers?: readonly Observer[]
  readonly onFault?: (name: string, error: unknown) => void
}

/** Hands turns on once they are durable: to the observers, then to the effects, in order and one turn at a time. */
export function createDispatch({ effects = [], observers = [], onFault = () => {} }: Watchers) {
  const failed = new Set<string>()
  let tail: Promise<void> = Promise.resolve()
  let waiting = 0

  async function guarded(name: string, work: () => void | Promise<void>): Promise<void> {
    if (failed.has(name)) return
    try {
      await work()
    } catch (error) {
      // Risk goes on being watched without it. An effect is offered the turn again after a restart.
      failed.add(name)
      onFault(name, error)
    }
  }

  async function deliver(turn: Turn, view: EngineView, head: JournalHead, replayed: boolean): Promise<void> {
    for (const observer of observers) {
      await guarded(observer.name, () => observer.turn(turn, view, { replayed, head: head.hash }))
    }
    for (const effect of effects) {
      if (replayed && turn.sequence <= effect.position()) continue
      await guarded(effect.name, () => effect.perform(turn, view))
    }
  }

  return {
    replayed: (turn: Turn, view: EngineView, head: JournalHead) => deliver(turn, view, head, true),
    /** Queues a turn behind its sync; waits only where more than `inFlightMax` are queued. */
    async turn(turn: Turn, view: EngineView, durable: Promise<JournalHead>, inFlightMax: number): Promise<void> {
      waiting += 1
      const work = tail.then(async () => {
        await deliver(turn, view, await durable, false)
        waiting -= 1
      })
      // The failure shows where the tail is awaited; these only keep it from being reported as unhandled until then.
      durable.catch(() => undefined)
      work.catch(() => undefined)
      tail = work
      if (waiting >= inFlightMax) await tail
    },
    settled: () => tail,
    async close(): Promise<void> {
      for (const watcher of [...observers, ...effects]) {
        await guarded(watcher.name, () => watcher.close?.())
      }
    },
  }
}
