import { type Scope, STAGES, type Stage } from '../../decision.js'
import type { ControlEvent } from '../../event.js'
import type { Draft } from '../draft.js'
import type { PlannedAction } from '../plan/plan.js'
import { scopeKey } from '../state.js'

/** Everything: the scope of a kill without a target. */
export const EVERYTHING = 'all'

/** Takes in what people said: kill and resume (by scope key, or `all`), and a rule's stage. Others are not for rules. */
export function applyControls(draft: Draft, controls: readonly ControlEvent[]): void {
  for (const { command, target, actor, note, receivedTime } of controls) {
    if (command === 'kill') {
      draft.set('halts', target === '' ? EVERYTHING : target, {
        since: receivedTime,
        by: actor,
        reason: note ?? 'kill switch',
      })
    }
    if (command === 'resume') draft.delete('halts', target === '' ? EVERYTHING : target)
    if (command === 'stage' && isStage(note)) draft.set('stages', target, note)
  }
}

/** The halt that keeps planned actions back, in words; only what opens risk is kept back. */
export function haltOver(draft: Draft, scope: Scope, actions: readonly PlannedAction[]): string | undefined {
  if (!actions.some(({ actionClass }) => actionClass === 'open')) return undefined
  const keys = [EVERYTHING, scopeKey(scope)]
  if (scope.kind === 'underlying') keys.push(`portfolio:${scope.portfolio}`)
  for (const { action } of actions) if (action.kind === 'order') keys.push(`account:${action.account}`)
  for (const key of keys) {
    const halt = draft.get('halts', key)
    if (halt !== undefined) return `halted (${key}) by ${halt.by}: ${halt.reason}`
  }
  return undefined
}

function isStage(text: string | undefined): text is Stage {
  return (STAGES as readonly (string | undefined)[]).includes(text)
}
