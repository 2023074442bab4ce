export {
  type BaselAssessment,
  type BaselZone,
  backtestHits,
  baselZone,
  type HitBacktest,
  type HitTransitions,
  kupiecTest,
  type LikelihoodRatio,
} from './backtest.js'
export {
  type CovarianceRisk,
  correlationOf,
  covarianceRisk,
  ewmaCovariance,
  ewmaVolatility,
  type Matrix,
  requirePositiveSemiDefinite,
} from './covariance.js'
export { ewmaFilter, filteredReturns, type VarianceFilter } from './filtered.js'
export * from './historical.js'
export {
  type CornishFisherRisk,
  cornishFisherRisk,
  type PnlDistribution,
  parametricRisk,
  standardRisk,
} from './parametric.js'
export { type Moments, sampleMoments } from './sample.js'
export { backtestShortfall, type ShortfallBacktest, type ShortfallSimulation } from './shortfallBacktest.js'
export { uniformStream } from './uniformStream.js'
