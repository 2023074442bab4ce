import { black76ForwardDelta, black76Price } from '@holdfast/quant'
import { expect, test } from 'vitest'
import { optionDelta, optionValue } from './optionValue.js'

test.each([
  ['call', 100, 120, 0.6, 0.25],
  ['put', 100, 120, 0.6, 0.25],
  ['call', 100, 100, 0.01, 1e-6],
  ['put', 65_000, 20_000, 0.9, 0.02],
] as const)('behavior: %s at F = %d, K = %d is the price of quant', (right, forward, strike, vol, years) => {
  const price = black76Price(right, forward, strike, years, vol)
  // One rounding of the intrinsic value apart.
  expect(Math.abs(optionValue(right, forward, strike, vol, years) - price)).toBeLessThanOrEqual(1e-13 * forward)
  expect(optionDelta(right, forward, strike, vol, years)).toBeCloseTo(
    black76ForwardDelta(right, forward, strike, years, vol),
    12,
  )
})

test('limits: no time, no vol, no forward, and vol without end', () => {
  expect(optionValue('call', 110, 100, 0.5, 0)).toBe(10)
  expect(optionValue('put', 110, 100, 0, 1)).toBe(0)
  expect(optionValue('put', 0, 100, 0.5, 1)).toBe(100)
  expect(optionValue('call', 110, 100, 24, 1)).toBe(110)
  expect(optionValue('put', 110, 100, 30, 1)).toBe(100)
})

test.each([
  [Number.NaN, 100, 0.5, 1],
  [100, Number.NaN, 0.5, 1],
  [100, 100, Number.NaN, 1],
  [100, 100, 0.5, Number.NaN],
])('error: what is missing stays missing (%d, %d, %d, %d)', (forward, strike, vol, years) => {
  expect(optionValue('call', forward, strike, vol, years)).toBeNaN()
})
