import { describe, expect, test } from 'vitest'
import { answerRequest } from '../answer.js'
import { adl } from './adl.js'
import { auction } from './auction.js'
import { liquidation } from './liquidation.js'
import { waterfall } from './waterfall.js'

describe('waterfall', () => {
  const request = { loss: 100, penalty: 5, fund: { balance: 50, cap: 40 }, deleveragingCapacity: 30 }

  test('behavior: penalty, fund within its cap, deleveraging, then all balances in proportion', () => {
    const balances = [
      { account: 'a', balance: 30 },
      { account: 'b', balance: 10 },
    ]
    expect(answerRequest(waterfall, { ...request, balances })).toMatchObject({
      fromPenalty: 5,
      fromFund: 40,
      fundAfter: 10,
      residual: 55,
      deleveraged: 30,
      socialised: [
        { account: 'a', amount: 18.75 },
        { account: 'b', amount: 6.25 },
      ],
      unabsorbed: 0,
      withdrawalsGated: true,
    })
  })

  test('behavior: decimal strings are exact to the eighteenth decimal', () => {
    expect(
      answerRequest(waterfall, { loss: '0.000000000000000003', fund: { balance: '0.000000000000000001' } }),
    ).toMatchObject({
      fromFund: '0.000000000000000001',
      residual: '0.000000000000000002',
      unabsorbed: '0.000000000000000002',
    })
  })

  test('error: a negative loss is refused', () => {
    expect(answerRequest(waterfall, { loss: -1 }).error).toMatchObject({
      code: 'INVALID_INPUT',
      reason: 'NEGATIVE_AMOUNT',
    })
    expect(answerRequest(waterfall, { loss: 1, funds: {} }).error).toMatchObject({ path: '/funds' })
    expect(answerRequest(waterfall, { loss: 1, fund: { balance: -1 } }).error).toMatchObject({ path: '/fund/balance' })
  })

  test('error: an account that comes twice is refused, at the second', () => {
    const balances = [
      { account: 'a', balance: 30 },
      { account: 'a', balance: 10 },
    ]
    expect(answerRequest(waterfall, { loss: 1, balances }).error).toMatchObject({ path: '/balances/1/account' })
    const candidates = balances.map(({ account }) => ({ account, size: -1 }))
    expect(answerRequest(adl, { residual: 1, candidates }).error).toMatchObject({ path: '/candidates/1/account' })
  })

  test('error: an amount beyond what the books hold is told as that', () => {
    expect(answerRequest(waterfall, { loss: '1'.repeat(40) }).error?.message).toContain('at most 8.5e19')
  })
})

describe('adl', () => {
  const candidates = [
    { account: 'hedged', size: -10, profitRatio: 2, leverage: 10, netExposure: 0 },
    { account: 'naked', size: -10, profitRatio: 1, leverage: 2 },
  ]

  test('behavior: takes exactly the residual, and leaves hedged books whole while it can', () => {
    expect(answerRequest(adl, { residual: 8, candidates })).toMatchObject({
      rule: 'hedge-aware',
      takes: [{ account: 'naked', size: 8 }],
      taken: 8,
      unfilled: 0,
    })
    expect(answerRequest(adl, { residual: 8, candidates, rule: 'profit-leverage' })).toMatchObject({
      takes: [{ account: 'hedged', size: 8 }],
    })
  })
})

describe('auction', () => {
  const request = {
    account: { equity: 10_000, maintenanceMargin: 12_000, reserve: 1_000 },
    curve: { kind: 'linear', start: 0.95, cutoff: 0.7, fastSeconds: 900, slowSeconds: 43_200 },
    elapsedSeconds: 900,
  }

  test.each([
    [{ ...request.curve, cutoff: 1 }, 'cutoff'],
    [{ ...request.curve, slowSeconds: 0 }, 'slow part'],
    [{ kind: 'stair-step', cut: 0.9, stepSeconds: 0 }, 'step'],
    [{ kind: 'exponential', halfLifeSeconds: 0 }, 'half-life'],
    [{ kind: 'reverse-dutch', maximalDiscount: 0.2, lengthSeconds: 0 }, 'discount'],
  ])('error: curve %# is refused in words that hold in any unit of time', (curve, word) => {
    const { error } = answerRequest(auction, { ...request, curve })
    expect(error).toMatchObject({ code: 'INVALID_INPUT', path: '/curve', reason: 'INVALID_CURVE' })
    expect(error?.message).toContain(word)
    expect(error?.message).not.toContain('Ms')
  })

  test('error: a mistyped kind of curve is told with the one that was meant', () => {
    const { error } = answerRequest(auction, { ...request, curve: { ...request.curve, kind: 'liner' } })
    expect(error).toMatchObject({ path: '/curve/kind', suggestion: 'linear' })
  })

  test('behavior: price, maximal share, and a bid that is cut to it', () => {
    const answer = answerRequest(auction, { ...request, bid: { share: 1 } })
    expect(answer).toMatchObject({ phase: 'solvent', priceShare: 0.7, price: 6_300, payout: 0, stale: false })
    expect(answer.maximalShare).toBeCloseTo(2_000 / (12_000 - 2_700), 15)
    expect(answer.bid).toMatchObject({ accepted: true, ends: true, share: answer.maximalShare })
  })

  test('behavior: an insolvent account pays who takes it', () => {
    const account = { equity: -500, maintenanceMargin: 1_000 }
    expect(answerRequest(auction, { ...request, account, elapsedSeconds: 1_800 })).toMatchObject({
      phase: 'insolvent',
      payout: 1_000,
    })
  })

  test('error: a curve that cannot be names the rule', () => {
    const curve = { kind: 'linear', start: 0.5, cutoff: 0.7, fastSeconds: 1, slowSeconds: 1 }
    expect(answerRequest(auction, { ...request, curve }).error).toMatchObject({ code: 'INVALID_INPUT', path: '/curve' })
  })
})

describe('liquidation', () => {
  const call = { kind: 'option', right: 'call', strike: 100_000, years: 0.1, vol: 0.6 }
  const legs = [
    {
      name: 'call',
      instrument: call,
      size: -10,
      price: 4_000,
      underlyingPrice: 95_000,
      addOn: 950,
      halfSpread: 400,
      trancheSize: 5,
    },
    {
      name: 'perpetual',
      instrument: { kind: 'perpetual' },
      size: 0,
      price: 95_000,
      halfSpread: 5,
      trancheSize: 5,
      maximalHedge: 10,
    },
  ]
  const scenarios = [-0.15, -0.05, 0.05, 0.15].map((spotMove) => ({ spotMove, volMove: 0.3 }))

  test('behavior: a delta hedge is taken where it is cheaper, and the plan speaks', () => {
    const answer = answerRequest(liquidation, { account: { equity: 60_000, openOrders: 1, legs }, scenarios })
    expect(answer).toMatchObject({
      method: 'linear-programme',
      restores: true,
      steps: [{ kind: 'cancel-orders' }, { kind: 'tranche' }],
    })
    expect(answer.text).toContain('hedge buying')
    const alone = answerRequest(liquidation, { account: { equity: 60_000, legs: [legs[0]] }, scenarios })
    expect(answer.expectedCost as number).toBeLessThan(alone.expectedCost as number)
  })

  test('behavior: without scenarios the closed form is exact', () => {
    const leg = { name: 'perpetual', size: 2, price: 100, addOn: 10, fee: 1 }
    const answer = answerRequest(liquidation, { account: { equity: 10, legs: [leg] }, buffer: 0 })
    // 20 is required, 10 is there: each unit closed frees 10 and costs 1.
    expect(answer).toMatchObject({ method: 'closed-form', shortfallBefore: 10, restores: true })
    expect(answer.expectedCost).toBeCloseTo(10 / 9, 12)
  })

  test('error: a request without legs is refused', () => {
    expect(answerRequest(liquidation, { account: { equity: 1, legs: [] } }).error).toMatchObject({
      path: '/account/legs',
    })
  })
})
