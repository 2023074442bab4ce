import { pow } from '@holdfast/quant'
import { z } from 'zod'
import type { VenueFigureEvent } from '../event.js'
import type { MarginOutcome, MarginResult } from './model.js'

/** How the safety buffer of an account follows the venue's own figures. Shares are of the requirement. */
export const calibrationSchema = z
  .strictObject({
    minimum: z.number().min(0).max(1).describe('buffer of an account whose residuals are all nothing'),
    maximum: z.number().min(0).max(10).describe('the buffer never grows beyond this'),
    multiple: z.number().min(1).max(10).describe('buffer per share by which our figure is too favourable'),
    halfLifeMs: z.number().int().min(1).describe('time in which what the buffer holds above its minimum halves, ms'),
  })
  .refine((settings) => settings.minimum <= settings.maximum, 'minimum must not exceed maximum')

export type CalibrationSettings = z.output<typeof calibrationSchema>

export const DEFAULT_CALIBRATION: CalibrationSettings = {
  minimum: 0.02,
  maximum: 0.5,
  multiple: 1.5,
  halfLifeMs: 6 * 3_600_000,
}

export type CalibratedFigure = 'equity' | 'initialMargin' | 'maintenanceMargin'
const FIGURES: readonly CalibratedFigure[] = ['equity', 'initialMargin', 'maintenanceMargin']

/** What our model said beside what the venue said, USD. */
export type MarginResidual = {
  readonly figure: CalibratedFigure
  readonly ours: number
  readonly venue: number
  /** ours − venue, USD, signed. */
  readonly residual: number
  /** residual ÷ the venue's figure; for equity ÷ its maintenance margin where known. `undefined` where that is 0. */
  readonly ratio: number | undefined
}

/** What is remembered of one account. */
export type AccountCalibration = {
  /** Time of the venue figure that was judged last, epoch milliseconds. */
  readonly sourceTime: number
  /** Buffer right after `sourceTime`, share of the requirement; it decays from there. */
  readonly buffer: number
  readonly residuals: readonly MarginResidual[]
  /** Whether our model had an answer to compare. */
  readonly modelled: boolean
}

/** By account id. Plain data: it lives in the engine's state and is replayed with it. */
export type CalibrationState = Readonly<Record<string, AccountCalibration>>

/**
 * Judges our figures against the venue's and widens the account's buffer where ours were too favourable.
 *
 *   error  = max over figures of  (venue − ours)/venue for requirements,  (ours − venue)/maintenance for equity,  not below 0
 *   buffer = min(maximum, max(decayed buffer, multiple · error, minimum))
 *
 * Only understatement widens: a requirement of ours that is too high is recorded and does no harm. Where our model had no
 * answer the buffer goes to its maximum. A figure that is not newer than the last one changes nothing.
 */
export function calibrate(
  state: CalibrationState,
  event: VenueFigureEvent,
  ours: MarginOutcome,
  settings: CalibrationSettings,
): CalibrationState {
  const before = state[event.account]
  if (before !== undefined && event.sourceTime <= before.sourceTime) return state
  const residuals = ours.ok ? residualsOf(event, ours) : []
  const carried = safetyBuffer(state, event.account, event.sourceTime, settings)
  const wanted = ours.ok ? settings.multiple * understatement(residuals) : settings.maximum
  const buffer = Math.min(settings.maximum, Math.max(carried, wanted))
  return { ...state, [event.account]: { sourceTime: event.sourceTime, buffer, residuals, modelled: ours.ok } }
}

/**
 * Buffer of an account at a time, share of its requirements.
 *
 *   minimum + (buffer − minimum) · 2^(−age/halfLife)
 *
 * An account that no venue figure has judged yet has the minimum.
 */
export function safetyBuffer(
  state: CalibrationState,
  account: string,
  time: number,
  settings: CalibrationSettings,
): number {
  const known = state[account]
  if (known === undefined) return settings.minimum
  const age = Math.max(0, time - known.sourceTime)
  const above = Math.max(0, known.buffer - settings.minimum)
  return settings.minimum + above * pow(2, -age / settings.halfLifeMs)
}

/** A result with its requirements, and those of its buckets, raised by a buffer. The parts still add up. */
export function withSafetyBuffer(result: MarginResult, buffer: number): MarginResult {
  const initial = result.initialMargin * buffer
  const maintenance = result.maintenanceMargin * buffer
  const initialMargin = result.initialMargin + initial
  const maintenanceMargin = result.maintenanceMargin + maintenance
  const raised = result.buckets?.map((bucket) => ({
    ...bucket,
    initialMargin: bucket.initialMargin * (1 + buffer),
    maintenanceMargin: bucket.maintenanceMargin * (1 + buffer),
  }))
  return {
    ...result,
    initialMargin,
    maintenanceMargin,
    excessInitial: result.equity - initialMargin,
    excessMaintenance: result.equity - maintenanceMargin,
    parts: { ...result.parts, 'initial.safetyBuffer': initial, 'maintenance.safetyBuffer': maintenance },
    ...(raised === undefined ? {} : { buckets: raised }),
  }
}

function residualsOf(event: VenueFigureEvent, ours: MarginResult): readonly MarginResidual[] {
  const residuals: MarginResidual[] = []
  for (const figure of FIGURES) {
    const venue = event[figure]
    if (venue === undefined || !Number.isFinite(venue)) continue
    const residual = ours[figure] - venue
    const scale = figure === 'equity' ? (event.maintenanceMargin ?? ours.maintenanceMargin) : venue
    residuals.push({ figure, ours: ours[figure], venue, residual, ratio: scale > 0 ? residual / scale : undefined })
  }
  return residuals
}

/** Largest share by which a figure of ours is too favourable; ≥ 0. */
function understatement(residuals: readonly MarginResidual[]): number {
  let worst = 0
  for (const { figure, ratio } of residuals) {
    if (ratio !== undefined) worst = Math.max(worst, figure === 'equity' ? ratio : -ratio)
  }
  return worst
}
