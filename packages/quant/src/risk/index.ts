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
