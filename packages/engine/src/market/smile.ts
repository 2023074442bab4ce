import { sviTotalVariance } from '@holdfast/quant'
import type { InputState } from '../assess/assessment.js'
import { judgeAge } from './judge.js'
import { expiryDate, inputName } from './names.js'
import { worseQuality } from './quality.js'
import { chainKey } from './quotes.js'
import type { MarketSnapshot, SmileBelief } from './snapshot.js'
import type { MarketState, Slice } from './state.js'
import { unknownInput } from './view.js'

export const MS_PER_YEAR = 31_536_000_000

/** Expiries of an underlying that have a slice, after `now`, ascending. */
export function knownExpiries(state: MarketState, underlying: string, now: number): readonly number[] {
  const expiries = new Set<number>()
  for (const slice of state.slices.values()) {
    if (slice.underlying === underlying && slice.expiry > now) expiries.add(slice.expiry)
  }
  return [...expiries].sort((a, b) => a - b)
}

/**
 * The smile of an expiry: its own slice, or between two known expiries total variance linear in time at constant
 * log-moneyness, or beyond them the vol of the nearest. With no known expiry it is unknown.
 */
export function believeSmile(
  state: MarketState,
  snapshot: MarketSnapshot,
  underlying: string,
  expiry: number,
): SmileBelief {
  const name = inputName.surface(underlying, expiry)
  if (!(expiry > snapshot.time)) return unknownInput(name, 'the expiry has passed')
  const slice = state.slices.get(chainKey(underlying, expiry))
  if (slice !== undefined) return sliceSmile(state, slice, name, snapshot.time)
  return interpolated(snapshot, underlying, expiry, name)
}

/** A slice keeps its vols as time passes: σ(k) = √(w(k)/T) with the T at which it was made. */
function sliceSmile(state: MarketState, slice: Slice, name: string, now: number): SmileBelief {
  const years = (slice.expiry - slice.sourceTime) / MS_PER_YEAR
  const verdict = judgeAge(slice, state.feeds.get(slice.source), now, state.settings.surface)
  const { svi } = slice
  return {
    name,
    source: slice.source,
    sourceTime: slice.sourceTime,
    receivedTime: slice.receivedTime,
    ...verdict,
    origin: 'slice',
    impliedVol: (logMoneyness) => Math.sqrt(sviTotalVariance(svi, logMoneyness) / years),
  }
}

function interpolated(snapshot: MarketSnapshot, underlying: string, expiry: number, name: string): SmileBelief {
  const known = snapshot.expiries(underlying)
  const after = known.find((other) => other > expiry)
  const before = known.findLast((other) => other < expiry)
  const low = before === undefined ? undefined : snapshot.smile(underlying, before)
  const high = after === undefined ? undefined : snapshot.smile(underlying, after)
  const lowVol = low?.impliedVol
  const highVol = high?.impliedVol
  if (low !== undefined && high !== undefined && lowVol !== undefined && highVol !== undefined) {
    const years = [before!, expiry, after!].map((time) => (time - snapshot.time) / MS_PER_YEAR) as [
      number,
      number,
      number,
    ]
    const reason = `no smile of its own: total variance between ${expiryDate(before!)} and ${expiryDate(after!)}`
    return { ...inherit(low, high, name, reason), origin: 'interpolated', impliedVol: between(lowVol, highVol, years) }
  }
  const nearest = lowVol === undefined ? high : low
  if (nearest?.impliedVol === undefined) return unknownInput(name)
  const reason = `no smile of its own: the vols of ${expiryDate(lowVol === undefined ? after! : before!)}`
  return { ...inherit(nearest, nearest, name, reason), origin: 'interpolated', impliedVol: nearest.impliedVol }
}

function between(
  low: (k: number) => number,
  high: (k: number) => number,
  [t1, t, t2]: readonly [number, number, number],
) {
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
