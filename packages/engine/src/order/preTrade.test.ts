import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkOrder, type OrderFacts, type PreTradeLimits } from './preTrade.js'

const FACTS: OrderFacts = {
  size: 2,
  unit: 'BTC',
  limitPrice: 80_100,
  value: 160_000,
  opens: true,
  reference: { price: 80_000, ageMs: 1_000, quality: 'live' },
  periodPrice: 79_000,
  position: 3,
  marginRatio: 0.4,
  standing: [],
}

const NOW = 100_000

function codeOf(limits: PreTradeLimits, facts: Partial<OrderFacts> = {}, used: { time: number; value: number }[] = []) {
  return checkOrder([{ level: 'firm', limits, used }], { ...FACTS, ...facts }, NOW)?.code
}

describe('pre-trade controls', () => {
  it('behavior: each limit refuses what is beyond it, and lets pass what is at it', () => {
    const used = [{ time: NOW - 5_000, value: 100_000 }]
    const cases: readonly (readonly [string, PreTradeLimits, PreTradeLimits])[] = [
      ['collar', { collar: 0.00125 }, { collar: 0.00124 }],
      [
        'period-collar',
        { periodCollar: { move: 0.014, perMs: 60_000 } },
        { periodCollar: { move: 0.013, perMs: 60_000 } },
      ],
      ['stale-price', { priceAgeMsMax: 1_000 }, { priceAgeMsMax: 999 }],
      ['value', { orderValueMax: 160_000 }, { orderValueMax: 159_999 }],
      ['size', { orderSizeMax: { BTC: 2 } }, { orderSizeMax: { BTC: 1.99 } }],
      ['volume', { valueMax: { amount: 260_000, perMs: 10_000 } }, { valueMax: { amount: 259_999, perMs: 10_000 } }],
      ['messages', { messagesMax: { count: 2, perMs: 10_000 } }, { messagesMax: { count: 1, perMs: 10_000 } }],
      ['repeats', { repeatsMax: { count: 2, perMs: 10_000 } }, { repeatsMax: { count: 1, perMs: 10_000 } }],
      ['position', { positionMax: { BTC: 5 } }, { positionMax: { BTC: 4.99 } }],
      ['margin', { marginRatioMax: 0.4 }, { marginRatioMax: 0.39 }],
    ]
    for (const [code, wide, narrow] of cases) {
      expect([code, codeOf(wide, {}, used)]).toEqual([code, undefined])
      expect([code, codeOf(narrow, {}, used)]).toEqual([code, code])
    }
  })

  it('behavior: what left its window counts no longer', () => {
    const used = [{ time: NOW - 10_000, value: 1e9 }]
    expect(
      codeOf({ messagesMax: { count: 1, perMs: 10_000 }, valueMax: { amount: 160_000, perMs: 10_000 } }, {}, used),
    ).toBeUndefined()
  })

  it('behavior: what only reduces passes collars and self-match alone', () => {
    const limits: PreTradeLimits = { orderValueMax: 1, positionMax: { BTC: 0 }, marginRatioMax: 0, priceAgeMsMax: 1 }
    expect(codeOf(limits, { opens: false })).toBeUndefined()
    expect(codeOf({ collar: 0.0001 }, { opens: false })).toBe('collar')
  })

  it('behavior: a better price is never beyond a collar, on either side', () => {
    expect(codeOf({ collar: 0.001 }, { limitPrice: 60_000 })).toBeUndefined()
    expect(codeOf({ collar: 0.001 }, { limitPrice: 90_000, size: -2 })).toBeUndefined()
    expect(codeOf({ collar: 0.001 }, { limitPrice: 79_000, size: -2 })).toBe('collar')
  })

  it('behavior: an order that would meet our own is refused', () => {
    const standing = [{ id: 'a', size: -1, limitPrice: 80_100 }]
    expect(codeOf({}, { standing })).toBe('self-match')
    expect(codeOf({}, { standing, limitPrice: 80_099 })).toBeUndefined()
    expect(codeOf({}, { standing, size: -2 })).toBeUndefined()
  })

  it('behavior: what is unknown or not a number refuses wherever a limit needs it', () => {
    const limits: readonly PreTradeLimits[] = [
      { collar: 1 },
      { priceAgeMsMax: 1e9 },
      { orderValueMax: 1e12 },
      { valueMax: { amount: 1e12, perMs: 1000 } },
      { positionMax: { BTC: 1e12 } },
      { marginRatioMax: 1 },
    ]
    const { reference: _, value: __, position: ___, marginRatio: ____, ...unknown } = FACTS
    for (const limit of limits) {
      expect([limit, checkOrder([{ level: 'firm', limits: limit, used: [] }], unknown, NOW) !== undefined]).toEqual([
        limit,
        true,
      ])
    }
    const nan = { value: Number.NaN, position: Number.NaN, marginRatio: Number.NaN, size: Number.NaN }
    for (const limit of limits.slice(2)) expect([limit, codeOf(limit, nan) !== undefined]).toEqual([limit, true])
  })

  it('behavior: narrowing a limit never lets more pass', () => {
    const positive = fc.double({ min: 0.01, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0, max: 1, noNaN: true }), (value, limit, share) => {
        const wide = codeOf({ orderValueMax: limit }, { value })
        const narrow = codeOf({ orderValueMax: limit * share }, { value })
        return wide === undefined || narrow !== undefined
      }),
    )
  })
})
