/** Money now in quote currency, and paid back by a rule on the asset's price. All amounts are for one unit of the product. */
export type StructuredProduct = DualCurrencyNote | ReverseConvertible | SharkFin | Accumulator | Autocallable

type Note = {
  /** Quote, > 0. */
  readonly notional: number
  /** T, years, ≥ 0. */
  readonly years: number
}

/** Pays notional (1 + coupon), in quote, or converted at the strike into the asset where that ends below it. */
export type DualCurrencyNote = Note & {
  readonly kind: 'dual-currency-note'
  /** Quote per base, > 0. */
  readonly strike: number
  /** Share of the notional over the whole term, not a year. */
  readonly coupon: number
}

/** A dual-currency note whose conversion comes alive only when the price touches a barrier below. */
export type ReverseConvertible = Note & {
  readonly kind: 'reverse-convertible'
  readonly strike: number
  readonly coupon: number
  /** Quote per base, below the strike; monitored continuously. */
  readonly barrier: number
}

/** Pays the notional, and a share of the rise above the strike while the price never touched a barrier above; then a rebate. */
export type SharkFin = Note & {
  readonly kind: 'shark-fin'
  readonly strike: number
  /** Quote per base, above the strike; monitored continuously. */
  readonly barrier: number
  /** Share of the relative rise that is paid, ≥ 0. */
  readonly participation: number
  /** Share of the notional paid at the touch, ≥ 0. */
  readonly rebate: number
}

/** Buys an amount at the strike at each observation, `leverage` times it where the price is below, until a barrier above is touched. */
export type Accumulator = {
  readonly kind: 'accumulator'
  /** Quote per base, > 0. */
  readonly strike: number
  /** Quote per base, above the strike; monitored continuously. */
  readonly barrier: number
  /** Base units bought at an observation at or above the strike, > 0. */
  readonly amount: number
  /** Multiple of the amount bought below the strike, ≥ 0. */
  readonly leverage: number
  /** Years, ascending, > 0. */
  readonly observations: readonly number[]
}

/**
 * Pays notional (1 + coupon · n) at the n-th observation if the price stands at or above the call level there, for the first
 * time; else at the last one the notional, or the asset's share of it where the price stands below the protection.
 */
export type Autocallable = {
  readonly kind: 'autocallable'
  readonly notional: number
  /** Reference price, quote per base, > 0. */
  readonly initial: number
  /** Share of the reference price, > 0. */
  readonly callLevel: number
  /** Share of the reference price, ≥ 0, at most the call level. */
  readonly protection: number
  /** Share of the notional for each observation gone by. */
  readonly coupon: number
  /** Years, ascending, > 0; at most 64. */
  readonly observations: readonly number[]
}

/** The product seen `change` years farther from its payments; negative: time has passed. */
export function displaced<Product extends StructuredProduct>(product: Product, change: number): Product {
  if ('observations' in product) {
    return { ...product, observations: product.observations.map((time) => time + change) }
  }
  return { ...product, years: product.years + change }
}

/** Years until the last payment. */
export function lastPayment(product: StructuredProduct): number {
  return 'observations' in product ? (product.observations.at(-1) ?? 0) : product.years
}
