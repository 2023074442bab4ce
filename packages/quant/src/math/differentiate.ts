/** Points of a difference: ±1 … ±4 steps, or 0 … 8 to one side. Of eighth order for a first derivative, of sixth for a third. */
const CENTRAL = [-4, -3, -2, -1, 0, 1, 2, 3, 4]
const ONE_SIDED = [0, 1, 2, 3, 4, 5, 6, 7, 8]
/** Half as many, of fourth order for a first derivative: for the second axis of a mixed derivative, where points multiply. */
const CENTRAL_NARROW = [-0.5, -0.25, 0, 0.25, 0.5]
const ONE_SIDED_NARROW = [0, 0.25, 0.5, 0.75, 1]

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
export function stencil(order: DerivativeOrder, step: Step, width: 'wide' | 'narrow'): readonly StencilPoint[] {
  if (order === 0) return [{ offset: 0, weight: 1 }]
  const { offsets, table } = STENCILS[width][step.oneSided ? 'oneSided' : 'central']
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

function stencilOn(offsets: readonly number[]) {
  // Weights that vanish by symmetry come out as rounding.
  const table = fornbergWeights(offsets).map((row) => row.map((weight) => (Math.abs(weight) < 1e-12 ? 0 : weight)))
  return { offsets, table }
}

const STENCILS = {
  wide: { central: stencilOn(CENTRAL), oneSided: stencilOn(ONE_SIDED) },
  narrow: { central: stencilOn(CENTRAL_NARROW), oneSided: stencilOn(ONE_SIDED_NARROW) },
}
