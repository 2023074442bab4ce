import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covarianceRisk } from './covariance.js'
import { historicalComponents, historicalRisk, QUANTILE_CONVENTIONS } from './historical.js'
import { standardRisk } from './parametric.js'

const seed = { seed: 20260210, numRuns: 300 }
const money = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const confidence = fc.double({ min: 0.5, max: 0.999, noNaN: true })
const convention = fc.constantFrom(...QUANTILE_CONVENTIONS)
/** Two books over the same 2 to 60 scenarios. */
const books = fc.array(fc.tuple(money, money), { minLength: 2, maxLength: 60 })
/** Sums of at most 60 terms of 1e6: rounding stays below 60 · 1e6 · 2⁻⁵². */
const ROUNDING = 1e-7

describe('laws of historical risk', () => {
  test('behavior: expected shortfall is never below value at risk, by any convention', () => {
    fc.assert(
      fc.property(books, confidence, convention, (pairs, c, quantile) => {
        const { valueAtRisk, expectedShortfall } = historicalRisk(
          pairs.map(([x]) => x),
          c,
          quantile,
        )
        expect(expectedShortfall).toBeGreaterThanOrEqual(valueAtRisk - ROUNDING)
      }),
      seed,
    )
  })

  test('behavior: expected shortfall of a sum is at most the sum of the two', () => {
    fc.assert(
      fc.property(books, confidence, (pairs, c) => {
        const of = (pnl: readonly number[]) => historicalRisk(pnl, c).expectedShortfall
        const sum = of(pairs.map(([x, y]) => x + y))
        expect(sum).toBeLessThanOrEqual(of(pairs.map(([x]) => x)) + of(pairs.map(([, y]) => y)) + ROUNDING)
      }),
      seed,
    )
  })

  test('behavior: more cash lowers both by as much, a book twice the size doubles both', () => {
    fc.assert(
      fc.property(books, confidence, convention, money, (pairs, c, quantile, cash) => {
        const pnl = pairs.map(([x]) => x)
        const base = historicalRisk(pnl, c, quantile)
        const richer = historicalRisk(
          pnl.map((x) => x + cash),
          c,
          quantile,
        )
        const doubled = historicalRisk(
          pnl.map((x) => 2 * x),
          c,
          quantile,
        )
        expect(Math.abs(richer.valueAtRisk + cash - base.valueAtRisk)).toBeLessThan(ROUNDING)
        expect(Math.abs(richer.expectedShortfall + cash - base.expectedShortfall)).toBeLessThan(ROUNDING)
        expect(Math.abs(doubled.expectedShortfall - 2 * base.expectedShortfall)).toBeLessThan(ROUNDING)
      }),
      seed,
    )
  })

  test('behavior: components sum to the total', () => {
    fc.assert(
      fc.property(books, confidence, convention, (pairs, c, quantile) => {
        const risk = historicalComponents(
          [
            { name: 'x', pnl: pairs.map(([x]) => x) },
            { name: 'y', pnl: pairs.map(([, y]) => y) },
          ],
          c,
          quantile,
        )
        const sum = (field: 'valueAtRisk' | 'expectedShortfall') =>
          risk.components.reduce((total, part) => total + part[field], 0)
        expect(Math.abs(sum('valueAtRisk') - risk.valueAtRisk)).toBeLessThan(ROUNDING)
        expect(Math.abs(sum('expectedShortfall') - risk.expectedShortfall)).toBeLessThan(ROUNDING)
      }),
      seed,
    )
  })
})

describe('laws of parametric risk', () => {
  test('behavior: expected shortfall exceeds value at risk, and Student t exceeds the normal far out', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.99, max: 0.9999, noNaN: true }),
        fc.double({ min: 3, max: 30, noNaN: true }),
        (c, nu) => {
          const normal = standardRisk({ kind: 'normal' }, c)
          const student = standardRisk({ kind: 'student-t', degreesOfFreedom: nu }, c)
          expect(normal.expectedShortfall).toBeGreaterThan(normal.valueAtRisk)
          expect(student.expectedShortfall).toBeGreaterThan(student.valueAtRisk)
          expect(student.expectedShortfall).toBeGreaterThan(normal.expectedShortfall)
        },
      ),
      seed,
    )
  })

  test('behavior: a marginal is the derivative of the total', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: -0.9, max: 0.9, noNaN: true }),
        (x, rho) => {
          const covariance = [
            [0.04, 0.02 * rho],
            [0.02 * rho, 0.01],
          ]
          const at = (first: number) => covarianceRisk([first, 1], covariance, 0.99)
          const step = 1e-5
          const slope = (at(x + step).valueAtRisk - at(x - step).valueAtRisk) / (2 * step)
          // Central difference: error step²/6 of a third derivative of order 1/(1 − ρ²), and rounding 1e-16/step.
          expect(Math.abs(slope - at(x).components[0]!.marginalValueAtRisk)).toBeLessThan(1e-8)
        },
      ),
      seed,
    )
  })
})
