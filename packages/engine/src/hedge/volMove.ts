/** The vol at a fixed strike of one expiry, as it was when the hedge was last right. */
export type VolAnchor = {
  /** Epoch milliseconds. */
  readonly expiry: number
  /** K, quote per base: the forward of that moment. */
  readonly strike: number
  /** σ(K), annualised decimal. */
  readonly vol: number
}

/** How delta came from where it was to where it is, base units. */
export type DeltaMove = {
  /** What vols at fixed strikes did: Σ ∂Δ/∂σ (σ(K) − σ₀(K)). */
  readonly volPart: number
  /** All else: spot, time, trades. */
  readonly otherPart: number
}

/**
 * Splits a delta into what it would be had implied vols not moved, and what they did to it.
 *
 *   volPart = Σₑ vannaₑ · (σₑ(Kₑ) − σₑ₀(Kₑ)),   otherPart = Δ − volPart − Δ₀
 *
 * Sticky strike: a vol moves where it changes *at a strike*, so that sliding along a skew as spot moves is no move of vol. Kₑ is
 * the forward of the anchor's moment. First order in the move of vol.
 *
 * @param delta - Δ now, with vols as they are, base units.
 * @param before - Δ₀ at the anchor; 0 where only the vol part is asked for.
 * @param expiries - vanna by expiry (∂Δ/∂σ, base per 1.00), and the vol now at the anchor's strike.
 * @returns undefined where a part is not known.
 */
export function deltaMove(
  delta: number,
  before: number,
  expiries: readonly { readonly vanna: number; readonly vol: number; readonly anchorVol: number }[],
): DeltaMove | undefined {
  let volPart = 0
  for (const { vanna, vol, anchorVol } of expiries) volPart += vanna * (vol - anchorVol)
  const otherPart = delta - volPart - before
  return Number.isFinite(otherPart) ? { volPart, otherPart } : undefined
}
