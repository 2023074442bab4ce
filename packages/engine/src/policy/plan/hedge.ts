import { instrumentKey, sizeUnit } from '@holdfast/quant'
import type { Assessment, UnderlyingGreeks } from '../../assess/assessment.js'
import type { Room } from '../bounds.js'
import { plainDecimal } from '../configuration/quantity.js'
import type { RuleAction } from '../configuration.js'
import { fromUnits, toUnits, wholeLots } from '../exact.js'
import { crossedPrice, defaultLot, limitPrice, orderOf } from './order.js'
import { counted, type Plan, type QuoteMarket, quoteInput, refused, shareOfRoom, withinRoom } from './plan.js'

export type HedgeAction = Extract<RuleAction, { kind: 'hedge-delta' }>

/**
 * The order that brings delta back to its target.
 *
 *   inverse hedge:  size (USD)  = −ratio · (Δnet − target) · P
 *   linear hedge:   size (base) = −ratio · (Δ − target)
 *
 * Δnet is delta net of premium (Σ (Δᵢ − markᵢ) · sizeᵢ for inverse options, in coin): what an inverse contract must offset,
 * whose profit is paid in the coin that the premium is held in. Δ is Black–Scholes delta. P is the hedge's own mark, else its
 * middle price. Sizes are rounded to the lot towards zero, and cut to what the rule's bounds leave.
 *
 * @see Paradigm, "Auto-populated delta hedge quantity": −Σ (Δᵢ − markᵢ) · quantityᵢ · hedge price on Deribit (inverse), and
 * −Σ Δᵢ · quantityᵢ on venues with linear options.
 */
export function planHedge(
  action: HedgeAction,
  greeks: UnderlyingGreeks,
  assessment: Assessment,
  market: QuoteMarket,
  room: Room,
): Plan {
  const { instrument } = action
  const base = instrument.underlying
  const unit = sizeUnit(instrument)
  const inverse = unit === instrument.quote
  const delta = inverse ? greeks.deltaNet : greeks.delta
  const name = inverse ? 'net delta' : 'delta'
  const difference = delta - Number(action.target)
  if (difference <= Number(action.above) && difference >= -Number(action.below)) {
    const band = `${action.target} − ${action.below} … ${action.target} + ${action.above} ${base}`
    return refused('nothing-to-do', `${name} ${delta.toFixed(4)} ${base} is within ${band}`)
  }
  const buys = difference < 0
  const quote = market.quote(instrumentKey(instrument))
  const crossed = crossedPrice(quote, buys)
  const price =
    quote.mark ?? (quote.bid !== undefined && quote.ask !== undefined ? (quote.bid + quote.ask) / 2 : crossed)
  const inputs = [quoteInput(quote, buys ? 'ask' : 'bid', instrument.quote)]
  if (crossed === undefined || price === undefined || !(price > 0)) {
    return refused('no-quote', `${instrumentKey(instrument)} has no ${buys ? 'ask' : 'bid'}`, inputs)
  }
  const wantedBase = Math.abs(difference) * action.ratio
  const wantedUsd = wantedBase * price
  const { share, because } = shareOfRoom(room, { [base]: wantedBase, [instrument.quote]: wantedUsd })
  const lot = action.lot === undefined ? defaultLot(instrument) : toUnits(action.lot)
  const units = wholeLots(withinRoom(room, unit, (inverse ? wantedUsd : wantedBase) * share), lot)
  if (units === 0n) {
    if (because !== undefined) return refused('bounds', `bound ${because}`, inputs)
    return refused('nothing-to-do', `the hedge is smaller than one lot of ${fromUnits(lot)} ${unit}`, inputs)
  }
  const size = Number(units) / 1e8
  const held = heldSize(assessment, action.account, instrumentKey(instrument))
  const reduces = held !== undefined && (buys ? held < 0 : held > 0) && size <= Math.abs(held)
  const limit = limitPrice(crossed, buys, action.maxSlippage)
  const factor = inverse ? ` × ${plainDecimal(price)} ${instrument.quote}` : ''
  const notes = [
    `${name} ${delta.toFixed(4)} ${base} against target ${action.target} ${base}: ${buys ? 'buy' : 'sell'} ${wantedBase.toFixed(4)} ${base}${factor} = ${fromUnits(units)} ${unit}`,
    ...(because === undefined ? [] : [`cut to ${(share * 100).toFixed(1)} % of what is needed by bound ${because}`]),
    `limit ${limit} ${instrument.quote}: ${buys ? 'ask' : 'bid'} ${plainDecimal(crossed)} and at most ${(action.maxSlippage * 10_000).toFixed(0)} bps beyond`,
  ]
  const order = orderOf({
    purpose: 'hedge-delta',
    account: action.account,
    instrument,
    buys,
    units,
    limitPrice: limit,
    reduceOnly: reduces,
  })
  const amounts = {
    [base]: counted(room, base, inverse ? size / price : size),
    [instrument.quote]: counted(room, instrument.quote, inverse ? size : size * price),
  }
  return { ok: true, actions: [{ action: order, actionClass: reduces ? 'reduce' : 'open', amounts, inputs, notes }] }
}

function heldSize(assessment: Assessment, account: string, key: string): number | undefined {
  const held = assessment.accounts.find((one) => one.account === account)?.positions
  return held?.find((position) => position.instrument === key)?.size
}
