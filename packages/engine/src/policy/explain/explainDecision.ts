import type { Action, Decision, DecisionInput, Scope } from '../../decision.js'
import { durationText } from '../../market/names.js'
import { instantText } from '../configuration/instant.js'
import type { Rulebook } from '../rulebook.js'
import { scopeKey } from '../state.js'
import { explainTerm, type Flip, flipsOf, type TermExplanation, termText } from './term.js'

/** Why a decision was made, as data and as text. */
export type DecisionExplanation = {
  readonly decision: Decision
  /** Where the rule stands in the configuration file; absent for decisions of the engine itself. */
  readonly ruleAt?: { readonly file: string; readonly line: number }
  readonly action: string
  readonly terms: readonly TermExplanation[]
  /** Changes that would have turned the condition, nearest first. */
  readonly flips: readonly Flip[]
  readonly text: string
}

/** Explains a decision: the rule, the binding condition, every input with its age and source, and what would have flipped it. */
export function explainDecision(decision: Decision, rulebook: Rulebook): DecisionExplanation {
  const rule = rulebook.rules.find(({ id }) => id === decision.rule)
  const underlying = decision.scope.kind === 'underlying' ? decision.scope.underlying : undefined
  const terms = decision.terms.map((term) => explainTerm(term, underlying))
  const flips = flipsOf(terms, true)
  const action = actionText(decision.action)
  const ruleAt = rule === undefined ? undefined : { file: rulebook.configuration.file, line: rule.line }
  const text = [
    `decision ${decision.id}`,
    `  when     ${instantText(decision.time)}`,
    `  rule     ${decision.rule}${ruleAt === undefined ? ' (the engine itself)' : ` (${ruleAt.file}:${ruleAt.line})`}, stage ${decision.stage}`,
    `  scope    ${scopeKey(decision.scope)}`,
    `  action   ${action}`,
    `  outcome  ${decision.outcome}: ${OUTCOME_TEXT[decision.outcome]}`,
    ...(decision.condition === '' ? [] : [`  because  ${decision.condition}`]),
    ...terms.map((term) => `           ${termText(term)}`),
    ...section('reasons', decision.reasons),
    ...section('inputs', decision.inputs.map(inputText)),
    ...section(
      'flips',
      flips.map((flip) => flip.text),
    ),
  ].join('\n')
  return { decision, ...(ruleAt === undefined ? {} : { ruleAt }), action, terms, flips, text }
}

const OUTCOME_TEXT: Readonly<Record<Decision['outcome'], string>> = {
  planned: 'recorded, nothing is sent',
  papered: 'filled on paper',
  pending: 'waits for a person',
  sent: 'handed on',
  denied: 'refused by our own bounds or guard',
  expired: 'nobody confirmed it',
  done: 'done',
}

/** `index:BTC = 78000 USD, from deribit, 4.2 s old, live`. */
export function inputText({ name, value, unit, source, ageMs, quality }: DecisionInput): string {
  const age = ageMs === undefined ? 'never seen' : `${durationText(ageMs)} old`
  const shown = unit === 'quality' ? '' : ` = ${value} ${unit}`.trimEnd()
  return `${name}${shown}, from ${source === '' ? 'nowhere' : source}, ${age}, ${quality}`
}

/** An action in one line. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case 'alert':
      return `${action.tier} alert (${action.state}): ${action.summary}`
    case 'order': {
      const sells = action.size.startsWith('-')
      const size = sells ? action.size.slice(1) : action.size
      const only = action.reduceOnly ? ', reduce only' : ''
      return `${sells ? 'sell' : 'buy'} ${size} ${action.sizeUnit} of ${action.instrument} at ${action.limitPrice} ${action.priceUnit} or better for ${action.account} (${action.purpose}${only})`
    }
    case 'collateral':
      return `top up ${action.account} with ${action.amount} ${action.asset}`
    case 'cancel':
      if (action.order !== undefined) return `cancel order ${action.order} of ${action.account}`
      return `cancel ${action.instruments === 'all' ? 'all orders' : action.instruments.join(', ')} of ${action.account}`
    case 'halt':
      return `halt ${scopeText(action.scope)}: ${action.reason}`
    case 'kill-report':
      return killText(action)
    case 'stage':
      return `rule ${action.rule} from ${action.from} to ${action.to}, by ${action.by}`
    case 'adopt':
      return `what the venue says of ${action.account} is ours, by ${action.by}`
  }
}

function killText({ scope, mode, state, drill, confirmed, open }: Extract<Action, { kind: 'kill-report' }>): string {
  const words = {
    confirmed: 'confirmed by the venue',
    working: 'at work',
    incomplete: 'not complete',
    resumed: 'is over',
  }
  const rest = open.map(({ what, why }) => `${what} (${why})`).join('; ')
  const done = confirmed.length === 0 ? '' : `; done: ${confirmed.join(', ')}`
  return `${drill ? 'drill of ' : ''}kill ${scope} (${mode}) ${words[state]}${done}${rest === '' ? '' : `; open: ${rest}`}`
}

export function scopeText(scope: Scope): string {
  switch (scope.kind) {
    case 'account':
      return `account ${scope.account}`
    case 'portfolio':
      return `portfolio ${scope.portfolio}`
    case 'underlying':
      return `${scope.underlying} in portfolio ${scope.portfolio}`
    case 'input':
      return `input ${scope.input}`
  }
}

export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(8)} ${line}`)
}
