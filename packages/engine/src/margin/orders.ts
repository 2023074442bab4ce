import { instrumentKey } from '@holdfast/quant'
import type { MarginAccount, MarginMarket, MarginModel, MarginOrder, MarginOutcome, MarginPosition } from './model.js'
import { MarketReading } from './reading.js'
import { priceUnit, valuePosition } from './valuation.js'

/**
 * A model of positions that also charges, in initial margin alone, what an account has beside them.
 *
 *   orders  = max( Σ_o drop(o),  drop(all buys),  drop(all sells) ),   drop(x) = max(0, excess − excess with x filled at its price)
 *
 * where excess is over initial margin and reduce-only orders are left out. What the venue itself charges for orders
 * (`venueCharges.orders`) comes in place of that, and its other charges are added by name. So an order that hedges costs
 * nothing alone, and never frees margin before it is filled.
 */
export function withOrders(model: MarginModel): MarginModel {
  return {
    name: model.name,
    parameters: model.parameters,
    evaluate: (account, market) => evaluate(model, account, market),
  }
}

/** A model that margins orders itself, or not at all, and to which the venue's own charges are added by name. */
export function withVenueCharges(model: MarginModel): MarginModel {
  return {
    name: model.name,
    parameters: model.parameters,
    evaluate: (account, market) => charged(model.evaluate(account, market), account.venueCharges ?? {}),
  }
}

function evaluate(model: MarginModel, account: MarginAccount, market: MarginMarket): MarginOutcome {
  const held = model.evaluate(account, market)
  const charges = account.venueCharges ?? {}
  const orders = (account.orders ?? []).filter(({ reduceOnly, size }) => reduceOnly !== true && size !== 0)
  if (!held.ok || orders.length === 0 || charges.orders !== undefined) return charged(held, charges)
  const missing = new Set<string>()
  const drop = (filled: readonly MarginOrder[]): number => {
    if (filled.length === 0) return 0
    const excess = excessWhenFilled(model, account, market, filled)
    if (typeof excess === 'number') return Math.max(0, held.excessInitial - excess)
    for (const name of excess) missing.add(name)
    return Number.NaN
  }
  const alone = orders.reduce((sum, order) => sum + drop([order]), 0)
  const buys = drop(orders.filter(({ size }) => size > 0))
  const sells = drop(orders.filter(({ size }) => size < 0))
  if (missing.size > 0) return { ok: false, missing: [...missing].sort() }
  return charged(held, { orders: Math.max(alone, buys, sells), ...charges })
}

/** Excess over initial margin once orders are filled at their prices, USD; or the names of what is missing. */
function excessWhenFilled(
  model: MarginModel,
  account: MarginAccount,
  market: MarginMarket,
  orders: readonly MarginOrder[],
): number | readonly string[] {
  const reading = new MarketReading(market)
  let positions = account.positions
  // A model values a merged position from one entry price; what it is worth beside that is added to the excess.
  let beside = 0
  for (const order of orders) {
    const key = instrumentKey(order.instrument)
    const held = positions.find(({ instrument }) => instrumentKey(instrument) === key)
    const merged: MarginPosition = {
      ...(held ?? { instrument: order.instrument, entryPrice: order.price }),
      size: (held?.size ?? 0) + order.size,
    }
    const before = held === undefined ? 0 : valuePosition(reading, held).value
    beside += before + valueOfFill(reading, order) - valuePosition(reading, merged).value
    positions = [...positions.filter((position) => position !== held), merged]
  }
  if (reading.isMissing) return reading.missing
  const outcome = model.evaluate({ ...account, positions, orders: [] }, market)
  return outcome.ok ? outcome.excessInitial + beside : outcome.missing
}

/** What a fill adds to the account at once: value at mark less the price paid, USD. */
function valueOfFill(reading: MarketReading, { instrument, size, price }: MarginOrder): number {
  const { value } = valuePosition(reading, { instrument, size, entryPrice: price })
  const isPaid = instrument.kind === 'option' || instrument.kind === 'spot'
  return isPaid ? value - size * price * priceUnit(reading, instrument) : value
}

/** An outcome with charges of the venue in its initial margin, each by its name. */
function charged(outcome: MarginOutcome, charges: Readonly<Record<string, number>>): MarginOutcome {
  const names = Object.keys(charges).sort()
  if (!outcome.ok || names.length === 0) return outcome
  const bad = names.filter((name) => !(charges[name]! >= 0 && Number.isFinite(charges[name])))
  if (bad.length > 0) return { ok: false, missing: bad.map((name) => `venueCharges:${name}`) }
  const parts: Record<string, number> = { ...outcome.parts }
  let initialMargin = outcome.initialMargin
  for (const name of names) {
    parts[`initial.${name}`] = (parts[`initial.${name}`] ?? 0) + charges[name]!
    initialMargin += charges[name]!
  }
  return { ...outcome, initialMargin, excessInitial: outcome.equity - initialMargin, parts }
}
