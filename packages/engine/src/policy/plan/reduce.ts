import { type Instrument, parseInstrumentKey } from '@holdfast/quant'
import type { Assessment, PositionAssessment } from '../../assess/assessment.js'
import type { Room } from '../bounds.js'
import { plainDecimal } from '../configuration/quantity.js'
import type { RuleAction } from '../configuration.js'
import { fromUnits, wholeLots } from '../exact.js'
import { crossedPrice, defaultLot, limitPrice, orderOf, priceUnit } from './order.js'
import {
  counted,
  type Plan,
  type PlannedAction,
  type QuoteMarket,
  quoteInput,
  refused,
  shareOfRoom,
  withinRoom,
} from './plan.js'

export type ReduceAction = Extract<RuleAction, { kind: 'reduce' }>

type Target = { readonly position: PositionAssessment; readonly instrument: Instrument }

/**
 * Orders that close a share of an account's positions: each reduce-only, against the sign of what is held. A position
 * without a price on the other side is left out and named; bounds are shared in the order of the positions.
 */
export function planReduce(
  action: ReduceAction,
  account: string,
  assessment: Assessment,
  market: QuoteMarket,
  room: Room,
): Plan {
  const view = assessment.accounts.find((one) => one.account === account)
  const targets = (view?.positions ?? []).flatMap((position): Target[] => {
    const instrument = parseInstrumentKey(position.instrument)
    return instrument !== undefined && matches(action.instruments, position.instrument, instrument)
      ? [{ position, instrument }]
      : []
  })
  if (targets.length === 0) return refused('nothing-to-do', `${account} holds nothing that could be reduced`)
  const actions: PlannedAction[] = []
  const unpriced: string[] = []
  let left = room
  for (const target of targets) {
    const planned = planOne(action, account, target, assessment, market, left)
    if (planned === undefined) continue
    if (planned === 'no-quote') {
      unpriced.push(target.position.instrument)
      continue
    }
    actions.push(planned)
    left = spend(left, planned.amounts)
  }
  if (actions.length > 0) {
    const note = unpriced.length === 0 ? [] : [`left out for want of a price: ${unpriced.join(', ')}`]
    return { ok: true, actions: actions.map((one) => ({ ...one, notes: [...one.notes, ...note] })) }
  }
  if (unpriced.length > 0) return refused('no-quote', `no price to close ${unpriced.join(', ')}`)
  const [because] = Object.values(room.because)
  return because === undefined
    ? refused('nothing-to-do', 'what would be closed is smaller than one lot')
    : refused('bounds', `bound ${because}`)
}

function planOne(
  action: ReduceAction,
  account: string,
  { position, instrument }: Target,
  assessment: Assessment,
  market: QuoteMarket,
  room: Room,
): PlannedAction | 'no-quote' | undefined {
  const buys = position.size < 0
  const quote = market.quote(position.instrument)
  const crossed = crossedPrice(quote, buys)
  if (crossed === undefined) return 'no-quote'
  const wanted = Math.abs(position.size) * action.share
  const usd = usdPerUnit(instrument, assessment, account)
  if (usd === undefined) return 'no-quote'
  const { share, because } = shareOfRoom(room, { USD: wanted * usd })
  const units = wholeLots(withinRoom(room, position.sizeUnit, wanted * share), defaultLot(instrument))
  if (units === 0n) return undefined
  const limit = limitPrice(crossed, buys, action.maxSlippage)
  const unit = priceUnit(instrument)
  const notes = [
    `close ${(action.share * 100).toFixed(0)} % of ${position.size} ${position.sizeUnit}: ${fromUnits(units)} ${position.sizeUnit}`,
    ...(because === undefined ? [] : [`cut by bound ${because}`]),
    `limit ${limit} ${unit}: ${buys ? 'ask' : 'bid'} ${plainDecimal(crossed)} and at most ${(action.maxSlippage * 10_000).toFixed(0)} bps beyond`,
  ]
  const order = { purpose: 'reduce' as const, account, instrument, buys, units, limitPrice: limit, reduceOnly: true }
  return {
    action: orderOf(order),
    actionClass: 'reduce',
    amounts: { USD: counted(room, 'USD', (Number(units) / 1e8) * usd) },
    inputs: [quoteInput(quote, buys ? 'ask' : 'bid', unit)],
    notes,
  }
}

/** USD of notional per unit of size: 1 for inverse futures, else the index. */
function usdPerUnit(instrument: Instrument, assessment: Assessment, account: string): number | undefined {
  const inverse = 'payoff' in instrument && instrument.payoff === 'inverse' && instrument.kind !== 'option'
  if (inverse) return 1
  const greeks = assessment.accounts.find((one) => one.account === account)?.greeks
  return greeks?.find((one) => one.underlying === instrument.underlying)?.index
}

function matches(wanted: ReduceAction['instruments'], key: string, { kind }: Instrument): boolean {
  if (wanted === 'all') return kind !== 'spot'
  if (wanted === 'options') return kind === 'option'
  if (wanted === 'futures') return kind === 'future' || kind === 'perpetual'
  return wanted.includes(key)
}

function spend(room: Room, amounts: Readonly<Record<string, bigint>>): Room {
  const left = Object.fromEntries(
    Object.entries(room.left).map(([unit, units]) => {
      const rest = units - (amounts[unit] ?? 0n)
      return [unit, rest > 0n ? rest : 0n]
    }),
  )
  return { left, because: room.because }
}
