/** Points of a difference: ±1 … ±4 steps, or 0 … 8 to one side. Of eighth order for a first derivative, of sixth for a third. */
const CENTRAL = [-4, -3, -2, -1, 0, 1, 2, 3, 4]
const ONE_SIDED = [0, 1, 2, 3, 4, 5, 6, 7, 8]

export type DerivativeOrder = 0 | 1 | 2 | 3

/** How an axis is read: at x + offset · size. */
export type Step = {
  /** h ≠ 0, in the units of x. One-sided points lie on the side of its sign. */
  readonly size: number
  readonly oneSided: boolean
}

/** A point of a difference, offset in steps, and its weight; the sum of weight · f(x + offset · h) is the derivative. */
export type StencilPoint = { readonly offset: number; readonly weight: number }

/** The points of a derivative's difference, those without weight left out. */
export function stencil(order: DerivativeOrder, step: Step): readonly StencilPoint[] {
  if (order === 0) return [{ offset: 0, weight: 1 }]
  const table = step.oneSided ? ONE_SIDED_WEIGHTS : CENTRAL_WEIGHTS
  const offsets = step.oneSided ? ONE_SIDED : CENTRAL
  let scale = step.size
  for (let i = 1; i < order; i++) scale *= step.size
  return offsets
    .map((offset, i) => ({ offset, weight: table[order]![i]! / scale }))
    .filter(({ weight }) => weight !== 0)
}

/**
 * Weights of the derivatives 0 … 3 at 0 on the given points.
 *
 * @see B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids", Math. Comp. 51 (1988), 699–706.
 */
function fornbergWeights(points: readonly number[]): readonly (readonly number[])[] {
  const orders = 3
  const weights = Array.from({ length: orders + 1 }, () => new Array<number>(points.length).fill(0))
  weights[0]![0] = 1
  let before = 1
  for (let n = 1; n < points.length; n++) {
    let product = 1
    for (let v = 0; v < n; v++) {
      const gap = points[n]! - points[v]!
      product *= gap
      for (let m = Math.min(n, orders); m >= 0; m--) {
        const lower = m > 0 ? weights[m - 1]![v]! : 0
        const here = weights[m]![v]!
        if (v === n - 1) {
          const last = m > 0 ? m * lower : 0
          weights[m]![n] = (before / product) * (last - points[n - 1]! * here)
        }
        weights[m]![v] = (points[n]! * here - m * lower) / gap
      }
    }
    before = product
  }
  return weights
}

const CENTRAL_WEIGHTS = fornbergWeights(CENTRAL).map((row) => row.map((w) => (Math.abs(w) < 1e-12 ? 0 : w)))
const ONE_SIDED_WEIGHTS = fornbergWeights(ONE_SIDED)
