export * from './error.js'
export * from './model.js'
export { marginRatio, worstBucket } from './outcome.js'
export { marginModel, marginModelNames, marginParameterSchema } from './registry.js'
