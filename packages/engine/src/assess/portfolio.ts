import type { MarginResult } from '../margin/model.js'
import type { Quality } from '../market/quality.js'
import { worseQuality } from '../market/quality.js'
import type { AccountWork, AssessContext } from './account.js'
import type { AccountAssessment, PortfolioAssessment } from './assessment.js'
import { nearestDistance } from './distance.js'
import { addPnl } from './pnl.js'
import { concentrations, expiryWindows, rollUpGreeks } from './rollup.js'
import { addGrids, worstScenario } from './scenarios.js'
import { valueAtRisk } from './valueAtRisk.js'

/**
 * Adds up the accounts of a portfolio. A sum of which a part is unknown is absent; the margin ratio and the distance are those
 * of the worst account, since margin of one does not help another.
 */
export function assessPortfolio(
  portfolio: string,
  members: readonly AccountWork[],
  { settings, snapshot, past }: AssessContext,
): PortfolioAssessment {
  const accounts = members.map(({ assessment }) => assessment)
  const exposed = members.flatMap((member) => member.exposed)
  const greeks = rollUpGreeks(exposed, (underlying) => collateralOf(accounts, underlying))
  const grid = addGrids(allKnown(accounts.map((account) => account.grid)) ?? [])
  const historical = sumVectors(members.map((member) => member.historicalPnl))
  const exposures = sumVectors(members.map((member) => member.exposures))
  const distance = nearestDistance(allKnown(accounts.map((account) => account.distance)) ?? [])
  const pnl = addPnl(accounts.map((account) => account.pnl))
  return {
    portfolio,
    accounts: accounts.map(({ account }) => account),
    ...marginSums(accounts),
    ...(distance === undefined ? {} : { distance }),
    quality: accounts.reduce<Quality>((worst, { quality }) => worseQuality(worst, quality), 'live'),
    missing: [...new Set(accounts.flatMap(({ missing }) => missing))].sort(),
    greeks,
    cashDelta: greeks.reduce((sum, one) => sum + one.cashDelta, 0),
    ...(grid === undefined ? {} : { grid, worstScenario: worstScenario(grid) }),
    ...(historical === undefined || exposures === undefined
      ? {}
      : { valueAtRisk: valueAtRisk(historical, exposures, past, settings) }),
    ...(pnl === undefined ? {} : { pnl }),
    concentration: concentrations(exposed),
    expiryWindow: expiryWindows(exposed, snapshot.time),
  }
}

function collateralOf(accounts: readonly AccountAssessment[], underlying: string): number {
  return accounts.reduce(
    (sum, { greeks }) => sum + (greeks.find((one) => one.underlying === underlying)?.collateral ?? 0),
    0,
  )
}

function marginSums(accounts: readonly AccountAssessment[]): Partial<PortfolioAssessment> {
  const ratios = allKnown(accounts.map(({ marginRatio }) => marginRatio))
  const margins = allKnown(accounts.map(({ margin }): MarginResult | undefined => (margin.ok ? margin : undefined)))
  if (margins === undefined || ratios === undefined) return {}
  return {
    equity: margins.reduce((sum, { equity }) => sum + equity, 0),
    initialMargin: margins.reduce((sum, { initialMargin }) => sum + initialMargin, 0),
    maintenanceMargin: margins.reduce((sum, { maintenanceMargin }) => sum + maintenanceMargin, 0),
    marginRatio: Math.max(...ratios),
  }
}

function allKnown<T>(values: readonly (T | undefined)[]): readonly T[] | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === values.length ? known : undefined
}

function sumVectors(vectors: readonly (readonly number[] | undefined)[]): readonly number[] | undefined {
  const known = allKnown(vectors)
  return known?.[0]?.map((_, i) => known.reduce((sum, vector) => sum + vector[i]!, 0))
}
