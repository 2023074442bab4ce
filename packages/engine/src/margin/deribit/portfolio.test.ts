import { expect, test } from 'vitest'
import { type MarginMarketData, readMarginAccount, readMarginMarket } from '../data.js'
import { marginModel } from '../registry.js'

// Deribit API reference, private/pme/simulate, example response: long perpetual, small short dated future, in BTC.
const INDEX = 65_666.19
const PERPETUAL = { key: 'deribit:BTC/USD:BTC', mark: 65_910.57, coins: 0.314538364 }
const FUTURE = { key: 'deribit:BTC/USD:BTC-240628', mark: 67_371.75, coins: -0.001187534 }

const market: MarginMarketData = {
  time: 1_718_619_740_501,
  underlyings: { BTC: { index: INDEX, expiries: [{ expiry: '2024-06-28T08:00:00Z', forward: 67_371.75, vol: 0.5 }] } },
  instruments: [PERPETUAL, FUTURE].map(({ key, mark }) => ({ instrument: key, mark })),
}
const account = readMarginAccount({
  balances: { BTC: 1 },
  positions: [PERPETUAL, FUTURE].map(({ key, mark, coins }) => ({
    instrument: key,
    size: coins * mark,
    entryPrice: mark,
  })),
  venueCharges: { mmp: 0.06 * INDEX, orders: 1.8212e-5 * INDEX },
})

test('behavior: the published simulation of futures is reproduced', () => {
  const outcome = marginModel('deribit-portfolio').evaluate(account, readMarginMarket(market))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  const coin = (usd: number) => usd / INDEX
  expect(outcome.parts['info.BTC/BTC.rollShock.BTC']).toBeCloseTo(0.00315725898, 12)
  expect(outcome.parts['info.BTC/BTC.riskMatrix.BTC']).toBeCloseTo(0.06284313098, 12)
  expect(coin(outcome.initialMargin)).toBeCloseTo(0.122861343, 9)
  expect(coin(outcome.maintenanceMargin)).toBeCloseTo(0.050274504784, 12)
  // Nine moves, each for three vols (a future does not see them), gains set to nothing by the offset of 0.
  const published = [
    -0.05968587238095238, -0.042729658636363674, -0.02724789826086955, -0.013056284583333357, 0, 0, 0, 0, 0,
  ]
  published.forEach((pnl, move) => {
    for (let vol = 0; vol < 3; vol++) expect(coin(outcome.scenarios![3 * move + vol]!.pnl)).toBeCloseTo(pnl, 12)
  })
})

// BIT help centre, "What is BIT Portfolio Margin (USDT-M)": 33 scenarios, additive vol shock; the source says "about 1270".
test('behavior: a hedged short call loses what the published example says', () => {
  const CALL = 'bit:BTC/USDT:USDT-221028-19000-C'
  const SWAP = 'bit:BTC/USDT:USDT'
  const model = marginModel('deribit-portfolio', {
    pairs: {
      default: {
        priceRange: 0.17,
        buckets: 5,
        volRangeUp: 0.35,
        volRangeDown: 0.25,
        volShock: 'additive',
        minVolForShockUp: 0,
        extendedMoves: [],
      },
    },
    currencies: { default: { minAnnualisedMove: 0, annualisedMoveRisk: 0, extendedDampenerUsd: 0 } },
    coinDecimals: 6,
  })
  const outcome = model.evaluate(
    readMarginAccount({
      balances: { USDT: 5_000 },
      positions: [
        { instrument: SWAP, size: 0.5, entryPrice: 19_040 },
        { instrument: CALL, size: -1 },
      ],
    }),
    readMarginMarket({
      time: '2022-10-11T04:00:00Z',
      underlyings: {
        BTC: { index: 19_040, expiries: [{ expiry: '2022-10-28T08:00:00Z', forward: 19_040, vol: 0.65 }] },
      },
      assets: { USDT: { price: 1 } },
      instruments: [
        { instrument: SWAP, mark: 19_040 },
        { instrument: CALL, mark: 1_100 },
      ],
    }),
  )
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  const worst = outcome.scenarios!.reduce((a, b) => (b.pnl < a.pnl ? b : a))
  expect(worst.name).toBe('BTC/USDT +17 %, vol up')
  // 2 %: the source rounds and says "about".
  expect(Math.abs(-worst.pnl - 1270) / 1270).toBeLessThan(0.02)
})

test('behavior: far moves count options by a fraction and futures as at the end of the normal range', () => {
  const outcome = marginModel('deribit-portfolio', {
    currencies: { named: { BTC: { extendedDampenerUsd: 0 } } },
  }).evaluate(account, readMarginMarket(market))
  if (!outcome.ok) throw new Error(outcome.missing.join(', '))
  const far = outcome.scenarios!.find(({ name }) => name === 'BTC/BTC -66 %, extended')!
  expect(far.pnl / INDEX).toBeCloseTo(-0.05968587238095238, 12)
})

test('error: orders whose charge nobody stated leave the margin unknown', () => {
  const { venueCharges: _, ...bare } = account
  const orders = [{ instrument: bare.positions[0]!.instrument, size: 1_000, price: 60_000 }]
  const outcome = marginModel('deribit-portfolio').evaluate({ ...bare, orders }, readMarginMarket(market))
  expect(outcome).toEqual({ ok: false, missing: ['venueCharges:orders'] })
})
