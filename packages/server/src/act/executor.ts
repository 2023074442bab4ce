import type { ConnectionConfiguration, Decision, EngineView, Event, Turn } from '@holdfast/engine'
import { type Venue, VenueError } from '@holdfast/venues'
import type { FolderLock } from '../journal/lock.js'
import type { Logger } from '../log/logger.js'
import type { Effect, Observer, WallClock } from '../run/ports.js'
import { type ClosingStatement, closeDesk } from './closing.js'
import { type ActMetrics, type DecidedOrder, type Desk, orderOf } from './desk.js'
import { createHolding } from './holding.js'
import type { Inbox } from './inbox.js'
import { keepLine } from './line.js'
import { enqueue } from './sending.js'
import { ACT_SETTINGS, type ActSettings } from './settings.js'
import { settle } from './settling.js'
import { withdraw, withdrawAll } from './withdrawing.js'

/** An account, the line that reaches it, and the venue at its other end. */
export type ActLine = {
  readonly account: string
  readonly portfolio: string
  readonly connection: ConnectionConfiguration
  readonly venue: Venue
}

export type ExecutorOptions = {
  readonly lines: readonly ActLine[]
  readonly inbox: Inbox
  readonly clock: WallClock
  readonly logger: Logger
  readonly metrics: ActMetrics
  /** Whether orders may be sent: else a read-only key will do. */
  readonly act: boolean
  readonly settings?: Partial<ActSettings>
  /** Why nothing may be sent now, whatever was decided; absent: nothing stands against it. */
  readonly heldBack?: () => string | undefined
  /** Takes an account for this process; absent: others are kept out by other means. */
  readonly lock?: (connection: ConnectionConfiguration) => FolderLock
}

/**
 * Carries out what was decided, and tells what became of it. It decides nothing: all that it learns goes through the journal as
 * events, and each order follows from one decision with outcome `sent`, whose id is its client id. What it holds in memory can
 * be lost at any moment: an order is sent only in the turn that decided it, and one whose fate the journal does not tell is
 * asked for, never sent again.
 */
export type Executor = {
  readonly effect: Effect
  /** Learns from the journal what earlier processes were told to do. */
  readonly observer: Observer
  /**
   * Opens the lines.
   *
   * @throws {VenueError} where one may not be used; {@link AccountLockedError} where another process acts on its account.
   */
  begin(): Promise<void>
  /** After the orderly stop: what stayed at the venues, by their own word. */
  closing(): readonly ClosingStatement[]
}

/** Orders of the journal that are remembered; older ones can only come back as strange ones. */
const DECIDED_MAX = 100_000

export function createExecutor(options: ExecutorOptions): Executor {
  const stop = new AbortController()
  const desks = options.lines.map((line) => createDesk(line, options, stop.signal))
  const byAccount = new Map(desks.map((desk) => [desk.account, desk]))
  /** Cancels of the journal, which an earlier process may not have carried out. */
  let inherited: Decision[] = []
  let statements: readonly ClosingStatement[] = []
  const locks: FolderLock[] = []
  let live = false

  const effect: Effect = {
    name: 'executor',
    // Replayed turns are never performed.
    position: () => Number.MAX_SAFE_INTEGER,
    async perform(turn, view) {
      for (const desk of desks) desk.view = view
      if (!live) inherit(view)
      live = true
      carryOut(turn)
      for (const desk of desks) follow(desk, view)
    },
    async close() {
      statements = await Promise.all(desks.map(closeDesk))
      stop.abort()
      await Promise.all(desks.map(({ venue }) => venue.close().catch(() => undefined)))
      for (const lock of locks) lock.release()
    },
  }

  /** Cancels before orders, whatever the order in which they were decided. */
  function carryOut({ decisions }: Turn): void {
    for (const decision of decisions) carryOutCancel(decision)
    for (const decision of decisions) {
      const order = orderOf(decision)
      const desk = order === undefined ? undefined : byAccount.get(order.action.account)
      if (order === undefined || desk === undefined || desk.decided.has(decision.id)) continue
      remember(desk, decision.id, order)
      enqueue(desk, decision.id, order)
    }
  }

  function carryOutCancel({ action, outcome }: Decision): void {
    if (action.kind !== 'cancel' || outcome !== 'sent') return
    const desk = byAccount.get(action.account)
    if (desk === undefined) return
    if (action.order === undefined) void withdrawAll(desk, action.instruments)
    else void withdrawOne(desk, action.order)
  }

  function withdrawOne(desk: Desk, id: string): Promise<boolean> | undefined {
    const tracked = desk.view?.orders.orders.find((one) => one.id === id)
    const instrument = tracked?.instrument ?? desk.decided.get(id)?.action.instrument
    if (instrument === undefined) return undefined
    const venueOrderIds = tracked?.venueOrders.map((one) => one.id) ?? []
    const ours = tracked === undefined || tracked.ours
    return withdraw(desk, { ...(ours ? { id } : {}), instrument, venueOrderIds })
  }

  /** What the last process left: its cancels are carried out, for a cancel does no harm twice; its orders are asked for. */
  function inherit({ orders, time }: EngineView): void {
    for (const { action, time: decidedAt } of inherited) {
      if (action.kind !== 'cancel') continue
      const desk = byAccount.get(action.account)!
      for (const order of orders.orders) {
        const meant = action.order === undefined ? order.since <= decidedAt : order.id === action.order
        const live = order.status === 'open' || order.status === 'sending' || order.status === 'unresolved'
        if (meant && live && order.account === action.account) void withdrawOne(desk, order.id)
      }
    }
    inherited = []
    options.logger.info('acting begins', { accounts: desks.map(({ account }) => account), turnTime: time })
  }

  return {
    effect,
    observer: {
      name: 'executor-memory',
      turn(turn, _view, { replayed }) {
        if (!replayed) return
        for (const decision of turn.decisions) {
          const order = orderOf(decision)
          const desk = order === undefined ? undefined : byAccount.get(order.action.account)
          if (order !== undefined && desk !== undefined) remember(desk, decision.id, order)
          const { action, outcome } = decision
          const cancels = action.kind === 'cancel' && outcome === 'sent' && byAccount.has(action.account)
          if (cancels) inherited = [...inherited.slice(-99), decision]
        }
        for (const event of turn.events) noteStatement(byAccount, event)
      },
    },
    async begin() {
      if (options.lock !== undefined) for (const { connection } of options.lines) locks.push(options.lock(connection))
      await Promise.all(options.lines.map((line) => beginLine(byAccount.get(line.account)!, line, options)))
    },
    closing: () => statements,
  }
}

/** A venue that cannot be reached now is tried again; one that may not be used is no venue. */
async function beginLine(desk: Desk, { connection }: ActLine, { act }: ExecutorOptions): Promise<void> {
  const needs = { act, allowWithdrawal: connection.allowWithdrawal }
  try {
    const { warnings } = await desk.venue.open(needs)
    for (const warning of warnings) desk.logger.warn('warning of a venue', { account: desk.account, warning })
    void keepLine(desk, needs, true)
  } catch (error) {
    if (!(error instanceof VenueError) || error.code !== 'VENUE_UNREACHABLE') throw error
    desk.logger.warn('venue cannot be reached', { account: desk.account, reason: error.message })
    void keepLine(desk, needs, false)
  }
}

function createDesk(line: ActLine, options: ExecutorOptions, signal: AbortSignal): Desk {
  const { account, portfolio, connection, venue } = line
  return {
    account,
    portfolio,
    reconcileMs: connection.reconcileMs,
    venue,
    teller: { source: venue.name, account },
    clock: options.clock,
    settings: { ...ACT_SETTINGS, ...options.settings },
    signal,
    logger: options.logger,
    metrics: options.metrics,
    put: options.inbox.put,
    heldBack: options.heldBack ?? (() => undefined),
    holding: createHolding(),
    decided: new Map(),
    listed: new Map(),
    queued: new Set(),
    flying: new Set(),
    settling: new Set(),
    withdrawn: new Set(),
    told: new Set(),
    settled: new Map(),
    queues: new Map(),
    cancels: new Set(),
    view: undefined,
    connected: false,
    session: 0,
    statementTime: undefined,
    closing: false,
    kick: () => {},
  }
}

function remember(desk: Desk, id: string, order: DecidedOrder): void {
  desk.decided.set(id, order)
  if (desk.decided.size > DECIDED_MAX) desk.decided.delete(desk.decided.keys().next().value!)
}

/** Up to when the fills of an account are in the journal. */
function noteStatement(byAccount: ReadonlyMap<string, Desk>, event: Event): void {
  if (event.kind !== 'account' || !event.complete) return
  const desk = byAccount.get(event.account)
  if (desk !== undefined && event.source === desk.teller.source) desk.statementTime = event.sourceTime
}

/** What the engine says is open to doubt is looked into: orders of unknown fate, orders that stand twice, kills to be confirmed. */
function follow(desk: Desk, { orders, rules, time }: EngineView): void {
  for (const order of orders.orders) {
    if (order.account !== desk.account || !order.ours) continue
    const { id, instrument, status } = order
    const here = desk.flying.has(id) || desk.queued.has(id)
    const unknown = status === 'unresolved' || (status === 'sending' && !desk.told.has(id))
    const settled = desk.settled.get(id) === order.updated
    if (unknown && !here && !settled && desk.connected) settle(desk, id)
    const standing = order.venueOrders.filter((one) => one.status === 'open').map((one) => one.id)
    if (standing.length > 1 && !desk.withdrawn.has(id)) {
      desk.logger.error('one order stands more than once; all are withdrawn', { account: desk.account, order: id })
      void withdraw(desk, { id, instrument, venueOrderIds: standing })
    }
  }
  const line = orders.accounts.find((one) => one.account === desk.account)
  const pressing = Object.values(rules.kills).some(({ told }) => told?.state !== 'confirmed')
  if (pressing && desk.connected && time - (line?.listTime ?? 0) > PRESSING_MS) desk.kick()
}

/** While a kill waits for the venue's word, it is asked this often. */
const PRESSING_MS = 1_000
