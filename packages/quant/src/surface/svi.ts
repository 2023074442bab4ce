/**
 * Raw SVI (stochastic volatility inspired): total variance w = σ²T of one expiry as a function of log-moneyness k = ln(K/F).
 * `b` ≥ 0 is the slope of the wings, `rho` in [−1, 1] their tilt, `m` shifts the smile, `sigma` > 0 rounds its bottom, `a`
 * lifts it. All are pure numbers.
 *
 * @see J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14 (2014), 59–71.
 */
export type SviParameters = {
  readonly a: number
  readonly b: number
  readonly rho: number
  readonly m: number
  readonly sigma: number
}

/** Total variance and its first and second derivatives by log-moneyness. */
export type VarianceJet = { readonly w: number; readonly slope: number; readonly curvature: number }

/**
 * Total variance of a raw SVI slice.
 *
 *   w(k) = a + b (ρ (k − m) + √((k − m)² + σ²))
 *
 * In the wing where ρ(k − m) and the root cancel, the bracket is computed as (1 − ρ²)x² + σ² over their sum, so that no
 * digits are lost.
 *
 * @param p - parameters.
 * @param logMoneyness - k = ln(K/F).
 * @returns w = σ²T, pure number.
 * @example sviTotalVariance({ a: 0.04, b: 0.4, rho: -0.4, m: 0.1, sigma: 0.1 }, 0) // 0.1125685…
 */
export function sviTotalVariance(p: SviParameters, logMoneyness: number): number {
  return p.a + p.b * sviBracket(p.rho, logMoneyness - p.m, p.sigma)
}

function sviBracket(rho: number, x: number, sigma: number): number {
  const root = Math.sqrt(x * x + sigma * sigma)
  const tilt = rho * x
  if (tilt >= 0) return tilt + root
  return ((1 - rho) * (1 + rho) * x * x + sigma * sigma) / (root - tilt)
}

/**
 * Total variance with its derivatives.
 *
 *   w′ = b (ρ + x/√(x² + σ²)),   w″ = b σ²/(x² + σ²)^(3/2),   x = k − m
 */
export function sviJet(p: SviParameters, logMoneyness: number): VarianceJet {
  const x = logMoneyness - p.m
  const square = x * x + p.sigma * p.sigma
  const root = Math.sqrt(square)
  return {
    w: p.a + p.b * sviBracket(p.rho, x, p.sigma),
    slope: p.b * (p.rho + x / root),
    curvature: (p.b * p.sigma * p.sigma) / (square * root),
  }
}

/** Lowest total variance of the slice: a + bσ√(1 − ρ²). */
export function sviMinimum(p: SviParameters): number {
  return p.a + p.b * p.sigma * Math.sqrt((1 - p.rho) * (1 + p.rho))
}

/**
 * Gatheral's g, proportional to the risk-neutral density: the slice is free of butterfly arbitrage where g ≥ 0.
 *
 *   g(k) = (1 − k w′/2w)² − (w′²/4)(1/w + 1/4) + w″/2
 *
 * @param jet - w and its derivatives at k; w > 0.
 * @returns pure number; `−Infinity` where w is not positive, since no density exists there.
 */
export function gatheralDensity(jet: VarianceJet, logMoneyness: number): number {
  const { w, slope, curvature } = jet
  if (!(w > 0)) return Number.NEGATIVE_INFINITY
  const first = 1 - (logMoneyness * slope) / (2 * w)
  return first * first - ((slope * slope) / 4) * (1 / w + 0.25) + curvature / 2
}

/** Gatheral's g of a raw SVI slice; see `gatheralDensity`. */
export function sviDensity(p: SviParameters, logMoneyness: number): number {
  return gatheralDensity(sviJet(p, logMoneyness), logMoneyness)
}

/** True where the parameters are a slice at all: finite, b ≥ 0, |ρ| ≤ 1, σ > 0 and no negative variance. */
export function isSvi(p: SviParameters): boolean {
  return (
    Number.isFinite(p.a) &&
    Number.isFinite(p.m) &&
    p.b >= 0 &&
    p.b < Number.POSITIVE_INFINITY &&
    p.rho >= -1 &&
    p.rho <= 1 &&
    p.sigma > 0 &&
    p.sigma < Number.POSITIVE_INFINITY &&
    sviMinimum(p) >= 0
  )
}
