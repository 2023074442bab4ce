import { covarianceRisk, historicalRisk } from '@holdfast/quant'
import type { ValueAtRiskView } from './assessment.js'
import { type Past, RETURNS_MIN } from './returns.js'
import { type Revaluable, revalue } from './scenarios.js'
import type { AssessSettings } from './settings.js'

/** P&L of a book in each scenario of the past: full revaluation, vols unchanged at their strikes. */
export function historicalPnl(book: Revaluable, past: Past): readonly number[] {
  const { underlyings, rows } = past.horizon
  return rows.map((row) => {
    const moves = new Map(underlyings.map((underlying, i) => [underlying, row[i]!]))
    return revalue(book, (underlying) => moves.get(underlying) ?? 0, 0)
  })
}

/**
 * Value at risk and expected shortfall. Historical: of the book revalued in the past's joint returns, by the inverse-CDF
 * quantile; it needs ten scenarios. Parametric: normal, delta only, from the EWMA covariance of the underlyings scaled by
 * the root of the horizon.
 *
 * @param exposures - USD value change per relative move of each underlying, in the order of the past's underlyings.
 */
export function valueAtRisk(
  pnl: readonly number[],
  exposures: readonly number[],
  past: Past,
  settings: AssessSettings,
): ValueAtRiskView {
  const { confidence, horizonDays } = settings.valueAtRisk
  const historical = pnl.length >= RETURNS_MIN ? historicalRisk(pnl, confidence) : undefined
  const scaled = past.daily?.map((row) => row.map((value) => value * horizonDays))
  const parametric =
    scaled === undefined || exposures.length === 0 ? undefined : covarianceRisk(exposures, scaled, confidence)
  return {
    confidence,
    horizonDays,
    ...(historical === undefined
      ? {}
      : {
          historical: {
            valueAtRisk: historical.valueAtRisk,
            expectedShortfall: historical.expectedShortfall,
            observations: pnl.length,
          },
        }),
    ...(parametric === undefined
      ? {}
      : { parametric: { valueAtRisk: parametric.valueAtRisk, expectedShortfall: parametric.expectedShortfall } }),
  }
}
