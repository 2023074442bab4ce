import { exp, log } from '../math/index.js'

/** A number with its first two derivatives by one variable: arithmetic that carries them along exactly. */
export type Jet = readonly [value: number, first: number, second: number]

export function constant(value: number): Jet {
  return [value, 0, 0]
}

export function add(x: Jet, y: Jet): Jet {
  return [x[0] + y[0], x[1] + y[1], x[2] + y[2]]
}

export function scale(x: Jet, factor: number): Jet {
  return [x[0] * factor, x[1] * factor, x[2] * factor]
}

export function multiply(x: Jet, y: Jet): Jet {
  return [x[0] * y[0], x[1] * y[0] + x[0] * y[1], x[2] * y[0] + 2 * x[1] * y[1] + x[0] * y[2]]
}

export function divide(x: Jet, y: Jet): Jet {
  const value = x[0] / y[0]
  const first = (x[1] - value * y[1]) / y[0]
  return [value, first, (x[2] - 2 * first * y[1] - value * y[2]) / y[0]]
}

/** f(x) by the chain rule from f, f′ and f″ at the value of x. */
export function compose(x: Jet, value: number, first: number, second: number): Jet {
  return [value, first * x[1], second * x[1] * x[1] + first * x[2]]
}

export function squareRoot(x: Jet): Jet {
  const root = Math.sqrt(x[0])
  return compose(x, root, 0.5 / root, -0.25 / (root * x[0]))
}

export function exponential(x: Jet): Jet {
  const value = exp(x[0])
  return compose(x, value, value, value)
}

export function logarithm(x: Jet): Jet {
  return compose(x, log(x[0]), 1 / x[0], -1 / (x[0] * x[0]))
}
