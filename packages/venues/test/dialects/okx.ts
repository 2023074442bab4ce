import { type Asked, benchOf, type Desk, type DeskOrder, PRICE } from './desk.js'

const STATUS = { open: 'live', filled: 'filled', cancelled: 'canceled', rejected: 'canceled' } as const
const ok = (data: readonly unknown[]) => ({ body: { code: '0', msg: '', data } })
const one = (sCode: string, sMsg: string, over: object = {}) => ({
  body: { code: sCode === '0' ? '0' : '1', msg: '', data: [{ sCode, sMsg, ...over }] },
})

function order(raw: DeskOrder) {
  return {
    instId: 'BTC-USDT-SWAP',
    instType: 'SWAP',
    ordId: raw.id,
    clOrdId: raw.clientId,
    px: String(raw.price),
    sz: String(raw.size),
    accFillSz: String(raw.filled),
    avgPx: raw.filled > 0 ? String(PRICE) : '',
    side: raw.buy ? 'buy' : 'sell',
    state: STATUS[raw.status],
    reduceOnly: String(raw.reduceOnly),
    cTime: String(raw.time),
    uTime: String(raw.time),
  }
}

const contract = {
  instId: 'BTC-USDT-SWAP',
  instType: 'SWAP',
  uly: 'BTC-USDT',
  settleCcy: 'USDT',
  ctVal: '0.01',
  ctMult: '1',
  ctValCcy: 'BTC',
  ctType: 'linear',
  tickSz: '0.1',
  lotSz: '0.1',
  minSz: '0.1',
  state: 'live',
}

export const okx = benchOf({
  kind: 'okx',
  instrument: 'okx:BTC/USDT:USDT',
  size: '0.04',
  double: '0.08',
  credentials: {
    key: 'canary-key-of-okx-0001',
    secret: 'canary-secret-of-okx-000001',
    password: 'canary-pass-of-okx-000001',
  },
  keys: ['trade', 'read', 'withdraw', 'wrong'],
  guard: 'scheduled-cancel',
  isOrder: ({ method, path }) => method === 'POST' && path === '/api/v5/trade/order',
  answer(desk: Desk, { method, path, params, body }: Asked) {
    if (path.includes('/account/') && desk.key === 'wrong')
      return { status: 401, body: { code: '50111', msg: 'Invalid OK-ACCESS-KEY', data: [] } }
    switch (`${method} ${path}`) {
      case 'GET /api/v5/account/config': {
        const perm =
          desk.key === 'withdraw' ? 'read_only,trade,withdraw' : desk.key === 'read' ? 'read_only' : 'read_only,trade'
        return ok([{ uid: '1', acctLv: '3', posMode: 'net_mode', perm, ip: '10.0.0.1' }])
      }
      case 'GET /api/v5/public/time':
        return ok([{ ts: String(desk.now()) }])
      case 'GET /api/v5/public/instruments':
        return ok(params.instType === 'SWAP' ? [contract] : [])
      case 'GET /api/v5/market/index-tickers':
        return ok([{ instId: 'BTC-USD', idxPx: '89990', ts: String(desk.now()) }])
      case 'GET /api/v5/market/tickers':
        return ok([
          {
            instId: 'BTC-USDT-SWAP',
            last: '90000',
            askPx: '90000',
            askSz: '500',
            bidPx: '89999.9',
            bidSz: '500',
            ts: String(desk.now()),
          },
        ])
      case 'GET /api/v5/public/mark-price':
        return ok([{ instId: 'BTC-USDT-SWAP', markPx: '90000', ts: String(desk.now()) }])
      case 'GET /api/v5/public/funding-rate':
        return ok([{ instId: 'BTC-USDT-SWAP', fundingRate: '0.0001' }])
      case 'GET /api/v5/account/balance':
        return ok([
          {
            totalEq: '1000',
            adjEq: '990',
            imr: '10',
            mmr: '5',
            uTime: String(desk.now()),
            details: [{ ccy: 'USDT', cashBal: '1000.5', eq: '1000.5' }],
          },
        ])
      case 'GET /api/v5/account/positions':
        return ok(
          desk.position === 0
            ? []
            : [
                {
                  instId: 'BTC-USDT-SWAP',
                  posSide: 'net',
                  pos: desk.broken ? '4,0' : String(desk.position),
                  avgPx: String(PRICE),
                },
              ],
        )
      case 'GET /api/v5/trade/orders-pending':
        return ok(desk.open().map(order))
      case 'GET /api/v5/trade/orders-history':
        return ok(desk.orders.filter(({ status }) => status !== 'open').map(order))
      case 'GET /api/v5/trade/order': {
        const found = desk.find({ id: params.ordId, clientId: params.clOrdId })
        return found === undefined
          ? { body: { code: '51603', msg: 'Order does not exist', data: [] } }
          : ok([order(found)])
      }
      case 'GET /api/v5/trade/fills':
        return ok(
          desk.fills
            .filter(({ time }) => time >= Number(params.begin))
            .map((fill) => ({
              instId: 'BTC-USDT-SWAP',
              tradeId: fill.id,
              billId: fill.id,
              ordId: fill.order.id,
              clOrdId: fill.order.clientId,
              fillPx: String(fill.price),
              fillSz: String(fill.size),
              side: fill.order.buy ? 'buy' : 'sell',
              fee: '-0.16',
              feeCcy: 'USDT',
              ts: String(fill.time),
            })),
        )
      case 'POST /api/v5/trade/order': {
        const raw = body as Readonly<Record<string, string | boolean>>
        const tif = raw.ordType === 'post_only' ? 'post' : raw.ordType === 'ioc' ? 'ioc' : 'gtc'
        const placed = desk.place({
          clientId: String(raw.clOrdId),
          buy: raw.side === 'buy',
          size: Number(raw.sz),
          price: Number(raw.px),
          tif,
          reduceOnly: raw.reduceOnly === true,
        })
        if (placed.reduceOnly && placed.status === 'cancelled' && placed.filled === 0)
          return one('51169', 'no positions in this direction')
        return one('0', 'Order placed', { ordId: placed.id, clOrdId: placed.clientId })
      }
      case 'POST /api/v5/trade/cancel-order': {
        const raw = body as Readonly<Record<string, string>>
        const found = desk.find({ id: raw.ordId, clientId: raw.clOrdId })
        return desk.cancel(found)
          ? one('0', '', { ordId: found!.id })
          : one('51400', 'Cancellation failed as the order has been filled, canceled or does not exist.')
      }
      case 'POST /api/v5/trade/cancel-all-after':
        return ok([{ triggerTime: String(desk.now() + 120_000), ts: String(desk.now()) }])
      case 'GET /api/v5/system/status':
        return ok([])
      default:
        return undefined
    }
  },
})
