import {
  type Action,
  type Decision,
  type Event,
  type FillEvent,
  type Money,
  moneyFromNumber,
  moneyText,
  type OrderEvent,
  type OrderStatus,
  type OrderTerms,
  parseMoney,
  type QuoteObservation,
  type Turn,
} from '@holdfast/engine'
import { type Instrument, instrumentKey, parseInstrumentKey } from '@holdfast/quant'
import { feeOf, type Match, matchMaker, matchTaker, type Unfilled } from './match.js'
import { PAPER_SETTINGS, type PaperSettings } from './settings.js'

export type PaperOrder = {
  /** The decision's id: the client order id. */
  readonly id: string
  readonly account: string
  readonly instrument: string
  readonly size: string
  readonly filled: string
  /** `travelling` to the venue, `resting` at its limit, or done. */
  readonly state: 'travelling' | 'resting' | 'filled' | 'expired' | 'cancelled'
  /** Why something was left unfilled. */
  readonly why?: Unfilled
}

/** A simulated counterparty for orders of stage `paper`: a function of the turns that it was shown, in their order. */
export type PaperVenue = {
  readonly name: string
  /**
   * Takes note of the turn's quotes, matches what has arrived, and takes in the turn's new paper orders.
   *
   * @returns fills and news of orders, received at the turn's time; and a clock event for each moment at which an order will
   *   arrive, so that it is matched against the quotes of that moment.
   */
  react(turn: Turn): readonly Event[]
  /** Every order so far, by the time at which it was taken in. */
  orders(): readonly PaperOrder[]
}

type Order = {
  readonly id: string
  readonly account: string
  readonly instrument: Instrument
  readonly size: Money
  readonly limit: Money
  readonly terms: OrderTerms | undefined
  readonly reduceOnly: boolean
  readonly arrival: number
  rest: Money
  fills: number
  state: PaperOrder['state']
  why: Unfilled | undefined
}

type Quoted = { readonly quote: QuoteObservation; readonly time: number }

/**
 * Fills orders that were decided at stage `paper` against the quotes that the engine is shown, with latency, depth, slippage
 * and fees. The same turns give the same fills. An order is taken once: a decision id that comes again is ignored. Where the
 * side, or its size, is not quoted, nothing is filled. Each order ends with news that says how far it came, as at a venue.
 */
export function createPaperVenue(settings: Partial<PaperSettings> = {}, name = 'paper'): PaperVenue {
  const all: PaperSettings = { ...PAPER_SETTINGS, ...settings }
  const quotes = new Map<string, Quoted>()
  const orders = new Map<string, Order>()
  const open = new Set<Order>()

  function quoteAt(order: Order, time: number): QuoteObservation | undefined {
    const quoted = quotes.get(instrumentKey(order.instrument))
    return quoted !== undefined && time - quoted.time <= all.quoteAgeMaxMs ? quoted.quote : undefined
  }

  function settle(order: Order, match: Match, time: number): FillEvent[] {
    const fills = match.fills.map((fill): FillEvent => {
      const fee = feeOf(order.instrument, fill, quoteAt(order, time)?.forward, all)
      order.fills += 1
      return {
        kind: 'fill',
        source: name,
        sourceTime: time,
        receivedTime: time,
        account: order.account,
        instrument: instrumentKey(order.instrument),
        fillId: `${order.id}:${order.fills}`,
        decisionId: order.id,
        size: moneyText(fill.size),
        price: moneyText(fill.price),
        fee: moneyText(fee.amount),
        feeAsset: fee.asset,
      }
    })
    order.rest = match.rest
    order.why = match.why
    return fills
  }

  /** Whether what is left stands at its limit: by the order's own terms, else by the settings. */
  function waits(order: Order, time: number): boolean {
    if (order.terms === 'rest' || order.terms === 'post-only') return true
    if (order.terms === 'fill-or-lapse') return false
    return all.remainder === 'rest' && time < order.arrival + all.restMs
  }

  function work(order: Order, time: number): Event[] {
    if (time < order.arrival) return []
    const quote = quoteAt(order, time)
    const taker = order.state === 'travelling' && order.terms !== 'post-only'
    const match = taker ? matchTaker : matchMaker
    const before = order.state
    const wouldTake = before === 'travelling' && order.terms === 'post-only' && crosses(order, quote)
    const fills = wouldTake ? [] : settle(order, match(order.instrument, order.rest, order.limit, quote, all), time)
    if (wouldTake) order.state = 'cancelled'
    else order.state = order.rest === 0n ? 'filled' : waits(order, time) ? 'resting' : 'expired'
    if (order.state !== 'resting') open.delete(order)
    const changed = order.state !== before || fills.length > 0
    return [...fills, ...(changed ? [newsOf(order, time, wouldTake ? 'would have taken' : order.why)] : [])]
  }

  function newsOf(order: Order, time: number, reason?: string): OrderEvent {
    return {
      kind: 'order',
      source: name,
      sourceTime: time,
      receivedTime: time,
      account: order.account,
      clientId: order.id,
      instrument: instrumentKey(order.instrument),
      status: STATUS[order.state],
      size: moneyText(order.size),
      filled: moneyText(order.size - order.rest),
      limitPrice: moneyText(order.limit),
      reduceOnly: order.reduceOnly,
      ...(reason === undefined ? {} : { reason }),
    }
  }

  /** Orders that a decision withdraws. One that is still on its way is withdrawn before it arrives. */
  function withdraw({ action, outcome }: Decision, time: number): Event[] {
    if (outcome !== 'papered' || action.kind !== 'cancel') return []
    return [...open].flatMap((order) => {
      const named = action.order === undefined || action.order === order.id
      const listed = action.instruments === 'all' || action.instruments.includes(instrumentKey(order.instrument))
      if (order.account !== action.account || !named || !listed) return []
      order.state = 'cancelled'
      open.delete(order)
      return [newsOf(order, time)]
    })
  }

  function take(decision: Decision, time: number): Order | undefined {
    const order = orderOf(decision, time + all.latencyMs)
    if (order === undefined || orders.has(order.id)) return undefined
    orders.set(order.id, order)
    open.add(order)
    return order
  }

  return {
    name,
    react(turn) {
      for (const event of turn.events)
        if (event.kind === 'market') noteQuotes(quotes, event.observations, event.receivedTime)
      const news = [...open].flatMap((order) => work(order, turn.time))
      const withdrawn = turn.decisions.flatMap((decision) => withdraw(decision, turn.time))
      const taken = turn.decisions.flatMap((decision) => take(decision, turn.time) ?? [])
      return [...news, ...withdrawn, ...taken.map(({ arrival }) => wakeAt(name, arrival))]
    },
    orders: () => [...orders.values()].map(describe),
  }
}

const STATUS: Readonly<Record<PaperOrder['state'], OrderStatus>> = {
  travelling: 'sending',
  resting: 'open',
  filled: 'filled',
  expired: 'cancelled',
  cancelled: 'cancelled',
}

/** Whether the order would trade at once against the quote. */
function crosses({ size, limit }: Order, quote: QuoteObservation | undefined): boolean {
  const best = size > 0n ? quote?.ask : quote?.bid
  const price = best === undefined ? undefined : moneyFromNumber(best)
  return price !== undefined && price > 0n && (size > 0n ? price <= limit : price >= limit)
}

function noteQuotes(
  quotes: Map<string, Quoted>,
  observations: Extract<Event, { kind: 'market' }>['observations'],
  time: number,
): void {
  for (const observation of observations) {
    if (observation.kind === 'quote') quotes.set(observation.instrument, { quote: observation, time })
  }
}

function wakeAt(source: string, time: number): Event {
  return { kind: 'clock', source, sourceTime: time, receivedTime: time }
}

/** Undefined where the decision is no order for paper. */
function orderOf(decision: Decision, arrival: number): Order | undefined {
  const { action, outcome, id } = decision
  if (outcome !== 'papered' || action.kind !== 'order' || action.style !== undefined) return undefined
  const instrument = parseInstrumentKey(action.instrument)
  const { size, limit } = amountsOf(action)
  if (instrument === undefined || size === undefined || limit === undefined || size === 0n) return undefined
  return {
    id,
    account: action.account,
    instrument,
    size,
    limit,
    terms: action.terms,
    reduceOnly: action.reduceOnly,
    arrival,
    rest: size,
    fills: 0,
    state: 'travelling',
    why: undefined,
  }
}

function amountsOf(action: Extract<Action, { kind: 'order' }>) {
  return { size: parseMoney(action.size), limit: parseMoney(action.limitPrice) }
}

function describe(order: Order): PaperOrder {
  return {
    id: order.id,
    account: order.account,
    instrument: instrumentKey(order.instrument),
    size: moneyText(order.size),
    filled: moneyText(order.size - order.rest),
    state: order.state,
    ...(order.why !== undefined && { why: order.why }),
  }
}
