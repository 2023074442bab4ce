import { isSvi, type SviParameters, sviTotalVariance } from './svi.js'

/** One expiry: time left in years, the forward that log-moneyness is measured against (quote per base), and its smile. */
export type SurfaceSlice = { readonly years: number; readonly forward: number; readonly svi: SviParameters }

/** Smiles of one underlying, sorted by years. Made by `createSurface`, `fitSurface` or `ssviSurface`. */
export type Surface = { readonly slices: readonly SurfaceSlice[] }

/** What a surface was asked for or made of that it cannot be. `values` are the offending figures. */
export class SurfaceError extends Error {
  readonly code = 'INVALID_SURFACE'
  readonly values: Readonly<Record<string, number>>
  constructor(message: string, values: Readonly<Record<string, number>>) {
    super(
      `${message} (${Object.entries(values)
        .map(([name, value]) => `${name} = ${value}`)
        .join(', ')})`,
    )
    this.name = 'SurfaceError'
    this.values = values
  }
}

/**
 * A surface of slices in any order.
 *
 * @throws {SurfaceError} where there is no slice, two share an expiry, or a figure is not one.
 */
export function createSurface(slices: readonly SurfaceSlice[]): Surface {
  if (slices.length === 0) throw new SurfaceError('a surface needs at least one slice', { slices: 0 })
  const sorted = [...slices].sort((x, y) => x.years - y.years)
  sorted.forEach((slice, index) => {
    if (!(slice.years > 0 && slice.years < Number.POSITIVE_INFINITY)) {
      throw new SurfaceError('years of a slice must be positive', { years: slice.years })
    }
    if (!(slice.forward > 0 && slice.forward < Number.POSITIVE_INFINITY)) {
      throw new SurfaceError('forward of a slice must be positive', { years: slice.years, forward: slice.forward })
    }
    if (!isSvi(slice.svi)) throw new SurfaceError('not SVI parameters', { years: slice.years, ...slice.svi })
    if (index > 0 && sorted[index - 1]!.years === slice.years) {
      throw new SurfaceError('two slices of one expiry', { years: slice.years })
    }
  })
  return { slices: sorted }
}

/**
 * Total variance w = σ²T at any expiry and log-moneyness.
 *
 * Between expiries w is linear in T at constant k, which keeps it non-decreasing in T where the slices are. Before the first
 * and after the last expiry the implied vol of the nearest slice at the same k holds: w(k, T) = w(k, T₁) T/T₁.
 *
 * @param years - T ≥ 0; 0 gives 0.
 * @throws {SurfaceError} where years is negative or not a number, or log-moneyness not finite.
 */
export function surfaceTotalVariance(surface: Surface, years: number, logMoneyness: number): number {
  if (!(years >= 0 && years < Number.POSITIVE_INFINITY && Math.abs(logMoneyness) < Number.POSITIVE_INFINITY)) {
    throw new SurfaceError('years must be ≥ 0 and log-moneyness finite', { years, logMoneyness })
  }
  const { slices } = surface
  const after = slices.findIndex((slice) => slice.years >= years)
  if (after <= 0) {
    const end = after === 0 ? slices[0]! : slices[slices.length - 1]!
    const w = sviTotalVariance(end.svi, logMoneyness)
    return end.years === years ? w : (w * years) / end.years
  }
  const low = slices[after - 1]!
  const high = slices[after]!
  const wLow = sviTotalVariance(low.svi, logMoneyness)
  const wHigh = sviTotalVariance(high.svi, logMoneyness)
  return wLow + ((wHigh - wLow) * (years - low.years)) / (high.years - low.years)
}

/**
 * Implied vol √(w/T), annualised decimal; see `surfaceTotalVariance`. At T = 0 it is the limit, the vol of the first slice.
 */
export function surfaceImpliedVol(surface: Surface, years: number, logMoneyness: number): number {
  if (years === 0) {
    const first = surface.slices[0]!
    return Math.sqrt(sviTotalVariance(first.svi, logMoneyness) / first.years)
  }
  return Math.sqrt(surfaceTotalVariance(surface, years, logMoneyness) / years)
}
