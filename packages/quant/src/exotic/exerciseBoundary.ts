import { gaussLegendre } from '../math/gaussLegendre.js'
import { cos, exp, log, normalCdf } from '../math/index.js'

const COLLOCATION = 16
const KERNEL_NODES = 32
const ITERATIONS_MAX = 60
/** Relative change of the boundary at which the iteration stops. */
const SETTLED = 1e-11

/**
 * The spot at or below which an American put is exercised, as a function of the time to expiry, for r ≥ 0.
 *
 * Fixed point B = K e^(−(r−q)τ) N(τ, B)/D(τ, B) ("FP-B") with
 *
 *   N = N(d₋(τ, B/K)) + r ∫₀^τ e^(ru) N(d₋(τ − u, B(τ)/B(u))) du,   D: the same with d₊ and q,
 *
 * on Chebyshev points of √τ for H = ln²(B/X), X = K min(1, r/q) the boundary at expiry: H is smooth where B has a root at 0.
 */
export function exerciseBoundary(
  strike: number,
  years: number,
  rate: number,
  yieldRate: number,
  vol: number,
): (yearsLeft: number) => number {
  const atExpiry = yieldRate > 0 ? strike * Math.min(1, rate / yieldRate) : strike
  const rootYears = Math.sqrt(years)
  const points = Array.from({ length: COLLOCATION + 1 }, (_, i) => cos((i * Math.PI) / COLLOCATION))
  const logsSquared = new Float64Array(COLLOCATION + 1)
  const boundary = (yearsLeft: number): number => {
    if (!(yearsLeft > 0)) return atExpiry
    const h = barycentric(points, logsSquared, (2 * Math.sqrt(yearsLeft)) / rootYears - 1)
    return atExpiry * exp(-Math.sqrt(Math.max(0, h)))
  }
  const setAt = (i: number, value: number) => {
    const x = log(Math.min(value, atExpiry) / atExpiry)
    logsSquared[i] = x * x
  }
  const yearsAt = (i: number) => {
    const x = (rootYears * (1 + points[i]!)) / 2
    return x * x
  }
  // Point 0 is the full time to expiry; the last is expiry itself, where H = 0.
  for (let i = 0; i < COLLOCATION; i++) setAt(i, firstGuess(strike, atExpiry, yearsAt(i), rate, vol))
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const next = Array.from({ length: COLLOCATION }, (_, i) =>
      fixedPoint(boundary, yearsAt(i), strike, rate, yieldRate, vol),
    )
    let change = 0
    next.forEach((value, i) => {
      const before = boundary(yearsAt(i))
      change = Math.max(change, Math.abs(value / before - 1))
      setAt(i, value)
    })
    if (change < SETTLED) break
  }
  return boundary
}

function fixedPoint(
  boundary: (yearsLeft: number) => number,
  tau: number,
  strike: number,
  rate: number,
  yieldRate: number,
  vol: number,
): number {
  const here = boundary(tau)
  const sdTau = vol * Math.sqrt(tau)
  const dTau = (log(here / strike) + (rate - yieldRate) * tau) / sdTau
  let numerator = normalCdf(dTau - sdTau / 2)
  let denominator = normalCdf(dTau + sdTau / 2)
  const { nodes, weights } = gaussLegendre(KERNEL_NODES)
  for (let k = 0; k < nodes.length; k++) {
    const y = (1 + nodes[k]!) / 2
    const s = tau * y * y
    const u = tau - s
    const sd = vol * Math.sqrt(s)
    const d = (log(here / boundary(u)) + (rate - yieldRate) * s) / sd
    const weight = weights[k]! * tau * y
    numerator += weight * rate * exp(rate * u) * normalCdf(d - sd / 2)
    denominator += weight * yieldRate * exp(yieldRate * u) * normalCdf(d + sd / 2)
  }
  return strike * exp(-(rate - yieldRate) * tau) * (numerator / denominator)
}

/** Between the boundary at expiry and that of the perpetual option, by the square root of time: enough to start from. */
function firstGuess(strike: number, atExpiry: number, tau: number, rate: number, vol: number): number {
  const variance = vol * vol
  const perpetual = (strike * 2 * rate) / (2 * rate + variance)
  const floor = Math.min(perpetual, atExpiry)
  return floor + (atExpiry - floor) * exp(-2 * vol * Math.sqrt(tau))
}

/** Interpolation through Chebyshev points of the second kind, in their barycentric form. */
function barycentric(points: readonly number[], values: Float64Array, at: number): number {
  let above = 0
  let below = 0
  for (let i = 0; i < values.length; i++) {
    const distance = at - points[i]!
    if (distance === 0) return values[i]!
    const end = i === 0 || i === values.length - 1 ? 0.5 : 1
    const weight = (i % 2 === 0 ? end : -end) / distance
    above += weight * values[i]!
    below += weight
  }
  return above / below
}
