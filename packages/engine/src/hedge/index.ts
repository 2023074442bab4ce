export * from './band/index.js'
export { type FrontierRow, type HedgeGame, hedgeFrontier, type NamedRule } from './frontier.js'
