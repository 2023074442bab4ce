import type { SurfaceSlice } from './surface.js'
import { gatheralDensity, sviJet, sviTotalVariance } from './svi.js'

/** Where a surface gives something for nothing. `amount` is how far below zero g or the calendar spread of w is. */
export type ArbitrageFinding = {
  readonly kind: 'butterfly' | 'calendar' | 'wing'
  /** Expiry of the slice; for `calendar` and `wing` between expiries the later of the two. */
  readonly years: number
  readonly logMoneyness: number
  readonly amount: number
}

/** `butterfly` and `calendar` are true where there is such an arbitrage; `where` holds the worst point of each. */
export type ArbitrageReport = {
  readonly butterfly: boolean
  readonly calendar: boolean
  readonly where: readonly ArbitrageFinding[]
}

/** Farthest |k| that is looked at; e⁴ ≈ 55 times the forward. Beyond it the wing slopes decide. */
const LOG_MONEYNESS_MAX = 4
/** Wing slopes at which g tends to a value below zero, R. Lee (2004). */
const WING_SLOPE_MAX = 2

/**
 * Log-moneyness at which a smile is looked at: `perWidth` points per √w at the money out to `widths`, then growing by a tenth
 * each to |k| = 4, on both sides of 0, ascending.
 */
export function smileGrid(totalVariance: number, perWidth: number, widths: number, growth: number): Float64Array {
  const width = Math.sqrt(totalVariance)
  const side: number[] = []
  for (let n = 1; n <= perWidth * widths && (n * width) / perWidth < LOG_MONEYNESS_MAX; n++) {
    side.push((n * width) / perWidth)
  }
  let k = side.length > 0 ? side[side.length - 1]! : LOG_MONEYNESS_MAX / growth
  while (k < LOG_MONEYNESS_MAX) {
    k = Math.min(k * growth, LOG_MONEYNESS_MAX)
    side.push(k)
  }
  return Float64Array.from([...side.map((x) => -x).reverse(), 0, ...side])
}

/** The grid on which `checkArbitrage` looks: 16 points per width out to 12 widths. */
function denseGrid(slice: SurfaceSlice): Float64Array {
  return smileGrid(Math.max(sviTotalVariance(slice.svi, 0), 1e-12), 16, 12, 1.05)
}

/** The worst point of a slice where g < 0 or w ≤ 0, or its wing where the slope reaches 2; undefined where there is none. */
export function findButterfly(slice: SurfaceSlice): ArbitrageFinding | undefined {
  const { b, rho } = slice.svi
  for (const sign of [-1, 1]) {
    const slope = b * (1 + sign * rho)
    if (!(slope < WING_SLOPE_MAX)) {
      const logMoneyness = sign * LOG_MONEYNESS_MAX
      return { kind: 'wing', years: slice.years, logMoneyness, amount: slope - WING_SLOPE_MAX }
    }
  }
  let worst: ArbitrageFinding | undefined
  for (const k of denseGrid(slice)) {
    const density = gatheralDensity(sviJet(slice.svi, k), k)
    if (!(density >= 0) && !(worst !== undefined && worst.amount >= -density)) {
      worst = { kind: 'butterfly', years: slice.years, logMoneyness: k, amount: -density }
    }
  }
  return worst
}

/** The worst point at which the later slice has less total variance than the earlier, in the wings by slope. */
export function findCalendar(earlier: SurfaceSlice, later: SurfaceSlice): ArbitrageFinding | undefined {
  let worst: ArbitrageFinding | undefined
  for (const grid of [denseGrid(earlier), denseGrid(later)]) {
    for (const k of grid) {
      const lack = sviTotalVariance(earlier.svi, k) - sviTotalVariance(later.svi, k)
      if (!(lack <= 0) && !(worst !== undefined && worst.amount >= lack)) {
        worst = { kind: 'calendar', years: later.years, logMoneyness: k, amount: lack }
      }
    }
  }
  if (worst !== undefined) return worst
  for (const sign of [-1, 1]) {
    const lack = earlier.svi.b * (1 + sign * earlier.svi.rho) - later.svi.b * (1 + sign * later.svi.rho)
    if (!(lack <= 0)) {
      return { kind: 'wing', years: later.years, logMoneyness: sign * LOG_MONEYNESS_MAX, amount: lack }
    }
  }
  return undefined
}

/**
 * Looks for butterfly arbitrage in each slice and calendar arbitrage between neighbours: on a dense grid out to |k| = 4
 * (16 points per √w at the money out to twelve widths, then growing by a twentieth), and beyond it by the slopes of the wings.
 *
 * @param slices - sorted by years, all years different.
 */
export function checkArbitrage(slices: readonly SurfaceSlice[]): ArbitrageReport {
  const butterflies = slices.map(findButterfly).filter((finding) => finding !== undefined)
  const calendars = slices
    .slice(1)
    .map((later, index) => findCalendar(slices[index]!, later))
    .filter((finding) => finding !== undefined)
  return {
    butterfly: butterflies.length > 0,
    calendar: calendars.length > 0,
    where: [...butterflies, ...calendars],
  }
}
