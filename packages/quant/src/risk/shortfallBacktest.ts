import { InputError } from '../inputError.js'
import { normalQuantile, studentTQuantile } from '../math/index.js'
import { type PnlDistribution, standardRisk } from './parametric.js'
import { requireSample } from './sample.js'
import { uniformStream } from './uniformStream.js'

export type ShortfallBacktest = {
  readonly observations: number
  readonly hits: number
  /** Mean over the hits of 1 − loss/ES: < 0 where losses beyond VaR exceed ES. Absent without a hit. */
  readonly z1?: number
  /** 1 − Σ loss/ES over the hits / (n · level): < 0 also where there are too many hits. */
  readonly z2: number
  /** Share of simulated samples at or below the statistic where the forecasts are right: small speaks against the model. */
  readonly z1PValue?: number
  readonly z2PValue: number
  readonly simulation: ShortfallSimulation
}

/** How the chances were found: the shape of P&L where the model is right, how many samples, and the seed that makes them again. */
export type ShortfallSimulation = {
  readonly distribution: PnlDistribution
  readonly samples: number
  readonly seed: number
}

const DEFAULT_SIMULATION: ShortfallSimulation = { distribution: { kind: 'normal' }, samples: 5000, seed: 1 }

/**
 * Acerbi and Székely's first and second test of expected shortfall.
 *
 *   Z₁ = 1 − 1/N Σ_{hits} L_t/ES_t,    Z₂ = 1 − 1/(n α) Σ_{hits} L_t/ES_t,    α = level
 *
 * Both are 0 in the mean where the forecasts are right. Under a P&L of one shape and any scale L/ES depends on the shape
 * alone, so the p-values come from `samples` seeded samples of n days. Their published critical value of Z₂, −0.70 at 5 %
 * (α = 2.5 %, n = 250), hardly depends on the shape.
 *
 * @param pnl - signed, oldest first.
 * @param valueAtRisk - forecast for each day, positive loss; a hit is a loss above it.
 * @param expectedShortfall - forecast for each day, > 0.
 * @param level - α, e.g. 0.025.
 * @see C. Acerbi, B. Székely, "Back-testing expected shortfall", Risk (Dec. 2014).
 */
export function backtestShortfall(
  pnl: readonly number[],
  valueAtRisk: readonly number[],
  expectedShortfall: readonly number[],
  level: number,
  simulation: ShortfallSimulation = DEFAULT_SIMULATION,
): ShortfallBacktest {
  if (!(level > 0 && level < 0.5)) throw new InputError('level', level, 'between 0 and 0.5, e.g. 0.025')
  requireSample('pnl', pnl, 2)
  requireSample('valueAtRisk', valueAtRisk, 2)
  requireSample('expectedShortfall', expectedShortfall, 2)
  for (const [field, series] of [
    ['valueAtRisk', valueAtRisk],
    ['expectedShortfall', expectedShortfall],
  ] as const) {
    if (series.length !== pnl.length)
      throw new InputError(field, series.length, `a list of ${pnl.length} days like pnl`)
  }
  if (!(simulation.samples >= 100 && simulation.samples <= 100_000 && Number.isInteger(simulation.samples))) {
    throw new InputError('samples', simulation.samples, 'a whole number from 100 to 100,000')
  }
  let hits = 0
  let sum = 0
  pnl.forEach((value, day) => {
    const shortfall = expectedShortfall[day]!
    if (!(shortfall > 0)) throw new InputError(`expectedShortfall[${day}]`, shortfall, 'a positive loss')
    if (-value > valueAtRisk[day]!) {
      hits += 1
      sum += -value / shortfall
    }
  })
  const z2 = 1 - sum / (pnl.length * level)
  const null1: number[] = []
  let below2 = 0
  const z1 = hits > 0 ? 1 - sum / hits : undefined
  simulate(pnl.length, level, simulation, (sampleHits, sampleSum) => {
    if (sampleHits > 0) null1.push(1 - sampleSum / sampleHits)
    if (1 - sampleSum / (pnl.length * level) <= z2) below2 += 1
  })
  return {
    observations: pnl.length,
    hits,
    ...(z1 === undefined
      ? {}
      : { z1, z1PValue: null1.filter((value) => value <= z1).length / Math.max(null1.length, 1) }),
    z2,
    z2PValue: below2 / simulation.samples,
    simulation,
  }
}

/** Draws days of a right model: a uniform below `level` is a hit, and its loss is the quantile there, in units of ES. */
function simulate(
  days: number,
  level: number,
  { distribution, samples, seed }: ShortfallSimulation,
  take: (hits: number, sum: number) => void,
): void {
  const next = uniformStream(seed)
  const shortfall = standardRisk(distribution, 1 - level).expectedShortfall
  const loss =
    distribution.kind === 'normal'
      ? (u: number) => -normalQuantile(u)
      : (u: number) =>
          -studentTQuantile(u, distribution.degreesOfFreedom) *
          Math.sqrt((distribution.degreesOfFreedom - 2) / distribution.degreesOfFreedom)
  for (let sample = 0; sample < samples; sample++) {
    let hits = 0
    let sum = 0
    for (let day = 0; day < days; day++) {
      const u = next()
      if (u < level) {
        hits += 1
        sum += loss(u) / shortfall
      }
    }
    take(hits, sum)
  }
}
