import { exp, expm1, log, log1p } from '../math/index.js'
import { SurfaceError, type SurfaceSlice } from './surface.js'
import type { SviParameters } from './svi.js'

/**
 * One expiry of a surface SVI: w(k) = θ/2 (1 + ρφk + √((φk + ρ)² + 1 − ρ²)). `theta` is the total variance at the money.
 * With the same `rho` throughout it is SSVI, with one for each expiry eSSVI.
 *
 * @see Gatheral–Jacquier (2014), section 4; S. Hendriks, C. Martini, "The extended SSVI volatility surface" (2019).
 */
export type SsviSlice = { readonly theta: number; readonly phi: number; readonly rho: number }

/** φ as a function of θ. */
export type SsviPhi =
  /** φ = η θ^(−γ) (1 + θ)^(γ − 1); no butterfly arbitrage anywhere where η(1 + |ρ|) ≤ 2 and γ = ½. */
  | { readonly kind: 'power-law'; readonly eta: number; readonly gamma: number }
  /** φ = (1 − (1 − e^(−λθ))/(λθ))/(λθ). */
  | { readonly kind: 'heston-like'; readonly lambda: number }

export function ssviPhi(phi: SsviPhi, theta: number): number {
  if (!(theta > 0)) throw new SurfaceError('theta must be positive', { theta })
  switch (phi.kind) {
    case 'power-law':
      if (!(phi.eta > 0 && Math.abs(phi.gamma) < Number.POSITIVE_INFINITY)) {
        throw new SurfaceError('power law needs eta > 0 and a finite gamma', { eta: phi.eta, gamma: phi.gamma })
      }
      return phi.eta * exp(-phi.gamma * log(theta) + (phi.gamma - 1) * log1p(theta))
    case 'heston-like':
      if (!(phi.lambda > 0)) throw new SurfaceError('lambda must be positive', { lambda: phi.lambda })
      return hestonLike(phi.lambda * theta)
  }
}

/** (1 − (1 − e^(−x))/x)/x; its series below 0.01, where the difference loses digits: error x⁶/40,320. */
function hestonLike(x: number): number {
  if (x < 0.01) return 1 / 2 - x * (1 / 6 - x * (1 / 24 - x * (1 / 120 - x * (1 / 720 - x / 5040))))
  return (1 + expm1(-x) / x) / x
}

/** The slice as raw SVI: a = θ(1 − ρ²)/2, b = θφ/2, m = −ρ/φ, σ = √(1 − ρ²)/φ. */
export function ssviToRaw(slice: SsviSlice): SviParameters {
  const { theta, phi, rho } = slice
  if (!(theta > 0 && phi > 0 && Math.abs(rho) < 1)) {
    throw new SurfaceError('SSVI needs theta > 0, phi > 0, |rho| < 1', { theta, phi, rho })
  }
  const rest = (1 - rho) * (1 + rho)
  return { a: (theta * rest) / 2, b: (theta * phi) / 2, rho, m: -rho / phi, sigma: Math.sqrt(rest) / phi }
}

/** Slices of an SSVI surface from the total variances at the money. */
export function ssviSlices(
  rho: number,
  phi: SsviPhi,
  terms: readonly { readonly years: number; readonly forward: number; readonly theta: number }[],
): readonly SurfaceSlice[] {
  return terms.map(({ years, forward, theta }) => ({
    years,
    forward,
    svi: ssviToRaw({ theta, phi: ssviPhi(phi, theta), rho }),
  }))
}

/** Sufficient for no butterfly arbitrage: θφ(1 + |ρ|) < 4 and θφ²(1 + |ρ|) ≤ 4 (Gatheral–Jacquier, theorem 4.2). */
export function ssviIsButterflyFree({ theta, phi, rho }: SsviSlice): boolean {
  const wing = theta * phi * (1 + Math.abs(rho))
  return wing < 4 && wing * phi <= 4
}

/**
 * Sufficient for no calendar arbitrage between two slices, ψ = θφ: θ₂ ≥ θ₁, ψ₂(1 ± ρ₂) ≥ ψ₁(1 ± ρ₁) and φ₂ ≤ φ₁.
 *
 * @see J. Corbetta, P. Cohort, I. Laachir, C. Martini, "Robust calibration and arbitrage-free interpolation of SSVI slices",
 * Decisions in Economics and Finance 42 (2019), 665–677.
 */
export function ssviIsCalendarFree(earlier: SsviSlice, later: SsviSlice): boolean {
  const psi1 = earlier.theta * earlier.phi
  const psi2 = later.theta * later.phi
  return (
    later.theta >= earlier.theta &&
    psi2 * (1 + later.rho) >= psi1 * (1 + earlier.rho) &&
    psi2 * (1 - later.rho) >= psi1 * (1 - earlier.rho) &&
    later.phi <= earlier.phi
  )
}
