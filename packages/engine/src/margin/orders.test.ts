import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MarginAccountData, type MarginMarketData, readMarginAccount, readMarginMarket } from './data.js'
import { marginModel } from './registry.js'

const PERPETUAL = 'derive:BTC/USDC:USDC'
const INVERSE = 'deribit:BTC/USD:BTC'
const CALL = 'derive:BTC/USDC:USDC-260227-100000-C'

const market: MarginMarketData = {
  time: '2026-01-29T08:00:00Z',
  underlyings: {
    BTC: {
      index: 90_000,
      depth: 1e12,
      expiries: [{ expiry: '2026-02-27T08:00:00Z', forward: 90_400, vol: 0.5, rate: 0.03 }],
    },
  },
  assets: { USDC: { price: 1 } },
  instruments: [
    { instrument: PERPETUAL, mark: 90_000 },
    { instrument: INVERSE, mark: 90_000 },
    { instrument: CALL, mark: 1_600 },
  ],
}

/** Models that margin orders by what they would need if they were filled. */
const FILLED = ['cross', 'isolated', 'portfolio', 'hybrid', 'derive-standard', 'derive-pm1', 'derive-pm2', 'cme-span']

const outcomeOf = (model: string, account: MarginAccountData) =>
  marginModel(model).evaluate(readMarginAccount(account), readMarginMarket(market))

function evaluate(model: string, account: MarginAccountData) {
  const outcome = outcomeOf(model, account)
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  return outcome
}

const balances = { USDC: 200_000 }
const long = [{ instrument: PERPETUAL, size: 1, entryPrice: 88_000 }]

describe.each(FILLED)('orders in %s', (model) => {
  test('behavior: an order that adds risk costs initial margin what it would need filled; maintenance and equity stay', () => {
    const held = evaluate(model, { balances, positions: long })
    const orders = [{ instrument: PERPETUAL, size: 2, price: 90_000 }]
    const resting = evaluate(model, { balances, positions: long, orders })
    // Entry as averaged by the fill: 1 at 88,000 and 2 at the mark.
    const positions = [{ instrument: PERPETUAL, size: 3, entryPrice: (88_000 + 2 * 90_000) / 3 }]
    const filled = evaluate(model, { balances, positions })
    expect(resting.excessInitial).toBeCloseTo(filled.excessInitial, 6)
    expect(resting.parts['initial.orders']).toBeCloseTo(held.excessInitial - filled.excessInitial, 6)
    expect(resting.equity).toBe(held.equity)
    expect(resting.maintenanceMargin).toBe(held.maintenanceMargin)
  })

  test('behavior: a price away from the mark costs the loss that the fill would bring', () => {
    const at = (price: number) =>
      evaluate(model, { balances, positions: [], orders: [{ instrument: CALL, size: 1, price }] }).excessInitial
    expect(at(1_600) - at(2_600)).toBeCloseTo(1_000, 6)
  })

  test('behavior: an order that closes, or is reduce-only, is free and frees nothing', () => {
    const held = evaluate(model, { balances, positions: long })
    for (const reduceOnly of [true, false]) {
      const orders = [{ instrument: PERPETUAL, size: -1, price: 90_000, reduceOnly }]
      expect(evaluate(model, { balances, positions: long, orders }).initialMargin).toBeCloseTo(held.initialMargin, 6)
    }
  })

  test('behavior: what the venue charges for orders comes in place of our estimate, its other charges beside it', () => {
    const held = evaluate(model, { balances, positions: long })
    const orders = [{ instrument: PERPETUAL, size: 2, price: 90_000 }]
    const charged = evaluate(model, { balances, positions: long, orders, venueCharges: { orders: 123, mmp: 7 } })
    expect(charged.initialMargin).toBeCloseTo(held.initialMargin + 130, 6)
    expect(charged.parts).toMatchObject({ 'initial.orders': 123, 'initial.mmp': 7 })
    expect(charged.excessInitial).toBe(charged.equity - charged.initialMargin)
  })

  test('behavior: more orders never free margin, in any order', () => {
    const order = fc.record({
      instrument: fc.constantFrom(PERPETUAL, CALL),
      size: fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
      price: fc.constant(90_000),
    })
    const priced = order.map((one) => (one.instrument === CALL ? { ...one, price: 1_600 } : one))
    fc.assert(
      fc.property(fc.array(priced, { maxLength: 4 }), priced, (orders, another) => {
        const initial = (rows: MarginAccountData['orders'] & {}) =>
          evaluate(model, { balances, positions: long, orders: rows }).initialMargin
        const before = initial(orders)
        expect(before).toBeGreaterThanOrEqual(initial([]) - 1e-6)
        expect(initial([...orders].reverse())).toBeCloseTo(before, 6)
        expect(Math.max(initial([...orders, another]), 0)).toBeGreaterThanOrEqual(initial([another]) - 1e-6)
      }),
      { seed: 25, numRuns: 40 },
    )
  })

  test('error: an order whose instrument has no mark is missing by name, and a charge below 0 is refused', () => {
    const orders = [{ instrument: 'derive:ETH/USDC:USDC', size: 1, price: 3_000 }]
    expect(outcomeOf(model, { balances, positions: [], orders })).toMatchObject({
      ok: false,
      missing: expect.arrayContaining(['quote:derive:ETH/USDC:USDC']),
    })
    const account = { ...readMarginAccount({ balances }), venueCharges: { mmp: -1 } }
    expect(marginModel(model).evaluate(account, readMarginMarket(market))).toEqual({
      ok: false,
      missing: ['venueCharges:mmp'],
    })
  })
})

test.each(['dydx-v4', 'drift-v2', 'hyperliquid', 'synthetix-v3', 'gmx-v2', 'deribit-standard', 'deribit-portfolio'])(
  'behavior: %s takes what the venue charges into initial margin by name',
  (model) => {
    const outcome = evaluate(model, { balances: {}, positions: [], venueCharges: { transfer: 5 } })
    expect(outcome).toMatchObject({ initialMargin: 5, maintenanceMargin: 0, excessInitial: -5 })
    expect(outcome.parts['initial.transfer']).toBe(5)
  },
)

test('behavior: an inverse order is merged with its position at the right money', () => {
  const positions = [{ instrument: INVERSE, size: 90_000, entryPrice: 80_000 }]
  const orders = [{ instrument: INVERSE, size: 90_000, price: 85_000 }]
  const resting = evaluate('cross', { balances: { BTC: 3 }, positions, orders })
  // The average entry of inverse fills is the harmonic mean.
  const entryPrice = 2 / (1 / 80_000 + 1 / 85_000)
  const filled = evaluate('cross', {
    balances: { BTC: 3 },
    positions: [{ instrument: INVERSE, size: 180_000, entryPrice }],
  })
  const held = evaluate('cross', { balances: { BTC: 3 }, positions })
  // A fill below the mark is a gain that comes first with the fill: the order costs what the requirement grows by, less the gain.
  expect(resting.parts['initial.orders']).toBeCloseTo(Math.max(0, held.excessInitial - filled.excessInitial), 4)
})
