import type { LeastSquaresProblem, NormalEquations } from './leastSquares.js'
import type { SliceQuotes } from './sliceProblem.js'

/** A smile by its parameters: total variance at k, or undefined where the point is outside the model's domain. */
export type SmileModel = {
  readonly size: number
  move(from: Float64Array, step: Float64Array, to: Float64Array): void
  smileAt(point: Float64Array): ((logMoneyness: number) => number) | undefined
}

const DIFFERENCE = 1e-6

/** Misses of vol in units of each quote's precision, then of the band: the problem of `sliceProblem` for any smile, by differences. */
export function smileProblem(quotes: SliceQuotes, model: SmileModel): LeastSquaresProblem {
  const count = quotes.logMoneyness.length
  const here = new Float64Array(2 * count)
  const there = new Float64Array(2 * count)
  const rows = Array.from({ length: model.size }, () => new Float64Array(2 * count))
  const step = new Float64Array(model.size)
  return {
    size: model.size,
    move: model.move,
    evaluate(point, equations) {
      if (!misses(quotes, model, point, here)) return Number.POSITIVE_INFINITY
      if (equations !== undefined) {
        const moved = new Float64Array(point.length)
        for (let j = 0; j < model.size; j++) {
          step.fill(0)
          step[j] = DIFFERENCE
          model.move(point, step, moved)
          if (!misses(quotes, model, moved, there)) there.set(here)
          for (let i = 0; i < 2 * count; i++) rows[j]![i] = (there[i]! - here[i]!) / DIFFERENCE
        }
        accumulate(equations, rows, here)
      }
      let cost = 0
      for (const miss of here) cost += miss * miss
      return cost
    },
  }
}

function misses(quotes: SliceQuotes, model: SmileModel, point: Float64Array, out: Float64Array): boolean {
  const smile = model.smileAt(point)
  if (smile === undefined) return false
  const count = quotes.logMoneyness.length
  for (let i = 0; i < count; i++) {
    const w = smile(quotes.logMoneyness[i]!)
    if (!(w > 0 && w < Number.POSITIVE_INFINITY)) return false
    const vol = Math.sqrt(w / quotes.years)
    const weight = quotes.precision[i]!
    out[i] = weight > 0 ? weight * (vol - quotes.targetVol[i]!) : 0
    const inside = Math.min(Math.max(vol, quotes.bidVol[i]!), quotes.askVol[i]!)
    out[count + i] = quotes.bandPrecision[i]! * (vol - inside)
  }
  return true
}

function accumulate(equations: NormalEquations, rows: readonly Float64Array[], misses: Float64Array): void {
  const { size, matrix, gradient } = equations
  for (let i = 0; i < size; i++) {
    for (let n = 0; n < misses.length; n++) gradient[i]! += rows[i]![n]! * misses[n]!
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let n = 0; n < misses.length; n++) sum += rows[i]![n]! * rows[j]![n]!
      matrix[i * size + j]! += sum
    }
  }
}
