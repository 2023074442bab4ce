import { type Action, moneyText, parseMoney } from '@holdfast/engine'
import type { ListedInstrument, VenueOrderRequest } from '@holdfast/venues'

export type OrderAction = Extract<Action, { kind: 'order' }>

export type Request =
  | { readonly ok: true; readonly request: VenueOrderRequest }
  | { readonly ok: false; readonly reason: string }

/**
 * The order as the venue takes it: its size cut to whole steps towards zero, its limit to whole steps towards the better side,
 * so that it is never more nor worse than was decided.
 *
 * @param clientId - the decision's id.
 * @param listed - what the venue says of the instrument.
 */
export function requestOf(clientId: string, action: OrderAction, listed: ListedInstrument | undefined): Request {
  if (listed === undefined) return refused(`${action.venue} does not list ${action.instrument}`)
  const [size, limit] = [parseMoney(action.size), parseMoney(action.limitPrice)]
  const [sizeStep, priceStep] = [parseMoney(listed.sizeStep), parseMoney(listed.priceStep)]
  const smallest = parseMoney(listed.smallestSize)
  if (size === undefined || limit === undefined)
    return refused(`size ${action.size} at ${action.limitPrice} cannot be read`)
  if (!isStep(sizeStep) || !isStep(priceStep) || smallest === undefined) {
    return refused(`the steps of ${action.instrument} are not known: ${listed.sizeStep}, ${listed.priceStep}`)
  }
  const magnitude = size < 0n ? -size : size
  const whole = magnitude - (magnitude % sizeStep)
  if (whole === 0n || whole < smallest) {
    return refused(`size ${action.size} is below the smallest of ${action.instrument}, ${listed.smallestSize}`)
  }
  const down = limit - (limit % priceStep)
  const price = size > 0n || down === limit ? down : down + priceStep
  if (price <= 0n) return refused(`limit ${action.limitPrice} is below one step of ${listed.priceStep}`)
  return {
    ok: true,
    request: {
      clientId,
      instrument: action.instrument,
      size: moneyText(size < 0n ? -whole : whole),
      limitPrice: moneyText(price),
      terms: action.terms ?? 'fill-or-lapse',
      reduceOnly: action.reduceOnly,
    },
  }
}

function isStep(step: bigint | undefined): step is bigint {
  return step !== undefined && step > 0n
}

function refused(reason: string): Request {
  return { ok: false, reason }
}
