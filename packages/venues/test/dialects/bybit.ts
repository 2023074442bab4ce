import { type Asked, benchOf, type Desk, type DeskOrder, PRICE } from './desk.js'

const STATUS = { open: 'New', filled: 'Filled', cancelled: 'Cancelled', rejected: 'Cancelled' } as const

function order(raw: DeskOrder) {
  return {
    symbol: 'BTCUSDT',
    orderId: raw.id,
    orderLinkId: raw.clientId,
    price: String(raw.price),
    qty: String(raw.size),
    cumExecQty: String(raw.filled),
    avgPrice: raw.filled > 0 ? String(PRICE) : '',
    side: raw.buy ? 'Buy' : 'Sell',
    orderStatus: raw.status === 'cancelled' && raw.filled > 0 ? 'PartiallyFilledCanceled' : STATUS[raw.status],
    rejectReason: 'EC_NoError',
    cancelType: 'UNKNOWN',
    reduceOnly: raw.reduceOnly,
    createdTime: String(raw.time),
    updatedTime: String(raw.time),
  }
}

const contract = {
  symbol: 'BTCUSDT',
  contractType: 'LinearPerpetual',
  status: 'Trading',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  settleCoin: 'USDT',
  deliveryTime: '0',
  priceFilter: { tickSize: '0.10' },
  lotSizeFilter: { qtyStep: '0.001', minOrderQty: '0.001' },
}

export const bybit = benchOf({
  kind: 'bybit',
  instrument: 'bybit:BTC/USDT:USDT',
  size: '0.004',
  double: '0.008',
  credentials: { key: 'canary-key-of-bybit-0001', secret: 'canary-secret-of-bybit-0001' },
  keys: ['trade', 'read', 'withdraw', 'wrong'],
  isOrder: ({ method, path }) => method === 'POST' && path === '/v5/order/create',
  answer(desk: Desk, { method, path, params, body }: Asked) {
    const ok = (result: unknown) => ({ body: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: desk.now() } })
    const refusal = (retCode: number, retMsg: string) => ({
      body: { retCode, retMsg, result: {}, retExtInfo: {}, time: desk.now() },
    })
    const list = (rows: readonly unknown[]) => ok({ list: rows, nextPageCursor: '' })
    const linear = params.category === 'linear' && (params.settleCoin ?? 'USDT') === 'USDT'
    const raw = body as Readonly<Record<string, string | boolean>>
    if (path.startsWith('/v5/user') && desk.key === 'wrong') return refusal(10003, 'API key is invalid.')
    switch (`${method} ${path}`) {
      case 'GET /v5/user/query-api':
        return ok({
          readOnly: desk.key === 'read' ? 1 : 0,
          ips: ['10.0.0.1'],
          permissions: {
            ContractTrade: ['Order', 'Position'],
            Wallet: desk.key === 'withdraw' ? ['AccountTransfer', 'Withdraw'] : [],
          },
        })
      case 'GET /v5/market/time':
        return ok({ timeSecond: String(Math.floor(desk.now() / 1000)), timeNano: `${desk.now()}000000` })
      case 'GET /v5/market/instruments-info':
        return list(params.category === 'linear' ? [contract] : [])
      case 'GET /v5/market/tickers':
        return list([
          {
            symbol: 'BTCUSDT',
            lastPrice: '90000',
            indexPrice: '89990',
            markPrice: '90000',
            bid1Price: '89999.9',
            bid1Size: '5',
            ask1Price: '90000',
            ask1Size: '5',
            fundingRate: '0.0001',
            openInterest: '5000',
          },
        ])
      case 'GET /v5/account/wallet-balance':
        return ok({
          list: [
            {
              totalEquity: '1000',
              totalInitialMargin: '10',
              totalMaintenanceMargin: '5',
              coin: [{ coin: 'USDT', walletBalance: '1000.5' }],
            },
          ],
        })
      case 'GET /v5/position/list':
        return list(
          linear && desk.position !== 0
            ? [
                {
                  symbol: 'BTCUSDT',
                  side: desk.position > 0 ? 'Buy' : 'Sell',
                  size: desk.broken ? '0,004' : String(Math.abs(desk.position)),
                  avgPrice: String(PRICE),
                },
              ]
            : [],
        )
      case 'GET /v5/order/realtime': {
        const named = params.orderId !== undefined || params.orderLinkId !== undefined
        if (!named) return list(linear ? desk.open().map(order) : [])
        return list(
          desk.orders
            .filter(({ id, clientId }) =>
              params.orderId === undefined ? clientId === params.orderLinkId : id === params.orderId,
            )
            .map(order),
        )
      }
      case 'GET /v5/order/history':
        return list(
          desk.orders.filter(({ clientId, status }) => clientId === params.orderLinkId && status !== 'open').map(order),
        )
      case 'GET /v5/execution/list':
        return list(
          params.category === 'linear'
            ? desk.fills
                .filter(({ time }) => time >= Number(params.startTime))
                .map((fill) => ({
                  symbol: 'BTCUSDT',
                  execType: 'Trade',
                  execId: `e-${fill.id}`,
                  orderId: fill.order.id,
                  orderLinkId: fill.order.clientId,
                  side: fill.order.buy ? 'Buy' : 'Sell',
                  execPrice: String(fill.price),
                  execQty: String(fill.size),
                  execFee: '0.16',
                  feeCurrency: 'USDT',
                  execTime: String(fill.time),
                }))
            : [],
        )
      case 'POST /v5/order/create': {
        const tif = raw.timeInForce === 'PostOnly' ? 'post' : raw.timeInForce === 'IOC' ? 'ioc' : 'gtc'
        const placed = desk.place({
          clientId: String(raw.orderLinkId),
          buy: raw.side === 'Buy',
          size: Number(raw.qty),
          price: Number(raw.price),
          tif,
          reduceOnly: raw.reduceOnly === true,
        })
        if (placed.reduceOnly && placed.status === 'cancelled' && placed.filled === 0)
          return refusal(110017, 'current position is zero, cannot fix reduce-only order qty')
        return ok({ orderId: placed.id, orderLinkId: placed.clientId })
      }
      case 'POST /v5/order/cancel': {
        const found = desk.find({
          id: raw.orderId === undefined ? undefined : String(raw.orderId),
          clientId: raw.orderLinkId === undefined ? undefined : String(raw.orderLinkId),
        })
        return desk.cancel(found)
          ? ok({ orderId: found!.id })
          : refusal(110001, 'order not exists or too late to cancel')
      }
      case 'POST /v5/order/cancel-all': {
        const mine = raw.category === 'linear' && (raw.settleCoin ?? 'USDT') === 'USDT' ? desk.open() : []
        for (const one of mine) desk.cancel(one)
        return ok({ list: mine.map(({ id, clientId }) => ({ orderId: id, orderLinkId: clientId })), success: '1' })
      }
      case 'GET /v5/system/status':
        return list([])
      default:
        return undefined
    }
  },
})
