import { log, type SviParameters, sviTotalVariance } from '@holdfast/quant'

/** A slice as Derive's vol feed publishes it: with the forward and the time that it was fitted on. */
export type DeriveSvi = SviParameters & {
  /** Forward that log-moneyness is measured from, USD: not the forward that prices the option. */
  readonly fwd: number
  /** Years that total variance is divided by: not the time left at pricing. */
  readonly refTau: number
}

/** Bound of total variance in the feed. */
const MAX_TOTAL_VARIANCE = 144

/**
 * Implied vol of a strike from Derive's vol feed.
 *
 *   k = ln(K/fwd), clamped to ±4√(a + bσ);  w = min(144, SVI(k));  vol = √(w/refTau)
 *
 * @returns annualised decimal; undefined where the slice has no variance there.
 * @see derivexyz/lyra-utils, src/math/SVI.sol (facts of the feed; own notation)
 */
export function deriveFeedVol(slice: DeriveSvi, strike: number): number | undefined {
  const width = slice.a + slice.b * slice.sigma
  if (!(width >= 0)) return undefined
  const bound = 4 * Math.sqrt(width)
  const k = Math.max(-bound, Math.min(bound, log(strike / slice.fwd)))
  const variance = Math.min(MAX_TOTAL_VARIANCE, sviTotalVariance(slice, k))
  return variance >= 0 ? Math.sqrt(variance / slice.refTau) : undefined
}
