import type { FillEvent, OrdersView, TrackedOrder, Turn } from '@holdfast/engine'
import type { createAttribution } from '../report/attribution.js'

/** A trade with the order that it belongs to, as far as that is known. */
export type FillRecord = FillEvent & { readonly rule?: string }

/** Orders and trades as they came: what the engine forgets of an order long done is still shown here. */
export type OrderLog = {
  observe(turn: Turn, view: OrdersView): void
  /** In the order in which they were first heard of. */
  orders(): readonly TrackedOrder[]
  /** Oldest first. */
  fills(): readonly FillRecord[]
}

/** @param attribution - is told of each trade and of funding, once. */
export function createOrderLog(recordsMax: number, attribution: ReturnType<typeof createAttribution>): OrderLog {
  const orders = new Map<string, TrackedOrder>()
  const fills = new Map<string, FillRecord>()
  let seen: OrdersView['orders'] | undefined

  return {
    observe(turn, view) {
      for (const event of turn.events) {
        if (event.kind === 'cash' && event.reason === 'funding') attribution.cash(event)
        if (event.kind === 'settlement') attribution.settlement(event)
        if (event.kind !== 'fill') continue
        const key = `${event.account} ${event.fillId}`
        if (fills.has(key)) continue
        const rule = event.decisionId === undefined ? undefined : attribution.ruleOf(event.decisionId)
        fills.set(key, { ...event, ...(rule === undefined ? {} : { rule }) })
        trim(fills, recordsMax)
        attribution.fill(event)
      }
      if (view.orders === seen) return
      seen = view.orders
      for (const order of view.orders) orders.set(order.id, order)
      trim(orders, recordsMax)
    },
    orders: () => [...orders.values()],
    fills: () => [...fills.values()],
  }
}

function trim(records: Map<string, unknown>, max: number): void {
  if (records.size <= max) return
  const oldest = records.keys().next().value
  if (oldest !== undefined) records.delete(oldest)
}
