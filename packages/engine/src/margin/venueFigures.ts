import type { DataFlag, VenueFigureEvent } from '../event.js'
import type { Quality } from '../market/quality.js'
import {
  CALIBRATED_FIGURES,
  type CalibrationSettings,
  compareFigures,
  type MarginComparison,
  safetyBuffer,
} from './calibration.js'
import type { MarginOutcome } from './model.js'

/** What is remembered of the venue's figures for one account. Plain data: part of the engine's state. */
export type AccountCalibration = {
  /** How often the venue's figures were compared with ours. */
  readonly samples: number
  /** The latest comparison; absent before the first. */
  readonly latest?: MarginComparison
  /** The latest figures that were not used, and why; absent once newer ones were. */
  readonly setAside?: SetAside
}

export type SetAside = { readonly sourceTime: number; readonly reason: string }

/** The calibration of an account as an assessment shows it. */
export type CalibrationView = AccountCalibration & {
  /** Age of the latest compared figures, ms. */
  readonly ageMs?: number
  /** By which the account's requirements are raised now: the parts `initial.safetyBuffer` and `maintenance.safetyBuffer`. */
  readonly buffer: number
}

/** Calibration of every account. Mutable: figures are taken in by events and compared when the account is assessed. */
export type VenueFigures = {
  readonly settings: CalibrationSettings
  readonly accounts: Map<string, AccountCalibration>
  /** Taken in since the last assessment, by account. */
  readonly waiting: Map<string, VenueFigureEvent>
}

export function createVenueFigures(settings: CalibrationSettings): VenueFigures {
  return { settings, accounts: new Map(), waiting: new Map() }
}

/**
 * Takes the venue's figures for an account in, to be compared when the account is next assessed. Figures that are stale, that
 * contradict themselves or others of the same instant, or that were told before are named and set aside.
 */
export function takeVenueFigures(
  figures: VenueFigures,
  event: VenueFigureEvent,
  isKnownAccount: boolean,
): readonly DataFlag[] {
  const subject = `account:${event.account}`
  if (!isKnownAccount) return [{ code: 'unknown-account', subject, detail: 'figures of the venue left aside' }]
  const before = figures.waiting.get(event.account)
  const fault = faultOf(event, before, figures)
  if (fault === undefined) {
    figures.waiting.set(event.account, event)
    return []
  }
  if (fault.code === 'venue-figure-contradiction' && before?.sourceTime === event.sourceTime) {
    figures.waiting.delete(event.account)
  }
  setAside(figures, event, fault.detail)
  return [{ code: fault.code, subject, detail: `${event.source}: ${fault.detail}` }]
}

/**
 * Compares figures that wait for an account with ours of the same turn.
 *
 * @param ours - our model's answer, without buffer.
 * @param quality - of what our answer rests on: figures are compared with live or delayed data only.
 * @returns undefined for an account for which no venue ever gave figures.
 */
export function settleVenueFigures(
  figures: VenueFigures,
  account: string,
  ours: MarginOutcome,
  quality: Quality,
  time: number,
): CalibrationView | undefined {
  const event = figures.waiting.get(account)
  figures.waiting.delete(account)
  if (event !== undefined) compare(figures, event, ours, quality, time)
  const known = figures.accounts.get(account)
  if (known === undefined) return undefined
  const { latest } = known
  return {
    ...known,
    ...(latest === undefined ? {} : { ageMs: Math.max(0, time - latest.sourceTime) }),
    buffer: safetyBuffer(latest, time, figures.settings),
  }
}

/** What later turns depend on, in the order of account ids; undefined where no venue ever gave figures. */
export function venueFiguresState(figures: VenueFigures): unknown {
  if (figures.accounts.size === 0) return undefined
  return [...figures.accounts].sort(([a], [b]) => (a < b ? -1 : 1))
}

function compare(
  figures: VenueFigures,
  event: VenueFigureEvent,
  ours: MarginOutcome,
  quality: Quality,
  time: number,
): void {
  const { settings, accounts } = figures
  const incomparable = whyIncomparable(ours, quality, time - event.sourceTime, settings)
  if (incomparable !== undefined) setAside(figures, event, incomparable)
  if (!ours.ok || incomparable !== undefined) return
  const before = accounts.get(event.account)
  const latest = compareFigures(before?.latest, event, ours, settings)
  accounts.set(event.account, { samples: (before?.samples ?? 0) + 1, latest })
}

function whyIncomparable(
  ours: MarginOutcome,
  quality: Quality,
  ageMs: number,
  { maxAgeMs }: CalibrationSettings,
): string | undefined {
  if (ageMs > maxAgeMs) return staleText(ageMs)
  if (!ours.ok) return `our model lacks ${ours.missing.join(', ')}`
  return quality === 'live' || quality === 'delayed' ? undefined : `our own inputs are ${quality}`
}

function setAside(figures: VenueFigures, { account, sourceTime }: VenueFigureEvent, reason: string): void {
  const before = figures.accounts.get(account) ?? { samples: 0 }
  figures.accounts.set(account, { ...before, setAside: { sourceTime, reason } })
}

type Fault = { readonly code: string; readonly detail: string }

function faultOf(
  event: VenueFigureEvent,
  waiting: VenueFigureEvent | undefined,
  { settings, accounts }: VenueFigures,
): Fault | undefined {
  const contradiction = contradictionIn(event)
  if (contradiction !== undefined) return { code: 'venue-figure-contradiction', detail: contradiction }
  const age = event.receivedTime - event.sourceTime
  if (age > settings.maxAgeMs) return { code: 'venue-figure-stale', detail: staleText(age) }
  if (-age > settings.maxAgeMs) {
    return { code: 'venue-figure-contradiction', detail: `figures are of a time ${-age} ms after they were received` }
  }
  const latest = accounts.get(event.account)?.latest
  const lastTime = waiting?.sourceTime ?? latest?.sourceTime
  if (lastTime === undefined || event.sourceTime > lastTime) return undefined
  if (event.sourceTime === lastTime && !isSame(event, waiting ?? figuresOf(latest!))) {
    const detail = 'figures differ from others of the same instant'
    return { code: 'venue-figure-contradiction', detail }
  }
  return { code: 'venue-figure-repeated', detail: 'figures are not newer than the last' }
}

/** Requirements are ≥ 0, and maintenance is no more than initial, but for the venue's rounding. */
function contradictionIn({ equity, initialMargin, maintenanceMargin }: VenueFigureEvent): string | undefined {
  if (equity === undefined && initialMargin === undefined && maintenanceMargin === undefined)
    return 'no figure is given'
  if (initialMargin !== undefined && !(initialMargin >= 0)) return `initial margin ${initialMargin} is below 0`
  if (maintenanceMargin !== undefined && !(maintenanceMargin >= 0)) {
    return `maintenance margin ${maintenanceMargin} is below 0`
  }
  if (initialMargin === undefined || maintenanceMargin === undefined) return undefined
  if (maintenanceMargin <= initialMargin * (1 + ROUNDING) + ROUNDING) return undefined
  return `maintenance margin ${maintenanceMargin} is above initial margin ${initialMargin}`
}

/** Venues print money in cents or finer; relative and in USD. */
const ROUNDING = 0.01

type Figures = Pick<VenueFigureEvent, 'equity' | 'initialMargin' | 'maintenanceMargin'>

function figuresOf({ residuals }: MarginComparison): Figures {
  return Object.fromEntries(residuals.map(({ figure, venue }) => [figure, venue]))
}

/** Equal in every figure that both give. */
function isSame(a: Figures, b: Figures): boolean {
  return CALIBRATED_FIGURES.every(
    (figure) => a[figure] === b[figure] || a[figure] === undefined || b[figure] === undefined,
  )
}

function staleText(ageMs: number): string {
  return `figures are ${ageMs} ms old`
}
