import type { Money, OrderReport, QuoteObservation } from '@holdfast/engine'
import { type InstrumentKey, instrumentKey } from '@holdfast/quant'
import type { ListedInstrument, Statement, Venue, VenueOrderRequest } from '@holdfast/venues'
import type { WallClock } from '../run/ports.js'
import type { IncidentAccount } from './incident.js'
import { planTakeover, type TakeoverPlan, type TakeoverSettings, targetsOf } from './takeoverPlan.js'

export type TakeoverLine = { readonly account: string; readonly connection: string; readonly venue: Venue }

export type TakeoverOptions = TakeoverSettings & {
  readonly line: TakeoverLine
  readonly clock: WallClock
  readonly signal: AbortSignal
  /** What is being done: ids of orders follow from it. */
  readonly cause: string
  /** Plans and sends nothing. */
  readonly drill: boolean
  /** How long it may take until it is told as incomplete. */
  readonly withinMs: number
}

const PAUSE_MS = 1_000
/** Prices are waited for so long; what has none by then is told, and tried again. */
const QUOTES_MS = 10_000

/** Withdraws everything of an account, closes what the mode asks for, and ends by what the venue says afterwards. */
export async function takeOverAccount(options: TakeoverOptions): Promise<IncidentAccount> {
  const { line, clock, drill } = options
  const { venue, account, connection } = line
  const done: string[] = []
  const until = clock.now() + options.withinMs
  let open: IncidentAccount['open'] = [{ what: account, why: 'the venue was not reached' }]
  let targets: ReadonlyMap<string, Money> | undefined
  const quotes = watchQuotes(options)
  try {
    for (let attempt = 0; attempt === 0 || (clock.now() < until && !options.signal.aborted); attempt++) {
      if (attempt > 0) await clock.sleep(PAUSE_MS, options.signal)
      const outcome = await attemptOnce(options, quotes, targets, attempt, done).catch((error: unknown) => ({
        open: [{ what: account, why: String(error instanceof Error ? error.message : error) }],
        targets,
      }))
      open = outcome.open
      targets = outcome.targets
      if (drill || open.length === 0) break
    }
  } finally {
    quotes.stop()
    await venue.close().catch(() => undefined)
  }
  return { account, connection, state: open.length === 0 ? 'confirmed' : 'incomplete', done, open }
}

type Attempt = { readonly open: IncidentAccount['open']; readonly targets: ReadonlyMap<string, Money> | undefined }

async function attemptOnce(
  options: TakeoverOptions,
  quotes: ReturnType<typeof watchQuotes>,
  before: ReadonlyMap<string, Money> | undefined,
  attempt: number,
  done: string[],
): Promise<Attempt> {
  const { line, drill } = options
  const { venue } = line
  await venue.open({ act: !drill, allowWithdrawal: false })
  const listed = await listing(venue)
  await withdrawEverything(options, done)
  const statement = knownOf(await venue.statement(), 'statement')
  const targets = before ?? targetsOf(statement, options)
  if (targets !== undefined && statement.positions.length > 0) await quotes.wait(statement)
  const cause = `${options.cause}|${line.account}|${attempt}`
  const plan = planTakeover(statement, targets, quotes.latest, listed, options, cause)
  if (drill) {
    for (const order of plan.orders) done.push(`would close by ${words(order)}`)
    return { open: plan.open, targets }
  }
  await Promise.all(plan.orders.map((order) => placeOne(options, order, done)))
  return { open: await confirm(options, targets, quotes.latest, listed), targets }
}

async function listing(venue: Venue): Promise<ReadonlyMap<InstrumentKey, ListedInstrument>> {
  const known = knownOf(await venue.instruments(), 'listing')
  return new Map(known.map((one) => [instrumentKey(one.instrument), one]))
}

/** Over the venue's own way for it, and then order by order what is still there. */
async function withdrawEverything({ line: { venue }, drill }: TakeoverOptions, done: string[]): Promise<void> {
  const standing = knownOf(await venue.openOrders(), 'list of open orders')
  if (drill) {
    for (const order of standing) done.push(`would cancel ${nameOf(order)}`)
    return
  }
  const all = await venue.cancelAll('all')
  if (all.outcome === 'confirmed') done.push(`cancelled everything (${all.cancelled})`)
  for (const order of knownOf(await venue.openOrders(), 'list of open orders')) {
    const { instrument, venueOrderId, clientId } = order
    const target = venueOrderId === undefined ? { clientId: clientId! } : { venueOrderId }
    const one = await venue.cancel({ instrument, ...target })
    if (one.outcome === 'confirmed') done.push(`cancelled ${nameOf(order)}`)
  }
}

/** An order without an answer is asked for before anything else is sent in its instrument. */
async function placeOne(
  { line, clock, signal }: TakeoverOptions,
  order: VenueOrderRequest,
  done: string[],
): Promise<void> {
  const outcome = await line.venue.place(order)
  if (outcome.outcome === 'confirmed') {
    done.push(`${words(order)}: ${outcome.order.filled} filled`)
    return
  }
  done.push(`${words(order)}: ${outcome.outcome}, ${outcome.reason}`)
  for (let asked = 0; outcome.outcome === 'unresolved' && asked < 10 && !signal.aborted; asked++) {
    await clock.sleep(PAUSE_MS, signal)
    const found = await line.venue.ordersByClientId(order.clientId, order.instrument)
    if (!found.known || found.value.length === 0) continue
    done.push(`${words(order)}: found, ${found.value[0]!.status}, ${found.value[0]!.filled} filled`)
    return
  }
}

/** Only what the venue says after everything was done counts. */
async function confirm(
  options: TakeoverOptions,
  targets: ReadonlyMap<string, Money> | undefined,
  quotes: Quotes,
  listed: ReadonlyMap<InstrumentKey, ListedInstrument>,
): Promise<IncidentAccount['open']> {
  const { venue } = options.line
  const statement = knownOf(await venue.statement(), 'statement')
  const orders = knownOf(await venue.openOrders(), 'list of open orders')
  const left: TakeoverPlan = planTakeover(statement, targets, quotes, listed, options, 'confirm')
  return [
    ...orders.map((order) => ({ what: nameOf(order), why: 'it still stands' })),
    ...left.orders.map(({ instrument, size }) => ({ what: `${size} of ${instrument}`, why: 'it is not closed yet' })),
    ...left.open,
  ]
}

type Quotes = ReadonlyMap<InstrumentKey, QuoteObservation>

/** Prices from the venue's stream, collected from the first wish on while the takeover lasts. */
function watchQuotes({ line: { venue }, clock, signal }: TakeoverOptions) {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const latest = new Map<InstrumentKey, QuoteObservation>()
  let running = false

  async function collect(): Promise<void> {
    running = true
    try {
      for await (const event of venue.events(until, { statements: false })) {
        if (event.kind !== 'market') continue
        for (const one of event.observations) if (one.kind === 'quote') latest.set(one.instrument, one)
      }
    } finally {
      running = false
    }
  }

  return {
    latest: latest as Quotes,
    /** Waits until each position has a price, but not for ever. */
    async wait({ positions }: Statement): Promise<void> {
      if (!running) collect().catch(() => undefined)
      const end = clock.now() + QUOTES_MS
      while (!until.aborted && clock.now() < end && !positions.every(({ instrument }) => latest.has(instrument))) {
        await clock.sleep(100, until)
      }
    },
    stop: () => over.abort(),
  }
}

function knownOf<Value>(answer: { known: true; value: Value } | { known: false; reason: string }, what: string): Value {
  if (answer.known) return answer.value
  throw new Error(`no ${what}: ${answer.reason}`)
}

function nameOf({ clientId, venueOrderId, instrument, size }: OrderReport): string {
  return `order ${clientId ?? venueOrderId ?? ''} of ${size} ${instrument}`
}

function words({ clientId, size, instrument, limitPrice }: VenueOrderRequest): string {
  return `order ${clientId} of ${size} ${instrument} at ${limitPrice} or better, reduce-only`
}
