export * from './blocks.js'
export * from './orders.js'
export * from './tracked.js'
