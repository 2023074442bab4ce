import { parseInstrumentKey } from '@holdfast/quant'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Money, moneyToNumber, parseMoney } from '../book/money.js'
import { fillCost, NO_TRADES, slippageOf, tradeOf, tradePnl, withTrade } from './cost.js'

const LINEAR = parseInstrumentKey('binance:BTC/USDT:USDT')!
const INVERSE = parseInstrumentKey('deribit:BTC/USD:BTC')!
const OPTION = parseInstrumentKey('deribit:BTC/USD:BTC-260227-80000-P')!
const money = (text: string): Money => parseMoney(text)!

/** Decimals with up to four digits behind the point. */
const price = fc.integer({ min: 1, max: 2_000_000_000 }).map((n) => money((n / 10_000).toFixed(4)))
const size = fc.integer({ min: -90_000_000, max: 90_000_000 }).map((n) => money((n / 1000).toFixed(3)))
const trades = fc.array(fc.record({ size, price }), { minLength: 1, maxLength: 20 })
const instrument = fc.constantFrom(LINEAR, INVERSE, OPTION)

describe('what trades came to', () => {
  it('vectors: a linear, an inverse and an option trade, by hand', () => {
    const linear = withTrade(LINEAR, NO_TRADES, money('-2'), money('70000'))
    expect(tradePnl(LINEAR, linear, money('69000'))).toBe(money('2000'))
    // Short 100,000 USD at 50,000 is −2 BTC; bought back at 40,000 it is 2.5 BTC.
    const inverse = withTrade(INVERSE, NO_TRADES, money('-100000'), money('50000'))
    expect(tradePnl(INVERSE, inverse, money('40000'))).toBe(money('0.5'))
    const option = withTrade(OPTION, NO_TRADES, money('10'), money('0.02'))
    expect(tradePnl(OPTION, option, money('0.035'))).toBe(money('0.15'))
  })

  it('vectors: buying above the middle and selling below it both cost', () => {
    expect(slippageOf(LINEAR, money('2'), money('70010'), money('70000'))).toBe(money('20'))
    expect(slippageOf(LINEAR, money('-2'), money('69990'), money('70000'))).toBe(money('20'))
    expect(slippageOf(INVERSE, money('100000'), money('50000'), money('40000'))).toBe(money('0.5'))
    expect(slippageOf(INVERSE, money('-100000'), money('40000'), money('50000'))).toBe(money('0.5'))
  })

  it('law: P&L + slippage is the P&L of the same trades at the middle', () => {
    fc.assert(
      fc.property(instrument, trades, price, price, (one, list, middle, mark) => {
        const real = list.reduce((sums, trade) => withTrade(one, sums, trade.size, trade.price), NO_TRADES)
        const ideal = list.reduce((sums, trade) => withTrade(one, sums, trade.size, middle), NO_TRADES)
        const slippage = list.reduce((sum, trade) => sum + slippageOf(one, trade.size, trade.price, middle), 0n)
        // Both sides sum the same roundings: they agree to the last unit.
        expect(tradePnl(one, real, mark)! + slippage).toBe(tradePnl(one, ideal, mark))
      }),
    )
  })

  it('law: what is closed at once at its own price came to nothing, and needs no mark', () => {
    fc.assert(
      fc.property(instrument, size, price, (one, amount, at) => {
        const closed = withTrade(one, withTrade(one, NO_TRADES, amount, at), -amount, at)
        expect(tradePnl(one, closed, undefined)).toBe(0n)
      }),
    )
  })

  it('limits: something held without a mark is not known; a size or price that is no number is no trade', () => {
    const held = withTrade(INVERSE, NO_TRADES, money('10'), money('50000'))
    expect(tradePnl(INVERSE, held, undefined)).toBeUndefined()
    expect(tradePnl(INVERSE, held, 0n)).toBeUndefined()
    const option = withTrade(OPTION, NO_TRADES, money('10'), money('0.02'))
    expect(tradePnl(OPTION, option, 0n)).toBe(money('-0.2'))
    for (const wrong of ['NaN', '', '1,5', '0', '-3']) expect(tradeOf({ size: '1', price: wrong })).toBeUndefined()
    expect(fillCost(LINEAR, 1, Number.NaN, 3)).toBeUndefined()
    expect(fillCost(LINEAR, 1, 3, 0)).toBeUndefined()
  })

  it('behavior: the estimate before a trade is the cost after it', () => {
    const cost = fillCost(INVERSE, 300_000, 71_004, 71_000)!
    const exact = moneyToNumber(slippageOf(INVERSE, money('300000'), money('71004'), money('71000')))
    expect(cost).toBe(exact)
  })
})
