import { exp } from './exp.js'
import { normalCdf } from './normal.js'
import { asin, sin } from './trigonometry.js'

const TWO_PI = 6.283185307179586
const SQRT_TWO_PI = 2.5066282746310002

/** Gauss–Legendre, 20 points: the positive nodes and their weights. */
const NODES = [
  0.07652652113349734, 0.22778585114164507, 0.37370608871541955, 0.5108670019508271, 0.636053680726515,
  0.7463319064601508, 0.8391169718222188, 0.912234428251326, 0.9639719272779138, 0.9931285991850949,
]
const WEIGHTS = [
  0.15275338713072584, 0.14917298647260374, 0.14209610931838204, 0.13168863844917664, 0.11819453196151841,
  0.10193011981724044, 0.08327674157670475, 0.06267204833410907, 0.04060142980038694, 0.017614007139152118,
]

/**
 * Bivariate normal distribution P(X ≤ x, Y ≤ y) with correlation ρ, absolute error below 2e-15.
 *
 * @param x - any number, also infinite.
 * @param y - any number, also infinite.
 * @param correlation - ρ within [−1, 1]; otherwise NaN.
 * @see A. Genz, "Numerical computation of rectangular bivariate and trivariate normal and t probabilities", Statistics
 *   and Computing 14 (2004), 251–260.
 */
export function bivariateNormalCdf(x: number, y: number, correlation: number): number {
  if (Number.isNaN(x) || Number.isNaN(y) || !(correlation >= -1 && correlation <= 1)) return Number.NaN
  if (x === -Infinity || y === -Infinity) return 0
  if (x === Infinity) return normalCdf(y)
  if (y === Infinity) return normalCdf(x)
  const value =
    Math.abs(correlation) < 0.925
      ? moderate(-x, -y, correlation)
      : correlation > 0
        ? strong(-x, -y, correlation) + normalCdf(Math.min(x, y))
        : stronglyNegative(x, y, correlation)
  return Math.min(1, Math.max(0, value))
}

/** P(X > h, Y > k): the integral of the density over the angle from 0 to asin ρ. */
function moderate(h: number, k: number, correlation: number): number {
  const halfSquares = 0.5 * (h * h + k * k)
  const angle = asin(correlation)
  let sum = 0
  for (let i = 0; i < NODES.length; i++) {
    for (const sign of [-1, 1]) {
      const s = sin(0.5 * angle * (1 + sign * NODES[i]!))
      sum += WEIGHTS[i]! * exp((s * h * k - halfSquares) / (1 - s * s))
    }
  }
  return (sum * angle) / (2 * TWO_PI) + normalCdf(-h) * normalCdf(-k)
}

function stronglyNegative(x: number, y: number, correlation: number): number {
  // P(X ≤ x, Y ≤ y) = P(X ≤ x) − P(X ≤ x, −Y < −y), and −Y has correlation −ρ with X.
  const gap = -y < x ? normalCdf(x) - normalCdf(-y) : 0
  return gap - strong(-x, y, -correlation)
}

/** P(X > h, Y > k) − Φ(−max(h, k)) for ρ ≥ 0.925: the integrand's singular part is taken out in closed form. */
function strong(h: number, k: number, correlation: number): number {
  if (correlation === 1) return 0
  const product = h * k
  const oneLess = (1 - correlation) * (1 + correlation)
  const width = Math.sqrt(oneLess)
  const gapSquare = (h - k) * (h - k)
  const c = (4 - product) / 8
  const d = (12 - product) / 16
  let value =
    width *
    exp(-0.5 * (gapSquare / oneLess + product)) *
    (1 - (c * (gapSquare - oneLess) * (1 - (d * gapSquare) / 5)) / 3 + (c * d * oneLess * oneLess) / 5)
  const gap = Math.abs(h - k)
  const edge = product > -100 ? exp(-0.5 * product) * SQRT_TWO_PI * normalCdf(-gap / width) * gap : 0
  if (edge !== 0) value -= edge * (1 - (c * gapSquare * (1 - (d * gapSquare) / 5)) / 3)
  const half = width / 2
  for (let i = 0; i < NODES.length; i++) {
    for (const sign of [-1, 1]) {
      const root = half * (1 + sign * NODES[i]!)
      const square = root * root
      const s = Math.sqrt(1 - square)
      const scale = exp(-0.5 * (gapSquare / square + product))
      if (scale === 0) continue
      const exact = exp((-product * square) / (2 * (1 + s) * (1 + s))) / s
      value += half * WEIGHTS[i]! * scale * (exact - (1 + c * square * (1 + d * square)))
    }
  }
  return -value / TWO_PI
}
