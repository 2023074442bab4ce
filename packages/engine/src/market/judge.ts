import type { Feed } from './feed.js'
import { type GuardLimits, VOICE_LASTS } from './guardSettings.js'
import { durationText, percentText } from './names.js'
import { QUALITIES, type Quality, worseQuality } from './quality.js'
import type { Reading } from './reading.js'

/** The guard's word on one input: how far to trust it, and why not, in words with figures. */
export type Verdict = { readonly quality: Quality; readonly reasons: readonly string[]; readonly ageMs: number }

/** When something was last said to hold: what the guard counts age from. */
export type Attested = {
  readonly sourceTime: number
  readonly receivedTime: number
  readonly idleMessages: number
  readonly messageTime: number
}

/**
 * Judges age and progress.
 *
 * Age counts from the source time of the latest message that moved the source's clock: a message that repeats an old time
 * makes nothing younger. A heartbeat that moved the clock says that everything said before it still holds, so a quiet input
 * of a source with heartbeats stays young. Age > `delayedAfterMs`: delayed; age > `maxAgeMs`: stale.
 */
export function judgeAge(attested: Attested, feed: Feed | undefined, now: number, limits: GuardLimits): Verdict {
  const ageMs = ageOf(attested, feed, now)
  if (!(ageMs <= limits.maxAgeMs)) {
    const chatty = attested.idleMessages > 0 && attested.messageTime > attested.receivedTime
    const why = chatty
      ? `frozen clock: ${attested.idleMessages} messages since, the last ${durationText(now - attested.messageTime)} ago, but source time stands still for ${durationText(ageMs)}`
      : `no news for ${durationText(ageMs)}`
    return { quality: 'stale', reasons: [`${why}; allowed ${durationText(limits.maxAgeMs)}`], ageMs }
  }
  if (!(ageMs <= limits.delayedAfterMs)) {
    const reason = `late by ${durationText(ageMs)}; live up to ${durationText(limits.delayedAfterMs)}`
    return { quality: 'delayed', reasons: [reason], ageMs }
  }
  return { quality: 'live', reasons: [], ageMs }
}

/** Milliseconds since a figure was last said to hold, by its own source or by a heartbeat of that source; ≥ 0. */
export function ageOf(
  attested: Pick<Attested, 'sourceTime' | 'receivedTime'>,
  feed: Feed | undefined,
  now: number,
): number {
  const heard = feed !== undefined && feed.heartbeatReceivedTime >= attested.receivedTime
  const time = heard ? Math.max(attested.sourceTime, feed.heartbeatSourceTime) : attested.sourceTime
  return Math.max(0, now - time)
}

/** Judges one reading by itself: age, progress, clock, confidence, jump. */
export function judgeReading(
  reading: Reading,
  feed: Feed | undefined,
  now: number,
  limits: GuardLimits,
  clockAheadMs: number,
): Verdict {
  const age = judgeAge(reading, feed, now, limits)
  const doubts: string[] = []
  if (reading.aheadMs > clockAheadMs) doubts.push(`source clock is ${durationText(reading.aheadMs)} ahead of ours`)
  const jump = Math.abs(reading.value / reading.average - 1)
  if (!(jump <= limits.maxJump)) {
    doubts.push(
      `jumped ${percentText(jump)} from its time-weighted average ${reading.average}; allowed ${percentText(limits.maxJump)}`,
    )
  }
  const width = reading.confidence / reading.value
  if (width > limits.maxConfidence) {
    doubts.push(`confidence half-width is ${percentText(width)}; allowed ${percentText(limits.maxConfidence)}`)
  }
  return doubted(age, doubts)
}

/** A verdict with doubts added: suspect, unless it is worse already. */
export function doubted(verdict: Verdict, doubts: readonly string[]): Verdict {
  if (doubts.length === 0) return verdict
  return {
    ...verdict,
    quality: worseQuality(verdict.quality, 'suspect'),
    reasons: [...verdict.reasons, ...doubts],
  }
}

export type Judged = { readonly reading: Reading; readonly verdict: Verdict }

/**
 * Judges the sources of one input against each other and picks whom to believe.
 *
 * A source is contradicted where another, not silent for longer than ten times the allowed age, differs by more than
 * `maxDivergence`, unless a second fresh source agrees with it. Of two that differ, both are suspect: nobody can say which
 * is right. The one that fell silent still counts, so a feed that dies while the market moves blocks new risk.
 *
 * @param readings - of one input, sorted by source.
 * @returns the best by quality, then the latest by source time, then the first by name; undefined where there is none.
 */
export function judgeSources(
  readings: readonly Reading[],
  feeds: ReadonlyMap<string, Feed>,
  now: number,
  limits: GuardLimits,
  clockAheadMs: number,
): Judged | undefined {
  const judged = readings.map((reading) => ({
    reading,
    verdict: judgeReading(reading, feeds.get(reading.source), now, limits, clockAheadMs),
  }))
  let best: Judged | undefined
  for (const one of judged) {
    const next = { reading: one.reading, verdict: doubted(one.verdict, contradictions(one, judged, limits)) }
    if (best === undefined || better(next, best)) best = next
  }
  return best
}

function better(a: Judged, b: Judged): boolean {
  const rank = QUALITIES.indexOf(a.verdict.quality) - QUALITIES.indexOf(b.verdict.quality)
  return rank !== 0 ? rank < 0 : a.reading.sourceTime > b.reading.sourceTime
}

function contradictions(one: Judged, all: readonly Judged[], limits: GuardLimits): readonly string[] {
  if (one.verdict.quality === 'stale') return []
  const against: string[] = []
  for (const other of all) {
    if (other.reading.source === one.reading.source || other.verdict.ageMs > VOICE_LASTS * limits.maxAgeMs) continue
    const difference = Math.abs(one.reading.value / other.reading.value - 1)
    if (difference <= limits.maxDivergence) {
      if (other.verdict.quality !== 'stale') return []
      continue
    }
    const silent = other.verdict.quality === 'stale' ? `, silent for ${durationText(other.verdict.ageMs)},` : ''
    against.push(
      `${other.reading.source}${silent} says ${other.reading.value}, ${percentText(difference)} away; allowed ${percentText(limits.maxDivergence)}`,
    )
  }
  return against
}
