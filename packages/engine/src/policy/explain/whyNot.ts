import type { Assessment } from '../../assess/assessment.js'
import type { DecisionInput, Scope, Stage } from '../../decision.js'
import { durationText } from '../../market/names.js'
import { permits } from '../../market/permits.js'
import { NO_ORDERS, type OrdersView } from '../../order/tracked.js'
import { suggest } from '../../text/suggest.js'
import { roomOf } from '../bounds.js'
import { waitsForPeople } from '../decide/approvals.js'
import { type DecideMarket, decisionInput, planMarketOf } from '../decide/context.js'
import { haltOver } from '../decide/halts.js'
import { alertClass, missingText } from '../decide/judgeRule.js'
import { passageOf } from '../decide/passage.js'
import { memoryOf } from '../decide/vault.js'
import { draftOf } from '../draft.js'
import { fromUnits } from '../exact.js'
import { measureValues } from '../measureValues.js'
import { planAction } from '../plan/planAction.js'
import type { Rule, Rulebook } from '../rulebook.js'
import { ARMED, instanceKey, type RuleState, scopeKey } from '../state.js'
import { inputsOf, qualityOf, type Subject, subjectsOf } from '../subject.js'
import { actionText, inputText, scopeText, section } from './explainDecision.js'
import { memoryText } from './memoryText.js'
import { explainTerm, type Flip, flipsOf, type TermExplanation, termText } from './term.js'

/** Why a rule did not act, on everything in its scope; or that there is no such rule. */
export type WhyNot =
  | {
      readonly ok: true
      readonly rule: string
      readonly ruleAt: { readonly file: string; readonly line: number }
      readonly condition: string
      readonly stage: Stage
      readonly instances: readonly WhyNotInstance[]
      readonly text: string
    }
  | { readonly ok: false; readonly message: string; readonly suggestion?: string }

export type WhyNotInstance = {
  readonly scope: Scope
  /** True: nothing stands in its way, it acts in the next turn if nothing changes. */
  readonly wouldAct: boolean
  readonly holds: boolean | 'unknown'
  readonly terms: readonly TermExplanation[]
  /** Everything that stands in its way, the condition first. */
  readonly blocks: readonly Block[]
  /** Changes that would turn the condition, nearest first. */
  readonly flips: readonly Flip[]
  readonly inputs: readonly DecisionInput[]
  /** What it would do, where it can be said. */
  readonly wouldDo: readonly string[]
  /** What the rule remembers of it: floor, rounds. */
  readonly remembers: readonly string[]
}

export type Block = {
  /** `way`: what is under way, the line, the venue's state or a pre-trade control. */
  readonly kind:
    | 'condition'
    | 'unknown'
    | 'fired'
    | 'cooldown'
    | 'quality'
    | 'bounds'
    | 'halted'
    | 'plan'
    | 'way'
    | 'stage'
  readonly text: string
}

/**
 * Why a rule does not act now: its condition and what would flip it, re-arm and cool-down with the time that is left, bounds,
 * quality of its inputs, halts and stage.
 *
 * @param market - where it is at hand, values of inputs are shown and the action is planned; else left out.
 * @param orders - what is under way and how the lines stand: what keeps an action back at stages that send.
 */
export function whyNot(
  rulebook: Rulebook,
  ruleId: string,
  state: RuleState,
  assessment: Assessment,
  market?: DecideMarket,
  orders: OrdersView = NO_ORDERS,
): WhyNot {
  const rule = rulebook.rules.find(({ id }) => id === ruleId)
  if (rule === undefined) {
    const ids = rulebook.rules.map(({ id }) => id)
    const near = suggest(ruleId, ids)
    const message = `there is no rule '${ruleId}'; there are: ${ids.join(', ')}`
    return { ok: false, message, ...(near === undefined ? {} : { suggestion: near }) }
  }
  const stage = state.stages[rule.id] ?? rule.stage
  const instances = subjectsOf(rule.scope, assessment).map((subject) =>
    instanceOf({ rulebook, rule, stage, state, assessment, market, orders }, subject),
  )
  const ruleAt = { file: rulebook.configuration.file, line: rule.line }
  const head = `rule ${rule.id} (${ruleAt.file}:${ruleAt.line}), stage ${stage}: ${rule.when.text}`
  const body = instances.length === 0 ? ['  nothing is in its scope now'] : instances.map(instanceText)
  return {
    ok: true,
    rule: rule.id,
    ruleAt,
    condition: rule.when.text,
    stage,
    instances,
    text: [head, ...body].join('\n'),
  }
}

type Question = {
  readonly rulebook: Rulebook
  readonly rule: Rule
  readonly stage: Stage
  readonly state: RuleState
  readonly assessment: Assessment
  readonly market: DecideMarket | undefined
  readonly orders: OrdersView
}

function instanceOf(question: Question, subject: Subject): WhyNotInstance {
  const { rule, state, assessment, market } = question
  const underlying = subject.scope.kind === 'underlying' ? subject.scope.underlying : undefined
  const values = measureValues(subject, state.equity[scopeKey(subject.scope)])
  const when = rule.when.evaluate(values)
  const terms = when.terms.map((term) => explainTerm(term, underlying))
  const planned = planOf(question, subject)
  const blocks = [
    ...conditionBlocks(when.holds, terms, when.fault),
    ...timeBlocks(question, subject, underlying, when.holds === true),
    ...qualityBlocks(question, subject),
    ...planned.blocks,
    ...stageBlocks(question.stage, rule),
  ]
  return {
    scope: subject.scope,
    wouldAct: blocks.every(({ kind }) => kind === 'stage'),
    holds: when.holds,
    terms,
    blocks,
    flips: when.holds === false ? flipsOf(terms, false) : [],
    inputs: inputsOf(subject, assessment).map((input) => decisionInput(market, input)),
    wouldDo: planned.wouldDo,
    remembers: memoryText(memoryOf((section) => state[section][instanceKey(rule.id, subject.scope)])),
  }
}

function conditionBlocks(
  holds: boolean | 'unknown',
  terms: readonly TermExplanation[],
  fault?: string,
): readonly Block[] {
  if (fault !== undefined) return [{ kind: 'unknown', text: `the condition failed: ${fault}` }]
  if (holds === 'unknown') {
    const unknown = [...new Set(terms.filter((term) => term.holds === 'unknown').map(({ measure }) => measure))]
    return [{ kind: 'unknown', text: `the condition is unknown for want of ${unknown.join(', ')}` }]
  }
  return holds ? [] : [{ kind: 'condition', text: 'the condition does not hold' }]
}

function timeBlocks(
  { rule, state, assessment }: Question,
  subject: Subject,
  underlying: string | undefined,
  holds: boolean,
): readonly Block[] {
  const instance = state.instances[instanceKey(rule.id, subject.scope)] ?? ARMED
  const { firedAt, rearmSince, phase } = instance
  const now = assessment.time
  if (phase === 'fired' && rule.repeatMs !== undefined && holds) {
    const rest = (instance.actedAt ?? now) + rule.repeatMs - now
    return rest > 0 ? [{ kind: 'cooldown', text: `it looks again in ${durationText(rest)}` }] : []
  }
  if (phase === 'fired') {
    const rearm = rule.rearm.when.evaluate(measureValues(subject, state.equity[scopeKey(subject.scope)]))
    const need = rule.rearm.afterMs === 0 ? '' : ` for ${durationText(rule.rearm.afterMs)}`
    const left = rearmSince === undefined ? undefined : Math.max(0, rule.rearm.afterMs - (now - rearmSince))
    const since = firedAt === undefined ? '' : ` ${durationText(now - firedAt)} ago`
    const terms = rearm.terms.map((term) => explainTerm(term, underlying))
    const flips = flipsOf(terms, false).map(({ text }) => text)
    const progress =
      left !== undefined ? `it holds, ${durationText(left)} are left` : ['it does not hold yet', ...flips].join('; ')
    return [{ kind: 'fired', text: `it fired${since} and waits for ${rule.rearm.when.text}${need}: ${progress}` }]
  }
  const rest = firedAt === undefined ? 0 : firedAt + rule.cooldownMs - now
  return rest > 0 ? [{ kind: 'cooldown', text: `it cools down for another ${durationText(rest)}` }] : []
}

function qualityBlocks({ rule }: Question, subject: Subject): readonly Block[] {
  const quality = qualityOf(subject)
  if (rule.action.kind !== 'alert' || permits(alertClass(rule), quality) !== 'refused') return []
  return [
    { kind: 'quality', text: `its figures rest on ${quality} data, and are not told; that the data is ${quality} is` },
  ]
}

function planOf(
  { rulebook, rule, stage, state, assessment, market, orders }: Question,
  subject: Subject,
): { readonly blocks: readonly Block[]; readonly wouldDo: readonly string[] } {
  const { action } = rule
  if (action.kind === 'alert') return { blocks: [], wouldDo: [] }
  const room = roomOf(rule.bounds, state.used[rule.id] ?? [], assessment.time)
  const spent = Object.keys(room.left).filter((unit) => room.left[unit] === 0n)
  const bounds = spent.map((unit): Block => ({ kind: 'bounds', text: `nothing is left of ${room.because[unit]}` }))
  if (market === undefined) return { blocks: bounds, wouldDo: [] }
  const key = instanceKey(rule.id, subject.scope)
  const { anchors } = state.instances[key] ?? ARMED
  const memory = { ...memoryOf((section) => state[section][key]), ...(anchors === undefined ? {} : { anchors }) }
  const plan = planAction(action, subject, assessment, planMarketOf({ market, orders }), room, memory)
  if (!plan.ok) return { blocks: bounds.length > 0 ? bounds : [{ kind: 'plan', text: plan.reason }], wouldDo: [] }
  const halt = haltOver({ draft: draftOf(state), rulebook }, subject.scope, plan.actions)
  const refused = plan.actions.filter(({ actionClass }) => permits(actionClass, qualityOf(subject)) === 'refused')
  const blocks: Block[] = [...bounds]
  if (halt !== undefined) blocks.push({ kind: 'halted', text: halt })
  if (refused.length === plan.actions.length) {
    const [first] = refused
    blocks.push({
      kind: 'quality',
      text: `the oracle guard refuses ${first?.actionClass ?? ''} on ${qualityOf(subject)} data${missingText(subject)}`,
    })
  }
  // Asked of a draft that is thrown away: asking must not use anything up.
  const context = { rulebook, assessment, market, now: assessment.time, draft: draftOf(state), orders, decisions: [] }
  if (stage === 'approve' && waitsForPeople(context, rule.id, subject.scope)) {
    blocks.push({ kind: 'way', text: 'a decision of its waits for a person already' })
  }
  const kept = plan.actions.map((one) => passageOf(context, rule.id, stage, one))
  if (kept.every(({ ok }) => !ok)) {
    for (const passage of kept) if (!passage.ok) blocks.push({ kind: 'way', text: passage.reason })
  }
  const left = Object.keys(room.left).map((unit) => `bounds leave ${fromUnits(room.left[unit] ?? 0n)} ${unit}`)
  return { blocks, wouldDo: [...plan.actions.map((one) => actionText(one.action)), ...left] }
}

function stageBlocks(stage: Stage, { action }: Rule): readonly Block[] {
  const texts: Readonly<Record<Stage, string | undefined>> = {
    plan: 'stage plan: it is recorded, nothing is sent',
    shadow: action.kind === 'alert' ? undefined : 'stage shadow: it is recorded, nothing is sent',
    paper: action.kind === 'alert' ? undefined : 'stage paper: it is filled on paper only',
    approve: action.kind === 'alert' ? undefined : 'stage approve: a person must confirm it',
    live: undefined,
  }
  const text = texts[stage]
  return text === undefined ? [] : [{ kind: 'stage', text }]
}

function instanceText({ scope, wouldAct, terms, blocks, flips, inputs, wouldDo, remembers }: WhyNotInstance): string {
  const verdict = wouldAct ? 'would act in the next turn' : 'does not act'
  return [
    `${scopeText(scope)}: ${verdict}`,
    ...section('terms', terms.map(termText)),
    ...section(
      'blocks',
      blocks.map(({ text }) => text),
    ),
    ...section(
      'flips',
      flips.map(({ text }) => text),
    ),
    ...section('would', wouldDo),
    ...section('memory', remembers),
    ...section('inputs', inputs.map(inputText)),
  ].join('\n')
}
