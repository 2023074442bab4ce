import { parseInstrumentKey } from '@holdfast/quant'
import type { AccountAssessment, PositionAssessment } from '../../assess/assessment.js'
import { isLive, type TrackedOrder } from '../../order/index.js'
import { DEFAULT_KILL, type KillConfiguration } from '../configuration.js'
import type { DecideContext } from './context.js'

/** Everything: the scope of a kill without a target. */
export const EVERYTHING = 'all'

export function killSettings({ rulebook }: Pick<DecideContext, 'rulebook'>): KillConfiguration {
  return rulebook.configuration.kill ?? DEFAULT_KILL
}

/** Accounts that a kill's scope covers. A scope that names nothing we have covers nothing, and is told as such by the door. */
export function accountsIn(
  { assessment }: Pick<DecideContext, 'assessment'>,
  key: string,
): readonly AccountAssessment[] {
  const [kind = '', name = ''] = key.split(/:(.*)/)
  const portfolio = kind === 'underlying' ? name.slice(0, name.lastIndexOf('/')) : name
  return assessment.accounts.filter((view) => {
    if (key === EVERYTHING) return true
    return kind === 'account' ? view.account === name : view.portfolio === portfolio
  })
}

export function underlyingOf(key: string): string | undefined {
  return key.startsWith('underlying:') ? key.slice(key.lastIndexOf('/') + 1) : undefined
}

/** Derivatives that are held: coins of a spot position are collateral, and stay. */
export function positionsIn(key: string, view: AccountAssessment): readonly PositionAssessment[] {
  return view.positions.filter(({ instrument, size }) => {
    return size !== 0 && covers(key, instrument) && parseInstrumentKey(instrument)?.kind !== 'spot'
  })
}

export function ordersIn(
  { orders }: Pick<DecideContext, 'orders'>,
  key: string,
  account: string,
): readonly TrackedOrder[] {
  return orders.orders.filter(
    (order) => order.account === account && isLive(order.status) && covers(key, order.instrument),
  )
}

function covers(key: string, instrument: string): boolean {
  const underlying = underlyingOf(key)
  return underlying === undefined || parseInstrumentKey(instrument)?.underlying === underlying
}
