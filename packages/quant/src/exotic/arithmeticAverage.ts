import { gaussLegendre } from '../math/gaussLegendre.js'
import { exp, expm1, log, normalCdf, normalPdf } from '../math/index.js'
import { black76Price } from '../pricing/black76.js'

/** The last functions are kept: they do not depend on spot and strike. */
const CALLS_KEPT = 64
const kept = new Map<string, (k: number) => number>()

/** Equal steps of a lognormal asset: ln growth is normal with mean m and deviation s, both a step; m includes −s²/2. */
export type Steps = { readonly count: number; readonly meanLog: number; readonly deviation: number }

/** Nodes to a panel, which is two deviations wide: enough for 1e-10 of the kernel's Gaussian. */
const PANEL_NODES = 8
const PANEL_DEVIATIONS = 2
/** A step's growth lies within this many deviations, but for 1e-16. */
const REACH = 8.5

/**
 * E[max(Σ_{i=1}^{n−1} S_i + ω S_n − k, 0)] with S_0 = 1 and S_i after i steps, as a function of k.
 *
 * Backwards: with f the value one step later for a start of 1, the value is E[R f(k/R − 1)], R the step's growth. In
 * u = ln(k/R) it is a convolution with a Gaussian over u > 0, taken by Gauss–Legendre panels on one grid for all steps, and
 * where the rest of the strike is paid already (k ≤ R) a closed form.
 *
 * @param lastWeight - ω, > 0.
 * @see A. Carverhill, L. Clewlow, "Flexible convolution", Risk 3 (1990), for the backward idea.
 */
export function arithmeticSumCall(steps: Steps, lastWeight: number): (k: number) => number {
  const key = `${steps.count} ${steps.meanLog} ${steps.deviation} ${lastWeight}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const call = sumCall(steps, lastWeight)
  if (kept.size >= CALLS_KEPT) kept.delete(kept.keys().next().value!)
  kept.set(key, call)
  return call
}

function sumCall(steps: Steps, lastWeight: number): (k: number) => number {
  const { count, meanLog, deviation: s } = steps
  const growth = exp(meanLog + (s * s) / 2)
  // Mean of what n steps bring, for a start of 1.
  const means = [lastWeight * growth]
  for (let n = 1; n < count; n++) means.push(growth * (1 + means[n - 1]!))
  const last = (k: number) => (k > 0 ? black76Price('call', means[0]!, k, 1, s, 1) : means[0]! - k)
  if (count === 1) return last
  const grid = gridFor(steps)
  const rows = grid.k.map((k) => rowOf(k, grid, meanLog, s))
  let values = Float64Array.from(grid.k, last)
  for (let n = 1; n < count - 1; n++) {
    const before = values
    values = Float64Array.from(rows, (row) => applied(row, before, means[n - 1]!))
  }
  const finalMean = means[count - 2]!
  const whole = means[count - 1]!
  return (k) => (k > 0 ? applied(rowOf(k, grid, meanLog, s), values, finalMean) : whole - k)
}

type Grid = { readonly u: Float64Array; readonly weights: Float64Array; readonly k: number[] }

/** k = e^u − 1 from 0 to beyond what n steps can bring. */
function gridFor({ count, meanLog, deviation: s }: Steps): Grid {
  const most = Math.max(0, meanLog * count) + REACH * s * Math.sqrt(count)
  const top = log(1 + count) + most
  const panels = Math.max(1, Math.ceil(top / (PANEL_DEVIATIONS * s)))
  const { nodes, weights } = gaussLegendre(PANEL_NODES)
  const u = new Float64Array(panels * PANEL_NODES)
  const w = new Float64Array(u.length)
  const half = top / panels / 2
  for (let p = 0; p < panels; p++) {
    for (let i = 0; i < PANEL_NODES; i++) {
      u[p * PANEL_NODES + i] = (2 * p + 1 + nodes[i]!) * half
      w[p * PANEL_NODES + i] = weights[i]! * half
    }
  }
  return { u, weights: w, k: Array.from(u, (at) => expm1(at)) }
}

/** What gives the value at one k: weights on a stretch of the grid, and for k ≤ R the shares of cash and of growth. */
type Row = {
  readonly from: number
  readonly weights: Float64Array
  readonly paid: number
  readonly grown: number
  readonly k: number
}

function rowOf(k: number, grid: Grid, meanLog: number, s: number): Row {
  const logK = log(k)
  const { u } = grid
  const from = lowerBound(u, logK - meanLog - REACH * s - s * s)
  const to = lowerBound(u, logK - meanLog + REACH * s)
  const weights = new Float64Array(Math.max(0, to - from))
  for (let i = 0; i < weights.length; i++) {
    const logR = logK - u[from + i]!
    weights[i] = (grid.weights[from + i]! * exp(logR) * normalPdf((logR - meanLog) / s)) / s
  }
  const d = (meanLog - logK) / s
  return { from, weights, k, paid: normalCdf(d), grown: exp(meanLog + (s * s) / 2) * normalCdf(d + s) }
}

/** Σ weights · f, plus E[R(mean − k/R + 1); R ≥ k]. */
function applied(row: Row, values: Float64Array, mean: number): number {
  let sum = row.grown * (1 + mean) - row.k * row.paid
  for (let i = 0; i < row.weights.length; i++) sum += row.weights[i]! * values[row.from + i]!
  return sum
}

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
