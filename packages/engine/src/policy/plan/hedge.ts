import { instrumentKey, log, sizeUnit } from '@holdfast/quant'
import type { Assessment, ExpiryExposure } from '../../assess/assessment.js'
import { type Band, type BandBook, bandTrade } from '../../hedge/band/band.js'
import { type BandRule, bandOf, bandText } from '../../hedge/band/rule.js'
import { pinDeviations } from '../../hedge/expiry.js'
import { baseSize, type HedgeDelta, hedgeDelta, hedgeSize } from '../../hedge/size.js'
import type { VolAnchor } from '../../hedge/volMove.js'
import { MS_PER_YEAR } from '../../market/smile.js'
import type { Room } from '../bounds.js'
import { plainDecimal } from '../configuration/quantity.js'
import type { Bound, RuleAction } from '../configuration.js'
import { fromUnits, toUnits, wholeLots } from '../exact.js'
import type { Subject } from '../subject.js'
import { type HedgeBook, hedgeBook, volAnchors, volPartOf } from './hedgeBook.js'
import { type HedgePlace, hedgePlaces } from './hedgePlace.js'
import { crossedPrice, defaultLot, limitPrice, orderOf } from './order.js'
import {
  counted,
  type HedgeMarket,
  type Plan,
  type PlannedAction,
  quoteInput,
  refused,
  shareOfRoom,
  withinRoom,
} from './plan.js'

export type HedgeAction = Extract<RuleAction, { kind: 'hedge-delta' }>
export type HedgeSubject = Extract<Subject, { scope: { kind: 'underlying' } }>

/** Below so many deviations of what has not fixed yet, an expiring option may still end either way. */
const PIN_DEVIATIONS = 2

/** Fee that a band reckons with where its rule names none and has no list of places. */
const DEFAULT_FEE = 0.0005

/**
 * The orders that bring delta back to its target, or to the edge of its band.
 *
 *   inverse hedge:  size (USD)  = −ratio · (Δnet − target) · P
 *   linear hedge:   size (base) = −ratio · (Δ − target)
 *
 * Δnet is delta net of premium (Σ (Δᵢ − markᵢ) · sizeᵢ for inverse options, in coin): what an inverse contract must offset,
 * whose profit is paid in the coin that the premium is held in. Δ is Black–Scholes delta. Where there are several places the first
 * says which of the two is held. P is the hedge's own mark, else its middle price. Sizes are rounded to the lot towards zero, cut
 * to the clip and to what the rule's bounds leave, and not sent below the ticket.
 *
 * @param anchors - vols when this rule last acted; absent: it has not.
 * @see Paradigm, "Auto-populated delta hedge quantity": −Σ (Δᵢ − markᵢ) · quantityᵢ · hedge price on Deribit (inverse), and
 * −Σ Δᵢ · quantityᵢ on venues with linear options.
 */
export function planHedge(
  action: HedgeAction,
  subject: HedgeSubject,
  assessment: Assessment,
  market: HedgeMarket,
  room: Room,
  anchors: readonly VolAnchor[] = [],
): Plan {
  const held = hedgeDelta(action.instrument, subject.greeks)
  const wanted = wantedTrade(action, subject, held, assessment, market, anchors)
  if (!wanted.ok) return refused(wanted.code, wanted.reason)
  const places = hedgePlaces(action, wanted.trade, subject, assessment, market)
  if (!places.ok) return refused('no-quote', places.reason, places.inputs)
  const after = action.ignoreVolMoves === true ? volAnchors(subject.greeks.underlying, wanted.book, market) : undefined
  const actions: PlannedAction[] = []
  let left = room
  for (const place of places.places) {
    const order = planOrder(action, place, held, wanted, assessment, market, left)
    if ('refusal' in order) {
      if (actions.length === 0 && places.places.length === 1) return order.refusal
      continue
    }
    actions.push({ ...order.planned, notes: [...order.planned.notes, ...wanted.notes, ...places.notes] })
    left = roomAfter(left, order.planned.amounts)
  }
  if (actions.length === 0) return refused('nothing-to-do', `no place takes an order: ${places.notes.join('; ')}`)
  return { ok: true, actions, ...(after === undefined ? {} : { anchors: after }) }
}

type Wanted = {
  readonly ok: true
  /** Base units, signed, before the hedging ratio. */
  readonly trade: number
  readonly book: HedgeBook
  readonly notes: readonly string[]
}
type Unwanted = { readonly ok: false; readonly code: 'nothing-to-do' | 'no-quote'; readonly reason: string }

function wantedTrade(
  action: HedgeAction,
  subject: HedgeSubject,
  { delta, name }: HedgeDelta,
  assessment: Assessment,
  market: HedgeMarket,
  anchors: readonly VolAnchor[],
): Wanted | Unwanted {
  const base = action.instrument.underlying
  const no = (code: Unwanted['code'], reason: string): Unwanted => ({ ok: false, code, reason })
  if (!Number.isFinite(delta)) return no('no-quote', `${name} is not known`)
  const { greeks, view } = subject
  const reads = action.band !== undefined || action.ignoreVolMoves === true
  const book = reads
    ? hedgeBook(greeks, view.accounts, assessment, market, name === 'net delta')
    : { notional: 0, vanna: 0 }
  const found = bandFor(action, subject, book, market)
  if (found === undefined)
    return no('no-quote', `the ${action.band?.kind ?? 'fixed'} band is not known: a surface is missing`)
  const window = view.expiryWindow.filter((one) => one.underlying === base)
  const delivers = action.expiryWindow === 'synthetic-delivery' && window.length > 0
  const target = Number(action.target)
  const band = delivers ? exactly(target) : found.band
  const trade = bandTrade(band, delta)
  if (trade === undefined) return no('no-quote', `${name} or its band is not known`)
  if (trade === 0) return no('nothing-to-do', `${name} ${delta.toFixed(4)} ${base} is within ${found.text}`)
  const volPart = action.ignoreVolMoves === true ? volPartOf(base, delta, book, anchors, market) : undefined
  if (volPart !== undefined && !delivers && bandTrade(band, delta - volPart) === 0) {
    const parts = `${name} ${delta.toFixed(4)} ${base} is ${(delta - volPart).toFixed(4)} ${base} without the move of implied vol at fixed strikes since the last hedge (${volPart.toFixed(4)} ${base})`
    return no('nothing-to-do', `${parts}: within ${found.text}`)
  }
  const notes = [
    ...(action.band === undefined ? [] : [found.text]),
    ...(volPart === undefined ? [] : [`implied vol moved delta by ${volPart.toFixed(4)} ${base} since the last hedge`]),
    ...(action.expiryWindow === undefined ? [] : window.flatMap((one) => windowNotes(one, delivers, market))),
  ]
  return { ok: true, trade, book, notes }
}

type FoundBand = { readonly band: Band; readonly text: string }

function bandFor(
  action: HedgeAction,
  { greeks }: HedgeSubject,
  book: HedgeBook,
  market: HedgeMarket,
): FoundBand | undefined {
  const base = action.instrument.underlying
  const target = Number(action.target)
  const settings = action.band
  if (settings === undefined) {
    const [below, above] = [Number(action.below), Number(action.above)]
    const text = `${action.target} − ${action.below} … ${action.target} + ${action.above} ${base}`
    const rule: BandRule = { kind: 'fixed', below, above, tradeTo: action.tradeTo ?? 'target' }
    const band = bandOf(rule, FLAT_BOOK, target)
    return band === undefined ? undefined : { band, text }
  }
  // Without options delta does not move by itself, and there is nothing to wait for.
  if (book.notional === 0) return { band: exactly(target), text: `${action.target} ${base}: no option is held` }
  if (settings.kind === 'zakamouline' && book.years === undefined) return undefined
  const { amount, per } = settings.riskAversion
  const terms = {
    cost: settings.cost ?? placeCost(action, market),
    riskAversion: amount / (per === 'notional' ? book.notional : per),
  }
  const { kind } = settings
  const rule: BandRule =
    kind === 'impulse'
      ? { kind, ...terms, fixedCost: settings.fixedCost ?? 0 }
      : { kind, ...terms, tradeTo: action.tradeTo ?? 'edge' }
  const { years = Number.NaN, vol = Number.NaN, vanna } = book
  const read: BandBook = { spot: greeks.index, gamma: greeks.gamma, vanna, years, vol }
  const band = bandOf(rule, read, target)
  return band === undefined ? undefined : { band, text: bandText(rule, read, band, base) }
}

const FLAT_BOOK: BandBook = { spot: 1, gamma: 0, vanna: 0, years: 0, vol: 0 }

function exactly(target: number): Band {
  return { lower: target, innerLower: target, innerUpper: target, upper: target }
}

/** Fee and half the quoted spread at the first place, fraction of notional; NaN where it is not quoted. */
function placeCost(action: HedgeAction, market: HedgeMarket): number {
  const { bid, ask } = market.quote(instrumentKey(action.instrument))
  if (bid === undefined || ask === undefined || !(bid > 0 && ask >= bid)) return Number.NaN
  return (action.candidates?.[0]?.fee ?? DEFAULT_FEE) + (ask - bid) / (ask + bid)
}

function windowNotes(exposure: ExpiryExposure, delivers: boolean, market: HedgeMarket): readonly string[] {
  const { underlying, expiry, minutesLeft, fixedShare, delta, residualDelta, nearestStrike } = exposure
  const share = `${(fixedShare * 100).toFixed(0)} % of the settlement average has fixed`
  const own = `of the expiring delta ${delta.toFixed(4)} ${underlying} our exposure is ${residualDelta.toFixed(4)} ${underlying}`
  const taken = delivers
    ? [
        `synthetic delivery: the hedge takes the place of the ${(delta - residualDelta).toFixed(4)} ${underlying} that have fixed`,
      ]
    : []
  const forward = market.forward?.(underlying, expiry).value
  if (nearestStrike === undefined || forward === undefined) return [`${share}, ${own}`, ...taken]
  const vol = market.smile?.(underlying, expiry).impliedVol?.(log(nearestStrike / forward)) ?? Number.NaN
  const deviations = pinDeviations(forward, nearestStrike, vol, (minutesLeft * 60_000) / MS_PER_YEAR)
  const pinned = deviations < PIN_DEVIATIONS
  const pin = `pin risk: the forward is ${deviations.toFixed(1)} deviations of what is left from strike ${nearestStrike}`
  return [`${share}, ${own}`, ...taken, ...(pinned ? [pin] : [])]
}

type Ordered = { readonly planned: PlannedAction } | { readonly refusal: Plan }

function planOrder(
  action: HedgeAction,
  place: HedgePlace,
  { delta, name }: HedgeDelta,
  { trade }: Wanted,
  assessment: Assessment,
  market: HedgeMarket,
  room: Room,
): Ordered {
  const { instrument, account } = place
  const base = instrument.underlying
  const unit = sizeUnit(instrument)
  const buys = trade > 0
  const quote = market.quote(instrumentKey(instrument))
  const crossed = crossedPrice(quote, buys)
  const price =
    quote.mark ?? (quote.bid !== undefined && quote.ask !== undefined ? (quote.bid + quote.ask) / 2 : crossed)
  const inputs = [quoteInput(quote, buys ? 'ask' : 'bid', instrument.quote)]
  if (crossed === undefined || price === undefined || !(price > 0)) {
    return { refusal: refused('no-quote', `${instrumentKey(instrument)} has no ${buys ? 'ask' : 'bid'}`, inputs) }
  }
  const wantedBase = Math.abs(place.size) * action.ratio
  const clip = inBase(action.maxClip, base, price)
  const clipped = clip !== undefined && wantedBase > clip ? clip : wantedBase
  const { share, because } = shareOfRoom(room, { [base]: clipped, [action.instrument.quote]: clipped * price })
  const lot = action.lot === undefined ? defaultLot(instrument) : toUnits(action.lot)
  const units = wholeLots(withinRoom(room, unit, hedgeSize(instrument, clipped, price) * share), lot)
  if (units === 0n) {
    if (because !== undefined) return { refusal: refused('bounds', `bound ${because}`, inputs) }
    const reason = `the hedge is smaller than one lot of ${fromUnits(lot)} ${unit}`
    return { refusal: refused('nothing-to-do', reason, inputs) }
  }
  const size = Number(units) / 1e8
  const ticket = inBase(action.minTicket, base, price)
  if (ticket !== undefined && !(baseSize(instrument, size, price) >= ticket)) {
    const least = `${action.minTicket?.amount} ${action.minTicket?.unit}`
    const reason = `the hedge of ${fromUnits(units)} ${unit} is below the smallest ticket of ${least}`
    return { refusal: refused('nothing-to-do', reason, inputs) }
  }
  const held = heldSize(assessment, account, instrumentKey(instrument))
  const reduces = held !== undefined && (buys ? held < 0 : held > 0) && size <= Math.abs(held)
  const limit = limitPrice(crossed, buys, action.maxSlippage)
  // Told only where a hedge stops short of the target by the rule's own band.
  const short = Math.abs(trade) < Math.abs(delta - Number(action.target)) * (1 - 1e-9)
  const factor = unit === instrument.quote ? ` × ${plainDecimal(price)} ${instrument.quote}` : ''
  const notes = [
    `${name} ${delta.toFixed(4)} ${base} against target ${action.target} ${base}${short ? ', to the edge of its band' : ''}: ${buys ? 'buy' : 'sell'} ${wantedBase.toFixed(4)} ${base}${factor} = ${fromUnits(units)} ${unit}`,
    ...(clipped < wantedBase ? [`cut to the clip of ${action.maxClip?.amount} ${action.maxClip?.unit}`] : []),
    ...(because === undefined ? [] : [`cut to ${(share * 100).toFixed(1)} % of what is needed by bound ${because}`]),
    `limit ${limit} ${instrument.quote}: ${buys ? 'ask' : 'bid'} ${plainDecimal(crossed)} and at most ${(action.maxSlippage * 10_000).toFixed(0)} bps beyond`,
    ...place.notes,
  ]
  const order = orderOf({
    purpose: 'hedge-delta',
    account,
    instrument,
    buys,
    units,
    limitPrice: limit,
    reduceOnly: reduces,
  })
  const filledBase = baseSize(instrument, size, price)
  const filledQuote = unit === instrument.quote ? size : size * price
  const amounts = {
    [base]: counted(room, base, filledBase),
    [action.instrument.quote]: counted(room, action.instrument.quote, filledQuote),
  }
  return { planned: { action: order, actionClass: reduces ? 'reduce' : 'open', amounts, inputs, notes } }
}

/** A size in base units; undefined where the policy names none. */
function inBase(size: Bound | undefined, base: string, price: number): number | undefined {
  if (size === undefined) return undefined
  return size.unit === base ? Number(size.amount) : Number(size.amount) / price
}

/** What is left of a room after one of several actions. */
function roomAfter(room: Room, amounts: PlannedAction['amounts']): Room {
  const left = Object.fromEntries(
    Object.entries(room.left).map(([unit, units]) => {
      const rest = units - (amounts[unit] ?? 0n)
      return [unit, rest > 0n ? rest : 0n]
    }),
  )
  return { ...room, left }
}

function heldSize(assessment: Assessment, account: string, key: string): number | undefined {
  const held = assessment.accounts.find((one) => one.account === account)?.positions
  return held?.find((position) => position.instrument === key)?.size
}
