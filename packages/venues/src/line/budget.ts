/**
 * What a request is for, least urgent first. `reduce`: an order that can only make a position smaller.
 */
export const REQUEST_CLASSES = ['market', 'account', 'order', 'reduce', 'cancel'] as const
export type RequestClass = (typeof REQUEST_CLASSES)[number]

export type PoolSettings = {
  /** Most credits that can be saved up, and how many come back each second. */
  readonly credits: number
  readonly perSecond: number
  /** Share that each class leaves untouched, decimals: what is below belongs to the classes after it. */
  readonly floors: Readonly<Record<RequestClass, number>>
}

/** Reads leave half for orders, orders a fifth for reductions and cancels; cancels may use all. */
export const FLOORS: PoolSettings['floors'] = { market: 0.5, account: 0.35, order: 0.2, reduce: 0, cancel: 0 }

export type Budget = {
  /** Takes the credits at once, or says how long to wait for them, milliseconds; it takes nothing then. */
  take(kind: RequestClass, cost: number, now: number): number
  /** Credits left, share of the whole. */
  left(now: number): number
  /** The venue said that we were too fast: it knows better what is left. */
  empty(now: number): void
}

/** A leaky store of credits with a reserve: what reads cannot use, cancels can. */
export function createBudget(settings: PoolSettings): Budget {
  let credits = settings.credits
  let at = Number.NEGATIVE_INFINITY

  function refill(now: number): void {
    if (now > at) {
      if (at !== Number.NEGATIVE_INFINITY)
        credits = Math.min(settings.credits, credits + ((now - at) / 1000) * settings.perSecond)
      at = now
    }
  }

  return {
    take(kind, cost, now) {
      refill(now)
      const need = cost + settings.floors[kind] * settings.credits
      if (credits >= need || (settings.floors[kind] === 0 && credits >= Math.min(cost, settings.credits))) {
        credits -= cost
        return 0
      }
      return Math.ceil(((need - credits) / settings.perSecond) * 1000)
    },
    left(now) {
      refill(now)
      return Math.max(0, credits / settings.credits)
    },
    empty(now) {
      refill(now)
      credits = Math.min(credits, settings.credits * settings.floors.order)
    },
  }
}
