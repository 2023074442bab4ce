import { log } from '../math/index.js'
import type { SliceQuotes } from './sliceProblem.js'

/**
 * One quoted vol. At least one of `vol`, `bidVol`, `askVol` is given, annualised decimals. `vol` alone is fitted as it is;
 * with a bid and an ask the fit also stays inside them where it can; a bid or ask alone only bounds the smile. `bidVol` 0 says
 * that the bid is worth less than the option's intrinsic value. A call and a put of one strike are two quotes, and both count.
 */
export type SurfaceQuote = {
  readonly strike: number
  readonly years: number
  readonly forward: number
  readonly vol?: number
  readonly bidVol?: number
  readonly askVol?: number
  /** ≥ 0; 1 where absent. */
  readonly weight?: number
}

export type QuoteFault =
  | 'not-positive'
  | 'no-vol'
  | 'crossed'
  | 'vol-too-small'
  | 'vol-too-large'
  | 'strike-too-far'
  | 'years-out-of-range'
  | 'weight-out-of-range'

/** A quote that was left out: its place in the input, why, and its figures. */
export type RejectedQuote = { readonly index: number; readonly reason: QuoteFault; readonly quote: SurfaceQuote }

/** Quotes of one expiry that can be used, with their places in the input. */
export type ExpiryQuotes = {
  readonly years: number
  /** Median of the forwards of its quotes; each quote's log-moneyness is taken against its own. */
  readonly forward: number
  readonly indices: readonly number[]
  readonly columns: SliceQuotes
  /** Quotes with a vol or both sides: those that pull, rather than bound, the smile. */
  readonly targets: number
  /** Different strikes among the targets. */
  readonly strikes: number
}

/** 2,000 %: no market means a vol or a bid above it; an ask above it bounds nothing, but is no fault. */
const VOL_MAX = 20
/** A hundredth of a vol point, below which there is no smile to speak of. */
const VOL_MIN = 0.0001
/** A second, and a century. */
const YEARS_MIN = 1 / 31_536_000
const YEARS_MAX = 100
const WEIGHT_MAX = 1e6
const LOG_MONEYNESS_MAX = 4
/** Vol by which a quote may be missed at little cost: a tenth of a vol point, the scatter of marks around a smooth smile. */
const VOL_SCATTER = 0.001
/** A given vol says more than the middle of the spread it stands in: the share of half the spread that it may be off. */
const GIVEN_VOL_SHARE = 0.3
/** |k|/(σ√T) beyond which a target counts less and less: about 5 and 95 delta. Options there are cheap and coarsely quoted. */
const CORE_REACH = 1.6
const WING_FADE = 30
/** Scale of what lies outside bid and ask: a fifth of a vol point beside half of the spread, and how much more it counts. */
const BAND_SCATTER = 0.002
const BAND_FORCE = 3

/** Sorts quotes by expiry into columns, and says which were left out and why. */
export function groupQuotes(quotes: readonly SurfaceQuote[]): {
  readonly expiries: readonly ExpiryQuotes[]
  readonly rejected: readonly RejectedQuote[]
} {
  const rejected: RejectedQuote[] = []
  const byYears = new Map<number, number[]>()
  quotes.forEach((quote, index) => {
    const reason = faultOf(quote)
    if (reason !== undefined) {
      rejected.push({ index, reason, quote })
      return
    }
    const group = byYears.get(quote.years)
    if (group === undefined) byYears.set(quote.years, [index])
    else group.push(index)
  })
  const expiries = [...byYears].sort(([x], [y]) => x - y).map(([years, indices]) => toColumns(quotes, years, indices))
  return { expiries, rejected }
}

function faultOf(quote: SurfaceQuote): QuoteFault | undefined {
  const { strike, years, forward, vol, bidVol, askVol, weight } = quote
  if (!(positive(strike) && positive(years) && positive(forward))) return 'not-positive'
  if (!(years >= YEARS_MIN && years <= YEARS_MAX)) return 'years-out-of-range'
  if (weight !== undefined && !(weight >= 0 && weight <= WEIGHT_MAX)) return 'weight-out-of-range'
  if (vol === undefined && bidVol === undefined && askVol === undefined) return 'no-vol'
  if (vol !== undefined && !positive(vol)) return 'not-positive'
  if (bidVol !== undefined && !(bidVol >= 0)) return 'not-positive'
  if (askVol !== undefined && !positive(askVol)) return 'not-positive'
  if (Math.min(vol ?? 1, askVol ?? 1) < VOL_MIN) return 'vol-too-small'
  if (Math.max(vol ?? 0, bidVol ?? 0) > VOL_MAX) return 'vol-too-large'
  if (bidVol !== undefined && askVol !== undefined && bidVol > askVol) return 'crossed'
  if (!(Math.abs(log(strike / forward)) <= LOG_MONEYNESS_MAX)) return 'strike-too-far'
  return undefined
}

function positive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY
}

function toColumns(quotes: readonly SurfaceQuote[], years: number, indices: readonly number[]): ExpiryQuotes {
  const column = () => new Float64Array(indices.length)
  const columns = {
    years,
    logMoneyness: column(),
    targetVol: column(),
    bidVol: column().fill(0),
    askVol: column().fill(Number.POSITIVE_INFINITY),
    precision: column(),
    bandPrecision: column(),
  }
  const strikes = new Set<number>()
  let targets = 0
  indices.forEach((index, row) => {
    const { strike, forward, vol, bidVol, askVol, weight = 1 } = quotes[index]!
    const k = log(strike / forward)
    columns.logMoneyness[row] = k
    if (bidVol !== undefined) columns.bidVol[row] = bidVol
    if (askVol !== undefined) columns.askVol[row] = askVol
    const twoSided = bidVol !== undefined && askVol !== undefined && bidVol > 0 && askVol <= VOL_MAX
    const target = vol ?? (twoSided ? (bidVol + askVol) / 2 : undefined)
    const reach = target === undefined ? 0 : k / (target * Math.sqrt(years))
    const halfSpread = twoSided ? (askVol - bidVol) / 2 : oneSidedSpread(reach, target, askVol, bidVol)
    const root = Math.sqrt(weight)
    if (target !== undefined) {
      columns.targetVol[row] = target
      const doubt = (vol === undefined ? 1 : GIVEN_VOL_SHARE) * halfSpread
      const beyond = Math.max(Math.abs(reach) - CORE_REACH, 0)
      const fade = 1 + WING_FADE * beyond * beyond
      columns.precision[row] = root / (fade * Math.sqrt(doubt * doubt + VOL_SCATTER * VOL_SCATTER))
      if (weight > 0) {
        targets += 1
        strikes.add(strike)
      }
    }
    columns.bandPrecision[row] = (BAND_FORCE * root) / (halfSpread + BAND_SCATTER)
  })
  return {
    years,
    forward: median(indices.map((index) => quotes[index]!.forward)),
    indices,
    columns,
    targets,
    strikes: strikes.size,
  }
}

/** Half of a spread for a quote that lacks a side: the distance to the side it has, or a scatter that grows into the wings. */
function oneSidedSpread(reach: number, target: number | undefined, askVol?: number, bidVol?: number): number {
  const scatter = BAND_SCATTER * (1 + reach * reach)
  if (target === undefined) return scatter
  const side = askVol ?? (bidVol !== undefined && bidVol > 0 ? bidVol : undefined)
  return side === undefined ? scatter : scatter + Math.abs(side - target)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The target vol nearest to the money, the first of equals. */
export function nearestTargetVol({ logMoneyness, targetVol, precision }: SliceQuotes): number {
  let vol = 0
  let distance = Number.POSITIVE_INFINITY
  logMoneyness.forEach((k, row) => {
    if (precision[row]! > 0 && Math.abs(k) < distance) {
      distance = Math.abs(k)
      vol = targetVol[row]!
    }
  })
  return vol
}
