import { haltKeysOf, KILL } from '@holdfast/engine'
import type { PlaceOutcome } from '@holdfast/venues'
import { type DecidedOrder, type Desk, tellFills, within } from './desk.js'
import { fateOf, orderNews } from './news.js'
import { requestOf } from './request.js'
import { settle } from './settling.js'
import { withdraw } from './withdrawing.js'

/** Queues an order behind those of its instrument. Never called twice with one id, whatever happens. */
export function enqueue(desk: Desk, id: string, order: DecidedOrder): void {
  const { instrument } = order.action
  desk.queued.add(id)
  const before = desk.queues.get(instrument) ?? Promise.resolve()
  const after = before.then(() => send(desk, id, order))
  desk.queues.set(instrument, after)
}

async function send(desk: Desk, id: string, order: DecidedOrder): Promise<void> {
  await cancelsFirst(desk)
  if (desk.signal.aborted) return
  desk.queued.delete(id)
  const refusal = refusalOf(desk, id, order)
  const listed = desk.listed.get(order.action.instrument)
  const made = refusal === undefined ? requestOf(id, order.action, listed) : { ok: false as const, reason: refusal }
  if (!made.ok) {
    take(desk, id, order, { outcome: 'denied', reason: made.reason, retryable: false }, 0)
    return
  }
  desk.flying.add(id)
  const asked = desk.clock.now()
  const seconds = () => (desk.clock.now() - asked) / 1000
  const answer = desk.venue
    .place(made.request)
    .catch((fault: unknown): PlaceOutcome => ({ outcome: 'unresolved', reason: String(fault) }))
  const outcome = await within(desk, answer, desk.settings.answerMs)
  desk.flying.delete(id)
  if (desk.signal.aborted) return
  if (outcome !== undefined) {
    take(desk, id, order, outcome, seconds())
    return
  }
  const reason = `no answer within ${desk.settings.answerMs / 1000} s`
  take(desk, id, order, { outcome: 'unresolved', reason }, seconds())
  void answer.then((late) => {
    if (late.outcome !== 'unresolved' && !desk.signal.aborted) take(desk, id, order, late, seconds())
  })
}

/** What was ordered back before goes first: the venue must not take the new order for one of the old. */
async function cancelsFirst(desk: Desk): Promise<void> {
  if (desk.cancels.size > 0) await within(desk, Promise.allSettled([...desk.cancels]), desk.settings.cancelWaitMs)
}

/** Why an order is not sent after all: between deciding and sending the world may have moved. */
function refusalOf(desk: Desk, id: string, { action, rule, time }: DecidedOrder): string | undefined {
  if (desk.withdrawn.has(id)) return 'it was ordered back before it was sent'
  if (desk.closing) return 'Holdfast is being stopped'
  if (!desk.connected) return 'there is no line to the venue'
  const age = desk.clock.now() - time
  if (!(age <= desk.settings.liveMs)) {
    return `it was decided ${(age / 1000).toFixed(1)} s ago; allowed: ${desk.settings.liveMs / 1000} s`
  }
  const held = rule === KILL ? undefined : desk.heldBack()
  if (held !== undefined) return held
  const halt = rule === KILL || action.reduceOnly ? undefined : haltOver(desk, action.instrument)
  return halt === undefined ? undefined : `it was overtaken by a halt of ${halt}`
}

function haltOver(desk: Desk, instrument: string): string | undefined {
  const halts = desk.view?.rules.halts ?? {}
  return haltKeysOf(desk.portfolio, desk.account, instrument).find((key) => Object.hasOwn(halts, key))
}

/** Takes an answer for what it says, and tells it. */
function take(desk: Desk, id: string, order: DecidedOrder, outcome: PlaceOutcome, seconds: number): void {
  const { account, teller, clock, metrics, logger } = desk
  const now = clock.now()
  metrics.orderAnswered(account, outcome.outcome, seconds)
  desk.told.add(id)
  if (outcome.outcome === 'confirmed') {
    tellFills(desk, outcome.fills)
    desk.put(orderNews(teller, { ...outcome.order, clientId: id }, now))
    if (desk.withdrawn.has(id) && outcome.order.status === 'open') {
      void withdraw(desk, { id, instrument: order.action.instrument })
    }
    return
  }
  const code = 'code' in outcome && outcome.code !== undefined ? ` (${outcome.code})` : ''
  const reason = `${outcome.reason}${code}`
  logger.warn('order not confirmed', { account, order: id, outcome: outcome.outcome, reason })
  desk.put(orderNews(teller, fateOf(id, order.action, outcome.outcome, reason), now))
  if (outcome.outcome === 'unresolved') settle(desk, id)
}
