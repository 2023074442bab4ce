import type { InstrumentKey } from '@holdfast/quant'
import type { CancelOutcome, CancelTarget } from '@holdfast/venues'
import { type Desk, liveOrders, pause, within } from './desk.js'
import { settle } from './settling.js'

export type Withdrawal = {
  /** Ours, or absent where the order is not. */
  readonly id?: string
  readonly instrument: InstrumentKey
  /** The venue's ids under it: each is cancelled by itself, since one client id can stand twice. */
  readonly venueOrderIds?: readonly string[]
}

/** A cancel that fails is tried so often; then the engine, which sees that the order still stands, asks for it anew. */
const ATTEMPTS = 5

/** Orders one order back. Nothing holds a cancel up: neither queues nor halts nor what is unresolved. */
export function withdraw(desk: Desk, withdrawal: Withdrawal): Promise<boolean> {
  const { id, instrument, venueOrderIds = [] } = withdrawal
  if (id !== undefined) desk.withdrawn.add(id)
  const targets: CancelTarget[] = [
    ...(id === undefined ? [] : [{ instrument, clientId: id }]),
    ...venueOrderIds.map((venueOrderId) => ({ instrument, venueOrderId })),
  ]
  const done = Promise.all(targets.map((target) => untilCancelled(desk, () => desk.venue.cancel(target))))
  return noted(
    desk,
    done.then((all) => {
      if (id !== undefined) settle(desk, id)
      desk.kick()
      return all.every(Boolean)
    }),
  )
}

/** Orders back everything in some instruments, or in all: over the venue's own way for that, and order by order. */
export function withdrawAll(desk: Desk, instruments: readonly InstrumentKey[] | 'all'): Promise<boolean> {
  const meant = (instrument: InstrumentKey) => instruments === 'all' || instruments.includes(instrument)
  for (const id of desk.queued) if (meant(desk.decided.get(id)!.action.instrument)) desk.withdrawn.add(id)
  for (const id of desk.flying) if (meant(desk.decided.get(id)!.action.instrument)) desk.withdrawn.add(id)
  const whole = untilCancelled(desk, () => desk.venue.cancelAll(instruments))
  const each = liveOrders(desk, true)
    .filter(({ instrument, status }) => meant(instrument) && status !== 'sending')
    .map(({ id, ours, instrument, venueOrders }) =>
      withdraw(desk, {
        ...(ours ? { id } : {}),
        instrument,
        venueOrderIds: ours ? [] : venueOrders.map((one) => one.id),
      }),
    )
  return noted(
    desk,
    Promise.all([whole, ...each]).then((all) => {
      desk.kick()
      return all.every(Boolean)
    }),
  )
}

function noted(desk: Desk, cancel: Promise<boolean>): Promise<boolean> {
  desk.cancels.add(cancel)
  void cancel.finally(() => desk.cancels.delete(cancel))
  return cancel
}

async function untilCancelled(desk: Desk, ask: () => Promise<CancelOutcome>): Promise<boolean> {
  let reason = ''
  for (let attempt = 0; attempt < ATTEMPTS && !desk.signal.aborted; attempt++) {
    if (attempt > 0) await pause(desk, attempt - 1)
    const answer = ask().catch((fault: unknown): CancelOutcome => ({ outcome: 'unresolved', reason: String(fault) }))
    const outcome = await within(desk, answer, desk.settings.answerMs)
    if (outcome?.outcome === 'confirmed') {
      desk.metrics.cancelAnswered(desk.account, 'confirmed')
      return true
    }
    reason = outcome?.reason ?? 'no answer'
  }
  desk.metrics.cancelAnswered(desk.account, 'failed')
  desk.logger.warn('cancel failed', { account: desk.account, reason })
  return false
}
