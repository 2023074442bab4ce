import { type Asked, benchOf, type Desk, type DeskOrder, PRICE } from './desk.js'

const SECRET = `0x${'2'.padStart(64, '0')}`
const SIGNER = '0x2b5ad5c4795c026514f8317c7a215e218dccd6cf'
const WALLET = '0x1111111111111111111111111111111111111112'

function order(raw: DeskOrder) {
  return {
    subaccount_id: 7,
    order_id: raw.id,
    instrument_name: 'BTC-PERP',
    direction: raw.buy ? 'buy' : 'sell',
    label: raw.clientId,
    creation_timestamp: raw.time,
    last_update_timestamp: raw.time,
    limit_price: String(raw.price),
    amount: String(raw.size),
    filled_amount: String(raw.filled),
    average_price: raw.filled > 0 ? String(PRICE) : '0',
    order_status: raw.status,
    order_type: 'limit',
    time_in_force: 'gtc',
    reduce_only: raw.reduceOnly,
    cancel_reason: raw.status === 'cancelled' ? 'user_request' : '',
    order_fee: '0',
    max_fee: '1',
    nonce: raw.time,
    signature: '0x',
    signer: SIGNER,
    signature_expiry_sec: 2_000_000_000,
    mmp: false,
    quote_id: null,
  }
}

const instrument = {
  instrument_type: 'perp',
  instrument_name: 'BTC-PERP',
  scheduled_activation: 1701840228,
  scheduled_deactivation: 9223372036,
  is_active: true,
  tick_size: '0.1',
  minimum_amount: '0.001',
  maximum_amount: '10000',
  amount_step: '0.001',
  maker_fee_rate: '0.00005',
  taker_fee_rate: '0.0003',
  base_fee: '0.1',
  base_currency: 'BTC',
  quote_currency: 'USD',
  option_details: null,
  perp_details: { index: 'BTC-USD', funding_rate: '0.00001' },
  base_asset_address: '0xDBa83C0C654DB1cd914FA2710bA743e925B53086',
  base_asset_sub_id: '0',
}

export const derive = benchOf({
  kind: 'derive',
  instrument: 'derive:BTC/USDC:USDC',
  size: '0.004',
  double: '0.008',
  credentials: { secret: SECRET, wallet: WALLET, subaccount: '7' },
  keys: ['trade', 'read', 'withdraw', 'wrong'],
  guard: 'cancel-on-disconnect',
  isOrder: ({ path }) => path === '/private/order',
  answer(desk: Desk, { path, body }: Asked) {
    const ok = (result: unknown) => ({ body: { id: 'x', result } })
    const refusal = (code: number, message: string) => ({ body: { id: 'x', error: { code, message } } })
    if (path.startsWith('/private') && desk.key === 'wrong') return refusal(14000, 'Account not found')
    switch (path) {
      case '/private/get_account':
        return ok({ wallet: WALLET, subaccount_ids: [7], cancel_on_disconnect: true })
      case '/private/set_cancel_on_disconnect':
        return ok('ok')
      case '/private/session_keys': {
        const scope = desk.key === 'withdraw' ? 'admin' : desk.key === 'read' ? 'read_only' : 'account'
        return ok({
          public_session_keys: [
            { public_session_key: SIGNER, scope, label: 'desk', expiry_sec: 2_000_000_000, ip_whitelist: [] },
          ],
        })
      }
      case '/public/get_time':
        return ok(desk.now())
      case '/public/get_instruments':
        return ok(body.instrument_type === 'perp' ? [instrument] : [])
      case '/public/get_tickers':
        return ok({
          tickers: {
            'BTC-PERP': {
              t: desk.now(),
              a: '90000',
              A: '5',
              b: '89999.9',
              B: '5',
              I: '89990',
              M: '90000',
              f: '0.00001',
              stats: { oi: '10' },
            },
          },
        })
      case '/public/get_ticker':
        return ok({ ...instrument, index_price: '89990', mark_price: '90000', timestamp: desk.now() })
      case '/public/get_live_incidents':
        return ok({ incidents: [] })
      case '/private/get_subaccount':
        return ok({
          subaccount_id: 7,
          subaccount_value: '1000',
          initial_margin: '900',
          maintenance_margin: '950',
          open_orders_margin: '-20',
          collaterals: [{ asset_name: 'USDC', amount: '1000.5' }],
          positions:
            desk.position === 0
              ? []
              : [
                  {
                    instrument_name: 'BTC-PERP',
                    instrument_type: 'perp',
                    amount: desk.broken ? '0,004' : String(desk.position),
                    average_price: String(PRICE),
                    mark_price: String(PRICE),
                    mark_value: '0',
                  },
                ],
        })
      case '/private/get_open_orders':
        return ok({ subaccount_id: 7, orders: desk.open().map(order) })
      case '/private/get_orders':
        return ok({
          subaccount_id: 7,
          orders: desk.orders.filter(({ clientId }) => clientId === body.label).map(order),
          pagination: { num_pages: 1, count: 1 },
        })
      case '/private/get_trade_history':
        return ok({
          subaccount_id: 7,
          pagination: { num_pages: 1, count: desk.fills.length },
          trades: desk.fills
            .filter(({ time }) => time >= Number(body.from_timestamp))
            .map((fill) => ({
              trade_id: `t-${fill.id}`,
              order_id: fill.order.id,
              instrument_name: 'BTC-PERP',
              direction: fill.order.buy ? 'buy' : 'sell',
              label: fill.order.clientId,
              timestamp: fill.time,
              trade_price: String(fill.price),
              trade_amount: String(fill.size),
              trade_fee: '0.16',
            })),
        })
      case '/private/order': {
        const tif = body.time_in_force === 'post_only' ? 'post' : body.time_in_force === 'ioc' ? 'ioc' : 'gtc'
        const one = desk.place({
          clientId: String(body.label),
          buy: body.direction === 'buy',
          size: Number(body.amount),
          price: Number(body.limit_price),
          tif,
          reduceOnly: body.reduce_only === true,
        })
        if (one.status === 'rejected') return refusal(11008, 'Post only order would cross the market')
        if (one.reduceOnly && one.filled === 0 && one.status === 'cancelled')
          return refusal(11021, 'Reduce only not reducing')
        return ok({ order: order(one), trades: [] })
      }
      case '/private/cancel': {
        const one = desk.find({ id: String(body.order_id) })
        return desk.cancel(one) ? ok(order(one!)) : refusal(11006, 'Does not exist')
      }
      case '/private/cancel_by_label': {
        const mine = desk.open().filter(({ clientId }) => clientId === body.label)
        for (const one of mine) desk.cancel(one)
        return ok({ cancelled_orders: mine.length })
      }
      case '/private/cancel_by_instrument': {
        const mine = desk.open()
        for (const one of mine) desk.cancel(one)
        return ok({ cancelled_orders: mine.length })
      }
      case '/private/cancel_all':
        for (const one of desk.open()) desk.cancel(one)
        return ok('ok')
      default:
        return undefined
    }
  },
})
