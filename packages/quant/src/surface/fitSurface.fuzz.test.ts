import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkArbitrage } from './arbitrage.js'
import { fitSurface } from './fitSurface.js'
import type { SurfaceQuote } from './quotes.js'

/** Anything a broken feed may send, beside sound figures. */
const figure = (min: number, max: number) =>
  fc.oneof(
    { weight: 60, arbitrary: fc.double({ min, max, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e300, 1e-300) },
  )
const quote = fc.record(
  {
    strike: figure(50, 200),
    years: fc.constantFrom(0.001, 0.1, 0.11, 1),
    forward: fc.oneof({ weight: 60, arbitrary: fc.constant(100) }, { weight: 1, arbitrary: figure(50, 200) }),
    vol: figure(0.05, 3),
    bidVol: figure(0.05, 0.9),
    askVol: figure(0.8, 3),
    weight: figure(0, 5),
  },
  { requiredKeys: ['strike', 'years', 'forward'] },
)

describe('fitSurface', () => {
  test('behavior: whatever is quoted, the figures are finite and arbitrage is told', () => {
    let fitted = 0
    fc.assert(
      fc.property(fc.array(quote, { maxLength: 80, size: 'max' }), (quotes) => {
        const fit = fitSurface(quotes as readonly SurfaceQuote[])
        const used = fit.expiries.reduce((sum, expiry) => sum + expiry.quotes, 0)
        expect(used + fit.rejected.length).toBe(quotes.length)
        for (const expiry of fit.expiries) {
          if (expiry.status === 'unfitted') continue
          fitted += 1
          for (const value of Object.values(expiry.svi)) expect(Number.isFinite(value)).toBe(true)
          expect(Number.isFinite(expiry.rootMeanSquare)).toBe(true)
          for (const { modelVol } of expiry.residuals) expect(modelVol).toBeGreaterThan(0)
        }
        if (fit.surface !== undefined) {
          expect(checkArbitrage(fit.surface.slices).where.length === 0).toBe(fit.arbitrageFree)
        }
      }),
      { seed: 20260204, numRuns: 60, endOnFailure: true },
    )
    expect(fitted).toBeGreaterThan(100)
  })
})
