export {
  type ArbitrageFinding,
  type ArbitrageReport,
  checkArbitrage,
  checkSmiles,
  sviSmile,
  type VarianceSmile,
} from './arbitrage.js'
export type { FitFigures, FitResidual, QuoteCounts } from './fitFigures.js'
export { fitLeanModel, type LeanExpiryFit, type LeanFit, type LeanModel, sabrSmile } from './fitModel.js'
export { type ExpiryFit, fitSurface, STRIKES_MIN, type SurfaceFit } from './fitSurface.js'
export { type ForwardCurve, forwardAt, forwardFromParity, type ParityForward, type ParityQuote } from './forward.js'
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
