import { type Asked, benchOf, type Desk, type DeskOrder, PRICE } from './desk.js'

const STATUS = { open: 'open', filled: 'filled', cancelled: 'canceled', rejected: 'badAloPxRejected' } as const
/** A key of no account anywhere: the number 1, and the address that follows from it is not the account's. */
const AGENT_KEY = `0x${'1'.padStart(64, '0')}`
const AGENT = '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'
export const ACCOUNT = '0x1111111111111111111111111111111111111111'

function order(raw: DeskOrder) {
  return {
    coin: 'BTC',
    side: raw.buy ? 'B' : 'A',
    limitPx: String(raw.price),
    sz: String(raw.size - raw.filled),
    origSz: String(raw.size),
    oid: Number(raw.id),
    cloid: raw.clientId,
    reduceOnly: raw.reduceOnly,
    timestamp: raw.time,
  }
}

type Wire = {
  readonly b: boolean
  readonly p: string
  readonly s: string
  readonly r: boolean
  readonly c: string
  readonly t: { readonly limit: { readonly tif: string } }
}

function info(desk: Desk, body: Asked['body']): unknown {
  const meta = { universe: [{ name: 'BTC', szDecimals: 5, maxLeverage: 40 }] }
  switch (body.type) {
    case 'userRole':
      return desk.key === 'wrong' ? { role: 'missing' } : { role: 'user' }
    case 'extraAgents':
      return [{ name: 'desk', address: AGENT, validUntil: desk.now() + 1e9 }]
    case 'userAbstraction':
      return 'default'
    case 'perpDexs':
      return [null]
    case 'exchangeStatus':
      return { specialStatuses: null, time: desk.now() }
    case 'meta':
      return meta
    case 'metaAndAssetCtxs':
      return [
        meta,
        [
          {
            funding: '0.0000125',
            openInterest: '100',
            oraclePx: '89990',
            markPx: '90000',
            impactPxs: ['89999', '90001'],
          },
        ],
      ]
    case 'l2Book':
      return {
        coin: 'BTC',
        time: desk.now(),
        levels: [[{ px: '89999', sz: '5', n: 1 }], [{ px: '90000', sz: '5', n: 1 }]],
      }
    case 'clearinghouseState':
      return {
        marginSummary: { accountValue: '1000.5', totalMarginUsed: '10', totalNtlPos: '0', totalRawUsd: '1000.5' },
        crossMaintenanceMarginUsed: '5',
        withdrawable: '990',
        time: desk.now(),
        assetPositions:
          desk.position === 0
            ? []
            : [
                {
                  type: 'oneWay',
                  position: {
                    coin: 'BTC',
                    szi: desk.broken ? '0,004' : String(desk.position),
                    entryPx: String(PRICE),
                    unrealizedPnl: '0.0',
                  },
                },
              ],
      }
    case 'spotClearinghouseState':
      return { balances: [{ coin: 'USDC', token: 0, total: '0.0', hold: '0.0' }] }
    case 'frontendOpenOrders':
      return desk.open().map(order)
    case 'historicalOrders':
      return desk.orders.map((one) => ({ order: order(one), status: STATUS[one.status], statusTimestamp: one.time }))
    case 'orderStatus': {
      const one = desk.find({ clientId: String(body.oid) })
      return one === undefined
        ? { status: 'unknownOid' }
        : { status: 'order', order: { order: order(one), status: STATUS[one.status], statusTimestamp: one.time } }
    }
    case 'userFillsByTime':
      return desk.fills
        .filter(({ time }) => time >= Number(body.startTime))
        .map((fill) => ({
          coin: 'BTC',
          px: String(fill.price),
          sz: String(fill.size),
          side: fill.order.buy ? 'B' : 'A',
          time: fill.time,
          oid: Number(fill.order.id),
          cloid: fill.order.clientId,
          tid: Number(fill.id),
          fee: '0.16',
          feeToken: 'USDC',
        }))
    default:
      return undefined
  }
}

function act(desk: Desk, action: Readonly<Record<string, unknown>>): unknown {
  const answer = (type: string, status: unknown) => ({ status: 'ok', response: { type, data: { statuses: [status] } } })
  if (action.type === 'order') {
    const [wire] = action.orders as readonly Wire[]
    const tif = wire!.t.limit.tif === 'Alo' ? 'post' : wire!.t.limit.tif === 'Ioc' ? 'ioc' : 'gtc'
    const one = desk.place({
      clientId: wire!.c,
      buy: wire!.b,
      size: Number(wire!.s),
      price: Number(wire!.p),
      tif,
      reduceOnly: wire!.r,
    })
    if (one.status === 'rejected')
      return answer('order', { error: 'Post only order would have immediately matched, bbo was 89999@90000. asset=0' })
    if (one.reduceOnly && one.filled === 0 && one.status === 'cancelled')
      return answer('order', { error: 'Reduce only order would increase position. asset=0' })
    if (one.status === 'open') return answer('order', { resting: { oid: Number(one.id) } })
    return answer('order', { filled: { totalSz: String(one.filled), avgPx: String(PRICE), oid: Number(one.id) } })
  }
  const cancels = action.cancels as readonly Readonly<Record<string, unknown>>[]
  const results = cancels.map((cancel) => {
    const one =
      action.type === 'cancel' ? desk.find({ id: String(cancel.o) }) : desk.find({ clientId: String(cancel.cloid) })
    return desk.cancel(one) ? 'success' : { error: 'Order was never placed, already canceled, or filled. asset=0' }
  })
  return { status: 'ok', response: { type: 'cancel', data: { statuses: results } } }
}

export const hyperliquid = benchOf({
  kind: 'hyperliquid',
  instrument: 'hyperliquid:BTC/USDC:USDC',
  size: '0.004',
  double: '0.008',
  credentials: { wallet: ACCOUNT, secret: AGENT_KEY },
  keys: ['trade'],
  isOrder: ({ path, body }) => path === '/exchange' && (body.action as { type?: string } | undefined)?.type === 'order',
  answer(desk: Desk, { path, body }: Asked) {
    const answer =
      path === '/info'
        ? info(desk, body)
        : path === '/exchange'
          ? act(desk, body.action as Readonly<Record<string, unknown>>)
          : undefined
    return answer === undefined ? undefined : { body: answer }
  },
})
