import type { VenueFigureEvent } from '../../event.js'

/** What Derive's API tells of a subaccount, USD: margins are net, value less requirement, and below 0 in breach. */
export type DeriveNetMargin = {
  /** `subaccount_value`: all collateral and positions at mark. */
  readonly value: number
  /** `initial_margin` and `maintenance_margin`, without resting orders. */
  readonly netInitial: number
  readonly netMaintenance: number
  /** `open_orders_margin`: what resting orders take of the net initial margin, ≤ 0. */
  readonly openOrders: number
}

/**
 * Derive's net margins as requirements, ≥ 0, with what resting orders take:
 *
 *   equity = value,   MM = value − net maintenance,   IM = value − (net initial + open orders)
 *
 * A net margin above the value (more credit than charge) is a requirement of 0. An order margin above 0 would free margin
 * before a fill; it counts as 0.
 *
 * @see Derive API reference, private/get_subaccount and private/get_margin ("does not take open-order margin into account")
 */
export function requirementsOfNet({
  value,
  netInitial,
  netMaintenance,
  openOrders,
}: DeriveNetMargin): Required<Pick<VenueFigureEvent, 'equity' | 'initialMargin' | 'maintenanceMargin'>> {
  return {
    equity: value,
    initialMargin: Math.max(0, value - netInitial - Math.min(0, openOrders)),
    maintenanceMargin: Math.max(0, value - netMaintenance),
  }
}
