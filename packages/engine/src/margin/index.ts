export * from './calibration.js'
export {
  type MarginAccountData,
  type MarginMarketData,
  marginAccountOf,
  marginAccountSchema,
  marginMarketOf,
  marginMarketSchema,
  readMarginAccount,
  readMarginMarket,
} from './data.js'
export { type DeriveNetMargin, requirementsOfNet } from './derive/net.js'
export * from './error.js'
export * from './model.js'
export { marginRatio, worstBucket } from './outcome.js'
export { marginModel, marginModelNames, marginParameterSchema } from './registry.js'
export * from './venueFigures.js'
