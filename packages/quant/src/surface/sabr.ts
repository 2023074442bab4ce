import { exp, log } from '../math/index.js'
import { add, compose, constant, divide, exponential, type Jet, logarithm, multiply, scale, squareRoot } from './jet.js'
import { SurfaceError } from './surface.js'
import type { VarianceJet } from './svi.js'

/** SABR: dF = αF^β dW, dα = να dZ, correlation ρ. `alpha` > 0, 0 ≤ `beta` ≤ 1, |`rho`| < 1, `nu` ≥ 0. */
export type SabrParameters = {
  readonly alpha: number
  readonly beta: number
  readonly rho: number
  readonly nu: number
}

/**
 * Implied Black volatility of SABR by Hagan's lognormal expansion, with its derivatives by k = ln(K/F).
 *
 *   σ(K) = α / (A (1 + (1−β)²/24 ℓ² + (1−β)⁴/1920 ℓ⁴)) · z/x(z) · (1 + h T),   ℓ = ln(F/K),  A = (FK)^((1−β)/2),
 *   z = ν/α A ℓ,   x(z) = ln((√(1 − 2ρz + z²) + z − ρ)/(1 − ρ)),
 *   h = (1−β)²/24 α²/A² + ρβνα/(4A) + (2 − 3ρ²)/24 ν²
 *
 * Limits: at K = F, z/x = 1; ν = 0 likewise. Far out the expansion itself leaves the model and may have butterfly arbitrage.
 *
 * @param forward - F > 0.
 * @param logMoneyness - ln(K/F).
 * @param years - T ≥ 0.
 * @throws {SurfaceError} where a parameter is outside its range, or the expansion gives no positive vol there.
 * @see P. Hagan, D. Kumar, A. Lesniewski, D. Woodward, "Managing smile risk", Wilmott (Sept. 2002), 84–108, (2.17).
 */
export function sabrJet(p: SabrParameters, forward: number, logMoneyness: number, years: number): Jet {
  requireSabr(p, forward, logMoneyness, years)
  const { alpha, beta, rho, nu } = p
  const c = 1 - beta
  const k: Jet = [logMoneyness, 1, 0]
  const l = scale(k, -1)
  const a = scale(exponential(scale(k, c / 2)), exp(c * log(forward)))
  const l2 = multiply(l, l)
  const spread = add(constant(1), add(scale(l2, (c * c) / 24), scale(multiply(l2, l2), (c * c * c * c) / 1920)))
  const z = scale(multiply(a, l), nu / alpha)
  const inverse = divide(constant(alpha), a)
  const time = add(
    constant(1 + ((2 - 3 * rho * rho) / 24) * nu * nu * years),
    add(scale(multiply(inverse, inverse), ((c * c) / 24) * years), scale(inverse, ((rho * beta * nu) / 4) * years)),
  )
  const vol = multiply(multiply(divide(inverse, spread), shape(z, rho)), time)
  if (!(vol[0] > 0 && vol[0] < Number.POSITIVE_INFINITY)) {
    throw new SurfaceError('the expansion gives no positive vol here', { ...p, forward, logMoneyness, years })
  }
  return vol
}

/** Implied Black volatility of SABR; see `sabrJet`. */
export function sabrImpliedVol(p: SabrParameters, forward: number, logMoneyness: number, years: number): number {
  return sabrJet(p, forward, logMoneyness, years)[0]
}

/** Total variance w = σ²T with its derivatives by k, for `gatheralDensity`. */
export function sabrVarianceJet(p: SabrParameters, forward: number, logMoneyness: number, years: number): VarianceJet {
  const vol = sabrJet(p, forward, logMoneyness, years)
  const [w, slope, curvature] = scale(multiply(vol, vol), years)
  return { w, slope, curvature }
}

function requireSabr({ alpha, beta, rho, nu }: SabrParameters, forward: number, k: number, years: number): void {
  const sound =
    alpha > 0 &&
    beta >= 0 &&
    beta <= 1 &&
    Math.abs(rho) < 1 &&
    nu >= 0 &&
    forward > 0 &&
    years >= 0 &&
    Math.abs(k) < Number.POSITIVE_INFINITY
  if (!sound) {
    throw new SurfaceError('SABR needs alpha > 0, 0 ≤ beta ≤ 1, |rho| < 1, nu ≥ 0, forward > 0, years ≥ 0', {
      alpha,
      beta,
      rho,
      nu,
      forward,
      logMoneyness: k,
      years,
    })
  }
}

const SERIES_REACH = 0.06
const SERIES_TERMS = 14

/**
 * z/x(z). Near 0 by x(z)/z = Σ P_n(ρ) zⁿ/(n + 1), P_n Legendre's polynomials, whose generating function 1/√(1 − 2ρz + z²) is x′:
 * 14 terms leave 0.06¹⁴ = 8e-18. For z < 0, x(z; ρ) = −x(−z; −ρ), which keeps the logarithm's argument above 1.
 */
function shape(z: Jet, rho: number): Jet {
  if (Math.abs(z[0]) < SERIES_REACH) return divide(constant(1), seriesOfShape(z, rho))
  if (z[0] < 0) return shape(scale(z, -1), -rho)
  const root = squareRoot(add(constant(1), multiply(z, add(z, constant(-2 * rho)))))
  const inside = scale(add(root, add(z, constant(-rho))), 1 / (1 - rho))
  return divide(z, logarithm(inside))
}

function seriesOfShape(z: Jet, rho: number): Jet {
  const legendre = [1, rho]
  for (let n = 1; n < SERIES_TERMS; n++) {
    legendre.push(((2 * n + 1) * rho * legendre[n]! - n * legendre[n - 1]!) / (n + 1))
  }
  let value = 0
  let first = 0
  let second = 0
  for (let n = SERIES_TERMS; n >= 0; n--) {
    second = second * z[0] + first
    first = first * z[0] + value
    value = value * z[0] + legendre[n]! / (n + 1)
  }
  return compose(z, value, first, 2 * second)
}
