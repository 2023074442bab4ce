import ccxt from 'ccxt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REHEARSAL_ACCOUNTS, REHEARSAL_KEYS } from './credentials.js'
import { createExchange, type Exchange } from './exchange.js'
import { seededMarket } from './market.js'
import { type ServedExchange, serveExchange } from './serveExchange.js'

/** The stock client, unmodified but for its URLs, over real HTTP and WebSocket. */

const PERPETUAL = 'BTC/USD:BTC'
let exchange: Exchange
let served: ServedExchange
let client: InstanceType<typeof ccxt.pro.deribit>

beforeAll(async () => {
  const market = seededMarket({ seed: 11, start: Date.UTC(2026, 0, 5, 12), stepMs: 100 })
  exchange = createExchange({ seed: 11, market, accounts: REHEARSAL_ACCOUNTS, limits: 'none', flowRatio: 0 })
  served = await serveExchange(exchange)
  client = await connected(REHEARSAL_KEYS.trade)
}, 30_000)

afterAll(async () => {
  await client?.close()
  await served?.close()
})

async function connected(key: { readonly clientId: string; readonly clientSecret: string }) {
  const made = new ccxt.pro.deribit({ apiKey: key.clientId, secret: key.clientSecret, enableRateLimit: false })
  made.urls.api = { rest: served.rest, ws: served.ws }
  await made.loadHttpProxyAgent()
  await made.loadMarkets()
  return made
}

test('behavior: markets, tickers, Greeks and books read as Deribit’s', async () => {
  const perpetual = client.market(PERPETUAL)
  expect(perpetual).toMatchObject({ id: 'BTC-PERPETUAL', swap: true, inverse: true, contractSize: 10 })
  expect(perpetual.precision).toEqual({ amount: 10, price: 0.5 })
  const option = Object.values(client.markets!).find(({ option, base }) => option === true && base === 'BTC')!
  const ticker = await client.fetchTicker(PERPETUAL)
  expect(ticker.bid!).toBeLessThan(ticker.ask!)
  const greeks = await client.fetchGreeks(option.symbol)
  expect(Math.abs(greeks.delta!)).toBeLessThanOrEqual(1)
  expect(greeks.markImpliedVolatility).toBeGreaterThan(10)
  const book = await client.fetchOrderBook(PERPETUAL, 5)
  expect([book.bids.length, book.asks.length]).toEqual([5, 5])
  expect(book.bids[0]![0]).toBeLessThan(book.asks[0]![0]!)
  const tickers = await client.fetchTickers(undefined, { code: 'BTC' })
  expect(Object.keys(tickers).length).toBeGreaterThan(50)
  expect((await client.fetchFundingRate(PERPETUAL)).fundingRate).toBeTypeOf('number')
  expect((await client.fetchStatus()).status).toBe('ok')
})

test('behavior: orders live and die over REST, and both sides agree at the end', async () => {
  const before = (await client.fetchBalance()) as unknown as { BTC: { total: number } }
  expect(before.BTC.total).toBe(10)
  const price = client.priceToPrecision(PERPETUAL, (await client.fetchTicker(PERPETUAL)).bid! * 0.995)
  const order = await client.createOrder(PERPETUAL, 'limit', 'buy', 500, Number(price), {
    label: 'rehearsal-1',
    postOnly: true,
  })
  expect(order).toMatchObject({ status: 'open', amount: 500, filled: 0, side: 'buy' })
  expect((await client.fetchOpenOrders(PERPETUAL)).map(({ id }) => id)).toEqual([order.id])
  expect((await client.fetchOrder(order.id!)).info.label).toBe('rehearsal-1')
  const edited = await client.editOrder(order.id!, PERPETUAL, 'limit', 'buy', 600, Number(price))
  expect(edited).toMatchObject({ id: order.id, amount: 600 })
  expect((await client.cancelOrder(order.id!)).status).toBe('canceled')
  await expect(client.cancelOrder(order.id!)).rejects.toThrow('11044')
  await expect(client.fetchOrder('BTC-0')).rejects.toBeInstanceOf(ccxt.OrderNotFound)
  await expect(client.createOrder(PERPETUAL, 'market', 'buy', 10_000_000_000)).rejects.toBeInstanceOf(
    ccxt.InsufficientFunds,
  )

  const taken = await client.createOrder(PERPETUAL, 'market', 'buy', 1_000)
  expect(taken).toMatchObject({ status: 'closed', filled: 1_000 })
  const option = Object.values(client.markets!).find(({ option: is, base }) => is === true && base === 'ETH')!
  await client.createOrder(option.symbol, 'market', 'sell', 2)
  const trades = await client.fetchMyTrades(PERPETUAL)
  expect(trades.map(({ order: id, amount }) => [id, amount])).toEqual([[taken.id, 1_000]])
  expect(trades[0]!.fee).toMatchObject({ currency: 'BTC' })

  const positions = await client.fetchPositions()
  served.advance()
  const [truth] = exchange.snapshot().accounts
  expect(positions.map(({ info }) => [info.instrument_name, info.size])).toEqual(
    truth!.positions.map(({ instrument, size }) => [instrument, size]),
  )
  expect(await client.fetchOpenOrders()).toEqual([])
  expect(truth!.openOrders).toEqual([])
  const summaries = (await client.fetchBalance()).info.summaries as { currency: string; balance: number }[]
  for (const { currency, balance } of summaries) {
    expect(balance).toBe(Number(truth!.balances[currency]!.balance) / 1e8)
  }
})

test('behavior: tickers, books, orders and fills come over the WebSocket', async () => {
  expect((await client.watchTicker(PERPETUAL)).symbol).toBe(PERPETUAL)
  const first = await client.watchOrderBook(PERPETUAL)
  expect(first.bids[0]![0]).toBeLessThan(first.asks[0]![0]!)
  for (let round = 0; round < 5; round++) await client.watchOrderBook(PERPETUAL)
  const orders = client.watchOrders()
  const fills = client.watchMyTrades()
  await expect.poll(() => subscribed('user.trades.any.any.raw') && subscribed('user.orders.any.any.raw')).toBe(true)
  const placed = await client.createOrder(PERPETUAL, 'market', 'sell', 200)
  expect((await fills).map(({ order }) => order)).toContain(placed.id)
  expect((await orders).map(({ id }) => id)).toContain(placed.id)
  const book = await client.watchOrderBook(PERPETUAL)
  expect(book.bids[0]![0]).toBeLessThan(book.asks[0]![0]!)
}, 30_000)

function subscribed(channel: string): boolean {
  return exchange.snapshot().channels[channel] === 1
}

test('error: wrong secrets, missing scopes and read-only keys are told apart', async () => {
  const wrong = await connected({ clientId: REHEARSAL_KEYS.trade.clientId, clientSecret: 'wrong' })
  await expect(wrong.fetchBalance()).rejects.toThrow('13004')
  const reader = await connected(REHEARSAL_KEYS.readOnly)
  await expect(reader.fetchBalance()).resolves.toBeDefined()
  await expect(reader.createOrder(PERPETUAL, 'market', 'buy', 10)).rejects.toThrow('13021')
  await wrong.close()
  await reader.close()
})
