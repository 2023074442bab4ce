export * from './instrument.js'
export * from './surface/index.js'
