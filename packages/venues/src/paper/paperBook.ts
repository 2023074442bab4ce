import {
  type FillEvent,
  type Money,
  moneyText,
  multiplyHalfEven,
  type Observation,
  type OrderEvent,
  type OrderReport,
  type QuoteObservation,
  quotientHalfEven,
} from '@holdfast/engine'
import { type Instrument, instrumentKey } from '@holdfast/quant'
import { feeOf, type Match, matchMaker, matchTaker, type Unfilled } from './match.js'
import type { PaperSettings } from './settings.js'

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

export type PaperRequest = {
  readonly id: string
  readonly account: string
  readonly instrument: Instrument
  /** Signed, > 0 buys. */
  readonly size: Money
  readonly limit: Money
  readonly reduceOnly: boolean
  /** Absent: as the settings say of what is left over. */
  readonly terms?: 'fill-or-lapse' | 'rest' | 'post-only'
}

export type PaperNews = FillEvent | OrderEvent

/** A simulated counterparty: orders that travel, and are matched against the quotes that were noted when they arrive. */
export type PaperBook = {
  note(observations: readonly Observation[], time: number): void
  /** Undefined where the id was taken before: an order is taken once. */
  submit(request: PaperRequest, time: number): { readonly arrival: number; readonly news: PaperNews } | undefined
  /** Matches what has arrived. Fills come before what the order became by them. */
  work(time: number): readonly PaperNews[]
  /** Undefined where nothing is open under the id. */
  cancel(id: string, time: number): OrderEvent | undefined
  report(id: string): OrderReport | undefined
  open(account: string): readonly OrderReport[]
  orders(): readonly PaperOrder[]
}

type Order = PaperRequest & {
  readonly arrival: number
  rest: Money
  /** Σ price × size filled. */
  value: Money
  fills: number
  state: PaperOrder['state']
  why: Unfilled | 'cancelled' | 'would-take' | undefined
}

export type PaperBookOptions = {
  readonly name: string
  /** How much an order that may only reduce can take off, ≥ 0; absent: not judged here. */
  readonly reducible?: (order: PaperRequest) => Money
}

export function createPaperBook(settings: PaperSettings, options: PaperBookOptions): PaperBook {
  const { name } = options
  const quotes = new Map<string, { readonly quote: QuoteObservation; readonly time: number }>()
  const orders = new Map<string, Order>()
  const open = new Set<Order>()

  function quoteAt(order: Order, time: number): QuoteObservation | undefined {
    const quoted = quotes.get(instrumentKey(order.instrument))
    return quoted !== undefined && time - quoted.time <= settings.quoteAgeMaxMs ? quoted.quote : undefined
  }

  function settle(order: Order, match: Match, time: number): FillEvent[] {
    const fills = match.fills.map((fill): FillEvent => {
      const fee = feeOf(order.instrument, fill, quoteAt(order, time)?.forward, settings)
      order.fills += 1
      order.value += multiplyHalfEven(fill.size, fill.price)
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

  function matched(order: Order, time: number): Match {
    const { instrument, limit, state, terms } = order
    const quote = quoteAt(order, time)
    const part = allowed(order)
    if (part === 0n || (state === 'travelling' && terms === 'post-only'))
      return { fills: [], rest: order.rest, why: 'beyond-limit' }
    const match = (state === 'travelling' ? matchTaker : matchMaker)(instrument, part, limit, quote, settings)
    return { ...match, rest: match.rest + (order.rest - part) }
  }

  /** What is left of an order, and no more than it may reduce where that is all it may do. */
  function allowed(order: Order): Money {
    if (!order.reduceOnly || options.reducible === undefined) return order.rest
    const most = options.reducible(order)
    return order.rest > 0n ? smaller(order.rest, most) : -smaller(-order.rest, most)
  }

  function work(order: Order, time: number): PaperNews[] {
    if (time < order.arrival) return []
    const before = order.state
    if (before === 'travelling' && !admitted(order, time)) return [close(order, time)]
    const fills = settle(order, matched(order, time), time)
    order.state = order.rest === 0n ? 'filled' : waits(order, time) ? 'resting' : 'expired'
    if (order.state !== 'resting') open.delete(order)
    return order.state === before && fills.length === 0 ? [] : [...fills, orderEvent(order, time)]
  }

  /** A post-only order that would take, and one that may only reduce where nothing is held, are cancelled as they arrive. */
  function admitted(order: Order, time: number): boolean {
    if (order.terms === 'post-only') {
      const taken = matchTaker(order.instrument, order.rest, order.limit, quoteAt(order, time), settings)
      if (taken.fills.length > 0) {
        order.why = 'would-take'
        return false
      }
    }
    return allowed(order) !== 0n
  }

  function waits(order: Order, time: number): boolean {
    if (order.terms === 'fill-or-lapse') return false
    if (order.terms !== undefined) return true
    return settings.remainder === 'rest' && time < order.arrival + settings.restMs
  }

  function close(order: Order, time: number): OrderEvent {
    order.state = 'expired'
    open.delete(order)
    return orderEvent(order, time)
  }

  function orderEvent(order: Order, time: number): OrderEvent {
    const { account } = order
    return { kind: 'order', source: name, sourceTime: time, receivedTime: time, account, ...reportOf(order) }
  }

  return {
    note(observations, time) {
      for (const observation of observations) {
        if (observation.kind === 'quote') quotes.set(observation.instrument, { quote: observation, time })
      }
    },
    submit(request, time) {
      if (orders.has(request.id)) return undefined
      const arrival = time + settings.latencyMs
      const order: Order = {
        ...request,
        arrival,
        rest: request.size,
        value: 0n,
        fills: 0,
        state: 'travelling',
        why: undefined,
      }
      orders.set(order.id, order)
      open.add(order)
      return { arrival, news: orderEvent(order, time) }
    },
    work: (time) => [...open].flatMap((order) => work(order, time)),
    cancel(id, time) {
      const order = orders.get(id)
      if (order === undefined || !open.has(order)) return undefined
      order.why = 'cancelled'
      return close(order, time)
    },
    report(id) {
      const order = orders.get(id)
      return order === undefined ? undefined : reportOf(order)
    },
    open: (account) => [...open].filter((order) => order.account === account).map(reportOf),
    orders: () => [...orders.values()].map(describe),
  }
}

function smaller(a: Money, b: Money): Money {
  return a < b ? a : b
}

const STATUS = { travelling: 'open', resting: 'open', filled: 'filled', expired: 'cancelled' } as const

function reportOf(order: Order): OrderReport {
  const filled = order.size - order.rest
  return {
    clientId: order.id,
    venueOrderId: order.id,
    instrument: instrumentKey(order.instrument),
    status: STATUS[order.state],
    size: moneyText(order.size),
    filled: moneyText(filled),
    limitPrice: moneyText(order.limit),
    ...(filled === 0n ? {} : { averagePrice: moneyText(quotientHalfEven(order.value, filled)) }),
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
    ...(order.state === 'expired' && order.why !== undefined ? { reason: order.why } : {}),
  }
}

function describe(order: Order): PaperOrder {
  const { why } = order
  return {
    id: order.id,
    account: order.account,
    instrument: instrumentKey(order.instrument),
    size: moneyText(order.size),
    filled: moneyText(order.size - order.rest),
    state: order.state,
    ...(why !== undefined && why !== 'cancelled' && why !== 'would-take' && { why }),
  }
}
