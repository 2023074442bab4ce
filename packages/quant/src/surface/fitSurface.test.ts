import { describe, expect, test } from 'vitest'
import { exp } from '../math/index.js'
import { checkArbitrage } from './arbitrage.js'
import { fitSurface } from './fitSurface.js'
import { surfaceImpliedVol } from './surface.js'
import { type SviParameters, sviTotalVariance } from './svi.js'

const front: SviParameters = { a: 0.004, b: 0.05, rho: -0.3, m: 0.01, sigma: 0.08 }
const back: SviParameters = { a: 0.02, b: 0.12, rho: -0.25, m: 0.02, sigma: 0.2 }

function quotesOf(svi: SviParameters, years: number, forward: number, count = 21) {
  return Array.from({ length: count }, (_, i) => {
    const k = -0.5 + i / (count - 1)
    return { strike: forward * exp(k), years, forward, vol: Math.sqrt(sviTotalVariance(svi, k) / years) }
  })
}

describe('fitSurface', () => {
  test('behavior: gives back the smiles that the quotes were made of', () => {
    const fit = fitSurface([...quotesOf(back, 0.5, 101_000), ...quotesOf(front, 0.1, 100_000)])
    expect(fit.arbitrageFree).toBe(true)
    expect(fit.expiries.map((expiry) => expiry.status)).toEqual(['fitted', 'fitted'])
    // The least-squares stop is a relative change of cost of 1e-4 twice running: well below a hundredth of a vol point.
    for (const [svi, years] of [
      [front, 0.1],
      [back, 0.5],
    ] as const) {
      for (const k of [-0.4, 0, 0.3]) {
        const expected = Math.sqrt(sviTotalVariance(svi, k) / years)
        expect(Math.abs(surfaceImpliedVol(fit.surface!, years, k) - expected)).toBeLessThan(1e-4)
      }
    }
  })

  test('behavior: quotes with calendar arbitrage give slices without', () => {
    const lower = { ...front, a: front.a * 0.6, b: front.b * 0.9 }
    const fit = fitSurface([...quotesOf(front, 0.1, 100), ...quotesOf(lower, 0.11, 100)])
    expect(fit.arbitrageFree).toBe(true)
    expect(fit.rounds).toBeGreaterThan(0)
    expect(checkArbitrage(fit.surface!.slices).where).toEqual([])
  })

  test('behavior: an expiry with one quote borrows the shape of its neighbour', () => {
    const fit = fitSurface([...quotesOf(back, 0.5, 100), { strike: 100, years: 0.25, forward: 100, vol: 0.5 }])
    expect(fit.expiries.map((expiry) => expiry.status)).toEqual(['guided', 'fitted'])
    expect(fit.arbitrageFree).toBe(true)
  })

  test('error: one quote alone is named as not fitted', () => {
    const fit = fitSurface([{ strike: 100, years: 0.25, forward: 100, vol: 0.5 }])
    expect(fit.surface).toBeUndefined()
    expect(fit.expiries).toEqual([
      { status: 'unfitted', reason: 'too-few-strikes', years: 0.25, forward: 100, quotes: 1, strikes: 1 },
    ])
  })

  test('error: quotes that cannot be are left out with the reason', () => {
    const fit = fitSurface([
      ...quotesOf(back, 0.5, 100),
      { strike: Number.NaN, years: 0.5, forward: 100, vol: 0.5 },
      { strike: 100, years: 0.5, forward: 100 },
      { strike: 100, years: 0.5, forward: 100, bidVol: 0.6, askVol: 0.5 },
      { strike: 100, years: 0.5, forward: 100, vol: 30 },
    ])
    expect(fit.rejected.map(({ index, reason }) => [index, reason])).toEqual([
      [21, 'not-positive'],
      [22, 'no-vol'],
      [23, 'crossed'],
      [24, 'vol-too-large'],
    ])
    expect(fit.arbitrageFree).toBe(true)
  })

  test('behavior: a duplicate strike counts twice, the same vol gives the same smile', () => {
    const once = fitSurface(quotesOf(back, 0.5, 100))
    const twice = fitSurface([...quotesOf(back, 0.5, 100), ...quotesOf(back, 0.5, 100)])
    const at = (fit: typeof once) => surfaceImpliedVol(fit.surface!, 0.5, 0.1)
    expect(Math.abs(at(once) - at(twice))).toBeLessThan(1e-4)
  })
})
