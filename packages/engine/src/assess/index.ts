export { assess } from './assess.js'
export * from './assessment.js'
export { liquidationDistance } from './distance.js'
export { frozenMarket } from './frozenMarket.js'
export { type AccountMemory, type AssessMemory, createAssessMemory } from './pnl.js'
export { marginAccount } from './position.js'
export { type PositionGreeks, positionGreeks, thetaPerDay } from './positionGreeks.js'
export { type Priced, type PricedPosition, pricePosition, unitValue } from './priced.js'
export { scenarioName } from './scenarios.js'
export {
  type AssessParts,
  type AssessSettings,
  assessSettings,
  DEFAULT_ASSESS,
  EVERY_PART,
  LIGHT_PARTS,
} from './settings.js'
