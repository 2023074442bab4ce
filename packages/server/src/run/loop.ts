import { setImmediate } from 'node:timers/promises'
import type { ControlEvent, Engine, EngineView, Event, HeaderRecord } from '@holdfast/engine'
import type { Source } from '@holdfast/venues'
import type { JournalHead } from '../journal/head.js'
import type { OpenedJournal } from '../journal/open.js'
import { createDispatch } from './dispatch.js'
import { type Merge, mergeSources } from './merge.js'
import { createPacer } from './pacer.js'
import type { Effect, Observer, Reactor, WallClock } from './ports.js'
import { createReactorQueue, type ReactorQueue } from './reactors.js'
import { advance, type Cursors, replayJournal } from './replay.js'

export type RunOptions = {
  /** A fresh engine, before its first turn. */
  readonly engine: Engine
  readonly header: HeaderRecord
  readonly sources: readonly Source[]
  readonly journal: OpenedJournal
  readonly clock: WallClock
  /** Engine time per wall time: 1 is real time. `max`: as fast as it goes. */
  readonly speed: number | 'max'
  /** An orderly stop: after the turn at hand. */
  readonly signal: AbortSignal
  readonly reactors?: readonly Reactor[]
  readonly effects?: readonly Effect[]
  readonly observers?: readonly Observer[]
  /** Where nothing happens for this long, engine time, the loop turns all the same; absent: only where something does. */
  readonly tickMs?: number
  /** An observer or an effect failed; the loop goes on without it. */
  readonly onFault?: (name: string, error: unknown) => void
}

export type RunOutcome = {
  /** `ended`: every source was read to its end. `stopped`: the signal came first. */
  readonly reason: 'ended' | 'stopped'
  /** Turns in the journal, those of earlier runs among them. */
  readonly turns: number
  /** Of these, how many were replayed from it at the start. */
  readonly replayedTurns: number
  readonly head: JournalHead
}

export type RunningLoop = {
  readonly done: Promise<RunOutcome>
  /** Hands a person's word in; resolves once the turn that holds it is durable. */
  submit(control: ControlEvent): Promise<{ readonly sequence: number }>
  view(): EngineView
}

/** Events that one turn takes at most: what one instant brings beyond it waits for the next turn. */
const TURN_EVENTS_MAX = 4096

/** Turns that may wait for their sync while the engine goes on. */
const TURNS_IN_FLIGHT_MAX = 64

/** The source named in the events that the loop makes itself. */
const CLOCK_SOURCE = 'clock'

/**
 * Runs the loop: brings the engine to where the journal ends, then feeds it what the sources bring, journals each turn,
 * and lets nothing that follows from a turn leave before the turn is on disk. How events are grouped into turns depends
 * on their received times alone, never on how fast anything ran: two runs, and a run that was killed and resumed, leave
 * the same journal.
 *
 * The journal is closed when `done` settles; it rejects with a `JournalError` where the journal cannot be written.
 */
export function runLoop(options: RunOptions): RunningLoop {
  const wake = new AbortController()
  const controls: Control[] = []
  const state = { wake, interrupt: () => {}, controls, stopped: false }
  const done = run(options, state).finally(() => {
    state.stopped = true
    for (const { reject } of controls.splice(0)) reject(new Error('the loop has stopped'))
  })
  return {
    done,
    view: () => options.engine.view(),
    submit(event) {
      if (state.stopped) return Promise.reject(new Error('the loop has stopped'))
      return new Promise((resolve, reject) => {
        controls.push({ event, resolve, reject })
        state.wake.abort()
        state.interrupt()
      })
    },
  }
}

type Control = {
  readonly event: ControlEvent
  readonly resolve: (turn: { readonly sequence: number }) => void
  readonly reject: (error: unknown) => void
}

type LoopState = { wake: AbortController; interrupt: () => void; readonly controls: Control[] }

async function run(options: RunOptions, state: LoopState): Promise<RunOutcome> {
  const { engine, journal, header, signal } = options
  const reactors = createReactorQueue(options.reactors ?? [])
  const dispatch = createDispatch(options)
  try {
    const replayed = await replayJournal(journal, header, engine, reactors, dispatch.replayed)
    if (journal.recordCount === 0) await journal.append(header)
    const merge = mergeSources(options.sources, replayed.cursors, signal)
    const turning = { options, state, reactors, merge, cursors: replayed.cursors, dispatch }
    const reason = await turnUntilEnd(turning).finally(merge.close)
    await dispatch.settled()
    const turns = engine.view().sequence
    return { reason, turns, replayedTurns: replayed.turns, head: journal.head()! }
  } finally {
    await dispatch.close()
    await journal.close()
  }
}

type Turning = {
  readonly options: RunOptions
  readonly state: LoopState
  readonly reactors: ReactorQueue
  readonly merge: Merge
  readonly cursors: Cursors
  readonly dispatch: ReturnType<typeof createDispatch>
}

async function turnUntilEnd(turning: Turning): Promise<'ended' | 'stopped'> {
  const { options, state, reactors, cursors, dispatch } = turning
  const { engine, journal, signal } = options
  const pacer = createPacer(options.clock, options.speed)
  while (!signal.aborted) {
    const next = await orWord(nextInstant(turning), state)
    if (next === undefined) return signal.aborted ? 'stopped' : 'ended'
    if (state.controls.length === 0) {
      await pacer.until(next.time, AbortSignal.any([signal, state.wake.signal]))
    }
    if (signal.aborted) break
    const controls = state.controls.splice(0)
    if (state.wake.signal.aborted) state.wake = new AbortController()
    const events =
      controls.length > 0 ? controls.map(({ event }) => stamped(event, engine.view().time)) : await next.take()
    const turn = engine.step(events, engine.view().time)
    const view = engine.view()
    advance(cursors, events)
    reactors.react(turn, view)
    await dispatch.turn(turn, view, journal.append({ kind: 'turn', turn }), TURNS_IN_FLIGHT_MAX)
    // Signals, requests and finished syncs are looked at once a turn, however fast the sources are.
    await setImmediate()
    for (const { resolve, reject } of controls) {
      dispatch.settled().then(() => resolve({ sequence: turn.sequence }), reject)
    }
  }
  return 'stopped'
}

/** A person's word does not wait for what comes next: it is an instant of its own, now. */
function orWord(next: Promise<Instant | undefined>, state: LoopState): Promise<Instant | undefined> {
  const now: Instant = { time: Number.NEGATIVE_INFINITY, take: async () => [] }
  return new Promise((resolve, reject) => {
    state.interrupt = () => resolve(now)
    if (state.controls.length > 0) resolve(now)
    next.then(resolve, reject)
  })
}

type Instant = { readonly time: number; take(): Promise<readonly Event[]> }

/** The next thing that happens: an answer of a counterparty, an event of a source, or a tick of the clock. */
async function nextInstant({ options, reactors, merge }: Turning): Promise<Instant | undefined> {
  const fromSource = await merge.peek()
  const fromReactor = reactors.peek()
  const time = Math.min(fromSource ?? Number.POSITIVE_INFINITY, fromReactor ?? Number.POSITIVE_INFINITY)
  if (time === Number.POSITIVE_INFINITY) return undefined
  const { tickMs } = options
  const now = options.engine.view().time
  if (tickMs !== undefined && now > 0 && time > now + tickMs) {
    const at = now + tickMs
    return {
      time: at,
      take: async () => [{ kind: 'clock', source: CLOCK_SOURCE, sourceTime: at, receivedTime: at }],
    }
  }
  const answered = fromReactor !== undefined && fromReactor <= time
  return { time, take: async () => (answered ? reactors.take(TURN_EVENTS_MAX) : await merge.take(TURN_EVENTS_MAX)) }
}

/** A person's word is received now, in the engine's time. */
function stamped(control: ControlEvent, now: number): ControlEvent {
  return { ...control, receivedTime: Math.max(now, 0), sourceTime: Math.max(now, 0) }
}
