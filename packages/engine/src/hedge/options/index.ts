export {
  HedgeError,
  type HedgeGreeks,
  type HedgeInstrument,
  type HedgeTolerance,
  type OptionHedgePlan,
  type OptionHedgeProblem,
  type OptionHedgeTrade,
  type VenueLimit,
} from './problem.js'
export { planOptionHedge } from './programme.js'
