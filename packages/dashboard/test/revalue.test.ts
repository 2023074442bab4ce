import { black76Price } from '@holdfast/quant'
import { describe, expect, it } from 'vitest'
import type { Market, Position } from '../src/api/types.js'
import { NO_SHIFT, positionKey, revalue } from '../src/whatIf/revalue.js'

const TIME = Date.UTC(2026, 1, 1, 8)
const EXPIRY = '2026-02-27T08:00:00.000Z'
const YEARS = 26 / 365
const seen = { source: 's', sourceTime: '', receivedTime: '', quality: 'live', ageSeconds: 0 } as const
const market: Market = {
  underlying: 'BTC',
  time: new Date(TIME).toISOString(),
  index: { price: 80_000, ...seen },
  forwards: [{ expiry: EXPIRY, price: 80_400, ...seen }],
  slices: [],
}
const base = { account: 'main', underlying: 'BTC', sizeUnit: 'BTC', priceUnit: 'BTC', quality: 'live' } as const
const put: Position = {
  ...base,
  instrument: 'put',
  kind: 'option',
  payoff: 'inverse',
  expiry: EXPIRY,
  strike: 75_000,
  right: 'put',
  size: -10,
  markVol: 0.6,
}
const perpetual: Position = {
  ...base,
  instrument: 'perp',
  kind: 'perpetual',
  payoff: 'inverse',
  size: 100_000,
  mark: 80_000,
}
const run = (positions: readonly Position[], shift: Partial<typeof NO_SHIFT>) =>
  revalue(positions, { BTC: market }, [], { ...NO_SHIFT, ...shift }, TIME)

describe('what-if', () => {
  it('behavior: no shift, no P&L', () => {
    expect(run([put, perpetual], {}).pnl).toBe(0)
  })

  it('behavior: a short put loses what Black-76 says, in USD of the coin it is paid in', () => {
    const before = black76Price('put', 80_400, 75_000, YEARS, 0.6)
    const after = black76Price('put', 80_400 * 0.9, 75_000, YEARS, 0.9)
    expect(run([put], { spot: -0.1, vol: 0.5 }).pnl).toBeCloseTo(-10 * (80_000 / 80_400) * (after - before), 6)
  })

  it('behavior: a long inverse perpetual of 100,000 USD loses 10,000 when spot falls 10 %', () => {
    expect(run([perpetual], { spot: -0.1 }).pnl).toBeCloseTo(-10_000, 6)
  })

  it('behavior: coin collateral moves with spot', () => {
    const result = revalue([], { BTC: market }, [{ units: 5, index: 80_000 }], { ...NO_SHIFT, spot: 0.1 }, TIME)
    expect(result.pnl).toBeCloseTo(40_000, 6)
  })

  it('behavior: days that pass bring a short option in, and past expiry it is worth its intrinsic value', () => {
    expect(run([put], { days: 5 }).pnl).toBeGreaterThan(0)
    const value = (80_000 / 80_400) * black76Price('put', 80_400, 75_000, YEARS, 0.6)
    expect(run([put], { days: 30 }).pnl).toBeCloseTo(10 * value, 6)
  })

  it('behavior: the fitted slice goes before the quoted vol', () => {
    const svi = [0.04, 0, 0, 0, 0.1]
    const fitted = { ...market, slices: [{ expiry: EXPIRY, svi, ...seen }] }
    const flat = Math.sqrt(0.04 / YEARS)
    const before = black76Price('put', 80_400, 75_000, YEARS, flat)
    const after = black76Price('put', 80_400 * 1.05, 75_000, YEARS, flat)
    const result = revalue([put], { BTC: fitted }, [], { ...NO_SHIFT, spot: 0.05 }, TIME)
    expect(result.pnl).toBeCloseTo(-10 * (80_000 / 80_400) * (after - before), 4)
  })

  it('error: a position without a vol is named and is in no sum', () => {
    const { markVol: _, ...blind } = put
    const result = run([blind, perpetual], { spot: -0.1 })
    expect(result.unpriced).toEqual([positionKey(blind)])
    expect(result.pnl).toBeCloseTo(-10_000, 6)
  })
})
