import { describe, expect, test } from 'vitest'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import { marginModel } from '../registry.js'
import { deriveFeedVol } from './volFeed.js'

/*
 * A few figures of Derive's own published test portfolios (derivexyz/v2-core at 7736900d, test/risk-managers/unit-tests), which
 * state whole dollars for PMRM and the StandardManager and full precision for PMRM_2. The wider set is in vectors.test.ts.
 */

const PERPETUAL = 'derive:ETH/USDC:USDC'
const NOW = Date.UTC(2023, 0, 1)
const expiryIn = (seconds: number) => NOW + seconds * 1000
const option = (seconds: number, strike: number, right: 'call' | 'put') =>
  ({
    kind: 'option',
    venue: 'derive',
    underlying: 'ETH',
    quote: 'USDC',
    settle: 'USDC',
    payoff: 'linear',
    expiry: expiryIn(seconds),
    strike,
    right,
  }) as const

const market: MarginMarketData = {
  time: NOW,
  underlyings: {
    ETH: {
      index: 2000,
      expiries: [
        { expiry: expiryIn(892_800), forward: 2002.83305, rate: 0.02, vol: 0.5 },
        { expiry: expiryIn(1_497_600), forward: 2004.7545, rate: 0.02, vol: 0.5 },
      ],
    },
  },
  assets: { USDC: { price: 1 } },
  instruments: [{ instrument: PERPETUAL, mark: 2001 }],
}

function netOf(model: string, account: MarginAccountData, data = market, parameters = {}) {
  const chosen = marginModel(model, { version: 'portfolio-cases-2026-01', ...parameters })
  const outcome = chosen.evaluate(readMarginAccount(account), readMarginMarket(data))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  const { parts, excessInitial, excessMaintenance } = outcome
  // Net at Derive is excess here.
  expect(excessInitial).toBeCloseTo(parts['net.initialMargin']!, 6)
  expect(excessMaintenance).toBeCloseTo(parts['net.maintenanceMargin']!, 6)
  return { initial: parts['net.initialMargin']!, maintenance: parts['net.maintenanceMargin']!, outcome }
}

describe('derive-pm1', () => {
  test.each([
    ['short call in the money', [{ instrument: option(1_497_600, 1400, 'call'), size: -1 }], -925, -1021],
    [
      'short call spread',
      [
        { instrument: option(892_800, 500, 'call'), size: -1 },
        { instrument: option(892_800, 700, 'call'), size: 1 },
      ],
      -220,
      -226,
    ],
    ['short perpetual', [{ instrument: PERPETUAL, size: -1, entryPrice: 2005 }], -346, -451],
  ] as const)('behavior: %s', (_, positions, maintenance, initial) => {
    const net = netOf('derive-pm1', { positions: [...positions] })
    expect(Math.trunc(net.maintenance + 1e-9 * Math.sign(net.maintenance))).toBe(maintenance)
    expect(Math.trunc(net.initial + 1e-9 * Math.sign(net.initial))).toBe(initial)
  })
})

describe('derive-standard', () => {
  test.each([
    ['short call out of the money', [{ instrument: option(1_497_600, 2500, 'call'), size: -1 }], -151, -201],
    [
      'short call spread, bounded by its largest loss',
      [
        { instrument: option(892_800, 1100, 'call'), size: -1.01 },
        { instrument: option(892_800, 1200, 'call'), size: 1 },
      ],
      -123,
      -125,
    ],
    ['short perpetual', [{ instrument: PERPETUAL, size: -1, entryPrice: 2000 }], -101, -131],
  ] as const)('behavior: %s', (_, positions, maintenance, initial) => {
    const net = netOf('derive-standard', { positions: [...positions] })
    expect(Math.trunc(net.maintenance)).toBe(maintenance)
    expect(Math.trunc(net.initial)).toBe(initial)
  })
})

describe('derive-pm2', () => {
  // portfolio_cases, perps_basic_perp: one perpetual at 3,100 with spot at 3,000 and 10 of funding.
  test('behavior: a perpetual, to the last digit of the source', () => {
    const data: MarginMarketData = {
      time: NOW,
      underlyings: { ETH: { index: 3000 } },
      assets: { USDC: { price: 1.00019088635 } },
      instruments: [{ instrument: PERPETUAL, mark: 3100 }],
    }
    const positions = [{ instrument: PERPETUAL, size: 1, entryPrice: 3100, accruedFunding: 10 }]
    const net = netOf('derive-pm2', { positions }, data)
    expect(net.maintenance).toBeCloseTo(-481.4, 9)
    expect(net.initial).toBeCloseTo(-608, 9)
    expect(net.outcome.scenarios).toHaveLength(31)
  })

  // collateral_usdc: cash alone counts at its face, whatever its price.
  test('behavior: cash is its own margin', () => {
    const net = netOf('derive-pm2', { balances: { USDC: 1000 } }, market)
    expect([net.initial, net.maintenance]).toEqual([1000, 1000])
  })

  test.each([
    [{ balances: { DOGE: 1 } }, 'unsupported:asset:DOGE'],
    [{ positions: [{ instrument: 'derive:ETH/USDC:USDC-230327-2000-C', size: 1 }] }, 'surface:ETH:2023-03-27'],
    [{ positions: [{ instrument: 'deribit:ETH/USD:ETH', size: 1 }] }, 'unsupported:deribit:ETH/USD:ETH'],
    [
      {
        positions: [
          { instrument: PERPETUAL, size: 1, entryPrice: 1 },
          { instrument: 'derive:BTC/USDC:USDC', size: 1, entryPrice: 1 },
        ],
      },
      'unsupported:derive:BTC/USDC:USDC',
    ],
  ])('error: %j is never safe', (account, missing) => {
    const outcome = marginModel('derive-pm2').evaluate(readMarginAccount(account), readMarginMarket(market))
    expect(outcome.ok ? [] : outcome.missing).toContain(missing)
  })
})

describe('vol feed', () => {
  const slice = { a: 0.0143, b: 0.0828, rho: -0.383, m: -0.0958, sigma: 0.13, fwd: 96_000, refTau: 0.1 }

  test('limits: log-moneyness is clamped, so that far wings are flat', () => {
    expect(deriveFeedVol(slice, 1)).toBe(deriveFeedVol(slice, 2))
    expect(deriveFeedVol(slice, 1e9)).toBe(deriveFeedVol(slice, 2e9))
  })

  test('limits: total variance is bounded, and a slice without variance knows no vol', () => {
    expect(deriveFeedVol({ ...slice, a: 500 }, 96_000)).toBe(Math.sqrt(144 / 0.1))
    expect(deriveFeedVol({ ...slice, a: -1 }, 96_000)).toBeUndefined()
  })
})
