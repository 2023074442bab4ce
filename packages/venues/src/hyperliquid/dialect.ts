import type { ConnectionConfiguration, Observation, OrderReport, VenueGuardState } from '@holdfast/engine'
import { moneyText } from '@holdfast/engine'
import { instrumentKey } from '@holdfast/quant'
import { FLOORS, type RequestClass } from '../line/budget.js'
import { venueClientId } from '../line/clientId.js'
import { inContracts } from '../line/contracts.js'
import type { Dialect, DialectSettings, Listed, Placed } from '../line/dialect.js'
import { LineFailure } from '../line/failure.js'
import { amount, buys, decimal, epoch, known, negated, type Raw, record, records, text } from '../line/field.js'
import type { Names } from '../line/names.js'
import type { Port } from '../line/port.js'
import { distinctOrders, joined, needed, readRows, rowsOf } from '../line/rows.js'
import { VenueError, type VenueOrderRequest } from '../venue.js'
import { readBook, readContexts, readFill, readMargin, readOrder, readPerpetual, readStatement } from './read.js'

/** 1200 of weight a minute and address; actions are counted by account too, with a higher cap for cancels. */
export const HYPERLIQUID: DialectSettings = {
  abilities: { clientIdLength: 32, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: false },
  pools: {
    weight: { credits: 1200, perSecond: 20, floors: FLOORS },
    actions: { credits: 100, perSecond: 10, floors: FLOORS },
  },
  marketMs: 5000,
  complaints: {
    unresolved: [],
    gone: ['never placed, already canceled, or filled', 'unknownoid'],
    busy: ['too many cumulative requests', 'rate limited', 'too many requests'],
    state: [
      'post only would not',
      'only post-only orders allowed',
      'post-only orders allowed immediately after',
      'trading is halted',
    ],
    credentials: ['does not exist', 'failed to deserialize', 'invalid signature', 'l1 error'],
    scope: ['not authorized', 'must deposit before'],
    clock: ['invalid nonce', 'nonce too'],
  },
}

/** Actions are ordered by a time in milliseconds that must be new for each: two of one millisecond get two. */
export function createNonces(clock: () => number): () => number {
  let last = 0
  return () => {
    last = Math.max(clock(), last + 1)
    return last
  }
}

export function createHyperliquidDialect(port: Port, connection: ConnectionConfiguration, names: Names): Dialect {
  const { exchange, clock } = port
  const user = String(exchange.walletAddress)
  const nonce = createNonces(clock)
  let dexes: readonly string[] = ['']
  let unified = false
  /** Dexes where something is held, watched or ordered: those whose orders are asked for each time, at a weight of 20 each. */
  const active = new Set<string>([''])
  let swept = false

  function info(type: string, params: Raw, kind: RequestClass, cost = 2): Promise<unknown> {
    return port.ask('publicPostInfo', { type, ...params }, { kind, pool: 'weight', cost })
  }

  async function act(action: Raw, kind: RequestClass): Promise<Raw> {
    const stamp = nonce()
    const signature = exchange.signL1Action(action, stamp)
    const answer = record(
      await port.ask('privatePostExchange', { action, nonce: stamp, signature }, { kind, pool: 'actions' }),
    )
    return record(record(answer.response).data)
  }

  async function states(
    kind: RequestClass,
  ): Promise<{ readonly dexes: readonly Raw[]; readonly spot: Raw; readonly time: number }> {
    const found: Raw[] = []
    for (const dex of dexes) {
      const state = record(await info('clearinghouseState', { user, ...(dex === '' ? {} : { dex }) }, kind))
      if ((records(state.assetPositions) ?? []).length > 0) active.add(dex)
      found.push(state)
    }
    const spot = record(await info('spotClearinghouseState', { user }, kind))
    return { dexes: found, spot, time: epoch(found[0]?.time) ?? clock() }
  }

  async function openOf(kind: RequestClass) {
    const reads = []
    // A cancel of everything looks everywhere; so does the first look.
    const places = swept && kind !== 'cancel' ? dexes.filter((dex) => active.has(dex)) : dexes
    for (const dex of places) {
      const rows = await info('frontendOpenOrders', { user, ...(dex === '' ? {} : { dex }) }, kind, 20)
      reads.push(
        readRows(rows, names, {
          what: 'open orders',
          nativeField: 'coin',
          read: (raw, listed) => readOrder(raw, 'open', listed),
        }),
      )
      if (reads.at(-1)!.value.length > 0) active.add(dex)
    }
    swept = true
    return joined(reads)
  }

  return {
    async open() {
      const role = record(await info('userRole', { user }, 'account', 60))
      const master = text(record(role.data).user)
      if (role.role === 'agent') {
        throw new VenueError(
          'VENUE_ADDRESS',
          connection.id,
          `credentials.wallet is the address of an API wallet: its book is always empty. Give the account's own address${master === undefined ? '' : ` (${master})`}; the API wallet's key stays in credentials.secret.`,
        )
      }
      if (role.role === 'missing') {
        throw new VenueError(
          'VENUE_ADDRESS',
          connection.id,
          'the venue knows no account at credentials.wallet; nothing was ever deposited there',
        )
      }
      const signer = exchange.ethGetAddressFromPrivateKey(String(exchange.privateKey)).toLowerCase()
      const owner = signer === user.toLowerCase()
      const agents = owner ? [] : rowsOf(await info('extraAgents', { user }, 'account', 20), 'API wallets')
      const agent = agents.find(({ address }) => text(address)?.toLowerCase() === signer)
      const mode = text(await info('userAbstraction', { user }, 'account', 20))
      unified = mode === 'unifiedAccount' || mode === 'portfolioMargin'
      const others = rowsOf(await info('perpDexs', {}, 'account', 20), 'dexes')
      dexes = others.map((dex) => text(dex.name) ?? '')
      const warnings = owner
        ? ['credentials.secret is the key of the account itself and can withdraw; an API wallet cannot']
        : agent === undefined
          ? [
              'the API wallet is not among the named ones of the account; an unnamed one is replaced when another is approved',
            ]
          : []
      return {
        scopes: [owner ? 'account key' : 'API wallet', unified ? 'unified account' : 'separate balances'],
        act: true,
        withdraw: owner,
        warnings,
      }
    },
    async time() {
      return needed(epoch(record(await info('clearinghouseState', { user }, 'account')).time), 'its time')
    },
    async instruments() {
      swept = false
      const reads = []
      for (const [dexIndex, dex] of dexes.entries()) {
        const meta = record(await info('meta', dex === '' ? {} : { dex }, 'market', 20))
        const universe = rowsOf(meta.universe, 'perpetuals')
        const value = universe.flatMap((raw, index) => readPerpetual(raw, { dex, dexIndex, index }) ?? [])
        reads.push({ value, flags: [] })
      }
      return joined(reads)
    },
    async quotes() {
      const observations: Observation[] = []
      const wanted = names.all().filter(({ instrument }) => connection.watch.includes(instrument.underlying))
      for (const dex of new Set(wanted.map(({ extra }) => extra?.dex ?? ''))) {
        const answer = await info('metaAndAssetCtxs', dex === '' ? {} : { dex }, 'market', 20)
        const [meta, contexts] = Array.isArray(answer) ? answer : []
        const rows = readContexts(rowsOf(record(meta).universe, 'perpetuals'), rowsOf(contexts, 'contexts'), names)
        observations.push(...rows.filter((one) => isWatched(one, connection.watch, wanted)))
      }
      let time = 0
      for (const listed of wanted) {
        const book = record(await info('l2Book', { coin: listed.native }, 'market'))
        time = Math.max(time, epoch(book.time) ?? 0)
        const at = observations.findIndex(
          (one) => one.kind === 'quote' && one.instrument === instrumentKey(listed.instrument),
        )
        const quote = observations[at]
        if (quote?.kind === 'quote') {
          const { bid: _bid, ask: _ask, ...rest } = quote
          observations[at] = { ...rest, ...readBook(book) }
        }
      }
      return { observations, flags: [], ...(time === 0 ? {} : { time }) }
    },
    async statement() {
      const { dexes: found, spot, time } = await states('account')
      return readStatement(found, spot, unified, names, time)
    },
    openOrders: () => openOf('account'),
    async ordersByClientId(clientId) {
      const oid = needed(venueClientId('hyperliquid', clientId), 'an order by such an id')
      const one = await info('orderStatus', { user, oid }, 'cancel').then(record, (error: unknown) => {
        if (error instanceof LineFailure && error.trouble === 'gone') return record(undefined)
        throw error
      })
      const history = rowsOf(await info('historicalOrders', { user }, 'cancel', 20), 'orders')
      const rows = [...(one.status === 'order' ? [record(one.order)] : []), ...history]
      const reads = rows.flatMap((row) => {
        const raw = record(row.order)
        const listed = names.native(text(raw.coin) ?? '')
        return listed === undefined ? [] : (readOrder(raw, text(row.status) ?? '', listed) ?? [])
      })
      const open = (await openOf('cancel')).value
      return distinctOrders<OrderReport>([...open, ...reads].filter((order) => order.clientId === clientId))
    },
    async fillsSince(time) {
      const rows = rowsOf(await info('userFillsByTime', { user, startTime: Math.floor(time) }, 'account', 20), 'fills')
      const perpetuals = rows.filter(({ coin }) => !/^@|\//.test(text(coin) ?? ''))
      return readRows(perpetuals, names, { what: 'fills', nativeField: 'coin', read: readFill })
    },
    async place(order, listed): Promise<Placed> {
      active.add(listed.extra?.dex ?? '')
      const c = venueClientId('hyperliquid', order.clientId)
      if (c === undefined) throw new LineFailure('denied', 'order', 'the id is no 32 hexadecimal digits')
      const tif = order.terms === 'fill-or-lapse' ? 'Ioc' : order.terms === 'post-only' ? 'Alo' : 'Gtc'
      const action = {
        type: 'order',
        orders: [
          {
            a: Number(listed.extra?.asset),
            b: buys(order.size),
            p: priceText(order.limitPrice, listed, buys(order.size)),
            s: inContracts(order.size, '1', listed.sizeStep),
            r: order.reduceOnly,
            t: { limit: { tif } },
            c,
          },
        ],
        grouping: 'na',
      }
      const answer = await act(action, order.reduceOnly ? 'reduce' : 'order')
      const status = record(records(answer.statuses)?.[0])
      return { order: placedOrder(status, order, listed), fills: [] }
    },
    async cancel(target, listed) {
      const asset = Number(listed.extra?.asset)
      const action =
        target.venueOrderId !== undefined
          ? { type: 'cancel', cancels: [{ a: asset, o: Number(target.venueOrderId) }] }
          : { type: 'cancelByCloid', cancels: [{ asset, cloid: venueClientId('hyperliquid', target.clientId ?? '') }] }
      await act(action, 'cancel')
      return 1
    },
    async cancelAll(instruments) {
      const open = (await openOf('cancel')).value
      const keys =
        instruments === 'all' ? undefined : new Set(instruments.map(({ instrument }) => instrumentKey(instrument)))
      const mine = open.filter(
        ({ instrument, venueOrderId }) => venueOrderId !== undefined && (keys === undefined || keys.has(instrument)),
      )
      if (mine.length === 0) return 0
      const cancels = mine.map((order) => ({
        a: Number(names.of(order.instrument).extra?.asset),
        o: Number(order.venueOrderId),
      }))
      await act({ type: 'cancel', cancels }, 'cancel')
      return cancels.length
    },
    async marginFigures() {
      const { dexes: found, spot, time } = await states('account')
      return readMargin(found, spot, unified, time)
    },
    async armGuards(): Promise<readonly VenueGuardState[]> {
      return [{ name: 'scheduled-cancel', state: 'not-armed', gaps: SCHEDULE_GAPS }]
    },
    async state() {
      const status = record(await info('exchangeStatus', {}, 'account'))
      return Array.isArray(status.specialStatuses) && status.specialStatuses.length > 0 ? 'maintenance' : 'open'
    },
    async close() {
      await exchange.close()
    },
  }
}

const SCHEDULE_GAPS = [
  'not used: a scheduled cancel takes protective stops away with the other orders, and ten a day is all there are',
  'orders stay at the venue when this line is lost; a watchdog with its own line must cancel them',
]

function isWatched(one: Observation, watch: readonly string[], wanted: readonly Listed[]): boolean {
  if (one.kind === 'index') return watch.includes(one.underlying)
  if (one.kind === 'asset') return watch.includes(one.asset)
  return one.kind === 'quote' && wanted.some(({ instrument }) => instrumentKey(instrument) === one.instrument)
}

/** At most five significant digits and the listing's decimals, no worse than the limit; whole numbers are always allowed. */
export function priceText(limit: string, listed: Listed, buying: boolean): string {
  const price = amount(limit)!
  const whole = moneyText(price).split('.')[0]!
  const digits = whole === '0' ? 0 : whole.length
  const small = /^0\.(0*)/.exec(moneyText(price))?.[1]?.length ?? 0
  const places = Math.max(0, digits > 0 ? 5 - digits : 5 + small)
  const step = amount(places === 0 ? '1' : `0.${'1'.padStart(places, '0')}`)!
  const least = amount(listed.priceStep)!
  const grid = step > least ? step : least
  const below = (price / grid) * grid
  return moneyText(buying || below === price ? below : below + grid)
}

function placedOrder(status: Raw, order: VenueOrderRequest, listed: Listed): OrderReport {
  const resting = record(status.resting)
  const filled = record(status.filled)
  const error = text(status.error)
  const done = decimal(filled.totalSz)
  const oid = text(resting.oid) ?? text(filled.oid)
  if (error === undefined && oid === undefined)
    throw new LineFailure('unresolved', 'unreadable', 'the answer to the order cannot be read')
  const signed = done === undefined ? '0' : buys(order.size) ? done : negated(done)
  const whole = signed === order.size || amount(signed) === amount(order.size)
  return {
    clientId: order.clientId,
    instrument: instrumentKey(listed.instrument),
    status:
      error !== undefined
        ? 'rejected'
        : done === undefined
          ? 'open'
          : whole
            ? 'filled'
            : order.terms === 'fill-or-lapse'
              ? 'cancelled'
              : 'open',
    size: order.size,
    filled: signed,
    limitPrice: order.limitPrice,
    ...known({
      venueOrderId: oid,
      averagePrice: decimal(filled.avgPx),
      reduceOnly: order.reduceOnly ? true : undefined,
      reason: error,
    }),
  }
}
