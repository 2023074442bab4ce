import {
  type ControlEvent,
  compileConfiguration,
  createEngine,
  type Decision,
  type Event,
  explainDecision,
  renderDiagnostics,
  type Turn,
  whyNot,
} from '@holdfast/engine'
import { type ApiOptions, createApi } from '../src/api/api.js'
import type { ApiPorts, RunView } from '../src/api/ports.js'
import { createReadModel } from '../src/api/readModel.js'
import { actingPorts } from '../src/house/acting.js'
import { createLogger } from '../src/log/logger.js'
import { createRedactor } from '../src/log/redaction.js'
import { hash } from './deskBook.js'

export const PERPETUAL = 'deribit:BTC/USD:BTC'
export const QUOTED_PUT = 'deribit:BTC/USD:BTC-260227-80000-P'
export const UNQUOTED_PUT = 'deribit:BTC/USD:BTC-260327-70000-P'
export const SECOND = 1000
export const MINUTE = 60 * SECOND
const START = Date.UTC(2026, 1, 2, 9)

const CONFIGURATION = `version: 1
name: acting desk
connections:
  - { id: line, kind: deribit, watch: [BTC], credentials: { key: "env:KEY", secret: "env:SECRET" } }
accounts:
  - { id: main, venue: deribit, portfolio: desk, connection: line }
  - id: book
    venue: deribit
    portfolio: desk
    balances: { BTC: 20 }
    positions:
      - { instrument: BTC/USD:BTC, size: -300000 USD, entry: 78200 USD }
      - { instrument: BTC/USD:BTC-260227-80000-P, size: -4 BTC, entry: 0.041 BTC }
      - { instrument: BTC/USD:BTC-260327-70000-P, size: -6 BTC, entry: 0.021 BTC }
rules:
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 2
    rearm: { when: abs(delta_net) < 1, after: 1 min }
    cooldown: 1 min
    repeat: 2 min
    bounds: { perAction: 200000 USD, perDay: 2000000 USD }
    stage: live
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: main, maxSlippage: 20 bps } }
  - id: trim-options
    scope: { account: book }
    when: cash_delta > usd(0)
    rearm: { when: cash_delta < -usd(100) }
    bounds: { perAction: 500000 USD }
    approval: { within: 15 min, fourEyesAbove: 1000 USD }
    stage: approve
    do: { reduce: { share: 25 %, instruments: ["${QUOTED_PUT}"], maxSlippage: 100 bps } }
  - id: hold-delta-closer
    scope: { underlying: BTC }
    when: abs(delta_net) > 1
    rearm: { when: abs(delta_net) < 0.5 }
    cooldown: 10 min
    bounds: { perAction: 1 BTC }
    promotion: { after: 1 h, decisions: 3, denied: 20 % }
    stage: shadow
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: book, maxSlippage: 10 bps } }
  - id: crash-hedge
    scope: { underlying: BTC }
    when: abs(delta_net) > 2.5
    rearm: { when: abs(delta_net) < 0.5 }
    cooldown: 10 min
    bounds: { perAction: 0.8 BTC, perDay: 4 BTC }
    stage: paper
    do: { hedge-delta: { target: 0 BTC, with: "${PERPETUAL}", account: book, maxSlippage: 15 bps } }
`

/** A desk that acts, over the real engine: one account behind a line that the test speaks for, one that is filled on paper. */
export function actingHouse() {
  const compiled = compileConfiguration(CONFIGURATION, 'acting.yaml')
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  const { rulebook } = compiled
  const engine = createEngine(rulebook)
  const model = createReadModel()
  const clock = { now: START }
  const log: string[] = []
  let head = hash('genesis')
  let price = 76_000
  let count = 0

  const turn = (events: readonly Event[]): Turn => {
    const made = engine.step(events, clock.now)
    head = hash(`${head} ${made.sequence}`)
    model.observer.turn(made, engine.view(), { replayed: false, head })
    return made
  }
  const stamped = (event: object, source = 'line'): Event =>
    ({ source, sourceTime: clock.now - 40, receivedTime: clock.now, ...event }) as Event
  const quote = (instrument: string, middle: number, half: number, size: number) => ({
    kind: 'quote' as const,
    instrument,
    bid: Number((middle - half).toFixed(6)),
    ask: Number((middle + half).toFixed(6)),
    mark: Number(middle.toFixed(6)),
    bidSize: size,
    askSize: size,
  })
  const market = () =>
    stamped(
      {
        kind: 'market',
        observations: [
          { kind: 'index', underlying: 'BTC', price },
          ...[Date.UTC(2026, 1, 27, 8), Date.UTC(2026, 2, 27, 8)].flatMap((expiry) => {
            const years = (expiry - clock.now) / (365 * 24 * 3_600_000)
            return [
              { kind: 'forward', underlying: 'BTC', expiry, price: price * 1.003 },
              { kind: 'slice', underlying: 'BTC', expiry, svi: [0.16 * years, 0.36 * years, -0.25, 0, 0.25] },
            ]
          }),
          quote(PERPETUAL, price, 4, 90_000),
          quote(QUOTED_PUT, 0.0655, 0.0007, 12),
        ],
      },
      'feed',
    )

  const run: RunView = {
    name: 'acting desk',
    version: '0.1.0',
    state: 'running',
    startedTime: START,
    turns: 0,
    speed: 1,
    configurationHash: 'c'.repeat(64),
    rulebookHash: rulebook.hash,
  }
  const acting = actingPorts(engine, rulebook)
  const ports: ApiPorts = {
    now: () => clock.now,
    run: () => ({ ...run, turns: engine.view().sequence, lastTurnWallTime: clock.now }),
    ...acting,
    explain: (decision) => explainDecision(decision, rulebook).text,
    whyNot: (rule) => {
      const { rules, assessment } = engine.view()
      const answer = whyNot(rulebook, rule, rules, assessment)
      return answer.ok ? [] : undefined
    },
    readTurns: async () => [],
    async submit(control: ControlEvent) {
      const { sequence } = turn([{ ...control, receivedTime: clock.now, sourceTime: clock.now }])
      return { sequence }
    },
  }
  const logger = createLogger({
    level: 'debug',
    write: (line) => log.push(line),
    now: () => clock.now,
    redactor: createRedactor(),
  })

  return {
    engine,
    model,
    ports,
    clock,
    log,
    turn,
    stamped,
    /** Time passes, and the market says where it is. */
    pass(ms: number, at = price): Turn {
      clock.now += ms
      price = at
      return turn([market()])
    },
    /** The line is opened; the venue says everything. */
    connect(positions: readonly object[] = []) {
      turn([
        stamped({ kind: 'session', account: 'main', state: 'connected' }),
        stamped({
          kind: 'venue-state',
          venue: 'deribit',
          state: 'open',
          account: 'main',
          guards: [
            {
              name: 'cancel-on-disconnect',
              state: 'armed',
              gaps: ['an orderly log-out does not trigger it', 'untriggered orders stay'],
            },
            { name: 'market-maker-protection', state: 'not-armed', gaps: ['not configured for this account'] },
          ],
        }),
      ])
      clock.now += 200
      this.statement(positions)
    },
    /** A complete statement and the list of open orders, where `standing` are in it. */
    statement(positions: readonly object[], standing: readonly Decision[] = []) {
      return turn([
        stamped({ kind: 'account', account: 'main', complete: true, balances: { BTC: '12' }, positions }),
        stamped({ kind: 'open-orders', account: 'main', orders: standing.map(standingOrder) }),
      ])
    },
    /** The venue's word on an order of ours: it stands, or is filled at a price. */
    order({ id, action }: Decision, status: string, filled = '0', fillPrice?: string, reason?: string) {
      if (action.kind !== 'order') throw new Error('not an order')
      const { instrument, size, limitPrice } = action
      count += 1
      return turn([
        stamped({
          kind: 'order',
          account: action.account,
          clientId: id,
          venueOrderId: venueId(id),
          instrument,
          size,
          filled,
          limitPrice,
          status,
          ...(reason === undefined ? {} : { reason }),
          ...(fillPrice === undefined ? {} : { averagePrice: fillPrice }),
        }),
        ...(fillPrice === undefined
          ? []
          : [
              stamped({
                kind: 'fill',
                account: action.account,
                instrument,
                fillId: `t-${count}`,
                decisionId: id,
                size: filled,
                price: fillPrice,
                fee: '0.00131',
                feeAsset: 'BTC',
              }),
            ]),
      ])
    },
    api: (change: Partial<ApiOptions> = {}) =>
      createApi({ ports, model, logger, access: { host: '127.0.0.1', keys: [], allowedHosts: [] }, ...change }),
  }
}

export type ActingHouse = ReturnType<typeof actingHouse>

const venueId = (id: string) => `BTC-${Number.parseInt(id.slice(0, 7), 16)}`

function standingOrder({ id, action }: Decision): object {
  if (action.kind !== 'order') throw new Error('not an order')
  const { instrument, size, limitPrice } = action
  return { clientId: id, venueOrderId: venueId(id), instrument, size, filled: '0', limitPrice, status: 'open' }
}

/** Orders of a turn that went out. */
export function ordersOf({ decisions }: Turn): readonly Decision[] {
  return decisions.filter(
    ({ action, outcome }) => action.kind === 'order' && (outcome === 'sent' || outcome === 'papered'),
  )
}
