import type { VenueGuardState } from '../event.js'
import type { AccountLine, OrdersView, TrackedOrder, VenueLine } from './tracked.js'

/** What is known of an account's line. Mutable; only `applyOrderEvent` writes it. */
export type Line = {
  state: AccountLine['state']
  since: number | undefined
  statementTime: number | undefined
  listTime: number | undefined
  differences: readonly string[]
  guards: readonly VenueGuardState[]
}

/** Orders that are followed, lines to accounts, states of venues. Mutable; part of the engine's state. */
export type Orders = {
  /** By our id, in the order in which they were decided or first heard of. */
  readonly tracked: Map<string, TrackedOrder>
  readonly lines: Map<string, Line>
  readonly venues: Map<string, VenueLine>
  /** Of what was last asked for; undefined once something changed. */
  view: OrdersView | undefined
}

export function createOrders(): Orders {
  return { tracked: new Map(), lines: new Map(), venues: new Map(), view: undefined }
}

export function lineOf(orders: Orders, account: string): Line {
  const known = orders.lines.get(account)
  if (known !== undefined) return known
  const line: Line = {
    state: 'no-session',
    since: undefined,
    statementTime: undefined,
    listTime: undefined,
    differences: [],
    guards: [],
  }
  orders.lines.set(account, line)
  return line
}
