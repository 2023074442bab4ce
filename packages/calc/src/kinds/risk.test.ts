import { describe, expect, test } from 'vitest'
import { answerRequest } from '../answer.js'
import { risk } from './risk.js'

const hundred = Array.from({ length: 100 }, (_, i) => -(i + 1))
const ask = (request: object) => answerRequest(risk, request)

describe('risk: var', () => {
  test('behavior: historical, its convention printed with the result', () => {
    expect(ask({ id: 1, kind: 'var', pnl: hundred, confidence: 0.95 })).toEqual({
      id: 1,
      method: 'historical',
      confidence: 0.95,
      scenarios: 100,
      quantile: 'inverse-cdf',
      valueAtRisk: 95,
      expectedShortfall: expect.closeTo(98, 10),
    })
    expect(ask({ kind: 'var', pnl: hundred, confidence: 0.95, quantile: 'linear' }).valueAtRisk).toBeCloseTo(95.05, 10)
  })

  test('behavior: components sum to the total, by both methods', () => {
    const components = [
      { name: 'spot', pnl: hundred },
      { name: 'hedge', pnl: hundred.map((value, i) => -0.5 * value + (i % 3)) },
    ]
    for (const method of ['historical', 'parametric']) {
      const answer = ask({ kind: 'var', components, confidence: 0.95, method })
      const parts = answer.components as { name: string; valueAtRisk: number; expectedShortfall: number }[]
      expect(parts.map(({ name }) => name)).toEqual(['spot', 'hedge'])
      expect(parts[0]!.valueAtRisk + parts[1]!.valueAtRisk).toBeCloseTo(answer.valueAtRisk as number, 9)
      expect(parts[0]!.expectedShortfall + parts[1]!.expectedShortfall).toBeCloseTo(
        answer.expectedShortfall as number,
        9,
      )
    }
  })

  test('behavior: positions are revalued under scenarios', () => {
    const answer = ask({
      kind: 'var',
      confidence: 0.5,
      market: { spot: 100, vol: 0.5 },
      positions: [
        { name: 'spot', instrument: { kind: 'spot' }, size: 2 },
        { name: 'put', instrument: { kind: 'option', right: 'put', strike: 90, years: 0.1 }, size: 2 },
      ],
      scenarios: [{ spotMove: -0.4 }, { spotMove: 0.4, volMove: -0.5 }],
    })
    const parts = answer.components as { name: string; valueAtRisk: number }[]
    expect(parts.map(({ name }) => name)).toEqual(['spot', 'put'])
    expect(answer.valueAtRisk).toBeCloseTo(parts[0]!.valueAtRisk + parts[1]!.valueAtRisk, 10)
    expect(answer.expectedShortfall).toBeGreaterThan(0)
    expect(answer.expectedShortfall).toBeLessThan(80)
  })

  test('behavior: parametric, Cornish–Fisher and filtered', () => {
    const returns = Array.from({ length: 250 }, (_, i) => 0.01 * (((i * 37) % 101) / 50 - 1))
    const normal = ask({ kind: 'var', returns, exposure: 1000, confidence: 0.99, method: 'parametric' })
    const student = ask({
      kind: 'var',
      returns,
      exposure: 1000,
      confidence: 0.99,
      method: 'parametric',
      distribution: { kind: 'student-t', degreesOfFreedom: 4 },
    })
    expect(student.valueAtRisk).toBeGreaterThan(normal.valueAtRisk as number)
    expect(ask({ kind: 'var', returns, confidence: 0.99, method: 'cornish-fisher' })).toMatchObject({
      withinDomain: false,
    })
    const filtered = ask({ kind: 'var', returns, confidence: 0.99, method: 'filtered', decay: 0.97 })
    expect(filtered.filter).toEqual({ omega: 0, alpha: expect.closeTo(0.03, 12), beta: 0.97 })
    expect(filtered.valueAtRisk).toBeGreaterThan(0)
  })

  test.each([
    [{ kind: 'var', confidence: 0.99 }, 'MISSING_INPUT', ''],
    [{ kind: 'var', confidence: 99, pnl: hundred }, 'INVALID_INPUT', '/confidence'],
    [{ kind: 'var', confidence: 0.99, pnl: hundred, quantil: 'linear' }, 'INVALID_INPUT', '/quantil'],
    [{ kind: 'var', confidence: 0.99, pnl: hundred, returns: hundred }, 'INVALID_INPUT', ''],
    [{ kind: 'var', confidence: 0.99, pnl: [1, null] }, 'INVALID_INPUT', '/pnl/1'],
    [
      {
        kind: 'var',
        confidence: 0.99,
        exposures: [1, 1],
        covariance: [
          [1, 2],
          [2, 1],
        ],
      },
      'INVALID_INPUT',
      '/covariance/1',
    ],
    [{ kind: 'var', confidence: 0.99, returns: [0, 0, 0], method: 'filtered' }, 'INVALID_INPUT', '/returns'],
    [
      {
        kind: 'var',
        confidence: 0.9,
        market: { spot: 100 },
        positions: [{ instrument: { kind: 'option', right: 'put', strike: 90, years: 0.1 }, size: 2 }],
        scenarios: [{ spotMove: 0.1 }, { spotMove: -0.1 }],
      },
      'MISSING_INPUT',
      '/positions/0/vol',
    ],
    [{ kind: 'backtest', level: 0.01 }, 'INVALID_INPUT', ''],
    [{ kind: 'backtest', level: 0.01, pnl: [1, 2] }, 'MISSING_INPUT', '/var'],
    [{ kind: 'backtest', level: 0.01, pnl: [1, 2], var: [1, 2, 3] }, 'INVALID_INPUT', '/var'],
    [{ kind: 'backtest', level: 0.01, hits: [0, 2] }, 'INVALID_INPUT', '/hits/1'],
  ])('error: request %# is refused with %s at %s', (bad, code, path) => {
    expect(ask(bad).error).toMatchObject({ code, path })
  })
})

describe('risk: backtest', () => {
  test('behavior: hits, at either name of the level', () => {
    const hits = Array.from({ length: 250 }, (_, day) => (day % 50 === 0 ? 1 : 0))
    const answer = ask({ kind: 'backtest', level: 0.01, hits })
    expect(answer).toMatchObject({
      hits: 5,
      observations: 250,
      expectedHits: 2.5,
      basel: { zone: 'yellow', multiplier: 3.4 },
    })
    const { kupiec } = ask({ kind: 'backtest', level: 0.99, hits }) as { kupiec: { pValue: number } }
    expect(kupiec.pValue).toBeCloseTo((answer.kupiec as { pValue: number }).pValue, 12)
  })

  test('behavior: P&L against forecasts, with the shortfall tests of a stated simulation', () => {
    const pnl = Array.from({ length: 250 }, (_, day) => (day % 25 === 0 ? -5 : 1))
    const answer = ask({ kind: 'backtest', level: 0.025, pnl, var: 2, expectedShortfall: 2.3, simulation: { seed: 9 } })
    expect(answer).toMatchObject({ hits: 10, acerbiSzekely: { simulation: { seed: 9, samples: 5000 } } })
    expect((answer.acerbiSzekely as { z2: number }).z2).toBeCloseTo(1 - (10 * 5) / 2.3 / 6.25, 12)
  })
})
