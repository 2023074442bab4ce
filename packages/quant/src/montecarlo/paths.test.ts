import { expect, test } from 'vitest'
import { blackScholesPrice } from '../pricing/blackScholes.js'
import { brownianBridge } from './bridge.js'
import { pathMean } from './paths.js'

const asset = { spot: 100, rate: 0.05, dividendYield: 0.02, vol: 0.3 }

test('behavior: the bridge has the covariance of Brownian motion, min(s, t)', () => {
  const years = [0.1, 0.25, 0.7, 0.9, 2]
  const bridge = brownianBridge(years)
  // The path is linear in the normals: rows of the factor come out one unit vector at a time.
  const columns = years.map((_, k) => {
    const path = new Float64Array(years.length)
    bridge(
      Float64Array.from(years, (_t, d) => (d === k ? 1 : 0)),
      path,
    )
    return path
  })
  years.forEach((s, i) => {
    years.forEach((t, j) => {
      const covariance = columns.reduce((sum, column) => sum + column[i]! * column[j]!, 0)
      expect(covariance).toBeCloseTo(Math.min(s, t), 14)
    })
  })
})

test('behavior: a vanilla call comes out within four standard errors, which are small', () => {
  const closed = blackScholesPrice({ right: 'call', strike: 100, yearsToExpiry: 1 }, asset)
  const { value, standardError } = pathMean(asset, [0.25, 0.5, 0.75, 1], (spots) => Math.max(0, spots[3]! - 100))
  // Plain Monte Carlo with as many points: 0.1; measured 0.006.
  expect(standardError).toBeLessThan(0.01)
  expect(Math.abs(value * 0.951229424500714 - closed)).toBeLessThan(4 * standardError)
})

test('behavior: a seed gives the same bits, another seed others', () => {
  const of = (seed: number) => pathMean(asset, [0.5, 1], (s) => s[1]!, { points: 64, randomisations: 4, seed }).value
  expect(of(7)).toBe(of(7))
  expect(of(7)).not.toBe(of(8))
})

test('error: times out of order and points that are no power of two', () => {
  expect(() => pathMean(asset, [0.5, 0.5], () => 0)).toThrow('observations/1')
  expect(() => pathMean(asset, [1], () => 0, { points: 100, randomisations: 2, seed: 1 })).toThrow('a power of two')
})
