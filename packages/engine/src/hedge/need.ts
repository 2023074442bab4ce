/** An order of a hedge as it stands at the venue. Sizes in base units, signed, > 0 buys. */
export type HedgeOrder = {
  readonly size: number
  /** What of it was filled, of the sign of `size`. */
  readonly filled: number
  /** `unresolved`: nobody knows whether the rest is still at the venue. */
  readonly state: 'open' | 'ended' | 'unresolved'
}

export type HedgeNeed =
  | { readonly known: true; readonly size: number }
  /** Nothing may be sent: what is at the venue is not known. */
  | { readonly known: false; readonly reason: string }

/**
 * What is still to be traded, given what was wanted when the orders went out: from what was *filled*, never from what was asked for.
 *
 *   need = wanted − Σ filled − Σ (size − filled) of orders that still work
 *
 * What was cancelled unfilled is needed again; what still works is not asked for twice.
 *
 * @param wanted - base units, signed, before any of the orders.
 */
export function hedgeNeed(wanted: number, orders: readonly HedgeOrder[]): HedgeNeed {
  let size = wanted
  for (const order of orders) {
    const { filled, state } = order
    if (!(order.size >= 0 ? filled >= 0 && filled <= order.size : filled <= 0 && filled >= order.size)) {
      return { known: false, reason: `an order of ${order.size} is said to have filled ${filled}` }
    }
    if (state === 'unresolved') return { known: false, reason: `the fate of an order of ${order.size} is not resolved` }
    size -= state === 'open' ? order.size : filled
  }
  return Number.isFinite(size) ? { known: true, size } : { known: false, reason: 'the wanted hedge is not known' }
}
