import { describe, expect, test } from 'vitest'
import { exp } from '../math/index.js'
import { fitLeanModel } from './fitModel.js'
import type { SurfaceQuote } from './quotes.js'
import { sabrImpliedVol } from './sabr.js'
import { ssviToRaw } from './ssvi.js'
import { sviTotalVariance } from './svi.js'

const strikes = Array.from({ length: 15 }, (_, i) => -0.35 + 0.05 * i)

function chain(vol: (k: number, years: number) => number): SurfaceQuote[] {
  return [0.1, 0.4, 1].flatMap((years) =>
    strikes.map((k) => ({ strike: 100 * exp(k), years, forward: 100, vol: vol(k, years) })),
  )
}

describe('fitLeanModel', () => {
  test('behavior: SABR gives back the parameters that made the quotes', () => {
    const made = { alpha: 6, beta: 0.5, rho: -0.4, nu: 1.2 }
    const fit = fitLeanModel(
      chain((k, years) => sabrImpliedVol(made, 100, k, years)),
      { kind: 'sabr', beta: 0.5 },
    )
    for (const expiry of fit.expiries) {
      if (expiry.status !== 'fitted') throw new Error('not fitted')
      expect(expiry.rootMeanSquare).toBeLessThan(1e-6)
      expect(expiry.parameters).toMatchObject({ beta: 0.5 })
    }
  })

  test('behavior: SSVI gives back a surface of one rho, without arbitrage', () => {
    const slices = new Map(
      [0.1, 0.4, 1].map((years) => [
        years,
        ssviToRaw({ theta: 0.3 * years, phi: 1.2 / Math.sqrt(years + 0.1), rho: -0.3 }),
      ]),
    )
    const quotes = chain((k, years) => Math.sqrt(sviTotalVariance(slices.get(years)!, k) / years))
    for (const kind of ['ssvi', 'essvi'] as const) {
      const fit = fitLeanModel(quotes, { kind })
      expect(fit.arbitrageFree).toBe(true)
      for (const expiry of fit.expiries) {
        if (expiry.status !== 'fitted') throw new Error('not fitted')
        expect(expiry.rootMeanSquare).toBeLessThan(2e-4)
      }
    }
  })

  test('behavior: a chain whose calendar is upside down still yields eSSVI without arbitrage', () => {
    const fit = fitLeanModel(
      chain((k, years) => (0.9 - 0.5 * years) * (1 + 0.3 * k * k)),
      { kind: 'essvi' },
    )
    expect(fit.arbitrageFree).toBe(true)
  })

  test('error: two strikes are too few', () => {
    const two = chain(() => 0.5).filter((quote) => quote.years === 1 && quote.strike > 130)
    expect(fitLeanModel(two, { kind: 'ssvi' }).expiries[0]).toMatchObject({
      status: 'unfitted',
      reason: 'too-few-strikes',
    })
  })
})
