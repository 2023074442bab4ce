import { type Band, bandAround, type TradeTo } from './band.js'

/**
 * Fixed thresholds, the desks' vocabulary: Delta Target, positive and negative Threshold.
 *
 *   lower = target − below,   upper = target + above
 *
 * @param target - base units, signed.
 * @param below - base units, ≥ 0.
 * @param above - base units, ≥ 0.
 */
export function fixedBand(target: number, below: number, above: number, tradeTo: TradeTo = 'target'): Band {
  return bandAround(target, below, above, tradeTo)
}
