import { describe, expect, test } from 'vitest'
import { correlationOf, covarianceRisk, ewmaCovariance, ewmaVolatility } from './covariance.js'
import { ewmaFilter, filteredReturns } from './filtered.js'
import { historicalComponents, historicalRisk, QUANTILE_CONVENTIONS } from './historical.js'
import { cornishFisherRisk, parametricRisk } from './parametric.js'

const hundred = Array.from({ length: 100 }, (_, i) => -(i + 1))

describe('historicalRisk', () => {
  test('behavior: losses 1 to 100 at 95 % by each convention', () => {
    const figures = QUANTILE_CONVENTIONS.map((quantile) => historicalRisk(hundred, 0.95, quantile).valueAtRisk)
    // Hyndman–Fan positions 95, 95.5, 95.95, 95.05, 95.65.
    expect(figures.map((value) => Math.round(value * 1e5) / 1e5)).toEqual([95, 95.5, 95.95, 95.05, 95.65])
  })

  test('behavior: expected shortfall takes the last scenario by its fraction', () => {
    expect(historicalRisk(hundred, 0.95).expectedShortfall).toBeCloseTo((96 + 97 + 98 + 99 + 100) / 5, 12)
    expect(historicalRisk(hundred, 0.975).expectedShortfall).toBeCloseTo((0.5 * 98 + 99 + 100) / 2.5, 12)
  })

  test('limits: a tail smaller than one scenario is the worst scenario', () => {
    const risk = historicalRisk([-1, -5, 2], 0.99)
    expect(risk.valueAtRisk).toBe(5)
    expect(risk.expectedShortfall).toBeCloseTo(5, 14)
  })

  test('behavior: gains throughout give a negative loss', () => {
    expect(historicalRisk([1, 2, 3, 4], 0.75).valueAtRisk).toBe(-2)
  })

  test('error: NaN, one scenario and a confidence of 99 are refused', () => {
    expect(() => historicalRisk([1, Number.NaN], 0.99)).toThrow('pnl[1] must be a finite number, got NaN')
    expect(() => historicalRisk([1], 0.99)).toThrow('a list of at least 2 numbers')
    expect(() => historicalRisk([1, 2], 99)).toThrow('between 0 and 1')
  })

  test('behavior: components sum to the total and a hedge is negative', () => {
    const risk = historicalComponents(
      [
        { name: 'long', pnl: hundred },
        { name: 'hedge', pnl: hundred.map((value) => -0.5 * value) },
      ],
      0.95,
      'linear',
    )
    expect(risk.components[0]!.valueAtRisk + risk.components[1]!.valueAtRisk).toBeCloseTo(risk.valueAtRisk, 12)
    expect(risk.components[1]!.expectedShortfall).toBeCloseTo(-49, 12)
    expect(risk.components[1]!.incrementalValueAtRisk).toBeCloseTo(-47.525, 12)
  })
})

describe('parametricRisk', () => {
  test('behavior: normal figures to the digits of the tables', () => {
    const { valueAtRisk, expectedShortfall } = parametricRisk(0, 1, 0.99)
    expect(valueAtRisk).toBeCloseTo(2.3263478740408408, 13)
    expect(expectedShortfall).toBeCloseTo(2.6652142203457956, 12)
  })

  test('behavior: Student t with four degrees of freedom', () => {
    // Figures from SciPy's t distribution. The setting of McNeil–Frey–Embrechts, example 2.16: value 10,000, annual vol 20 %, 250 days a year.
    const deviation = (10_000 * 0.2) / Math.sqrt(250)
    const t4 = (confidence: number) =>
      parametricRisk(0, deviation, confidence, { kind: 'student-t', degreesOfFreedom: 4 })
    expect([0.9, 0.95, 0.975, 0.99, 0.995].map((c) => t4(c).valueAtRisk.toFixed(1))).toEqual([
      '137.1',
      '190.7',
      '248.3',
      '335.1',
      '411.8',
    ])
    expect([0.9, 0.95, 0.975, 0.99, 0.995].map((c) => t4(c).expectedShortfall.toFixed(1))).toEqual([
      '223.5',
      '286.5',
      '357.2',
      '466.9',
      '565.7',
    ])
  })

  test('limits: Cornish–Fisher without skew or kurtosis is the normal', () => {
    const plain = { mean: 3, standardDeviation: 2, skewness: 0, excessKurtosis: 0 }
    const { withinDomain, ...figures } = cornishFisherRisk(plain, 0.99)
    expect(withinDomain).toBe(true)
    expect(figures).toEqual(parametricRisk(3, 2, 0.99))
  })

  test('behavior: Cornish–Fisher says where it leaves its domain', () => {
    const at = (skewness: number, excessKurtosis: number) =>
      cornishFisherRisk({ mean: 0, standardDeviation: 1, skewness, excessKurtosis }, 0.99).withinDomain
    expect([at(-0.5, 1), at(-1, 1), at(0, 7.9), at(0, 8.1)]).toEqual([true, false, true, false])
  })
})

describe('covariance', () => {
  test('behavior: components of a linear book sum to its risk', () => {
    const risk = covarianceRisk(
      [100, -50],
      [
        [0.04, 0.01],
        [0.01, 0.09],
      ],
      0.99,
    )
    expect(risk.standardDeviation).toBeCloseTo(Math.sqrt(400 + 225 - 100), 10)
    expect(risk.components[0]!.valueAtRisk + risk.components[1]!.valueAtRisk).toBeCloseTo(risk.valueAtRisk, 10)
  })

  test('error: a matrix that is not positive semi-definite is named by its row', () => {
    const bad = [
      [1, 0.9, -0.9],
      [0.9, 1, 0.9],
      [-0.9, 0.9, 1],
    ]
    expect(() => covarianceRisk([1, 1, 1], bad, 0.99)).toThrow(
      'covariance[2] must be a row of a positive semi-definite',
    )
  })

  test('limits: a singular matrix is accepted', () => {
    const ones = [
      [1, 1],
      [1, 1],
    ]
    expect(covarianceRisk([1, -1], ones, 0.99).valueAtRisk).toBe(0)
  })

  test('behavior: exponential weights', () => {
    expect(ewmaVolatility([0.01, 0.02], 0.94, 1)).toBeCloseTo(Math.sqrt(0.94 * 0.0001 + 0.06 * 0.0004), 15)
    const sigma = ewmaCovariance(
      [
        [1, 2],
        [2, 4],
      ],
      0.5,
    )
    expect(correlationOf(sigma)[0]![1]).toBe(1)
  })

  test('behavior: filtering scales a calm past up to a wild present', () => {
    const calm = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 0.01 : -0.01))
    const { returns, volatility } = filteredReturns([...calm, 0.1, -0.1], ewmaFilter(0.94))
    expect(volatility).toBeGreaterThan(0.03)
    expect(Math.abs(returns[40]!)).toBeGreaterThan(0.02)
  })
})
