export * from './orders.js'
export * from './tracked.js'
