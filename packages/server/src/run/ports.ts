import type { EngineView, Event, Turn } from '@holdfast/engine'

/**
 * Where events come from. A recorded source gives the same events in the same order each time it is opened, in the order
 * of their received time; that is what makes a restart able to take up where it stopped.
 */
export type Source = {
  /** Unique within a run, stable across runs: it names the source's cursor in the journal. */
  readonly id: string
  /** Recorded: replayable from the start, ends. Live: begins at now, never ends by itself. */
  readonly kind: 'recorded' | 'live'
  /** Opens the source. `signal` ends it early, without an error. */
  events(signal: AbortSignal): AsyncIterable<Event>
}

/**
 * A simulated counterparty: what it answers to a turn comes back as events. It must be a pure function of the turns that
 * it was shown, since a restart shows it the same turns again.
 */
export type Reactor = {
  readonly id: string
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
