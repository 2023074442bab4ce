import { describe, expect, test } from 'vitest'
import { answerLine, answerRequest } from '../answer.js'
import { requestSchema } from '../kind.js'
import { surface, varianceSwap } from './surface.js'

const svi = { a: 0.01, b: 0.1, rho: -0.4, m: 0.05, sigma: 0.2 }
/** A. Vogt's example of butterfly arbitrage in raw SVI, Gatheral–Jacquier (2014), example 3.1. */
const vogt = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 }

function quotes(years: number, level: number, count = 9) {
  return Array.from({ length: count }, (_, i) => ({
    strike: 80 + 5 * i,
    years,
    forward: 100,
    vol: level + 0.00002 * (80 + 5 * i - 100) ** 2,
  }))
}

describe('surface: evaluate', () => {
  test('behavior: total variance, vol and density at points', () => {
    const answer = answerRequest(surface, {
      id: 'x',
      model: 'svi',
      params: svi,
      points: [
        { logMoneyness: 0, years: 0.25 },
        { strike: 110, forward: 100, years: 0.25 },
      ],
    })
    const w = 0.01 + 0.1 * (0.4 * 0.05 + Math.sqrt(0.05 ** 2 + 0.2 ** 2))
    expect(answer).toMatchObject({ id: 'x', arbitrage: { butterfly: false, calendar: false, where: [] } })
    const [atMoney, wing] = answer.points as { totalVariance: number; impliedVol: number; logMoneyness: number }[]
    expect(atMoney!.totalVariance).toBeCloseTo(w, 15)
    expect(atMoney!.impliedVol).toBeCloseTo(Math.sqrt(w / 0.25), 15)
    expect(wing!.logMoneyness).toBeCloseTo(Math.log(1.1), 15)
  })

  test("behavior: Vogt's parameters have butterfly arbitrage, and the answer says where", () => {
    const answer = answerRequest(surface, { model: 'svi', params: vogt, points: [{ logMoneyness: 0.8, years: 1 }] })
    expect(answer.arbitrage).toMatchObject({ butterfly: true, calendar: false })
    expect((answer.points as { density: number }[])[0]!.density).toBeLessThan(0)
    const [where] = (answer.arbitrage as { where: { logMoneyness: number }[] }).where
    expect(where!.logMoneyness).toBeGreaterThan(0.5)
    expect(where!.logMoneyness).toBeLessThan(1.2)
  })

  test('behavior: slices upside down have calendar arbitrage; between slices total variance is linear', () => {
    const params = [
      { ...svi, years: 0.25 },
      { ...svi, a: 0.005, years: 0.5 },
    ]
    const answer = answerRequest(surface, { model: 'svi', params, points: [{ logMoneyness: 0.1, years: 0.375 }] })
    expect(answer.arbitrage).toMatchObject({ butterfly: false, calendar: true })
    const bracket = 0.1 * (-0.4 * 0.05 + Math.sqrt(0.05 ** 2 + 0.2 ** 2))
    expect((answer.points as { totalVariance: number }[])[0]!.totalVariance).toBeCloseTo(0.0075 + bracket, 14)
  })

  test('behavior: SSVI, jump-wings and SABR', () => {
    const ask = (model: string, params: object) =>
      answerRequest(surface, { model, params, points: [{ logMoneyness: 0, years: 0.5, forward: 100 }] }).points as {
        totalVariance: number
        impliedVol: number
      }[]
    expect(ask('ssvi', { theta: 0.04, phi: 2, rho: -0.3 })[0]!.totalVariance).toBeCloseTo(0.04, 15)
    const wings = { v: 0.36, psi: -0.1, p: 0.8, c: 0.4, vMin: 0.3 }
    expect(ask('svi-jump-wings', wings)[0]!.impliedVol).toBeCloseTo(0.6, 12)
    expect(ask('sabr', { alpha: 0.6, beta: 1, rho: 0, nu: 0 })[0]!.impliedVol).toBeCloseTo(0.6, 15)
  })

  test.each([
    [{ model: 'svy', params: svi, points: [{ logMoneyness: 0, years: 1 }] }, 'INVALID_INPUT', '/model'],
    [
      { model: 'svi', params: { ...svi, sigma: -1 }, points: [{ logMoneyness: 0, years: 1 }] },
      'INVALID_INPUT',
      '/params/sigma',
    ],
    [
      { model: 'svi', params: { ...svi, simga: 1 }, points: [{ logMoneyness: 0, years: 1 }] },
      'INVALID_INPUT',
      '/params/simga',
    ],
    [{ model: 'svi', params: svi }, 'INVALID_INPUT', ''],
    [{ model: 'svi', points: [{ logMoneyness: 0, years: 1 }] }, 'MISSING_INPUT', '/params'],
    [{ model: 'svi', params: svi, points: [{ strike: 100, years: 1 }] }, 'MISSING_INPUT', '/points/0/forward'],
    [{ model: 'svi', params: svi, points: [{ logMoneyness: 0, years: -1 }] }, 'INVALID_INPUT', '/points/0/years'],
    [{ model: 'svi', params: [svi, svi], points: [{ logMoneyness: 0, years: 1 }] }, 'MISSING_INPUT', '/params/0/years'],
    [{ model: 'svi', params: { ...svi, a: -1 }, points: [{ logMoneyness: 0, years: 1 }] }, 'NO_SOLUTION', '/points/0'],
    [
      {
        model: 'svi-jump-wings',
        params: { v: 0.04, psi: -3, p: 1, c: 1, vMin: 0.03 },
        points: [{ logMoneyness: 0, years: 1 }],
      },
      'INVALID_INPUT',
      '/params',
    ],
    [
      { model: 'sabr', params: { alpha: 0.6, beta: 0.5, rho: 0, nu: 1 }, points: [{ logMoneyness: 0, years: 1 }] },
      'MISSING_INPUT',
      '/params/0/forward',
    ],
  ])('error: request %# is refused with %s at %s', (bad, code, path) => {
    expect(answerRequest(surface, bad).error).toMatchObject({ code, path })
  })

  test('behavior: the JSON Schema names every model', () => {
    const schema = JSON.stringify(requestSchema(surface))
    for (const name of ['svi', 'svi-natural', 'svi-jump-wings', 'ssvi', 'essvi', 'sabr'])
      expect(schema).toContain(`"${name}"`)
  })
})

describe('surface: fit', () => {
  test('behavior: every model fits a calm chain and says whether it is free of arbitrage', () => {
    const chain = [...quotes(0.25, 0.5), ...quotes(0.5, 0.55)]
    for (const model of ['svi', 'svi-natural', 'svi-jump-wings', 'ssvi', 'essvi', 'sabr']) {
      const answer = answerRequest(surface, { model, quotes: chain })
      expect(answer.error).toBeUndefined()
      expect(answer.rejected).toEqual([])
      const expiries = answer.expiries as {
        status: string
        params: object
        rootMeanSquare: number
        residuals: object[]
      }[]
      expect(expiries.map(({ status }) => status)).toEqual(['fitted', 'fitted'])
      for (const expiry of expiries) {
        expect(expiry.rootMeanSquare).toBeLessThan(0.005)
        expect(expiry.residuals).toHaveLength(9)
      }
      expect((answer.arbitrage as { where: object[] }).where.length === 0).toBe(answer.arbitrageFree)
      if (model !== 'sabr') expect(answer.arbitrageFree).toBe(true)
    }
  })

  test('behavior: a crossed quote is left out with its figures, duplicates count twice', () => {
    const crossed = { strike: 100, years: 0.25, forward: 100, bidVol: 0.6, askVol: 0.5 }
    const chain = [...quotes(0.25, 0.5), quotes(0.25, 0.5)[4]!, crossed]
    const answer = answerRequest(surface, { model: 'svi', quotes: chain })
    expect(answer.rejected).toEqual([{ index: 10, reason: 'crossed', quote: crossed }])
    expect(answer.arbitrageFree).toBe(true)
  })

  test('error: one quote is too few, and the answer says so', () => {
    const { error } = answerRequest(surface, { model: 'svi', quotes: quotes(0.25, 0.5, 1) })
    expect(error).toMatchObject({ code: 'NO_SOLUTION', path: '/quotes', reason: 'too-few-strikes' })
    expect(error!.message).toContain('1 strike at 0.25 years')
  })

  test('error: a vol that JSON cannot carry is refused on its line', () => {
    const line = '{"id":7,"model":"svi","quotes":[{"strike":100,"years":1,"forward":100,"vol":null}]}'
    expect(JSON.parse(answerLine(surface, line).text)).toMatchObject({ id: 7, error: { path: '/quotes/0/vol' } })
  })
})

describe('variance-swap', () => {
  test('behavior: a flat smile is worth its own variance', () => {
    const flat = { a: 0.09, b: 0, rho: 0, m: 0, sigma: 1 }
    const answer = answerRequest(varianceSwap, { model: 'svi', params: flat, years: 0.25 })
    expect(answer.fairVariance).toBeCloseTo(0.36, 13)
    expect(answer.fairVol).toBeCloseTo(0.6, 13)
  })

  test('error: wings too steep for a density are refused', () => {
    const steep = { a: 0.01, b: 1.5, rho: 0.6, m: 0, sigma: 0.1 }
    expect(answerRequest(varianceSwap, { model: 'svi', params: steep, years: 0.25 }).error).toMatchObject({
      code: 'INVALID_INPUT',
      path: '/params',
    })
  })
})
