import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Perpetual } from '@holdfast/quant'
import { describe, expect, test } from 'vitest'
import { RECORDED_DATA as DATA } from '../../../scripts/recordings.mjs'
import { readContract as readBinance, readStatement as readBinanceStatement } from './binance/read.js'
import { mmpParams as bybitMmp } from './bybit/dialect.js'
import { mmpParams as deribitMmp, onTick, platformState } from './deribit/dialect.js'
import {
  readFill,
  readInstrument,
  readMargin,
  readOrder,
  readQuote,
  readStatement,
  readSummaries,
} from './deribit/read.js'
import { mmpParams as deriveMmp } from './derive/dialect.js'
import { readMargin as readDeriveMargin, readStatement as readDeriveStatement } from './derive/read.js'
import { createNonces, priceText } from './hyperliquid/dialect.js'
import {
  readFill as readHyperliquidFill,
  readMargin as readHyperliquidMargin,
  readStatement as readHyperliquidStatement,
  readPerpetual,
} from './hyperliquid/read.js'
import type { Listed } from './line/dialect.js'
import { type Raw, record, records } from './line/field.js'
import { createNames } from './line/names.js'
import { readContract as readOkx, readFill as readOkxFill } from './okx/read.js'

const samples = existsSync(join(DATA, 'api_samples')) ? join(DATA, 'api_samples') : undefined

function sample(name: string): Raw {
  return record(JSON.parse(readFileSync(`${samples}/${name}`, 'utf8')))
}

const perpetual = {
  instrument_name: 'BTC-PERPETUAL',
  kind: 'future',
  settlement_period: 'perpetual',
  instrument_type: 'reversed',
  base_currency: 'BTC',
  counter_currency: 'USD',
  quote_currency: 'USD',
  settlement_currency: 'BTC',
  tick_size: 0.5,
  contract_size: 10,
  min_trade_amount: 10,
  expiration_timestamp: 32503708800000,
}
const option = {
  ...perpetual,
  instrument_name: 'BTC-27FEB26-80000-P',
  kind: 'option',
  settlement_period: 'month',
  option_type: 'put',
  strike: 80000,
  tick_size: 0.0001,
  tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
  contract_size: 1,
  min_trade_amount: 0.1,
  expiration_timestamp: Date.UTC(2026, 1, 27, 8),
}

function deribitNames() {
  const names = createNames()
  names.add([perpetual, option].map((raw) => readInstrument(raw)!))
  return names
}

describe('Deribit', () => {
  test.skipIf(samples === undefined)('behavior: reads every recorded instrument that has a key', () => {
    const rows = records(sample('deribit/http_get_instruments.json').result)!
    expect(rows.map((raw) => readInstrument(raw)?.instrument.kind)).toContain('perpetual')
    const raw = record(sample('deribit/http_get_instrument_option.json').result)
    // It expires at noon, which a key cannot say: it is left out rather than taken for another.
    expect(readInstrument(raw)).toBeUndefined()
    const expiry = Date.UTC(2024, 11, 27, 8)
    expect(readInstrument({ ...raw, expiration_timestamp: expiry })?.instrument).toEqual({
      kind: 'option',
      venue: 'deribit',
      underlying: 'BTC',
      quote: 'USD',
      settle: 'BTC',
      payoff: 'inverse',
      expiry,
      strike: 100_000,
      right: 'call',
    })
    for (const name of ['future', 'option']) {
      const combos = records(sample(`deribit/http_get_instruments_${name}_combo.json`).result)!
      expect(combos.flatMap((combo) => readInstrument(combo) ?? [])).toEqual([])
    }
  })

  test.skipIf(samples === undefined)('behavior: reads a recorded ticker', () => {
    const listed = readInstrument(perpetual)!
    const data = record(record(sample('deribit/ws_ticker.json').params).data)
    expect(readQuote(data, listed)).toMatchObject({
      bid: 92_283.5,
      ask: 92_284,
      bidSize: 117_660,
      mark: 92_281.78,
      fundingRate: 0.00001742,
    })
  })

  test.skipIf(samples === undefined)('behavior: reads recorded account summaries', () => {
    const { result } = sample('deribit/http_get_account_summaries.json')
    expect(readStatement([], result, createNames(), 1).unread).toBeUndefined()
  })

  test('behavior: vols are percent, prices of 0 are nobody', () => {
    const quote = readQuote(
      { mark_iv: 54.5, best_bid_price: 0, best_ask_price: 0.012, underlying_price: 90_100 },
      readInstrument(option)!,
    )
    expect(quote).toMatchObject({ markVol: 0.545, ask: 0.012, forward: 90_100 })
    expect(quote).not.toHaveProperty('bid')
  })

  test('[UN13] an inverse perpetual: USD and coin must say the same', () => {
    const row = {
      instrument_name: 'BTC-PERPETUAL',
      direction: 'sell',
      size: -90_000,
      size_currency: -1,
      mark_price: 90_000,
      average_price: 90_000,
      floating_profit_loss: 0,
    }
    const read = (over: object) => readStatement([{ ...row, ...over }], { summaries: [] }, deribitNames(), 1)
    expect(read({}).positions).toEqual([{ instrument: 'deribit:BTC/USD:BTC', size: '-90000', entryPrice: 90_000 }])
    expect(read({ size_currency: -9 }).unread).toEqual(['size of BTC-PERPETUAL'])
    expect(read({ direction: 'buy' }).unread).toEqual(['size of BTC-PERPETUAL'])
    expect(read({ size: '-90,000' }).unread).toEqual(['size of BTC-PERPETUAL'])
    expect(read({ size: '-90,000' }).positions).toEqual([])
  })

  test("behavior: cash and entry price give the venue's equity back after a settlement", () => {
    const mark = 91_000
    // 90,000 USD long from 90,000 USD, settled at 90,500: what came before was paid out.
    const floating = 90_000 * (1 / 90_500 - 1 / mark)
    const summary = {
      currency: 'BTC',
      balance: 2,
      equity: 2.1 + floating - 0.05,
      options_value: -0.05,
      futures_session_upl: floating,
    }
    const position = {
      instrument_name: 'BTC-PERPETUAL',
      direction: 'buy',
      size: 90_000,
      size_currency: 90_000 / mark,
      mark_price: mark,
      average_price: 90_000,
      floating_profit_loss: floating,
    }
    const { balances, positions } = readStatement([position], { summaries: [summary] }, deribitNames(), 1)
    expect(positions[0]!.entryPrice).toBeCloseTo(90_500, 4)
    expect(Number(balances.BTC)).toBeCloseTo(2.1, 7)
  })

  test('error: what is not listed is named, and the list is no longer complete', () => {
    const { unread, positions } = readStatement(
      [{ instrument_name: 'XRP-NEW', size: 1 }],
      { summaries: [] },
      deribitNames(),
      1,
    )
    expect(positions).toEqual([])
    expect(unread).toEqual([expect.stringContaining("'XRP-NEW'")])
    const { flags, observations } = readSummaries([{ instrument_name: 'XRP-NEW', ask_price: 1 }], deribitNames(), [
      'BTC',
    ])
    expect(observations).toEqual([])
    expect(flags).toMatchObject([{ code: 'unknown-instrument', subject: 'instrument:XRP-NEW' }])
  })

  test('error: no list of positions is not an empty one', () => {
    expect(readStatement(undefined, undefined, createNames(), 1).unread).toEqual(['balances', 'positions'])
  })

  test.skipIf(samples === undefined)('behavior: reads recorded orders with their ids', () => {
    const names = createNames()
    const linear = {
      ...perpetual,
      instrument_name: 'ETH_USDC-PERPETUAL',
      base_currency: 'ETH',
      counter_currency: 'USDC',
      settlement_currency: 'USDC',
      instrument_type: 'linear',
    }
    names.add([readInstrument(linear)!])
    const { order } = record(sample('deribit/ws_order_buy_response.json').result)
    expect(readOrder(record(order), names)).toMatchObject({
      instrument: 'deribit:ETH/USDC:USDC',
      status: 'open',
      size: '0.001',
      filled: '0',
      limitPrice: '2973.55',
      clientId: 'O-19700101-000000-001-001-1',
    })
    expect(readOrder(record(sample('deribit/ws_order_cancel_response.json').result), names)).toMatchObject({
      status: 'cancelled',
      reason: 'user_request',
    })
  })

  test('behavior: a sell is negative, a fee that is paid positive', () => {
    const raw = {
      trade_id: 't',
      instrument_name: 'BTC-PERPETUAL',
      direction: 'sell',
      amount: 100,
      price: 90_000,
      fee: 5e-7,
      fee_currency: 'BTC',
      timestamp: 1.7e12,
      label: 'a',
    }
    expect(readFill(raw, deribitNames())).toMatchObject({ size: '-100', fee: '0.0000005', clientId: 'a' })
    expect(readFill({ ...raw, price: '90,000' }, deribitNames())).toBeUndefined()
  })

  test('behavior: prices are put on the grid, never beyond the limit', () => {
    const listed = readInstrument(option)!
    expect(onTick('0.00123', listed, true)).toBe('0.0012')
    expect(onTick('0.00123', listed, false)).toBe('0.0013')
    expect(onTick('0.0123', listed, true)).toBe('0.012')
    expect(onTick('0.0123', listed, false)).toBe('0.0125')
  })

  test('behavior: one currency in its coin, several without a total are unknown', () => {
    const coin = (currency: string, equity: number) => ({
      currency,
      equity,
      initial_margin: 0.1,
      maintenance_margin: 0.05,
    })
    expect(readMargin({ summaries: [coin('BTC', 2), coin('ETH', 0)] }, 1)).toMatchObject({
      unit: 'BTC',
      equity: 2,
      initialMargin: 0.1,
    })
    expect(readMargin({ summaries: [coin('BTC', 2), coin('ETH', 3)] }, 1)).toBeUndefined()
  })

  test('behavior: a lock of another currency is none of ours', () => {
    expect(platformState({ locked: 'false' }, ['BTC'])).toBe('open')
    expect(platformState({ locked: 'true' }, ['BTC'])).toBe('maintenance')
    expect(platformState({ locked: 'partial', locked_indices: ['eth_usd'] }, ['BTC'])).toBe('open')
    expect(platformState({ locked: 'partial', locked_indices: ['btc_usd'] }, ['BTC'])).toBe('maintenance')
  })
})

describe('market-maker protection', () => {
  test('[UN26] an interval of 5 s is sent as 5 to Deribit, as 5000 to Derive and Bybit', () => {
    const mmp = { intervalMs: 5000, frozenMs: 30_000, quantityLimit: '10' }
    expect(deribitMmp(mmp)).toMatchObject({ interval: 5, frozen_time: 30, quantity_limit: 10 })
    expect(deriveMmp('BTC', mmp)).toMatchObject({ mmp_interval: 5000, mmp_frozen_time: 30_000, mmp_amount_limit: '10' })
    expect(bybitMmp('BTC', mmp)).toMatchObject({ window: '5000', frozenPeriod: '30000', qtyLimit: '10' })
  })
})

describe('Derive', () => {
  test('[UN25] net margins become requirements, and open orders are added', () => {
    const raw = {
      subaccount_value: '1000',
      initial_margin: '900',
      maintenance_margin: '950',
      open_orders_margin: '-20',
    }
    expect(readDeriveMargin(raw, 1)).toMatchObject({ equity: 1000, initialMargin: 120, maintenanceMargin: 50 })
    const without = readDeriveMargin({ ...raw, open_orders_margin: undefined }, 1)
    expect(without).not.toHaveProperty('initialMargin')
    expect(readDeriveMargin({ ...raw, maintenance_margin: '-5' }, 1)).toMatchObject({ maintenanceMargin: 1005 })
  })

  test('behavior: the entry of a perpetual belongs to what is not paid out yet', () => {
    const names = createNames()
    const instrument: Perpetual = {
      kind: 'perpetual',
      venue: 'derive',
      underlying: 'BTC',
      quote: 'USDC',
      settle: 'USDC',
      payoff: 'linear',
    }
    names.add([
      { instrument, native: 'BTC-PERP', priceStep: '0.1', sizeStep: '0.001', smallestSize: '0.001', multiplier: '1' },
    ])
    // The example of the venue's documentation: what was paid out is −4.03 of −2.65.
    const row = {
      instrument_name: 'BTC-PERP',
      amount: '-0.02',
      average_price: '102632.9105389869500088',
      mark_price: '102765.190337908177752979099750518798828125',
      mark_value: '1.38730606879471451975405216217041015625',
    }
    const { positions } = readDeriveStatement({ collaterals: [], positions: [row] }, names, 1)
    const entry = positions[0]!.entryPrice!
    expect(-0.02 * (102765.19033790818 - entry)).toBeCloseTo(1.3873060687947145, 9)
  })
})

describe('Hyperliquid', () => {
  const btc = readPerpetual({ name: 'BTC', szDecimals: 5 }, { dex: '', dexIndex: 0, index: 0 })!
  const gold = readPerpetual({ name: 'xyz:GOLD', szDecimals: 4 }, { dex: 'xyz', dexIndex: 1, index: 3 })!
  const names = createNames()
  names.add([btc, gold])
  const main = {
    marginSummary: { accountValue: '0.0', totalMarginUsed: '100.0' },
    crossMaintenanceMarginUsed: '50.0',
    assetPositions: [{ position: { coin: 'BTC', szi: '-0.02', entryPx: '90000.0', unrealizedPnl: '20.0' } }],
  }
  const other = {
    marginSummary: { accountValue: '0.0', totalMarginUsed: '30.0' },
    crossMaintenanceMarginUsed: '15.0',
    assetPositions: [{ position: { coin: 'xyz:GOLD', szi: '1.5', entryPx: '4000.0', unrealizedPnl: '-5.0' } }],
  }
  const spot = { balances: [{ coin: 'USDC', total: '1000.0', hold: '130.0' }] }

  test('[UN10] a unified account over two dexes: equity and margin are sums, not what one of them says', () => {
    expect(readHyperliquidMargin([main, other], spot, true, 1)).toMatchObject({
      unit: 'USD',
      equity: 1015,
      initialMargin: 130,
      maintenanceMargin: 65,
    })
    const { balances, positions, unread } = readHyperliquidStatement([main, other], spot, true, names, 1)
    expect(unread).toBeUndefined()
    expect(balances).toEqual({ USDC: '1000' })
    expect(positions).toEqual([
      { instrument: 'hyperliquid:BTC/USDC:USDC', size: '-0.02', entryPrice: 90_000 },
      { instrument: 'hyperliquid:XYZGOLD/USDC:USDC', size: '1.5', entryPrice: 4000 },
    ])
  })

  test('[UN10] separate balances: cash is the value without the open profit', () => {
    const separate = { ...main, marginSummary: { accountValue: '520.0', totalMarginUsed: '100.0' } }
    expect(readHyperliquidStatement([separate], spot, false, names, 1).balances).toEqual({ USDC: '1500' })
    expect(readHyperliquidMargin([separate], spot, false, 1)).toMatchObject({ equity: 520 })
  })

  test('error: a position in a dex whose listing is not known makes the statement incomplete', () => {
    const { unread } = readHyperliquidStatement([other], spot, true, createNames(), 1)
    expect(unread).toEqual([expect.stringContaining("'xyz:GOLD'")])
  })

  test('[UN11] 20 signed actions of one millisecond have 20 nonces, in order', () => {
    const nonce = createNonces(() => 1_700_000_000_000)
    const found = Array.from({ length: 20 }, nonce)
    expect(new Set(found).size).toBe(20)
    expect(found).toEqual([...found].sort((a, b) => a - b))
  })

  test('behavior: asset ids of builders, and prices of five digits', () => {
    expect(gold.extra).toEqual({ asset: '110003', dex: 'xyz' })
    expect(priceText('90123.4', btc, true)).toBe('90123')
    expect(priceText('90123.4', btc, false)).toBe('90124')
    expect(priceText('4012.345', gold, true)).toBe('4012.3')
    expect(priceText('0.0123456', { ...btc, priceStep: '0.000001' } as Listed, true)).toBe('0.012345')
  })

  test.skipIf(samples === undefined)('behavior: reads a recorded fill with our id and a recorded account', () => {
    const data = record(sample('hyperliquid/ws_user_fill_liquidation.json').data)
    expect(readHyperliquidFill(records(data.fills)![0]!, btc)).toMatchObject({
      size: '-0.001',
      price: '66653',
      fee: '0.009997',
      clientId: 'e8d5fd7ebbb4c3cff4d1803472a11463',
      venueOrderId: '55030848197',
    })
    const state = sample('hyperliquid/http_clearinghouse_state_negative_total_raw_usd.json')
    const balances = sample('hyperliquid/http_spot_clearinghouse_state.json')
    const statement = readHyperliquidStatement([state], balances, false, names, 1)
    expect(statement.balances).toMatchObject({ USDC: '1750.65636', HYPE: '5.2' })
  })
})

describe('contract sizes', () => {
  test('behavior: OKX counts contracts: base units for linear ones, USD for inverse ones', () => {
    const raw = {
      instId: 'BTC-USDT-SWAP',
      instType: 'SWAP',
      uly: 'BTC-USDT',
      settleCcy: 'USDT',
      ctVal: '0.01',
      ctMult: '1',
      ctValCcy: 'BTC',
      tickSz: '0.1',
      lotSz: '1',
      minSz: '1',
      state: 'live',
    }
    const linear = readOkx(raw)!
    expect(linear).toMatchObject({ multiplier: '0.01', sizeStep: '0.01', instrument: { payoff: 'linear' } })
    const inverse = readOkx({
      ...raw,
      instId: 'BTC-USD-SWAP',
      uly: 'BTC-USD',
      settleCcy: 'BTC',
      ctVal: '100',
      ctValCcy: 'USD',
    })!
    expect(inverse).toMatchObject({ multiplier: '100', instrument: { payoff: 'inverse' } })
    expect(readOkx({ ...raw, ctValCcy: 'USDT' })).toBeUndefined()
    const option_ = {
      ...raw,
      instId: 'BTC-USD-260227-80000-P',
      instType: 'OPTION',
      uly: 'BTC-USD',
      settleCcy: 'BTC',
      ctVal: '1',
      ctMult: '0.01',
      expTime: String(Date.UTC(2026, 1, 27, 8)),
      stk: '80000',
      optType: 'P',
    }
    expect(readOkx(option_)).toMatchObject({ multiplier: '0.01', instrument: { kind: 'option', right: 'put' } })
    const fill = {
      tradeId: '1',
      fillSz: '3',
      fillPx: '90000',
      fee: '-0.2',
      feeCcy: 'USDT',
      ts: '1700000000000',
      side: 'sell',
      clOrdId: 'a',
    }
    expect(readOkxFill(fill, linear)).toMatchObject({ size: '-0.03', fee: '0.2' })
  })

  test('behavior: Binance counts base units, and contracts of USD where coins are the margin', () => {
    const raw = {
      symbol: 'BTCUSD_PERP',
      baseAsset: 'BTC',
      quoteAsset: 'USD',
      marginAsset: 'BTC',
      contractType: 'PERPETUAL',
      contractStatus: 'TRADING',
      contractSize: 100,
      filters: [
        { filterType: 'PRICE_FILTER', tickSize: '0.1' },
        { filterType: 'LOT_SIZE', stepSize: '1', minQty: '1' },
      ],
    }
    const listed = readBinance(raw, 'dapi')!
    expect(listed).toMatchObject({ multiplier: '100', sizeStep: '100' })
    const names = createNames()
    names.add([listed])
    const read = (positionAmt: string) =>
      readBinanceStatement([], [{ symbol: 'BTCUSD_PERP', positionAmt, entryPrice: '90000' }], names, 1)
    expect(read('-7').positions).toEqual([{ instrument: 'binance:BTC/USD:BTC', size: '-700', entryPrice: 90_000 }])
    expect(read('7,0').unread).toEqual(['size of BTCUSD_PERP'])
  })
})
