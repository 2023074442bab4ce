export * from './inputError.js'
export * from './instrument.js'
export * from './math/index.js'
export * from './surface/index.js'
