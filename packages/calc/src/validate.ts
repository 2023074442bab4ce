import { allowedKeys, didYouMean, suggest } from '@holdfast/engine'
import type { z } from 'zod'
import { CalcError, type CalcErrorBody, jsonPointer } from './error.js'

/** Reads a request by its schema; throws `CalcError` for the first thing wrong, with the place and what was allowed. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  // A mistyped name is also a missing field: the name is the better complaint.
  throw new CalcError(describe(schema, value, issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!))
}

type Issue = z.core.$ZodIssue

function describe(schema: z.ZodType, value: unknown, issue: Issue): CalcErrorBody {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const allowed = [...allowedKeys(schema, value, issue.path)].sort()
    const near = suggest(key, allowed)
    return {
      code: 'INVALID_INPUT',
      path: jsonPointer([...issue.path, key]),
      message: `unknown field '${key}'${didYouMean(key, allowed) || `; allowed: ${allowed.join(', ')}`}`,
      ...(near === undefined ? {} : { suggestion: near }),
    }
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that got furthest tells most: the one whose first complaint lies deepest.
    const branches = issue.errors.filter((branch) => branch.length > 0)
    const deepest = branches.reduce<readonly Issue[] | undefined>(
      (best, branch) => (best === undefined || branch[0]!.path.length > best[0]!.path.length ? branch : best),
      undefined,
    )
    if (deepest !== undefined && deepest[0]!.path.length > 0) {
      const inner = deepest[0]!
      return describe(schema, value, { ...inner, path: [...issue.path, ...inner.path] } as Issue)
    }
  }
  const given = valueAt(value, issue.path)
  const wanted = issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '')
  const path = jsonPointer(issue.path)
  if (given === undefined) return { code: 'INVALID_INPUT', path, message: `${wanted}: the field is missing` }
  const near = typeof given === 'string' ? suggest(given, namesOf(issue)) : undefined
  const message = `${wanted}; given: ${show(given)}${near === undefined ? '' : `, did you mean '${near}'?`}`
  return { code: 'INVALID_INPUT', path, message, ...(near === undefined ? {} : { suggestion: near }) }
}

/** The names that a field may have, where it is one of a list. */
function namesOf(issue: Issue): readonly string[] {
  const names = issue.code === 'invalid_value' ? issue.values : 'options' in issue ? (issue.options ?? []) : []
  return names.filter((name): name is string => typeof name === 'string')
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Record<PropertyKey, unknown>)[key]
  }
  return here
}
