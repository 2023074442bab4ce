import { createHmac } from 'node:crypto'
import type { ConnectionConfiguration, DataFlag, Observation, VenueGuardState, VenueStateEvent } from '@holdfast/engine'
import { moneyText } from '@holdfast/engine'
import type { RequestClass } from '../line/budget.js'
import { FLOORS } from '../line/budget.js'
import { venueClientId } from '../line/clientId.js'
import type { Dialect, DialectSettings, Hear, Listed, Placed, Quotes, Read } from '../line/dialect.js'
import { LineFailure } from '../line/failure.js'
import {
  amount,
  buys,
  decimal,
  epoch,
  magnitude,
  positive,
  type Raw,
  real,
  record,
  records,
  text,
} from '../line/field.js'
import type { Names } from '../line/names.js'
import type { Port } from '../line/port.js'
import type { Statement, VenueFill, VenueOrderRequest } from '../venue.js'
import {
  readFills,
  readInstrument,
  readMargin,
  readOrder,
  readOrders,
  readQuote,
  readStatement,
  readSummaries,
} from './read.js'
import { createDeribitSocket } from './socket.js'

/** Credits as Deribit counts them at its lowest tier: 20 reads and 5 orders a second, bursts of 100 and 20. */
export const DERIBIT: DialectSettings = {
  abilities: { clientIdLength: 64, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: false },
  pools: {
    general: { credits: 100, perSecond: 20, floors: FLOORS },
    matching: { credits: 20, perSecond: 5, floors: FLOORS },
  },
  complaints: {
    unresolved: ['13028', '10066', 'timed_out', 'request timed out'],
    gone: ['10004', '10010', '11008', '11044', '13020'],
    busy: ['10028', '10040', '10047'],
    state: [
      '11051',
      '11095',
      '11096',
      'post-only orders allowed',
      'post_only_mode',
      'system_maintenance',
      'network upgrade',
    ],
    credentials: ['13004', '13009', '10000'],
    scope: ['13021', '13403'],
    clock: ['invalid_timestamp'],
  },
}

export function createDeribitDialect(port: Port, connection: ConnectionConfiguration, names: Names): Dialect {
  const { exchange, clock } = port
  const socket = createDeribitSocket(exchange)
  const watch = connection.watch
  let authorised = ''
  let hearer: Hear | undefined

  async function read(
    endpoint: string,
    params: Raw,
    kind: RequestClass,
    cost = 1,
  ): Promise<{ readonly result: unknown; readonly time: number }> {
    const answer = record(await port.ask(endpoint, params, { kind, pool: 'general', cost }))
    const time = epoch(Math.floor((real(answer.usOut) ?? 0) / 1000)) ?? clock()
    return { result: answer.result, time }
  }

  /** Over the socket, logged in again where it was lost: what is ordered there is what the venue cancels with it. */
  async function private_(
    method: string,
    params: Raw,
    kind: RequestClass,
    pool: 'general' | 'matching' = 'matching',
  ): Promise<unknown> {
    if (!socket.open) await login(kind)
    return port.send({ kind, pool }, () => socket.rpc(method, params))
  }

  async function login(kind: RequestClass): Promise<void> {
    const timestamp = clock()
    const nonce = timestamp.toString(36)
    const signature = createHmac('sha256', String(exchange.secret)).update(`${timestamp}\n${nonce}\n`).digest('hex')
    const login = {
      grant_type: 'client_signature',
      client_id: exchange.apiKey,
      timestamp,
      signature,
      nonce,
      data: '',
    }
    const answer = record(await port.send({ kind, pool: 'general' }, () => socket.rpc('public/auth', login)))
    authorised = text(answer.scope) ?? ''
    if (connection.guards.cancelOnDisconnect) await disconnecting(kind)
  }

  /** Asks the venue to cancel what was ordered over this socket when it ends; a key that only reads has nothing to cancel. */
  async function disconnecting(kind: RequestClass): Promise<void> {
    try {
      const scope = { scope: 'connection' }
      await port.send({ kind, pool: 'general' }, () => socket.rpc('private/enable_cancel_on_disconnect', scope))
    } catch (error) {
      if (!(error instanceof LineFailure) || error.trouble !== 'scope') throw error
    }
  }

  /** The listing of one instrument that was met and is not known, such as a position outside of what is watched. */
  async function learn(natives: readonly (string | undefined)[]): Promise<void> {
    for (const native of new Set(natives)) {
      if (native === undefined || names.native(native) !== undefined) continue
      try {
        const { result } = await read('publicGetGetInstrument', { instrument_name: native }, 'account')
        const listed = readInstrument(record(result))
        if (listed !== undefined) names.add([listed])
      } catch (error) {
        if (!(error instanceof LineFailure) || error.fate !== 'rejected') throw error
      }
    }
  }

  function nativesOf(answer: unknown): readonly (string | undefined)[] {
    return (records(answer) ?? []).map((row) => text(row.instrument_name))
  }

  function settlements(): readonly string[] {
    const watched = names.all().filter(({ instrument }) => watch.includes(instrument.underlying))
    return [...new Set([...watch, ...watched.map((listed) => listed.extra?.settle ?? '')])]
      .filter((one) => one !== '')
      .sort()
  }

  async function positionsAndSummaries() {
    const summaries = await read('privateGetGetAccountSummaries', { extended: false }, 'account')
    const positions = await read('privateGetGetPositions', { currency: 'any' }, 'account')
    await learn(nativesOf(positions.result))
    return { summaries, positions }
  }

  return {
    async open() {
      await login('account')
      const scopes = authorised.split(/\s+/).filter((scope) => scope !== '')
      const level = (subject: string) => scopes.find((scope) => scope.startsWith(`${subject}:`))?.split(':')[1]
      return {
        scopes,
        act: scopes.length === 0 ? undefined : level('trade') === 'read_write',
        withdraw: scopes.length === 0 ? undefined : level('wallet') === 'read_write',
        warnings: connection.guards.cancelOnDisconnect
          ? []
          : ['cancel-on-disconnect is off: orders stay when the line is lost'],
      }
    },
    async time() {
      const { result } = await read('publicGetGetTime', {}, 'account')
      const time = epoch(result)
      if (time === undefined) throw new LineFailure('unresolved', 'unreadable', 'the venue did not say its time')
      return time
    },
    async instruments() {
      const { result, time } = await read('publicGetGetInstruments', { currency: 'any', expired: false }, 'market', 5)
      const rows = records(result)
      if (rows === undefined) throw new LineFailure('unresolved', 'unreadable', 'the list of instruments is none')
      const flags: DataFlag[] = []
      const value = rows.flatMap((row) => {
        const listed = readInstrument(row)
        const combination = text(row.kind)?.endsWith('combo') === true
        if (listed === undefined && !combination) flags.push(unlisted(text(row.instrument_name) ?? '?'))
        return listed ?? []
      })
      return { value, flags, time }
    },
    async quotes(): Promise<Quotes> {
      const observations: Observation[] = []
      const flags: DataFlag[] = []
      let time = 0
      for (const underlying of watch) {
        const answer = await read('publicGetGetIndexPrice', { index_name: `${underlying.toLowerCase()}_usd` }, 'market')
        const price = positive(record(answer.result).index_price)
        if (price !== undefined) {
          observations.push({ kind: 'index', underlying, price })
          observations.push({ kind: 'asset', asset: underlying, price })
        }
        time = Math.max(time, answer.time)
      }
      for (const currency of settlements()) {
        const answer = await read('publicGetGetBookSummaryByCurrency', { currency }, 'market')
        const summary = readSummaries(records(answer.result) ?? [], names, watch)
        observations.push(...summary.observations)
        flags.push(...summary.flags)
        time = Math.max(time, answer.time)
      }
      for (const listed of names.all()) {
        if (listed.instrument.kind !== 'perpetual' || !watch.includes(listed.instrument.underlying)) continue
        const answer = await read('publicGetTicker', { instrument_name: listed.native }, 'market')
        const quote = readQuote(record(answer.result), listed)
        const at = observations.findIndex((one) => one.kind === 'quote' && one.instrument === quote.instrument)
        if (at >= 0) observations.splice(at, 1)
        observations.push(quote)
        time = Math.max(time, answer.time)
      }
      return { observations, flags, time }
    },
    async statement(): Promise<Statement> {
      const { summaries, positions } = await positionsAndSummaries()
      return readStatement(positions.result, summaries.result, names, positions.time)
    },
    async openOrders() {
      const { result, time } = await read('privateGetGetOpenOrders', {}, 'account')
      await learn(nativesOf(result))
      return { ...listOf(readOrders(result, names), 'open orders'), time }
    },
    async ordersByClientId(clientId, instrument) {
      const currency = names.of(instrument).extra?.settle ?? ''
      const { result } = await read('privateGetGetOrderStateByLabel', { currency, label: clientId }, 'cancel')
      const rows = [...(records(result) ?? [])].sort(
        (a, b) => (real(b.creation_timestamp) ?? 0) - (real(a.creation_timestamp) ?? 0),
      )
      const { value, flags } = listOf(readOrders(rows, names), 'orders of a label')
      if (records(result) === undefined || flags.length > 0)
        throw new LineFailure('unresolved', 'unreadable', 'orders of a label cannot be read')
      return value
    },
    async fillsSince(time): Promise<Read<readonly VenueFill[]>> {
      const value: VenueFill[] = []
      const flags: DataFlag[] = []
      for (const currency of settlements()) {
        for (let start = Math.max(0, Math.floor(time)); ; ) {
          const params = {
            currency,
            start_timestamp: start,
            end_timestamp: clock() + 86_400_000,
            count: 1000,
            sorting: 'asc',
          }
          const { result } = await read('privateGetGetUserTradesByCurrencyAndTime', params, 'account')
          await learn(nativesOf(record(result).trades))
          const page = listOf(readFills(record(result).trades, names), 'fills')
          value.push(...page.value.filter(({ fillId }) => !value.some((one) => one.fillId === fillId)))
          flags.push(...page.flags)
          const last = page.value.at(-1)?.time
          if (record(result).has_more !== true || last === undefined || !(last > start)) break
          start = last
        }
      }
      return { value: value.sort((a, b) => a.time - b.time), flags }
    },
    async place(order, listed): Promise<Placed> {
      const params = orderParams(order, listed)
      const kind = order.reduceOnly ? 'reduce' : 'order'
      const answer = record(await private_(buys(order.size) ? 'private/buy' : 'private/sell', params, kind))
      const placed = readOrder(record(answer.order), names)
      if (placed === undefined)
        throw new LineFailure('unresolved', 'unreadable', 'the answer to the order cannot be read')
      const fills = readFills(answer.trades ?? [], names)
      return { order: placed, fills: fills?.value ?? [] }
    },
    async cancel(target, listed) {
      if (target.venueOrderId !== undefined) {
        await private_('private/cancel', { order_id: target.venueOrderId }, 'cancel')
        return 1
      }
      const params = { label: target.clientId, currency: listed.extra?.settle }
      return countOf(await private_('private/cancel_by_label', params, 'cancel'))
    },
    async cancelAll(instruments) {
      if (instruments === 'all') return countOf(await private_('private/cancel_all', {}, 'cancel'))
      let count = 0
      for (const { native } of instruments) {
        count += countOf(
          await private_('private/cancel_all_by_instrument', { instrument_name: native, type: 'all' }, 'cancel'),
        )
      }
      return count
    },
    async marginFigures() {
      const { result, time } = await read('privateGetGetAccountSummaries', { extended: false }, 'account')
      const figures = readMargin(result, time)
      if (figures === undefined)
        throw new LineFailure('unresolved', 'unreadable', 'several currencies hold equity and no total is given')
      return figures
    },
    async armGuards() {
      const guards: VenueGuardState[] = [await disconnectGuard()]
      const mmp = connection.guards.marketMakerProtection
      if (mmp !== undefined) for (const underlying of watch) guards.push(await protection(underlying, mmp))
      return guards
    },
    async state(): Promise<VenueStateEvent['state']> {
      const { result } = await read('publicGetStatus', {}, 'market')
      return platformState(record(result), watch)
    },
    async close() {
      // A logout does not trigger cancel-on-disconnect; a socket that just ends does. The caller has cancelled before.
      await exchange.close()
    },
    async stream(hear) {
      if (hearer !== undefined) await socket.drop()
      hearer = hear
      socket.hear({
        channel: (name, data) => heardOn(name, data, hear),
        heartbeat: () => hearer?.heartbeat(undefined),
        ended: (why) => hearer?.ended(why),
      })
      if (!socket.open) await login('account')
      await port.send({ kind: 'account', pool: 'general' }, () => socket.rpc('public/set_heartbeat', { interval: 10 }))
      const channels = ['user.orders.any.any.raw', 'user.trades.any.any.raw']
      await port.send({ kind: 'account', pool: 'general' }, () => socket.rpc('private/subscribe', { channels }))
      const tickers = names
        .all()
        .filter(
          ({ instrument }) =>
            instrument.kind !== 'option' && instrument.kind !== 'spot' && watch.includes(instrument.underlying),
        )
      const market = tickers.map(({ native }) => `ticker.${native}.100ms`)
      if (market.length > 0)
        await port.send({ kind: 'account', pool: 'general' }, () =>
          socket.rpc('public/subscribe', { channels: market }),
        )
    },
  }

  function heardOn(channel: string, data: unknown, hear: Hear): void {
    if (channel.startsWith('ticker.')) {
      const raw = record(data)
      const listed = names.native(text(raw.instrument_name) ?? '')
      if (listed === undefined) return
      const time = epoch(raw.timestamp)
      hear.quotes({ observations: [readQuote(raw, listed)], flags: [], ...(time === undefined ? {} : { time }) })
    } else if (channel.startsWith('user.orders.')) {
      const rows = Array.isArray(data) ? data : [data]
      hear.orders(readOrders(rows, names)?.value ?? [], epoch(record(rows[0]).last_update_timestamp))
    } else if (channel.startsWith('user.trades.')) {
      hear.fills(readFills(Array.isArray(data) ? data : [data], names)?.value ?? [])
    }
  }

  async function disconnectGuard(): Promise<VenueGuardState> {
    if (!socket.open) await login('account')
    const name = 'cancel-on-disconnect'
    if (!connection.guards.cancelOnDisconnect)
      return { name, state: 'not-armed', gaps: ['it is off in the configuration'] }
    await disconnecting('account')
    const answer = record(
      await private_('private/get_cancel_on_disconnect', { scope: 'connection' }, 'account', 'general'),
    )
    return { name, state: answer.enabled === true ? 'armed' : 'not-armed', gaps: DISCONNECT_GAPS }
  }

  async function protection(
    underlying: string,
    mmp: NonNullable<ConnectionConfiguration['guards']['marketMakerProtection']>,
  ): Promise<VenueGuardState> {
    const index_name = `${underlying.toLowerCase()}_usd`
    await read('privateGetSetMmpConfig', { index_name, ...mmpParams(mmp) }, 'account')
    const { result } = await read('privateGetGetMmpConfig', { index_name }, 'account')
    const raw = record(Array.isArray(result) ? result[0] : result)
    const wanted = mmpParams(mmp)
    const armed = real(raw.interval) === wanted.interval && real(raw.frozen_time) === wanted.frozen_time
    const triggered = (epoch(raw.frozen_until) ?? 0) > clock()
    const state = triggered ? 'triggered' : armed ? 'armed' : 'not-armed'
    return { name: 'market-maker-protection', state, gaps: MMP_GAPS.map((gap) => `${underlying}: ${gap}`) }
  }
}

/** Deribit counts the interval and the freeze in seconds. */
export function mmpParams(mmp: NonNullable<ConnectionConfiguration['guards']['marketMakerProtection']>) {
  return {
    interval: Math.round(mmp.intervalMs / 1000),
    frozen_time: Math.round(mmp.frozenMs / 1000),
    ...(mmp.quantityLimit === undefined ? {} : { quantity_limit: Number(mmp.quantityLimit) }),
    ...(mmp.deltaLimit === undefined ? {} : { delta_limit: Number(mmp.deltaLimit) }),
  }
}

export function platformState(status: Raw, watch: readonly string[]): VenueStateEvent['state'] {
  const locked = status.locked
  if (locked === true || locked === 'true') return 'maintenance'
  if (status.post_only === true) return 'post-only'
  if (locked !== 'partial') return 'open'
  const indices = Array.isArray(status.locked_indices) ? status.locked_indices : status.locked_currencies
  const touched =
    Array.isArray(indices) && indices.some((one) => watch.some((asset) => String(one).toUpperCase().startsWith(asset)))
  return touched ? 'maintenance' : 'open'
}

const DISCONNECT_GAPS = [
  'covers orders sent over this connection alone, not those of other connections or of the web page',
  'a logout does not trigger it: a close that is meant cancels by itself',
  'a connection that stalls without closing triggers it only after the heartbeat is missed',
]
const MMP_GAPS = [
  'covers orders that are marked as market-maker orders, not hedges',
  'must be reset by hand where the freeze is 0 s',
]

function orderParams(order: VenueOrderRequest, listed: Listed): Raw {
  const label = venueClientId('deribit', order.clientId)
  if (label === undefined) throw new LineFailure('denied', 'order', 'the id does not fit into a label')
  return {
    instrument_name: listed.native,
    amount: Number(magnitude(order.size)),
    type: 'limit',
    price: Number(onTick(order.limitPrice, listed, buys(order.size))),
    label,
    time_in_force: order.terms === 'fill-or-lapse' ? 'immediate_or_cancel' : 'good_til_cancelled',
    ...(order.terms === 'post-only' ? { post_only: true, reject_post_only: true } : {}),
    ...(order.reduceOnly ? { reduce_only: true } : {}),
  }
}

/** The nearest price on the venue's grid that is no worse than the limit; the grid is coarser above certain prices. */
export function onTick(price: string, listed: Listed, buying: boolean): string {
  const limit = amount(price)!
  let tick = amount(listed.priceStep)!
  for (const step of listed.extra?.ticks?.split(',') ?? []) {
    const [above, coarser] = step.split(':')
    if (limit > amount(above)!) tick = amount(coarser)!
  }
  const below = (limit / tick) * tick
  return moneyText(buying || below === limit ? below : below + tick)
}

function unlisted(native: string): DataFlag {
  return {
    code: 'unknown-instrument',
    subject: `instrument:${native}`,
    detail: `'${native}' cannot be described by its fields; it is left out`,
  }
}

function listOf<Value>(read: Value | undefined, what: string): Value {
  if (read === undefined) throw new LineFailure('unresolved', 'unreadable', `${what} are no list`)
  return read
}

function countOf(answer: unknown): number {
  if (answer === 'ok') return 0
  const count = decimal(answer)
  if (count === undefined)
    throw new LineFailure('unresolved', 'unreadable', 'the venue did not say how many orders it cancelled')
  return Number(count)
}
