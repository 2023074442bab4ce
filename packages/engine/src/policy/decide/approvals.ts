import type { Decision, Scope } from '../../decision.js'
import type { ControlEvent } from '../../event.js'
import { durationText } from '../../market/names.js'
import { DEFAULT_APPROVAL } from '../configuration.js'
import { toUnits } from '../exact.js'
import type { PlannedAction } from '../plan/plan.js'
import type { Rule } from '../rulebook.js'
import { type Approval, scopeKey } from '../state.js'
import { type DecideContext, record } from './context.js'
import { haltOver } from './halts.js'
import { outcomeFor, passageOf } from './passage.js'
import { beginWork } from './work.js'

/** Puts a pending decision before people. */
export function askPeople(context: DecideContext, rule: Rule, decision: Decision, planned: PlannedAction): void {
  const { withinMs, fourEyesAbove } = rule.approval ?? DEFAULT_APPROVAL
  const four =
    fourEyesAbove !== undefined && (planned.amounts[fourEyesAbove.unit] ?? 0n) > toUnits(fourEyesAbove.amount)
  context.draft.set('approvals', decision.id, {
    rule: rule.id,
    scope: decision.scope,
    stage: decision.stage,
    action: decision.action,
    actionClass: planned.actionClass,
    condition: decision.condition,
    terms: decision.terms,
    inputs: decision.inputs,
    since: context.now,
    expires: context.now + withinMs,
    people: four ? 2 : 1,
    confirmed: [],
  })
}

/** True while something of this rule and scope waits for a person: it is not asked for twice. */
export function waitsForPeople(context: DecideContext, rule: string, scope: Scope): boolean {
  return context.draft.keys('approvals').some((id) => {
    const approval = context.draft.get('approvals', id)!
    return approval.rule === rule && scopeKey(approval.scope) === scopeKey(scope)
  })
}

/** A person confirms or refuses. Somebody who confirmed already is not counted again. */
export function answerApproval(context: DecideContext, control: ControlEvent): void {
  const { draft } = context
  const approval = draft.get('approvals', control.target)
  if (approval === undefined) return
  if (control.command === 'reject') {
    const why = control.note === undefined || control.note === '' ? '' : `: ${control.note}`
    lapse(context, control.target, approval, `refused by ${control.actor}${why}`)
    return
  }
  if (approval.confirmed.includes(control.actor)) return
  const confirmed = [...approval.confirmed, control.actor]
  if (confirmed.length < approval.people) {
    draft.set('approvals', control.target, { ...approval, confirmed })
    return
  }
  carryOut(context, control.target, { ...approval, confirmed })
}

/** What nobody confirmed in time lapses. */
export function lapseApprovals(context: DecideContext): void {
  for (const id of context.draft.keys('approvals')) {
    const approval = context.draft.get('approvals', id)!
    if (context.now < approval.expires) continue
    const missing = approval.people - approval.confirmed.length
    const reason = `nobody confirmed it within ${durationText(approval.expires - approval.since)}; ${missing} of ${approval.people} missing`
    lapse(context, id, approval, reason)
  }
}

function lapse(context: DecideContext, id: string, approval: Approval, reason: string): void {
  context.draft.delete('approvals', id)
  record(context, { ...detailOf(id, approval), outcome: 'expired', reasons: [reason], cause: [id, 'expired'] })
}

/** The world may have moved since it was planned: halts, what is under way and the line are asked again. */
function carryOut(context: DecideContext, id: string, approval: Approval): void {
  context.draft.delete('approvals', id)
  const { action, actionClass, scope, confirmed } = approval
  const planned: PlannedAction = { action, actionClass, amounts: {}, inputs: [], notes: [] }
  const halt = haltOver(context, scope, [planned])
  const passage = passageOf(context, approval.rule, 'approve', planned)
  const refusal = halt ?? (passage.ok ? undefined : passage.reason)
  const by = `confirmed by ${confirmed.join(' and ')}`
  if (refusal !== undefined) {
    record(context, {
      ...detailOf(id, approval),
      outcome: 'denied',
      reasons: [refusal, by],
      cause: [id, 'denied'],
    })
    return
  }
  const outcome = action.kind === 'order' || action.kind === 'cancel' ? outcomeFor(context, action.account) : 'done'
  const decision = record(context, { ...detailOf(id, approval), outcome, reasons: [by], cause: [id, 'confirmed'] })
  beginWork(context, decision, actionClass)
}

function detailOf(id: string, { rule, scope, stage, action, condition, terms, inputs }: Approval) {
  return { rule, scope, stage, action, condition: condition === '' ? `decision ${id}` : condition, terms, inputs }
}
