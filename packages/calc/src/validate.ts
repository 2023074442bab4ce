import { didYouMean, suggest } from '@holdfast/engine'
import type { z } from 'zod'
import { CalcError, type CalcErrorBody, jsonPointer } from './error.js'

/** Reads a request by its schema; throws `CalcError` for the first thing wrong, with the place and what was allowed. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new CalcError(describe(schema, value, result.error.issues[0]!))
}

type Issue = z.core.$ZodIssue

function describe(schema: z.ZodType, value: unknown, issue: Issue): CalcErrorBody {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const allowed = keysAt(schema, value, issue.path)
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
  return {
    code: 'INVALID_INPUT',
    path: jsonPointer(issue.path),
    message:
      given === undefined ? `${issue.message} (the field is missing)` : `${issue.message}; given: ${show(given)}`,
  }
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

type Definition = {
  readonly type: string
  readonly shape?: Record<string, z.ZodType>
  readonly options?: readonly z.ZodType[]
  readonly element?: z.ZodType
  readonly innerType?: z.ZodType
  readonly valueType?: z.ZodType
  readonly in?: z.ZodType
}

/** The field names that the schema allows at a place; for a union, those of every branch that fits its discriminator. */
function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  const found = new Set<string>()
  const visit = (node: z.ZodType, here: unknown, depth: number): void => {
    const definition = node.def as unknown as Definition
    const [key] = path.slice(depth)
    switch (definition.type) {
      case 'object':
        if (key === undefined) for (const name of Object.keys(definition.shape!)) found.add(name)
        else if (definition.shape![String(key)] !== undefined)
          visit(definition.shape![String(key)]!, valueAt(here, [key]), depth + 1)
        return
      case 'array':
        if (key !== undefined) visit(definition.element!, valueAt(here, [key]), depth + 1)
        return
      case 'record':
        if (key !== undefined) visit(definition.valueType!, valueAt(here, [key]), depth + 1)
        return
      case 'union':
        for (const option of fitting(definition.options!, here)) visit(option, here, depth)
        return
      default:
        if (definition.innerType !== undefined) visit(definition.innerType, here, depth)
        else if (definition.in !== undefined) visit(definition.in, here, depth)
    }
  }
  visit(schema, value, 0)
  return [...found].sort()
}

/** Branches of a union whose literal fields agree with the value: with a `kind`, the one that was meant. */
function fitting(options: readonly z.ZodType[], value: unknown): readonly z.ZodType[] {
  const agreeing = options.filter((option) => {
    const shape = (option.def as unknown as Definition).shape
    if (shape === undefined) return true
    return Object.entries(shape).every(([name, field]) => {
      if ((field.def as unknown as Definition).type !== 'literal') return true
      return field.safeParse(valueAt(value, [name])).success
    })
  })
  return agreeing.length > 0 ? agreeing : options
}
