import type { Account, Protection } from './account.js'
import { send } from './channels.js'
import type { ExchangeCore } from './core.js'
import { finish } from './matching.js'
import { type Order, remaining, signOf } from './order.js'

export function indexName(currency: string): string {
  return `${currency.toLowerCase()}_usd`
}

/** Whether orders with `mmp` are refused now: after a trigger, until the frozen time is over or somebody resets it. */
export function isFrozen(core: ExchangeCore, account: Account, currency: string): boolean {
  const protection = account.protections.get(indexName(currency))
  if (protection?.frozenUntil === undefined) return false
  if (protection.frozenUntil > 0 && protection.frozenUntil <= core.time) {
    protection.frozenUntil = undefined
    return false
  }
  return true
}

/** Counts a fill of a protected order; over a limit within the interval, all protected orders of the index go. */
export function protect(core: ExchangeCore, order: Order, amount: number): void {
  const { account, terms } = order
  const protection = account.protections.get(indexName(terms.currency))
  if (protection === undefined || isFrozen(core, account, terms.currency)) return
  const mark = core.mark(terms)
  const coins = terms.kind === 'option' ? amount : amount / mark.forward
  const delta = signOf(order.direction) * coins * (mark.measures?.delta ?? 1)
  const vega = signOf(order.direction) * amount * ((mark.measures?.coinVega ?? 0) * mark.forward * 0.01)
  protection.fills.push({ time: core.time, quantity: coins, delta, vega })
  protection.fills = protection.fills.filter(({ time }) => time > core.time - protection.intervalMs)
  if (!isOver(protection)) return
  protection.fills = []
  protection.frozenUntil = protection.frozenMs === 0 ? 0 : core.time + protection.frozenMs
  for (const open of [...account.open.values()]) {
    if (open.mmp && remaining(open) > 0 && open.terms.currency === terms.currency) finish(core, open, 'mmp_trigger')
  }
  const name = indexName(terms.currency)
  send(core, `user.mmp_trigger.${name}`, { index_name: name, frozen_until: protection.frozenUntil }, account)
}

function isOver({ fills, quantityLimit, deltaLimit, vegaLimit }: Protection): boolean {
  const sum = (of: 'quantity' | 'delta' | 'vega') => fills.reduce((total, fill) => total + fill[of], 0)
  return (
    sum('quantity') >= quantityLimit ||
    (deltaLimit > 0 && Math.abs(sum('delta')) >= deltaLimit) ||
    (vegaLimit > 0 && Math.abs(sum('vega')) >= vegaLimit)
  )
}
