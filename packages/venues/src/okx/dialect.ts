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
import { distinctOrders, needed, readRows, rowsOf } from '../line/rows.js'
import { readContract, readFill, readMargin, readOrder, readQuote, readStatement } from './read.js'

/** 60 orders and 20 to 40 reads in two seconds, by endpoint; taken here as two pools below that. */
export const OKX: DialectSettings = {
  abilities: { clientIdLength: 32, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: false },
  pools: {
    reads: { credits: 60, perSecond: 10, floors: FLOORS },
    orders: { credits: 60, perSecond: 25, floors: FLOORS },
  },
  complaints: {
    unresolved: ['50004', '51149', '50026'],
    gone: ['51400', '51401', '51402', '51410', '51603', '51509'],
    busy: ['50011', '50040', '50061'],
    state: ['50001', '50013', '51024', '51030', '51031'],
    credentials: ['50100', '50103', '50104', '50105', '50106', '50111', '50113', '50114', '50119'],
    scope: ['50030', '50101', '50110', '50120', '50123'],
    clock: ['50102', '50112'],
  },
}

const TIMEOUT_SECONDS = 120

export function createOkxDialect(port: Port, connection: ConnectionConfiguration, names: Names): Dialect {
  const { exchange, clock } = port

  async function ask(endpoint: string, params: Raw, kind: RequestClass): Promise<unknown> {
    return record(await port.ask(endpoint, params, { kind, pool: 'reads' })).data
  }
  async function act(endpoint: string, params: unknown, kind: RequestClass): Promise<Raw> {
    const answer = record(await port.ask(endpoint, params as Raw, { kind, pool: 'orders' }))
    const row = record(records(answer.data)?.[0])
    const code = text(row.sCode)
    if (code !== undefined && code !== '0') {
      const trouble = OKX.complaints.gone.includes(code)
        ? 'gone'
        : OKX.complaints.state.includes(code)
          ? 'state'
          : 'order'
      throw new LineFailure('rejected', trouble, text(row.sMsg) ?? 'the venue did not say why', code)
    }
    return row
  }
  const watched = () => names.all().filter(({ instrument }) => connection.watch.includes(instrument.underlying))

  async function openOf(kind: RequestClass) {
    return readRows(await ask('privateGetTradeOrdersPending', {}, kind), names, {
      what: 'open orders',
      nativeField: 'instId',
      read: readOrder,
    })
  }

  async function orderOf(listed: Listed, by: Raw, kind: RequestClass): Promise<readonly Raw[]> {
    try {
      return rowsOf(await ask('privateGetTradeOrder', { instId: listed.native, ...by }, kind), 'orders')
    } catch (error) {
      if (error instanceof LineFailure && error.trouble === 'gone') return []
      throw error
    }
  }

  async function arm(): Promise<boolean> {
    const row = await act('privatePostTradeCancelAllAfter', { timeOut: String(TIMEOUT_SECONDS) }, 'cancel')
    return (epoch(row.triggerTime) ?? 0) > clock()
  }

  return {
    async open() {
      const raw = record(records(await ask('privateGetAccountConfig', {}, 'account'))?.[0])
      const scopes = (text(raw.perm) ?? '').split(',').filter((scope) => scope !== '')
      const said = scopes.length > 0
      return {
        scopes,
        act: said ? scopes.includes('trade') : undefined,
        withdraw: said ? scopes.includes('withdraw') : undefined,
        warnings: text(raw.ip) === undefined ? ['the key is not bound to addresses: whoever has it can use it'] : [],
      }
    },
    async time() {
      return needed(epoch(record(records(await ask('publicGetPublicTime', {}, 'account'))?.[0]).ts), 'its time')
    },
    async instruments() {
      const value: Listed[] = []
      for (const instType of ['SWAP', 'FUTURES']) {
        const rows = rowsOf(await ask('publicGetPublicInstruments', { instType }, 'market'), 'instruments')
        value.push(...rows.flatMap((raw) => readContract(raw) ?? []))
      }
      for (const underlying of connection.watch) {
        const params = { instType: 'OPTION', instFamily: `${underlying}-USD` }
        const rows = await ask('publicGetPublicInstruments', params, 'market').catch((error: unknown) => {
          if (error instanceof LineFailure && error.fate === 'rejected' && error.trouble === 'order') return []
          throw error
        })
        value.push(...rowsOf(rows, 'options').flatMap((raw) => readContract(raw) ?? []))
      }
      return { value, flags: [] }
    },
    async quotes() {
      const observations: Observation[] = []
      let time = 0
      for (const underlying of connection.watch) {
        const row = record(
          records(await ask('publicGetMarketIndexTickers', { instId: `${underlying}-USD` }, 'market'))?.[0],
        )
        const price = positive(row.idxPx)
        if (price !== undefined)
          observations.push({ kind: 'index', underlying, price }, { kind: 'asset', asset: underlying, price })
      }
      for (const instType of new Set(watched().map(({ extra }) => extra?.type ?? ''))) {
        const listed = watched().filter(({ extra }) => extra?.type === instType)
        const families = instType === 'OPTION' ? connection.watch.map((one) => ({ instFamily: `${one}-USD` })) : [{}]
        const tickers = new Map<string, Raw>()
        const marks = new Map<string, Raw>()
        const summaries = new Map<string, Raw>()
        for (const family of families) {
          index(tickers, await ask('publicGetMarketTickers', { instType, ...family }, 'market'))
          index(marks, await ask('publicGetPublicMarkPrice', { instType, ...family }, 'market'))
          if (instType === 'OPTION') index(summaries, await ask('publicGetPublicOptSummary', family, 'market'))
        }
        for (const one of listed) {
          const ticker = tickers.get(one.native) ?? {}
          time = Math.max(time, epoch(ticker.ts) ?? 0)
          const funding =
            instType === 'SWAP'
              ? record(records(await ask('publicGetPublicFundingRate', { instId: one.native }, 'market'))?.[0])
              : {}
          observations.push(
            readQuote(ticker, marks.get(one.native) ?? {}, summaries.get(one.native) ?? {}, funding, one),
          )
        }
      }
      return { observations, flags: [], ...(time === 0 ? {} : { time }) }
    },
    async statement() {
      const balance = await ask('privateGetAccountBalance', {}, 'account')
      return readStatement(balance, await ask('privateGetAccountPositions', {}, 'account'), names, clock())
    },
    openOrders: () => openOf('account'),
    async ordersByClientId(clientId, instrument) {
      const listed = names.of(instrument)
      const one = await orderOf(listed, { clOrdId: clientId }, 'cancel')
      const params = { instType: listed.extra?.type, instId: listed.native }
      const history = rowsOf(await ask('privateGetTradeOrdersHistory', params, 'cancel'), 'orders')
      const open = rowsOf(await ask('privateGetTradeOrdersPending', { instId: listed.native }, 'cancel'), 'orders')
      const rows = [...open, ...one, ...history].filter((raw) => raw.clOrdId === clientId)
      const read = readRows(rows, names, { what: 'orders', nativeField: 'instId', read: readOrder })
      if (read.flags.length > 0) throw new LineFailure('unresolved', 'unreadable', 'an order of that id cannot be read')
      return distinctOrders<OrderReport>(read.value)
    },
    async fillsSince(time) {
      const rows: Raw[] = []
      for (let after: string | undefined; ; ) {
        const params = { begin: String(Math.floor(time)), limit: '100', ...(after === undefined ? {} : { after }) }
        const page = rowsOf(await ask('privateGetTradeFills', params, 'account'), 'fills')
        rows.push(...page)
        after = text(page.at(-1)?.billId)
        if (page.length < 100 || after === undefined) break
      }
      const read = readRows(rows, names, { what: 'fills', nativeField: 'instId', read: readFill })
      return { value: [...read.value].sort((a, b) => a.time - b.time), flags: read.flags }
    },
    async place(request, listed): Promise<Placed> {
      const clOrdId = venueClientId('okx', request.clientId)
      if (clOrdId === undefined)
        throw new LineFailure('denied', 'order', 'the id is not of up to 32 letters and digits')
      const params = {
        instId: listed.native,
        tdMode: 'cross',
        side: buys(request.size) ? 'buy' : 'sell',
        ordType: request.terms === 'fill-or-lapse' ? 'ioc' : request.terms === 'post-only' ? 'post_only' : 'limit',
        sz: inContracts(request.size, listed.multiplier, listed.sizeStep),
        px: request.limitPrice,
        clOrdId,
        ...(request.reduceOnly ? { reduceOnly: true } : {}),
      }
      const placed = await act('privatePostTradeOrder', params, request.reduceOnly ? 'reduce' : 'order')
      const ordId = needed(text(placed.ordId), 'the id of the order')
      // The answer says that it was taken, not what became of it.
      const [raw] = await orderOf(listed, { ordId }, 'cancel').catch(() => [])
      const seen = raw === undefined ? undefined : readOrder(raw, listed)
      return { order: seen ?? taken(request, ordId, listed), fills: [] }
    },
    async cancel(target, listed) {
      const by = target.venueOrderId === undefined ? { clOrdId: target.clientId } : { ordId: target.venueOrderId }
      await act('privatePostTradeCancelOrder', { instId: listed.native, ...by }, 'cancel')
      return 1
    },
    async cancelAll(instruments) {
      const keys =
        instruments === 'all' ? undefined : new Set(instruments.map(({ instrument }) => instrumentKey(instrument)))
      const open = (await openOf('cancel')).value.filter(({ instrument }) => keys === undefined || keys.has(instrument))
      for (const order of open) {
        await act(
          'privatePostTradeCancelOrder',
          { instId: names.of(order.instrument).native, ordId: order.venueOrderId },
          'cancel',
        ).catch((error: unknown) => {
          if (!(error instanceof LineFailure) || error.trouble !== 'gone') throw error
        })
      }
      return open.length
    },
    async marginFigures() {
      return readMargin(await ask('privateGetAccountBalance', {}, 'account'), clock())
    },
    async armGuards(): Promise<readonly VenueGuardState[]> {
      if (!connection.guards.cancelOnDisconnect)
        return [{ name: 'scheduled-cancel', state: 'not-armed', gaps: ['it is off in the configuration'] }]
      return [{ name: 'scheduled-cancel', state: (await arm()) ? 'armed' : 'not-armed', gaps: GAPS }]
    },
    async beat() {
      if (connection.guards.cancelOnDisconnect) await arm()
    },
    async state() {
      return rowsOf(await ask('publicGetSystemStatus', { state: 'ongoing' }, 'market'), 'notices').length > 0
        ? 'maintenance'
        : 'open'
    },
    async close() {
      await exchange.close()
    },
  }
}

const GAPS = [
  `cancels ${TIMEOUT_SECONDS} s after the last word from here, not at once`,
  'covers every order of the account, those of other programs too; conditional orders are not covered',
]

function index(found: Map<string, Raw>, rows: unknown): void {
  for (const row of records(rows) ?? []) found.set(text(row.instId) ?? '', row)
}

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
