import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../inputError.js'
import {
  annualisedBasis,
  averageEntryPrice,
  contractGreeks,
  contractPnl,
  DERIBIT_FUNDING,
  forwardPrice,
  fundingPayment,
  fundingRate,
} from './linearContracts.js'

describe('P&L', () => {
  it('behavior: linear in quote, inverse in coin', () => {
    expect(contractPnl('linear', 2, 50_000, 80_000)).toBe(60_000)
    expect(contractPnl('linear', -2, 50_000, 80_000)).toBe(-60_000)
    expect(contractPnl('inverse', 100_000, 50_000, 80_000)).toBeCloseTo(0.75, 15)
    expect(contractPnl('inverse', -100_000, 50_000, 80_000)).toBeCloseTo(-0.75, 15)
    expect(contractPnl('inverse', 100_000, 50_000, 50_000)).toBe(0)
  })
  it('behavior: the average entry gives the sum of the P&Ls of its fills', () => {
    const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true })
    const fills = fc.array(fc.record({ size: finite(1, 1e6), price: finite(1e3, 1e6) }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        fc.constantFrom('linear' as const, 'inverse' as const),
        fills,
        finite(1e3, 1e6),
        (payoff, list, exit) => {
          const entry = averageEntryPrice(payoff, list)
          const size = list.reduce((sum, fill) => sum + fill.size, 0)
          const parts = list.map((fill) => contractPnl(payoff, fill.size, fill.price, exit))
          const gross =
            parts.reduce((sum, part) => sum + Math.abs(part), 0) + size * (payoff === 'linear' ? exit : 1 / exit)
          expect(Math.abs(contractPnl(payoff, size, entry, exit) - parts.reduce((a, b) => a + b, 0))).toBeLessThan(
            1e-14 * gross,
          )
        },
      ),
      { seed: 7, numRuns: 300 },
    )
  })
  it('behavior: inverse entries average by the harmonic mean', () => {
    const fills = [
      { size: 1, price: 40_000 },
      { size: 1, price: 60_000 },
    ]
    expect(averageEntryPrice('inverse', fills)).toBeCloseTo(48_000, 9)
    expect(averageEntryPrice('linear', fills)).toBe(50_000)
  })
  it('behavior: slopes are derivatives of the P&L', () => {
    for (const payoff of ['linear', 'inverse'] as const) {
      const pnl = (mark: number) => contractPnl(payoff, 30_000, 60_000, mark)
      const g = contractGreeks(payoff, 30_000, 60_000, 75_000)
      const h = 50
      expect(g.pnlDelta / ((pnl(75_000 + h) - pnl(75_000 - h)) / (2 * h))).toBeCloseTo(1, 5)
      const second = (pnl(75_000 + h) - 2 * pnl(75_000) + pnl(75_000 - h)) / (h * h)
      if (payoff === 'inverse') expect(g.pnlGamma / second).toBeCloseTo(1, 4)
      else expect(g.pnlGamma).toBe(0)
      expect(g.cashDelta / 75_000).toBeCloseTo(g.delta, 12)
    }
  })
})

describe('funding and basis', () => {
  it('behavior: the dampener absorbs small premiums, the cap holds large ones', () => {
    for (const p of [0, 0.0002, -0.0002, 0.00025]) expect(Math.abs(fundingRate(p, DERIBIT_FUNDING))).toBe(0)
    expect(fundingRate(0.001, DERIBIT_FUNDING)).toBeCloseTo(0.00075, 15)
    expect(fundingRate(-0.001, DERIBIT_FUNDING)).toBeCloseTo(-0.00075, 15)
    expect(fundingRate(0.2, DERIBIT_FUNDING)).toBe(0.005)
    expect(fundingRate(-0.2, DERIBIT_FUNDING)).toBe(-0.005)
  })
  it('behavior: longs pay a positive rate, and minutes add up to hours', () => {
    expect(fundingPayment('linear', 2, 50_000, 0.001, 8, DERIBIT_FUNDING)).toBeCloseTo(-100, 10)
    expect(fundingPayment('inverse', -50_000, 50_000, 0.001, 8, DERIBIT_FUNDING)).toBeCloseTo(0.001, 15)
    let sum = 0
    for (let minute = 0; minute < 480; minute++)
      sum += fundingPayment('linear', 2, 50_000, 0.001, 1 / 60, DERIBIT_FUNDING)
    expect(sum).toBeCloseTo(-100, 9)
  })
  it('behavior: the basis undoes the forward', () => {
    expect(annualisedBasis(forwardPrice(100, 0.08, 0.03, 0.4), 100, 0.4)).toBeCloseTo(0.05, 14)
  })
  it('error: bad input is named', () => {
    expect(() => contractPnl('inverse', 1, 0, 1)).toThrow(/entryPrice/)
    expect(() => contractPnl('linear', Number.NaN, 1, 1)).toThrow(/size/)
    expect(() => averageEntryPrice('linear', [])).toThrow(InputError)
    expect(() =>
      averageEntryPrice('linear', [
        { size: 1, price: 1 },
        { size: -1, price: 1 },
      ]),
    ).toThrow(/same sign/)
    expect(() => fundingRate(Number.NaN, DERIBIT_FUNDING)).toThrow(/premium/)
    expect(() => fundingPayment('linear', 1, 1, 0, -1, DERIBIT_FUNDING)).toThrow(/hours/)
    expect(() => annualisedBasis(1, 1, 0)).toThrow(/yearsToExpiry/)
  })
})
