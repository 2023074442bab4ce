import { describe, expect, it } from 'vitest'
import { instantText, parseInstant } from './instant.js'
import { parseQuantity, plainDecimal, toFraction, toMilliseconds } from './quantity.js'

describe('quantities', () => {
  it.each([
    ['5 min', '5', 'min', 'time'],
    ['0.250 BTC', '0.25', 'BTC', 'amount'],
    ['2%', '2', '%', 'fraction'],
    ['20 bps', '20', 'bps', 'fraction'],
    ['30 vol', '30', 'vol', 'vol'],
    ['-89_000.10 USD', '-89000.1', 'USD', 'amount'],
    ['-0 USD', '0', 'USD', 'amount'],
    ['007 d', '7', 'd', 'time'],
    ['123456789012345678.12345678 ETH', '123456789012345678.12345678', 'ETH', 'amount'],
  ])('behavior: %s', (text, number, unit, dimension) => {
    expect(parseQuantity(text)).toEqual({ ok: true, quantity: { number, unit, dimension } })
  })

  it.each([
    ['5', { reason: 'bare-number' }],
    ['', { reason: 'not-a-quantity' }],
    ['min 5', { reason: 'not-a-quantity' }],
    ['NaN USD', { reason: 'not-a-quantity' }],
    ['1e3 USD', { reason: 'unknown-unit', unit: 'e3 USD' }],
    ['5 minutes', { reason: 'unknown-unit', unit: 'minutes', suggestion: '5 min' }],
    ['5 btc', { reason: 'unknown-unit', unit: 'btc', suggestion: '5 BTC' }],
    ['3 percent', { reason: 'unknown-unit', unit: 'percent', suggestion: '3 %' }],
  ])('error: %s', (text, expected) => {
    expect(parseQuantity(text)).toMatchObject({ ok: false, ...expected })
  })

  it('behavior: fractions and times are the nearest numbers to what was written', () => {
    const read = (text: string) => {
      const result = parseQuantity(text)
      if (!result.ok) throw new Error(text)
      return result.quantity
    }
    expect([toFraction(read('2 %')), toFraction(read('7 %')), toFraction(read('20 bps'))]).toEqual([0.02, 0.07, 0.002])
    expect([toMilliseconds(read('1.5 h')), toMilliseconds(read('2 w'))]).toEqual([5_400_000, 1_209_600_000])
  })

  it('behavior: numbers in plain digits', () => {
    expect([1e-7, 1.5e-8, 1e21, -2.5e22, 0.1, 80_000].map(plainDecimal)).toEqual([
      '0.0000001',
      '0.000000015',
      '1000000000000000000000',
      '-25000000000000000000000',
      '0.1',
      '80000',
    ])
  })
})

describe('instants', () => {
  it('behavior: RFC 3339 in UTC, both ways', () => {
    for (const text of ['2026-02-05T08:00:00Z', '1970-01-01T00:00:00Z', '2024-02-29T23:59:59.123Z']) {
      expect(instantText(parseInstant(text)!)).toBe(text)
    }
    expect(parseInstant('2026-02-05')).toBe(parseInstant('2026-02-05T00:00:00Z'))
    for (const text of ['2026-02-30', '2026-02-05T24:00:00Z', '2026-02-05T08:00:00+01:00', 'yesterday']) {
      expect(parseInstant(text)).toBeUndefined()
    }
  })
})
