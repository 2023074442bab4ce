import type { ConnectionConfiguration, Observation, OrderReport, VenueGuardState } from '@holdfast/engine'
import { FLOORS, type RequestClass } from '../line/budget.js'
import { venueClientId } from '../line/clientId.js'
import { inContracts } from '../line/contracts.js'
import type { Dialect, DialectSettings, Listed, Placed } from '../line/dialect.js'
import { LineFailure } from '../line/failure.js'
import { buys, epoch, positive, type Raw, real, record, text } from '../line/field.js'
import type { Names } from '../line/names.js'
import type { Port } from '../line/port.js'
import { distinctOrders, needed, readRows, rowsOf } from '../line/rows.js'
import type { VenueFill } from '../venue.js'
import { readFill, readInstrument, readMargin, readOrder, readQuote, readStatement } from './read.js'

/** One matching request a second with bursts of five, cancels among them; ten other requests a second. */
export const DERIVE: DialectSettings = {
  abilities: { clientIdLength: 64, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: false },
  pools: {
    general: { credits: 50, perSecond: 10, floors: FLOORS },
    matching: { credits: 5, perSecond: 1, floors: FLOORS },
  },
  marketMs: 5000,
  complaints: {
    unresolved: ['9000', '9001', '-32000', '-32603'],
    gone: ['11006', '11016', '11017', '11105'],
    busy: ['-32100', '8102'],
    state: ['16000', 'maintenance'],
    credentials: ['14000', '14014', '14015', '14020', '14021', '14022', '14026'],
    scope: ['14012', '14013', '14023', '14024', '14027', '14028'],
    clock: ['14016', '14017', '14025', '11101'],
  },
}

type Mmp = NonNullable<ConnectionConfiguration['guards']['marketMakerProtection']>

/** Derive counts interval and freeze in milliseconds. */
export function mmpParams(currency: string, mmp: Mmp): Raw {
  return {
    currency,
    mmp_interval: mmp.intervalMs,
    mmp_frozen_time: mmp.frozenMs,
    mmp_amount_limit: mmp.quantityLimit ?? '0',
    mmp_delta_limit: mmp.deltaLimit ?? '0',
  }
}

export function createDeriveDialect(port: Port, connection: ConnectionConfiguration, names: Names): Dialect {
  const { exchange, clock } = port
  const wallet = String(exchange.options.deriveWalletAddress)
  const subaccount_id = Number(exchange.options.subaccountId)
  const raws = new Map<string, Raw>()
  const indices = new Map<string, number>()

  async function ask(endpoint: string, params: Raw, kind: RequestClass, pool = 'general'): Promise<unknown> {
    return record(await port.ask(endpoint, params, { kind, pool })).result
  }
  const mine = (endpoint: string, params: Raw, kind: RequestClass, pool = 'general') =>
    ask(endpoint, { subaccount_id, ...params }, kind, pool)
  const subaccount = async () => record(await mine('privatePostGetSubaccount', {}, 'account'))
  const orders = (answer: unknown) =>
    readRows(record(answer).orders, names, { what: 'orders', nativeField: 'instrument_name', read: readOrder })

  /** Most that a unit may cost in fees, USDC: far above what is charged, so that no order fails for it. */
  async function feeMost(listed: Listed, size: string): Promise<string> {
    const { underlying } = listed.instrument
    if (!indices.has(underlying)) {
      const ticker = record(await ask('publicPostGetTicker', { instrument_name: listed.native }, 'order'))
      const index = positive(ticker.index_price)
      if (index === undefined)
        throw new LineFailure('denied', 'state', 'no index price, and an order must name its highest fee')
      indices.set(underlying, index)
    }
    return (indices.get(underlying)! * 0.002 + 2 / Math.abs(Number(size))).toFixed(6)
  }

  /** Nothing was sent where this fails: the order is denied, whatever became of the question. */
  async function feeUnsent(listed: Listed, size: string): Promise<string> {
    try {
      return await feeMost(listed, size)
    } catch (error) {
      throw new LineFailure('denied', 'state', `the highest fee of the order is not known: ${String(error)}`)
    }
  }

  return {
    async open() {
      const account = record(await ask('privatePostGetAccount', { wallet }, 'account'))
      const ids = Array.isArray(account.subaccount_ids) ? account.subaccount_ids.map(Number) : []
      if (!ids.includes(subaccount_id)) {
        throw new LineFailure(
          'rejected',
          'credentials',
          `the wallet has no subaccount ${subaccount_id}; it has ${ids.join(', ') || 'none'}`,
        )
      }
      const keys = rowsOf(
        record(await ask('privatePostSessionKeys', { wallet }, 'account')).public_session_keys,
        'session keys',
      )
      const signer = String(exchange.walletAddress).toLowerCase()
      const key = keys.find(({ public_session_key }) => text(public_session_key)?.toLowerCase() === signer)
      const scope = text(key?.scope)
      return {
        // A key that the venue takes and does not list is the owner's own.
        scopes: [scope ?? 'owner'],
        act: scope !== 'read_only',
        withdraw: scope === undefined || scope === 'admin',
        warnings: [],
      }
    },
    async time() {
      return needed(epoch(await ask('publicPostGetTime', {}, 'account')), 'its time')
    },
    async instruments() {
      const value: Listed[] = []
      for (const currency of connection.watch) {
        for (const instrument_type of ['perp', 'option']) {
          const rows = rowsOf(
            await ask('publicPostGetInstruments', { currency, expired: false, instrument_type }, 'market'),
            'instruments',
          )
          for (const raw of rows) {
            const listed = readInstrument(raw)
            if (listed === undefined) continue
            raws.set(listed.native, raw)
            value.push(listed)
          }
        }
      }
      return { value, flags: [] }
    },
    async quotes() {
      const observations: Observation[] = []
      let time = 0
      for (const currency of connection.watch) {
        const listed = names.all().filter(({ instrument }) => instrument.underlying === currency)
        const dates = new Set(
          listed.flatMap(({ instrument }) => (instrument.kind === 'option' ? [yyyymmdd(instrument.expiry)] : [])),
        )
        const requests: Raw[] = [
          { currency, instrument_type: 'perp' },
          ...[...dates].map((expiry_date) => ({ currency, instrument_type: 'option', expiry_date })),
        ]
        for (const request of requests) {
          const { tickers } = record(await ask('publicPostGetTickers', request, 'market'))
          for (const [native, value] of Object.entries(record(tickers))) {
            const raw = record(value)
            const one = names.native(native)
            const index = positive(raw.I)
            if (index !== undefined) indices.set(currency, index)
            if (one !== undefined) observations.push(readQuote(raw, one))
            time = Math.max(time, epoch(raw.t) ?? 0)
          }
        }
        const price = indices.get(currency)
        if (price !== undefined)
          observations.unshift(
            { kind: 'index', underlying: currency, price },
            { kind: 'asset', asset: currency, price },
          )
      }
      return { observations, flags: [], ...(time === 0 ? {} : { time }) }
    },
    async statement() {
      return readStatement(await subaccount(), names, clock())
    },
    async openOrders() {
      return orders(await mine('privatePostGetOpenOrders', {}, 'account'))
    },
    async ordersByClientId(clientId) {
      const open = orders(await mine('privatePostGetOpenOrders', {}, 'cancel'))
      const past = orders(await mine('privatePostGetOrders', { label: clientId, page_size: 500 }, 'cancel'))
      return distinctOrders<OrderReport>([...open.value, ...past.value].filter((order) => order.clientId === clientId))
    },
    async fillsSince(time) {
      const rows: Raw[] = []
      for (let page = 1; ; page += 1) {
        const answer = record(
          await mine(
            'privatePostGetTradeHistory',
            { from_timestamp: Math.floor(time), page, page_size: 500 },
            'account',
          ),
        )
        rows.push(...rowsOf(answer.trades, 'fills'))
        if (!((real(record(answer.pagination).num_pages) ?? 1) > page)) break
      }
      const read = readRows(rows, names, { what: 'fills', nativeField: 'instrument_name', read: readFill })
      return { value: [...read.value].sort((a, b) => a.time - b.time) as readonly VenueFill[], flags: read.flags }
    },
    async place(request, listed): Promise<Placed> {
      const label = venueClientId('derive', request.clientId)
      if (label === undefined) throw new LineFailure('denied', 'order', 'the id does not fit into a label')
      if (request.reduceOnly && request.terms === 'post-only') {
        throw new LineFailure('denied', 'order', 'Derive takes no order that is both post-only and reduce-only')
      }
      const market = marketOf(exchange, raws.get(listed.native), listed)
      const amount = inContracts(request.size, '1', listed.sizeStep)
      const params = {
        subaccount_id,
        deriveWalletAddress: wallet,
        max_fee: await feeUnsent(listed, request.size),
        clientOrderId: label,
        ...(request.terms === 'post-only'
          ? { postOnly: true }
          : { timeInForce: request.terms === 'fill-or-lapse' ? 'ioc' : 'gtc' }),
        ...(request.reduceOnly ? { reduceOnly: true } : {}),
      }
      const create = exchange.createOrder as (...args: unknown[]) => Promise<unknown>
      const answer = await port.send({ kind: request.reduceOnly ? 'reduce' : 'order', pool: 'matching' }, () =>
        create.call(exchange, market, 'limit', buys(request.size) ? 'buy' : 'sell', amount, request.limitPrice, params),
      )
      return { order: needed(readOrder(record(record(answer).info), listed), 'what became of the order'), fills: [] }
    },
    async cancel(target, listed) {
      const instrument_name = listed.native
      if (target.venueOrderId !== undefined) {
        await mine('privatePostCancel', { instrument_name, order_id: target.venueOrderId }, 'cancel', 'matching')
        return 1
      }
      const answer = record(
        await mine('privatePostCancelByLabel', { instrument_name, label: target.clientId }, 'cancel', 'matching'),
      )
      return needed(real(answer.cancelled_orders), 'how many orders it cancelled')
    },
    async cancelAll(instruments) {
      const open = orders(await mine('privatePostGetOpenOrders', {}, 'cancel')).value
      if (instruments === 'all') {
        await mine('privatePostCancelAll', {}, 'cancel', 'matching')
        return open.length
      }
      let count = 0
      for (const { native } of instruments) {
        const answer = record(
          await mine('privatePostCancelByInstrument', { instrument_name: native }, 'cancel', 'matching'),
        )
        count += needed(real(answer.cancelled_orders), 'how many orders it cancelled')
      }
      return count
    },
    async marginFigures() {
      return readMargin(await subaccount(), clock())
    },
    async armGuards() {
      const guards: VenueGuardState[] = []
      const enabled = connection.guards.cancelOnDisconnect
      await ask('privatePostSetCancelOnDisconnect', { wallet, enabled }, 'account')
      const account = record(await ask('privatePostGetAccount', { wallet }, 'account'))
      const armed = enabled && account.cancel_on_disconnect === true
      guards.push({ name: 'cancel-on-disconnect', state: armed ? 'armed' : 'not-armed', gaps: DISCONNECT_GAPS })
      const mmp = connection.guards.marketMakerProtection
      if (mmp === undefined) return guards
      for (const currency of connection.watch) {
        await mine('privatePostSetMmpConfig', mmpParams(currency, mmp), 'account')
        const [raw = {}] = rowsOf(await mine('privatePostGetMmpConfig', { currency }, 'account'), 'protections')
        const same = real(raw.mmp_interval) === mmp.intervalMs && real(raw.mmp_frozen_time) === mmp.frozenMs
        const frozen = raw.is_frozen === true
        guards.push({
          name: 'market-maker-protection',
          state: frozen ? 'triggered' : same ? 'armed' : 'not-armed',
          gaps: [`${currency}: covers orders that are marked for it alone, not hedges`],
        })
      }
      return guards
    },
    async state() {
      const { incidents } = record(await ask('publicPostGetLiveIncidents', {}, 'market'))
      return rowsOf(incidents, 'incidents').some(({ severity }) => severity === 'high') ? 'maintenance' : 'open'
    },
    async close() {
      await exchange.close()
    },
  }
}

const DISCONNECT_GAPS = [
  'it watches sockets that are logged in, and this line asks over HTTP: without one it does not fire',
  'it belongs to the account and stays on after us: other programs on it are cancelled too when their socket ends',
]

/** ccxt signs orders for a market of its own description; it gets the one of the listing, and asks the venue for none. */
function marketOf(exchange: Port['exchange'], raw: Raw | undefined, listed: Listed): string {
  if (raw === undefined) throw new LineFailure('denied', 'order', `${listed.native} is not listed`)
  const parse = exchange.parseMarket as (raw: Raw) => { readonly symbol: string }
  const market = parse.call(exchange, raw)
  const set = exchange.setMarkets as (markets: readonly unknown[]) => unknown
  set.call(exchange, [market])
  return market.symbol
}

function yyyymmdd(expiry: number): string {
  return new Date(expiry).toISOString().slice(0, 10).replaceAll('-', '')
}
