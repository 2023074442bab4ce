import { STAGES, type Stage } from '../../decision.js'
import type { ControlEvent } from '../../event.js'
import { durationText } from '../../market/names.js'
import type { Rule } from '../rulebook.js'
import type { StageRecord } from '../state.js'
import { type DecideContext, record } from './context.js'

/** Under this name the engine records what people do to the ladder. */
export const LADDER = 'act.ladder'

export function stageOf(context: Pick<DecideContext, 'draft'>, rule: Rule): Stage {
  return context.draft.get('stages', rule.id) ?? rule.stage
}

/** Counts a decision of a rule at its stage: what its promotion is judged by. */
export function noteRecord(context: DecideContext, rule: Rule, denied: boolean): void {
  const before = recordOf(context, rule)
  context.draft.set('records', rule.id, {
    ...before,
    decisions: before.decisions + 1,
    denied: before.denied + (denied ? 1 : 0),
  })
}

/** Begins the record of rules that have none: from here on their time at a stage counts. */
export function beginRecords(context: DecideContext): void {
  for (const rule of context.rulebook.rules) {
    if (rule.promotion !== undefined && context.draft.get('records', rule.id) === undefined) {
      context.draft.set('records', rule.id, recordOf(context, rule))
    }
  }
}

function recordOf(context: DecideContext, rule: Rule): StageRecord {
  const stage = stageOf(context, rule)
  const known = context.draft.get('records', rule.id)
  return known?.stage === stage ? known : { stage, since: context.now, decisions: 0, denied: 0 }
}

export type Criterion = { readonly text: string; readonly met: boolean }

/** What a rule's promotion asks for, and what its record shows; empty where the rule asks for nothing. */
export function criteriaOf(rule: Rule, seen: StageRecord | undefined, now: number): readonly Criterion[] {
  if (rule.promotion === undefined) return []
  const { afterMs, decisions, deniedShare } = rule.promotion
  const time = seen === undefined ? 0 : now - seen.since
  const count = seen?.decisions ?? 0
  const share = count === 0 ? 0 : (seen?.denied ?? 0) / count
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`
  return [
    { text: `${durationText(time)} at its stage, of ${durationText(afterMs)}`, met: time >= afterMs },
    { text: `${count} decisions there, of ${decisions}`, met: count >= decisions },
    { text: `${percent(share)} of them denied, at most ${percent(deniedShare)}`, met: share <= deniedShare },
  ]
}

/** A person moves a rule. Down always; up one step at a time and by its record, where the rule asks for that. */
export function changeStage(context: DecideContext, control: ControlEvent): void {
  const rule = context.rulebook.rules.find(({ id }) => id === control.target)
  const to = control.note
  if (rule === undefined || !isStage(to)) return
  const from = stageOf(context, rule)
  if (from === to) return
  const refusals = refusalsOf(context, rule, from, to)
  const criteria = criteriaOf(rule, context.draft.get('records', rule.id), context.now).map(({ text }) => text)
  const refused = refusals.length > 0
  if (!refused) {
    context.draft.set('stages', rule.id, to)
    context.draft.set('records', rule.id, { stage: to, since: context.now, decisions: 0, denied: 0 })
  }
  record(context, {
    rule: LADDER,
    stage: refused ? from : to,
    scope: { kind: 'input', input: `rule:${rule.id}` },
    action: { kind: 'stage', rule: rule.id, from, to, by: control.actor },
    outcome: refused ? 'denied' : 'done',
    condition: '',
    terms: [],
    inputs: [],
    reasons: [...refusals, ...criteria],
    cause: [rule.id, from, to, control.actor],
  })
}

function refusalsOf(context: DecideContext, rule: Rule, from: Stage, to: Stage): readonly string[] {
  if (rule.promotion === undefined || STAGES.indexOf(to) <= STAGES.indexOf(from)) return []
  const next = STAGES[STAGES.indexOf(from) + 1]
  const jump = to === next ? [] : [`one step at a time: from ${from} it goes to ${next}`]
  const unmet = criteriaOf(rule, context.draft.get('records', rule.id), context.now).filter(({ met }) => !met)
  return [...jump, ...unmet.map(({ text }) => `not yet: ${text}`)]
}

function isStage(text: string | undefined): text is Stage {
  return (STAGES as readonly (string | undefined)[]).includes(text)
}
