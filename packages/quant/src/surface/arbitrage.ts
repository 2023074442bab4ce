import type { SurfaceSlice } from './surface.js'
import { gatheralDensity, sviJet, type VarianceJet } from './svi.js'

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

/** A smile that can be looked at: total variance with derivatives, and the slopes [left, right] of its wings where it has them. */
export type VarianceSmile = {
  readonly years: number
  readonly jet: (logMoneyness: number) => VarianceJet
  readonly wings?: readonly [number, number]
}

export function sviSmile({ years, svi }: SurfaceSlice): VarianceSmile {
  return { years, jet: (k) => sviJet(svi, k), wings: [svi.b * (1 - svi.rho), svi.b * (1 + svi.rho)] }
}

/** Farthest |k| that is looked at; e⁴ ≈ 55 times the forward. Beyond it the wing slopes decide. */
const LOG_MONEYNESS_MAX = 4
/** Wing slopes at which g tends to a value below zero, R. Lee (2004). */
const WING_SLOPE_MAX = 2
const WING_PLACES = [-LOG_MONEYNESS_MAX, LOG_MONEYNESS_MAX] as const
/** Smiles that touch up to rounding do not cross: a share of total variance, a difference of slopes. */
const TOUCH_SHARE = 1e-13
const WING_ROUNDING = 1e-14

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
function denseGrid(smile: VarianceSmile): Float64Array {
  return smileGrid(Math.max(smile.jet(0).w, 1e-12), 16, 12, 1.05)
}

/** The worst point of a smile where g < 0 or w ≤ 0, or its wing where the slope reaches 2; undefined where there is none. */
function findButterfly(smile: VarianceSmile, grid: Float64Array): ArbitrageFinding | undefined {
  const { years, wings = [0, 0] } = smile
  for (const side of [0, 1] as const) {
    if (!(wings[side] < WING_SLOPE_MAX)) {
      return { kind: 'wing', years, logMoneyness: WING_PLACES[side], amount: wings[side] - WING_SLOPE_MAX }
    }
  }
  let worst: ArbitrageFinding | undefined
  for (const k of grid) {
    const jet = smile.jet(k)
    const lack = jet.w > 0 ? -gatheralDensity(jet, k) : -jet.w
    if (!(lack <= 0 && jet.w > 0) && !(worst !== undefined && worst.amount >= lack)) {
      worst = { kind: 'butterfly', years, logMoneyness: k, amount: lack }
    }
  }
  return worst
}

/** The worst point at which the later smile has less total variance than the earlier, beyond the grid by the wings' slopes. */
function findCalendar(
  earlier: VarianceSmile,
  later: VarianceSmile,
  grids: readonly Float64Array[],
): ArbitrageFinding | undefined {
  const { years } = later
  let worst: ArbitrageFinding | undefined
  for (const grid of grids) {
    for (const k of grid) {
      const { w } = earlier.jet(k)
      const lack = w - later.jet(k).w
      if (!(lack <= TOUCH_SHARE * w) && !(worst !== undefined && worst.amount >= lack)) {
        worst = { kind: 'calendar', years, logMoneyness: k, amount: lack }
      }
    }
  }
  if (worst !== undefined || earlier.wings === undefined || later.wings === undefined) return worst
  for (const side of [0, 1] as const) {
    const lack = earlier.wings[side] - later.wings[side]
    if (!(lack <= WING_ROUNDING)) return { kind: 'wing', years, logMoneyness: WING_PLACES[side], amount: lack }
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
  return checkSmiles(slices.map(sviSmile))
}

/** The same for smiles of any model. */
export function checkSmiles(smiles: readonly VarianceSmile[]): ArbitrageReport {
  const where = findArbitrage(smiles)
  return {
    butterfly: where.some(({ between }) => between === undefined),
    calendar: where.some(({ between }) => between !== undefined),
    where: where.map(({ finding }) => finding),
  }
}

/** Worst finding of each smile and between each pair of neighbours: `at` is the smile's place, `between` the earlier's. */
export function findArbitrage(
  smiles: readonly VarianceSmile[],
): readonly { readonly finding: ArbitrageFinding; readonly at: number; readonly between?: number }[] {
  const grids = smiles.map(denseGrid)
  const alone = smiles.flatMap((smile, at) => {
    const finding = findButterfly(smile, grids[at]!)
    return finding === undefined ? [] : [{ finding, at }]
  })
  const pairs = smiles.slice(1).flatMap((later, between) => {
    const finding = findCalendar(smiles[between]!, later, [grids[between]!, grids[between + 1]!])
    return finding === undefined ? [] : [{ finding, at: between + 1, between }]
  })
  return [...alone, ...pairs]
}
