export * from './band/index.js'
export {
  costText,
  DEFAULT_HEDGE_BOUNDS,
  type HedgeBounds,
  type HedgeCandidate,
  type HedgeCost,
  type HedgeLeg,
  type LegPlan,
  planLegs,
  type RankedCandidate,
  type Ranking,
  type RefusedCandidate,
  rankCandidates,
  type VenueState,
} from './candidate.js'
export {
  type DeliveryStep,
  pinDeviations,
  type SettlementExposure,
  settlementExposure,
  syntheticDelivery,
} from './expiry.js'
export { type FrontierRow, type HedgeGame, hedgeFrontier, type NamedRule } from './frontier.js'
export { type HedgeNeed, type HedgeOrder, hedgeNeed } from './need.js'
export * from './options/index.js'
export { baseSize, type HedgeDelta, hedgeDelta, hedgeSize } from './size.js'
export { type DeltaMove, deltaMove, type VolAnchor } from './volMove.js'
