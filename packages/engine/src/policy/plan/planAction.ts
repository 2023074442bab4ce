import type { Assessment } from '../../assess/assessment.js'
import type { Scope } from '../../decision.js'
import type { Room } from '../bounds.js'
import type { RuleAction } from '../configuration.js'
import { fromUnits, toUnits } from '../exact.js'
import type { Subject } from '../subject.js'
import { planHedge } from './hedge.js'
import { planHedgeOptions } from './hedgeOptions.js'
import { type Plan, type PlanMarket, type PlanMemory, refused } from './plan.js'
import { planReduce } from './reduce.js'
import { planVault } from './vault.js'

/** Every action that is not an alert. */
export type RiskAction = Exclude<RuleAction, { kind: 'alert' }>

/** What an action would do now, for one subject, within what its bounds leave. Nothing is changed by asking. */
export function planAction(
  action: RiskAction,
  subject: Subject,
  assessment: Assessment,
  market: PlanMarket,
  room: Room,
  memory: PlanMemory = {},
): Plan {
  switch (action.kind) {
    case 'hedge-delta':
      if (!('greeks' in subject)) return refused('nothing-to-do', 'delta is hedged for an underlying')
      return planHedge(action, subject, assessment, market, room, memory.anchors)
    case 'hedge-options':
      if (!('greeks' in subject)) return refused('nothing-to-do', 'options hedge an underlying')
      return planHedgeOptions(action, subject, assessment, market, room)
    case 'reduce':
      return planReduce(action, accountOf(action.account, subject.scope), assessment, market, room)
    case 'top-up':
      return planTopUp(action, accountOf(action.account, subject.scope), room)
    case 'cancel': {
      const account = accountOf(action.account, subject.scope)
      const cancel = { kind: 'cancel' as const, account, instruments: action.instruments }
      return { ok: true, actions: [{ action: cancel, actionClass: 'cancel', amounts: {}, inputs: [], notes: [] }] }
    }
    case 'halt':
    case 'kill': {
      const halt = { kind: 'halt' as const, scope: subject.scope, reason: action.reason }
      return { ok: true, actions: [{ action: halt, actionClass: 'halt', amounts: {}, inputs: [], notes: [] }] }
    }
    case 'rebalance-collateral':
    case 'repay':
    case 'boost':
    case 'insure':
    case 'sell-options':
      return planVault(action, accountOf(action.account, subject.scope), assessment, market, room, memory)
  }
}

/** Collateral makes an account safer; it is planned on older data as a reduction is. */
function planTopUp(action: Extract<RuleAction, { kind: 'top-up' }>, account: string, room: Room): Plan {
  const { asset } = action
  const wanted = toUnits(action.amount)
  const left = room.left[asset]
  const units = left !== undefined && left < wanted ? left : wanted
  if (units === 0n) return refused('bounds', `bound ${room.because[asset] ?? ''}`)
  const notes = units < wanted ? [`cut from ${action.amount} ${asset} by bound ${room.because[asset] ?? ''}`] : []
  const collateral = { kind: 'collateral' as const, account, asset, amount: fromUnits(units) }
  return {
    ok: true,
    actions: [{ action: collateral, actionClass: 'reduce', amounts: { [asset]: units }, inputs: [], notes }],
  }
}

function accountOf(named: string | undefined, scope: Scope): string {
  return named ?? (scope.kind === 'account' ? scope.account : '')
}
