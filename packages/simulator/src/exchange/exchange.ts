import { publishMarket } from './channels.js'
import { beginFault, isPossible, type LastingFault, pass } from './clock.js'
import { type Emission, ExchangeCore, type ExchangeOptions } from './core.js'
import { RpcError } from './error.js'
import { FAULTS, type FaultName, type FaultOrder } from './faults.js'
import { METHODS, type Method } from './methods.js'
import {
  closeSession,
  hasScope,
  type Identity,
  identifyHttp,
  identifyToken,
  openSession,
  type Session,
} from './session.js'
import { type ExchangeSnapshot, holdingsOf, snapshotOf } from './snapshot.js'

export type Json = Readonly<Record<string, unknown>>

export type RpcRequest = {
  readonly jsonrpc?: string
  readonly id?: number | string | null
  readonly method: string
  readonly params?: Json
}

/** What an HTTP request says about its maker, and what its signature covers. */
export type HttpAuthorization = { readonly header: string; readonly signed: string }

/** An answer at once, or later among the emissions, or never. */
export type Delivery =
  | { readonly kind: 'answer'; readonly response: Json }
  | { readonly kind: 'late'; readonly at: number }
  /** `isDone`: the exchange did what was asked, and only its word was lost. */
  | { readonly kind: 'lost'; readonly isDone: boolean }

/**
 * A simulated exchange that speaks Deribit's JSON-RPC: a state machine in virtual time without clock, chance or sockets. The
 * same options and the same calls give the same bytes.
 */
export interface Exchange {
  /** Virtual time, epoch milliseconds. */
  readonly time: number
  /** A connection: a WebSocket, or one that carries HTTP requests of anybody. */
  connect(kind?: 'websocket' | 'http'): number
  request(connection: number, request: RpcRequest, authorization?: HttpAuthorization): Delivery
  /** Lets time pass, and takes what has been sent since: in order of time, of one connection in order of sending. */
  advance(to: number): readonly Emission[]
  /** What has been sent up to now, without time passing. */
  drain(): readonly Emission[]
  /** The client hangs up or is cut off. */
  disconnect(connection: number): void
  isConnected(connection: number): boolean
  /** Makes something go wrong: the next opportunities, or a window from now on. */
  fault(order: FaultOrder): void
  setFaultRatios(ratios: Partial<Readonly<Record<FaultName, number>>>): void
  clearFaults(): void
  /** How many of each fault have struck. */
  faultCounts(): Readonly<Record<FaultName, number>>
  /** The truth, for checkers. */
  snapshot(): ExchangeSnapshot
  /** Signed amounts that an account holds, by instrument, as in its snapshot; without the cost of one. */
  holdings(account: string): Readonly<Record<string, number>>
}

/** Control calls of the simulator itself; no real exchange has them, and they need no key. */
const CONTROL = 'simulator/'
const LASTING: readonly string[] = [
  'silent-stall',
  'frozen-time',
  'disconnect',
  'post-only-window',
  'maintenance',
  'adl',
]
/** What a client may ask during maintenance. */
const ALWAYS = ['public/test', 'public/hello', 'public/status', 'public/get_time', 'public/auth', 'private/logout']

export function createExchange(options: ExchangeOptions): Exchange {
  const core = new ExchangeCore(options)
  const exchange: Exchange = {
    get time() {
      return core.time
    },
    connect: (kind = 'websocket') => openSession(core, kind).id,
    request: (connection, request, authorization) => handle(core, exchange, connection, request, authorization),
    advance(to) {
      pass(core, to)
      return collect(core)
    },
    drain() {
      publishMarket(core, false)
      return collect(core)
    },
    disconnect(connection) {
      const session = core.sessions.get(connection)
      if (session !== undefined) closeSession(core, session, 'client', false)
    },
    isConnected: (connection) => core.sessions.has(connection),
    fault(order) {
      if (!FAULTS.includes(order.name)) throw new RangeError(`there is no fault “${order.name}”: ${FAULTS.join(', ')}`)
      if (!LASTING.includes(order.name)) core.faults.order(order)
      else if (isPossible(core, order.name as LastingFault)) {
        core.faults.counts[order.name] += 1
        beginFault(core, order.name as LastingFault, order.durationMs ?? core.faults.windowMs, order.of)
      }
    },
    setFaultRatios: (ratios) => core.faults.setRatios(ratios),
    clearFaults() {
      core.faults.clear()
      core.maintenanceUntil = 0
      core.postOnlyUntil = 0
      core.frozenUntil = 0
      for (const session of core.sessions.values()) session.stalledUntil = 0
    },
    faultCounts: () => ({ ...core.faults.counts }),
    snapshot: () => snapshotOf(core),
    holdings: (account) => holdingsOf(core, account),
  }
  return exchange
}

function handle(
  core: ExchangeCore,
  exchange: Exchange,
  connection: number,
  request: RpcRequest,
  authorization: HttpAuthorization | undefined,
): Delivery {
  const session = core.sessions.get(connection)
  if (session === undefined) return { kind: 'lost', isDone: false }
  if (request.method?.startsWith(CONTROL)) return { kind: 'answer', response: control(core, exchange, request) }
  const { faults } = core
  if (core.time < session.stalledUntil || faults.strikes('lost-request', request.method))
    return { kind: 'lost', isDone: false }
  const response = answer(core, session, request, authorization)
  if (response === undefined) return { kind: 'lost', isDone: true }
  if (faults.strikes('lost-acknowledgement', request.method)) return { kind: 'lost', isDone: true }
  if (faults.strikes('late-answer', request.method)) {
    const at = core.time + 1 + Math.floor(faults.share() * faults.lateMs)
    core.send(session.id, response, at)
    return { kind: 'late', at }
  }
  return { kind: 'answer', response }
}

/** A second call within a second is refused, but does not end the session. */
const SLOW: readonly string[] = ['private/simulate_portfolio', 'private/pme/simulate']

/** Undefined where the method answers nothing (`private/logout`). */
function answer(
  core: ExchangeCore,
  session: Session,
  request: RpcRequest,
  authorization: HttpAuthorization | undefined,
): Json | undefined {
  const { id } = request
  const now = core.wireTime * 1_000
  const testnet = core.options.testnet ?? true
  try {
    const result = call(core, session, request, authorization)
    if (result === undefined) return undefined
    return { jsonrpc: '2.0', id, result, usIn: now, usOut: now, usDiff: 0, testnet }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    const { code, message, data } = error
    if (message === 'too_many_requests' && !SLOW.includes(request.method)) {
      closeSession(core, session, 'too_many_requests', true)
    }
    return { jsonrpc: '2.0', id, error: { code, message, data }, usIn: now, usOut: now, usDiff: 0, testnet }
  }
}

function call(
  core: ExchangeCore,
  session: Session,
  request: RpcRequest,
  authorization: HttpAuthorization | undefined,
): unknown {
  const method: Method | undefined = Object.hasOwn(METHODS, request.method) ? METHODS[request.method] : undefined
  if (method === undefined) throw new RpcError('method_not_found', undefined, request.method ?? '')
  if (session.heartbeat !== undefined) session.heartbeat.heardAt = core.time
  const params = request.params ?? {}
  const identity = identityOf(core, session, params, authorization)
  if (core.time < core.maintenanceUntil && !ALWAYS.includes(request.method)) throw new RpcError('system_maintenance')
  if (method.scope !== undefined) {
    if (identity === undefined) throw new RpcError('unauthorized', { reason: 'missing credentials' })
    if (method.scope !== '' && !hasScope(identity.scope, method.scope)) {
      throw new RpcError('forbidden', { reason: `scope ${method.scope} is needed` })
    }
  }
  const payer = identity?.account ?? core.house
  if (payer !== core.house && method.pool !== 'free' && !payer[method.pool].take(core.time))
    throw new RpcError('too_many_requests')
  if (method.pool === 'matching' && core.time < core.settlingUntil) throw new RpcError('settlement_in_progress')
  return method.answer({ core, session, params, identity, account: payer })
}

function identityOf(
  core: ExchangeCore,
  session: Session,
  params: Json,
  authorization: HttpAuthorization | undefined,
): Identity | undefined {
  if (typeof params.access_token === 'string') return identifyToken(core, params.access_token)
  if (authorization !== undefined) return identifyHttp(core, authorization.header, authorization.signed)
  return session.identity
}

function control(core: ExchangeCore, exchange: Exchange, request: RpcRequest): Json {
  const head = { jsonrpc: '2.0', ...(request.id === undefined ? {} : { id: request.id }) }
  const params = request.params ?? {}
  try {
    switch (request.method.slice(CONTROL.length)) {
      case 'fault': {
        const { name, count, durationMs, of } = params as Record<string, string | number | undefined>
        exchange.fault({
          name: name as FaultName,
          ...(count === undefined ? {} : { count: Number(count) }),
          ...(durationMs === undefined ? {} : { durationMs: Number(durationMs) }),
          ...(of === undefined ? {} : { of: String(of) }),
        })
        return { ...head, result: exchange.faultCounts() }
      }
      case 'fault_ratios':
        exchange.setFaultRatios(params as Partial<Record<FaultName, number>>)
        return { ...head, result: exchange.faultCounts() }
      case 'clear_faults':
        exchange.clearFaults()
        return { ...head, result: exchange.faultCounts() }
      case 'fault_counts':
        return { ...head, result: exchange.faultCounts() }
      case 'snapshot':
        return {
          ...head,
          result: JSON.parse(
            JSON.stringify(snapshotOf(core), (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
          ),
        }
      default:
        return { ...head, error: { code: -32601, message: 'Method not found' } }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { ...head, error: { code: -32602, message: error.message } }
  }
}

/** What is due, without what a stalled connection does not get; notifications that follow each other may change places. */
function collect(core: ExchangeCore): readonly Emission[] {
  const due = core.outbox.splice(0)
  for (let place = 0; place < core.later.length; ) {
    if (core.later[place]!.at <= core.time) due.push(...core.later.splice(place, 1))
    else place += 1
  }
  const heard = due.filter(({ connection, kind }) => {
    const session = core.sessions.get(connection)
    return kind === 'closed' || (session !== undefined && core.time >= session.stalledUntil)
  })
  heard.sort((a, b) => a.at - b.at)
  for (let place = 0; place + 1 < heard.length; place++) {
    const [one, next] = [heard[place]!, heard[place + 1]!]
    if (one.connection !== next.connection || one.kind !== 'message' || next.kind !== 'message') continue
    if (one.message.method !== 'subscription' || next.message.method !== 'subscription') continue
    if (!core.faults.strikes('reordered-notification')) continue
    heard[place] = next
    heard[place + 1] = one
    place += 1
  }
  return heard
}
