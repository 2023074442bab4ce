import { log, type SviParameters, sviTotalVariance } from '@holdfast/quant'

/**
 * Implied vol of a raw SVI slice: σ = √(w(ln(K/F))/T).
 *
 * @returns undefined where T is not positive or the slice's variance is negative: no vol is known there.
 */
export function sviVol(svi: SviParameters, forward: number, strike: number, years: number): number | undefined {
  if (!(years > 0)) return undefined
  const variance = sviTotalVariance(svi, log(strike / forward))
  return variance >= 0 ? Math.sqrt(variance / years) : undefined
}
