import type { Decision, EngineView, Event } from '@holdfast/engine'
import type { InstrumentKey } from '@holdfast/quant'
import type { ListedInstrument, Venue, VenueFill } from '@holdfast/venues'
import type { Logger } from '../log/logger.js'
import type { WallClock } from '../run/ports.js'
import type { Holding } from './holding.js'
import { fillNews, type Teller } from './news.js'
import type { OrderAction } from './request.js'
import type { ActSettings } from './settings.js'

/** An order that was decided to be sent. */
export type DecidedOrder = { readonly action: OrderAction; readonly rule: string; readonly time: number }

/** Numbers of what acting does. */
export type ActMetrics = {
  /** `cancelled`: an order that nothing wanted any more. */
  orderAnswered(account: string, outcome: 'confirmed' | 'rejected' | 'denied' | 'unresolved', seconds: number): void
  orderSettled(account: string, by: 'client-id' | 'fills' | 'position' | 'absence'): void
  cancelAnswered(account: string, outcome: 'confirmed' | 'failed'): void
  orphanFound(account: string): void
  /** Wall clock of the question, epoch milliseconds. */
  reconciled(account: string, time: number): void
}

/**
 * One account and the line to its venue: what was sent, what is under way, what is known to have been told. All of it can be
 * lost: what must survive is in the journal, and what the journal does not say is asked of the venue.
 */
export type Desk = {
  readonly account: string
  readonly portfolio: string
  readonly reconcileMs: number
  readonly venue: Venue
  readonly teller: Teller
  readonly clock: WallClock
  readonly settings: ActSettings
  readonly signal: AbortSignal
  readonly logger: Logger
  readonly metrics: ActMetrics
  readonly put: (...events: readonly Event[]) => void
  /** Why nothing may be sent now, whatever was decided. */
  readonly heldBack: () => string | undefined
  readonly holding: Holding
  /** Every order that the journal says was to be sent, by its id. */
  readonly decided: Map<string, DecidedOrder>
  readonly listed: Map<InstrumentKey, ListedInstrument>
  /** Waiting to be sent; sent and not answered; being settled; ordered back, also where it was not sent yet. */
  readonly queued: Set<string>
  readonly flying: Set<string>
  readonly settling: Set<string>
  readonly withdrawn: Set<string>
  /** Of which this process told something: the engine may not have taken it in yet. */
  readonly told: Set<string>
  /** Orders that were settled, and when the engine had last heard of them then: it may not have taken the news in yet. */
  readonly settled: Map<string, number>
  /** What orders of an instrument wait for, one after another. */
  readonly queues: Map<InstrumentKey, Promise<void>>
  readonly cancels: Set<Promise<unknown>>
  /** What the engine knew after the latest turn; undefined before the first. */
  view: EngineView | undefined
  connected: boolean
  /** Counts sessions: an answer to a question of an earlier one is not used. */
  session: number
  /** Venue's time of the latest statement that was told. */
  statementTime: number | undefined
  closing: boolean
  /** Asks for a statement soon. */
  kick: () => void
}

/** Tells fills that were not told before, oldest first. */
export function tellFills(desk: Desk, fills: readonly VenueFill[]): void {
  const now = desk.clock.now()
  for (const fill of fills.toSorted((a, b) => a.time - b.time)) {
    if (desk.holding.note(fill)) desk.put(fillNews(desk.teller, fill, now))
  }
}

/** An answer that does not come in time is none. */
export async function within<Value>(desk: Desk, answer: Promise<Value>, ms: number): Promise<Value | undefined> {
  const over = new AbortController()
  const slept = desk.clock.sleep(ms, AbortSignal.any([over.signal, desk.signal])).then(() => undefined)
  try {
    return await Promise.race([answer, slept])
  } finally {
    over.abort()
  }
}

/** Pause before question number `attempt` is asked again. */
export function pause(desk: Desk, attempt: number): Promise<void> {
  const { backoffMs, backoffMaxMs } = desk.settings
  return desk.clock.sleep(Math.min(backoffMaxMs, backoffMs * 2 ** Math.min(attempt, 20)), desk.signal)
}

/** Orders of ours that may still trade, as the engine follows them; and strange ones with `all`. */
export function liveOrders(desk: Desk, all = false) {
  const orders = desk.view?.orders.orders ?? []
  return orders.filter(
    ({ account, ours, status }) =>
      account === desk.account &&
      (ours || all) &&
      (status === 'sending' || status === 'open' || status === 'unresolved'),
  )
}

export function orderOf({ action, rule, time, outcome }: Decision): DecidedOrder | undefined {
  const sent = action.kind === 'order' && action.style === undefined && outcome === 'sent'
  return sent ? { action, rule, time } : undefined
}
