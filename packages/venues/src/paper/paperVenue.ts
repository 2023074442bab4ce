import {
  type Action,
  type Decision,
  type Event,
  type FillEvent,
  type Money,
  moneyText,
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
  readonly state: 'travelling' | 'resting' | 'filled' | 'expired'
  /** Why something was left unfilled. */
  readonly why?: Unfilled
}

/** A simulated counterparty for orders of stage `paper`: a function of the turns that it was shown, in their order. */
export type PaperVenue = {
  readonly name: string
  /**
   * Takes note of the turn's quotes, matches what has arrived, and takes in the turn's new paper orders.
   *
   * @returns fills, received at the turn's time; and a clock event for each moment at which an order will arrive, so that it
   *   is matched against the quotes of that moment.
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
 * side, or its size, is not quoted, nothing is filled.
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

  function work(order: Order, time: number): FillEvent[] {
    if (time < order.arrival) return []
    const quote = quoteAt(order, time)
    const match = order.state === 'travelling' ? matchTaker : matchMaker
    const fills = settle(order, match(order.instrument, order.rest, order.limit, quote, all), time)
    const waits = all.remainder === 'rest' && time < order.arrival + all.restMs
    order.state = order.rest === 0n ? 'filled' : waits ? 'resting' : 'expired'
    if (order.state !== 'resting') open.delete(order)
    return fills
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
      const fills = [...open].flatMap((order) => work(order, turn.time))
      const taken = turn.decisions.flatMap((decision) => take(decision, turn.time) ?? [])
      return [...fills, ...taken.map(({ arrival }) => wakeAt(name, arrival))]
    },
    orders: () => [...orders.values()].map(describe),
  }
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
  if (outcome !== 'papered' || action.kind !== 'order') return undefined
  const instrument = parseInstrumentKey(action.instrument)
  const { size, limit } = amountsOf(action)
  if (instrument === undefined || size === undefined || limit === undefined || size === 0n) return undefined
  return {
    id,
    account: action.account,
    instrument,
    size,
    limit,
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
