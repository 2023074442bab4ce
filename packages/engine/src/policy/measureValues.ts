import type {
  AccountAssessment,
  Concentration,
  ExpiryExposure,
  LiquidationDistance,
  MoveRange,
  PortfolioAssessment,
  UnderlyingGreeks,
} from '../assess/assessment.js'
import type { MeasureValues } from './condition/condition.js'
import type { EquityMemory } from './state.js'
import { qualityOf, type Subject } from './subject.js'

type Value = number | string | undefined

/**
 * The measures of a subject by name. One that the assessment does not have is absent: a condition that needs it is unknown,
 * never false. Margin ratio and distances may be infinite; they say so in their descriptions.
 */
export function measureValues(subject: Subject, memory: EquityMemory | undefined): MeasureValues {
  const values = new Map<string, number | string>()
  const put = (name: string, value: Value) => {
    if (value !== undefined && !Number.isNaN(value)) values.set(name, value)
  }
  if ('input' in subject) {
    put('input_age', subject.input.ageMs === undefined ? undefined : subject.input.ageMs / 1000)
    put('input_quality', subject.input.quality)
    return values
  }
  put('quality', qualityOf(subject))
  if ('greeks' in subject) {
    underlyingValues(put, subject.view, subject.greeks)
    return values
  }
  const { view } = subject
  marginValues(put, view, memory)
  if ('margin' in view) calibrationValues(put, view)
  distanceValues(put, view.distance)
  bookValues(put, view)
  return values
}

type Put = (name: string, value: Value) => void

function marginOf(view: AccountAssessment | PortfolioAssessment) {
  if (!('margin' in view)) return view
  return view.margin.ok ? { ...view.margin, marginRatio: view.marginRatio } : { marginRatio: undefined }
}

function marginValues(put: Put, view: AccountAssessment | PortfolioAssessment, memory: EquityMemory | undefined): void {
  const margin: {
    readonly equity?: number | undefined
    readonly initialMargin?: number | undefined
    readonly maintenanceMargin?: number | undefined
    readonly marginRatio?: number | undefined
  } = marginOf(view)
  const { equity, initialMargin, maintenanceMargin } = margin
  put('margin_ratio', margin.marginRatio)
  put('equity', equity)
  put('initial_margin', initialMargin)
  put('maintenance_margin', maintenanceMargin)
  put('excess_margin', minus(equity, maintenanceMargin))
  put('available_margin', minus(equity, initialMargin))
  if (equity === undefined || memory === undefined) return
  if (memory.peak > 0) put('drawdown', (memory.peak - equity) / memory.peak)
  if (memory.first > 0) put('drawdown_from_start', (memory.first - equity) / memory.first)
}

function calibrationValues(put: Put, { calibration }: AccountAssessment): void {
  put('safety_buffer', calibration?.buffer ?? 0)
  const { ageMs, latest } = calibration ?? {}
  if (ageMs !== undefined) put('margin_residual_age', ageMs / 1000)
  for (const { figure, residual, ratio } of latest?.residuals ?? []) {
    if (figure === 'maintenanceMargin') put('margin_residual', ratio)
    if (figure === 'initialMargin') put('margin_residual_initial', ratio)
    if (figure === 'equity') put('equity_residual', residual)
  }
}

function distanceValues(put: Put, distance: LiquidationDistance | undefined): void {
  if (distance === undefined) return
  const size = (move: number | undefined) => (move === undefined ? Number.POSITIVE_INFINITY : Math.abs(move))
  const nearest = ({ down, up }: MoveRange) => Math.min(size(down), size(up))
  put('liquidation_distance', size(distance.nearest))
  put('liquidation_distance_down', size(distance.spotAlone.down))
  put('liquidation_distance_up', size(distance.spotAlone.up))
  put('liquidation_distance_vol_up', nearest(distance.volUp))
  put('liquidation_distance_beta', nearest(distance.beta))
}

function bookValues(put: Put, view: AccountAssessment | PortfolioAssessment): void {
  const { greeks, valueAtRisk, worstScenario, pnl } = view
  put('worst_scenario_loss', worstScenario === undefined ? undefined : Math.max(0, -worstScenario.pnl))
  put('value_at_risk', valueAtRisk?.historical?.valueAtRisk)
  put('expected_shortfall', valueAtRisk?.historical?.expectedShortfall)
  put('value_at_risk_parametric', valueAtRisk?.parametric?.valueAtRisk)
  put('expected_shortfall_parametric', valueAtRisk?.parametric?.expectedShortfall)
  put('pnl', pnl?.total)
  put('pnl_residual', pnl?.residual)
  put('cash_delta', view.cashDelta)
  put(
    'gamma_percent',
    sum(greeks, (one) => one.gammaPerPercent),
  )
  put(
    'vega',
    sum(greeks, (one) => one.vegaPerVolPoint),
  )
  put(
    'theta',
    sum(greeks, (one) => one.thetaPerDay),
  )
  concentrationValues(put, view.concentration)
  const indexOf = (underlying: string) => greeks.find((one) => one.underlying === underlying)?.index ?? Number.NaN
  put(
    'expiry_window_cash_delta',
    sum(view.expiryWindow, (one) => Math.abs(one.residualDelta) * indexOf(one.underlying)),
  )
}

function underlyingValues(put: Put, view: PortfolioAssessment, greeks: UnderlyingGreeks): void {
  const { underlying } = greeks
  const own = <T extends { readonly underlying: string }>(list: readonly T[]) =>
    list.filter((one) => one.underlying === underlying)
  put('delta', greeks.delta)
  put('delta_net', greeks.deltaNet)
  put('index_price', greeks.index)
  put('cash_delta', greeks.cashDelta)
  put('gamma_percent', greeks.gammaPerPercent)
  put('vega', greeks.vegaPerVolPoint)
  put('theta', greeks.thetaPerDay)
  concentrationValues(put, own(view.concentration))
  put(
    'expiry_window_delta',
    sum<ExpiryExposure>(own(view.expiryWindow), (one) => Math.abs(one.residualDelta)),
  )
}

/** An empty list is a book without positions: no concentration, which is known. */
function concentrationValues(put: Put, concentration: readonly Concentration[]): void {
  for (const by of ['expiry', 'strike'] as const) {
    const shares = concentration.filter((one) => one.by === by).map((one) => one.share)
    put(`concentration_${by}`, Math.max(0, ...shares))
  }
}

function minus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0)
}
