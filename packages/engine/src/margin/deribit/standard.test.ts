import { parseInstrumentKey } from '@holdfast/quant'
import { expect, test } from 'vitest'
import type { MarginMarket, MarginPosition } from '../model.js'
import { marginModel } from '../registry.js'

const marketAt = (underlying: number, markCoin: number): MarginMarket => ({
  time: Date.UTC(2026, 0, 29),
  index: () => underlying,
  assetPrice: (asset) => (asset === 'USDC' ? 1 : underlying),
  forward: () => underlying,
  impliedVol: () => 0.5,
  mark: ({ kind }) => (kind === 'option' ? markCoin : underlying),
  confidence: () => 1,
})

const evaluate = (positions: readonly MarginPosition[], market: MarginMarket, overrides = {}) => {
  const account = { id: 'a', balances: { BTC: 1 }, positions }
  const outcome = marginModel('deribit-standard', overrides).evaluate(account, market)
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

const option = (text: string) => parseInstrumentKey(`deribit:BTC/USD:BTC-260227-${text}`)!
const perpetual = parseInstrumentKey('deribit:BTC/USD:BTC')!

// The published formula's own arithmetic, in coin: short call K = 12000 at U = 10000, mark 0.004.
test('behavior: a short call 20 % out of the money costs the minimum plus its mark', () => {
  const outcome = evaluate([{ instrument: option('12000-C'), size: -1 }], marketAt(10_000, 0.004))
  expect(outcome.initialMargin / 10_000).toBeCloseTo(0.104, 12)
  expect(outcome.maintenanceMargin / 10_000).toBeCloseTo(0.079, 12)
  expect(outcome.parts['info.optionsValue']).toBeCloseTo(-40, 9)
  expect(outcome.equity).toBe(10_000)
})

test('behavior: a short put is never cheaper at the start than in maintenance', () => {
  const deep = evaluate([{ instrument: option('30000-P'), size: -1 }], marketAt(10_000, 2))
  expect(deep.initialMargin / 10_000).toBeCloseTo(2 + 0.15, 12)
  expect(deep.maintenanceMargin / 10_000).toBeCloseTo(2 + 0.15, 12)
})

test('behavior: futures pay a rate that grows with the coins held', () => {
  const outcome = evaluate([{ instrument: perpetual, size: 1_000_000, entryPrice: 50_000 }], marketAt(50_000, 0))
  expect(outcome.initialMargin).toBeCloseTo(20 * (0.02 + 0.00005 * 20) * 50_000, 6)
  expect(outcome.equity).toBe(50_000)
})

test('behavior: segregated margin shows a bucket per settlement currency', () => {
  const outcome = evaluate([{ instrument: perpetual, size: 1_000_000, entryPrice: 50_000 }], marketAt(50_000, 0), {
    collateralMode: 'segregated',
  })
  expect(outcome.buckets!.map(({ name }) => name)).toEqual(['BTC'])
})

// An account summary recorded from the venue (nautechsystems/nautilus_trader, crates/adapters/deribit/test_data).
test('behavior: margin balance is equity without the value of options', () => {
  const summary = { equity: 302.61869214, optionsValue: -0.0086, marginBalance: 302.62729214, futuresPnl: 0.02663449 }
  const account = {
    id: 'a',
    balances: { BTC: 302.60065765 },
    positions: [
      { instrument: option('12000-C'), size: -2 },
      // An inverse perpetual whose P&L in coin is the summary's: N (1/entry − 1/mark).
      { instrument: perpetual, size: 10_000, entryPrice: 1 / (1 / 10_000 + summary.futuresPnl / 10_000) },
    ],
  }
  const outcome = marginModel('deribit-standard').evaluate(account, marketAt(10_000, 0.0043))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  expect(outcome.equity / 10_000).toBeCloseTo(summary.marginBalance, 8)
  expect((outcome.equity + outcome.parts['info.optionsValue']!) / 10_000).toBeCloseTo(summary.equity, 8)
})

test('error: spot has no place in this model', () => {
  const spot = parseInstrumentKey('deribit:BTC/USDC')!
  const account = { id: 'a', balances: {}, positions: [{ instrument: spot, size: 1 }] }
  expect(marginModel('deribit-standard').evaluate(account, marketAt(1, 1))).toEqual({
    ok: false,
    missing: ['unsupported:deribit:BTC/USDC'],
  })
})
