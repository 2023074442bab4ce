/** Choices of f64x2.pmin and f64x2.pmax between equals and zeros, which are not those of Math.min and Math.max. */

export function pmin(a: number, b: number): number {
  return b < a ? b : a
}

export function pmax(a: number, b: number): number {
  return a < b ? b : a
}
