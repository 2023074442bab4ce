export * from './leverage.js'
export * from './mix.js'
export * from './wealth.js'
