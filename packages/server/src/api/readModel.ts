import type { Assessment, Decision, OrdersView, Turn } from '@holdfast/engine'
import type { Observer } from '../run/ports.js'
import { type AlertLog, createAlertLog } from './alertLog.js'
import { createHistory, type History } from './history.js'
import { createMarketMemory, type MarketMemory } from './marketMemory.js'

/** What the page and the API read: rebuilt from the turns, live and replayed alike, so it needs no store of its own. */
export type ReadModel = {
  readonly observer: Observer
  assessment(): Assessment | undefined
  orders(): OrdersView | undefined
  head(): JournalHead | undefined
  decisions(): readonly RecordedDecision[]
  decision(id: string): RecordedDecision | undefined
  readonly alerts: AlertLog
  readonly market: MarketMemory
  readonly history: History
  /** Calls back after each turn; the return value stops it. */
  onTurn(listener: (turn: Turn, model: ReadModel) => void): () => void
}

export type JournalHead = { readonly sequence: number; readonly hash: string; readonly time: number }

/** A decision and the turn that recorded it. */
export type RecordedDecision = { readonly decision: Decision; readonly sequence: number }

export type ReadModelOptions = {
  /** How many decisions are held; older ones are in the journal. 10,000 unless said otherwise. */
  readonly decisionsMax?: number
  /** How many points each history series holds before neighbours are merged; 4,096 unless said otherwise. */
  readonly historyPointsMax?: number
}

export function createReadModel(options: ReadModelOptions = {}): ReadModel {
  const decisionsMax = options.decisionsMax ?? 10_000
  const decisions: RecordedDecision[] = []
  const byId = new Map<string, RecordedDecision>()
  const listeners = new Set<(turn: Turn, model: ReadModel) => void>()
  const alerts = createAlertLog(decisionsMax)
  const market = createMarketMemory()
  const history = createHistory(options.historyPointsMax ?? 4096)
  let assessment: Assessment | undefined
  let orders: OrdersView | undefined
  let head: JournalHead | undefined

  const remember = (decision: Decision, sequence: number) => {
    if (byId.has(decision.id)) return
    const recorded = { decision, sequence }
    decisions.push(recorded)
    byId.set(decision.id, recorded)
    alerts.observe(recorded)
    if (decisions.length > decisionsMax) byId.delete(decisions.shift()!.decision.id)
  }

  const model: ReadModel = {
    observer: {
      name: 'api',
      turn(turn, view, context) {
        assessment = view.assessment
        orders = view.orders
        head = { sequence: turn.sequence, hash: context.head, time: turn.time }
        market.observe(turn.events)
        for (const decision of turn.decisions) remember(decision, turn.sequence)
        for (const event of turn.events) {
          if (event.kind === 'control' && event.command === 'acknowledge') {
            alerts.acknowledge(event.target, event.actor, event.receivedTime)
          }
        }
        history.observe(turn.time, view.assessment, market)
        for (const listener of listeners) listener(turn, model)
      },
    },
    assessment: () => assessment,
    orders: () => orders,
    head: () => head,
    decisions: () => decisions,
    decision: (id) => byId.get(id),
    alerts,
    market,
    history,
    onTurn(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return model
}
