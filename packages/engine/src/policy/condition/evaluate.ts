import type { ASTNode } from '@marcbachmann/cel-js'
import type { ConditionTerm } from '../../decision.js'
import { measureByName } from '../measure.js'
import type { Condition, ConditionResult, MeasureValues } from './condition.js'

type Truth = boolean | 'unknown'
type Program = (context: Record<string, unknown>) => unknown
type Compile = (node: ASTNode) => Program
type Trace = { readonly terms: ConditionTerm[]; fault?: string }
type Step = (values: MeasureValues, trace: Trace) => Truth

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/**
 * A condition over a type-checked syntax tree. Logic is Kleene's: `unknown` is neither true nor false, but `unknown || true`
 * is true and `unknown && false` is false. All comparisons are evaluated, so that a decision can show each of them.
 */
export function conditionOf(text: string, ast: ASTNode, compile: Compile): Condition {
  const step = stepOf(ast, compile)
  return {
    text,
    measures: measuresOf(ast),
    evaluate(values): ConditionResult {
      const trace: Trace = { terms: [] }
      const holds = step(values, trace)
      return trace.fault === undefined
        ? { holds, terms: trace.terms }
        : { holds: 'unknown', terms: trace.terms, fault: trace.fault }
    },
  }
}

function stepOf(node: ASTNode, compile: Compile): Step {
  switch (node.op) {
    case '&&':
    case '||': {
      const [left, right] = node.args.map((arg) => stepOf(arg, compile)) as [Step, Step]
      const absorbing = node.op === '||'
      return (values, trace) => {
        const a = left(values, trace)
        const b = right(values, trace)
        if (a === absorbing || b === absorbing) return absorbing
        return a === 'unknown' || b === 'unknown' ? 'unknown' : !absorbing
      }
    }
    case '!_': {
      const inner = stepOf(node.args, compile)
      return (values, trace) => {
        const truth = inner(values, trace)
        return truth === 'unknown' ? truth : !truth
      }
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      return comparisonOf(node.op, node.args, compile)
    default:
      return plainOf(node, compile)
  }
}

/** A comparison: both sides on their own, so that a missing or not-a-number side is unknown, never false. */
function comparisonOf(operator: string, [left, right]: readonly [ASTNode, ASTNode], compile: Compile): Step {
  const mirrored = measuresOf(left).length === 0 && measuresOf(right).length > 0 && MIRRORED[operator] !== undefined
  const [subject, limit] = mirrored ? [right, left] : [left, right]
  const sign = mirrored ? (MIRRORED[operator] ?? operator) : operator
  const subjectValue = sideOf(subject, compile)
  const limitValue = sideOf(limit, compile)
  const subjectText = subject.input.slice(subject.start, subject.end)
  const text = `${plain(subjectText)} ${sign} ${plain(limit.input.slice(limit.start, limit.end))}`
  const measure = measuresOf(subject)[0] ?? ''
  const unit = measureByName(measure)?.unit ?? ''
  return (values, trace) => {
    const value = subjectValue(values, trace)
    const threshold = limitValue(values, trace)
    const holds = value === undefined || threshold === undefined ? 'unknown' : compare(value, sign, threshold)
    trace.terms.push({ text, measure, value: shown(value), operator: sign, threshold: shown(threshold), unit, holds })
    return holds
  }
}

type Value = number | string | boolean

function sideOf(node: ASTNode, compile: Compile): (values: MeasureValues, trace: Trace) => Value | undefined {
  const program = compile(node)
  const measures = measuresOf(node)
  return (values, trace) => {
    const context = contextOf(measures, values)
    if (context === undefined) return undefined
    try {
      const value = program(context)
      if (typeof value === 'bigint') return Number(value)
      if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
      return typeof value === 'string' || typeof value === 'boolean' ? value : undefined
    } catch (error) {
      trace.fault ??= (error as Error).message.split('\n')[0] ?? 'failed'
      return undefined
    }
  }
}

/** What is neither logic nor comparison of numbers: membership, constants, choices. */
function plainOf(node: ASTNode, compile: Compile): Step {
  const evaluate = sideOf(node, compile)
  const text = node.input.slice(node.start, node.end)
  const measure = measuresOf(node)[0] ?? ''
  return (values, trace) => {
    const value = evaluate(values, trace)
    const holds = typeof value === 'boolean' ? value : 'unknown'
    if (measure !== '') {
      const read = values.get(measure)
      const term = {
        text,
        measure,
        value: shown(read),
        operator: node.op,
        threshold: 'unknown' as const,
        unit: measureByName(measure)?.unit ?? '',
      }
      trace.terms.push({ ...term, holds })
    }
    return holds
  }
}

function contextOf(measures: readonly string[], values: MeasureValues): Record<string, unknown> | undefined {
  const context: Record<string, unknown> = {}
  for (const name of measures) {
    const value = values.get(name)
    if (value === undefined || Number.isNaN(value)) return undefined
    context[name] = value
  }
  return context
}

function compare(value: Value, operator: string, threshold: Value): boolean {
  switch (operator) {
    case '<':
      return value < threshold
    case '<=':
      return value <= threshold
    case '>':
      return value > threshold
    case '>=':
      return value >= threshold
    case '==':
      return value === threshold
    default:
      return value !== threshold
  }
}

function shown(value: Value | undefined): ConditionTerm['value'] {
  if (value === undefined || typeof value === 'boolean') return 'unknown'
  return value
}

/** Decimals that stand for whole numbers, as they were written. */
function plain(text: string): string {
  return text.replaceAll(/\b(\d+)\.0\b/g, '$1')
}

function measuresOf(node: ASTNode): readonly string[] {
  const names = new Set<string>()
  const visit = (one: unknown): void => {
    if (Array.isArray(one)) {
      for (const item of one) visit(item)
    } else if (typeof one === 'object' && one !== null && 'op' in one) {
      const child = one as ASTNode
      if (child.op === 'id') names.add(child.args)
      else visit(child.args)
    }
  }
  visit(node)
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
