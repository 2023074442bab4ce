import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bachelierMeasures } from './bachelier.js'
import { blackScholesMeasures, type EuropeanOption } from './blackScholes.js'
import type { Market, Measure, Measures } from './measures.js'

const SEED = 20260205
const runs = { seed: SEED, numRuns: 300 }

const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** Spot 100, strikes within three deviations: where differences of prices still mean something. */
const scenario = fc.record({
  right: fc.constantFrom('call' as const, 'put' as const),
  moneyness: finite(-2.5, 2.5),
  yearsToExpiry: finite(0.02, 3),
  vol: finite(0.1, 1.5),
  rate: finite(-0.05, 0.15),
  dividendYield: finite(-0.05, 0.1),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never
type Point = { S: number; K: number; T: number; vol: number; r: number; q: number }

function pointOf(s: Scenario): Point {
  const K = 100 * Math.E ** (s.moneyness * s.vol * Math.sqrt(s.yearsToExpiry))
  return { S: 100, K, T: s.yearsToExpiry, vol: s.vol, r: s.rate, q: s.dividendYield }
}

function at(model: 'black' | 'normal', right: 'call' | 'put', p: Point): Measures {
  const option: EuropeanOption = { right, strike: p.K, yearsToExpiry: p.T }
  const vol = model === 'black' ? p.vol : p.vol * 100
  const market: Market = { spot: p.S, rate: p.r, dividendYield: p.q, vol }
  return model === 'black' ? blackScholesMeasures(option, market) : bachelierMeasures(option, market)
}

/** Each Greek as the derivative of a measure of one order less. */
const DERIVATIVES: readonly [Measure, Measure, keyof Point, 1 | -1][] = [
  ['delta', 'price', 'S', 1],
  ['gamma', 'delta', 'S', 1],
  ['vega', 'price', 'vol', 1],
  ['theta', 'price', 'T', -1],
  ['rho', 'price', 'r', 1],
  ['rhoDividend', 'price', 'q', 1],
  ['dualDelta', 'price', 'K', 1],
  ['dualGamma', 'dualDelta', 'K', 1],
  ['vanna', 'delta', 'vol', 1],
  ['volga', 'vega', 'vol', 1],
  ['charm', 'delta', 'T', -1],
  ['veta', 'vega', 'T', -1],
  ['vera', 'vega', 'r', 1],
  ['speed', 'gamma', 'S', 1],
  ['zomma', 'gamma', 'vol', 1],
  ['color', 'gamma', 'T', -1],
  ['ultima', 'volga', 'vol', 1],
]

describe('Greeks are finite differences', () => {
  for (const model of ['black', 'normal'] as const) {
    it(`behavior: every Greek of ${model}, by central differences with Richardson's step`, () => {
      fc.assert(
        fc.property(scenario, (s) => {
          const p = pointOf(s)
          const own = at(model, s.right, p)
          for (const [greek, measure, variable, sign] of DERIVATIVES) {
            const h = 2e-3 * (variable === 'r' || variable === 'q' ? 1 : p[variable])
            const value = (x: number) => at(model, s.right, { ...p, [variable]: p[variable] + x })[measure]
            const coarse = (value(h) - value(-h)) / (2 * h)
            const fine = (value(h / 2) - value(-h / 2)) / h
            // Normal vol is quoted in hundreds here: one unit of `vol` is 100 of market vol.
            const unit = variable === 'vol' && model === 'normal' ? 100 : 1
            const difference = (sign * (fine + (fine - coarse) / 3)) / unit
            // Derived: what Richardson removed bounds what is left, plus the rounding of the differences.
            const size = Math.abs(value(0)) + (measure === 'price' ? 100 : 0)
            const tolerance = (Math.abs(fine - coarse) / unit) * 0.1 + (1e-12 * (size + 1e-6)) / h / unit
            expect(
              Math.abs(own[greek] - difference),
              `${greek} ${own[greek]} difference ${difference}`,
            ).toBeLessThanOrEqual(tolerance)
          }
        }),
        runs,
      )
    })
  }
})

describe('laws', () => {
  it('behavior: put–call parity of price and of every Greek that follows from it', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const p = pointOf(s)
        const call = at('black', 'call', p)
        const put = at('black', 'put', p)
        const forwardValue = p.S * Math.E ** (-p.q * p.T) - p.K * Math.E ** (-p.r * p.T)
        expect(call.price - put.price).toBeCloseTo(forwardValue, 10)
        for (const name of [
          'gamma',
          'vega',
          'dualGamma',
          'vanna',
          'volga',
          'veta',
          'speed',
          'zomma',
          'color',
          'ultima',
        ] as const) {
          expect(Math.abs(call[name] - put[name])).toBeLessThanOrEqual(1e-11 * Math.abs(call[name]))
        }
      }),
      runs,
    )
  })
  it('behavior: price rises with vol, is monotone and convex in strike, and within its bounds', () => {
    fc.assert(
      fc.property(scenario, finite(0.001, 0.2), (s, step) => {
        const p = pointOf(s)
        const price = (q: Partial<Point>) => at('black', s.right, { ...p, ...q }).price
        const own = price({})
        const rounding = 1e-13 * (p.S + p.K)
        expect(price({ vol: p.vol + step })).toBeGreaterThanOrEqual(own - rounding)
        const up = price({ K: p.K * (1 + step) })
        const down = price({ K: p.K * (1 - step) })
        expect(s.right === 'call' ? down - up : up - down).toBeGreaterThanOrEqual(-rounding)
        expect(up + down - 2 * own).toBeGreaterThanOrEqual(-rounding)
        const bound = s.right === 'call' ? p.S * Math.E ** (-p.q * p.T) : p.K * Math.E ** (-p.r * p.T)
        expect(own >= 0 && own <= bound * (1 + 1e-14)).toBe(true)
      }),
      runs,
    )
  })
  it('behavior: price scales with spot and strike, delta does not change', () => {
    fc.assert(
      fc.property(scenario, finite(1e-6, 1e6), (s, scale) => {
        const p = pointOf(s)
        const own = at('black', s.right, p)
        const scaled = at('black', s.right, { ...p, S: p.S * scale, K: p.K * scale })
        expect(Math.abs(scaled.price - own.price * scale)).toBeLessThanOrEqual(
          1e-12 * own.price * scale + 1e-14 * scale,
        )
        expect(Math.abs(scaled.delta - own.delta)).toBeLessThanOrEqual(1e-12)
        expect(Math.abs(scaled.gamma * scale - own.gamma)).toBeLessThanOrEqual(1e-11 * own.gamma)
      }),
      runs,
    )
  })
  it('behavior: Black–Scholes equation, θ + (r − q)SΔ + ½σ²S²Γ = rV', () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const p = pointOf(s)
        const m = at('black', s.right, p)
        const left = m.theta + (p.r - p.q) * p.S * m.delta + 0.5 * p.vol * p.vol * p.S * p.S * m.gamma
        expect(Math.abs(left - p.r * m.price)).toBeLessThanOrEqual(1e-11 * p.S)
      }),
      runs,
    )
  })
})
