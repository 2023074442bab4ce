import type { Assessment, InputState } from '../assess/assessment.js'
import type { Scope, Tier } from '../decision.js'
import { durationText } from '../market/names.js'
import { GUARDED_INPUTS, type GuardedInput } from '../policy/configuration.js'
import { type DecideContext, decisionInput } from '../policy/decide/context.js'
import type { Judgement } from '../policy/decide/judgeRule.js'
import { incompleteKills } from '../policy/decide/kills.js'
import { actionText } from '../policy/explain/explainDecision.js'
import { namesOf } from '../policy/format.js'
import { scopeKey } from '../policy/state.js'
import { inputsOf } from '../policy/subject.js'
import type { Trouble } from './watch.js'

/** Names under which the engine itself speaks; no rule of a user is called so, they have no dots. */
export const STALE_INPUT = 'watch.stale-input'
export const BLIND = 'watch.blind'
export const BLOCKED = 'watch.blocked'
export const FAULT = 'watch.fault'
export const KILL_INCOMPLETE = 'watch.kill'
export const WAITING = 'watch.approval'
export const LINE = 'watch.line'

/** Everything that is wrong with sight and reach in this turn. */
export function troublesOf(
  context: DecideContext,
  judgements: readonly Judgement[],
  faults: readonly RuleFault[],
): readonly Trouble[] {
  const tier = context.rulebook.configuration.alerts.staleInputs
  return [
    ...(tier === 'off' ? [] : staleInputs(context, tier)),
    ...(tier === 'off' ? [] : blindRules(context, judgements, tier)),
    ...judgements.flatMap((judgement) => blockedRule(context, judgement)),
    ...faults.map(faultyRule),
    ...openKills(context),
    ...waitingApprovals(context),
    ...openLines(context),
  ]
}

/** A rule that could not be evaluated on a subject: it counts as risk, and the others go on. */
export type RuleFault = { readonly rule: string; readonly scope: Scope; readonly message: string }

function faultyRule({ rule, scope, message }: RuleFault): Trouble {
  return {
    key: `${FAULT}|${rule}|${scopeKey(scope)}`,
    rule: FAULT,
    scope,
    tier: 'critical',
    summary: `rule ${rule} failed on ${scopeKey(scope)}: ${message}`,
    inputs: [],
    reasons: [`${message}; while it fails, what it guards counts as at risk`],
    graceMs: 0,
  }
}

function bare(key: string, rule: string, scope: Scope, tier: Tier, summary: string, graceMs = 0): Trouble {
  return { key: `${rule}|${key}`, rule, scope, tier, summary, inputs: [], reasons: [], graceMs }
}

function openKills(context: DecideContext): readonly Trouble[] {
  return incompleteKills(context).map(({ key, summary }) =>
    bare(key, KILL_INCOMPLETE, { kind: 'input', input: `kill:${key}` }, 'critical', summary),
  )
}

function waitingApprovals(context: DecideContext): readonly Trouble[] {
  return context.draft.keys('approvals').map((id) => {
    const { rule, scope, action, people, confirmed } = context.draft.get('approvals', id)!
    const summary = `${rule} asks to ${actionText(action)}: ${people - confirmed.length} of ${people} people must confirm ${id}`
    return bare(id, WAITING, scope, 'warning', summary)
  })
}

/** A line may be away for a moment, as when it is opened anew; what lasts is told. */
const LINE_GRACE_MS = 60_000

function openLines({ orders }: DecideContext): readonly Trouble[] {
  return orders.accounts
    .filter(({ reconciled }) => !reconciled)
    .map(({ account, waits, differences }) => {
      const summary = `${account} is not reconciled, nothing opens risk on it: ${waits.join('; ')}`
      const grace = differences.length > 0 ? 0 : LINE_GRACE_MS
      return bare(account, LINE, { kind: 'account', account }, 'critical', summary, grace)
    })
}

/**
 * Inputs that went stale, put together by what they are of: one alert for the surfaces of an underlying, not one for each
 * expiry. Where a whole feed is silent, the feed is told and not what came by it.
 */
function staleInputs(context: DecideContext, tier: Tier): readonly Trouble[] {
  const { assessment } = context
  const silent = new Set(
    assessment.inputs
      .filter(({ name, quality }) => name.startsWith('feed:') && isBad(quality))
      .map(({ source }) => source),
  )
  const groups = new Map<string, InputState[]>()
  for (const input of assessment.inputs) {
    const isFeed = input.name.startsWith('feed:')
    if (!isBad(input.quality) || (!isFeed && silent.has(input.source))) continue
    const group = groupOf(input.name)
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [input])
    else members.push(input)
  }
  return [...groups].map(([group, members]) => staleGroup(context, group, members, tier))
}

function staleGroup(context: DecideContext, group: string, members: readonly InputState[], tier: Tier): Trouble {
  const age = Math.max(0, ...members.map(({ ageMs }) => ageMs ?? 0))
  const [first] = members
  const count = members.length === 1 ? '' : ` (${members.length} of them)`
  const state = members.some(({ quality }) => quality === 'stale') ? 'stale' : 'unknown'
  const old = age > 0 ? `, up to ${durationText(age)} old` : ''
  return {
    key: `${STALE_INPUT}|${group}`,
    rule: STALE_INPUT,
    scope: { kind: 'input', input: members.length === 1 ? (first?.name ?? group) : group },
    tier,
    summary: `${members.length === 1 ? first?.name : group}${count} ${state}${old}: figures that rest on it are not told`,
    inputs: members.slice(0, 10).map((input) => decisionInput(context.market, input)),
    reasons: members.slice(0, 10).flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`)),
    graceMs: state === 'stale' ? 0 : graceOf(context, group),
  }
}

/** `surface:BTC` for `surface:BTC:2026-02-27`; `quote:deribit` for all quotes of a venue; others are their own group. */
function groupOf(name: string): string {
  const [kind = '', of = ''] = name.split(':')
  return ['forward', 'surface', 'quote', 'settlement'].includes(kind) ? `${kind}:${of}` : name
}

/** An input that never was may still come: it is missed only once it is as late as one that went stale. */
function graceOf(context: DecideContext, name: string): number {
  const { guard } = context.rulebook.configuration
  const kind = GUARDED_INPUTS.find((one): one is GuardedInput => name.startsWith(`${one}:`)) ?? 'index'
  return guard[kind].maxAgeMs
}

function isBad(quality: InputState['quality']): boolean {
  return quality === 'stale' || quality === 'unknown'
}

/** A rule that cannot be judged though no input of its is stale: then nobody else would tell. */
function blindRules(context: DecideContext, judgements: readonly Judgement[], tier: Tier): readonly Trouble[] {
  const troubles = new Map<string, Trouble>()
  for (const { rule, subject, when, fault } of judgements) {
    if (when.holds !== 'unknown' || fault !== undefined || 'input' in subject) continue
    if (explainedByInputs(subject, context.assessment)) continue
    const key = `${BLIND}|${rule.id}|${scopeKey(subject.scope)}`
    const unknown = when.terms.filter(({ holds }) => holds === 'unknown').map(({ measure }) => measure)
    const missing = subject.view.missing.length === 0 ? '' : `; missing: ${subject.view.missing.join(', ')}`
    troubles.set(key, {
      key,
      rule: BLIND,
      scope: subject.scope,
      tier,
      summary: `rule ${rule.id} cannot be judged for ${Object.values(namesOf(subject)).join(', ')}: ${unknown.join(', ')} unknown${missing}`,
      inputs: [],
      reasons: [`${rule.when.text} is unknown`],
      graceMs: graceOf(context, 'index:'),
    })
  }
  return [...troubles.values()]
}

function explainedByInputs(subject: Judgement['subject'], assessment: Assessment): boolean {
  return inputsOf(subject, assessment).some(({ quality }) => isBad(quality))
}

function blockedRule(context: DecideContext, { rule, subject, blocked, when }: Judgement): readonly Trouble[] {
  if (blocked === undefined) return []
  return [
    {
      key: `${BLOCKED}|${rule.id}|${scopeKey(subject.scope)}`,
      rule: BLOCKED,
      scope: subject.scope,
      tier: 'warning',
      summary: `rule ${rule.id} should act and cannot: ${blocked}`,
      inputs: inputsOf(subject, context.assessment).map((input) => decisionInput(context.market, input)),
      reasons: [`${rule.when.text} holds`, ...when.terms.map(({ text }) => text), blocked],
      graceMs: 0,
    },
  ]
}
