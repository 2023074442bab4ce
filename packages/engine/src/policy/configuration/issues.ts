import type { z } from 'zod'
import { suggest } from '../../text/suggest.js'
import type { Diagnostic } from './diagnostic.js'
import type { IssueDetail } from './field.js'
import type { Path } from './page.js'
import { allowedKeys } from './schemaTree.js'
import type { YamlSource } from './yamlSource.js'

/** Turns what zod found into diagnostics with a place, what is allowed and what was probably meant. */
export function diagnosticsOf(
  source: YamlSource,
  schema: z.core.$ZodType,
  issues: readonly z.core.$ZodIssue[],
): readonly Diagnostic[] {
  return issues.flatMap((issue) => diagnosticsOfIssue(source, schema, issue, issue.path as Path))
}

function diagnosticsOfIssue(
  source: YamlSource,
  schema: z.core.$ZodType,
  issue: z.core.$ZodIssue,
  path: Path,
): readonly Diagnostic[] {
  if (!source.has(path) && issue.code !== 'unrecognized_keys') return [missing(source, schema, path)]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(source, schema, path, key))
    case 'invalid_union':
      return ofUnion(source, schema, issue, path)
    case 'custom': {
      const detail = issue.params as IssueDetail | undefined
      return [source.diagnostic({ code: 'NOT_ALLOWED', ...detail, path, message: issue.message })]
    }
    case 'invalid_value':
      return [wrongWord(source, path, issue.values.map(String))]
    case 'invalid_type':
      return [source.diagnostic({ code: 'WRONG_TYPE', path, message: `expected ${article(issue.expected)}` })]
    case 'too_small':
      return [
        outOfRange(
          source,
          path,
          `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${lengthUnit(issue.origin)}`,
        ),
      ]
    case 'too_big':
      return [
        outOfRange(
          source,
          path,
          `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${lengthUnit(issue.origin)}`,
        ),
      ]
    case 'invalid_format':
      return [
        source.diagnostic({
          code: 'NOT_ALLOWED',
          path,
          message: `${source.written(path)} is not allowed here`,
          allowed: issue.message,
        }),
      ]
    default:
      return [source.diagnostic({ code: 'NOT_ALLOWED', path, message: issue.message })]
  }
}

function missing(source: YamlSource, schema: z.core.$ZodType, path: Path): Diagnostic {
  const key = String(path.at(-1) ?? '')
  const holder = path.slice(0, -1)
  const given = Object.keys((valueAt(source, holder) ?? {}) as object)
  const misspelt = given.find(
    (name) => !allowedKeys(schema, source.value, holder).includes(name) && suggest(name, [key]) === key,
  )
  return source.diagnostic({
    code: 'MISSING_KEY',
    path,
    message: `'${key}' is missing`,
    suggestion: misspelt === undefined ? undefined : `'${misspelt}' may be meant for '${key}'`,
    place: holder.length === 0 ? { line: 1, column: 1, length: 1 } : source.locate(holder, 'key'),
  })
}

function unknownKey(source: YamlSource, schema: z.core.$ZodType, path: Path, key: string): Diagnostic {
  const allowed = allowedKeys(schema, source.value, path)
  const near = suggest(key, allowed)
  return source.diagnostic({
    code: 'UNKNOWN_KEY',
    path: [...path, key],
    message: `unknown key '${key}'`,
    allowed: allowed.length === 0 ? undefined : allowed.join(', '),
    suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
    place: source.locate([...path, key], 'key'),
  })
}

/** A union failed: the variant that came furthest tells best what was wrong. */
function ofUnion(
  source: YamlSource,
  schema: z.core.$ZodType,
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
): readonly Diagnostic[] {
  if (issue.errors.length === 0) {
    const options = (issue as unknown as { readonly options?: readonly unknown[] }).options ?? []
    return [wrongWord(source, path, options.map(String))]
  }
  const typed = issue.errors.filter((errors) => !errors.some((error) => error.path.length === 0 && isWrongKind(error)))
  const best = typed.reduce<readonly z.core.$ZodIssue[] | undefined>(
    (least, errors) => (least === undefined || weight(errors) < weight(least) ? errors : least),
    undefined,
  )
  if (best !== undefined) {
    return best.flatMap((error) => diagnosticsOfIssue(source, schema, error, [...path, ...(error.path as Path)]))
  }
  const words = issue.errors.flatMap((errors) =>
    errors.flatMap((error) => (error.code === 'invalid_value' ? error.values : [])),
  )
  if (words.length > 0 && typeof valueAt(source, path) === 'string') return [wrongWord(source, path, words.map(String))]
  const kinds = issue.errors.flatMap((errors) =>
    errors.flatMap((error) => (error.code === 'invalid_type' ? [article(error.expected)] : [])),
  )
  const allowed = [...words.map(String), ...new Set(kinds)].join(', or ')
  return [source.diagnostic({ code: 'WRONG_TYPE', path, message: 'not what belongs here', allowed })]
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value'
}

/** Unknown keys weigh most: the variant was probably another. */
function weight(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 10 * issue.keys.length : 1), 0)
}

function wrongWord(source: YamlSource, path: Path, allowed: readonly string[]): Diagnostic {
  const written = source.written(path)
  const near = suggest(String(valueAt(source, path) ?? ''), allowed)
  return source.diagnostic({
    code: 'NOT_ALLOWED',
    path,
    message: `${written === '' ? 'nothing' : `'${written}'`} is not allowed here`,
    allowed: allowed.join(', '),
    suggestion: near === undefined ? undefined : `did you mean '${near}'?`,
  })
}

function outOfRange(source: YamlSource, path: Path, allowed: string): Diagnostic {
  return source.diagnostic({ code: 'OUT_OF_RANGE', path, message: 'out of range', allowed })
}

function lengthUnit(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : ''
}

function article(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a section',
    record: 'a section',
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  }
  return words[expected] ?? expected
}

function valueAt(source: YamlSource, path: Path): unknown {
  let value: unknown = source.value
  for (const step of path) value = (value as Record<string | number, unknown> | null | undefined)?.[step]
  return value
}
