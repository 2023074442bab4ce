import type { DecisionInput } from '../../decision.js'
import { durationText } from '../../market/names.js'
import { type ActionClass, permits } from '../../market/permits.js'
import { type Quality, worseQuality } from '../../market/quality.js'
import { cameShort, isLive } from '../../order/index.js'
import { roomOf, withUse } from '../bounds.js'
import type { ConditionResult, MeasureValues } from '../condition/condition.js'
import { fromUnits } from '../exact.js'
import { measureValues } from '../measureValues.js'
import type { PlannedAction } from '../plan/plan.js'
import { planAction, type RiskAction } from '../plan/planAction.js'
import type { Rule } from '../rulebook.js'
import { ARMED, instanceKey, type RuleInstanceState, scopeKey } from '../state.js'
import { qualityOf, type Subject } from '../subject.js'
import { askPeople, waitsForPeople } from './approvals.js'
import { type DecideContext, decisionInputs, planMarketOf, record } from './context.js'
import { haltOver } from './halts.js'
import { beginKill } from './kills.js'
import { noteRecord, stageOf } from './ladder.js'
import { type Passage, passageOf } from './passage.js'
import { memoryOf } from './vault.js'
import { beginWork } from './work.js'

/** What a rule says of one subject in this turn. */
export type Judgement = {
  readonly rule: Rule
  readonly subject: Subject
  readonly values: MeasureValues
  readonly when: ConditionResult
  readonly state: RuleInstanceState
  /** What changed in this turn. */
  readonly change: 'fired' | 'rearmed' | 'none'
  /** Why it could not act though it should; a person must know. */
  readonly blocked?: string
  /** The condition could not be evaluated: not for want of data, but because evaluating it failed. */
  readonly fault?: string
}

/** The class by which the action matrix judges a rule's alerts. */
export function alertClass(rule: Rule): ActionClass {
  return rule.scope.kind === 'input' ? 'report-input' : 'alert'
}

/**
 * One rule on one subject: armed, it fires when its condition holds and its cool-down is over; fired, it is armed again when
 * the re-arm condition has held for its time without a break and the condition no longer holds. What is unknown neither
 * fires nor re-arms; nor do figures that the action matrix refuses to tell about.
 */
export function judgeRule(context: DecideContext, rule: Rule, subject: Subject): Judgement {
  const key = instanceKey(rule.id, subject.scope)
  const before = context.draft.get('instances', key) ?? ARMED
  const values = measureValues(subject, context.draft.get('equity', scopeKey(subject.scope)))
  const when = rule.when.evaluate(values)
  const rearm = rule.rearm.when.evaluate(values)
  const fault = when.fault ?? rearm.fault
  const judged = { rule, subject, values, when, ...(fault === undefined ? {} : { fault }) }
  const done = (state: RuleInstanceState, change: Judgement['change'], blocked?: string): Judgement => {
    if (state !== before) context.draft.set('instances', key, state)
    return { ...judged, state, change, ...(blocked === undefined ? {} : { blocked }) }
  }
  const trusted = permits(alertClass(rule), qualityOf(subject)) !== 'refused'
  if (before.phase === 'fired' || before.denied !== undefined) {
    const rested = restedState(context.now, rule, before, rearm.holds === true && when.holds === false && trusted)
    if (rested.phase === 'armed' && (before.phase === 'fired' || rested.denied === undefined)) {
      return done(rested, before.phase === 'fired' ? 'rearmed' : 'none')
    }
    const again = isRepeatDue(context.now, rule, before, when) || isRetryDue(context, rule, before)
    if (before.phase === 'fired' && !again) return done(rested, 'none')
    return attempt(rested)
  }
  return attempt(before)

  function attempt(state: RuleInstanceState): Judgement {
    if (when.holds !== true) return done(state, 'none')
    const { firedAt } = state
    if (state.phase === 'armed' && firedAt !== undefined && context.now - firedAt < rule.cooldownMs)
      return done(state, 'none')
    if (rule.action.kind === 'alert') {
      if (!trusted || state.phase === 'fired') return done(state, 'none')
      return done({ ...state, phase: 'fired', firedAt: context.now, count: state.count + 1 }, 'fired')
    }
    const acted = act(context, rule, rule.action, subject, when, state)
    return done(acted.state, acted.fired ? 'fired' : 'none', acted.blocked)
  }
}

/** Follows the re-arm condition over time. A refusal that was recorded is forgotten when the rule is at rest again. */
function restedState(now: number, rule: Rule, before: RuleInstanceState, recovered: boolean): RuleInstanceState {
  const { rearmSince, denied: _, ...rest } = before
  if (!recovered) return rearmSince === undefined ? before : withoutSince(before)
  const since = rearmSince ?? now
  if (now - since < rule.rearm.afterMs) return rearmSince === undefined ? { ...before, rearmSince: since } : before
  return { ...rest, phase: 'armed', episode: before.episode + 1, count: 0 }
}

function withoutSince({ rearmSince: _, ...state }: RuleInstanceState): RuleInstanceState {
  return state
}

function isRepeatDue(now: number, rule: Rule, { actedAt }: RuleInstanceState, when: ConditionResult): boolean {
  return rule.repeatMs !== undefined && when.holds === true && now - (actedAt ?? now) >= rule.repeatMs
}

/** Its orders are all done and one ended short of its size: the need is what is left, judged anew after the cool-down. */
function isRetryDue(context: DecideContext, rule: Rule, { orders = [], actedAt }: RuleInstanceState): boolean {
  if (orders.length === 0 || context.now - (actedAt ?? context.now) < Math.max(rule.cooldownMs, RETRY_MS)) return false
  return orders.some((id) => cameShort(context.orders, id)) && !orders.some((id) => isUnderWay(context, id))
}

/** An order that came short is not tried again sooner than this, whatever the cool-down. */
const RETRY_MS = 5_000

function isUnderWay(context: DecideContext, id: string): boolean {
  if (context.draft.get('working', id) !== undefined) return true
  const order = context.orders.orders.find((one) => one.id === id)
  return order !== undefined && isLive(order.status)
}

type Acted = { readonly state: RuleInstanceState; readonly fired: boolean; readonly blocked?: string }

/** Plans the action within bounds, asks halts and the action matrix, and records what came of it. */
function act(
  context: DecideContext,
  rule: Rule,
  action: RiskAction,
  subject: Subject,
  when: ConditionResult,
  state: RuleInstanceState,
): Acted {
  const { assessment, now, draft } = context
  const market = planMarketOf(context)
  const used = draft.get('used', rule.id) ?? []
  const key = instanceKey(rule.id, subject.scope)
  const memory = {
    ...memoryOf((section) => draft.get(section, key)),
    ...(state.anchors === undefined ? {} : { anchors: state.anchors }),
  }
  const plan = planAction(action, subject, assessment, market, roomOf(rule.bounds, used, now), memory)
  const quality = qualityOf(subject)
  if (!plan.ok) {
    if (plan.code === 'nothing-to-do') return { state, fired: false }
    if (plan.code === 'no-quote' || plan.code === 'no-data') return { state, fired: false, blocked: plan.reason }
    const wanted = planAction(action, subject, assessment, market, { left: {}, because: {} }, memory)
    return { state: wanted.ok ? deny(wanted.actions, plan.code, plan.reason) : state, fired: false }
  }
  const halt = haltOver(context, subject.scope, plan.actions)
  if (halt !== undefined) return { state: deny(plan.actions, 'halted', halt), fired: false }
  const allowed = plan.actions.filter((one) => permits(one.actionClass, qualityOfAction(quality, one)) !== 'refused')
  if (allowed.length === 0 || (plan.together === true && allowed.length < plan.actions.length))
    return { state: deny(plan.actions, 'guard', guardReason(quality, plan.actions, subject)), fired: false }
  const stage = stageOf(context, rule)
  if (stage === 'approve' && waitsForPeople(context, rule.id, subject.scope)) return { state, fired: false }
  const styled = allowed.map((one) => withStyle(rule, one))
  const kept = styled.map((one) => ({ one, passage: passageOf(context, rule.id, stage, one) }))
  const passed = kept.flatMap(({ one, passage }) => (passage.ok ? [{ one, outcome: passage.outcome }] : []))
  const refused = kept.flatMap(({ one, passage }) => (passage.ok || passage.waits ? [] : [{ one, passage }]))
  if (passed.length === 0 || (plan.together === true && passed.length < kept.length)) return heldBack(refused)
  const orders: string[] = []
  for (const [index, { one, outcome }] of passed.entries()) {
    const inputs = mergeInputs(decisionInputs(context, subject), one.inputs)
    const named = permits(one.actionClass, qualityOfAction(quality, one)) === 'named' ? [olderDataText(inputs)] : []
    const decision = record(context, {
      rule: rule.id,
      stage,
      scope: subject.scope,
      action: one.action,
      outcome,
      condition: rule.when.text,
      terms: when.terms,
      inputs,
      reasons: [...one.notes, ...named],
      cause: [state.episode, state.count, index],
    })
    noteRecord(context, rule, false)
    if (one.action.kind === 'order' && (outcome === 'sent' || outcome === 'papered')) orders.push(decision.id)
    if (outcome === 'pending') askPeople(context, rule, decision, one)
    beginWork(context, decision, one.actionClass)
  }
  if (Object.keys(rule.bounds).length > 0) {
    draft.set('used', rule.id, withUse(used, { time: now, amounts: sumAmounts(passed.map(({ one }) => one)) }))
  }
  if (plan.rounds !== undefined) draft.set('rounds', key, plan.rounds)
  if (action.kind === 'halt' && (stage === 'paper' || stage === 'live')) {
    draft.set('halts', scopeKey(subject.scope), { since: now, by: rule.id, reason: action.reason })
  }
  if (action.kind === 'kill' && (stage === 'paper' || stage === 'live')) {
    beginKill(context, scopeKey(subject.scope), { mode: action.mode, by: rule.id, reason: action.reason })
  }
  const { denied: _, orders: __, ...rest } = state
  return {
    state: {
      ...rest,
      phase: 'fired',
      firedAt: state.phase === 'fired' ? (state.firedAt ?? now) : now,
      actedAt: now,
      count: state.count + 1,
      ...(orders.length === 0 ? {} : { orders }),
      ...(plan.anchors === undefined ? {} : { anchors: plan.anchors }),
    },
    fired: true,
  }

  /** What passes by itself is waited for; what does not is recorded once, and told. */
  function heldBack(refused: readonly { readonly one: PlannedAction; readonly passage: Refused }[]): Acted {
    const [first] = refused
    if (first === undefined) return { state, fired: false }
    const { code, reason } = first.passage
    return { state: deny([first.one], code, reason), fired: false, blocked: reason }
  }

  function deny(actions: readonly PlannedAction[], code: string, reason: string): RuleInstanceState {
    const known = state.denied ?? []
    if (known.includes(code)) return state
    for (const [index, one] of actions.entries()) {
      record(context, {
        rule: rule.id,
        stage: stageOf(context, rule),
        scope: subject.scope,
        action: one.action,
        outcome: 'denied',
        condition: rule.when.text,
        terms: when.terms,
        inputs: mergeInputs(decisionInputs(context, subject), one.inputs),
        reasons: [reason, ...one.notes],
        cause: [state.episode, state.count, index, code],
      })
      noteRecord(context, rule, true)
    }
    return { ...state, denied: [...known, code].sort(), count: state.count + 1 }
  }
}

type Refused = Extract<Passage, { ok: false }>

/** Orders of a rule are worked as the rule says. */
function withStyle(rule: Rule, planned: PlannedAction): PlannedAction {
  const { action } = planned
  if (rule.execution === undefined || action.kind !== 'order') return planned
  return { ...planned, action: { ...action, style: rule.execution } }
}

/** The worst of what the action rests on: its subject's numbers and what it read itself. */
function qualityOfAction(quality: Quality, { inputs }: PlannedAction): Quality {
  return inputs.reduce((worst, input) => worseQuality(worst, input.quality), quality)
}

function guardReason(quality: Quality, actions: readonly PlannedAction[], subject: Subject): string {
  const [first] = actions
  const worst = actions.reduce((sum, one) => worseQuality(sum, qualityOfAction(quality, one)), quality)
  const verb = first?.actionClass === 'open' ? 'opened' : 'reduced'
  return `oracle guard: risk is not ${verb} on ${worst} data${missingText(subject)}`
}

/** What the subject's numbers lack, where something is missing: the first to look for. */
export function missingText(subject: Subject): string {
  const missing = 'view' in subject ? subject.view.missing : []
  return missing.length === 0 ? '' : `; missing: ${missing.join(', ')}`
}

/** Which inputs are not live, and how old they are. */
function olderDataText(inputs: readonly DecisionInput[]): string {
  const older = inputs.filter(({ quality }) => quality !== 'live')
  const parts = older.map(
    ({ name, quality, ageMs }) => `${name} is ${quality}${ageMs === undefined ? '' : `, ${durationText(ageMs)} old`}`,
  )
  return `rests on older or doubted data: ${parts.join('; ')}`
}

function mergeInputs(subject: readonly DecisionInput[], own: readonly DecisionInput[]): readonly DecisionInput[] {
  return [...subject.filter(({ name }) => !own.some((one) => one.name === name)), ...own]
}

function sumAmounts(actions: readonly PlannedAction[]): Readonly<Record<string, string>> {
  const sums: Record<string, bigint> = {}
  for (const { amounts } of actions) {
    for (const [unit, amount] of Object.entries(amounts)) sums[unit] = (sums[unit] ?? 0n) + amount
  }
  return Object.fromEntries(
    Object.keys(sums)
      .sort()
      .map((unit) => [unit, fromUnits(sums[unit] ?? 0n)]),
  )
}
