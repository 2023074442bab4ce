import { parseInstrumentKey, sizeUnit } from '@holdfast/quant'
import type { AccountHoldings } from '../book/read.js'
import type { MarginAccount, MarginOrder } from '../margin/model.js'
import { worstOf } from '../market/marginMarket.js'
import { isLive, type OrdersView } from '../order/tracked.js'
import type { PositionAssessment } from './assessment.js'
import { positionGreeks, thetaPerDay } from './positionGreeks.js'
import type { PricedPosition } from './priced.js'
import { type Exposed, expiryOf, fixedShareAt } from './rollup.js'

/** The position with its sensitivities; none where it or its underlying's index is not known. */
export function exposeOne(position: PricedPosition, now: number): readonly Exposed[] {
  const { priced, index, held, value } = position
  if (priced === undefined || index === undefined) return []
  const fixedShare = fixedShareAt(expiryOf(position), now)
  const greeks = positionGreeks(priced, held.size, index, fixedShare)
  const perDay = priced.kind === 'option' ? thetaPerDay(greeks.theta, priced.years, value ?? 0) : 0
  return [{ position, greeks, thetaPerDay: perDay, fixedShare }]
}

/** Models of lending protocols, whose debts stand apart from what is supplied. */
const LENDING_MODELS: readonly string[] = ['aave-v3', 'euler-v2', 'maker']

/** An account as margin models take it. A negative balance at a lending protocol is a debt there. */
export function marginAccount(holdings: AccountHoldings, orders: OrdersView): MarginAccount {
  const open = marginOrders(holdings.id, orders)
  const lends = LENDING_MODELS.includes(holdings.marginModel)
  const owed = lends ? holdings.balances.filter(({ amount }) => amount < 0) : []
  const supplied = holdings.balances.filter((balance) => !owed.includes(balance))
  return {
    id: holdings.id,
    balances: Object.fromEntries(supplied.map(({ asset, amount }) => [asset, amount])),
    ...(owed.length === 0 ? {} : { debts: Object.fromEntries(owed.map(({ asset, amount }) => [asset, -amount])) }),
    positions: holdings.positions.map(({ instrument, size, entryPrice }) => ({
      instrument,
      size,
      ...(entryPrice === undefined ? {} : { entryPrice }),
    })),
    ...(open.length === 0 ? {} : { orders: open }),
  }
}

/** Orders of an account that may still trade, with what is left of them; whose they are makes no difference. */
function marginOrders(id: string, { orders }: OrdersView): readonly MarginOrder[] {
  return orders.flatMap((order) => {
    const instrument = parseInstrumentKey(order.instrument)
    const size = Number(order.size) - Number(order.filled)
    if (order.account !== id || !isLive(order.status) || instrument === undefined || size === 0) return []
    // An order without a limit is margined at what it was filled at so far, else not at all: the venue's figure has it.
    const price = Number(order.limitPrice ?? order.averagePrice)
    return Number.isFinite(price) ? [{ instrument, size, price, reduceOnly: order.reduceOnly }] : []
  })
}

/** One position's numbers as an assessment shows them. */
export function positionAssessment(
  position: PricedPosition,
  exposed: Exposed | undefined,
  marginShare: number | undefined,
): PositionAssessment {
  const { held, mark, value, index } = position
  const { instrument, key, size } = held
  const unrealised = unrealisedPnl(position)
  return {
    instrument: key,
    size,
    sizeUnit: sizeUnit(instrument),
    ...(mark.value === undefined ? {} : { mark: mark.value }),
    ...(mark.quoted === undefined ? {} : { quotedMark: mark.quoted }),
    priceUnit: instrument.kind === 'option' && instrument.payoff === 'inverse' ? instrument.settle : instrument.quote,
    ...(value === undefined ? {} : { value }),
    ...(unrealised === undefined ? {} : { unrealisedPnl: unrealised }),
    ...(exposed === undefined
      ? {}
      : {
          delta: exposed.greeks.delta,
          cashDelta: exposed.greeks.delta * index!,
          gamma: exposed.greeks.gamma,
          vegaPerVolPoint: exposed.greeks.vega / 100,
          thetaPerDay: exposed.thetaPerDay,
        }),
    ...(marginShare === undefined ? {} : { marginShare }),
    quality: position.missing.length > 0 ? 'unknown' : worstOf(position.inputs),
  }
}

/** What a futures position is worth is its profit; an option's profit is its value less the premium, at today's coin price. */
function unrealisedPnl({ held, value, priced }: PricedPosition): number | undefined {
  if (value === undefined || priced === undefined || held.instrument.kind === 'spot') return undefined
  if (priced.kind !== 'option') return value
  return held.entryPrice === undefined ? undefined : value - held.size * held.entryPrice * priced.unit
}
