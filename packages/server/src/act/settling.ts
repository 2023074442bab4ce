import { isLive, moneyText, type OrderReport, parseMoney } from '@holdfast/engine'
import type { VenueFill } from '@holdfast/venues'
import { type DecidedOrder, type Desk, pause, tellFills } from './desk.js'
import { fateOf, orderNews } from './news.js'

/**
 * Finds out what became of an order: by its client id, then by fills, then by what the position changed by. Asks again, with
 * pauses that grow up to a limit, until the answer is definite. Nothing is ever sent anew.
 */
export function settle(desk: Desk, id: string): void {
  const order = desk.decided.get(id)
  if (order === undefined || desk.settling.has(id)) return
  desk.settling.add(id)
  void untilSettled(desk, id, order).finally(() => desk.settling.delete(id))
}

async function untilSettled(desk: Desk, id: string, order: DecidedOrder): Promise<void> {
  for (let attempt = 0; !desk.signal.aborted; attempt++) {
    if (!desk.flying.has(id) && !desk.queued.has(id)) {
      const by = await settleOnce(desk, id, order)
      if (by !== undefined) {
        const tracked = desk.view?.orders.orders.find((one) => one.id === id)
        if (tracked !== undefined) desk.settled.set(id, tracked.updated)
        desk.metrics.orderSettled(desk.account, by)
        desk.logger.info('order settled', { account: desk.account, order: id, by })
        return
      }
    }
    await pause(desk, attempt)
  }
}

type SettledBy = 'client-id' | 'fills' | 'position' | 'absence'

async function settleOnce(desk: Desk, id: string, order: DecidedOrder): Promise<SettledBy | undefined> {
  const { venue, clock, settings } = desk
  const asked = clock.now()
  const arrived = asked - order.time >= settings.arrivalMs
  const found = await venue.ordersByClientId(id, order.action.instrument)
  const fills = await fillsOf(desk, id, order)
  if (desk.signal.aborted) return undefined
  tellFills(desk, fills ?? [])
  if (found.known && found.value.length > 0) return tellReports(desk, id, found.value)
  // It may still be on its way.
  if (!arrived) return undefined
  if (fills !== undefined && fills.length > 0) {
    if (!found.known && (await isListed(desk, id)) !== false) return undefined
    return tellFate(desk, id, order, sumOf(fills), 'fills', 'told by its fills')
  }
  if (found.known) {
    if (fills === undefined) return undefined
    return tellFate(desk, id, order, 0n, 'absence', 'the venue has no order under this id, and no fill of one')
  }
  return fills === undefined ? settleByPosition(desk, id, order) : undefined
}

function tellReports(desk: Desk, id: string, reports: readonly OrderReport[]): SettledBy | undefined {
  const now = desk.clock.now()
  for (const report of reports) desk.put(orderNews(desk.teller, { ...report, clientId: id }, now))
  return reports.some(({ status }) => status === 'unresolved' || status === 'sending') ? undefined : 'client-id'
}

function tellFate(
  desk: Desk,
  id: string,
  { action }: DecidedOrder,
  filled: bigint,
  by: SettledBy,
  reason: string,
): SettledBy {
  const status = filled === 0n ? 'rejected' : moneyText(filled) === action.size ? 'filled' : 'cancelled'
  desk.put(orderNews(desk.teller, fateOf(id, action, status, reason, moneyText(filled)), desk.clock.now()))
  return by
}

/** Undefined where the venue does not say. */
async function fillsOf(desk: Desk, id: string, order: DecidedOrder): Promise<readonly VenueFill[] | undefined> {
  const fills = await desk.venue.fillsSince(order.time - desk.settings.overlapMs)
  return fills.known ? fills.value.filter(({ clientId }) => clientId === id) : undefined
}

async function isListed(desk: Desk, id: string): Promise<boolean | undefined> {
  const list = await desk.venue.openOrders()
  return list.known ? list.value.some(({ clientId }) => clientId === id) : undefined
}

/**
 * The last resort, where the venue tells neither orders nor fills: what the position is now against what fills led to, and the
 * fills of this order that its stream told. Only where no other order of ours could have moved it.
 */
async function settleByPosition(desk: Desk, id: string, order: DecidedOrder): Promise<SettledBy | undefined> {
  const { instrument, size } = order.action
  const before = desk.holding.size(instrument)
  const others = (desk.view?.orders.orders ?? []).some(
    (one) => one.id !== id && one.account === desk.account && one.instrument === instrument && isLive(one.status),
  )
  if (before === undefined || others || (await isListed(desk, id)) !== false) return undefined
  const statement = await desk.venue.statement()
  if (!statement.known || desk.signal.aborted) return undefined
  // A fill that was told meanwhile may be in the statement or not.
  if (desk.holding.size(instrument) !== before) return undefined
  const held = statement.value.positions.find((position) => position.instrument === instrument)
  const tracked = desk.view?.orders.orders.find((one) => one.id === id)
  const moved = (parseMoney(held?.size ?? '0') ?? 0n) - before + (parseMoney(tracked?.traded ?? '0') ?? 0n)
  const whole = parseMoney(size) ?? 0n
  const fits = moved === 0n || (moved > 0n === whole > 0n && magnitude(moved) <= magnitude(whole))
  if (!fits) return undefined
  return tellFate(desk, id, order, moved, 'position', 'told by what the position changed by')
}

function sumOf(fills: readonly VenueFill[]): bigint {
  return fills.reduce((total, { size }) => total + (parseMoney(size) ?? 0n), 0n)
}

function magnitude(money: bigint): bigint {
  return money < 0n ? -money : money
}
