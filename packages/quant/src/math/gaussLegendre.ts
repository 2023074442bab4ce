import { cos } from './trigonometry.js'

export type QuadratureRule = { readonly nodes: Float64Array; readonly weights: Float64Array }

const rules = new Map<number, QuadratureRule>()

/**
 * Gauss–Legendre nodes, ascending on [−1, 1], and weights: exact for polynomials up to degree 2n − 1. Roots of P_n by Newton's
 * method from Chebyshev's guess; kept once made.
 *
 * @param n - number of nodes, an integer ≥ 1.
 * @see M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions" (1964), 25.4.29.
 */
export function gaussLegendre(n: number): QuadratureRule {
  const known = rules.get(n)
  if (known !== undefined) return known
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let x = -cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 1
    for (let step = 0; step < 12; step++) {
      let previous = 1
      let value = x
      for (let k = 2; k <= n; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k
        previous = value
        value = next
      }
      slope = (n * (x * value - previous)) / (x * x - 1)
      const change = value / slope
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    nodes[i] = x
    weights[i] = 2 / ((1 - x * x) * slope * slope)
  }
  const rule = { nodes, weights }
  rules.set(n, rule)
  return rule
}
