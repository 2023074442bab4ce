import type { ConnectionConfiguration, Observation, OrderReport, VenueGuardState } from '@holdfast/engine'
import { FLOORS, type RequestClass } from '../line/budget.js'
import { venueClientId } from '../line/clientId.js'
import { inContracts } from '../line/contracts.js'
import type { Dialect, DialectSettings, Listed, Placed, Read } from '../line/dialect.js'
import { LineFailure } from '../line/failure.js'
import { buys, epoch, positive, type Raw, record, records, text } from '../line/field.js'
import type { Names } from '../line/names.js'
import type { Port } from '../line/port.js'
import { distinctOrders, joined, needed, readRows, rowsOf } from '../line/rows.js'
import type { VenueFill } from '../venue.js'
import { type Api, readContract, readFill, readMargin, readOrder, readQuote, readStatement } from './read.js'

/** Weight 2400 and 1200 orders a minute; bursts are kept to a quarter of them. */
export const BINANCE: DialectSettings = {
  abilities: { clientIdLength: 36, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: false },
  pools: {
    weight: { credits: 600, perSecond: 40, floors: FLOORS },
    orders: { credits: 100, perSecond: 20, floors: FLOORS },
  },
  complaints: {
    unresolved: ['-1006', '-1007', '-1001', '-1000', '-1008'],
    gone: ['-2011', '-2013'],
    busy: ['-1003', '-1015', '-1034'],
    state: ['-1016', '-4108', '-4175', '-5028'],
    credentials: ['-2014', '-1022', '-2008', '-1099'],
    scope: ['-2015', '-1002'],
    clock: ['-1021'],
  },
}

const COUNTDOWN_MS = 120_000

/** ccxt's name of an endpoint of one of the two APIs, for the parts that differ between them. */
const versions: Readonly<
  Record<Api, { readonly account: string; readonly positions: string; readonly book: string; readonly premium: string }>
> = {
  fapi: {
    account: 'fapiPrivateV3GetAccount',
    positions: 'fapiPrivateV3GetPositionRisk',
    book: 'fapiPublicGetTickerBookTicker',
    premium: 'fapiPublicGetPremiumIndex',
  },
  dapi: {
    account: 'dapiPrivateGetAccount',
    positions: 'dapiPrivateGetPositionRisk',
    book: 'dapiPublicGetTickerBookTicker',
    premium: 'dapiPublicGetPremiumIndex',
  },
}

export function createBinanceDialect(port: Port, connection: ConnectionConfiguration, names: Names): Dialect {
  const { exchange, clock } = port
  const apis: readonly Api[] = ['fapi', 'dapi']
  /** Our ids by the venue's, since trades carry the latter alone. */
  const clients = new Map<string, string>()

  const ask = (endpoint: string, params: Raw, kind: RequestClass, cost = 5) =>
    port.ask(endpoint, params, { kind, pool: 'weight', cost })
  const order = (endpoint: string, params: Raw, kind: RequestClass) =>
    port.ask(endpoint, params, { kind, pool: 'orders' })
  const watched = () => names.all().filter(({ instrument }) => connection.watch.includes(instrument.underlying))
  const apiOf = (listed: Listed) => (listed.extra?.api ?? 'fapi') as Api

  function remember(orders: readonly OrderReport[]): void {
    for (const { venueOrderId, clientId } of orders)
      if (venueOrderId !== undefined && clientId !== undefined) clients.set(venueOrderId, clientId)
  }

  async function openOf(kind: RequestClass): Promise<Read<readonly OrderReport[]>> {
    const reads = []
    for (const api of apis) {
      const rows = await ask(`${api}PrivateGetOpenOrders`, {}, kind, 40)
      reads.push(readRows(rows, names, { what: 'open orders', nativeField: 'symbol', read: readOrder }))
    }
    const all = joined(reads)
    remember(all.value)
    return all
  }

  async function arm(listed: Listed): Promise<boolean> {
    const answer = record(
      await order(
        `${apiOf(listed)}PrivatePostCountdownCancelAll`,
        { symbol: listed.native, countdownTime: COUNTDOWN_MS },
        'cancel',
      ),
    )
    return Number(text(answer.countdownTime)) === COUNTDOWN_MS
  }

  return {
    async open() {
      const raw = record(await ask('sapiGetAccountApiRestrictions', {}, 'account'))
      const scopes = Object.entries(raw).flatMap(([name, value]) =>
        value === true && name.startsWith('enable') ? [name] : [],
      )
      const flag = (value: unknown) => (typeof value === 'boolean' ? value : undefined)
      return {
        scopes,
        act: flag(raw.enableFutures),
        withdraw: flag(raw.enableWithdrawals),
        warnings: raw.ipRestrict === true ? [] : ['the key is not bound to addresses: whoever has it can use it'],
      }
    },
    async time() {
      return needed(epoch(record(await ask('fapiPublicGetTime', {}, 'account', 1)).serverTime), 'its time')
    },
    async instruments() {
      const value: Listed[] = []
      for (const api of apis) {
        const rows = rowsOf(record(await ask(`${api}PublicGetExchangeInfo`, {}, 'market', 1)).symbols, 'instruments')
        value.push(...rows.flatMap((raw) => readContract(raw, api) ?? []))
      }
      return { value, flags: [] }
    },
    async quotes() {
      const observations: Observation[] = []
      const indices = new Map<string, number>()
      let time = 0
      for (const listed of watched()) {
        const { book, premium } = versions[apiOf(listed)]
        const params = { symbol: listed.native }
        const [top, mark] = [
          first(await ask(book, params, 'market', 2)),
          first(await ask(premium, params, 'market', 2)),
        ]
        observations.push(readQuote(top, mark, listed))
        const index = positive(mark.indexPrice)
        if (index !== undefined) indices.set(listed.instrument.underlying, index)
        time = Math.max(time, epoch(mark.time) ?? 0)
      }
      const spots = [...indices].flatMap(([underlying, price]): Observation[] => [
        { kind: 'index', underlying, price },
        { kind: 'asset', asset: underlying, price },
      ])
      return { observations: [...spots, ...observations], flags: [], ...(time === 0 ? {} : { time }) }
    },
    async statement() {
      const parts = []
      for (const api of apis) {
        const account = record(await ask(versions[api].account, {}, 'account'))
        parts.push(readStatement(account.assets, await ask(versions[api].positions, {}, 'account'), names, clock()))
      }
      return {
        balances: Object.assign({}, ...parts.map(({ balances }) => balances)) as Record<string, string>,
        positions: parts.flatMap(({ positions }) => positions),
        time: clock(),
        ...(parts.every(({ unread }) => unread === undefined)
          ? {}
          : { unread: parts.flatMap(({ unread = [] }) => unread) }),
      }
    },
    openOrders: () => openOf('account'),
    async ordersByClientId(clientId, instrument) {
      const listed = names.of(instrument)
      const api = apiOf(listed)
      const one = await ask(
        `${api}PrivateGetOrder`,
        { symbol: listed.native, origClientOrderId: clientId },
        'cancel',
        1,
      ).then(
        (raw) => [raw],
        (error: unknown) => {
          if (error instanceof LineFailure && error.trouble === 'gone') return []
          throw error
        },
      )
      const all = rowsOf(
        await ask(`${api}PrivateGetAllOrders`, { symbol: listed.native, limit: 500 }, 'cancel'),
        'orders',
      )
      const mine = all.filter((raw) => raw.clientOrderId === clientId).reverse()
      const read = readRows([...mine, ...one], names, { what: 'orders', nativeField: 'symbol', read: readOrder })
      if (read.flags.length > 0) throw new LineFailure('unresolved', 'unreadable', 'an order of that id cannot be read')
      remember(read.value)
      return distinctOrders(read.value)
    },
    async fillsSince(time) {
      const reads: Read<readonly VenueFill[]>[] = []
      for (const listed of watched()) {
        const params = { symbol: listed.native, startTime: Math.floor(time), limit: 1000 }
        const rows = await ask(`${apiOf(listed)}PrivateGetUserTrades`, params, 'account')
        reads.push(readRows(rows, names, { what: 'fills', nativeField: 'symbol', read: readFill }))
      }
      const all = joined(reads)
      const unknown = all.value.filter(({ venueOrderId }) => venueOrderId !== undefined && !clients.has(venueOrderId))
      for (const { venueOrderId, instrument } of unknown) {
        const listed = names.of(instrument)
        const raw = record(
          await ask(`${apiOf(listed)}PrivateGetOrder`, { symbol: listed.native, orderId: venueOrderId }, 'account', 1),
        )
        clients.set(venueOrderId!, text(raw.clientOrderId) ?? '')
      }
      const value = all.value.map((fill) => {
        const clientId = clients.get(fill.venueOrderId ?? '')
        return clientId === undefined || clientId === '' ? fill : { ...fill, clientId }
      })
      return { value: [...value].sort((a, b) => a.time - b.time), flags: all.flags }
    },
    async place(request, listed): Promise<Placed> {
      const newClientOrderId = venueClientId('binance', request.clientId)
      if (newClientOrderId === undefined)
        throw new LineFailure('denied', 'order', 'the id does not fit into a client order id')
      const params = {
        symbol: listed.native,
        side: buys(request.size) ? 'BUY' : 'SELL',
        type: 'LIMIT',
        timeInForce: request.terms === 'fill-or-lapse' ? 'IOC' : request.terms === 'post-only' ? 'GTX' : 'GTC',
        quantity: inContracts(request.size, listed.multiplier, listed.sizeStep),
        price: request.limitPrice,
        newClientOrderId,
        newOrderRespType: 'RESULT',
        ...(request.reduceOnly ? { reduceOnly: 'true' } : {}),
      }
      const raw = record(
        await order(`${apiOf(listed)}PrivatePostOrder`, params, request.reduceOnly ? 'reduce' : 'order'),
      )
      const placed = needed(readOrder(raw, listed), 'what became of the order')
      remember([placed])
      return { order: placed, fills: [] }
    },
    async cancel(target, listed) {
      const by =
        target.venueOrderId === undefined ? { origClientOrderId: target.clientId } : { orderId: target.venueOrderId }
      await order(`${apiOf(listed)}PrivateDeleteOrder`, { symbol: listed.native, ...by }, 'cancel')
      return 1
    },
    async cancelAll(instruments) {
      const open = (await openOf('cancel')).value
      const keys = instruments === 'all' ? undefined : new Set(instruments.map(({ native }) => native))
      const natives = new Map<string, number>()
      for (const { instrument } of open) {
        const { native } = names.of(instrument)
        if (keys === undefined || keys.has(native)) natives.set(native, (natives.get(native) ?? 0) + 1)
      }
      for (const native of natives.keys()) {
        await order(`${apiOf(names.native(native)!)}PrivateDeleteAllOpenOrders`, { symbol: native }, 'cancel')
      }
      return [...natives.values()].reduce((sum, count) => sum + count, 0)
    },
    async marginFigures() {
      return readMargin(record(await ask(versions.fapi.account, {}, 'account')), clock())
    },
    async armGuards(): Promise<readonly VenueGuardState[]> {
      if (!connection.guards.cancelOnDisconnect)
        return [{ name: 'scheduled-cancel', state: 'not-armed', gaps: ['it is off in the configuration'] }]
      const armed = []
      for (const listed of watched()) armed.push(await arm(listed))
      return [
        {
          name: 'scheduled-cancel',
          state: armed.length > 0 && armed.every(Boolean) ? 'armed' : 'not-armed',
          gaps: GAPS,
        },
      ]
    },
    async beat() {
      if (connection.guards.cancelOnDisconnect) for (const listed of watched()) await arm(listed)
    },
    async state() {
      const raw = record(await ask('sapiGetSystemStatus', {}, 'market', 1))
      return text(raw.status) === '1' ? 'maintenance' : 'open'
    },
    async close() {
      await exchange.close()
    },
  }
}

const GAPS = [
  `cancels ${COUNTDOWN_MS / 1000} s after the last word from here, not at once`,
  'covers the watched contracts alone, and every order in them, those of other programs too',
]

function first(answer: unknown): Raw {
  return records(answer)?.[0] ?? record(answer)
}
