import { parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from './data.js'
import type { MarginMarket } from './model.js'
import { marginModel, marginModelNames, marginParameterSchema } from './registry.js'

const OPTION_MODELS = [
  'cross',
  'isolated',
  'portfolio',
  'hybrid',
  'derive-standard',
  'derive-pm1',
  'derive-pm2',
  'deribit-standard',
  'deribit-portfolio',
  'cme-span',
]
/** Those that read a surface: the others margin options by their marks and strikes. */
const SURFACE_MODELS = ['portfolio', 'derive-standard', 'derive-pm1', 'derive-pm2', 'deribit-portfolio', 'cme-span']

const KEYS = ['derive:BTC/USDC:USDC', 'derive:BTC/USDC:USDC-260227-90000-C', 'deribit:BTC/USD:BTC', 'deribit:BTC/USDC']

/** Nothing is known: any question that is asked is answered with unknown. */
const nothing: MarginMarket = {
  time: Date.UTC(2026, 0, 29),
  index: () => undefined,
  assetPrice: (asset) => (asset === 'USDC' || asset === 'USD' ? 1 : undefined),
  forward: () => undefined,
  impliedVol: () => undefined,
  mark: () => undefined,
  confidence: () => 1,
}

describe.each(marginModelNames)('%s', (name) => {
  test('limits: a position of size 0 needs no price and no margin', () => {
    for (const key of KEYS) {
      const positions = [{ instrument: parseInstrumentKey(key)!, size: 0 }]
      const outcome = marginModel(name).evaluate({ id: 'a', balances: {}, positions }, nothing)
      // Deribit and lending have no place for spot, whatever its size.
      if (!outcome.ok) expect(outcome.missing).toEqual([`unsupported:${key}`])
      else expect(outcome).toMatchObject({ equity: 0, initialMargin: 0, maintenanceMargin: 0 })
    }
  })

  test('limits: dollars alone need nothing, and are all excess', () => {
    const outcome = marginModel(name).evaluate({ id: 'a', balances: { USDC: 1_000 }, positions: [] }, nothing)
    if (name === 'maker') return // USDC is no collateral there.
    expect(outcome).toMatchObject({ ok: true, initialMargin: 0, maintenanceMargin: 0 })
  })

  test('error: a mistyped parameter is refused with the one that was meant', () => {
    const schema = marginParameterSchema(name) as { default: Record<string, unknown> }
    const [meant] = Object.keys(schema.default)
    expect(() => marginModel(name, { [`${meant}s`]: 1 })).toThrowError(
      expect.objectContaining({
        code: 'INVALID_MARGIN_PARAMETER',
        message: expect.stringContaining(`did you mean '${meant}'?`),
      }),
    )
  })

  test('error: every number of the shipped set is refused where it is not a number', () => {
    const schema = marginParameterSchema(name) as { default: Record<string, unknown> }
    const numbers = Object.entries(schema.default).filter(([, value]) => typeof value === 'number')
    for (const [key] of numbers) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1e9, 'two']) {
        expect(() => marginModel(name, { [key]: bad }), `${key} = ${bad}`).toThrowError(
          expect.objectContaining({ code: 'INVALID_MARGIN_PARAMETER', path: `/${key}` }),
        )
      }
    }
  })
})

test('error: an unknown model is refused with the one that was meant', () => {
  expect(() => marginModel('portfolo')).toThrow(/did you mean 'portfolio'\?/)
  expect(() => marginParameterSchema('aave-v4')).toThrow(/did you mean 'aave-v3'\?/)
})

describe('options at their expiry', () => {
  const CALL = 'derive:BTC/USDC:USDC-260227-90000-C'
  const EXPIRY = Date.UTC(2026, 1, 27, 8)
  const account: MarginAccountData = { balances: { USDC: 50_000 }, positions: [{ instrument: CALL, size: -1 }] }
  const at = (
    time: number,
    change: Partial<NonNullable<MarginMarketData['underlyings']>[string]> = {},
  ): MarginMarketData => ({
    time,
    underlyings: {
      BTC: {
        index: 100_000,
        depth: 1e12,
        expiries: [{ expiry: EXPIRY, forward: 100_000, forwardFixed: 0, vol: 0.5, rate: 0 }],
        ...change,
      },
    },
    assets: { USDC: { price: 1 } },
    instruments: [{ instrument: CALL, mark: 10_000 }],
  })
  const outcomeOf = (model: string, market: MarginMarketData) =>
    marginModel(model).evaluate(readMarginAccount(account), readMarginMarket(market))

  test.each(OPTION_MODELS)('limits: in %s the last second is near the limit, and the limit is finite', (model) => {
    const [before, then] = [EXPIRY - 1_000, EXPIRY].map((time) => outcomeOf(model, at(time)))
    if (before?.ok !== true || then?.ok !== true) throw new Error(JSON.stringify([before, then]))
    expect(then.maintenanceMargin).toBeGreaterThan(0)
    // In one second an option 10 % in the money has no time value that a dollar shows.
    expect(Math.abs(then.maintenanceMargin - before.maintenanceMargin)).toBeLessThan(1)
    expect(Math.abs(then.initialMargin - before.initialMargin)).toBeLessThan(1)
  })

  test.each(OPTION_MODELS)('limits: in %s one that has expired and is still held needs what it needed', (model) => {
    const [then, later] = [EXPIRY, EXPIRY + 3_600_000].map((time) => outcomeOf(model, at(time)))
    if (then?.ok !== true || later?.ok !== true) throw new Error(JSON.stringify([then, later]))
    expect(later.maintenanceMargin).toBeCloseTo(then.maintenanceMargin, 6)
  })

  test.each(SURFACE_MODELS)('error: %s without a surface for a held expiry names it', (model) => {
    const outcome = outcomeOf(
      model,
      at(EXPIRY - 86_400_000, { expiries: [{ expiry: EXPIRY, forward: 100_000, rate: 0 }] }),
    )
    expect(outcome.ok ? [] : outcome.missing).toContain('surface:BTC:2026-02-27')
  })

  test('behavior: hybrid without a surface is the rule-based figure', () => {
    const market = at(EXPIRY - 86_400_000, { expiries: [{ expiry: EXPIRY, forward: 100_000 }] })
    const [hybrid, rule] = ['hybrid', 'cross'].map((model) => outcomeOf(model, market))
    if (hybrid?.ok !== true || rule?.ok !== true) throw new Error('have figures')
    expect(hybrid.maintenanceMargin).toBe(rule.maintenanceMargin)
    expect(hybrid.parts['info.fallback']).toBe(1)
  })
})
