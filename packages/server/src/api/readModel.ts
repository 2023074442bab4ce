import type { Assessment, Decision, EngineView, Event, Turn } from '@holdfast/engine'
import { createAttribution } from '../report/attribution.js'
import type { Observer } from '../run/ports.js'
import { type AlertLog, createAlertLog } from './alertLog.js'
import { createHistory, type History } from './history.js'
import { createMarketMemory, type MarketMemory } from './marketMemory.js'
import { createOrderLog, type OrderLog } from './orderLog.js'

/** What the page and the API read: rebuilt from the turns, live and replayed alike, so it needs no store of its own. */
export type ReadModel = {
  readonly observer: Observer
  assessment(): Assessment | undefined
  /** Of the latest turn that was observed; absent before the first. */
  view(): EngineView | undefined
  head(): JournalHead | undefined
  decisions(): readonly RecordedDecision[]
  decision(id: string): RecordedDecision | undefined
  readonly alerts: AlertLog
  readonly market: MarketMemory
  readonly history: History
  readonly orders: OrderLog
  /** What trading came to. */
  readonly attribution: Pick<ReturnType<typeof createAttribution>, 'at'>
  /** How far our clock was ahead of the latest message of an account's venue, milliseconds; absent where it carries no time of its own. */
  clockAheadMs(account: string): number | undefined
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
  const attribution = createAttribution()
  const orders = createOrderLog(decisionsMax, attribution)
  const clocks = new Map<string, number>()
  let view: EngineView | undefined
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
      turn(turn, latest, context) {
        view = latest
        head = { sequence: turn.sequence, hash: context.head, time: turn.time }
        market.observe(turn.events)
        for (const decision of turn.decisions) {
          remember(decision, turn.sequence)
          if (decision.action.kind === 'order') attribution.decision(decision, market.quote(decision.action.instrument))
        }
        orders.observe(turn, latest.orders)
        for (const event of turn.events) {
          if (event.kind === 'control' && event.command === 'acknowledge') {
            alerts.acknowledge(event.target, event.actor, event.receivedTime)
          }
          noteClock(clocks, event)
        }
        history.observe(turn.time, latest.assessment, market)
        for (const listener of listeners) listener(turn, model)
      },
    },
    assessment: () => view?.assessment,
    view: () => view,
    head: () => head,
    decisions: () => decisions,
    decision: (id) => byId.get(id),
    alerts,
    market,
    history,
    orders,
    attribution,
    clockAheadMs: (account) => clocks.get(account),
    onTurn(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return model
}

/** A venue's message that carries no time of its own has that at which it came: it tells nothing of the clocks. */
function noteClock(clocks: Map<string, number>, event: Event): void {
  if (event.kind !== 'account' && event.kind !== 'order' && event.kind !== 'fill' && event.kind !== 'open-orders')
    return
  if (event.sourceTime !== event.receivedTime) clocks.set(event.account, event.receivedTime - event.sourceTime)
}
