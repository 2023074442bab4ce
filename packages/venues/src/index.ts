export * from './defect.js'
export * from './files/configuration.js'
export { openFileSource } from './files/open.js'
export * from './source.js'
