import type { Decision } from '../src/decision.js'
import type { ControlEvent, Event } from '../src/event.js'
import { applyOrderEvent, createOrders, ordersView, trackDecisions } from '../src/order/index.js'
import { type DecideMarket, decide, EMPTY_RULE_STATE, type Rulebook } from '../src/policy/index.js'
import { assessmentOf, marketOf, rulebookWith, type World } from './policyDesk.js'

const CONNECTIONS = `connections:
  - { id: line, kind: deribit, watch: [BTC], credentials: { key: "env:KEY", secret: "env:SECRET" } }
`

/** A rulebook over one account, `main`, that is reached by a connection. */
export function connectedRulebook(rules: string, more = ''): Rulebook {
  return rulebookWith(rules, CONNECTIONS + more, '    connection: line\n')
}

export const PERPETUAL = 'deribit:BTC/USD:BTC'

/** The deciding half of the engine with what it follows of orders: worlds and news in, decisions out. */
export function createActingDesk(rulebook: Rulebook) {
  const orders = createOrders()
  let state = EMPTY_RULE_STATE
  let now = 0
  let count = 0

  function news(...events: readonly Event[]) {
    return events.flatMap((event) => applyOrderEvent(orders, event, []))
  }

  return {
    news,
    view: () => ordersView(orders),
    state: () => state,
    /** One turn at `time`. */
    turn(
      time: number,
      world: Partial<World> = {},
      controls: readonly ControlEvent[] = [],
      market: DecideMarket = marketOf(),
    ): readonly Decision[] {
      now = time
      news(...controls)
      const assessment = assessmentOf({ time, equity: 100, marginRatio: 0.2, ...world })
      const decided = decide(rulebook, state, assessment, market, time, controls, ordersView(orders))
      state = decided.state
      trackDecisions(orders, decided.decisions, time)
      return decided.decisions
    },
    /** The line is opened, and the venue has said everything. */
    connect(time = now) {
      news(at(time, { kind: 'session', account: 'main', state: 'connected' }))
      return news(
        at(time, { kind: 'account', account: 'main', complete: true, positions: [] }),
        at(time, { kind: 'open-orders', account: 'main', orders: [] }),
      )
    },
    /** A statement that the book found to differ. */
    vanish(statement: Event) {
      const flag = {
        code: 'position-vanished',
        subject: 'account:main',
        detail: `${PERPETUAL} was 100000, the statement says 0`,
      }
      return applyOrderEvent(orders, statement, [flag])
    },
    order(id: string, status: string, filled = '0', more: object = {}) {
      const order = ordersView(orders).orders.find((one) => one.id === id)
      const { instrument = PERPETUAL, size = '0' } = order ?? {}
      return news(
        at(now, {
          kind: 'order',
          account: 'main',
          clientId: id,
          venueOrderId: `v-${id}`,
          instrument,
          size,
          filled,
          status,
          ...more,
        }),
      )
    },
    control(command: ControlEvent['command'], target: string, note?: string, actor = 'ops'): ControlEvent {
      count += 1
      return {
        kind: 'control',
        command,
        actor,
        target,
        source: 'api',
        sourceTime: now,
        receivedTime: now,
        sequence: count,
        ...(note === undefined ? {} : { note }),
      }
    },
  }
}

/** An event of the line, with its times. */
export function at(time: number, event: object): Event {
  return { source: 'line', sourceTime: time, receivedTime: time, ...event } as Event
}

/** Decisions about orders and cancels, in short. */
export function acts(decisions: readonly Decision[]): readonly string[] {
  return decisions.flatMap(({ action, outcome }) => {
    if (action.kind === 'order')
      return [`${outcome} ${action.size} ${action.instrument}${action.terms === undefined ? '' : ` ${action.terms}`}`]
    if (action.kind === 'cancel') return [`${outcome} cancel ${action.order === undefined ? 'all' : 'one'}`]
    if (action.kind === 'kill-report') return [`kill ${action.state}`]
    return []
  })
}
