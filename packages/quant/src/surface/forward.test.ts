import { describe, expect, test } from 'vitest'
import { black76Price } from '../pricing/index.js'
import { forwardAt, forwardFromParity, type ParityQuote } from './forward.js'

function quote(strike: number, forward: number, half: number, unit: number): ParityQuote {
  const call = black76Price('call', forward, strike, 0.2, 0.6, 1) / unit
  const put = black76Price('put', forward, strike, 0.2, 0.6, 1) / unit
  return { strike, callBid: call - half, callAsk: call + half, putBid: put - half, putAsk: put + half }
}

describe('forwardFromParity', () => {
  test('behavior: linear and inverse options give back the forward that priced them', () => {
    const strikes = [60_000, 70_000, 80_000, 90_000]
    const linear = forwardFromParity(
      strikes.map((strike) => quote(strike, 71_234, 20, 1)),
      'linear',
    )
    expect(linear.forward).toBeCloseTo(71_234, 6)
    expect(linear.band!.high - linear.band!.low).toBeCloseTo(80, 6)
    const inverse = forwardFromParity(
      strikes.map((strike) => quote(strike, 71_234, 0.0005, 71_234)),
      'inverse',
    )
    expect(Math.abs(inverse.forward - 71_234)).toBeLessThan(1)
    expect(inverse.contradicting).toEqual([])
  })

  test('behavior: a stale strike is outvoted and named', () => {
    const quotes = [60_000, 70_000, 80_000].map((strike) => quote(strike, 71_000, 20, 1))
    const result = forwardFromParity([...quotes, quote(75_000, 73_000, 20, 1)], 'linear')
    expect(result.forward).toBeCloseTo(71_000, 6)
    expect(result.band).toBeUndefined()
    expect(result.contradicting).toEqual([75_000])
  })

  test('error: a crossed quote is named with its figures', () => {
    const crossed = { strike: 100, callBid: 5, callAsk: 4, putBid: 1, putAsk: 2 }
    expect(() => forwardFromParity([crossed], 'linear')).toThrow(
      'quotes[0].call must be a bid ≥ 0 and an ask not below it, got 5/4',
    )
    expect(() => forwardFromParity([], 'linear')).toThrow('at least one strike')
  })
})

describe('forwardAt', () => {
  test('behavior: a constant carry between points and beyond the last', () => {
    const curve = [
      { years: 0, forward: 100 },
      { years: 1, forward: 110 },
    ]
    expect(forwardAt(curve, 0.5)).toBeCloseTo(Math.sqrt(100 * 110), 10)
    expect(forwardAt(curve, 2)).toBeCloseTo(121, 10)
    expect(forwardAt(curve, 1)).toBe(110)
    expect(forwardAt([{ years: 0, forward: 100 }], 3)).toBe(100)
  })

  test('error: an unsorted curve is refused', () => {
    expect(() =>
      forwardAt(
        [
          { years: 1, forward: 110 },
          { years: 0, forward: 100 },
        ],
        0.5,
      ),
    ).toThrow('curve[1].years must be ascending')
  })
})
