import { expect, test } from 'vitest'
import { type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import { marginModel } from '../registry.js'

const NEAR = 'cme:BTC/USD:USD-260227'
const FAR = 'cme:BTC/USD:USD-260327'
const ETHER = 'cme:ETH/USD:USD-260227'
const CALL = 'cme:BTC/USD:USD-260227-400000-C'

const market: MarginMarketData = {
  time: '2026-01-29T08:00:00Z',
  underlyings: {
    BTC: { index: 90_000, expiries: [{ expiry: '2026-02-27T08:00:00Z', forward: 90_000, vol: 0.5 }] },
    ETH: { index: 3_000 },
  },
  instruments: [
    { instrument: NEAR, mark: 90_000 },
    { instrument: FAR, mark: 90_000 },
    { instrument: ETHER, mark: 3_000 },
    { instrument: CALL, mark: 0 },
  ],
}

const evaluate = (positions: readonly (readonly [key: string, size: number])[]) => {
  const account = readMarginAccount({
    balances: { USD: 100_000 },
    positions: positions.map(([instrument, size]) => ({
      instrument,
      size,
      entryPrice: instrument === ETHER ? 3_000 : 90_000,
    })),
  })
  const outcome = marginModel('cme-span').evaluate(account, readMarginMarket(market))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

test('behavior: there are sixteen scenarios, and a future loses its scan range', () => {
  const outcome = evaluate([[NEAR, 1]])
  expect(outcome.scenarios).toHaveLength(16)
  expect(outcome.parts['maintenance.scanRisk']).toBeCloseTo(0.3 * 90_000, 6)
  expect(outcome.initialMargin).toBeCloseTo(1.1 * 0.3 * 90_000, 6)
})

test('behavior: a calendar spread pays for the spread alone', () => {
  const outcome = evaluate([
    [NEAR, 1],
    [FAR, -1],
  ])
  expect(outcome.parts['maintenance.scanRisk']).toBeCloseTo(0, 6)
  expect(outcome.parts['maintenance.intraSpread']).toBeCloseTo(0.01 * 90_000, 6)
})

test('behavior: opposite commodities are credited, alike ones are not', () => {
  expect(
    evaluate([
      [NEAR, 1],
      [ETHER, -30],
    ]).parts['maintenance.interSpread'],
  ).toBeCloseTo(-0.4 * (27_000 + 31_500), 6)
  expect(
    evaluate([
      [NEAR, 1],
      [ETHER, 30],
    ]).parts['maintenance.interSpread'],
  ).toBeCloseTo(0, 9)
})

test('behavior: an option far out of the money still costs its minimum', () => {
  expect(evaluate([[CALL, -1]]).maintenanceMargin).toBeGreaterThanOrEqual(900)
})
