import { type Instrument, instrumentKey, sizeUnit } from '@holdfast/quant'
import type { DecisionInput, OrderPurpose } from '../../decision.js'
import type { ActionClass } from '../../market/permits.js'
import { plainDecimal } from '../configuration/quantity.js'
import { fromUnits, toUnits, wholeLots } from '../exact.js'
import { crossedPrice, defaultLot, limitPrice, orderOf, priceUnit } from './order.js'
import { counted, type PlannedAction, quoteInput, type RefusalCode, shareOfRoom, withinRoom } from './plan.js'
import type { VaultView } from './vault.js'

export type Trade = {
  readonly purpose: OrderPurpose
  readonly instrument: Instrument
  /** Base units, signed: > 0 buys. */
  readonly base: number
  /** Exact, in the instrument's size unit. */
  readonly lot?: string | undefined
  readonly rounding?: 'down' | 'up'
  readonly maxSlippage: number
  readonly actionClass: ActionClass
  /** USD per unit of the underlying: what the bounds count by. */
  readonly index: number
  readonly notes: readonly string[]
}

export type TradePlan =
  | { readonly ok: true; readonly planned: PlannedAction; readonly base: number }
  | { readonly ok: false; readonly code: RefusalCode; readonly reason: string }

/**
 * One order for a wished number of base units: inverse futures are sized in USD at their middle price; the size is cut to
 * what the bounds leave, rounded to the lot, and limited by the quote and the allowed slippage.
 */
export function planTrade(trade: Trade, { view, market, room }: VaultView): TradePlan {
  const { instrument, base, index } = trade
  const key = instrumentKey(instrument)
  const buys = base > 0
  const wanted = Math.abs(base)
  const quote = market.quote(key)
  const crossed = crossedPrice(quote, buys)
  if (crossed === undefined) return { ok: false, code: 'no-quote', reason: `${key} has no ${buys ? 'ask' : 'bid'}` }
  const unit = sizeUnit(instrument)
  const inverse = unit !== instrument.underlying
  const price = inverse ? (quote.mark ?? crossed) : 1
  const { share, because } = shareOfRoom(room, { [instrument.underlying]: wanted, USD: wanted * index })
  const lot = trade.lot === undefined ? defaultLot(instrument) : toUnits(trade.lot)
  const wish = wanted * price * share
  if (!(wish < 9e7)) return { ok: false, code: 'no-data', reason: `${wish} ${unit} is no size` }
  const whole = wholeLots(withinRoom(room, unit, wish), lot)
  const rest = wish * 1e8 - Number(whole) > 1
  const units = trade.rounding === 'up' && because === undefined && rest ? whole + lot : whole
  if (units === 0n) {
    if (because !== undefined) return { ok: false, code: 'bounds', reason: `bound ${because}` }
    return { ok: false, code: 'nothing-to-do', reason: `smaller than one lot of ${fromUnits(lot)} ${unit}` }
  }
  const size = Number(units) / 1e8
  const held = view.positions.find((position) => position.instrument === key)?.size ?? 0
  const reduceOnly = (buys ? held < 0 : held > 0) && size <= Math.abs(held)
  const limit = limitPrice(crossed, buys, trade.maxSlippage)
  const traded = size / price
  const notes = [
    ...trade.notes,
    `${buys ? 'buy' : 'sell'} ${wanted.toFixed(4)} ${instrument.underlying} = ${fromUnits(units)} ${unit} of ${key}`,
    ...(because === undefined ? [] : [`cut to ${(share * 100).toFixed(1)} % of what is needed by bound ${because}`]),
    `limit ${limit} ${priceUnit(instrument)}: ${buys ? 'ask' : 'bid'} ${plainDecimal(crossed)} and at most ${(trade.maxSlippage * 10_000).toFixed(0)} bps beyond`,
  ]
  const planned: PlannedAction = {
    action: orderOf({
      purpose: trade.purpose,
      account: view.account,
      instrument,
      buys,
      units,
      limitPrice: limit,
      reduceOnly,
    }),
    actionClass: trade.actionClass,
    amounts: {
      [instrument.underlying]: counted(room, instrument.underlying, traded),
      USD: counted(room, 'USD', inverse ? size : traded * index),
    },
    inputs: [...indexInput(market, instrument), quoteInput(quote, buys ? 'ask' : 'bid', priceUnit(instrument))],
    notes,
  }
  return { ok: true, planned, base: buys ? traded : -traded }
}

/** The index that sizes were reckoned with; none where the underlying is only a priced asset. */
function indexInput(market: VaultView['market'], { underlying }: Instrument): readonly DecisionInput[] {
  const belief = market.index?.(underlying)
  if (belief?.value === undefined) return []
  const { name, value, source, sourceTime, ageMs, quality } = belief
  return [
    {
      name,
      value,
      unit: 'USD',
      source,
      ...(sourceTime === undefined ? {} : { sourceTime }),
      ...(ageMs === undefined ? {} : { ageMs }),
      quality,
    },
  ]
}
