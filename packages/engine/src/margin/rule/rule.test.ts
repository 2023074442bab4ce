import { parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import type { MarginAccount, MarginMarket } from '../model.js'
import { worstBucket } from '../outcome.js'
import { marginModel } from '../registry.js'

const instrument = (key: string) => parseInstrumentKey(key)!
const perpetual = instrument('paper:BTC/USDC:USDC')
const call = instrument('paper:BTC/USDC:USDC-260227-120000-C')

const market: MarginMarket = {
  time: Date.UTC(2026, 0, 29),
  index: (underlying) => (underlying === 'BTC' ? 100_000 : undefined),
  assetPrice: (asset) => ({ USD: 1, USDC: 1, BTC: 100_000 })[asset],
  forward: () => 100_500,
  impliedVol: () => 0.5,
  mark: ({ kind }) => (kind === 'option' ? 800 : 100_100),
  confidence: () => 1,
}

const account = (positions: MarginAccount['positions'], usd = 50_000): MarginAccount => ({
  id: 'a',
  balances: { USD: usd },
  positions,
})

const evaluate = (model: string, of: MarginAccount) => {
  const outcome = marginModel(model).evaluate(of, market)
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

describe('cross', () => {
  test('behavior: a perpetual costs its rate of notional and its P&L is in equity', () => {
    const outcome = evaluate('cross', account([{ instrument: perpetual, size: 2, entryPrice: 100_000 }]))
    expect(outcome.equity).toBeCloseTo(50_200, 9)
    expect(outcome.initialMargin).toBeCloseTo(200_200 * (0.04 + 0.0005 * 0.2002), 6)
    expect(outcome.maintenanceMargin).toBeCloseTo(200_200 * (0.025 + 0.0005 * 0.2002), 6)
  })

  test('behavior: a short call out of the money pays the minimum rate, its value is a debt in equity', () => {
    const outcome = evaluate('cross', account([{ instrument: call, size: -1 }]))
    expect(outcome.markToMarket).toBe(-800)
    expect(outcome.equity).toBe(49_200)
    expect(outcome.initialMargin).toBeCloseTo(10_000, 9)
    expect(outcome.maintenanceMargin).toBeCloseTo(7_500, 9)
  })

  test('behavior: the value of a long option is no margin', () => {
    const without = evaluate('cross', account([]))
    const outcome = evaluate('cross', account([{ instrument: call, size: 1 }]))
    expect(outcome.excessInitial).toBe(without.excessInitial)
  })

  test('error: what is not known is named and the account is not safe', () => {
    const ether = { instrument: instrument('paper:ETH/USDC:USDC-260227-3000-P'), size: -1 }
    const outcome = marginModel('cross').evaluate(account([ether]), market)
    expect(outcome).toEqual({ ok: false, missing: ['index:ETH'] })
  })

  test('error: a perpetual without an entry price has no known P&L', () => {
    const outcome = marginModel('cross').evaluate(account([{ instrument: perpetual, size: 1 }]), market)
    expect(outcome).toEqual({ ok: false, missing: ['entry:paper:BTC/USDC:USDC'] })
  })
})

describe('isolated', () => {
  test('behavior: one bucket short is the worst however rich the others', () => {
    const outcome = evaluate(
      'isolated',
      account([
        { instrument: perpetual, size: 1, entryPrice: 100_000, isolatedMargin: 2_000 },
        { instrument: call, size: -1, isolatedMargin: 40_000 },
      ]),
    )
    expect(outcome.excessMaintenance).toBeGreaterThan(0)
    const worst = worstBucket(outcome.buckets)!
    expect(worst.name).toBe('paper:BTC/USDC:USDC')
    expect(worst.equity).toBeLessThan(worst.maintenanceMargin)
    const free = outcome.buckets!.find(({ name }) => name === 'free')!
    expect(free.equity).toBe(8_000)
  })

  test('behavior: the buckets add up to the totals', () => {
    const outcome = evaluate(
      'isolated',
      account([
        { instrument: perpetual, size: 1, entryPrice: 99_000 },
        { instrument: call, size: -1 },
      ]),
    )
    const sum = (pick: 'equity' | 'initialMargin') => outcome.buckets!.reduce((all, bucket) => all + bucket[pick], 0)
    expect(sum('equity')).toBeCloseTo(outcome.equity, 6)
    expect(sum('initialMargin')).toBeCloseTo(outcome.initialMargin, 6)
  })
})

describe('parameters', () => {
  test('behavior: an override lies over the shipped set and changes the hash', () => {
    const shipped = marginModel('cross')
    const own = marginModel('cross', { rules: { longOptionHaircut: 0.5 } })
    expect(own.parameters.hash).not.toBe(shipped.parameters.hash)
    expect(own.parameters.version).toBe('2026-11, with own rules')
    expect(shipped.parameters.hash).toBe(marginModel('cross').parameters.hash)
  })

  test.each([
    [{ rules: { longOptionHaircut: 2 } }, '/rules/longOptionHaircut'],
    [{ rules: { rates: { default: { futureInitial: 0.01 } } } }, '/rules/rates/default'],
    [{ rulez: {} }, '/rulez'],
    [{ version: '1999' }, '/version'],
  ])('error: %j is refused at %s', (overrides, path) => {
    expect(() => marginModel('cross', overrides)).toThrowError(
      expect.objectContaining({ code: 'INVALID_MARGIN_PARAMETER', path }),
    )
  })

  test('error: an unknown name is answered with the known ones', () => {
    expect(() => marginModel('corss')).toThrowError(/Known models: .*cross/)
    expect(() => marginModel('cross', { rulez: {} })).toThrowError(/did you mean 'rules'/)
  })
})
