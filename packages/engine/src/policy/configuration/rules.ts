import type { ExecutionStyle } from '../../decision.js'
import { suggest } from '../../text/suggest.js'
import { compileCondition } from '../condition/compileCondition.js'
import type { Condition } from '../condition/condition.js'
import type { RuleScope } from '../configuration.js'
import type { Rule } from '../rulebook.js'
import { actionOf } from './actions.js'
import type { Diagnostic } from './diagnostic.js'
import type { Path } from './page.js'
import { type ActionPart, actionPartSchema, type RuleFile, type ScopeFile, scopeSchema } from './rulesSchema.js'
import { childValue } from './schemaTree.js'
import type { YamlSource } from './yamlSource.js'

/** What rules may name: the accounts of the file, and what follows from them. */
export type Known = {
  readonly accounts: readonly { readonly id: string; readonly venue: string }[]
  readonly portfolios: readonly string[]
  readonly underlyings: readonly string[]
}

/** A rule of the file: as it stands, and, where it fits the schema, as read. */
export type PlacedRule = { readonly raw: unknown; readonly file: RuleFile | undefined }

/** Compiles rules; conditions are checked even where another part of their rule is wrong, so that all is told at once. */
export function rulesOf(
  source: YamlSource,
  placed: readonly PlacedRule[],
  known: Known,
): { readonly rules: readonly Rule[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const rules: Rule[] = []
  for (const [index, { raw, file }] of placed.entries()) {
    const path = ['rules', index]
    const scopeRead = scopeSchema.safeParse(childValue(raw, 'scope'))
    const scope = scopeRead.success ? scopeOf(scopeRead.data) : undefined
    if (scope === undefined) continue
    diagnostics.push(...unknownNames(source, [...path, 'scope'], scope, known))
    const when = conditionAt(source, [...path, 'when'], childValue(raw, 'when'), scope, known, diagnostics)
    const rearmPath = [...path, 'rearm', 'when']
    const rearm = conditionAt(
      source,
      rearmPath,
      childValue(childValue(raw, 'rearm'), 'when'),
      scope,
      known,
      diagnostics,
    )
    const id = childValue(raw, 'id')
    const first = placed.findIndex((other) => childValue(other.raw, 'id') === id)
    if (first !== index && typeof id === 'string') {
      const where = `the first is at line ${source.locate(['rules', first, 'id']).line}`
      diagnostics.push(
        source.diagnostic({
          code: 'DUPLICATE',
          path: [...path, 'id'],
          message: `rule '${id}' stands here twice; ${where}`,
        }),
      )
    }
    const part = actionPartOf(raw)
    const action = part === undefined ? { diagnostics: [] } : actionOf(source, path, part, scope, known)
    diagnostics.push(...action.diagnostics)
    if (file === undefined) continue
    if (file.repeat !== undefined && file.do.alert !== undefined) {
      const suggestion = 'alerts.group.repeat says how often an alert that stands is sent again'
      diagnostics.push(
        source.diagnostic({
          code: 'NOT_ALLOWED',
          path: [...path, 'repeat'],
          message: 'an alert fires once',
          suggestion,
        }),
      )
    }
    if (when === undefined || rearm === undefined || action.action === undefined) continue
    rules.push({
      id: file.id,
      scope,
      when,
      rearm: { when: rearm, afterMs: file.rearm.after },
      cooldownMs: file.cooldown,
      ...(file.repeat === undefined ? {} : { repeatMs: file.repeat }),
      bounds: boundsOf(file),
      stage: file.stage,
      ...laddered(file),
      action: action.action,
      line: source.locate(path).line,
    })
  }
  diagnostics.push(...repeatedTiers(source, rules))
  return { rules, diagnostics }
}

/** How its orders are worked, confirmed and promoted; only what the file says, so that the rulebook's hash covers just that. */
function laddered({ execution, approval, promotion }: RuleFile): Pick<Rule, 'execution' | 'approval' | 'promotion'> {
  const style = execution === undefined ? undefined : styleOf(execution)
  return {
    ...(style === undefined ? {} : { execution: style }),
    ...(approval === undefined
      ? {}
      : {
          approval: {
            withinMs: approval.within,
            ...(approval.fourEyesAbove === undefined ? {} : { fourEyesAbove: approval.fourEyesAbove }),
          },
        }),
    ...(promotion === undefined
      ? {}
      : { promotion: { afterMs: promotion.after, decisions: promotion.decisions, deniedShare: promotion.denied } }),
  }
}

function styleOf({ chase, postOnly, sliced }: NonNullable<RuleFile['execution']>): ExecutionStyle | undefined {
  if (chase !== undefined) return { kind: 'chase', everyMs: chase.every, moves: chase.moves }
  if (postOnly !== undefined) {
    return { kind: 'post-only', patienceMs: postOnly.patience, afterwards: postOnly.afterwards }
  }
  if (sliced === undefined) return undefined
  const { slices, every, participation } = sliced
  return { kind: 'sliced', slices, everyMs: every, participation }
}

/** Rules that share a subject are its tiers: each tier stands once, and all watch the same kind of thing. */
function repeatedTiers(source: YamlSource, rules: readonly Rule[]): readonly Diagnostic[] {
  return rules.flatMap((rule, index) => {
    const { action, scope } = rule
    if (action.kind !== 'alert') return []
    const place = { line: rule.line, column: 1, length: 1 }
    return rules.slice(0, index).flatMap((other) => {
      if (other.action.kind !== 'alert' || other.action.subject !== action.subject) return []
      const wrong =
        other.scope.kind !== scope.kind
          ? `watches another kind of thing than rule '${other.id}' of the same subject`
          : other.action.tier === action.tier
            ? `has the same tier as rule '${other.id}' of the same subject`
            : undefined
      if (wrong === undefined) return []
      return [
        source.diagnostic({ code: 'DUPLICATE', path: ['rules', index], message: `rule '${rule.id}' ${wrong}`, place }),
      ]
    })
  })
}

/** What the action's checks need of a rule, though other parts of the rule may be wrong. */
function actionPartOf(raw: unknown): ActionPart | undefined {
  const [id, action, bounds] = ['id', 'do', 'bounds'].map((key) => childValue(raw, key))
  const whole = actionPartSchema.safeParse({ id, do: action, bounds })
  if (whole.success) return whole.data
  const without = actionPartSchema.safeParse({ id, do: action })
  return without.success ? without.data : undefined
}

function boundsOf({ bounds }: RuleFile): Rule['bounds'] {
  return {
    ...(bounds.perAction === undefined ? {} : { perAction: bounds.perAction }),
    ...(bounds.perHour === undefined ? {} : { perHour: bounds.perHour }),
    ...(bounds.perDay === undefined ? {} : { perDay: bounds.perDay }),
  }
}

function scopeOf(file: ScopeFile): RuleScope {
  if (typeof file === 'string') {
    switch (file) {
      case 'account':
        return { kind: 'account', accounts: [] }
      case 'portfolio':
        return { kind: 'portfolio', portfolios: [] }
      case 'underlying':
        return { kind: 'underlying', underlyings: [], portfolios: [] }
      case 'input':
        return { kind: 'input', inputs: [] }
    }
  }
  if ('account' in file) return { kind: 'account', accounts: file.account }
  if ('input' in file) return { kind: 'input', inputs: file.input }
  if ('underlying' in file)
    return { kind: 'underlying', underlyings: file.underlying, portfolios: file.portfolio ?? [] }
  return { kind: 'portfolio', portfolios: file.portfolio }
}

function unknownNames(source: YamlSource, path: Path, scope: RuleScope, known: Known): readonly Diagnostic[] {
  const ids = known.accounts.map(({ id }) => id)
  switch (scope.kind) {
    case 'account':
      return unknown(source, path, 'account', scope.accounts, ids)
    case 'portfolio':
      return unknown(source, path, 'portfolio', scope.portfolios, known.portfolios)
    case 'underlying':
      return [
        ...unknown(source, path, 'underlying', scope.underlyings, known.underlyings),
        ...unknown(source, path, 'portfolio', scope.portfolios, known.portfolios),
      ]
    case 'input':
      return scope.inputs
        .filter((input) => !/^(index|asset|forward|surface|quote|account|feed|settlement)(:|$)/.test(input))
        .map((input) =>
          source.diagnostic({
            code: 'NOT_ALLOWED',
            path: [...path, 'input'],
            message: `'${input}' is not the beginning of an input's name`,
            allowed:
              'index:BTC, asset:USDC, forward:BTC:…, surface:BTC:…, quote:deribit:…, account:ID, feed:…, or the beginning of one',
          }),
        )
  }
}

const UNKNOWN = {
  account: 'UNKNOWN_ACCOUNT',
  portfolio: 'UNKNOWN_PORTFOLIO',
  underlying: 'UNKNOWN_UNDERLYING',
} as const

function unknown(
  source: YamlSource,
  path: Path,
  kind: 'account' | 'portfolio' | 'underlying',
  names: readonly string[],
  known: readonly string[],
): readonly Diagnostic[] {
  return names
    .map((name, index) => ({ name, index }))
    .filter(({ name }) => !known.includes(name))
    .map(({ name, index }) => {
      const near = suggest(name, known)
      const one = [...path, kind]
      return source.diagnostic({
        code: UNKNOWN[kind],
        path: source.has([...one, index]) ? [...one, index] : one,
        message: `unknown ${kind} '${name}'`,
        allowed: known.length === 0 ? undefined : known.join(', '),
        suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
      })
    })
}

function conditionAt(
  source: YamlSource,
  path: Path,
  text: unknown,
  scope: RuleScope,
  known: Known,
  diagnostics: Diagnostic[],
): Condition | undefined {
  if (typeof text !== 'string' || text === '') return undefined
  const underlyings =
    scope.kind !== 'underlying' ? [] : scope.underlyings.length > 0 ? scope.underlyings : known.underlyings
  const compiled = compileCondition(text, { kind: scope.kind, underlyings })
  if (compiled.ok) return compiled.condition
  for (const { start, end, ...detail } of compiled.complaints) {
    diagnostics.push(source.diagnostic({ ...detail, path, place: source.locateWithin(path, start, end) }))
  }
  return undefined
}
