import { fitSurface, STRIKES_MIN, type SurfaceQuote, type SviParameters, sviTotalVariance } from '@holdfast/quant'
import type { InputState } from '../assess/assessment.js'
import { judgeAge } from './judge.js'
import { expiryDate, inputName } from './names.js'
import { QUALITIES, worseQuality } from './quality.js'
import { type Chain, chainKey, quoteField } from './quotes.js'
import type { MarketSnapshot, SmileBelief } from './snapshot.js'
import type { MarketState, Slice } from './state.js'
import { judgeRow, rowState, unknownInput } from './view.js'

export const MS_PER_YEAR = 31_536_000_000

/** A smile that was fitted to a chain, kept until the chain changes. */
export type Fit = {
  readonly version: number
  /** Row of the latest ticker that it rests on. */
  readonly latest: number
  /** Years to expiry at that ticker's source time. */
  readonly years: number
  /** Absent where the chain's marks do not suffice. */
  readonly svi?: SviParameters
}

/** Expiries of an underlying that have a slice or enough strikes quoted, after `now`, ascending. */
export function knownExpiries(state: MarketState, underlying: string, now: number): readonly number[] {
  const expiries = new Set<number>()
  for (const slice of state.slices.values()) if (slice.underlying === underlying) expiries.add(slice.expiry)
  for (const chain of state.quotes.chains.values()) {
    if (chain.underlying === underlying && chain.ids.length >= STRIKES_MIN) expiries.add(chain.expiry)
  }
  return [...expiries].filter((expiry) => expiry > now).sort((a, b) => a - b)
}

/**
 * The smile of an expiry: its own, given as a slice or fitted to its chain's mark vols, by the better quality; or between two
 * expiries with one, total variance linear in time at constant log-moneyness; or beyond them the vols of the nearest. Where no
 * expiry has one it is unknown. Expiries are fitted one by one, when asked for, once per change of their chain; calendar
 * order between them is not enforced.
 */
export function believeSmile(
  state: MarketState,
  snapshot: MarketSnapshot,
  underlying: string,
  expiry: number,
): SmileBelief {
  const name = inputName.surface(underlying, expiry)
  if (!(expiry > snapshot.time)) return unknownInput(name, 'the expiry has passed')
  return ownSmile(state, underlying, expiry, snapshot.time) ?? interpolated(state, snapshot, underlying, expiry, name)
}

function ownSmile(state: MarketState, underlying: string, expiry: number, now: number): SmileBelief | undefined {
  const key = chainKey(underlying, expiry)
  const slice = state.slices.get(key)
  const given = slice === undefined ? undefined : sliceSmile(state, slice, now)
  const chain = state.quotes.chains.get(key)
  const fitted = chain === undefined || given?.quality === 'live' ? undefined : fitSmile(state, chain, now)
  if (given === undefined || fitted === undefined) return given ?? fitted
  return QUALITIES.indexOf(fitted.quality) < QUALITIES.indexOf(given.quality) ? fitted : given
}

/** A slice keeps its vols as time passes: σ(k) = √(w(k)/T) with the T at which it was made. */
function sliceSmile(state: MarketState, slice: Slice, now: number): SmileBelief {
  const years = (slice.expiry - slice.sourceTime) / MS_PER_YEAR
  const verdict = judgeAge(slice, state.feeds.get(slice.source), now, state.settings.surface)
  return {
    name: inputName.surface(slice.underlying, slice.expiry),
    source: slice.source,
    sourceTime: slice.sourceTime,
    receivedTime: slice.receivedTime,
    ...verdict,
    origin: 'slice',
    impliedVol: volsOf(slice.svi, years),
  }
}

function volsOf(svi: SviParameters, years: number): (logMoneyness: number) => number {
  return (logMoneyness) => Math.sqrt(sviTotalVariance(svi, logMoneyness) / years)
}

function fitSmile(state: MarketState, chain: Chain, now: number): SmileBelief | undefined {
  const fit = fitOf(state, chain)
  if (fit?.svi === undefined) return undefined
  const verdict = judgeRow(state, fit.latest, now, 'surface')
  const name = inputName.surface(chain.underlying, chain.expiry)
  return { ...rowState(state, fit.latest, name, verdict), origin: 'fit', impliedVol: volsOf(fit.svi, fit.years) }
}

/** The fit of a chain as it stands: from the marks that are no older, against its latest, than a surface may be. */
function fitOf(state: MarketState, chain: Chain): Fit | undefined {
  const key = chainKey(chain.underlying, chain.expiry)
  const kept = state.fits.get(key)
  if (kept?.version === chain.version) return kept
  const { quotes } = state
  const marked = chain.ids.filter(
    (id) => quoteField(quotes, id, 'markVol') > 0 && quoteField(quotes, id, 'forward') > 0,
  )
  if (marked.length === 0) return undefined
  const timeOf = (id: number) => quoteField(quotes, id, 'sourceTime')
  const latest = marked.reduce((best, id) => (timeOf(id) > timeOf(best) ? id : best))
  const years = (chain.expiry - timeOf(latest)) / MS_PER_YEAR
  const since = timeOf(latest) - state.settings.surface.maxAgeMs
  const points = marked.filter((id) => timeOf(id) >= since).flatMap((id) => quoteOf(state, id, years))
  // In the order of strikes: the fit's sums must not depend on the order in which instruments were first quoted.
  points.sort((a, b) => a.strike - b.strike || a.vol! - b.vol!)
  const [expiry] = years > 0 ? fitSurface(points).expiries : []
  const svi = expiry === undefined || expiry.status === 'unfitted' ? {} : { svi: expiry.svi }
  const fit = { version: chain.version, latest, years, ...svi }
  state.fits.set(key, fit)
  return fit
}

function quoteOf(state: MarketState, id: number, years: number): readonly SurfaceQuote[] {
  const instrument = state.quotes.instruments[id]!
  if (instrument.kind !== 'option') return []
  const vol = quoteField(state.quotes, id, 'markVol')
  return [{ strike: instrument.strike, years, forward: quoteField(state.quotes, id, 'forward'), vol }]
}

function interpolated(
  state: MarketState,
  snapshot: MarketSnapshot,
  underlying: string,
  expiry: number,
  name: string,
): SmileBelief {
  const known = snapshot.expiries(underlying)
  const own = (other: number) => ownSmile(state, underlying, other, snapshot.time)?.impliedVol !== undefined
  const before = known.findLast((other) => other < expiry && own(other))
  const after = known.find((other) => other > expiry && own(other))
  const low = before === undefined ? undefined : snapshot.smile(underlying, before)
  const high = after === undefined ? undefined : snapshot.smile(underlying, after)
  const lowVol = low?.impliedVol
  const highVol = high?.impliedVol
  if (low !== undefined && high !== undefined && lowVol !== undefined && highVol !== undefined) {
    const times = [before!, expiry, after!].map((time) => (time - snapshot.time) / MS_PER_YEAR)
    const reason = `no smile of its own: total variance between ${expiryDate(before!)} and ${expiryDate(after!)}`
    return { ...inherit(low, high, name, reason), origin: 'interpolated', impliedVol: between(lowVol, highVol, times) }
  }
  const nearest = lowVol === undefined ? high : low
  if (nearest?.impliedVol === undefined) return unknownInput(name)
  const reason = `no smile of its own: the vols of ${expiryDate(lowVol === undefined ? after! : before!)}`
  return { ...inherit(nearest, nearest, name, reason), origin: 'interpolated', impliedVol: nearest.impliedVol }
}

function between(low: (k: number) => number, high: (k: number) => number, years: readonly number[]) {
  const [t1, t, t2] = years as [number, number, number]
  const share = (t - t1) / (t2 - t1)
  return (k: number) => {
    const volLow = low(k)
    const volHigh = high(k)
    const wLow = volLow * volLow * t1
    const wHigh = volHigh * volHigh * t2
    return Math.sqrt((wLow + (wHigh - wLow) * share) / t)
  }
}

/** An input made of two others: the older one's times, the worse one's quality. */
function inherit(a: InputState, b: InputState, name: string, reason: string): InputState {
  const older = (a.ageMs ?? Number.POSITIVE_INFINITY) >= (b.ageMs ?? Number.POSITIVE_INFINITY) ? a : b
  const reasons = a === b ? a.reasons : [...a.reasons, ...b.reasons]
  return { ...older, name, quality: worseQuality(a.quality, b.quality), reasons: [reason, ...reasons] }
}
