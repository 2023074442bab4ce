import type { Decision, Tier } from '../decision.js'
import { type DecideContext, decisionInputs, record } from '../policy/decide/context.js'
import type { Judgement } from '../policy/decide/judgeRule.js'
import { stageOf } from '../policy/decide/ladder.js'
import { fillSummary, namesOf } from '../policy/format.js'
import type { Rule } from '../policy/rulebook.js'
import { type AlertSubjectState, type AlertTierState, scopeKey } from '../policy/state.js'

/** Most urgent first. */
const TIERS: readonly Tier[] = ['critical', 'warning', 'notice']

/**
 * Turns what alert rules did in this turn into messages. Rules that share a subject are tiers of one alert: what is told is
 * the highest tier that fires, once; a lower one that fired with it or after it is covered. When the highest recovers, its
 * message is resolved, and a lower tier that still fires is told in its place.
 *
 * Nothing is kept for later: after a gap in time the state that is found is told, not the way there.
 */
export function settleAlerts(context: DecideContext, judgements: readonly Judgement[]): void {
  const bySubject = new Map<string, Judgement[]>()
  for (const judgement of judgements) {
    const { action } = judgement.rule
    if (action.kind !== 'alert') continue
    const key = `${action.subject}|${scopeKey(judgement.subject.scope)}`
    const group = bySubject.get(key)
    if (group === undefined) bySubject.set(key, [judgement])
    else group.push(judgement)
  }
  for (const [key, group] of bySubject) settleSubject(context, key, group)
}

function settleSubject(context: DecideContext, key: string, group: readonly Judgement[]): void {
  if (group.every(({ change }) => change === 'none')) return
  const before: AlertSubjectState = context.draft.get('alerts', key) ?? {}
  const after: Partial<Record<Tier, AlertTierState>> = { ...before }
  for (const judgement of group) {
    const tier = tierOf(judgement.rule)
    if (tier === undefined) continue
    if (judgement.change === 'fired') after[tier] = { rule: judgement.rule.id, since: context.now, told: false }
    if (judgement.change !== 'rearmed') continue
    if (after[tier]?.told === true) tell(context, judgement, tier, 'resolved', [])
    delete after[tier]
  }
  const highest = TIERS.find((tier) => after[tier] !== undefined)
  const told = highest === undefined ? undefined : after[highest]
  if (highest !== undefined && told !== undefined && !told.told) {
    const judgement = group.find(({ rule }) => rule.id === told.rule)
    if (judgement !== undefined) {
      const covered = TIERS.filter((tier) => tier !== highest && after[tier]?.told === false)
      tell(context, judgement, highest, 'firing', covered)
      after[highest] = { ...told, told: true }
    }
  }
  if (Object.keys(after).length === 0) context.draft.delete('alerts', key)
  else context.draft.set('alerts', key, after)
}

function tell(
  context: DecideContext,
  { rule, subject, values, when, state }: Judgement,
  tier: Tier,
  kind: 'firing' | 'resolved',
  covered: readonly Tier[],
): Decision | undefined {
  if (rule.action.kind !== 'alert') return undefined
  const stage = stageOf(context, rule)
  const summary = fillSummary(rule.action.summary, subject, values)
  const reasons = [
    kind === 'firing' ? `${rule.when.text} holds` : `${rule.rearm.when.text} held for its time`,
    ...covered.map((one) => `also tells of tier ${one}, which was passed in the same move`),
  ]
  return record(context, {
    rule: rule.id,
    stage,
    scope: subject.scope,
    action: {
      kind: 'alert',
      tier,
      summary: kind === 'firing' ? summary : `recovered: ${summary}`,
      labels: { rule: rule.id, subject: rule.action.subject, tier, ...namesOf(subject) },
      state: kind,
    },
    outcome: stage === 'plan' ? 'planned' : 'sent',
    condition: kind === 'firing' ? rule.when.text : rule.rearm.when.text,
    terms: when.terms,
    inputs: decisionInputs(context, subject),
    reasons,
    cause: ['alert', state.episode, kind],
  })
}

function tierOf(rule: Rule): Tier | undefined {
  return rule.action.kind === 'alert' ? rule.action.tier : undefined
}
