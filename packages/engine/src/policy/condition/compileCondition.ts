import { type ASTNode, Environment, type SourceRange, serialize } from '@marcbachmann/cel-js'
import { didYouMean, suggest } from '../../text/suggest.js'
import type { DiagnosticCode } from '../configuration/diagnostic.js'
import { MEASURES, type Measure, measuresOfScope, type ScopeKind } from '../measure.js'
import type { Condition } from './condition.js'
import { type DimensionComplaint, dimensionOf, UNIT_FUNCTIONS } from './dimension.js'
import { conditionOf } from './evaluate.js'

/** What is wrong with a condition, and where in its text. */
export type ConditionComplaint = {
  readonly code: DiagnosticCode
  readonly message: string
  readonly start: number
  readonly end: number
  readonly allowed?: string
  readonly suggestion?: string
}

export type ConditionScope = {
  readonly kind: ScopeKind
  /** Underlyings in scope: `btc(3)` is a number in BTC, and allowed where only BTC is. */
  readonly underlyings: readonly string[]
}

export type CompiledCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly complaints: readonly ConditionComplaint[] }

const OPERATORS = new Set([
  'value',
  'id',
  'call',
  'list',
  'in',
  '?:',
  '||',
  '&&',
  '!_',
  '-_',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
])

/**
 * Compiles a condition for a scope: parsed as CEL, limited to arithmetic, comparison and logic, checked for types and units.
 *
 * Whole numbers count as decimals (`delta > 3` and `3 / 4` mean what they say). A number takes the unit of the measure it is
 * held against, or says its own: `btc(3)`, `usd(5000)`, `percent(2)`, `bps(20)`, `minutes(15)`.
 */
export function compileCondition(text: string, scope: ConditionScope): CompiledCondition {
  const environment = environmentOf(scope)
  const parsed = parse(environment, text)
  if ('complaints' in parsed) return { ok: false, complaints: parsed.complaints }
  const { ast, checkType, originalRange } = parsed
  const complaints = [...namesAndForms(ast, scope)]
  if (complaints.length === 0) {
    const checked = checkType()
    if (checked.type !== 'bool') complaints.push(typeComplaint(checked, ast))
  }
  if (complaints.length === 0) {
    const found: DimensionComplaint[] = []
    dimensionOf(ast, found)
    complaints.push(
      ...found.map(({ node, message, allowed }) => ({
        code: 'WRONG_UNIT' as const,
        message,
        start: node.start,
        end: node.end,
        ...(allowed === undefined ? {} : { allowed }),
      })),
    )
  }
  if (complaints.length > 0) {
    return { ok: false, complaints: complaints.map((one) => ({ ...one, ...originalRange(one) })) }
  }
  const program = (node: ASTNode) => environment.parse(serialize(node))
  return { ok: true, condition: conditionOf(text, ast, program) }
}

function environmentOf(scope: ConditionScope): Environment {
  const environment = new Environment()
  for (const { name, unit } of measuresOfScope(scope.kind)) {
    environment.registerVariable(name, unit === 'text' ? 'string' : 'double')
  }
  environment.registerFunction('abs(double): double', (x: number) => Math.abs(x))
  environment.registerFunction('min(double, double): double', (x: number, y: number) => Math.min(x, y))
  environment.registerFunction('max(double, double): double', (x: number, y: number) => Math.max(x, y))
  for (const [name, { factor }] of Object.entries(UNIT_FUNCTIONS)) {
    environment.registerFunction(`${name}(double): double`, (x: number) => x * factor)
  }
  for (const name of coinFunctions(scope)) environment.registerFunction(`${name}(double): double`, (x: number) => x)
  return environment
}

function coinFunctions(scope: ConditionScope): readonly string[] {
  const [only, ...others] = scope.kind === 'underlying' ? scope.underlyings : []
  return only === undefined || others.length > 0 ? [] : [only.toLowerCase()]
}

type Parsed = {
  readonly ast: ASTNode
  readonly checkType: () => {
    readonly type?: string
    readonly error?: { readonly summary: string; readonly range?: SourceRange }
  }
  readonly originalRange: (range: SourceRange) => SourceRange
}

/** Parses; whole numbers become decimals, and places in the changed text are led back to the one that was written. */
function parse(
  environment: Environment,
  text: string,
): Parsed | { readonly complaints: readonly ConditionComplaint[] } {
  const first = tryParse(environment, text)
  if ('complaints' in first) return first
  const ends = wholeNumbers(first.ast)
    .map(({ end }) => end)
    .sort((a, b) => a - b)
  let changed = text
  for (const end of ends.toReversed()) changed = `${changed.slice(0, end)}.0${changed.slice(end)}`
  const second = tryParse(environment, changed)
  if ('complaints' in second) return second
  const original = (position: number) => {
    const before = ends.filter((end, index) => end + 2 * index < position).length
    return Math.min(text.length, Math.max(0, position - 2 * before))
  }
  return {
    ast: second.ast,
    checkType: () => second.check(),
    originalRange: ({ start, end }) => ({ start: original(start), end: original(end) }),
  }
}

function tryParse(environment: Environment, text: string) {
  try {
    return environment.parse(text)
  } catch (error) {
    const { summary, range, message } = error as { summary?: string; range?: SourceRange; message: string }
    const start = Math.min(range?.start ?? 0, Math.max(0, text.length - 1))
    const hint = syntaxHint(text)
    const complaint: ConditionComplaint = {
      code: 'CONDITION',
      message: `not a condition: ${firstLine(summary ?? message)}`,
      start,
      end: Math.max(start + 1, range?.end ?? 0),
      ...(hint === undefined ? {} : { suggestion: hint }),
    }
    return { complaints: [complaint] }
  }
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n')
  return line.charAt(0).toLowerCase() + line.slice(1)
}

function syntaxHint(text: string): string | undefined {
  const percent = /(\d+(?:\.\d+)?)\s*%/.exec(text)
  if (percent !== null) return `percent(${percent[1]})`
  const quantity = /(\d+(?:\.\d+)?)\s+([A-Za-z]+)\b/.exec(text)
  if (quantity !== null && !['and', 'or'].includes(quantity[2]!.toLowerCase())) {
    const meant = suggest(quantity[2]!, Object.keys(UNIT_FUNCTIONS)) ?? quantity[2]!.toLowerCase()
    return `${meant}(${quantity[1]})`
  }
  if (/\b(and|or|not)\b/i.test(text)) return 'write && for and, || for or, ! for not'
  return /[^=!<>]=[^=]/.test(text) ? 'write == to compare' : undefined
}

function wholeNumbers(node: ASTNode): readonly ASTNode[] {
  if (node.op === 'value') return typeof node.args === 'bigint' ? [node] : []
  return childrenOf(node).flatMap(wholeNumbers)
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case 'call':
      return node.args[1]
    case '-_':
    case '!_':
      return [node.args]
    default:
      return (node.args as readonly unknown[])
        .flatMap((arg) => (Array.isArray(arg) ? (arg as ASTNode[]) : [arg as ASTNode]))
        .filter((arg) => typeof arg === 'object' && arg !== null && 'op' in arg)
  }
}

/** Unknown names, measures of other scopes, and forms of CEL that conditions have no use for. */
function namesAndForms(node: ASTNode, scope: ConditionScope): readonly ConditionComplaint[] {
  const here = { start: node.start, end: node.end }
  if (!OPERATORS.has(node.op)) {
    const allowed = 'measures, numbers, text, + - * /, comparisons, && || !, ?:, in [..], and functions'
    return [{ code: 'CONDITION', message: 'this form is not part of conditions', ...here, allowed }]
  }
  const own =
    node.op === 'id'
      ? unknownMeasure(node.args, scope)
      : node.op === 'call'
        ? unknownFunction(node.args[0], scope)
        : undefined
  const below = childrenOf(node).flatMap((child) => namesAndForms(child, scope))
  return own === undefined ? below : [{ ...own, ...here }, ...below]
}

type Wrong = Omit<ConditionComplaint, 'start' | 'end'>

function unknownMeasure(name: string, scope: ConditionScope): Wrong | undefined {
  const here = measuresOfScope(scope.kind)
  if (here.some((measure) => measure.name === name)) return undefined
  const elsewhere: Measure | undefined = MEASURES.find((measure) => measure.name === name)
  const allowed = here.map((measure) => measure.name).join(', ')
  if (elsewhere !== undefined) {
    const message = `'${name}' does not exist in scope ${scope.kind}`
    return { code: 'UNKNOWN_MEASURE', message, allowed, suggestion: `scope: ${elsewhere.scopes.join(' or ')}` }
  }
  const near = suggest(
    name,
    here.map((measure) => measure.name),
  )
  return {
    code: 'UNKNOWN_MEASURE',
    message: `unknown measure '${name}'`,
    allowed,
    ...(near === undefined ? {} : { suggestion: `did you mean '${near}'?` }),
  }
}

function unknownFunction(name: string, scope: ConditionScope): Wrong | undefined {
  const allowed = ['abs', 'min', 'max', ...Object.keys(UNIT_FUNCTIONS), ...coinFunctions(scope)]
  if (allowed.includes(name)) return undefined
  return {
    code: 'CONDITION',
    message: `unknown function '${name}'${didYouMean(name, allowed)}`,
    allowed: allowed.map((one) => `${one}()`).join(', '),
  }
}

function typeComplaint(
  checked: { readonly type?: string; readonly error?: { readonly summary: string; readonly range?: SourceRange } },
  ast: ASTNode,
): ConditionComplaint {
  const start = checked.error?.range?.start ?? ast.start
  const end = checked.error?.range?.end ?? ast.end
  const message =
    checked.error === undefined
      ? `a condition is true or false; this is a ${typeText(checked.type ?? '')}`
      : typeText(firstLine(checked.error.summary))
  return {
    code: 'CONDITION',
    message,
    start,
    end,
    ...(checked.error === undefined ? { suggestion: 'compare it: `… > 3`' } : {}),
  }
}

/** The library's names of types in the words of this format. */
function typeText(text: string): string {
  return text
    .replaceAll(/\bdouble\b/g, 'number')
    .replaceAll(/\bstring\b/g, 'text')
    .replaceAll(/\bbool\b/g, 'true/false')
}
