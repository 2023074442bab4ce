export { type ArbitrageFinding, type ArbitrageReport, checkArbitrage } from './arbitrage.js'
export { type ExpiryFit, type FitResidual, fitSurface, STRIKES_MIN, type SurfaceFit } from './fitSurface.js'
export { movedVol, NO_VOL_SHOCK, type Smile, STICKINESS, type Stickiness, shockVol, type VolShock } from './moves.js'
export type { QuoteFault, RejectedQuote, SurfaceQuote } from './quotes.js'
export {
  type SabrParameters,
  sabrImpliedVol,
  sabrVarianceJet,
} from './sabr.js'
export * from './ssvi.js'
export * from './surface.js'
export * from './svi.js'
export * from './sviForms.js'
export { type FairVariance, fairVariance } from './varianceSwap.js'
