import { parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import { type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import { marginModel } from '../registry.js'

const CALL = 'derive:BTC/USDC:USDC-260227-100000-C'
const PUT = 'derive:BTC/USDC:USDC-260227-80000-P'
const PERPETUAL = 'derive:BTC/USDC:USDC'
const ETHER = 'derive:ETH/USDC:USDC'

type Change = {
  readonly confidence?: number
  readonly quality?: 'live' | 'stale'
  readonly depth?: number
  readonly usdc?: number
}

const marketData = ({ confidence = 1, quality = 'live', depth = 1e9, usdc = 1 }: Change = {}): MarginMarketData => ({
  time: '2026-01-29T08:00:00Z',
  underlyings: {
    BTC: {
      index: 90_000,
      confidence,
      depth,
      expiries: [{ expiry: '2026-02-27T08:00:00Z', forward: 90_400, vol: 0.5, quality }],
    },
    ETH: { index: 3_000, depth },
  },
  assets: { USDC: { price: usdc } },
  instruments: [
    { instrument: CALL, mark: 1_600 },
    { instrument: PUT, mark: 1_400 },
    { instrument: PERPETUAL, mark: 90_000 },
    { instrument: ETHER, mark: 3_000 },
  ],
})

const evaluate = (
  positions: readonly (readonly [key: string, size: number])[],
  change: Change = {},
  model = 'portfolio',
  overrides: Record<string, unknown> = {},
  balances: Record<string, number> = { USDC: 100_000 },
) => {
  const account = readMarginAccount({
    balances,
    positions: positions.map(([instrument, size]) => ({
      instrument,
      size,
      ...(instrument === PERPETUAL ? { entryPrice: 90_000 } : instrument === ETHER ? { entryPrice: 3_000 } : {}),
    })),
  })
  const outcome = marginModel(model, overrides).evaluate(account, readMarginMarket(marketData(change)))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

describe('portfolio', () => {
  test('behavior: a perpetual alone loses the worst near move or damped tail, plus its basis', () => {
    const { parts, initialMargin } = evaluate([[PERPETUAL, 1]])
    // Of −15 % in full, −25 % × 0.6, −40 % × 0.4 and −60 % × 0.25 the third is the worst.
    expect(parts['maintenance.scenarioLoss']).toBeCloseTo(0.16 * 90_000, 6)
    expect(parts['maintenance.basis']).toBeCloseTo(90_000 * 0.002, 6)
    expect(initialMargin).toBeCloseTo(1.25 * (0.16 * 90_000 + 180), 6)
  })

  test('behavior: a covered call needs less than its legs apart', () => {
    const together = evaluate([
      [PERPETUAL, 1],
      [CALL, -1],
    ])
    const apart = evaluate([[PERPETUAL, 1]]).initialMargin + evaluate([[CALL, -1]]).initialMargin
    expect(together.initialMargin).toBeLessThan(0.75 * apart)
  })

  test('behavior: opposite underlyings offset no more than their correlation', () => {
    const long = evaluate([[PERPETUAL, 1]]).parts['initial.scenarioLoss']!
    const short = evaluate([[ETHER, -30]]).parts['initial.scenarioLoss']!
    const both = evaluate([
      [PERPETUAL, 1],
      [ETHER, -30],
    ])
    expect(both.parts['initial.scenarioLoss']).toBeCloseTo(long + short, 6)
    const offset = -both.parts['initial.correlationOffset']!
    expect(offset).toBeGreaterThan(0)
    expect(offset).toBeLessThanOrEqual(0.5 * (long + short))
    const none = evaluate(
      [
        [PERPETUAL, 1],
        [ETHER, -30],
      ],
      {},
      'portfolio',
      { offsets: [] },
    )
    expect(none.parts['initial.correlationOffset']).toBeCloseTo(0, 12)
  })

  test('behavior: a feed below the threshold costs initial margin, never maintenance', () => {
    const sure = evaluate([[PERPETUAL, 1]])
    const doubtful = evaluate([[PERPETUAL, 1]], { confidence: 0.5 })
    expect(doubtful.parts['initial.confidence']).toBeCloseTo(0.5 * 0.5 * 90_000, 6)
    expect(doubtful.maintenanceMargin).toBe(sure.maintenanceMargin)
  })

  test('behavior: a position larger than the depth pays for its way out', () => {
    const thin = evaluate([[PERPETUAL, 10]], { depth: 300_000 })
    expect(thin.parts['maintenance.concentration']).toBeCloseTo((0.01 * 600_000 * 600_000) / 300_000, 6)
    expect(evaluate([[PERPETUAL, 10]]).parts['maintenance.concentration']).toBe(0)
  })

  test('behavior: a worthless short option still costs the minimum', () => {
    const { parts } = evaluate(
      [
        [CALL, -10],
        [PERPETUAL, 1.5],
      ],
      {},
      'portfolio',
      { shortOptionMinimum: 0.5 },
    )
    const charged = parts['maintenance.scenarioLoss']! + parts['maintenance.shortOptionMinimum']!
    expect(charged).toBeCloseTo(10 * 90_000 * 0.5, 6)
  })

  test('behavior: a dollar below its peg is cut', () => {
    const pegged = evaluate([], { usdc: 1 })
    const broken = evaluate([], { usdc: 0.935 })
    expect(pegged.equity).toBe(100_000)
    expect(broken.equity).toBeCloseTo(100_000 * 0.935 * (1 - 4 * 0.05), 6)
  })

  test('behavior: coins held as collateral move with the scenarios', () => {
    const coins = evaluate([[CALL, -1]], {}, 'portfolio', {}, { BTC: 1 })
    expect(coins.initialMargin).not.toBe(evaluate([[CALL, -1]]).initialMargin)
    expect(coins.parts['equity.collateral.BTC']).toBeCloseTo(90_000 * 0.95, 6)
  })

  test('behavior: the smile and the term structure are shocked both ways', () => {
    const names = evaluate([[CALL, -1]]).scenarios!.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['skew tilt up', 'wings down', 'front vols up', 'front vols down']))
  })

  test('error: a held expiry without a surface is missing, not flat', () => {
    const account = readMarginAccount({ positions: [{ instrument: CALL.replace('260227', '260327'), size: -1 }] })
    const outcome = marginModel('portfolio').evaluate(account, readMarginMarket(marketData()))
    expect(outcome).toMatchObject({
      ok: false,
      missing: ['forward:BTC:2026-03-27', 'quote:derive:BTC/USDC:USDC-260327-100000-C', 'surface:BTC:2026-03-27'],
    })
  })
})

describe('hybrid', () => {
  const book = [
    [PERPETUAL, 1],
    [CALL, -1],
    [PUT, 1],
  ] as const

  test('behavior: it is the lower of the two, not below the floor', () => {
    const rule = evaluate(book, {}, 'cross')
    const portfolio = evaluate(book)
    const hybrid = evaluate(book, {}, 'hybrid')
    const expected = Math.min(rule.initialMargin, Math.max(portfolio.initialMargin, 0.3 * rule.initialMargin))
    expect(hybrid.initialMargin).toBeCloseTo(expected, 6)
    expect(hybrid.parts['info.fallback']).toBe(0)
    expect(evaluate(book, {}, 'hybrid', { floor: 1 }).initialMargin).toBeCloseTo(rule.initialMargin, 6)
  })

  test('behavior: with a stale surface it is the rule-based figure', () => {
    const rule = evaluate(book, { quality: 'stale' }, 'cross')
    const hybrid = evaluate(book, { quality: 'stale' }, 'hybrid')
    expect(hybrid.initialMargin).toBe(rule.initialMargin)
    expect(hybrid.maintenanceMargin).toBe(rule.maintenanceMargin)
    expect(hybrid.parts['info.fallback']).toBe(1)
  })

  test('behavior: a market that does not judge its inputs counts as not fresh', () => {
    const { quality: _, ...silent } = readMarginMarket(marketData())
    const account = readMarginAccount({ balances: { USDC: 1e5 }, positions: [{ instrument: CALL, size: -1 }] })
    const outcome = marginModel('hybrid').evaluate(account, silent)
    expect(outcome.ok && outcome.parts['info.fallback']).toBe(1)
  })

  test('args: instruments are keys or objects, times are text or milliseconds', () => {
    const object = parseInstrumentKey(CALL)!
    expect(readMarginAccount({ positions: [{ instrument: object, size: 1 }] }).positions[0]!.instrument).toEqual(object)
    expect(readMarginMarket(marketData()).time).toBe(Date.UTC(2026, 0, 29, 8))
  })
})
