export * from './surface.js'
export * from './svi.js'
