import { InputError } from '../inputError.js'
import { requireConfidence, requireSample } from './sample.js'

/**
 * Where the quantile of n ordered losses x₁ ≤ … ≤ xₙ lies, after R. J. Hyndman, Y. Fan, "Sample quantiles in statistical
 * packages", The American Statistician 50 (1996), 361–365. Position h for confidence c; between ranks x is interpolated:
 * - `inverse-cdf` (their type 1): h = ⌈nc⌉, the smallest loss that at least a share c of the sample does not exceed;
 * - `hazen` (type 5): h = nc + ½;
 * - `weibull` (type 6): h = (n + 1)c, as SPSS and Excel's PERCENTILE.EXC;
 * - `linear` (type 7): h = (n − 1)c + 1, as numpy, R and Excel's PERCENTILE.INC;
 * - `median-unbiased` (type 8): h = (n + ⅓)c + ⅓.
 * h is kept within 1 and n.
 */
export const QUANTILE_CONVENTIONS = ['inverse-cdf', 'hazen', 'weibull', 'linear', 'median-unbiased'] as const
export type QuantileConvention = (typeof QUANTILE_CONVENTIONS)[number]

/** Value at risk and expected shortfall: losses > 0, gains < 0, in the unit of the P&L. */
export type RiskFigures = { readonly valueAtRisk: number; readonly expectedShortfall: number }

export type HistoricalRisk = RiskFigures & {
  readonly confidence: number
  readonly quantile: QuantileConvention
  readonly scenarios: number
}

/** Share of each scenario in a figure: by its place in the input. Weights of one figure sum to 1. */
type TailWeights = readonly { readonly index: number; readonly weight: number }[]

/**
 * Historical VaR and ES of a sample of P&L, every scenario equally likely.
 *
 *   VaR = quantile of the losses by the stated convention
 *   ES  = 1/(1 − c) ∫_c^1 q(u) du,   q the step function of the ordered losses
 *
 * so ES weighs the worst n(1 − c) scenarios, the last of them by its fraction; it is coherent (sub-additive) and never below VaR.
 *
 * @param pnl - P&L by scenario, signed, profit > 0; at least 2.
 * @param confidence - c, e.g. 0.99.
 * @throws {InputError} where the sample or the confidence is not one.
 * @see C. Acerbi, D. Tasche, "On the coherence of expected shortfall", J. Banking & Finance 26 (2002), 1487–1503.
 */
export function historicalRisk(
  pnl: readonly number[],
  confidence: number,
  quantile: QuantileConvention = 'inverse-cdf',
): HistoricalRisk {
  const order = lossOrder(pnl, confidence)
  return {
    valueAtRisk: weightedLoss(pnl, quantileWeights(order, confidence, quantile)),
    expectedShortfall: weightedLoss(pnl, tailWeights(order, confidence)),
    confidence,
    quantile,
    scenarios: pnl.length,
  }
}

export type ComponentRisk = {
  readonly name: string
  /** Its share of the total; the components sum to the total. May be < 0: it hedges. */
  readonly valueAtRisk: number
  readonly expectedShortfall: number
  /** Total with it less total without it. */
  readonly incrementalValueAtRisk: number
  readonly incrementalExpectedShortfall: number
}

/**
 * Historical VaR and ES of a sum, with the Euler share of each component: its own loss, averaged over the very scenarios (and
 * weights) that make the total's figure.
 *
 * @param components - P&L by scenario of each, all of one length and in the same order of scenarios.
 */
export function historicalComponents(
  components: readonly { readonly name: string; readonly pnl: readonly number[] }[],
  confidence: number,
  quantile: QuantileConvention = 'inverse-cdf',
): HistoricalRisk & { readonly components: readonly ComponentRisk[] } {
  const first = components[0]
  if (first === undefined) throw new InputError('components', 0, 'a list of at least one component')
  for (const { name, pnl } of components) {
    requireSample(`components.${name}`, pnl, 2)
    if (pnl.length !== first.pnl.length) {
      throw new InputError(`components.${name}`, pnl.length, `a list of ${first.pnl.length} scenarios like the others`)
    }
  }
  const total = first.pnl.map((_, index) => components.reduce((sum, { pnl }) => sum + pnl[index]!, 0))
  const order = lossOrder(total, confidence)
  const atQuantile = quantileWeights(order, confidence, quantile)
  const inTail = tailWeights(order, confidence)
  const risk = historicalRisk(total, confidence, quantile)
  return {
    ...risk,
    components: components.map(({ name, pnl }) => {
      const rest = historicalRisk(
        total.map((value, index) => value - pnl[index]!),
        confidence,
        quantile,
      )
      return {
        name,
        valueAtRisk: weightedLoss(pnl, atQuantile),
        expectedShortfall: weightedLoss(pnl, inTail),
        incrementalValueAtRisk: risk.valueAtRisk - rest.valueAtRisk,
        incrementalExpectedShortfall: risk.expectedShortfall - rest.expectedShortfall,
      }
    }),
  }
}

/** Scenarios from the smallest loss to the largest; ties keep their order, so that the answer does not depend on the sort. */
function lossOrder(pnl: readonly number[], confidence: number): readonly number[] {
  requireSample('pnl', pnl, 2)
  requireConfidence(confidence)
  return pnl.map((_, index) => index).sort((x, y) => pnl[y]! - pnl[x]! || x - y)
}

function quantileWeights(order: readonly number[], confidence: number, convention: QuantileConvention): TailWeights {
  const n = order.length
  const position = Math.min(Math.max(quantilePosition(n, confidence, convention), 1), n)
  const rank = Math.min(Math.floor(position), n)
  const fraction = position - rank
  const low = { index: order[rank - 1]!, weight: 1 - fraction }
  return fraction > 0 ? [low, { index: order[rank]!, weight: fraction }] : [low]
}

/** Slack that keeps 0.99 × 100 at rank 99, where the product of doubles is a last bit above. */
const RANK_SLACK = 1e-9

function quantilePosition(n: number, confidence: number, convention: QuantileConvention): number {
  switch (convention) {
    case 'inverse-cdf':
      return Math.ceil(n * confidence - RANK_SLACK)
    case 'hazen':
      return n * confidence + 0.5
    case 'weibull':
      return (n + 1) * confidence
    case 'linear':
      return (n - 1) * confidence + 1
    case 'median-unbiased':
      return (n + 1 / 3) * confidence + 1 / 3
  }
}

function tailWeights(order: readonly number[], confidence: number): TailWeights {
  const n = order.length
  const mass = n - n * confidence
  const whole = Math.min(Math.floor(mass + RANK_SLACK), n)
  const fraction = Math.max(mass - whole, 0)
  const weights = order.slice(n - whole).map((index) => ({ index, weight: 1 / mass }))
  if (fraction > RANK_SLACK && whole < n) {
    return [{ index: order[n - whole - 1]!, weight: fraction / mass }, ...weights]
  }
  return weights
}

function weightedLoss(pnl: readonly number[], weights: TailWeights): number {
  let loss = 0
  for (const { index, weight } of weights) loss -= weight * pnl[index]!
  return loss === 0 ? 0 : loss
}
