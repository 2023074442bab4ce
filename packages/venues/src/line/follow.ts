import type { ConnectionConfiguration, DataFlag, Event, FillEvent, MarketEvent, Provenance } from '@holdfast/engine'
import type { NewsWish, Statement, VenueFill } from '../venue.js'
import type { Dialect, Hear, Listed, Quotes } from './dialect.js'
import type { LineSettings } from './line.js'
import { createBackoff, createLiveness } from './liveness.js'
import type { Names } from './names.js'
import { pause } from './port.js'

/** Fills are asked for again from so long before the last one: they may come late and out of order. */
const FILL_OVERLAP_MS = 60_000
const LISTING_MS = 3_600_000
const BEAT_MS = 30_000
/** Fills that are remembered, so that none is told twice. */
const FILLS_MAX = 20_000

/**
 * News of one line, in order of `receivedTime`. The market is asked for every `marketMs`, the account every `reconcileMs` (of
 * it only the margin where statements are not wished for); what the venue tells by itself comes in between. Where the line is silent, frozen or stalled, the session is told to be lost once,
 * and opened again after waits that double.
 */
export async function* followEvents(
  connection: ConnectionConfiguration,
  dialect: Dialect,
  names: Names,
  list: () => Promise<readonly Listed[]>,
  settings: LineSettings,
  signal: AbortSignal,
  { statements }: NewsWish = { statements: true },
): AsyncGenerator<Event> {
  const queue = createQueue()
  const { clock, account, sleep = pause } = settings
  const liveness = createLiveness(settings.liveness, clock())
  /** Of what the venue tells by itself: the line asks too, and what it is answered says whether the market moved meanwhile. */
  const stream = createLiveness(settings.liveness, clock())
  const backoff = createBackoff()
  const told = new Set<string>()
  let fillsFrom = clock()
  let prices: ReadonlyMap<string, number> = new Map()
  let ended: string | undefined
  /** Whether the loss of the present session was told. */
  let said = false
  let received = 0

  const now = () => {
    received = Math.max(received, clock())
    return received
  }
  const from = (time?: number): Provenance => {
    const receivedTime = now()
    return { source: connection.id, sourceTime: time ?? receivedTime, receivedTime }
  }

  function market(quotes: Quotes): void {
    liveness.data(clock(), quotes.time)
    prices = new Map([
      ...prices,
      ...quotes.observations.flatMap((one) => (one.kind === 'asset' ? [[one.asset, one.price] as const] : [])),
    ])
    const { flags } = quotes
    queue.push({ kind: 'market', ...from(quotes.time), observations: quotes.observations, ...flagged(flags) })
  }
  function fills(list: readonly VenueFill[]): void {
    for (const fill of list) {
      if (told.has(fill.fillId)) continue
      told.add(fill.fillId)
      if (told.size > FILLS_MAX)
        for (const first of told) {
          told.delete(first)
          break
        }
      fillsFrom = Math.max(fillsFrom, fill.time)
      queue.push(fillEvent(fill, account, from(fill.time)))
    }
  }
  function complain(flags: readonly DataFlag[]): void {
    if (flags.length > 0) queue.push({ kind: 'market', ...from(), observations: [], flags })
  }

  const hear: Hear = {
    quotes(quotes) {
      stream.data(clock(), quotes.time)
      market(quotes)
    },
    fills(list) {
      stream.data(clock())
      fills(list)
    },
    orders(orders, time) {
      stream.data(clock())
      liveness.heartbeat(clock(), time)
      for (const order of orders) queue.push({ kind: 'order', ...from(time), ...order, account })
    },
    heartbeat(venueTime) {
      stream.heartbeat(clock(), venueTime)
      liveness.heartbeat(clock(), venueTime)
    },
    ended(why) {
      ended = why
    },
  }

  async function reconcile(): Promise<void> {
    if (statements) await whole()
    await margin()
  }

  async function whole(): Promise<void> {
    const since = Math.max(0, fillsFrom - FILL_OVERLAP_MS)
    const late = await dialect.fillsSince(since)
    fills(late.value)
    complain(late.flags)
    statementEvents(await dialect.statement())
    const asked = now()
    const open = await dialect.openOrders()
    queue.push({ kind: 'open-orders', ...from(open.time ?? asked), account, orders: open.value })
    complain(open.flags)
  }

  function statementEvents(statement: Statement): void {
    const { unread = [], ...rest } = statement
    const complete = unread.length === 0
    const { balances, positions } = rest
    queue.push({ kind: 'account', ...from(statement.time), account, complete, balances, positions })
    complain(unread.map((detail) => ({ code: 'unreadable-field', subject: `account:${account}`, detail })))
  }

  /** In USD, whatever the venue counts in; left out where the coin has no price yet, or the venue gives no figure. */
  async function margin(): Promise<void> {
    const figures = await dialect.marginFigures().catch(() => undefined)
    if (figures === undefined) return
    const price = figures.unit === 'USD' ? 1 : prices.get(figures.unit)
    if (price === undefined) return
    const { equity, initialMargin, maintenanceMargin } = figures
    queue.push({
      kind: 'venue-figure',
      ...from(figures.time),
      account,
      ...(equity === undefined ? {} : { equity: equity * price }),
      ...(initialMargin === undefined ? {} : { initialMargin: initialMargin * price }),
      ...(maintenanceMargin === undefined ? {} : { maintenanceMargin: maintenanceMargin * price }),
    })
  }

  async function listing(): Promise<void> {
    const read = await dialect.instruments()
    names.add(read.value)
    const watched = read.value.filter(({ instrument }) => connection.watch.includes(instrument.underlying))
    queue.push({ kind: 'listing', ...from(read.time), instruments: watched.map(({ instrument }) => instrument) })
    complain(read.flags)
  }

  async function connect(): Promise<void> {
    ended = undefined
    await list()
    await dialect.stream?.(hear)
    const guards = await dialect.armGuards()
    const state = await dialect.state()
    liveness.reset(clock())
    stream.reset(clock())
    said = false
    queue.push({ kind: 'session', ...from(), account, state: 'connected' })
    queue.push({ kind: 'venue-state', ...from(), venue: connection.kind, state, account, guards })
  }

  /** Until the signal, or until the line must be opened again: then why. */
  async function session(again: string | undefined): Promise<string | undefined> {
    await connect()
    if (again !== undefined)
      complain([{ code: 'gap', subject: `source:${connection.id}`, detail: `news may be missing: ${again}` }])
    await listing()
    let marketAt = Number.NEGATIVE_INFINITY
    let reconcileAt = Number.NEGATIVE_INFINITY
    let listingAt = clock()
    let beatAt = clock()
    let failed: string | undefined
    while (!signal.aborted && ended === undefined) {
      try {
        if (clock() - marketAt >= settings.marketMs) {
          marketAt = clock()
          const before = prices
          market(await dialect.quotes())
          if ([...prices].some(([asset, price]) => before.get(asset) !== price)) stream.movedElsewhere(clock())
          liveness.heartbeat(clock(), await dialect.time())
        }
        if (clock() - reconcileAt >= connection.reconcileMs) {
          reconcileAt = clock()
          await reconcile()
          const state = await dialect.state()
          queue.push({ kind: 'venue-state', ...from(), venue: connection.kind, state, account })
        }
        if (clock() - beatAt >= BEAT_MS) {
          beatAt = clock()
          await dialect.beat?.()
        }
        if (clock() - listingAt >= LISTING_MS) {
          listingAt = clock()
          await listing()
        }
        failed = undefined
        backoff.reset()
      } catch (error) {
        failed = error instanceof Error ? error.message : String(error)
        settings.log(`follow: ${failed}`)
      }
      const asked = liveness.judge(clock())
      const verdict = asked.state === 'lost' || dialect.stream === undefined ? asked : stream.judge(clock())
      if (verdict.state === 'lost')
        return failed === undefined ? `${verdict.why}: ${verdict.detail}` : `${verdict.detail}; ${failed}`
      await sleep(Math.min(settings.marketMs, 250), signal)
    }
    return ended
  }

  async function run(): Promise<void> {
    let lost: string | undefined
    while (!signal.aborted) {
      try {
        const before = lost
        lost = undefined
        lost = await session(before)
      } catch (error) {
        lost = error instanceof Error ? error.message : String(error)
      }
      if (signal.aborted) break
      if (!said) queue.push({ kind: 'session', ...from(), account, state: 'lost', detail: lost ?? 'ended' })
      said = true
      await sleep(backoff.next(), signal)
    }
  }

  const running = run().finally(() => queue.end())
  yield* queue.drain()
  await running
}

function fillEvent(fill: VenueFill, account: string, provenance: Provenance): FillEvent {
  const { fillId, clientId, instrument, size, price, fee, feeAsset } = fill
  return {
    kind: 'fill',
    ...provenance,
    account,
    instrument,
    fillId,
    size,
    price,
    fee,
    feeAsset,
    ...(clientId === undefined ? {} : { decisionId: clientId }),
  }
}

function flagged(flags: readonly DataFlag[]): Pick<MarketEvent, 'flags'> {
  return flags.length === 0 ? {} : { flags }
}

/** Events that came, for one reader. */
function createQueue() {
  const waiting: Event[] = []
  let wake: (() => void) | undefined
  let done = false
  return {
    push(event: Event): void {
      waiting.push(event)
      wake?.()
    },
    end(): void {
      done = true
      wake?.()
    },
    async *drain(): AsyncGenerator<Event> {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift()!
        if (done) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
    },
  }
}
