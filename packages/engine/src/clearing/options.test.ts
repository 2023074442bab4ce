import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ONE } from '../liquidation/fraction.js'
import { planText } from '../liquidation/index.js'
import { marginModelNames } from '../margin/registry.js'
import { type Clearing, createClearing, restoreClearing } from './clearing.js'
import type { ClearingDecision } from './decision.js'
import type { ClearingEventBody } from './event.js'
import {
  ClearingParameterError,
  type ClearingParameters,
  DEFAULT_CLEARED_MARKET,
  DEFAULT_CLEARING,
} from './parameters.js'

const usd = (amount: number) => BigInt(Math.round(amount * 1e6)) * (ONE / 1_000_000n)
const EXPIRY = Date.UTC(2026, 2, 27, 8)
const NOW = Date.UTC(2026, 1, 1)

const market = { ...DEFAULT_CLEARED_MARKET, underlying: 'BTC', feeRate: 0n }
function parameters(
  model = 'portfolio',
  overrides?: Readonly<Record<string, unknown>>,
  asset = 'USD',
): ClearingParameters {
  return {
    ...DEFAULT_CLEARING,
    settlementAsset: asset,
    margin: {
      model,
      inputs: { delayedAfterMs: 60_000, maxAgeMs: 600_000 },
      ...(overrides === undefined ? {} : { overrides }),
    },
    markets: {
      PERP: { ...market, instrument: `x:BTC/${asset}:${asset}` },
      CALL: { ...market, instrument: `x:BTC/${asset}:${asset}-260327-60000-C`, trancheSize: 5n * ONE },
      PUT: { ...market, instrument: `x:BTC/${asset}:${asset}-260327-40000-P`, trancheSize: 5n * ONE },
    },
  }
}

/** A house with a trader, a maker with deep pockets, and a hand that numbers what it is told. */
function house(rules: ClearingParameters = parameters(), wealth = 100_000) {
  let clearing = createClearing(rules)
  let sequence = 0
  let time = NOW
  const tell = (body: ClearingEventBody, afterMs = 10): readonly ClearingDecision[] => {
    time += afterMs
    return clearing.step([{ sequence: ++sequence, time, ...body }])
  }
  /** A broken surface has no variance, so that no vol is known. */
  const tick = (index: number, call: number, put: number, variance = 0.06) => {
    time += 10
    const at = (name: string, price: number) => {
      return { market: name, price: usd(price), average: usd(price), confidence: 0n, publishedTime: time }
    }
    const svi = { a: variance, b: 0, rho: 0, m: 0, sigma: 1 }
    return tell(
      {
        kind: 'tick',
        indices: [{ underlying: 'BTC', price: usd(index), confidence: 0n, publishedTime: time }],
        surfaces: [{ underlying: 'BTC', expiry: EXPIRY, forward: index, svi, publishedTime: time }],
        marks: [at('PERP', index), at('CALL', call), at('PUT', put)],
      },
      0,
    )
  }
  for (const account of ['trader', 'maker']) {
    tell({ kind: 'open-account', account, owner: account })
    const amount = usd(account === 'maker' ? 1e8 : wealth)
    tell({ kind: 'deposit', account, asset: rules.settlementAsset, amount })
  }
  tick(50_000, 1_500, 1_200)
  const restart = () => {
    clearing = restoreClearing(rules, JSON.parse(JSON.stringify(clearing.snapshot())))
  }
  return { clearing: () => clearing, tell, tick, restart, deposited: usd(wealth) }
}

const sell = (name: string, size: number, price: number): ClearingEventBody => {
  return { kind: 'trade', market: name, buyer: 'maker', seller: 'trader', size: usd(size), price: usd(price) }
}
const refusal = (decisions: readonly ClearingDecision[]) => {
  const refused = decisions.find(({ kind }) => kind === 'refused')
  return refused?.kind === 'refused' ? refused.reason : undefined
}
const health = (clearing: Clearing) => clearing.health('trader')!

/**
 * What each model margins on marks, an index and a surface; `derive-pm1` and `derive-pm2` want rates for options (`figures` of a tick),
 * `gmx-v2` its open interest, and lending models no positions at all.
 */
const both = ['PERP', 'CALL']
const MARGINED: Readonly<Record<string, readonly string[]>> = {
  isolated: both,
  cross: both,
  portfolio: both,
  hybrid: both,
  'derive-standard': both,
  'derive-pm1': ['PERP'],
  'derive-pm2': ['PERP'],
  'deribit-standard': both,
  'deribit-portfolio': both,
  'dydx-v4': ['PERP'],
  'drift-v2': ['PERP'],
  hyperliquid: ['PERP'],
  'synthetix-v3': ['PERP'],
  'cme-span': both,
}

describe('options in the clearing house', () => {
  test.each(['portfolio', 'hybrid', 'cross', 'deribit-standard', 'derive-standard'])(
    'law: under %s, cash moves equity by exactly itself and margins by nothing',
    (model) => {
      const { clearing, tell } = house(parameters(model, undefined, 'USDC'))
      expect(refusal(tell(sell('CALL', 2, 1_500)))).toBeUndefined()
      fc.assert(
        fc.property(fc.bigInt({ min: 1n, max: 10n ** 24n }), (amount) => {
          const before = health(clearing())
          // At the same instant: options decay.
          tell({ kind: 'deposit', account: 'trader', asset: 'USDC', amount }, 0)
          const after = health(clearing())
          expect(after.equity - before.equity).toBe(amount)
          expect(after.initialMargin).toBe(before.initialMargin)
          expect(after.maintenanceMargin).toBe(before.maintenanceMargin)
          expect(after.maintenanceMargin <= after.initialMargin).toBe(true)
        }),
        { numRuns: 50, seed: 20260201 },
      )
    },
  )

  test('behavior: premium counts as paid: what an option is worth is no money to withdraw', () => {
    const { clearing, tell } = house()
    expect(
      refusal(
        tell({ kind: 'trade', market: 'PUT', buyer: 'trader', seller: 'maker', size: 20n * ONE, price: usd(1_200) }),
      ),
    ).toBeUndefined()
    const withdraw = (amount: number) =>
      tell({ kind: 'withdrawal', account: 'trader', asset: 'USD', amount: usd(amount) })
    expect(refusal(withdraw(76_001))).toBe('insufficient-balance')
    // All that is paid, and yet a long option asks for what it may lose.
    expect(refusal(withdraw(76_000))).toBe('initial-margin')
    expect(refusal(withdraw(20_000))).toBeUndefined()
    expect(clearing().audit()).toEqual([])
  })

  test('behavior: an expiry pays max(0, S − K) to the unit, both sides, once', () => {
    const { clearing, tell, tick, deposited } = house()
    tell(sell('CALL', 1.5, 1_500))
    expect(refusal(tell({ kind: 'expiry', underlying: 'BTC', expiry: EXPIRY, price: usd(61_000.5) }))).toBe(
      'not-expired',
    )
    tick(61_000.5, 1_400, 1)
    tell({ kind: 'clock' }, EXPIRY - NOW)
    expect(refusal(tell(sell('CALL', 1, 1_400)))).toBe('market-expired')
    expect(refusal(tell({ kind: 'expiry', underlying: 'BTC', expiry: EXPIRY, price: usd(61_000.5) }))).toBeUndefined()
    expect(health(clearing()).equity).toBe(deposited + usd(1.5 * 1_500) - usd(1.5 * 1_000.5))
    expect(refusal(tell({ kind: 'expiry', underlying: 'BTC', expiry: EXPIRY, price: usd(1) }))).toBe('unknown-market')
    expect(clearing().view().rounding).toBe(0n)
    expect(clearing().audit()).toEqual([])
  })

  test('error: a surface that gives no vol: nothing opens or leaves, nothing is liquidated, and the reason is on record', () => {
    const { clearing, tell, tick, restart } = house(parameters(), 30_000)
    tell(sell('CALL', 3, 1_500))
    // So far down that it would be liquidated, were its margin known.
    const decisions = tick(64_000, 8_000, 100, -1)
    expect(decisions.find(({ kind }) => kind === 'margin-unknown')).toMatchObject({
      missing: ['surface:BTC:2026-03-27'],
    })
    expect(clearing().health('trader')).toBeUndefined()
    expect(decisions.some(({ kind }) => kind === 'liquidation-order' || kind === 'auction')).toBe(false)
    expect(refusal(tell(sell('PUT', 1, 100)))).toBe('margin-unknown')
    expect(refusal(tell({ kind: 'withdrawal', account: 'trader', asset: 'USD', amount: 1n }))).toBe('margin-unknown')
    // Less of the only thing that is held is less risk, known or not.
    const buysBack = {
      kind: 'trade',
      market: 'CALL',
      buyer: 'trader',
      seller: 'maker',
      size: ONE,
      price: usd(8_000),
    } as const
    restart()
    expect(refusal(tell(buysBack))).toBeUndefined()
    const known = tick(64_000, 8_000, 100)
    expect(known.map(({ kind }) => kind)).toContain('margin-known')
    expect(known.some(({ kind }) => kind === 'liquidation-order' || kind === 'auction')).toBe(true)
    expect(clearing().audit()).toEqual([])
  })

  test('behavior: a short option book is planned with a delta hedge, which the house sends and the account may hold', () => {
    const { clearing, tell, tick } = house(parameters(), 100_000)
    expect(refusal(tell(sell('CALL', 8, 1_500)))).toBeUndefined()
    const decisions = tick(59_000, 6_500, 500)
    const orders = decisions.filter((one) => one.kind === 'liquidation-order')
    const plan = clearing().plan('trader')!
    expect(plan.method).toBe('linear-programme')
    expect(planText(plan)).toMatch(/hedge buying .* PERP/)
    const hedge = orders.find(({ purpose }) => purpose === 'hedge')!
    expect(hedge).toMatchObject({ market: 'PERP', account: 'trader' })
    expect(hedge.size > 0n).toBe(true)
    const before = health(clearing())
    const filled = tell({
      kind: 'fill',
      order: hedge.order,
      counterparty: 'maker',
      size: hedge.size,
      price: usd(59_000),
    })
    expect(refusal(filled)).toBeUndefined()
    expect(clearing().view().accounts.get('trader')!.positions.get('PERP')!.size).toBe(hedge.size)
    const after = health(clearing())
    expect(after.maintenanceMargin - after.equity < before.maintenanceMargin - before.equity).toBe(true)
    expect(clearing().audit()).toEqual([])
  })

  test('behavior: closing what hedges the rest adds risk: it needs initial margin, and below maintenance it is refused', () => {
    const { clearing, tell, tick } = house()
    tell(sell('CALL', 8, 1_500))
    const perpetual = (buyer: string, seller: string, size: number, price: number): ClearingEventBody => {
      return { kind: 'trade', market: 'PERP', buyer, seller, size: usd(size), price: usd(price) }
    }
    expect(refusal(tell(perpetual('trader', 'maker', 4, 50_000)))).toBeUndefined()
    tick(62_000, 17_500, 100)
    const { equity, maintenanceMargin } = health(clearing())
    expect(equity < maintenanceMargin).toBe(true)
    expect(refusal(tell(perpetual('maker', 'trader', 1, 62_000)))).toBe('worsens-shortfall')
    expect(clearing().view().accounts.get('trader')!.positions.get('PERP')!.size).toBe(usd(4))
    // Less of the short itself helps, at a fair price, and is let through.
    const back = {
      kind: 'trade',
      market: 'CALL',
      buyer: 'trader',
      seller: 'maker',
      size: ONE,
      price: usd(17_500),
    } as const
    expect(refusal(tell(back))).toBeUndefined()
    expect(clearing().audit()).toEqual([])
  })

  test.each(marginModelNames)(
    'behavior: %s margins what it knows and refuses the rest: nothing is ever held at no margin',
    (model) => {
      const { clearing, tell } = house(parameters(model, undefined, 'USDC'), 1_000_000)
      const refusals = [sell('PERP', 1, 50_000), sell('CALL', 1, 1_500)].map((event) => refusal(tell(event)))
      for (const one of refusals) expect([undefined, 'margin-unknown']).toContain(one)
      expect(MARGINED[model] ?? []).toEqual(['PERP', 'CALL'].filter((_, index) => refusals[index] === undefined))
      if (refusals.every((one) => one !== undefined)) return
      const { initialMargin, maintenanceMargin } = health(clearing())
      expect(maintenanceMargin > 0n && maintenanceMargin <= initialMargin).toBe(true)
      expect(clearing().audit()).toEqual([])
    },
  )

  test('error: an instrument that the model cannot margin: its trade is refused, never margined at 0', () => {
    const { clearing, tell } = house(parameters('dydx-v4'))
    expect(refusal(tell(sell('CALL', 1, 1_500)))).toBe('margin-unknown')
    expect(clearing().view().accounts.get('trader')!.positions.size).toBe(0)
    expect(clearing().audit()).toEqual([])
  })

  test('error: a model, an override or an instrument that does not hold is named', () => {
    expect(() => createClearing(parameters('portfolo'))).toThrow(/portfolo/)
    expect(() => createClearing(parameters('portfolio', { initialFactor: -1 }))).toThrow(/initialFactor/)
    const inverse = { ...market, instrument: 'x:BTC/USD:BTC' }
    expect(() => createClearing({ ...parameters(), markets: { PERP: inverse } })).toThrow(ClearingParameterError)
    expect(() => createClearing({ ...parameters(), markets: { PERP: market } })).toThrow(/markets\/PERP\/instrument/)
  })
})

describe('resting orders', () => {
  const order = (id: string, size: number, price?: number): ClearingEventBody => {
    return {
      kind: 'order',
      account: 'trader',
      order: id,
      market: 'PERP',
      size: usd(size),
      ...(price === undefined ? {} : { price: usd(price) }),
    }
  }
  const { margin, ...linear } = parameters()

  test.each([
    ['the linear rule', linear],
    ['portfolio', parameters()],
  ])(
    'behavior: under %s they ask for the worst side, free it when done, and are refused where it is not covered',
    (_, rules) => {
      const { clearing, tell } = house(rules, 20_000)
      expect(health(clearing()).initialMargin).toBe(0n)
      expect(refusal(tell(order('b1', 1)))).toBeUndefined()
      const one = health(clearing()).initialMargin
      expect(one > 0n).toBe(true)
      // The other side is not added: both cannot be what the position becomes.
      expect(refusal(tell(order('s1', -1)))).toBeUndefined()
      expect(health(clearing()).initialMargin).toBe(one)
      // A buy above the mark loses the difference at once.
      tell({ kind: 'order-done', account: 'trader', order: 's1' })
      tell({ kind: 'order-done', account: 'trader', order: 'b1' })
      expect(health(clearing()).initialMargin).toBe(0n)
      expect(refusal(tell(order('b2', 1, 50_100)))).toBeUndefined()
      expect(health(clearing()).initialMargin).toBe(one + usd(100))
      expect(refusal(tell(order('b3', 10)))).toBe('initial-margin')
      expect(clearing().view().accounts.get('trader')!.orders.size).toBe(1)
      const free = health(clearing()).equity - health(clearing()).initialMargin
      const withdrawal: ClearingEventBody = { kind: 'withdrawal', account: 'trader', asset: 'USD', amount: free + 1n }
      expect(refusal(tell(withdrawal))).toBe('initial-margin')
      expect(refusal(tell({ ...withdrawal, amount: free }))).toBeUndefined()
    },
  )

  test('behavior: a trade that meets an order takes it off, and one that is refused leaves it', () => {
    const { clearing, tell } = house(linear, 10_000)
    tell(order('b1', 1))
    const met = (size: number, id: string): ClearingEventBody => {
      return {
        kind: 'trade',
        market: 'PERP',
        buyer: 'trader',
        seller: 'maker',
        size: usd(size),
        price: usd(50_000),
        buyerOrder: id,
      }
    }
    expect(refusal(tell(met(0.4, 'b1')))).toBeUndefined()
    expect(clearing().view().accounts.get('trader')!.orders.get('b1')!.size).toBe(usd(0.6))
    expect(refusal(tell(met(0.7, 'b1')))).toBe('order-overfilled')
    expect(refusal(tell(met(0.1, 'b9')))).toBe('unknown-order')
    expect(refusal(tell(met(0.6, 'b1')))).toBeUndefined()
    expect(clearing().view().accounts.get('trader')!.orders.size).toBe(0)
    expect(clearing().view().accounts.get('trader')!.positions.get('PERP')!.size).toBe(ONE)
  })
})
