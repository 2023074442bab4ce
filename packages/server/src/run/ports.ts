import type { EngineView, Event, Turn } from '@holdfast/engine'

/**
 * A simulated counterparty: what it answers to a turn comes back as events. It must be a pure function of the turns that
 * it was shown, since a restart shows it the same turns again. Its events carry `name` as their source.
 */
export type Reactor = {
  readonly name: string
  react(turn: Turn, view: EngineView): readonly Event[]
}

/**
 * Something that acts on what was decided: alerts, orders. It is handed each turn once the turn is durable, in order and
 * one at a time. After a restart it is handed again every turn behind its own durable `position()`.
 */
export type Effect = {
  readonly name: string
  /** Sequence of the last turn that is done for good; 0 for none. Must survive a crash. */
  position(): number
  perform(turn: Turn, view: EngineView): Promise<void>
  /** Called once at an orderly stop, after the last turn. */
  close?(): Promise<void>
}

/** Watches the run: reports, SQL view, API. Sees replayed turns too, so that it can rebuild what it holds. */
export type Observer = {
  readonly name: string
  turn(
    turn: Turn,
    view: EngineView,
    context: { readonly replayed: boolean; readonly head: string },
  ): void | Promise<void>
  close?(): Promise<void>
}

/** Wall time, as data: tests hand in one that they move themselves. */
export type WallClock = {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}
