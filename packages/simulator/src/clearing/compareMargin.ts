import type { VenuePath } from '../venue/path.js'
import { runVenue, withGap } from './venue.js'

/** One way to margin the same owners, and what it cost and spared them. USD; ratios are of the opening. */
export type MarginComparison = {
  readonly margin: 'static' | 'dynamic'
  readonly mode: 'isolated' | 'cross'
  /** Notional that the owners carry, mean over time, per unit of the equity they began with. */
  readonly capitalEfficiency: number
  readonly calls: number
  readonly liquidatedUsd: number
  readonly auctions: number
  /** Losses that somebody else carried: the fund, the other side, or everybody. */
  readonly contagionUsd: number
  readonly fundDrawnUsd: number
  readonly deleveragedUsd: number
  readonly socialisedUsd: number
  /** What the owners carry by step, for a plot. */
  readonly notionalUsd: readonly number[]
}

export type CompareMarginSettings = {
  readonly seed: number
  readonly owners: number
  /** Static rate; the dynamic one is this in calm and grows with recent moves, never below half of it. */
  readonly initialRate: number
  readonly fundUsd: number
  /** A sudden fall of every price on top of the path, at its sharpest step; fraction, 0 for none. */
  readonly gap: number
}

/** Steps over which recent moves are measured. */
const WINDOW = 24

/**
 * Takes the same seeded owners through the same stress under static and dynamic margin, isolated and cross.
 *
 * The dynamic rate is 4 · the largest move of a step within the last day, within half and three times the static rate: it lends
 * more in calm and asks for more in the storm, which is when it calls.
 */
export function compareMargin(calm: VenuePath, settings: CompareMarginSettings): readonly MarginComparison[] {
  const { initialRate } = settings
  const path = withGap(calm, settings.gap)
  const dynamic = dynamicRates(path, initialRate)
  return (['static', 'dynamic'] as const).flatMap((margin) =>
    (['isolated', 'cross'] as const).map((mode) => {
      const { series } = runVenue(path, {
        seed: settings.seed,
        owners: settings.owners,
        fundUsd: settings.fundUsd,
        mode,
        initialRate: margin === 'static' ? () => initialRate : (step) => dynamic[step]!,
      })
      const last = series.at(-1)!
      const { fundDrawnUsd, deleveragedUsd, socialisedUsd } = last
      const began = series[0]!.equityUsd
      let notional = 0
      for (const { notionalUsd } of series) notional += notionalUsd / series.length
      return {
        margin,
        mode,
        capitalEfficiency: notional / began,
        calls: last.calls,
        liquidatedUsd: last.liquidatedUsd,
        auctions: last.auctions,
        contagionUsd: fundDrawnUsd + deleveragedUsd + socialisedUsd,
        fundDrawnUsd,
        deleveragedUsd,
        socialisedUsd,
        notionalUsd: series.map((record) => record.notionalUsd),
      }
    }),
  )
}

function dynamicRates({ steps }: VenuePath, initialRate: number): readonly number[] {
  const moves = steps.map((step, index) => {
    const before = steps[index - 1] ?? step
    return Math.max(...step.prices.map((price, at) => Math.abs(price / before.prices[at]! - 1)))
  })
  return moves.map((_, index) => {
    const largest = Math.max(...moves.slice(Math.max(0, index - WINDOW + 1), index + 1))
    // In steps of half a per cent, so that parameters change rarely.
    const rate = Math.ceil(Math.min(3 * initialRate, Math.max(initialRate / 2, 4 * largest)) * 200) / 200
    return Math.min(1, rate)
  })
}
