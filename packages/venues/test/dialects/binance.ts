import { type Asked, benchOf, type Desk, type DeskOrder, PRICE } from './desk.js'

const STATUS = { open: 'NEW', filled: 'FILLED', cancelled: 'EXPIRED', rejected: 'EXPIRED' } as const

function order(one: DeskOrder) {
  return {
    orderId: Number(one.id),
    symbol: 'BTCUSDT',
    status: STATUS[one.status],
    clientOrderId: one.clientId,
    price: String(one.price),
    avgPrice: one.filled > 0 ? String(PRICE) : '0.00',
    origQty: String(one.size),
    executedQty: String(one.filled),
    timeInForce: 'GTC',
    type: 'LIMIT',
    reduceOnly: one.reduceOnly,
    side: one.buy ? 'BUY' : 'SELL',
    positionSide: 'BOTH',
    time: one.time,
    updateTime: one.time,
  }
}

const refusal = (code: number, msg: string, status = 400) => ({ status, body: { code, msg } })
const contract = (symbol: string, over: object) => ({
  symbol,
  contractType: 'PERPETUAL',
  deliveryDate: 4133404800000,
  baseAsset: 'BTC',
  filters: [
    { filterType: 'PRICE_FILTER', tickSize: '0.10' },
    { filterType: 'LOT_SIZE', stepSize: '0.001', minQty: '0.001' },
  ],
  ...over,
})

export const binance = benchOf({
  kind: 'binance',
  instrument: 'binance:BTC/USDT:USDT',
  size: '0.004',
  double: '0.008',
  credentials: { key: 'canary-key-of-binance-0001', secret: 'canary-secret-of-binance-0001' },
  keys: ['trade', 'read', 'withdraw', 'wrong'],
  guard: 'scheduled-cancel',
  isOrder: ({ method, path }) => method === 'POST' && path === '/fapi/v1/order',
  answer(desk: Desk, { method, path, params }: Asked) {
    if (path.startsWith('/sapi') && desk.key === 'wrong') return refusal(-2014, 'API-key format invalid.', 401)
    switch (`${method} ${path}`) {
      case 'GET /sapi/v1/account/apiRestrictions':
        return {
          body: {
            ipRestrict: true,
            enableReading: true,
            enableWithdrawals: desk.key === 'withdraw',
            enableFutures: desk.key !== 'read',
            enableSpotAndMarginTrading: false,
          },
        }
      case 'GET /sapi/v1/system/status':
        return { body: { status: 0, msg: 'normal' } }
      case 'GET /fapi/v1/time':
        return { body: { serverTime: desk.now() } }
      case 'GET /fapi/v1/exchangeInfo':
        return {
          body: { symbols: [contract('BTCUSDT', { quoteAsset: 'USDT', marginAsset: 'USDT', status: 'TRADING' })] },
        }
      case 'GET /dapi/v1/exchangeInfo':
        return {
          body: {
            symbols: [
              contract('BTCUSD_PERP', {
                quoteAsset: 'USD',
                marginAsset: 'BTC',
                contractStatus: 'TRADING',
                contractSize: 100,
              }),
            ],
          },
        }
      case 'GET /fapi/v1/ticker/bookTicker':
        return {
          body: {
            symbol: 'BTCUSDT',
            bidPrice: '89999.9',
            bidQty: '5',
            askPrice: '90000.0',
            askQty: '5',
            time: desk.now(),
          },
        }
      case 'GET /dapi/v1/ticker/bookTicker':
        return { body: [{ symbol: 'BTCUSD_PERP', bidPrice: '89999.9', bidQty: '5', askPrice: '90000.0', askQty: '5' }] }
      case 'GET /fapi/v1/premiumIndex':
      case 'GET /dapi/v1/premiumIndex': {
        const one = {
          symbol: params.symbol,
          markPrice: '90000',
          indexPrice: '89990',
          lastFundingRate: '0.0001',
          time: desk.now(),
        }
        return { body: path.startsWith('/dapi') ? [one] : one }
      }
      case 'GET /fapi/v3/account':
        return {
          body: {
            totalMarginBalance: '1000',
            totalInitialMargin: '10',
            totalMaintMargin: '5',
            assets: [{ asset: 'USDT', walletBalance: '1000.5' }],
          },
        }
      case 'GET /dapi/v1/account':
        return { body: { assets: [{ asset: 'BTC', walletBalance: '0.00000000' }] } }
      case 'GET /fapi/v3/positionRisk':
        return desk.position === 0
          ? { body: [] }
          : {
              body: [
                {
                  symbol: 'BTCUSDT',
                  positionSide: 'BOTH',
                  positionAmt: desk.broken ? '0,004' : String(desk.position),
                  entryPrice: String(PRICE),
                },
              ],
            }
      case 'GET /dapi/v1/positionRisk':
        return { body: [{ symbol: 'BTCUSD_PERP', positionAmt: '0', entryPrice: '0.0' }] }
      case 'GET /fapi/v1/openOrders':
        return { body: desk.open().map(order) }
      case 'GET /dapi/v1/openOrders':
        return { body: [] }
      case 'GET /fapi/v1/order': {
        const one = desk.find({ id: params.orderId, clientId: params.origClientOrderId })
        return one === undefined ? refusal(-2013, 'Order does not exist.') : { body: order(one) }
      }
      case 'GET /fapi/v1/allOrders':
        return { body: desk.orders.map(order) }
      case 'GET /fapi/v1/userTrades':
        return {
          body: desk.fills
            .filter(({ time }) => time >= Number(params.startTime))
            .map((fill) => ({
              id: Number(fill.id),
              orderId: Number(fill.order.id),
              symbol: 'BTCUSDT',
              side: fill.order.buy ? 'BUY' : 'SELL',
              price: String(fill.price),
              qty: String(fill.size),
              commission: '0.16',
              commissionAsset: 'USDT',
              time: fill.time,
            })),
        }
      case 'GET /dapi/v1/userTrades':
        return { body: [] }
      case 'POST /fapi/v1/order': {
        const tif = params.timeInForce === 'GTX' ? 'post' : params.timeInForce === 'IOC' ? 'ioc' : 'gtc'
        const one = desk.place({
          clientId: params.newClientOrderId!,
          buy: params.side === 'BUY',
          size: Number(params.quantity),
          price: Number(params.price),
          tif,
          reduceOnly: params.reduceOnly === 'true',
        })
        if (one.reduceOnly && one.status === 'cancelled' && one.filled === 0)
          return refusal(-2022, 'ReduceOnly Order is rejected.')
        if (one.status === 'rejected') return refusal(-5022, 'Post Only order will be rejected.')
        return { body: order(one) }
      }
      case 'DELETE /fapi/v1/order': {
        const one = desk.find({ id: params.orderId, clientId: params.origClientOrderId })
        return desk.cancel(one) ? { body: order(one!) } : refusal(-2011, 'Unknown order sent.')
      }
      case 'DELETE /fapi/v1/allOpenOrders':
        for (const one of desk.open()) desk.cancel(one)
        return { body: { code: 200, msg: 'The operation of cancel all open order is done.' } }
      case 'POST /fapi/v1/countdownCancelAll':
      case 'POST /dapi/v1/countdownCancelAll':
        return { body: { symbol: params.symbol, countdownTime: params.countdownTime } }
      default:
        return undefined
    }
  },
})
