import { type Assessment, assess, assessSettings, createAssessMemory } from './assess/index.js'
import { applyBookEvent, bookDigest, configuredStatement, createBook, openAccount, startTurn } from './book/index.js'
import { composeEngine, type EngineParts } from './compose.js'
import type { Decision } from './decision.js'
import type { DataFlag, Event } from './event.js'
import { createVenueFigures, takeVenueFigures, venueFiguresState } from './margin/index.js'
import {
  applyMarketEvent,
  createMarketState,
  guardSettings,
  type MarketSnapshot,
  marketDigest,
  marketView,
} from './market/index.js'
import {
  applyOrderEvent,
  createOrders,
  forgetOrders,
  isIdle,
  type OrdersView,
  ordersDigest,
  ordersView,
  trackDecisions,
} from './order/index.js'
import { decide, EMPTY_RULE_STATE, type Rulebook, type RuleState, ruleStateDigest } from './policy/index.js'
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
  /** What is believed of the market after the latest turn; to be read before the next. Absent before the first. */
  market(): MarketSnapshot | undefined
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
  /** Orders that are followed, lines to accounts, states of venues. */
  readonly orders: OrdersView
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
  const orders = createOrders()
  const figures = createVenueFigures(configuration.calibration)
  let rules = EMPTY_RULE_STATE
  let opened = false
  for (const { id, venue, portfolio, marginModel } of configuration.accounts) {
    openAccount(book, { id, venue, portfolio, marginModel })
  }

  return {
    begin(now) {
      startTurn(book)
      if (opened) return []
      opened = true
      // What a connected account holds only its venue can say.
      return configuration.accounts
        .filter(({ connection }) => connection === undefined)
        .flatMap((account) => applyBookEvent(book, configuredStatement(account, now)))
    },
    apply(event) {
      if (event.kind === 'venue-figure') return takeVenueFigures(figures, event, book.accounts.ids.has(event.account))
      const booked = applyBookEvent(book, event)
      return [...applyMarketEvent(market, event), ...booked, ...applyOrderEvent(orders, event, booked)]
    },
    conclude(now, events) {
      const snapshot = marketView(market, now)
      const assessment = assess(book, snapshot, settings, memory, figures, ordersView(orders))
      const controls = events.filter((event) => event.kind === 'control')
      forgetOrders(orders, now)
      const decided = decide(rulebook, rules, assessment, snapshot, now, controls, ordersView(orders))
      rules = decided.state
      trackDecisions(orders, decided.decisions, now)
      return { assessment, decisions: decided.decisions }
    },
    rules: () => rules,
    market: (now) => marketView(market, now),
    orders: () => ordersView(orders),
    state() {
      const calibrated = venueFiguresState(figures)
      return [
        marketDigest(market),
        bookDigest(book),
        ruleStateDigest(rules),
        ...(calibrated === undefined ? [] : [calibrated]),
        ...(isIdle(orders) ? [] : [ordersDigest(orders)]),
      ]
    },
  }
}
