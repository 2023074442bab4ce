export * from './run/ports.js'
