import { gaussLegendre } from '../math/gaussLegendre.js'
import { cos, exp, log, normalCdf, sin } from '../math/index.js'

const COLLOCATION = 12
const KERNEL_NODES = 24
const ITERATIONS_MAX = 60
/** Change of ln B at which the iteration stops; the price is stationary in B, so that it errs by the square. */
const SETTLED = 1e-7
const BOUNDARIES_KEPT = 256

/** ln(B/K) as a function of the years left. */
export type LogBoundary = (yearsLeft: number) => number

const kept = new Map<string, LogBoundary>()

/**
 * The spot at or below which an American put is exercised, as ln(B/K) by the time to expiry, for r > 0, or r = 0 > q.
 *
 * Fixed point B = K e^(−(r−q)τ) N(τ, B)/D(τ, B) ("FP-B") with
 *
 *   N = N(d₋(τ, B/K)) + r ∫₀^τ e^(ru) N(d₋(τ − u, B(τ)/B(u))) du,   D: the same with d₊ and q,
 *
 * on Chebyshev points of √τ for H = ln²(B/X), X = K min(1, r/q) the boundary at expiry: H is smooth where B has a root at 0.
 * The last boundaries are kept: they do not depend on spot and strike.
 *
 * @see L. Andersen, M. Lake, D. Offengenden, "High performance American option pricing", J. Computational Finance 20 (2016).
 */
export function exerciseBoundary(years: number, rate: number, yieldRate: number, vol: number): LogBoundary {
  const key = `${years} ${rate} ${yieldRate} ${vol}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const found = collocated(years, rate, yieldRate, vol)
  if (kept.size >= BOUNDARIES_KEPT) kept.delete(kept.keys().next().value!)
  kept.set(key, found)
  return found
}

function collocated(years: number, rate: number, yieldRate: number, vol: number): LogBoundary {
  const atExpiry = yieldRate > rate ? log(rate / yieldRate) : 0
  const rootYears = Math.sqrt(years)
  const points = Array.from({ length: COLLOCATION + 1 }, (_, i) => cos((i * Math.PI) / COLLOCATION))
  // √H at the points; the last is expiry itself, where it is 0.
  const depths = points.map((x) => {
    const rootTau = (rootYears * (1 + x)) / 2
    return firstDepth(atExpiry, rootTau, rate, vol)
  })
  let squares = depths.map((depth) => depth * depth)
  const rows = points.slice(0, -1).map((x) => rowOf(points, (rootYears * (1 + x)) / 2, rootYears))
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const read = (weights: Float64Array) => atExpiry - Math.sqrt(Math.max(0, dot(weights, squares)))
    let change = 0
    const next = squares.map((square, i) => {
      const row = rows[i]
      if (row === undefined) return 0
      const here = atExpiry - Math.sqrt(square)
      const depth = atExpiry - Math.min(atExpiry, fixedPoint(row, here, read, { years, rate, yieldRate, vol }))
      change = Math.max(change, Math.abs(depth - Math.sqrt(square)))
      return depth * depth
    })
    squares = next
    if (change < SETTLED) break
  }
  return (yearsLeft) => {
    if (!(yearsLeft > 0)) return atExpiry
    const weights = barycentricWeights(points, (2 * Math.sqrt(yearsLeft)) / rootYears - 1)
    return atExpiry - Math.sqrt(Math.max(0, dot(weights, squares)))
  }
}

/** A collocation point: its time to expiry, and for each node s of the kernel what interpolates the boundary at τ − s. */
type Row = { readonly tau: number; readonly kernel: readonly { s: number; weight: number; at: Float64Array }[] }

function rowOf(points: readonly number[], rootTau: number, rootYears: number): Row {
  const { nodes, weights } = gaussLegendre(KERNEL_NODES)
  const tau = rootTau * rootTau
  const kernel = Array.from(nodes, (node, k) => {
    // s = τ sin²θ, so that the square roots at s = 0 and at s = τ become smooth.
    const theta = ((1 + node) * Math.PI) / 4
    const left = rootTau * cos(theta)
    const root = sin(theta)
    return {
      s: tau * root * root,
      weight: (weights[k]! * tau * Math.PI * sin(2 * theta)) / 4,
      at: barycentricWeights(points, (2 * left) / rootYears - 1),
    }
  })
  return { tau, kernel }
}

type Terms = { readonly years: number; readonly rate: number; readonly yieldRate: number; readonly vol: number }

/** ln(B/K) at a collocation point by one step of FP-B. */
function fixedPoint(row: Row, here: number, read: (weights: Float64Array) => number, terms: Terms): number {
  const { rate, yieldRate, vol } = terms
  const { tau } = row
  const carry = rate - yieldRate
  const sdTau = vol * Math.sqrt(tau)
  const dTau = (here + carry * tau) / sdTau
  let numerator = normalCdf(dTau - sdTau / 2)
  let denominator = normalCdf(dTau + sdTau / 2)
  for (const { s, weight, at } of row.kernel) {
    const sd = vol * Math.sqrt(s)
    const d = (here - read(at) + carry * s) / sd
    if (rate !== 0) numerator += weight * rate * exp(rate * (tau - s)) * normalCdf(d - sd / 2)
    if (yieldRate !== 0) denominator += weight * yieldRate * exp(yieldRate * (tau - s)) * normalCdf(d + sd / 2)
  }
  const next = log(numerator / denominator) - carry * tau
  // Where both integrals have lost their digits (a boundary deep below the strike) the point stays where it is.
  return next > -Infinity && next < Infinity ? next : here
}

/** Between the boundary at expiry and that of the perpetual option, by the square root of time: enough to start from. */
function firstDepth(atExpiry: number, rootTau: number, rate: number, vol: number): number {
  const perpetual = log((2 * rate) / (2 * rate + vol * vol))
  const depth = atExpiry - Math.max(-30, Math.min(perpetual, atExpiry))
  return Math.min(depth * (1 - exp(-2 * vol * rootTau)), 3 * vol * rootTau)
}

/** Weights of interpolation at x through Chebyshev points of the second kind, in their barycentric form. */
function barycentricWeights(points: readonly number[], x: number): Float64Array {
  const weights = new Float64Array(points.length)
  let sum = 0
  for (let i = 0; i < points.length; i++) {
    const distance = x - points[i]!
    if (distance === 0) {
      weights.fill(0)
      weights[i] = 1
      return weights
    }
    const end = i === 0 || i === points.length - 1 ? 0.5 : 1
    weights[i] = (i % 2 === 0 ? end : -end) / distance
    sum += weights[i]!
  }
  for (let i = 0; i < points.length; i++) weights[i] = weights[i]! / sum
  return weights
}

function dot(weights: Float64Array, values: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[i]!
  return sum
}
