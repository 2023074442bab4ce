import { describe, expect, test } from 'vitest'
import { answerRequest } from '../../answer.js'
import { impliedVol } from './impliedVol.js'
import { price } from './price.js'

const option = { kind: 'option', right: 'call', strike: 65, years: 0.25 }
const market = { spot: 60, rate: 0.08, vol: 0.3 }
const figure = (request: object) => answerRequest(price, request)

describe('european options', () => {
  test('behavior: the price alone unless measures are asked for, with the id', () => {
    const answer = figure({ id: 'a', instrument: option, market })
    expect(Object.keys(answer)).toEqual(['id', 'price'])
    expect(answer.price).toBeCloseTo(2.1334, 4)
  })

  test('behavior: "all" is every measure of the conventions', () => {
    const answer = figure({ instrument: option, market, measures: 'all' })
    expect(Object.keys(answer)).toHaveLength(19)
  })

  test('behavior: an inverse option has its coin measures', () => {
    const instrument = { kind: 'option', right: 'call', strike: 110_000, years: 0.25, payoff: 'inverse' }
    const answer = figure({ instrument, market: { forward: 100_000, vol: 0.6 }, measures: 'all' })
    expect(Object.keys(answer)).toEqual([
      'priceCoin',
      'price',
      'delta',
      'netTransactionDelta',
      'coinDelta',
      'coinGamma',
      'coinVega',
      'coinTheta',
      'coinVanna',
      'coinVolga',
      'hedgeNotional',
    ])
    expect(answer.netTransactionDelta).toBeCloseTo((answer.delta as number) - (answer.priceCoin as number), 14)
  })

  // A. Lewis, "Option valuation under stochastic volatility" (2000); high-precision table by A. Lewis, Wilmott forum (2010).
  test('behavior: Heston call at the money (Lewis): 16.070154917028834', () => {
    const model = { name: 'heston', v0: 0.04, kappa: 4, theta: 0.25, sigma: 1, rho: -0.5 }
    const answer = figure({
      instrument: { ...option, strike: 100, years: 1 },
      market: { spot: 100, rate: 0.01, dividendYield: 0.02 },
      model,
    })
    expect(Math.abs((answer.price as number) - 16.070154917028834)).toBeLessThan(1e-12)
  })

  test('behavior: Merton without jumps has the Greeks of Black–Scholes, found by differences', () => {
    const model = { name: 'merton', lambda: 0, meanLogJump: 0, jumpVol: 0 }
    const closed = figure({ instrument: option, market, measures: 'all' }) as Record<string, number>
    const differenced = figure({ instrument: option, market, model, measures: 'all' }) as Record<string, number>
    for (const [name, value] of Object.entries(closed)) {
      const third = ['speed', 'zomma', 'color', 'ultima'].includes(name)
      // Measured: 2e-10 of the value for first and second derivatives, 3e-7 for third ones.
      expect(Math.abs(differenced[name]! / value - 1), name).toBeLessThan(third ? 2e-5 : 1e-7)
    }
  })
})

describe('implied vol', () => {
  test('behavior: gives back the vol of a price, linear and inverse', () => {
    for (const payoff of ['linear', 'inverse']) {
      const instrument = { ...option, payoff }
      const { price: quoted } = figure({ instrument, market: { forward: 60, vol: 0.45 } })
      const answer = answerRequest(impliedVol, { id: 1, instrument, market: { forward: 60 }, price: quoted })
      expect(answer.impliedVol).toBeCloseTo(0.45, 12)
    }
  })

  test.each([
    [-1, 'below-intrinsic'],
    [61, 'above-maximum'],
  ])('error: a price of %d has no solution: %s', (quoted, reason) => {
    const answer = answerRequest(impliedVol, { instrument: option, market: { spot: 60 }, price: quoted })
    expect(answer.error).toMatchObject({ code: 'NO_SOLUTION', reason, path: '/price' })
  })
})

describe('errors', () => {
  test.each([
    [{ instrument: { ...option, strike: -1 }, market }, 'INVALID_INPUT', '/instrument/strike'],
    [{ instrument: { ...option, strik: 1 }, market }, 'INVALID_INPUT', '/instrument/strik'],
    [{ instrument: { ...option, years: -0.1 }, market }, 'INVALID_INPUT', '/instrument/years'],
    [{ instrument: option, market: { ...market, vol: -0.1 } }, 'INVALID_INPUT', '/market/vol'],
    [{ instrument: option, market: { spot: 60, rate: 0 } }, 'MISSING_INPUT', '/market/vol'],
    [{ instrument: option, market: { vol: 0.3 } }, 'MISSING_INPUT', '/market'],
    [{ instrument: option, market: { ...market, forward: 60 } }, 'INVALID_INPUT', '/market/forward'],
    [{ instrument: option, market, measures: ['price', 'coinDelta'] }, 'UNSUPPORTED', '/measures/1'],
    [{ instrument: option, market, model: { name: 'hestn' } }, 'INVALID_INPUT', '/model/name'],
    [{ instrument: option, market: { ...market, rate: 1e6 } }, 'INVALID_INPUT', '/market/rate'],
    [{ instrument: { ...option, payoff: 'inverse' }, market }, 'MISSING_INPUT', '/market/forward'],
  ])('error: request %# is refused with %s at %s', (bad, code, path) => {
    expect(figure(bad).error).toMatchObject({ code, path })
  })
})
