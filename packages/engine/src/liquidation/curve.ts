import { pow } from '@holdfast/quant'
import { LiquidationError } from './error.js'

/** How the price of an auction moves with the time since its start; shares of the top price, milliseconds. */
export type AuctionCurve =
  /** Straight from `start` to `cutoff` over `fastMs`, then to 0 over `slowMs`. */
  | {
      readonly kind: 'linear'
      readonly start: number
      readonly cutoff: number
      readonly fastMs: number
      readonly slowMs: number
    }
  /** start · cut^⌊t/step⌋. */
  | { readonly kind: 'stair-step'; readonly start: number; readonly cut: number; readonly stepMs: number }
  /** start · 2^(−t/halfLife). */
  | { readonly kind: 'exponential'; readonly start: number; readonly halfLifeMs: number }
  /** 1 − discount, the discount growing from 0 to `maximalDiscount` over `lengthMs` and staying there. */
  | { readonly kind: 'reverse-dutch'; readonly maximalDiscount: number; readonly lengthMs: number }

/**
 * Share of the top price asked `elapsedMs` after the start: in [0, start], never rising with time.
 *
 * @throws {LiquidationError} `INVALID_CURVE` where a figure of the curve or the time is outside its range.
 */
export function curveShare(curve: AuctionCurve, elapsedMs: number): number {
  requireCurve(elapsedMs >= 0, 'elapsedMs must be ≥ 0')
  switch (curve.kind) {
    case 'linear': {
      const { start, cutoff, fastMs, slowMs } = curve
      requireCurve(start > 0 && start <= 1 && cutoff >= 0 && cutoff <= start, 'need 0 ≤ cutoff ≤ start ≤ 1, start > 0')
      requireCurve(fastMs >= 0 && slowMs > 0, 'its fast part must last ≥ 0 and its slow part > 0')
      if (elapsedMs < fastMs) return start - ((start - cutoff) * elapsedMs) / fastMs
      return Math.max(0, cutoff * (1 - (elapsedMs - fastMs) / slowMs))
    }
    case 'stair-step': {
      const { start, cut, stepMs } = curve
      requireCurve(start > 0 && start <= 1 && cut > 0 && cut < 1, 'need 0 < start ≤ 1, 0 < cut < 1')
      requireCurve(stepMs > 0, 'a step must last > 0')
      return start * pow(cut, Math.floor(elapsedMs / stepMs))
    }
    case 'exponential': {
      const { start, halfLifeMs } = curve
      requireCurve(start > 0 && start <= 1 && halfLifeMs > 0, 'need 0 < start ≤ 1, and a half-life > 0')
      return start * pow(0.5, elapsedMs / halfLifeMs)
    }
    case 'reverse-dutch': {
      const { maximalDiscount, lengthMs } = curve
      requireCurve(maximalDiscount >= 0 && maximalDiscount <= 1, 'need 0 ≤ maximalDiscount ≤ 1')
      requireCurve(lengthMs > 0, 'the discount must take > 0 to grow')
      return 1 - maximalDiscount * Math.min(1, elapsedMs / lengthMs)
    }
  }
}

function requireCurve(holds: boolean, rule: string): void {
  if (!holds) throw new LiquidationError('INVALID_CURVE', `auction curve: ${rule}`)
}
