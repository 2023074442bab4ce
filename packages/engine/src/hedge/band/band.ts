/**
 * What a band rule reads of a book: its own sensitivities, net over everything that is held. Sizes in base units, money in
 * the quote asset (USD).
 */
export type BandBook = {
  /** S, quote per base, > 0. */
  readonly spot: number
  /** Γ, net: ∂Δ/∂S, base² per quote; signed. */
  readonly gamma: number
  /** ∂Δ/∂σ, net: base per 1.00 of vol; signed. Read by Zakamouline's rule alone. */
  readonly vanna: number
  /** T − t, years, ≥ 0: of the book's gamma. Read by Zakamouline's rule alone. */
  readonly years: number
  /** σ, annualised decimal, > 0. Read by Zakamouline's rule alone. */
  readonly vol: number
}

/** What hedging costs, and how much it is worth to be hedged. */
export type BandTerms = {
  /** λ: what a trade costs per unit of notional, decimal: fee and half the spread. ≥ 0. */
  readonly cost: number
  /** γ: absolute risk aversion, 1 per quote unit, > 0: a variance of v USD² is worth γ v/2 USD to be rid of. */
  readonly riskAversion: number
  /** f: what each trade costs whatever its size, quote, ≥ 0; 0 where absent. Read by the impulse rule alone. */
  readonly fixedCost?: number
}

/**
 * Where delta may stay, and where a hedge brings it, base units around 0: nothing is done while delta lies within
 * `lower … upper`; one that is outside is brought to the nearer of `innerLower` and `innerUpper`.
 *
 *   lower ≤ innerLower ≤ innerUpper ≤ upper
 */
export type Band = {
  readonly lower: number
  readonly innerLower: number
  readonly innerUpper: number
  readonly upper: number
}

/** What a rule is written for: the edge is cheapest under costs in proportion, the middle for fixed costs. */
export type TradeTo = 'edge' | 'target'

/** A band about a centre, of one half-width or of two. */
export function bandAround(centre: number, below: number, above: number, tradeTo: TradeTo): Band {
  const lower = centre - below
  const upper = centre + above
  return tradeTo === 'edge'
    ? { lower, innerLower: lower, innerUpper: upper, upper }
    : { lower, innerLower: centre, innerUpper: centre, upper }
}

/**
 * The trade that a band asks for: 0 within it, else what brings delta to the inner edge of the side that it left by.
 *
 * @param delta - net delta of the book with its hedges, base units.
 * @returns base units, > 0 buys; undefined where delta or the band is not known: then nothing may be traded.
 */
export function bandTrade(band: Band, delta: number): number | undefined {
  const { lower, innerLower, innerUpper, upper } = band
  if (!(lower <= innerLower && innerLower <= innerUpper && innerUpper <= upper)) return undefined
  if (delta > upper) return innerUpper - delta
  if (delta < lower) return innerLower - delta
  return delta >= lower && delta <= upper ? 0 : undefined
}
