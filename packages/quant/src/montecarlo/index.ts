export { brownianBridge } from './bridge.js'
export {
  DEFAULT_SAMPLING,
  type Estimate,
  estimateOf,
  pathMean,
  requireSampling,
  requireTimes,
  type Sampling,
} from './paths.js'
export { SOBOL_DIMENSIONS, sobolSequence } from './sobol.js'
