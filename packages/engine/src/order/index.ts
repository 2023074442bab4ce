export * from './tracked.js'
