import { black76Greeks } from '@holdfast/quant'
import type { Flow } from '../book/book.js'
import { moneyToNumber } from '../book/money.js'
import type { HeldPosition } from '../book/read.js'
import { MS_PER_YEAR } from '../market/smile.js'
import type { MarketSnapshot } from '../market/snapshot.js'
import type { PnlExplained } from './assessment.js'
import { type Priced, type PricedPosition, pricePosition } from './priced.js'

/** What an account was worth at the assessment before, and of what. */
export type AccountMemory = {
  readonly time: number
  readonly positions: readonly PricedPosition[]
  readonly balances: readonly { readonly asset: string; readonly amount: number; readonly price: number }[]
  /** Σ balances · price + Σ values, USD, without haircuts. */
  readonly worth: number
}

/** What assessment remembers between turns. Mutable; `assess` writes it. */
export type AssessMemory = { readonly accounts: Map<string, AccountMemory> }

export function createAssessMemory(): AssessMemory {
  return { accounts: new Map() }
}

/** Where an expiry settled, if it did. */
export type SettledPrice = (underlying: string, expiry: number) => number | undefined

type Terms = { delta: number; gamma: number; vega: number; vanna: number; volga: number; theta: number }

/** Flows that come or go in cash; premiums, profits realised and settlements are what positions turned into. */
const CARRY: ReadonlySet<Flow['reason']> = new Set([
  'deposit',
  'withdrawal',
  'funding',
  'fee',
  'adjustment',
  'statement',
])

/**
 * Explains the change of an account's worth since the assessment before.
 *
 *   total    = worth now − worth before
 *   carry    = deposits, withdrawals, funding, fees and corrections, at today's prices
 *   trades   = total − carry − what the holdings of before gained: fills against today's marks
 *   residual = what the holdings of before gained − their Taylor terms
 *
 * The terms are of each position's own value by its forward (or mark), the price of the coin it is paid in, its vol and time,
 * taken where it stood before; coins held count to delta. Nothing is discounted, so rho explains nothing.
 *
 * @returns undefined where a position of before cannot be valued now.
 */
export function explainPnl(
  before: AccountMemory,
  now: AccountMemory,
  snapshot: MarketSnapshot,
  flows: readonly Flow[],
  settledPrice: SettledPrice,
): PnlExplained | undefined {
  const terms: Terms = { delta: 0, gamma: 0, vega: 0, vanna: 0, volga: 0, theta: 0 }
  let gained = 0
  for (const { asset, amount, price } of before.balances) {
    const now = snapshot.asset(asset).value
    if (now === undefined) return undefined
    terms.delta += amount * (now - price)
    gained += amount * (now - price)
  }
  const held = new Map(now.positions.map((position) => [position.held.key, position]))
  for (const position of before.positions) {
    const change = positionChange(position, held.get(position.held.key), before.time, snapshot, settledPrice)
    if (change === undefined) return undefined
    gained += change.gained
    for (const name of Object.keys(terms) as (keyof Terms)[]) terms[name] += change[name]
  }
  const carry = carryOf(flows, snapshot)
  if (carry === undefined) return undefined
  const total = now.worth - before.worth
  const explained = terms.delta + terms.gamma + terms.vega + terms.vanna + terms.volga + terms.theta
  return {
    since: before.time,
    total,
    ...terms,
    rho: 0,
    carry,
    trades: total - carry - gained,
    residual: gained - explained,
  }
}

function carryOf(flows: readonly Flow[], snapshot: MarketSnapshot): number | undefined {
  let carry = 0
  for (const { asset, amount, reason } of flows) {
    if (!CARRY.has(reason)) continue
    const price = snapshot.asset(asset).value
    if (price === undefined) return undefined
    carry += moneyToNumber(amount) * price
  }
  return carry
}

function positionChange(
  position: PricedPosition,
  today: PricedPosition | undefined,
  since: number,
  snapshot: MarketSnapshot,
  settledPrice: SettledPrice,
): (Terms & { readonly gained: number }) | undefined {
  const { held, priced, value } = position
  if (priced === undefined || value === undefined) return undefined
  const settled = settledAt(position, snapshot, settledPrice)
  const after = settled ?? (isUnchanged(held, today?.held) ? today! : pricePosition(snapshot, held))
  if (after.priced === undefined || after.value === undefined) return undefined
  const end = settled === undefined ? snapshot.time : settled.time
  const terms = taylorTerms(priced, after.priced, (end - since) / MS_PER_YEAR, held.size)
  return { ...terms, gained: after.value - value }
}

function isUnchanged(held: HeldPosition, today: HeldPosition | undefined): boolean {
  return today !== undefined && today.size === held.size && today.entryPrice === held.entryPrice
}

/** A position of an expiry that has settled, at its settlement price. */
function settledAt(
  { held, priced }: PricedPosition,
  snapshot: MarketSnapshot,
  settledPrice: SettledPrice,
): { readonly priced: Priced; readonly value: number; readonly time: number } | undefined {
  const { instrument, size } = held
  if (instrument.kind === 'spot' || instrument.kind === 'perpetual' || priced === undefined) return undefined
  const price = settledPrice(instrument.underlying, instrument.expiry)
  const unit = snapshot.asset(instrument.payoff === 'inverse' ? instrument.settle : instrument.quote).value
  if (price === undefined || unit === undefined) return undefined
  const at = { ...priced, unit } as Priced
  const time = instrument.expiry
  if (at.kind === 'option') {
    const inside = Math.max(0, at.right === 'call' ? price - at.strike : at.strike - price)
    const paid = at.inverse ? inside / price : inside
    return { priced: { ...at, forward: price, years: 0 }, value: size * paid * unit, time }
  }
  const paid = at.kind === 'inverse' ? 1 / at.entry - 1 / price : price - at.entry
  return { priced: { ...at, mark: price }, value: size * paid * unit, time }
}

/** A value V = U · G(x, σ, t) with x the forward or mark and U the USD price of what it is paid in. */
type Jet = {
  readonly g: number
  readonly x: number
  readonly xx: number
  readonly s: number
  readonly sx: number
  readonly ss: number
  readonly t: number
}

function taylorTerms(from: Priced, to: Priced, years: number, size: number): Terms {
  const { g, x, xx, s, sx, ss, t } = jetOf(from)
  const dx = level(to) - level(from)
  const du = to.unit - from.unit
  const dv = from.kind === 'option' && to.kind === 'option' ? to.vol - from.vol : 0
  const u = from.unit
  return {
    delta: size * (u * x * dx + g * du),
    gamma: size * ((u * xx * dx * dx) / 2 + x * dx * du),
    vega: size * u * s * dv,
    vanna: size * (u * sx * dx + s * du) * dv,
    volga: (size * u * ss * dv * dv) / 2,
    theta: size * u * t * years,
  }
}

function level(priced: Priced): number {
  return priced.kind === 'option' ? priced.forward : priced.mark
}

const LINEAR = { xx: 0, s: 0, sx: 0, ss: 0, t: 0 }

function jetOf(priced: Priced): Jet {
  switch (priced.kind) {
    case 'linear':
      return { ...LINEAR, g: priced.mark - priced.entry, x: 1 }
    case 'inverse': {
      const { mark, entry } = priced
      return { ...LINEAR, g: 1 / entry - 1 / mark, x: 1 / (mark * mark), xx: -2 / (mark * mark * mark) }
    }
    case 'option': {
      const { right, forward: f, strike, years, vol, inverse } = priced
      const b = black76Greeks(right, f, strike, years, vol)
      if (!inverse) {
        return { g: b.price, x: b.forwardDelta, xx: b.forwardGamma, s: b.vega, sx: b.vanna, ss: b.volga, t: b.theta }
      }
      return {
        g: b.price / f,
        x: b.forwardDelta / f - b.price / (f * f),
        xx: b.forwardGamma / f - (2 * b.forwardDelta) / (f * f) + (2 * b.price) / (f * f * f),
        s: b.vega / f,
        sx: b.vanna / f - b.vega / (f * f),
        ss: b.volga / f,
        t: b.theta / f,
      }
    }
  }
}

/** Sum of several accounts' explanations over the same time; undefined unless each has one. */
export function addPnl(parts: readonly (PnlExplained | undefined)[]): PnlExplained | undefined {
  const first = parts[0]
  if (first === undefined) return undefined
  const sum: Record<string, number> = {}
  for (const part of parts) {
    if (part === undefined) return undefined
    for (const [name, value] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + value
  }
  return { ...first, ...sum, since: first.since }
}
