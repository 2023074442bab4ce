import type { InstrumentKey } from '@holdfast/quant'
import type { OrderPurpose } from '../decision.js'
import type { OrderStatus, VenueGuardState, VenueStateEvent } from '../event.js'

/** An order as the engine follows it: from its decision on, by the news of it. Sizes are exact decimals, signed. */
export type TrackedOrder = {
  /** Our client id, which is the decision's id; `venue:ID` for an order that is not ours. */
  readonly id: string
  readonly ours: boolean
  /** The venue's ids under our client id. More than one that is open: the order stands twice. */
  readonly venueOrders: readonly VenueOrder[]
  readonly rule?: string
  readonly purpose?: OrderPurpose
  /** Decision whose order this is a step of. */
  readonly parent?: string
  readonly account: string
  readonly instrument: InstrumentKey
  readonly size: string
  /** The farther of what its reports and its fills have told. */
  readonly filled: string
  /** Sum of its fills. */
  readonly traded: string
  readonly limitPrice?: string
  readonly averagePrice?: string
  readonly reduceOnly: boolean
  readonly status: OrderStatus
  /** In words, where something is to be said: a refusal, what is not known. */
  readonly reason?: string
  /** Engine time of the decision, or of the first news where the order is not ours. */
  readonly since: number
  readonly updated: number
}

export type VenueOrder = { readonly id: string; readonly status: OrderStatus; readonly filled: string }

/** What is known of the line to an account: recorded accounts have no session and need none. */
export type AccountLine = {
  readonly account: string
  readonly state: 'no-session' | 'connected' | 'lost'
  /** Received time of the latest session event; absent without one. */
  readonly since?: number
  /** A complete statement and the list of open orders have come since, and no difference waits for a person. */
  readonly reconciled: boolean
  /** What is missing for that, in words. */
  readonly waits: readonly string[]
  /**
   * When the latest complete statement of this session was received, and when the latest list of open orders was made at the
   * earliest. A statement comes before the list that was asked for with it.
   */
  readonly statementTime?: number
  readonly listTime?: number
  /**
   * What a statement said of positions that neither fills nor a person had told, and orders in our name that we never decided;
   * until adopted, nothing opens.
   */
  readonly differences: readonly string[]
  readonly guards: readonly VenueGuardState[]
}

export type VenueLine = {
  readonly venue: string
  readonly state: VenueStateEvent['state']
  readonly since: number
  readonly detail?: string
}

/** Orders, lines to accounts and states of venues: what acting knows. Part of the engine's view. */
export type OrdersView = {
  /** In the order in which they were decided or first heard of; those long done are left out. */
  readonly orders: readonly TrackedOrder[]
  /** Sorted by account. */
  readonly accounts: readonly AccountLine[]
  /** Sorted by venue; a venue that said nothing is not listed. */
  readonly venues: readonly VenueLine[]
}

/** Nothing is under way, and no line was told of. */
export const NO_ORDERS: OrdersView = { orders: [], accounts: [], venues: [] }

/** True while the order may still trade. */
export function isLive(status: OrderStatus): boolean {
  return status === 'sending' || status === 'open' || status === 'unresolved'
}
