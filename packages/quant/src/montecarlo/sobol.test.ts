import { expect, test } from 'vitest'
import { SOBOL_DIMENSIONS, sobolSequence } from './sobol.js'

test('behavior: the first points of two dimensions', () => {
  const next = sobolSequence(2)
  const points = Array.from({ length: 5 }, () => {
    const point = new Float64Array(2)
    next(point)
    return [...point]
  })
  expect(points).toEqual([
    [0, 0],
    [0.5, 0.5],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.375, 0.375],
  ])
})

// scipy 1.17.1, scipy.stats.qmc.Sobol(64, scramble=False).random(1024)[1000], dimensions 1, 2, 3, 6, 10, 32, 64.
test('behavior: the thousandth point of all dimensions', () => {
  const next = sobolSequence(SOBOL_DIMENSIONS)
  const point = new Float64Array(SOBOL_DIMENSIONS)
  for (let n = 0; n <= 1000; n++) next(point)
  expect([0, 1, 2, 5, 9, 31, 63].map((d) => point[d])).toEqual([
    0.2197265625, 0.0966796875, 0.5185546875, 0.9072265625, 0.0693359375, 0.1455078125, 0.4462890625,
  ])
})

test('behavior: 2^m points stand once in each interval of length 2^−m, shifted or not', () => {
  const shift = Uint32Array.from({ length: SOBOL_DIMENSIONS }, (_, d) => Math.imul(d + 1, 0x9e3779b1))
  for (const digits of [undefined, shift]) {
    const next = sobolSequence(SOBOL_DIMENSIONS, digits)
    const seen = Array.from({ length: SOBOL_DIMENSIONS }, () => new Set<number>())
    const point = new Float64Array(SOBOL_DIMENSIONS)
    for (let n = 0; n < 256; n++) {
      next(point)
      for (let d = 0; d < SOBOL_DIMENSIONS; d++) seen[d]!.add(Math.floor(point[d]! * 256))
    }
    for (const cells of seen) expect(cells.size).toBe(256)
  }
})

test('error: dimensions that the table does not have', () => {
  for (const dimensions of [0, 1.5, SOBOL_DIMENSIONS + 1, Number.NaN]) {
    expect(() => sobolSequence(dimensions)).toThrow('dimensions must be')
  }
})
