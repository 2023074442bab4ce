import type { Decision, FillEvent } from '@holdfast/engine'
import { describe, expect, it } from 'vitest'
import { createAttribution, UNNAMED } from './attribution.js'

const PERPETUAL = 'deribit:BTC/USD:BTC'
const LINEAR = 'binance:ETH/USDT:USDT'
const FUTURE = 'deribit:BTC/USD:BTC-260327'
const PUT = 'deribit:BTC/USD:BTC-260327-70000-P'
const EXPIRY = Date.UTC(2026, 2, 27, 8)

const order = (id: string, rule: string, more: object = {}) =>
  ({ id, rule, action: { kind: 'order', instrument: PERPETUAL, ...more } }) as unknown as Decision
const fill = (decisionId: string | undefined, instrument: string, size: string, price: string, more: object = {}) =>
  ({
    kind: 'fill',
    account: 'main',
    instrument,
    fillId: 'f',
    size,
    price,
    fee: '0',
    feeAsset: 'BTC',
    ...(decisionId === undefined ? {} : { decisionId }),
    ...more,
  }) as FillEvent
const PRICES = {
  mark: (key: string) => ({ [PERPETUAL]: 60_000, [LINEAR]: 2_000 })[key],
  asset: (asset: string) => ({ BTC: 60_000, USDT: 1 })[asset],
}

describe('what trading came to, by rule', () => {
  it('behavior: market move − slippage − fees is the net, exact in the settle asset', () => {
    const tally = createAttribution()
    tally.decision(order('a', 'hedge'), { bid: 2_999, ask: 3_001 })
    tally.fill(fill('a', LINEAR, '-10', '2998', { fee: '14.99', feeAsset: 'USDT' }))
    const { instruments, rules } = tally.at(PRICES)
    expect(instruments[0]).toMatchObject({ pnl: '9980', slippage: '20', marketMove: '10000', fees: { USDT: '14.99' } })
    expect(rules).toEqual([
      { rule: 'hedge', trades: 1, pnlUsd: 9980, slippageUsd: 20, feesUsd: 14.99, netUsd: 9965.01 },
    ])
  })

  it('behavior: a step is measured against what its parent saw', () => {
    const tally = createAttribution()
    tally.decision(order('parent', 'hedge'), { bid: 2_999, ask: 3_001 })
    tally.decision(order('step', 'hedge', { parent: 'parent' }), { bid: 2_989, ask: 2_991 })
    tally.fill(fill('step', LINEAR, '-10', '2990'))
    expect(tally.at(PRICES).instruments[0]).toMatchObject({ slippage: '100' })
  })

  it('behavior: without a middle there is no slippage, and none is made up', () => {
    const tally = createAttribution()
    tally.decision(order('a', 'hedge'), { bid: 2_999 })
    tally.fill(fill('a', LINEAR, '-10', '2990'))
    const { instruments, rules } = tally.at(PRICES)
    expect(instruments[0]).toMatchObject({ pnl: '9900', withoutMiddle: 1 })
    expect(instruments[0]).not.toHaveProperty('slippage')
    expect(instruments[0]).not.toHaveProperty('marketMove')
    expect(rules[0]).toMatchObject({ pnlUsd: 9900, netUsd: 9900 })
    expect(rules[0]).not.toHaveProperty('slippageUsd')
  })

  it('behavior: a mark or a price that is not known leaves the sum unknown, not 0', () => {
    const tally = createAttribution()
    tally.fill(fill(undefined, FUTURE, '1000', '60000'))
    const { instruments, rules } = tally.at(PRICES)
    expect(instruments[0]).toMatchObject({ rule: UNNAMED, size: '1000' })
    expect(instruments[0]).not.toHaveProperty('pnl')
    expect(rules[0]).not.toHaveProperty('netUsd')
  })

  it('behavior: what expires is closed at its settlement, and needs no mark afterwards', () => {
    const tally = createAttribution()
    tally.fill(fill(undefined, FUTURE, '-60000', '60000'))
    tally.fill(fill(undefined, PUT, '-2', '0.05'))
    const settled = { kind: 'settlement', source: 's', sourceTime: 0, receivedTime: 0, underlying: 'BTC' } as const
    tally.settlement({ ...settled, expiry: EXPIRY, price: 50_000 })
    tally.settlement({ ...settled, expiry: EXPIRY, price: 50_000 })
    // Short 60,000 USD from 60,000 is −1 BTC, closed at 50,000 +1.2 BTC; the put pays 20,000 ÷ 50,000 = 0.4 BTC each.
    expect(tally.at(PRICES).instruments.map(({ pnl, size }) => [pnl, size])).toEqual([
      ['0.2', '0'],
      ['-0.7', '0'],
    ])
  })

  it('behavior: funding is added up by account and asset, signed', () => {
    const tally = createAttribution()
    tally.cash({ account: 'main', asset: 'BTC', amount: '0.002' })
    tally.cash({ account: 'main', asset: 'BTC', amount: '-0.0005' })
    expect(tally.at(PRICES).funding).toEqual([{ account: 'main', asset: 'BTC', amount: '0.0015' }])
  })
})
