import type { Assessment } from './assess/assessment.js'
import type { Decision } from './decision.js'
import { admit } from './door.js'
import type { Engine, EngineOptions, EngineView } from './engine.js'
import type { DataFlag, Event } from './event.js'
import { digestOf } from './journal/digest.js'
import type { DecideMarket } from './policy/decide/context.js'
import type { RuleState } from './policy/state.js'
import type { Turn } from './turn.js'

/** The parts that an engine is made of. Each is deterministic and keeps its own state. */
export type EngineParts = {
  /** Called before the events of each turn. */
  begin(now: number): readonly DataFlag[]
  /** Takes an event into book and market; returns what was wrong with it. */
  apply(event: Event): readonly DataFlag[]
  /** Assesses and decides, once the events of a turn are in. */
  conclude(
    now: number,
    events: readonly Event[],
  ): { readonly assessment: Assessment; readonly decisions: readonly Decision[] }
  rules(): RuleState
  /** The market of the latest turn, where there is one to ask. */
  market?(): DecideMarket | undefined
  /** Everything that later turns depend on, as data or as digests of its own: for the state's digest. */
  state(): unknown
}

const RECENT_DECISIONS = 1000

/** Joins parts into an engine: time, order, the door, isolation of faults, digests. */
export function composeEngine(parts: EngineParts, options: EngineOptions = {}): Engine {
  const keep = options.recentDecisions ?? RECENT_DECISIONS
  let sequence = 0
  let time = 0
  let recent: readonly Decision[] = []
  let view: EngineView = {
    sequence,
    time,
    assessment: EMPTY_ASSESSMENT,
    decisions: recent,
    flags: [],
    stateDigest: '',
    rules: parts.rules(),
  }

  function step(events: readonly Event[], receivedTime: number): Turn {
    const flags: DataFlag[] = []
    const admitted = events.flatMap((event) => {
      const outcome = admit(event)
      flags.push(...outcome.flags)
      return outcome.event ?? []
    })
    const now = latest(time, receivedTime, admitted)
    flags.push(...parts.begin(now))
    for (const event of admitted) flags.push(...applied(parts, event))
    const { assessment, decisions } = parts.conclude(now, admitted)
    sequence += 1
    time = now
    const assessmentDigest = digestOf(assessment, options.sha256)
    const stateDigest = digestOf(
      [view.stateDigest, sequence, now, assessmentDigest, decisions, flags, parts.state()],
      options.sha256,
    )
    if (decisions.length > 0) recent = [...recent, ...decisions].slice(-keep)
    view = { sequence, time, assessment, decisions: recent, flags, stateDigest, rules: parts.rules() }
    return { sequence, time, events, decisions, flags, assessmentDigest, stateDigest }
  }

  return { step, view: () => view, market: () => parts.market?.() }
}

const EMPTY_ASSESSMENT: Assessment = { time: 0, accounts: [], portfolios: [], inputs: [] }

/** The engine's time: the latest received time, of an event or of the turn. One behind it is not followed. */
function latest(time: number, receivedTime: number, events: readonly Event[]): number {
  let now = receivedTime > time && Number.isFinite(receivedTime) ? receivedTime : time
  for (const event of events) if (event.receivedTime > now) now = event.receivedTime
  return now
}

/** A fault in one event must not take the others with it; it is recorded, and what it should have told stays unknown. */
function applied(parts: EngineParts, event: Event): readonly DataFlag[] {
  try {
    return parts.apply(event)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return [{ code: 'event-fault', subject: event.source, detail: `${event.kind}: ${detail}` }]
  }
}
