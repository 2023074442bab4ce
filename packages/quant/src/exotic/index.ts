export { type American, americanPrice, exerciseSpot } from './american.js'
export { arithmeticAsianPrice } from './arithmeticAsian.js'
export { type Asian, type Averaging, geometricAsianPrice, turnbullWakemanPrice } from './asian.js'
export type { Asset } from './asset.js'
export type { AssetOfMany, Assets } from './assets.js'
export { baroneAdesiWhaleyPrice } from './baroneAdesiWhaley.js'
export { type Barrier, barrierPrice } from './barrier.js'
export { type Basket, basketPrice, basketPriceByMoments } from './basket.js'
export { bjerksundStenslandPrice } from './bjerksundStensland.js'
export { type Digital, digitalPrice } from './digital.js'
export { type DoubleBarrier, type DoubleTouch, doubleBarrierPrice, doubleTouchPrice } from './doubleBarrier.js'
export { exchangePrice } from './exchange.js'
export { type Cliquet, cliquetPrice, type ForwardStart, forwardStartPrice } from './forwardStart.js'
export { type Lookback, lookbackPrice } from './lookback.js'
export { type PowerOption, powerOptionPrice, powerPerpetualMark } from './power.js'
export { type Quanto, quantoPrice } from './quanto.js'
export { type Rainbow, rainbowPrice } from './rainbow.js'
export {
  differentiatedMeasures,
  type Edge,
  measuresOfAxes,
  type Valuation,
  type ValuationAxis,
  type ValuationPoint,
} from './sensitivity.js'
export { type Spread, spreadPrice, spreadPriceKirk } from './spread.js'
export { type Touch, touchPrice } from './touch.js'
