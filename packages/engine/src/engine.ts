import { type Assessment, assess, assessSettings, createAssessMemory } from './assess/index.js'
import { applyBookEvent, bookDigest, configuredStatement, createBook, openAccount, startTurn } from './book/index.js'
import { composeEngine, type EngineParts } from './compose.js'
import type { Decision } from './decision.js'
import type { DataFlag, Event } from './event.js'
import { applyMarketEvent, createMarketState, guardSettings, marketDigest, marketView } from './market/index.js'
import {
  type DecideMarket,
  decide,
  EMPTY_RULE_STATE,
  type Rulebook,
  type RuleState,
  ruleStateDigest,
} from './policy/index.js'
import type { Turn } from './turn.js'

/**
 * The deterministic core as one value: events in, a turn out. It reads no clock: its time is the latest received time
 * that it was given. The same events in the same batches give the same turns, to the bit, on any machine.
 */
export type Engine = {
  /**
   * One turn of the loop: takes the events in, assesses every account, decides.
   *
   * @param events - in the order in which they were received; may be empty (time passes).
   * @param receivedTime - epoch milliseconds; a value behind the engine's time is not followed.
   * @returns the turn; its decisions are for the caller to carry out once the turn is durable.
   */
  step(events: readonly Event[], receivedTime: number): Turn
  /** What the engine holds now. A new value each turn: it is never changed afterwards. */
  view(): EngineView
  /** The market as the latest turn saw it, until the next one; absent before the first, and where an engine has none. */
  market?(): DecideMarket | undefined
}

/** What the engine knows after its latest turn: for the API, for `explain`, for reports. */
export type EngineView = {
  /** Of the latest turn; 0 before the first. */
  readonly sequence: number
  /** Engine time, epoch milliseconds; 0 before the first turn. */
  readonly time: number
  readonly assessment: Assessment
  /** The latest decisions, oldest first; how many are kept is `EngineOptions.recentDecisions`. */
  readonly decisions: readonly Decision[]
  /** What was wrong with the events of the latest turn. */
  readonly flags: readonly DataFlag[]
  readonly stateDigest: string
  /** What the rules remember: for `why-not`. */
  readonly rules: RuleState
}

export type EngineOptions = {
  /** How many decisions `view()` keeps; 1,000 unless said otherwise. */
  readonly recentDecisions?: number
  /** SHA-256; a host may hand in a faster one, which must give the same bytes. */
  readonly sha256?: (bytes: Uint8Array) => Uint8Array
}

/**
 * The engine of a desk: its book, its beliefs of the market, its rulebook. The accounts hold what the configuration says
 * from the first turn on, until a venue's own statement arrives.
 */
export function createEngine(rulebook: Rulebook, options: EngineOptions = {}): Engine {
  return composeEngine(createParts(rulebook), options)
}

function createParts(rulebook: Rulebook): EngineParts {
  const { configuration } = rulebook
  const market = createMarketState(guardSettings(configuration.guard))
  const book = createBook()
  const settings = assessSettings(configuration)
  const memory = createAssessMemory()
  let rules = EMPTY_RULE_STATE
  let opened = false
  let seen: DecideMarket | undefined
  for (const { id, venue, portfolio, marginModel } of configuration.accounts) {
    openAccount(book, { id, venue, portfolio, marginModel })
  }

  return {
    begin(now) {
      startTurn(book)
      if (opened) return []
      opened = true
      return configuration.accounts.flatMap((account) => applyBookEvent(book, configuredStatement(account, now)))
    },
    apply: (event) => [...applyMarketEvent(market, event), ...applyBookEvent(book, event)],
    conclude(now, events) {
      const snapshot = marketView(market, now)
      const assessment = assess(book, snapshot, settings, memory)
      const controls = events.filter((event) => event.kind === 'control')
      const decided = decide(rulebook, rules, assessment, snapshot, now, controls)
      rules = decided.state
      seen = snapshot
      return { assessment, decisions: decided.decisions }
    },
    rules: () => rules,
    market: () => seen,
    state: () => [marketDigest(market), bookDigest(book), ruleStateDigest(rules)],
  }
}
