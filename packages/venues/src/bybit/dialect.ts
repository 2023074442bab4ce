import type { ConnectionConfiguration, Observation, OrderReport, VenueGuardState } from '@holdfast/engine'
import { instrumentKey } from '@holdfast/quant'
import { FLOORS, type RequestClass } from '../line/budget.js'
import { venueClientId } from '../line/clientId.js'
import { inContracts } from '../line/contracts.js'
import type { Dialect, DialectSettings, Listed, Placed } from '../line/dialect.js'
import { LineFailure } from '../line/failure.js'
import { buys, epoch, known, positive, type Raw, record, records, text } from '../line/field.js'
import type { Names } from '../line/names.js'
import type { Port } from '../line/port.js'
import { distinctOrders, joined, needed, readRows, rowsOf } from '../line/rows.js'
import {
  CATEGORIES,
  type Category,
  categoryOf,
  isTrade,
  nativeName,
  readContract,
  readFill,
  readMargin,
  readOrder,
  readQuote,
  readStatement,
  symbolOf,
} from './read.js'

/** 10 requests a second for orders and for reads of the account, 120 a second in all. */
export const BYBIT: DialectSettings = {
  abilities: { clientIdLength: 36, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: false },
  pools: {
    reads: { credits: 100, perSecond: 20, floors: FLOORS },
    orders: { credits: 20, perSecond: 10, floors: FLOORS },
  },
  complaints: {
    unresolved: ['10000', '10016', '170007', '3100326'],
    gone: ['110001', '110008', '110010', '170213'],
    busy: ['10006', '10018', '10429'],
    state: ['10019', '110102', '110104'],
    credentials: ['10003', '10004', '33004'],
    scope: ['10005', '10010'],
    clock: ['10002'],
  },
}

type Mmp = NonNullable<ConnectionConfiguration['guards']['marketMakerProtection']>

/** Bybit counts window and freeze in milliseconds, and wants both limits. */
export function mmpParams(baseCoin: string, mmp: Mmp): Raw {
  return {
    baseCoin,
    window: String(mmp.intervalMs),
    frozenPeriod: String(mmp.frozenMs),
    qtyLimit: mmp.quantityLimit ?? '1000000',
    deltaLimit: mmp.deltaLimit ?? '1000000',
  }
}

export function createBybitDialect(port: Port, connection: ConnectionConfiguration, names: Names): Dialect {
  const { exchange, clock } = port

  async function ask(endpoint: string, params: Raw, kind: RequestClass): Promise<Raw> {
    const answer = record(await port.ask(endpoint, params, { kind, pool: 'reads' }))
    return { ...record(answer.result), time: answer.time }
  }
  async function act(endpoint: string, params: Raw, kind: RequestClass): Promise<Raw> {
    return record(record(await port.ask(endpoint, params, { kind, pool: 'orders' })).result)
  }
  const watched = () => names.all().filter(({ instrument }) => connection.watch.includes(instrument.underlying))
  const settles = (category: Category) => {
    if (category === 'option') return [{}]
    const coins = watched().flatMap((one) =>
      categoryOf(one) === category && one.instrument.kind !== 'spot' ? [one.instrument.settle] : [],
    )
    return [...new Set(category === 'linear' ? ['USDT', 'USDC', ...coins] : [...connection.watch, ...coins])].map(
      (settleCoin) => ({ settleCoin }),
    )
  }

  /** All pages of a list. */
  async function pages(endpoint: string, params: Raw, kind: RequestClass): Promise<readonly Raw[]> {
    const rows: Raw[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await ask(endpoint, { ...params, ...(cursor === undefined ? {} : { cursor }) }, kind)
      rows.push(...rowsOf(page.list, 'rows'))
      const next = text(page.nextPageCursor)
      if (next === undefined || next === cursor || rowsOf(page.list, 'rows').length === 0) return rows
      cursor = next
    }
  }

  const read = (rows: unknown, category: Category) =>
    readRows(rows, names, {
      what: 'orders',
      nativeField: 'symbol',
      native: (raw) => nativeName(category, text(raw.symbol) ?? '?'),
      read: readOrder,
    })

  async function openOf(kind: RequestClass) {
    const reads = []
    for (const category of CATEGORIES) {
      for (const settle of settles(category)) {
        reads.push(
          read(
            await pages('privateGetV5OrderRealtime', { category, ...settle, openOnly: 0, limit: 50 }, kind),
            category,
          ),
        )
      }
    }
    const all = joined(reads)
    return { value: all.value.filter(({ status }) => status === 'open'), flags: all.flags }
  }

  return {
    async open() {
      const raw = await ask('privateGetV5UserQueryApi', {}, 'account')
      const permissions = record(raw.permissions)
      const scopes = Object.entries(permissions).flatMap(([name, list]) =>
        Array.isArray(list) ? list.map((one) => `${name}.${one}`) : [],
      )
      const readOnly = text(raw.readOnly)
      const trades = scopes.some((scope) => /^(?:ContractTrade|Derivatives|Options)\./.test(scope))
      return {
        scopes: readOnly === '1' ? [...scopes, 'read-only'] : scopes,
        act: readOnly === undefined ? undefined : readOnly === '0' && trades,
        withdraw: scopes.includes('Wallet.Withdraw'),
        warnings:
          Array.isArray(raw.ips) && raw.ips.includes('*')
            ? ['the key is not bound to addresses: whoever has it can use it']
            : [],
      }
    },
    async time() {
      return needed(epoch((await ask('publicGetV5MarketTime', {}, 'account')).time), 'its time')
    },
    async instruments() {
      const value: Listed[] = []
      for (const category of CATEGORIES) {
        const bases = category === 'option' ? connection.watch.map((baseCoin) => ({ baseCoin })) : [{}]
        for (const base of bases) {
          const rows = await pages('publicGetV5MarketInstrumentsInfo', { category, ...base, limit: 1000 }, 'market')
          value.push(...rows.flatMap((raw) => readContract(raw, category) ?? []))
        }
      }
      return { value, flags: [] }
    },
    async quotes() {
      const observations: Observation[] = []
      const spots = new Map<string, number>()
      let time = 0
      for (const category of CATEGORIES) {
        const bases = category === 'option' ? connection.watch.map((baseCoin) => ({ baseCoin })) : [{}]
        for (const base of bases) {
          if (!watched().some((one) => categoryOf(one) === category)) continue
          const answer = await ask('publicGetV5MarketTickers', { category, ...base }, 'market')
          time = Math.max(time, epoch(answer.time) ?? 0)
          for (const raw of rowsOf(answer.list, 'tickers')) {
            const listed = names.native(nativeName(category, text(raw.symbol) ?? ''))
            if (listed === undefined || !connection.watch.includes(listed.instrument.underlying)) continue
            observations.push(readQuote(raw, listed))
            const price = positive(raw.indexPrice)
            if (price !== undefined && !spots.has(listed.instrument.underlying))
              spots.set(listed.instrument.underlying, price)
          }
        }
      }
      const indices = [...spots].flatMap(([underlying, price]): Observation[] => [
        { kind: 'index', underlying, price },
        { kind: 'asset', asset: underlying, price },
      ])
      return { observations: [...indices, ...observations], flags: [], ...(time === 0 ? {} : { time }) }
    },
    async statement() {
      const wallet = await ask('privateGetV5AccountWalletBalance', { accountType: 'UNIFIED' }, 'account')
      const positions = []
      for (const category of CATEGORIES) {
        for (const settle of settles(category)) {
          positions.push({
            category,
            rows: await pages('privateGetV5PositionList', { category, ...settle, limit: 200 }, 'account'),
          })
        }
      }
      return readStatement(wallet, positions, names, epoch(wallet.time) ?? clock())
    },
    openOrders: () => openOf('account'),
    async ordersByClientId(clientId, instrument) {
      const listed = names.of(instrument)
      const params = { category: categoryOf(listed), symbol: symbolOf(listed), orderLinkId: clientId }
      const open = await pages('privateGetV5OrderRealtime', params, 'cancel')
      const past = await pages('privateGetV5OrderHistory', params, 'cancel')
      const rows = [...open, ...past].filter((raw) => raw.orderLinkId === clientId)
      const found = read(rows, categoryOf(listed))
      if (found.flags.length > 0)
        throw new LineFailure('unresolved', 'unreadable', 'an order of that id cannot be read')
      return distinctOrders<OrderReport>(found.value)
    },
    async fillsSince(time) {
      const reads = []
      for (const category of CATEGORIES) {
        const rows = await pages(
          'privateGetV5ExecutionList',
          { category, startTime: Math.floor(time), limit: 100 },
          'account',
        )
        reads.push(
          readRows(rows.filter(isTrade), names, {
            what: 'fills',
            nativeField: 'symbol',
            native: (raw) => nativeName(category, text(raw.symbol) ?? '?'),
            read: readFill,
          }),
        )
      }
      const all = joined(reads)
      return { value: [...all.value].sort((a, b) => a.time - b.time), flags: all.flags }
    },
    async place(request, listed): Promise<Placed> {
      const orderLinkId = venueClientId('bybit', request.clientId)
      if (orderLinkId === undefined)
        throw new LineFailure('denied', 'order', 'the id does not fit into an order link id')
      const category = categoryOf(listed)
      const params = {
        category,
        symbol: symbolOf(listed),
        side: buys(request.size) ? 'Buy' : 'Sell',
        orderType: 'Limit',
        qty: inContracts(request.size, '1', listed.sizeStep),
        price: request.limitPrice,
        timeInForce: request.terms === 'fill-or-lapse' ? 'IOC' : request.terms === 'post-only' ? 'PostOnly' : 'GTC',
        orderLinkId,
        ...(request.reduceOnly ? { reduceOnly: true } : {}),
      }
      const orderId = needed(
        text((await act('privatePostV5OrderCreate', params, request.reduceOnly ? 'reduce' : 'order')).orderId),
        'the id of the order',
      )
      // The answer says that it was taken, not what became of it.
      const by = { category, symbol: symbolOf(listed), orderId }
      const raw = await ask('privateGetV5OrderRealtime', by, 'cancel').then(
        ({ list }) => records(list)?.[0],
        () => undefined,
      )
      const seen = raw === undefined ? undefined : readOrder(raw, listed)
      return { order: seen ?? taken(request, orderId, listed), fills: [] }
    },
    async cancel(target, listed) {
      const by = target.venueOrderId === undefined ? { orderLinkId: target.clientId } : { orderId: target.venueOrderId }
      await act('privatePostV5OrderCancel', { category: categoryOf(listed), symbol: symbolOf(listed), ...by }, 'cancel')
      return 1
    },
    async cancelAll(instruments) {
      let count = 0
      const scopes =
        instruments === 'all'
          ? CATEGORIES.flatMap((category) => settles(category).map((settle) => ({ category, ...settle })))
          : instruments.map((listed) => ({ category: categoryOf(listed), symbol: symbolOf(listed) }))
      for (const scope of scopes)
        count += (records((await act('privatePostV5OrderCancelAll', scope, 'cancel')).list) ?? []).length
      return count
    },
    async marginFigures() {
      const wallet = await ask('privateGetV5AccountWalletBalance', { accountType: 'UNIFIED' }, 'account')
      return readMargin(wallet, epoch(wallet.time) ?? clock())
    },
    async armGuards(): Promise<readonly VenueGuardState[]> {
      const guards: VenueGuardState[] = [{ name: 'cancel-on-disconnect', state: 'not-armed', gaps: DISCONNECT_GAPS }]
      const mmp = connection.guards.marketMakerProtection
      if (mmp === undefined) return guards
      for (const baseCoin of connection.watch) {
        await act('privatePostV5AccountMmpModify', mmpParams(baseCoin, mmp), 'account')
        const raw = records((await ask('privateGetV5AccountMmpState', { baseCoin }, 'account')).result)?.[0] ?? {}
        const armed = raw.mmpEnabled === true && text(raw.window) === String(mmp.intervalMs)
        const state = raw.mmpFrozen === true ? 'triggered' : armed ? 'armed' : 'not-armed'
        guards.push({
          name: 'market-maker-protection',
          state,
          gaps: [`${baseCoin}: covers options orders marked for it alone, not hedges`],
        })
      }
      return guards
    },
    async state() {
      const { list } = await ask('publicGetV5SystemStatus', {}, 'market')
      return rowsOf(list, 'notices').some(({ state }) => state === 'ongoing') ? 'maintenance' : 'open'
    },
    async close() {
      await exchange.close()
    },
  }
}

const DISCONNECT_GAPS = [
  'it watches private sockets, and this line asks over HTTP: it would not fire',
  'orders stay at the venue when this line is lost; a watchdog with its own line must cancel them',
]

function taken(request: Parameters<Dialect['place']>[0], venueOrderId: string, listed: Listed): OrderReport {
  return {
    clientId: request.clientId,
    venueOrderId,
    instrument: instrumentKey(listed.instrument),
    status: 'open',
    size: request.size,
    filled: '0',
    limitPrice: request.limitPrice,
    ...known({ reduceOnly: request.reduceOnly ? true : undefined }),
  }
}
