import { type ArbitrageReport, checkArbitrage } from './arbitrage.js'
import { type Draft, fitFree, repairDrafts } from './drafts.js'
import { type FitFigures, fitFigures, headOf, type QuoteCounts } from './fitFigures.js'
import { type ExpiryQuotes, groupQuotes, type RejectedQuote, type SurfaceQuote } from './quotes.js'
import { createSurface, type Surface, type SurfaceSlice } from './surface.js'
import { isSvi, type SviParameters, sviTotalVariance } from './svi.js'

/** How an expiry was fitted, or why it was not. */
export type ExpiryFit =
  | ({ readonly status: 'fitted'; readonly svi: SviParameters } & FitFigures)
  /** Too few quotes for five parameters: the shape comes from the nearest fitted expiry, the level from these quotes. */
  | ({ readonly status: 'guided'; readonly reason: 'too-few-strikes'; readonly svi: SviParameters } & FitFigures)
  | ({ readonly status: 'unfitted'; readonly reason: 'too-few-strikes' | 'no-smile-found' } & QuoteCounts)

export type SurfaceFit = {
  /** Absent where no expiry could be fitted. */
  readonly surface?: Surface
  readonly arbitrageFree: boolean
  readonly arbitrage: ArbitrageReport
  /** Sorted by years; every expiry of the input is here or all its quotes are in `rejected`. */
  readonly expiries: readonly ExpiryFit[]
  readonly rejected: readonly RejectedQuote[]
  /** Rounds of mutual repair that calendar and butterfly order took; 0 where the free fits agreed. */
  readonly rounds: number
}

/** Different strikes that five parameters need. */
export const STRIKES_MIN = 5

/**
 * Fits raw SVI to every expiry of a chain so that no slice has butterfly arbitrage and no two have calendar arbitrage.
 *
 * Minimises Σ ((σ(k) − σ_target)/s)² with s² = (half of the spread)² + (0.1 vol points)² (three tenths of the half where a vol
 * is given beside the spread), faded beyond about 5 and 95 delta, plus hinges on what lies outside bid and ask; then refits what crosses (see `repairDrafts`). An expiry with fewer than five strikes is guided by the nearest
 * fitted one, vol at k taken from there at the same k/√T, or left out where there is none. The result is checked on a
 * dense grid; what could not be repaired is in `arbitrage` and `arbitrageFree` is then false.
 *
 * @param quotes - in any order; quotes of one expiry share the same `years`.
 * @returns never throws for bad quotes: they are in `rejected`, with the reason.
 */
export function fitSurface(quotes: readonly SurfaceQuote[]): SurfaceFit {
  const { expiries, rejected } = groupQuotes(quotes)
  const own = expiries.map((expiry) =>
    expiry.strikes >= STRIKES_MIN ? fitFree(expiry.columns, expiry.forward) : undefined,
  )
  const guides = own.filter((draft) => draft !== undefined)
  const all = expiries.map((expiry, index) => own[index] ?? fitGuided(expiry, guides))
  const drafts = all.filter((draft) => draft !== undefined)
  const rounds = repairDrafts(drafts)
  const slices = drafts.map((draft) => draft.slice).filter((slice) => isSvi(slice.svi))
  const arbitrage = checkArbitrage(slices)
  return {
    ...(slices.length > 0 ? { surface: createSurface(slices) } : {}),
    arbitrageFree: arbitrage.where.length === 0,
    arbitrage,
    expiries: expiries.map((expiry, index) => describeFit(expiry, all[index]?.slice)),
    rejected,
    rounds,
  }
}

/** Precision of the guide's vols: 5 vol points, so that real quotes outweigh it. */
const GUIDE_PRECISION = 1 / 0.05
const GUIDE_WIDTHS = [-3, -2, -1, 0, 1, 2, 3]

function fitGuided(expiry: ExpiryQuotes, guides: readonly Draft[]): Draft | undefined {
  const nearest = [...guides].sort(
    (x, y) => Math.abs(x.slice.years - expiry.years) - Math.abs(y.slice.years - expiry.years),
  )[0]
  if (nearest === undefined) return undefined
  const svi = rescaleSvi(nearest.slice.svi, Math.sqrt(expiry.years / nearest.slice.years))
  const width = Math.sqrt(sviTotalVariance(svi, 0))
  const { columns, forward } = expiry
  const extra = GUIDE_WIDTHS.map((z) => z * width)
  const joined = (column: Float64Array, more: readonly number[]) => Float64Array.of(...column, ...more)
  const quotes = {
    years: columns.years,
    logMoneyness: joined(columns.logMoneyness, extra),
    targetVol: joined(
      columns.targetVol,
      extra.map((k) => Math.sqrt(sviTotalVariance(svi, k) / expiry.years)),
    ),
    bidVol: joined(
      columns.bidVol,
      extra.map(() => 0),
    ),
    askVol: joined(
      columns.askVol,
      extra.map(() => Number.POSITIVE_INFINITY),
    ),
    precision: joined(
      columns.precision,
      extra.map(() => GUIDE_PRECISION),
    ),
    bandPrecision: joined(
      columns.bandPrecision,
      extra.map(() => 0),
    ),
  }
  return fitFree(quotes, forward, svi)
}

/** The smile of another expiry at the same k/√T: w(k) → s² w(k/s), s = √(T/T₀). */
function rescaleSvi(p: SviParameters, scale: number): SviParameters {
  return { a: scale * scale * p.a, b: scale * p.b, rho: p.rho, m: scale * p.m, sigma: scale * p.sigma }
}

function describeFit(expiry: ExpiryQuotes, slice: SurfaceSlice | undefined): ExpiryFit {
  if (slice === undefined) return { status: 'unfitted', reason: 'too-few-strikes', ...headOf(expiry) }
  if (!isSvi(slice.svi)) return { status: 'unfitted', reason: 'no-smile-found', ...headOf(expiry) }
  const figures = { ...fitFigures(expiry, (k) => sviTotalVariance(slice.svi, k)), svi: slice.svi }
  return expiry.strikes >= STRIKES_MIN
    ? { status: 'fitted', ...figures }
    : { status: 'guided', reason: 'too-few-strikes', ...figures }
}
