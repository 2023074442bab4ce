import type { Asset } from '../exotic/asset.js'
import {
  differentiatedMeasures,
  type Edge,
  measuresOfAxes,
  type Valuation,
  type ValuationAxis,
} from '../exotic/sensitivity.js'
import { DEFAULT_SAMPLING, type Estimate, type Sampling } from '../montecarlo/paths.js'
import type { Measure } from '../pricing/measures.js'
import { autocallablePrice } from './autocallable.js'
import { legsOf, legsPrice } from './legs.js'
import { displaced, lastPayment, type StructuredProduct } from './product.js'

/**
 * Present value of one unit of a structured product, quote. The autocallable is simulated and carries its standard error; that
 * of the others, which are sums of closed forms, is 0.
 *
 * @throws {InputError} where an input is not finite or outside its range.
 */
export function structuredPrice(
  product: StructuredProduct,
  asset: Asset,
  sampling: Sampling = DEFAULT_SAMPLING,
): Estimate {
  if (product.kind === 'autocallable') return autocallablePrice(product, asset, sampling)
  return { value: legsPrice(legsOf(product), asset), standardError: 0 }
}

const AXES: readonly ValuationAxis[] = ['underlying', 'years', 'vol', 'rate', 'dividendYield']

/** Measures that a structured product has. */
export const STRUCTURED_MEASURES: readonly Measure[] = measuresOfAxes(AXES)

/** The product's price as a function of the market, for `differentiatedMeasures`; simulated prices share one seed. */
export function structuredValuation(
  product: StructuredProduct,
  asset: Asset,
  sampling: Sampling = DEFAULT_SAMPLING,
): Valuation {
  const years = lastPayment(product)
  const first = 'observations' in product ? (product.observations[0] ?? 0) : years
  const edges: Edge[] = [{ axis: 'years', at: years - first }]
  if ('barrier' in product) edges.push({ axis: 'underlying', at: product.barrier })
  return {
    point: { underlying: asset.spot, strike: asset.spot, years, ...asset },
    axes: AXES,
    edges,
    price: ({ underlying: spot, years: left, vol, rate, dividendYield }) =>
      structuredPrice(displaced(product, left - years), { spot, vol, rate, dividendYield }, sampling).value,
  }
}

/** Price and Greeks by name, of one unit of the product; units and signs as those of an option. */
export function structuredMeasures(
  product: StructuredProduct,
  asset: Asset,
  names: readonly Measure[],
  sampling: Sampling = DEFAULT_SAMPLING,
): Record<string, number> {
  return differentiatedMeasures(structuredValuation(product, asset, sampling), names)
}

/** A move of the market: spot by a share of itself, vol by points, and calendar time. */
export type StructuredShock = { readonly spotMove: number; readonly volChange: number; readonly yearsPassed: number }

/**
 * P&L of one unit of the product under each shock, by full revaluation under one seed. A vol that a shock would take below 0
 * is 0.
 *
 * @throws {InputError} where time would pass a payment: what it pays then is not known.
 */
export function structuredScenarioPnl(
  product: StructuredProduct,
  asset: Asset,
  shocks: readonly StructuredShock[],
  sampling: Sampling = DEFAULT_SAMPLING,
): readonly number[] {
  const before = structuredPrice(product, asset, sampling).value
  return shocks.map(({ spotMove, volChange, yearsPassed }) => {
    const moved = { ...asset, spot: asset.spot * (1 + spotMove), vol: Math.max(0, asset.vol + volChange) }
    return structuredPrice(displaced(product, -yearsPassed), moved, sampling).value - before
  })
}
