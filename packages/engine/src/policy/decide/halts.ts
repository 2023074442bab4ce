import type { Scope } from '../../decision.js'
import type { Draft } from '../draft.js'
import type { PlannedAction } from '../plan/plan.js'
import { scopeKey } from '../state.js'

/** The halt that keeps planned actions back, in words; only what opens risk is kept back. */
export function haltOver(draft: Draft, scope: Scope, actions: readonly PlannedAction[]): string | undefined {
  if (!actions.some(({ actionClass }) => actionClass === 'open')) return undefined
  const keys = ['all', scopeKey(scope)]
  if (scope.kind === 'underlying') keys.push(`portfolio:${scope.portfolio}`)
  for (const { action } of actions) if (action.kind === 'order') keys.push(`account:${action.account}`)
  for (const key of keys) {
    const halt = draft.get('halts', key)
    if (halt !== undefined) return `halted (${key}) by ${halt.by}: ${halt.reason}`
  }
  return undefined
}
