import { black76Greeks, log } from '@holdfast/quant'
import { describe, expect, it } from 'vitest'
import { assessmentOf, marketOf } from '../../../test/policyDesk.js'
import type { PositionAssessment } from '../../assess/assessment.js'
import { hedgeBook, volAnchors, volPartOf } from './hedgeBook.js'
import type { HedgeMarket } from './plan.js'

const NOW = Date.UTC(2026, 0, 28, 8)
const NEAR = Date.UTC(2026, 1, 27, 8)
const FAR = Date.UTC(2026, 2, 27, 8)
const HELD = [
  { instrument: 'deribit:BTC/USD:BTC-260227-80000-C', size: -25, strike: 80_000, expiry: NEAR, right: 'call' as const },
  { instrument: 'deribit:BTC/USD:BTC-260227-70000-P', size: 12, strike: 70_000, expiry: NEAR, right: 'put' as const },
  { instrument: 'deribit:BTC/USD:BTC-260327-95000-C', size: 40, strike: 95_000, expiry: FAR, right: 'call' as const },
]

const positions = HELD.map(
  ({ instrument, size }): PositionAssessment => ({
    instrument,
    size,
    sizeUnit: 'BTC',
    priceUnit: 'BTC',
    mark: 0.05,
    quality: 'live',
  }),
)

/** A skew that stands still in strikes, and a shift of it by expiry. */
const vol = (strike: number, shift: number) => 0.6 - 0.2 * log(strike / 80_000) + shift

function market(forward: number, shifts: Readonly<Record<number, number>>): HedgeMarket {
  const plain = marketOf()
  return {
    ...plain,
    forward: (underlying, expiry) => ({ ...plain.forward(underlying, expiry), value: forward }),
    smile: (underlying, expiry) => ({
      ...plain.smile(underlying, expiry),
      impliedVol: (k) => vol(forward * Math.exp(k), shifts[expiry] ?? 0),
    }),
  }
}

const assessment = assessmentOf({ time: NOW, equity: 1, positions })
const [greeks] = assessment.portfolios[0]!.greeks
const bookOf = (given: HedgeMarket, net: boolean) => hedgeBook(greeks!, ['main'], assessment, given, net)

/** Delta of the book by its definition, net of premium or not. */
function deltaOf(forward: number, shifts: Readonly<Record<number, number>>, net: boolean): number {
  return HELD.reduce((sum, { size, strike, expiry, right }) => {
    const years = (expiry - NOW) / 31_536_000_000
    const g = black76Greeks(right, forward, strike, years, vol(strike, shifts[expiry] ?? 0))
    return sum + size * (g.forwardDelta - (net ? g.price / forward : 0))
  }, 0)
}

describe('a book as a hedger reads it', () => {
  it.each([true, false])('behavior: vanna is the slope of delta in vol, net of premium: %s', (net) => {
    const h = 1e-5
    const slope = (shift: Readonly<Record<number, number>>, back: Readonly<Record<number, number>>) =>
      (deltaOf(80_000, shift, net) - deltaOf(80_000, back, net)) / (2 * h)
    const book = bookOf(market(80_000, {}), net)
    // Central differences of second order: h² times the third derivative, which is below 1e3 here.
    expect(book.vanna).toBeCloseTo(slope({ [NEAR]: h, [FAR]: h }, { [NEAR]: -h, [FAR]: -h }), 5)
    expect(book.expiries![1]!.vanna).toBeCloseTo(slope({ [FAR]: h }, { [FAR]: -h }), 5)
    expect(book.notional).toBe(77 * 80_000)
  })

  it('behavior: the vol part of a move is what vol at fixed strikes did; sliding along the skew is none', () => {
    const before = market(80_000, {})
    const anchors = volAnchors('BTC', bookOf(before, false), before)
    expect(anchors.map(({ strike, vol }) => [strike, vol])).toEqual([
      [80_000, expect.closeTo(0.6, 12)],
      [80_000, expect.closeTo(0.6, 12)],
    ])
    const slid = market(76_000, {})
    expect(volPartOf('BTC', 5, bookOf(slid, false), anchors, slid)).toBeCloseTo(0, 9)
    const moved = market(80_000, { [NEAR]: 0.01 })
    const part = volPartOf('BTC', 5, bookOf(moved, false), anchors, moved)!
    const exact = deltaOf(80_000, { [NEAR]: 0.01 }, false) - deltaOf(80_000, {}, false)
    // First order in a move of one point: the second is a few per cent of it.
    expect(Math.abs(part / exact - 1)).toBeLessThan(0.05)
  })

  it('error: where a surface is missing nothing is said of it', () => {
    const blind = { ...market(80_000, {}), smile: marketOf().smile }
    const book = bookOf(blind, false)
    expect(book.expiries).toBeUndefined()
    expect(book.years).toBeUndefined()
    expect(volPartOf('BTC', 5, book, [], blind)).toBeUndefined()
  })
})
