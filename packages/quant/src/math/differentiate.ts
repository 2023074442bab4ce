/**
 * Central differences on ±1 … ±4 steps: weights of f(+k) from k = 0; the sign of f(−k) is (−1)^order of it. Of eighth order
 * for the first two derivatives, of sixth for the third.
 *
 * @see B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids", Math. Comp. 51 (1988).
 */
const CENTRAL: readonly (readonly number[])[] = [
  [1, 0, 0, 0, 0],
  [0, 4 / 5, -1 / 5, 4 / 105, -1 / 280],
  [-205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560],
  [0, -61 / 30, 169 / 120, -3 / 10, 7 / 240],
]
/** Forward differences on 0 … 4 steps: of fourth, third and second order. */
const FORWARD: readonly (readonly number[])[] = [
  [1, 0, 0, 0, 0],
  [-25 / 12, 4, -3, 4 / 3, -1 / 4],
  [35 / 12, -26 / 3, 19 / 2, -14 / 3, 11 / 12],
  [-5 / 2, 9, -12, 7, -3 / 2],
]

export type Step = {
  /** h > 0, in units of x. The function is read up to 4h away. */
  readonly size: number
  /** No room below x: only x and points above it are read. */
  readonly forwardOnly?: boolean
}

/**
 * Derivative of a smooth function by finite differences.
 *
 * @param order - 0 … 3.
 */
export function differentiate(f: (x: number) => number, x: number, order: 0 | 1 | 2 | 3, step: Step): number {
  if (order === 0) return f(x)
  const { size, forwardOnly = false } = step
  const weights = (forwardOnly ? FORWARD : CENTRAL)[order]!
  const mirror = order === 2 ? 1 : -1
  let sum = weights[0] === 0 ? 0 : weights[0]! * f(x)
  for (let k = 1; k <= 4; k++) {
    const above = f(x + k * size)
    sum += weights[k]! * (forwardOnly ? above : above + mirror * f(x - k * size))
  }
  let scale = size
  for (let i = 1; i < order; i++) scale *= size
  return sum / scale
}
