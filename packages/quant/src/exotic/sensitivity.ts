import { type DerivativeOrder, type StencilPoint, type Step, stencil } from '../math/differentiate.js'
import { MEASURES, type Measure } from '../pricing/measures.js'

/** The quantities that a price is differentiated by. */
export type ValuationPoint = {
  /** Spot, or the forward where the market gives one. */
  readonly underlying: number
  readonly strike: number
  readonly years: number
  readonly vol: number
  readonly rate: number
  readonly dividendYield: number
}

export type ValuationAxis = keyof ValuationPoint

/** Where a price is not smooth along an axis (a barrier, a bound), and the side to take where the point lies on it. */
export type Edge = { readonly axis: ValuationAxis; readonly at: number; readonly side?: 1 | -1 }

/** A price as a function of its market and terms, and where that function is smooth. */
export type Valuation = {
  readonly price: (point: ValuationPoint) => number
  readonly point: ValuationPoint
  /** Axes that exist for this instrument under this model. */
  readonly axes: readonly ValuationAxis[]
  readonly edges?: readonly Edge[]
}

type Partial = { readonly sign: 1 | -1; readonly orders: readonly (readonly [ValuationAxis, DerivativeOrder])[] }

const by = (sign: 1 | -1, ...orders: (readonly [ValuationAxis, DerivativeOrder])[]): Partial => ({ sign, orders })

const PARTIALS: Readonly<Record<Exclude<Measure, 'elasticity'>, Partial>> = {
  price: by(1),
  delta: by(1, ['underlying', 1]),
  gamma: by(1, ['underlying', 2]),
  vega: by(1, ['vol', 1]),
  theta: by(-1, ['years', 1]),
  rho: by(1, ['rate', 1]),
  rhoDividend: by(1, ['dividendYield', 1]),
  dualDelta: by(1, ['strike', 1]),
  dualGamma: by(1, ['strike', 2]),
  vanna: by(1, ['underlying', 1], ['vol', 1]),
  volga: by(1, ['vol', 2]),
  charm: by(-1, ['underlying', 1], ['years', 1]),
  veta: by(-1, ['vol', 1], ['years', 1]),
  vera: by(1, ['vol', 1], ['rate', 1]),
  speed: by(1, ['underlying', 3]),
  zomma: by(1, ['underlying', 2], ['vol', 1]),
  color: by(-1, ['underlying', 2], ['years', 1]),
  ultima: by(1, ['vol', 3]),
}

/** The measures that exist where only these axes do, in the order of the conventions. */
export function measuresOfAxes(axes: readonly ValuationAxis[]): readonly Measure[] {
  return MEASURES.filter((name) => {
    const orders = name === 'elasticity' ? PARTIALS.delta.orders : PARTIALS[name].orders
    return orders.every(([axis]) => axes.includes(axis))
  })
}

/**
 * Measures of a price that has no closed form for them, by finite differences of high order (nine points an axis, none
 * beyond an edge). Against closed forms the first and second derivatives agree to about 1e-9 of their scale, mixed ones to 1e-7, and the third
 * to 1e-6 where the price is exact to rounding; a price exact to ε loses ε/h^n.
 *
 * Limits: at T = 0 or σ = 0 derivatives are one-sided over a small step, and those of second and higher order by one
 * quantity, and mixed ones by the vol, are 0, as for the payoff away from its kinks. Elasticity is 0 where the price is.
 *
 * @param names - each must exist by `measuresOfAxes`.
 */
export function differentiatedMeasures(valuation: Valuation, names: readonly Measure[]): Record<string, number> {
  const read = remembered(valuation)
  const steps = stepsOf(valuation)
  const measures: Record<string, number> = {}
  const certain = !(valuation.point.vol * valuation.point.years > 0) && valuation.axes.includes('vol')
  const derivative = (name: Exclude<Measure, 'elasticity'>) => {
    const { sign, orders } = PARTIALS[name]
    if (certain && orders.some(([axis, order]) => order > 1 || (axis === 'vol' && orders.length > 1))) return 0
    return sign * mixedDerivative(orders, steps, read)
  }
  for (const name of names) {
    if (name !== 'elasticity') measures[name] = derivative(name)
    else {
      const price = derivative('price')
      measures[name] = price === 0 ? 0 : (derivative('delta') * valuation.point.underlying) / price
    }
  }
  return measures
}

type Reader = (moves: Readonly<Record<string, number>>) => number
type Steps = Readonly<Record<ValuationAxis, Step>>

function mixedDerivative(orders: Partial['orders'], steps: Steps, read: Reader): number {
  const [first, second] = orders
  if (first === undefined) return read({})
  const outer = stencil(
    first[1],
    steps[first[0]],
    second === undefined || first[0] === 'underlying' ? 'wide' : 'narrow',
  )
  const inner: readonly StencilPoint[] =
    second === undefined ? [{ offset: 0, weight: 1 }] : stencil(second[1], steps[second[0]], 'narrow')
  let sum = 0
  for (const one of outer) {
    for (const two of inner) {
      const moves = { [first[0]]: one.offset, ...(second === undefined ? {} : { [second[0]]: two.offset }) }
      sum += one.weight * two.weight * read(moves)
    }
  }
  return sum
}

/** Reads the price some steps away, each point once: the stencils of the measures share most of theirs. */
function remembered(valuation: Valuation): Reader {
  const steps = stepsOf(valuation)
  const known = new Map<string, number>()
  return (moves) => {
    const moved = valuation.axes.filter((axis) => (moves[axis] ?? 0) !== 0)
    const key = moved.map((axis) => `${axis}${moves[axis]}`).join()
    const before = known.get(key)
    if (before !== undefined) return before
    const point: Record<ValuationAxis, number> = { ...valuation.point }
    for (const axis of moved) point[axis] += moves[axis]! * steps[axis].size
    const price = valuation.price(point)
    known.set(key, price)
    return price
  }
}

function stepsOf({ point, edges = [] }: Valuation): Steps {
  const { underlying, strike, years, vol } = point
  const sd = vol * Math.sqrt(years)
  const relative = sd > 0 ? Math.min(0.1 * sd, 0.1) : 1e-5
  // A rate moves the forward by its factor of T; a tenth of a deviation of the forward is one step.
  const rateStep = years > 0 ? Math.min(0.02, 0.1 / years, sd > 0 ? (0.1 * sd) / years : 0.02) : 1e-3
  const ideal: Record<ValuationAxis, number> = {
    underlying: underlying * relative,
    strike: Math.max(strike, 1e-12 * underlying) * relative,
    years: years > 0 ? 0.03 * years : 1e-6,
    vol: vol > 0 ? 0.03 * vol : 1e-4,
    rate: rateStep,
    dividendYield: rateStep,
  }
  const bounds: readonly Edge[] = [
    { axis: 'years', at: 0 },
    { axis: 'vol', at: 0 },
  ]
  const of = (axis: ValuationAxis): Step =>
    stepWithin(
      point[axis],
      ideal[axis],
      [...edges, ...bounds].filter((edge) => edge.axis === axis),
    )
  return {
    underlying: of('underlying'),
    strike: of('strike'),
    years: of('years'),
    vol: of('vol'),
    rate: of('rate'),
    dividendYield: of('dividendYield'),
  }
}

/** The ideal step where it fits between the edges; else a shorter one, or one away from the nearest edge. */
function stepWithin(x: number, ideal: number, edges: readonly Edge[]): Step {
  let nearest: Edge | undefined
  for (const edge of edges) {
    if (nearest === undefined || Math.abs(x - edge.at) < Math.abs(x - nearest.at)) nearest = edge
  }
  if (nearest === undefined) return { size: ideal, oneSided: false }
  const room = Math.abs(x - nearest.at) / 4.5
  if (room >= 0.3 * ideal) return { size: Math.min(room, ideal), oneSided: false }
  const side = x > nearest.at ? 1 : x < nearest.at ? -1 : (nearest.side ?? 1)
  let size = ideal
  for (const edge of edges) {
    const ahead = side * (edge.at - x)
    if (edge !== nearest && ahead > 0) size = Math.min(size, ahead / 8.5)
  }
  return { size: side * size, oneSided: true }
}
