import { SurfaceError } from './surface.js'
import type { SviParameters } from './svi.js'

/**
 * Natural SVI: w(k) = Δ + ω/2 (1 + ζρ(k − μ) + √((ζ(k − μ) + ρ)² + 1 − ρ²)).
 *
 * @see J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces" (2014), definition 3.2 and lemma 3.1.
 */
export type SviNatural = {
  readonly delta: number
  readonly mu: number
  readonly rho: number
  readonly omega: number
  readonly zeta: number
}

/**
 * Jump-wings of an expiry: what traders see, and what moves little from one expiry to the next.
 * `v` variance at the money (σ², a year), `psi` skew ∂σ√T/∂k there, `p` and `c` slopes of the put and call wing over √w,
 * `vMin` the lowest variance.
 *
 * @see Gatheral–Jacquier (2014), definition 3.3 and lemma 3.2.
 */
export type SviJumpWings = {
  readonly v: number
  readonly psi: number
  readonly p: number
  readonly c: number
  readonly vMin: number
}

/** ω = 2bσ/√(1 − ρ²), ζ = √(1 − ρ²)/σ, μ = m + ρ/ζ, Δ = a − ω(1 − ρ²)/2. @throws {SurfaceError} at |ρ| = 1, which it cannot tell. */
export function rawToNatural(raw: SviParameters): SviNatural {
  const rest = (1 - raw.rho) * (1 + raw.rho)
  if (!(rest > 0 && raw.sigma > 0)) {
    throw new SurfaceError('natural SVI needs |rho| < 1 and sigma > 0', { rho: raw.rho, sigma: raw.sigma })
  }
  const root = Math.sqrt(rest)
  const omega = (2 * raw.b * raw.sigma) / root
  return {
    delta: raw.a - raw.b * raw.sigma * root,
    mu: raw.m + (raw.rho * raw.sigma) / root,
    rho: raw.rho,
    omega,
    zeta: root / raw.sigma,
  }
}

/** a = Δ + ω(1 − ρ²)/2, b = ωζ/2, m = μ − ρ/ζ, σ = √(1 − ρ²)/ζ. */
export function naturalToRaw(natural: SviNatural): SviParameters {
  const { delta, mu, rho, omega, zeta } = natural
  const rest = (1 - rho) * (1 + rho)
  if (!(rest > 0 && zeta > 0)) throw new SurfaceError('natural SVI needs |rho| < 1 and zeta > 0', { rho, zeta })
  return {
    a: delta + (omega * rest) / 2,
    b: (omega * zeta) / 2,
    rho,
    m: mu - rho / zeta,
    sigma: Math.sqrt(rest) / zeta,
  }
}

/**
 * With w = w(0):  v = w/T,  ψ = b/(2√w) (ρ − m/√(m² + σ²)),  p = b(1 − ρ)/√w,  c = b(1 + ρ)/√w,
 * vMin = (a + bσ√(1 − ρ²))/T.
 *
 * @throws {SurfaceError} where w(0) or years is not positive.
 */
export function rawToJumpWings(raw: SviParameters, years: number): SviJumpWings {
  const reach = Math.sqrt(raw.m * raw.m + raw.sigma * raw.sigma)
  const w = raw.a + raw.b * (reach - raw.rho * raw.m)
  if (!(w > 0 && years > 0)) throw new SurfaceError('jump-wings need variance at the money', { w, years })
  const root = Math.sqrt(w)
  return {
    v: w / years,
    psi: (raw.b / (2 * root)) * (raw.rho - raw.m / reach),
    p: (raw.b * (1 - raw.rho)) / root,
    c: (raw.b * (1 + raw.rho)) / root,
    vMin: (raw.a + raw.b * raw.sigma * Math.sqrt((1 - raw.rho) * (1 + raw.rho))) / years,
  }
}

/**
 * With w = vT:  b = √w (c + p)/2,  ρ = (c − p)/(c + p),  β = ρ − 2ψ√w/b = m/R,  R = √(m² + σ²), and
 *
 *   R = (v − vMin) T (1 − ρβ + √(1 − ρ²)√(1 − β²))/(b (ρ − β)²),
 *
 * so that no sign has to be chosen. Where v = vMin and ψ = 0 the smile's lowest point is at the money and R is not determined.
 *
 * @throws {SurfaceError} where there is no such slice (v < vMin, |β| ≥ 1, no wings) or it is not determined.
 */
export function jumpWingsToRaw(wings: SviJumpWings, years: number): SviParameters {
  const { v, psi, p, c, vMin } = wings
  if (!(v > 0 && years > 0 && p >= 0 && c >= 0 && p + c > 0 && vMin <= v)) {
    throw new SurfaceError('jump-wings need v > 0, years > 0, p, c ≥ 0 with p + c > 0, vMin ≤ v', { ...wings, years })
  }
  const root = Math.sqrt(v * years)
  const b = (root * (c + p)) / 2
  const rho = (c - p) / (c + p)
  const tilt = (2 * psi * root) / b
  const beta = rho - tilt
  if (!(Math.abs(beta) < 1))
    throw new SurfaceError('skew beyond the wings: |rho − 4 psi/(c + p)| ≥ 1', { beta, ...wings })
  if (!(tilt * tilt > 0))
    throw new SurfaceError('at psi = 0 the curvature is not determined by jump-wings', { ...wings })
  const rhoRest = Math.sqrt((1 - rho) * (1 + rho))
  const betaRest = Math.sqrt((1 - beta) * (1 + beta))
  const reach = ((v - vMin) * years * (1 - rho * beta + rhoRest * betaRest)) / (b * tilt * tilt)
  const sigma = betaRest * reach
  if (!(sigma > 0)) throw new SurfaceError('jump-wings with v = vMin but a skew', { ...wings })
  return { a: vMin * years - b * sigma * rhoRest, b, rho, m: beta * reach, sigma }
}
