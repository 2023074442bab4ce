import { black76Greeks, type Instrument, instrumentKey, log, sizeUnit } from '@holdfast/quant'
import type { Assessment, UnderlyingGreeks } from '../../assess/assessment.js'
import type { DecisionInput } from '../../decision.js'
import type { HedgeGreeks, HedgeInstrument, OptionHedgeProblem } from '../../hedge/options/problem.js'
import { planOptionHedge } from '../../hedge/options/programme.js'
import { MS_PER_YEAR } from '../../market/smile.js'
import type { Room } from '../bounds.js'
import type { HedgeOptionsConfiguration } from '../configuration.js'
import { toUnits, wholeLots } from '../exact.js'
import type { HedgeSubject } from './hedge.js'
import { crossedPrice, limitPrice, orderOf } from './order.js'
import { type HedgeMarket, type Plan, type PlannedAction, quoteInput, refused } from './plan.js'

/** Smallest steps of orders where venues publish none here: 10 USD of inverse contracts, 0.1 of options, 0.001 of the rest. */
function lotOf(instrument: Instrument): number {
  if (instrument.kind === 'option') return 0.1
  return sizeUnit(instrument) === instrument.quote ? 10 : 0.001
}

type Tradable = {
  readonly instrument: Instrument
  readonly problem: HedgeInstrument
  readonly inputs: readonly DecisionInput[]
}

/**
 * The cheapest orders that bring delta, gamma and vega of an underlying within tolerances, in whole lots, within what the best quotes
 * show, the account's margin, and the rule's bounds. Where it cannot be done nothing is, unless `partial` asks for what comes
 * nearest; the reason names what binds.
 */
export function planHedgeOptions(
  action: HedgeOptionsConfiguration,
  { greeks }: HedgeSubject,
  assessment: Assessment,
  market: HedgeMarket,
  room: Room,
): Plan {
  const net = action.instruments.some(
    ({ kind, ...rest }) => kind !== 'option' && 'payoff' in rest && rest.payoff === 'inverse',
  )
  const tradables: Tradable[] = []
  const unknown: string[] = []
  for (const instrument of action.instruments) {
    const tradable = tradableOf(action, instrument, greeks, net, assessment.time, market)
    if (typeof tradable === 'string') unknown.push(tradable)
    else tradables.push(tradable)
  }
  if (tradables.length === 0) return refused('no-quote', unknown.join('; '))
  const problem = problemOf(action, greeks, net, assessment, tradables, room)
  if (typeof problem === 'string') return refused('no-quote', problem)
  const { of } = exposureRows(problem)
  if (of.every(({ held, tolerance }) => Math.abs(held) <= tolerance)) {
    return refused('nothing-to-do', 'delta, gamma and vega are within their tolerances')
  }
  const plan = planOptionHedge(problem)
  const passed = unknown.map((reason) => `passed over: ${reason}`)
  if (!plan.ok && !action.partial) {
    const nearest = plan.trades.map(({ name, size }) => `${size > 0 ? 'buy' : 'sell'} ${Math.abs(size)} ${name}`)
    const best = nearest.length === 0 ? 'no trade comes nearer' : `nearest: ${nearest.join(', ')}`
    return refused('no-quote', [`the option hedge cannot be done: ${plan.reason}`, best, ...passed].join('; '))
  }
  if (plan.trades.length === 0) return refused('nothing-to-do', plan.ok ? 'no trade is needed' : plan.reason)
  const notes = [
    `cost ${plan.cost.toFixed(2)} USD; afterwards delta ${plan.residual.delta.toFixed(4)} ${greeks.underlying}, gamma ${plan.residual.gammaPerPercent.toFixed(0)} USD per 1 %, vega ${vegaText(plan.residual)}`,
    ...(plan.ok ? [] : [`not all of it: ${plan.reason}`]),
    ...passed,
  ]
  const actions = plan.trades.flatMap(({ name, size }) => {
    const tradable = tradables.find((one) => one.problem.name === name)
    return tradable === undefined ? [] : orderFor(action, tradable, size, market, notes)
  })
  return { ok: true, actions }
}

function exposureRows({ exposure, tolerance }: OptionHedgeProblem) {
  const of = [
    { held: exposure.delta, tolerance: tolerance.delta },
    { held: exposure.gammaPerPercent, tolerance: tolerance.gammaPerPercent },
    ...Object.entries(tolerance.vega).map(([bucket, limit]) => ({
      held: exposure.vega[bucket] ?? 0,
      tolerance: limit,
    })),
  ]
  return { of }
}

function vegaText({ vega }: HedgeGreeks): string {
  return Object.entries(vega)
    .map(([bucket, value]) => `${value.toFixed(0)} USD per vol point (${bucket})`)
    .join(', ')
}

const ALL = 'all expiries'

function bucketOf(action: HedgeOptionsConfiguration, expiry: number | undefined): string {
  return action.vegaBy === 'total' || expiry === undefined ? ALL : String(expiry)
}

function problemOf(
  action: HedgeOptionsConfiguration,
  greeks: UnderlyingGreeks,
  net: boolean,
  assessment: Assessment,
  tradables: readonly Tradable[],
  room: Room,
): OptionHedgeProblem | string {
  const view = assessment.accounts.find(({ account }) => account === action.account)
  const available = view?.margin.ok === true ? view.margin.equity - view.margin.initialMargin : undefined
  const margin = action.maxMargin ?? available
  if (margin === undefined) return `the margin of account ${action.account} is not known`
  const vega: Record<string, number> = {}
  for (const { expiry, vegaPerVolPoint } of greeks.byExpiry) {
    const bucket = bucketOf(action, expiry)
    if (vegaPerVolPoint !== 0 || bucket === ALL) vega[bucket] = (vega[bucket] ?? 0) + vegaPerVolPoint
  }
  const buckets = action.vegaBy === 'total' ? [ALL] : Object.keys(vega).filter((bucket) => bucket !== ALL)
  const left = room.left.USD
  const bounded = left === undefined ? Number.POSITIVE_INFINITY : Number(left) / 1e8
  const notional = Math.min(action.maxNotional ?? Number.POSITIVE_INFINITY, bounded)
  const venue = action.instruments[0]?.venue ?? ''
  return {
    exposure: { delta: net ? greeks.deltaNet : greeks.delta, gammaPerPercent: greeks.gammaPerPercent, vega },
    tolerance: {
      delta: action.tolerance.delta,
      gammaPerPercent: action.tolerance.gamma,
      vega: Object.fromEntries(buckets.map((bucket) => [bucket, action.tolerance.vega])),
    },
    instruments: tradables.map(({ problem }) => problem),
    venues: { [venue]: { margin: Math.min(Math.max(0, margin), available ?? margin), notional } },
  }
}

/** An instrument as the programme sees it, or why it cannot be traded. */
function tradableOf(
  action: HedgeOptionsConfiguration,
  instrument: Instrument,
  { index }: UnderlyingGreeks,
  net: boolean,
  now: number,
  market: HedgeMarket,
): Tradable | string {
  const key = instrumentKey(instrument)
  const quote = market.quote(key)
  const { bid, ask, bidSize, askSize } = quote
  if (bid === undefined || ask === undefined || !(bid > 0 && ask >= bid)) return `${key} has no bid and ask`
  const unit = unitFigures(instrument, index, net, now, market, (bid + ask) / 2)
  if (unit === undefined) return `${key} has no forward or surface, or has expired`
  const { greeks, price, notional, bucketExpiry } = unit
  const half = ((ask - bid) / (ask + bid)) * price
  const cost = half + action.fee * notional
  const option = instrument.kind === 'option'
  const problem: HedgeInstrument = {
    name: key,
    venue: instrument.venue,
    greeks: { ...greeks, vega: greeks.vega === 0 ? {} : { [bucketOf(action, bucketExpiry)]: greeks.vega } },
    buyCost: cost,
    sellCost: cost,
    // A size that is not shown is not counted on.
    buyDepth: askSize ?? 0,
    sellDepth: bidSize ?? 0,
    lot: lotOf(instrument),
    buyMargin: option ? price : action.marginRate * notional,
    sellMargin: action.marginRate * notional,
    notional,
  }
  return { instrument, problem, inputs: [quoteInput(quote, 'bid', option ? instrument.settle : instrument.quote)] }
}

type UnitFigures = {
  readonly greeks: { readonly delta: number; readonly gammaPerPercent: number; readonly vega: number }
  /** USD per unit: what it costs (option) or the contract's own worth (others, for the spread). */
  readonly price: number
  readonly notional: number
  readonly bucketExpiry?: number
}

function unitFigures(
  instrument: Instrument,
  index: number,
  net: boolean,
  now: number,
  market: HedgeMarket,
  middle: number,
): UnitFigures | undefined {
  const flat = (delta: number, worth: number): UnitFigures => ({
    greeks: { delta, gammaPerPercent: 0, vega: 0 },
    price: worth,
    notional: worth,
  })
  if (instrument.kind !== 'option') {
    return sizeUnit(instrument) === instrument.quote ? flat(1 / middle, 1) : flat(middle / index, middle)
  }
  const { underlying, expiry, strike, right, payoff } = instrument
  const years = (expiry - now) / MS_PER_YEAR
  const forward = market.forward?.(underlying, expiry).value
  if (!(years > 0 && forward !== undefined && forward > 0)) return undefined
  const vol = market.smile?.(underlying, expiry).impliedVol?.(log(strike / forward))
  if (vol === undefined || !(vol > 0)) return undefined
  const g = black76Greeks(right, forward, strike, years, vol)
  const inverse = payoff === 'inverse'
  const premium = net && inverse ? g.price / forward : 0
  // Index and forward move by the same share; an inverse option is paid in coin, worth the index.
  const c = inverse ? 1 : forward / index
  const gamma = inverse ? (g.forwardGamma * forward) / index : g.forwardGamma * c * c
  return {
    greeks: {
      delta: c * g.forwardDelta - premium,
      gammaPerPercent: (gamma * index * index) / 100,
      vega: (g.vega * (inverse ? index / forward : 1)) / 100,
    },
    price: inverse ? middle * index : middle,
    notional: index,
    bucketExpiry: expiry,
  }
}

function orderFor(
  action: HedgeOptionsConfiguration,
  { instrument, problem, inputs }: Tradable,
  size: number,
  market: HedgeMarket,
  notes: readonly string[],
): PlannedAction[] {
  const buys = size > 0
  const crossed = crossedPrice(market.quote(instrumentKey(instrument)), buys)
  const units = wholeLots(BigInt(Math.round(Math.abs(size) * 1e8)), toUnits(String(problem.lot)))
  if (crossed === undefined || units === 0n) return []
  const order = orderOf({
    purpose: 'hedge-options',
    account: action.account,
    instrument,
    buys,
    units,
    limitPrice: limitPrice(crossed, buys, action.maxSlippage),
    reduceOnly: false,
  })
  const usd = BigInt(Math.floor((Number(units) / 1e8) * problem.notional * 1e8))
  return [{ action: order, actionClass: 'open', amounts: { USD: usd }, inputs, notes }]
}
