import { isLive, type OrderReport } from '@holdfast/engine'
import type { Statement, VenueFill } from '@holdfast/venues'
import { type Desk, tellFills } from './desk.js'
import { listNews, statementNews } from './news.js'
import { withdraw } from './withdrawing.js'

/** `doubtful`: the statement differs from what fills led to, and was not told yet. */
export type Reconciled = 'told' | 'doubtful' | 'unanswered'

/**
 * Asks the venue for everything and tells it: fills first, then the complete statement, then the list of open orders. A
 * statement that differs from what is known is asked for a second time before it counts, for fills may be listed late. So is
 * the first of a process: nothing is known here to hold it against, and a trade may have come while it was read.
 *
 * @param doubt - the differences that the latest statement had; the same ones again are told.
 * @param insist - whether any differences are told.
 */
export async function reconcile(
  desk: Desk,
  doubt: string,
  insist: boolean,
): Promise<{ readonly state: Reconciled; readonly doubt: string }> {
  const { venue, clock, session, teller } = desk
  const asked = clock.now()
  const [statement, list] = await Promise.all([venue.statement(), venue.openOrders()])
  if (!statement.known || !list.known) return unanswered(desk, statement, list)
  const { unread = [] } = statement.value
  if (unread.length > 0) return unanswered(desk, { known: false, reason: unread.join('; ') })
  const from = (desk.statementTime ?? statement.value.time) - desk.settings.overlapMs
  const fills = await venue.fillsSince(from)
  if (!fills.known) return unanswered(desk, fills)
  if (session !== desk.session || desk.signal.aborted) return { state: 'unanswered', doubt: '' }
  if (!desk.holding.begun) {
    tellFills(desk, fills.value)
    desk.holding.take(statement.value)
    return { state: 'doubtful', doubt: 'the first statement' }
  }
  const late = tellFillsUpTo(desk, fills.value, statement.value)
  const differences = desk.holding.differences(statement.value).join('; ')
  if (differences !== '' && differences !== doubt && !insist) {
    tellFills(desk, late)
    return { state: 'doubtful', doubt: differences }
  }
  if (differences !== '') {
    desk.logger.warn('statement differs from what fills led to', { account: desk.account, differences })
  }
  const now = clock.now()
  desk.put(statementNews(teller, statement.value, now))
  desk.holding.take(statement.value)
  desk.statementTime = statement.value.time
  tellFills(desk, late)
  desk.put(listNews(teller, list.value, asked, now))
  withdrawOrphans(desk, list.value)
  desk.metrics.reconciled(desk.account, asked)
  return { state: 'told', doubt: '' }
}

function unanswered(desk: Desk, ...answers: readonly ({ known: true } | { known: false; reason: string })[]) {
  const reasons = answers.flatMap((answer) => (answer.known ? [] : [answer.reason]))
  desk.logger.info('not reconciled', { account: desk.account, reason: reasons.join('; ') })
  return { state: 'unanswered' as const, doubt: '' }
}

/**
 * Tells the fills that the statement holds.
 *
 * @returns those that came after it. Of the statement's own millisecond it shows which it is: the one with which it agrees.
 */
function tellFillsUpTo(desk: Desk, fills: readonly VenueFill[], statement: Statement): readonly VenueFill[] {
  const { time } = statement
  tellFills(
    desk,
    fills.filter((fill) => fill.time < time),
  )
  const same = fills.filter((fill) => fill.time === time)
  const holdsNone = desk.holding.differences(statement).length === 0
  if (!holdsNone) tellFills(desk, same)
  const after = fills.filter((fill) => fill.time > time)
  return holdsNone ? [...same, ...after] : after
}

/** Orders of ours at the venue that no decision wants: what lapsed, ended or was ordered back by our books, and stands all the same. */
function withdrawOrphans(desk: Desk, list: readonly OrderReport[]): void {
  for (const { clientId, venueOrderId, instrument, status } of list) {
    if (clientId === undefined || !isLive(status) || !desk.decided.has(clientId)) continue
    if (desk.flying.has(clientId) || desk.queued.has(clientId) || isWanted(desk, clientId)) continue
    desk.metrics.orphanFound(desk.account)
    desk.logger.warn('order that nothing wants is withdrawn', { account: desk.account, order: clientId })
    const venueOrderIds = venueOrderId === undefined ? [] : [venueOrderId]
    void withdraw(desk, { id: clientId, instrument, venueOrderIds })
  }
}

/** A resting order is wanted while the order that it is a step of is worked; one without a parent, until it is ordered back. */
function isWanted(desk: Desk, id: string): boolean {
  const { action } = desk.decided.get(id)!
  const tracked = desk.view?.orders.orders.find((one) => one.id === id)
  if (tracked === undefined || !isLive(tracked.status) || desk.withdrawn.has(id)) return false
  if (action.terms === undefined || action.terms === 'fill-or-lapse') return false
  if (action.parent === undefined) return true
  const work = desk.view?.rules.working[action.parent]
  return work !== undefined && work.step === id && work.withdrawn !== true
}
