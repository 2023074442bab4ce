import { minimizeLeastSquares, scaled, tilted } from './leastSquares.js'
import { type ExpiryQuotes, nearestTargetVol } from './quotes.js'
import { type SmileModel, smileProblem } from './smileProblem.js'
import { type SsviSlice, ssviToRaw } from './ssvi.js'
import { sviTotalVariance } from './svi.js'

/**
 * eSSVI slices of a chain, free of butterfly and calendar arbitrage by construction: expiry by expiry, each is written as
 *
 *   θᵢ = pθᵢ₋₁ + a,  ψᵢ = A + c(C − A),  A = pψᵢ₋₁,  C = min(φᵢ₋₁θᵢ, 4/(1 + |ρᵢ|), √(4θᵢ/(1 + |ρᵢ|)))
 *   p = max((1 + ρᵢ₋₁)/(1 + ρᵢ), (1 − ρᵢ₋₁)/(1 − ρᵢ)),   a ≥ 0, 0 < c < 1, |ρᵢ| < 1
 *
 * and fitted by least squares of vol in (ρ, a, c), the same misses as raw SVI.
 *
 * @param expiries - sorted by years.
 * @see A. Mingone, "No arbitrage global parametrization for the eSSVI volatility surface", Quantitative Finance 22 (2022).
 */
export function fitEssviSlices(expiries: readonly ExpiryQuotes[]): readonly SsviSlice[] {
  return fitChain(expiries, undefined).slices
}

/**
 * SSVI slices of a chain: the same with one ρ for all expiries, found by golden section of the whole cost.
 */
export function fitSsviSlices(expiries: readonly ExpiryQuotes[]): readonly SsviSlice[] {
  const ratio = (Math.sqrt(5) - 1) / 2
  let low = -0.95
  let high = 0.95
  let left = high - ratio * (high - low)
  let right = low + ratio * (high - low)
  let costLeft = fitChain(expiries, left).cost
  let costRight = fitChain(expiries, right).cost
  while (high - low > 1e-3) {
    if (costLeft <= costRight) {
      high = right
      right = left
      costRight = costLeft
      left = high - ratio * (high - low)
      costLeft = fitChain(expiries, left).cost
    } else {
      low = left
      left = right
      costLeft = costRight
      right = low + ratio * (high - low)
      costRight = fitChain(expiries, right).cost
    }
  }
  return fitChain(expiries, (low + high) / 2).slices
}

const ITERATIONS = 40
const TOLERANCE = 1e-6
/** Kept below the butterfly bounds, so that rounding cannot cross them. */
const BOUND_SHARE = 0.999

function fitChain(expiries: readonly ExpiryQuotes[], rho: number | undefined) {
  const slices: SsviSlice[] = []
  let cost = 0
  for (const { columns } of expiries) {
    const before = slices[slices.length - 1]
    const vol = nearestTargetVol(columns)
    const theta = vol * vol * columns.years
    const start = Float64Array.of(
      before === undefined ? theta : Math.max(theta - before.theta, 0.05 * theta),
      0.5,
      rho ?? before?.rho ?? -0.1,
    )
    const model = essviModel(before, rho)
    const result = minimizeLeastSquares(smileProblem(columns, model), start, ITERATIONS, TOLERANCE)
    cost += result.cost
    slices.push(essviSlice(start, before))
  }
  return { slices, cost }
}

function essviModel(before: SsviSlice | undefined, rho: number | undefined): SmileModel {
  return {
    size: rho === undefined ? 3 : 2,
    move(from, step, to) {
      to[0] = scaled(from[0]!, step[0]!)
      to[1] = (1 + tilted(2 * from[1]! - 1, step[1]!)) / 2
      to[2] = rho ?? tilted(from[2]!, step[2]!)
    },
    smileAt(point) {
      const slice = essviSlice(point, before)
      if (!(slice.theta > 0 && slice.phi > 0)) return undefined
      const raw = ssviToRaw(slice)
      return (k) => sviTotalVariance(raw, k)
    },
  }
}

/** Point layout: a, c, ρ. */
function essviSlice(point: Float64Array, before: SsviSlice | undefined): SsviSlice {
  const rho = point[2]!
  const steps = before === undefined ? 0 : Math.max((1 + before.rho) / (1 + rho), (1 - before.rho) / (1 - rho))
  const theta = (before === undefined ? 0 : steps * before.theta) + point[0]!
  const wing = 1 + Math.abs(rho)
  const butterfly = BOUND_SHARE * Math.min(4 / wing, Math.sqrt((4 * theta) / wing))
  const low = before === undefined ? 0 : steps * before.theta * before.phi
  const high = before === undefined ? butterfly : Math.min(before.phi * theta, butterfly)
  return { theta, phi: high >= low ? (low + point[1]! * (high - low)) / theta : Number.NaN, rho }
}
