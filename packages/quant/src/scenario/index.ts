export * from './revalue.js'
export * from './table.js'
