import { describe, expect, test } from 'vitest'
import { answerRequest } from '../../answer.js'
import { price } from './price.js'

const haugBarrier = { spot: 100, rate: 0.08, dividendYield: 0.04, vol: 0.25 }
const two = {
  rate: 0.05,
  assets: [
    { spot: 122, vol: 0.2 },
    { spot: 120, vol: 0.2 },
  ],
  correlation: 0.5,
}

/** Published figures, E. G. Haug, "The complete guide to option pricing formulas", 2nd edition (2007), to the digits printed
 * (the book cuts the lookback's and the forward start's last digit off instead of rounding it). */
const published: readonly (readonly [string, object, object, number, number])[] = [
  [
    'digital, cash-or-nothing put (4.19.2)',
    { kind: 'digital', right: 'put', strike: 80, years: 0.75, pays: 'cash', cash: 10 },
    { spot: 100, rate: 0.06, dividendYield: 0.06, vol: 0.35 },
    2.671,
    4,
  ],
  [
    'digital, asset-or-nothing put (4.19.3)',
    { kind: 'digital', right: 'put', strike: 65, years: 0.5, pays: 'asset' },
    { spot: 70, rate: 0.07, dividendYield: 0.05, vol: 0.27 },
    20.2069,
    4,
  ],
  [
    'down-and-out call with rebate (4.17.1)',
    { kind: 'barrier', right: 'call', strike: 90, years: 0.5, barrier: 95, type: 'down-out', rebate: 3 },
    haugBarrier,
    9.0246,
    4,
  ],
  [
    'up-and-in put with rebate (4.17.1)',
    { kind: 'barrier', right: 'put', strike: 110, years: 0.5, barrier: 105, type: 'up-in', rebate: 3 },
    haugBarrier,
    7.0846,
    4,
  ],
  [
    'lookback, floating call (4.15.1)',
    { kind: 'lookback', right: 'call', strike: 'floating', extremeSoFar: 100, years: 0.5 },
    { spot: 120, rate: 0.1, dividendYield: 0.06, vol: 0.3 },
    25.3533,
    3,
  ],
  [
    'forward start call (4.9)',
    { kind: 'forward-start', right: 'call', moneyness: 1.1, start: 0.25, years: 1 },
    { spot: 60, rate: 0.08, dividendYield: 0.04, vol: 0.3 },
    4.4064,
    3,
  ],
  [
    'geometric average put (4.20.1)',
    { kind: 'asian', right: 'put', strike: 85, years: 0.25, averaging: 'geometric' },
    { spot: 80, rate: 0.05, dividendYield: -0.03, vol: 0.2 },
    4.6922,
    4,
  ],
  [
    'quanto call (5.16.2)',
    { kind: 'quanto', right: 'call', strike: 105, years: 0.5, fxVol: 0.1, correlation: 0.3, underlyingRate: 0.05 },
    { spot: 100, rate: 0.08, dividendYield: 0.04, vol: 0.2 },
    5.328 / 1.5,
    3,
  ],
  [
    'spread call by Kirk (5.4)',
    { kind: 'spread', right: 'call', strike: 3, years: 0.1, method: 'kirk' },
    two,
    2.2785,
    0,
  ],
]

describe('published values', () => {
  test.each(published)('behavior: %s', (_, instrument, market, figure, digits) => {
    expect(answerRequest(price, { instrument, market }).price).toBeCloseTo(figure, digits)
  })
})

const market = { spot: 100, rate: 0.05, dividendYield: 0.02, vol: 0.3 }
const every: readonly { readonly kind: string; readonly [field: string]: unknown }[] = [
  { kind: 'option', right: 'put', strike: 105, years: 0.5, style: 'american' },
  { kind: 'option', right: 'call', strike: 95, years: 0.5, style: 'american', method: 'barone-adesi-whaley' },
  { kind: 'option', right: 'put', strike: 95, years: 0.5, style: 'american', method: 'bjerksund-stensland' },
  { kind: 'digital', right: 'call', strike: 100, years: 0.5, pays: 'cash', cash: 10 },
  { kind: 'touch', barrier: 120, direction: 'up', condition: 'touched', pays: 'at-hit', cash: 10, years: 0.5 },
  { kind: 'touch', barrier: 80, direction: 'down', condition: 'untouched', cash: 10, years: 0.5 },
  { kind: 'barrier', right: 'call', strike: 100, years: 0.5, barrier: 90, type: 'down-in', rebate: 1 },
  { kind: 'barrier', right: 'put', strike: 100, years: 0.5, barrier: 120, type: 'up-out' },
  { kind: 'double-barrier', right: 'call', strike: 100, years: 0.5, lower: 70, upper: 140, type: 'out' },
  { kind: 'double-touch', lower: 80, upper: 130, type: 'in', cash: 10, years: 0.5 },
  { kind: 'asian', right: 'call', strike: 100, years: 0.5 },
  { kind: 'asian', right: 'put', strike: 100, years: 0.5, fixings: { count: 12, first: 0.1 } },
  { kind: 'lookback', right: 'put', strike: 'floating', extremeSoFar: 110, years: 0.5 },
  { kind: 'lookback', right: 'call', strike: 105, years: 0.5 },
  { kind: 'forward-start', right: 'call', moneyness: 1, start: 0.25, years: 0.5 },
  { kind: 'cliquet', right: 'call', moneyness: 1, resets: [0, 0.25], years: 0.5 },
  { kind: 'power', right: 'call', strike: 10_000, exponent: 2, years: 0.5 },
  { kind: 'power-perpetual', exponent: 2, fundingYears: 17.5 / 365 },
  { kind: 'quanto', right: 'call', strike: 100, years: 0.5, fxVol: 0.1, correlation: 0.3, underlyingRate: 0.03 },
]

describe('measures of every kind', () => {
  test.each(every)('behavior: $kind answers all its measures, with finite numbers', (instrument) => {
    for (const given of [market, { forward: 101, rate: 0.05, vol: 0.3 }]) {
      const answer = answerRequest(price, { instrument, market: given, measures: 'all' })
      expect(answer.error).toBeUndefined()
      expect(Object.keys(answer)).toContain('gamma')
      for (const value of Object.values(answer)) expect(Number.isFinite(value)).toBe(true)
    }
  })

  test.each(every)('behavior: $kind has the delta, vega and theta of plain central differences', (instrument) => {
    const at = (change: object, terms: object = {}) =>
      answerRequest(price, { instrument: { ...instrument, ...terms }, market: { ...market, ...change } })
        .price as number
    const answer = answerRequest(price, { instrument, market, measures: ['delta', 'vega'] })
    const h = 1e-3
    // A second-order difference over 1e-5 of the spot and of the vol's size: 1e-5 of the figure, or of the price near 0.
    const delta = (at({ spot: 100 + h }) - at({ spot: 100 - h })) / (2 * h)
    const vega = (at({ vol: 0.3 + 1e-5 }) - at({ vol: 0.3 - 1e-5 })) / 2e-5
    if (instrument.kind !== 'lookback') {
      expect(Math.abs((answer.delta as number) - delta)).toBeLessThan(1e-4 * (1 + Math.abs(delta)))
    }
    expect(Math.abs((answer.vega as number) - vega)).toBeLessThan(1e-4 * (1 + Math.abs(vega)))
  })

  test.each(every)('limits: $kind without time, and without vol, has finite measures', (instrument) => {
    for (const [change, terms] of [
      [{ vol: 0 }, {}],
      [{}, { years: 0, start: 0, resets: [0], fixings: 'continuous' }],
    ] as const) {
      const kept = Object.fromEntries(Object.entries(terms).filter(([key]) => key in instrument))
      if ('resets' in instrument && 'years' in kept) continue
      const request = { instrument: { ...instrument, ...kept }, market: { ...market, ...change }, measures: 'all' }
      const answer = answerRequest(price, request)
      expect(answer.error).toBeUndefined()
    }
  })
})

describe('structured products', () => {
  const sampling = { points: 256, randomisations: 4, seed: 1 }
  const products = [
    { kind: 'dual-currency-note', notional: 1000, years: 0.25, strike: 95, coupon: 0.03 },
    { kind: 'reverse-convertible', notional: 1000, years: 0.5, strike: 100, coupon: 0.08, barrier: 80 },
    { kind: 'shark-fin', notional: 1000, years: 0.5, strike: 100, barrier: 130 },
    { kind: 'accumulator', strike: 92, barrier: 110, amount: 1, observations: [0.1, 0.2] },
    {
      kind: 'autocallable',
      notional: 1000,
      initial: 100,
      protection: 0.7,
      coupon: 0.04,
      observations: [0.5, 1],
      sampling,
    },
  ]
  test.each(products)('behavior: $kind answers price and Greeks, a simulated one its standard error', (instrument) => {
    const answer = answerRequest(price, { instrument, market, measures: 'all' })
    expect(answer.error).toBeUndefined()
    expect(Object.keys(answer)).toContain('vanna')
    expect('standardError' in answer).toBe(instrument.kind === 'autocallable')
  })

  test('error: a product’s term is pointed at', () => {
    const bad = { ...products[1], barrier: 120 }
    expect(answerRequest(price, { instrument: bad, market }).error).toMatchObject({ path: '/instrument/barrier' })
    const uneven = { ...products[4], sampling: { ...sampling, points: 100 } }
    expect(answerRequest(price, { instrument: uneven, market }).error).toMatchObject({
      path: '/instrument/sampling/points',
    })
  })
})

describe('several assets', () => {
  const kinds = [
    { kind: 'exchange', years: 0.5 },
    { kind: 'spread', right: 'put', strike: 3, years: 0.5 },
    { kind: 'rainbow', right: 'call', strike: 118, of: 'best', years: 0.5 },
    { kind: 'basket', right: 'call', strike: 240, weights: [1, 1], years: 0.5 },
  ]
  test.each(kinds)('behavior: $kind has a delta, gamma and vega of each asset', (instrument) => {
    const answer = answerRequest(price, { instrument, market: two, measures: 'all' })
    expect(answer.error).toBeUndefined()
    for (const name of ['delta', 'gamma', 'vega', 'rhoDividend']) expect(answer[name]).toHaveLength(2)
  })

  test('behavior: prices scale with spots and strike, so that deltas add up to them (Euler)', () => {
    for (const instrument of kinds) {
      const answer = answerRequest(price, { instrument, market: two, measures: 'all' })
      const [one, other] = answer.delta as readonly number[]
      const byStrike = 'strike' in instrument ? instrument.strike! * (answer.dualDelta as number) : 0
      // The integrals err by 1e-12 of the forwards, the differences over a tenth of a deviation by 1e-8 of the price.
      expect(122 * one! + 120 * other! + byStrike).toBeCloseTo(answer.price as number, 6)
    }
  })

  test('behavior: a spread with strike 0 is the exchange, a basket of one is the option', () => {
    const spread = answerRequest(price, { instrument: { kind: 'spread', strike: 0, years: 0.5 }, market: two }).price
    const exchange = answerRequest(price, { instrument: { kind: 'exchange', years: 0.5 }, market: two }).price
    expect(spread).toBeCloseTo(exchange as number, 9)
  })
})

describe('errors', () => {
  const touch = { kind: 'touch', barrier: 120, direction: 'up', condition: 'untouched', pays: 'at-hit', years: 1 }
  const basket = { kind: 'basket', right: 'call', strike: 1, years: 1, weights: [1, 1] }
  const matrix = (rho: number) => [
    [1, rho, rho],
    [rho, 1, rho],
    [rho, rho, 1],
  ]
  const three = (rho: number) => ({ rate: 0, assets: Array(3).fill({ spot: 1, vol: 1 }), correlation: matrix(rho) })
  test.each([
    [touch, market, 'INVALID_INPUT', '/instrument/pays'],
    [{ ...basket, weights: [1] }, two, 'INVALID_INPUT', '/instrument/weights'],
    [{ ...basket, weights: [1, 1, 1] }, three(-0.9), 'INVALID_INPUT', '/market/correlation'],
    [{ kind: 'exchange', years: 1 }, three(0.5), 'INVALID_INPUT', '/market/assets'],
    [basket, market, 'MISSING_INPUT', '/market/assets'],
    [{ kind: 'digital', right: 'call', strike: 1, years: 1 }, two, 'INVALID_INPUT', '/market/assets'],
    [{ kind: 'double-touch', lower: 2, upper: 1, type: 'in', years: 1 }, market, 'INVALID_INPUT', '/instrument/lower'],
    [
      { kind: 'lookback', right: 'call', strike: 'floating', extremeSoFar: 101, years: 1 },
      market,
      'INVALID_INPUT',
      '/instrument/extremeSoFar',
    ],
    [
      { kind: 'forward-start', right: 'call', moneyness: 1, start: 2, years: 1 },
      market,
      'INVALID_INPUT',
      '/instrument/start',
    ],
    [{ kind: 'power-perpetual', exponent: 2, fundingYears: 30 }, market, 'NO_SOLUTION', '/instrument/fundingYears'],
  ])('error: request %# is refused at its field', (instrument, given, code, path) => {
    for (const measures of [['price'], 'all']) {
      const { error } = answerRequest(price, { instrument, market: given, measures })
      expect(error).toMatchObject({ code, path })
    }
  })
})
