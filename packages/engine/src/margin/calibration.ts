import { pow } from '@holdfast/quant'
import type { VenueFigureEvent } from '../event.js'
import type { MarginModel, MarginOutcome, MarginResult } from './model.js'

/** How the safety buffer of an account follows the venue's own figures. Shares are of our requirement. */
export type CalibrationSettings = {
  /** Buffer of an account whose residuals are all nothing, ≥ 0. */
  readonly minimum: number
  /** The buffer never grows beyond this. */
  readonly maximum: number
  /** Buffer per share by which our figures are too favourable, ≥ 1. */
  readonly multiple: number
  /** Time in which what the buffer holds above its minimum halves, ms. */
  readonly halfLifeMs: number
  /** Figures of the venue that are older than this are not compared, ms. */
  readonly maxAgeMs: number
}

export const DEFAULT_CALIBRATION: CalibrationSettings = {
  minimum: 0,
  maximum: 1,
  multiple: 1.5,
  halfLifeMs: 6 * 3_600_000,
  maxAgeMs: 30_000,
}

export type CalibratedFigure = 'equity' | 'initialMargin' | 'maintenanceMargin'
export const CALIBRATED_FIGURES: readonly CalibratedFigure[] = ['equity', 'initialMargin', 'maintenanceMargin']

/** What the venue said beside what our model said, without buffer, USD. */
export type MarginResidual = {
  readonly figure: CalibratedFigure
  readonly ours: number
  readonly venue: number
  /** venue − ours, USD, signed. A requirement > 0 and an equity < 0: ours is too favourable. */
  readonly residual: number
  /** residual ÷ our figure, for equity ÷ our maintenance margin; absent where that is 0. */
  readonly ratio?: number
}

/** The venue's figures beside ours at one instant. */
export type MarginComparison = {
  readonly source: string
  /** The venue's time of its figures, epoch milliseconds. */
  readonly sourceTime: number
  readonly residuals: readonly MarginResidual[]
  /** Buffer right after `sourceTime`, share of the requirement; it decays from there. */
  readonly buffer: number
  /** Whether this buffer makes our excess margins no larger than the venue's; it cannot beyond the maximum. */
  readonly isCovered: boolean
}

/**
 * Compares the venue's figures with ours, and says how wide the buffer must be.
 *
 *   error  = max over initial and maintenance R of  (max(0, R_venue − R_ours) + max(0, E_ours − E_venue)) / R_ours
 *   buffer = min(maximum, max(decayed buffer, multiple · error, minimum))
 *
 * So requirements raised by the buffer leave no more excess than the venue's own, up to the maximum. Only what is too
 * favourable widens: a requirement of ours that is too high is recorded and does no harm. Where ours is 0 and the venue's is
 * not, the error is infinite. A figure that the venue does not give counts as equal.
 */
export function compareFigures(
  before: MarginComparison | undefined,
  event: VenueFigureEvent,
  ours: MarginResult,
  settings: CalibrationSettings,
): MarginComparison {
  const error = shareTooFavourable(event, ours)
  const carried = safetyBuffer(before, event.sourceTime, settings)
  const buffer = Math.min(settings.maximum, Math.max(carried, settings.multiple * error, settings.minimum))
  const { source, sourceTime } = event
  return { source, sourceTime, residuals: residualsOf(event, ours), buffer, isCovered: buffer >= error }
}

/**
 * Buffer of an account at a time, share of its requirements; 0 where no figures of the venue were ever compared.
 *
 *   minimum + (buffer − minimum) · 2^(−age/halfLife)
 */
export function safetyBuffer(
  latest: MarginComparison | undefined,
  time: number,
  { minimum, halfLifeMs }: CalibrationSettings,
): number {
  if (latest === undefined) return 0
  const age = Math.max(0, time - latest.sourceTime)
  return minimum + Math.max(0, latest.buffer - minimum) * pow(2, -age / halfLifeMs)
}

/** A model whose requirements are raised by a buffer; the model itself where the buffer is 0. */
export function withSafetyBuffer(model: MarginModel, buffer: number): MarginModel {
  if (buffer === 0) return model
  return {
    name: model.name,
    parameters: model.parameters,
    evaluate: (account, market) => raisedBy(model.evaluate(account, market), buffer),
  }
}

/** An outcome with its requirements, and those of its buckets, raised by a buffer. The parts still add up. */
export function raisedBy(result: MarginOutcome, buffer: number): MarginOutcome {
  if (!result.ok || buffer === 0) return result
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
  return CALIBRATED_FIGURES.flatMap((figure) => {
    const venue = event[figure]
    if (venue === undefined) return []
    const residual = venue - ours[figure]
    const scale = figure === 'equity' ? ours.maintenanceMargin : ours[figure]
    return [{ figure, ours: ours[figure], venue, residual, ...(scale > 0 ? { ratio: residual / scale } : {}) }]
  })
}

function shareTooFavourable(event: VenueFigureEvent, ours: MarginResult): number {
  const equityShort = Math.max(0, ours.equity - (event.equity ?? ours.equity))
  return Math.max(share('initialMargin'), share('maintenanceMargin'))

  function share(figure: 'initialMargin' | 'maintenanceMargin'): number {
    const required = Math.max(0, (event[figure] ?? ours[figure]) - ours[figure])
    if (ours[figure] > 0) return (required + equityShort) / ours[figure]
    return required > 0 ? Number.POSITIVE_INFINITY : 0
  }
}
