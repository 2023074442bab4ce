import { describe, expect, it } from 'vitest'
import { marginRatio, percent, plain, price, size, UNKNOWN, usd, usdShort } from '../src/format/number.js'
import { age, day, dayAndMinute } from '../src/format/time.js'
import { actionSummary, actionWord, instrumentName } from '../src/format/words.js'

describe('numbers', () => {
  it.each([
    [usd(1_234_567.8), '$1,234,568'],
    [usd(-41_250, 'always'), '−$41,250'],
    [usd(41_250, 'always'), '+$41,250'],
    [usdShort(-1_244_000), '−$1.24M'],
    [usdShort(999_600), '$1.00M'],
    [usdShort(41_300), '$41.3k'],
    [usdShort(820), '$820'],
    [usdShort(2_500_000_000), '$2.50B'],
    [percent(0.1234), '12.3 %'],
    [percent(-0.05, 0, 'always'), '−5 %'],
    [plain(-1234.5, 1), '−1,234.5'],
    [price(88_912.53), '88,912.5'],
    [price(0.02134), '0.0213'],
    [size(500_000), '+500,000'],
    [size(-0.25), '−0.25'],
    [marginRatio('liquidatable'), 'liquidatable'],
    [marginRatio(0.655), '65.5 %'],
  ])('behavior: %s', (text, expected) => {
    expect(text).toBe(expected)
  })

  it('limits: what rounds to nothing has no sign, what is not known is a dash and never zero', () => {
    expect(usd(-0.2, 'always')).toBe('$0')
    expect(percent(-0.0001, 0, 'always')).toBe('0 %')
    for (const unknown of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const format of [usd, usdShort, percent, plain, price, size]) expect(format(unknown)).toBe(UNKNOWN)
    }
  })
})

describe('time', () => {
  it.each([
    [0.8, '0.8 s'],
    [62, '62 s'],
    [2820, '47 min'],
    [12_000, '3 h 20 min'],
    [10_800, '3 h'],
    [200_000, '2 d'],
    [undefined, UNKNOWN],
    [-1, UNKNOWN],
  ])('behavior: %s seconds is %s', (seconds, expected) => {
    expect(age(seconds)).toBe(expected)
  })

  it('behavior: days and minutes are UTC', () => {
    expect(day('2026-02-27T08:00:00.000Z')).toBe('27 Feb 26')
    expect(dayAndMinute('2026-02-05T14:03:00.000Z')).toBe('5 Feb 14:03')
  })
})

describe('words', () => {
  it('behavior: an order says side, size, unit, price', () => {
    const order = {
      kind: 'order',
      purpose: 'hedge-delta',
      venue: 'deribit',
      account: 'main',
      instrument: 'deribit:BTC/USD:BTC',
      size: '-250000',
      sizeUnit: 'USD',
      limitPrice: '61234.5',
      priceUnit: 'USD',
      reduceOnly: false,
    } as const
    expect(actionSummary(order)).toBe('sell 250,000 USD of BTC/USD:BTC at 61,234.5 USD')
    expect(actionWord(order)).toBe('hedge')
  })

  it('behavior: an option is named by what it is', () => {
    const position = {
      account: 'main',
      instrument: 'deribit:BTC/USD:BTC-260227-80000-P',
      kind: 'option',
      underlying: 'BTC',
      expiry: '2026-02-27T08:00:00.000Z',
      strike: 80_000,
      right: 'put',
      size: -1,
      sizeUnit: 'BTC',
      priceUnit: 'BTC',
      quality: 'live',
    } as const
    expect(instrumentName(position)).toBe('BTC 27 Feb 26 80,000 put')
  })
})
