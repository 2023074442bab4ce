import { exp, log } from '../math/index.js'
import { minimizeLeastSquares, scaled, tilted } from './leastSquares.js'
import { type ExpiryQuotes, nearestTargetVol } from './quotes.js'
import { type SabrParameters, sabrImpliedVol } from './sabr.js'
import { type SmileModel, smileProblem } from './smileProblem.js'
import { SurfaceError } from './surface.js'

const ITERATIONS = 60
const TOLERANCE = 1e-8

/**
 * α, ρ and ν of SABR for one expiry at a given β, by least squares of vol, the same misses as raw SVI. β and ρ tell nearly the same
 * of a smile, which is why β is chosen and not fitted.
 */
export function fitSabrSlice(expiry: ExpiryQuotes, beta: number): SabrParameters {
  if (!(beta >= 0 && beta <= 1)) throw new SurfaceError('beta must be between 0 and 1', { beta })
  const { columns, forward } = expiry
  const atMoney = nearestTargetVol(columns)
  const model: SmileModel = {
    size: 3,
    move(from, step, to) {
      to[0] = scaled(from[0]!, step[0]!)
      to[1] = tilted(from[1]!, step[1]!)
      to[2] = scaled(from[2]!, step[2]!)
    },
    smileAt(point) {
      const parameters = { alpha: point[0]!, beta, rho: point[1]!, nu: point[2]! }
      return (k) => totalVariance(parameters, forward, k, columns.years)
    },
  }
  const point = Float64Array.of(atMoney * exp((1 - beta) * log(forward)), -0.1, 0.5 / Math.sqrt(columns.years))
  minimizeLeastSquares(smileProblem(columns, model), point, ITERATIONS, TOLERANCE)
  return { alpha: point[0]!, beta, rho: point[1]!, nu: point[2]! }
}

/** NaN where the expansion has no vol, so that the step is refused. */
function totalVariance(parameters: SabrParameters, forward: number, k: number, years: number): number {
  try {
    const vol = sabrImpliedVol(parameters, forward, k, years)
    return vol * vol * years
  } catch (error) {
    if (error instanceof SurfaceError) return Number.NaN
    throw error
  }
}
