export * from './clearing.js'
export * from './decision.js'
export * from './event.js'
export {
  type ClearedMarket,
  type ClearingMargin,
  ClearingParameterError,
  type ClearingParameters,
  DEFAULT_CLEARED_MARKET,
  DEFAULT_CLEARING,
  type OracleLimits,
} from './parameters.js'
export type { Assessed } from './rule.js'
export * from './wire.js'
