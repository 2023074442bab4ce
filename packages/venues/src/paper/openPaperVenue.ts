import {
  applyBookEvent,
  createBook,
  type Event,
  exactBalance,
  type OrderReport,
  openAccount,
  parseMoney,
  readAccount,
} from '@holdfast/engine'
import { type Instrument, type InstrumentKey, instrumentKey, parseInstrumentKey } from '@holdfast/quant'
import { pause } from '../line/port.js'
import type { Known, ListedInstrument, PlaceOutcome, Statement, Venue, VenueFill, VenueOrderRequest } from '../venue.js'
import { createPaperBook, type PaperNews } from './paperBook.js'
import { PAPER_SETTINGS, type PaperSettings } from './settings.js'

export type OpenPaperVenueOptions = {
  readonly name: string
  readonly account: string
  /** Exact decimals by asset. */
  readonly balances: Readonly<Record<string, string>>
  /** Market and listing events, in order of `receivedTime`: a recording, or another venue's news. */
  readonly feed: (signal: AbortSignal) => AsyncIterable<Event>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly settings?: Partial<PaperSettings>
  /** How often the account is stated, milliseconds. */
  readonly reconcileMs?: number
}

/**
 * A venue without an exchange: orders of a line are matched like those of recorded runs, against the quotes of a feed, in the time
 * of the clock. It is as sure as a venue can be: nothing is ever unknown here, and no guard is armed.
 */
export function openPaperVenue(options: OpenPaperVenueOptions): Venue {
  const { name, account, clock } = options
  const settings: PaperSettings = { ...PAPER_SETTINGS, ...options.settings }
  const holdings = createBook()
  openAccount(holdings, { id: account, venue: 'paper', portfolio: account, marginModel: 'paper' })
  const started = clock()
  const provenance = (time: number) => ({ source: name, sourceTime: time, receivedTime: time })
  applyBookEvent(holdings, {
    kind: 'account',
    ...provenance(started),
    account,
    complete: true,
    balances: options.balances,
    positions: [],
  })

  const fills: VenueFill[] = []
  const listed = new Map<InstrumentKey, Instrument>()
  const listeners = new Set<(event: Event) => void>()
  const feeding = new AbortController()
  let running: Promise<void> | undefined

  const book = createPaperBook(settings, {
    name,
    reducible(order) {
      const held = heldOf(instrumentKey(order.instrument))
      if (held < 0n === order.size < 0n) return 0n
      return held < 0n ? -held : held
    },
  })

  function heldOf(key: InstrumentKey): bigint {
    const position = statement().positions.find(({ instrument }) => instrument === key)
    return position === undefined ? 0n : parseMoney(position.size)!
  }

  function tell(event: Event): void {
    for (const listener of listeners) listener(event)
  }

  function take(news: readonly PaperNews[]): void {
    for (const event of news) {
      if (event.kind === 'fill') {
        applyBookEvent(holdings, event)
        const { fillId, instrument, size, price, fee, feeAsset, sourceTime: time, decisionId } = event
        fills.push({
          fillId,
          instrument,
          size,
          price,
          fee,
          feeAsset,
          time,
          clientId: decisionId!,
          venueOrderId: decisionId!,
        })
      }
      tell(event)
    }
  }

  function hear(event: Event): void {
    if (event.kind === 'listing') for (const one of event.instruments) listed.set(instrumentKey(one), one)
    if (event.kind === 'market') {
      for (const one of event.observations) {
        const instrument = one.kind === 'quote' ? parseInstrumentKey(one.instrument) : undefined
        if (instrument !== undefined) listed.set(instrumentKey(instrument), instrument)
      }
      book.note(event.observations, event.receivedTime)
    }
    tell(event)
    take(book.work(clock()))
  }

  function feed(): Promise<void> {
    running ??= (async () => {
      for await (const event of options.feed(feeding.signal)) hear(event)
    })()
    return running
  }

  function statement(): Statement {
    const held = readAccount(holdings, account)!
    return {
      balances: Object.fromEntries(held.balances.map(({ asset }) => [asset, exactBalance(holdings, account, asset)!])),
      positions: held.positions.map(({ key, sizeText, entryPrice }) => ({
        instrument: key,
        size: sizeText,
        ...(entryPrice === undefined ? {} : { entryPrice }),
      })),
      time: clock(),
    }
  }

  async function place(order: VenueOrderRequest): Promise<PlaceOutcome> {
    const instrument = parseInstrumentKey(order.instrument)
    const size = parseMoney(order.size)
    const limit = parseMoney(order.limitPrice)
    if (
      instrument === undefined ||
      !listed.has(order.instrument) ||
      size === undefined ||
      limit === undefined ||
      size === 0n
    ) {
      return {
        outcome: 'denied',
        reason: `${order.instrument} is not quoted, or size or price is no amount`,
        retryable: false,
      }
    }
    const request = {
      id: order.clientId,
      account,
      instrument,
      size,
      limit,
      reduceOnly: order.reduceOnly,
      terms: order.terms,
    }
    const submitted = book.submit(request, clock())
    if (submitted === undefined) return { outcome: 'rejected', reason: 'the id is taken', retryable: false }
    take([submitted.news])
    while (clock() < submitted.arrival) await pause(submitted.arrival - clock())
    const from = fills.length
    take(book.work(clock()))
    const mine = fills.slice(from).filter(({ clientId }) => clientId === order.clientId)
    return { outcome: 'confirmed', order: book.report(order.clientId)!, fills: mine }
  }

  function cancel(reports: readonly OrderReport[]) {
    const news = reports.flatMap(({ clientId }) => book.cancel(clientId!, clock()) ?? [])
    take(news)
    return { outcome: 'confirmed', cancelled: news.length } as const
  }

  const known = <Value>(value: Value): Known<Value> => ({ known: true, value, asOf: clock() })

  async function* events(signal: AbortSignal): AsyncGenerator<Event> {
    const queue: Event[] = []
    let wake = () => {}
    const listener = (event: Event) => {
      queue.push(event)
      wake()
    }
    const state = () => {
      const at = provenance(clock())
      const { balances, positions } = statement()
      listener({ kind: 'account', ...at, account, complete: true, balances, positions })
      listener({ kind: 'open-orders', ...at, account, orders: book.open(account) })
    }
    listeners.add(listener)
    listener({ kind: 'session', ...provenance(clock()), account, state: 'connected' })
    listener({ kind: 'listing', ...provenance(clock()), instruments: [...listed.values()] })
    state()
    const timer = setInterval(state, options.reconcileMs ?? 15_000)
    const working = setInterval(() => take(book.work(clock())), Math.max(20, settings.latencyMs))
    signal.addEventListener('abort', () => wake(), { once: true })
    feed().catch((error: unknown) =>
      listener({ kind: 'session', ...provenance(clock()), account, state: 'lost', detail: String(error) }),
    )
    try {
      while (!signal.aborted) {
        while (queue.length > 0) yield queue.shift()!
        if (signal.aborted) return
        await new Promise<void>((resolve) => {
          wake = resolve
          if (queue.length > 0 || signal.aborted) resolve()
        })
      }
    } finally {
      clearInterval(timer)
      clearInterval(working)
      listeners.delete(listener)
    }
  }

  return {
    name,
    venue: 'paper',
    abilities: { clientIdLength: 64, postOnly: true, reduceOnly: true, fillOrLapse: true, streamsPositions: true },
    async open() {
      feed().catch(() => {})
      return { scopes: ['paper'], clockSkewMs: 0, warnings: ['orders are filled on paper: no exchange sees them'] }
    },
    instruments: async () => known([...listed.values()].map(described)),
    events,
    statement: async () => known(statement()),
    openOrders: async () => known(book.open(account)),
    ordersByClientId: async (clientId) => known([book.report(clientId)].flatMap((report) => report ?? [])),
    fillsSince: async (time) => known(fills.filter((fill) => fill.time >= time)),
    place,
    cancel: async ({ clientId, venueOrderId }) =>
      cancel(book.open(account).filter((one) => one.clientId === (clientId ?? venueOrderId))),
    cancelAll: async (instruments) =>
      cancel(book.open(account).filter(({ instrument }) => instruments === 'all' || instruments.includes(instrument))),
    marginFigures: async () => ({ known: false, reason: 'paper has no margin figures of its own' }),
    armGuards: async () => known([]),
    state: async () => known('open' as const),
    async close() {
      feeding.abort()
    },
  }
}

/** Paper takes any size and price; steps are those that no venue goes below. */
function described(instrument: Instrument): ListedInstrument {
  return {
    instrument,
    native: instrumentKey(instrument),
    priceStep: '0.00000001',
    sizeStep: '0.00000001',
    smallestSize: '0.00000001',
  }
}
