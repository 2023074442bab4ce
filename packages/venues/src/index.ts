export * from './defect.js'
export * from './source.js'
