export * from './blocks.js'
export * from './orders.js'
export * from './preTrade.js'
export * from './tracked.js'
