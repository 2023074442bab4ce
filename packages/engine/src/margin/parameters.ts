import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { canonicalJson } from '../journal/canonical.js'
import { didYouMean, suggest } from '../text/suggest.js'
import { MarginParameterError } from './error.js'
import type { ParameterSet } from './model.js'

/** One published set of figures of a model. */
export type ParameterDocument<T> = {
  readonly version: string
  /** RFC 3339 date on which the figures were valid. */
  readonly asOf: string
  /** Who published them, and where. */
  readonly source: string
  /** Names of figures that nobody published: estimates that a user should replace with what the venue tells them. */
  readonly unpublished?: readonly string[]
  readonly values: T
}

/** What a model accepts, and the sets that are shipped; the first is the default. */
export type ParameterDefinition<T> = {
  readonly model: string
  readonly schema: z.ZodType<T>
  readonly documents: readonly [ParameterDocument<T>, ...ParameterDocument<T>[]]
}

export type ResolvedParameters<T> = { readonly set: ParameterSet; readonly values: T }

/**
 * Parameters of a model with overrides laid over a shipped set. Objects merge key by key; lists and numbers replace. The
 * reserved key `version` picks the shipped set.
 *
 * @throws {MarginParameterError} where a key is unknown, a value has the wrong type or is outside its range.
 */
export function resolveParameters<T extends object>(
  definition: ParameterDefinition<T>,
  overrides: Readonly<Record<string, unknown>> = {},
): ResolvedParameters<T> {
  const { version, ...rest } = overrides
  const document = documentOf(definition, version)
  const merged = merge(document.values, rest) as object
  const parsed = definition.schema.safeParse(merged)
  if (!parsed.success) {
    throw refusal(definition.model, parsed.error.issues[0]!, merged, document.values)
  }
  const values = parsed.data
  const { asOf, source } = document
  const changed = Object.keys(rest).sort()
  const named = changed.length === 0 ? document.version : `${document.version}, with own ${changed.join(', ')}`
  const content = { model: definition.model, version: document.version, asOf, source, values }
  const hash = bytesToHex(sha256(utf8ToBytes(canonicalJson(content))))
  return {
    set: {
      model: definition.model,
      version: named,
      asOf,
      source,
      hash,
      values: values as Readonly<Record<string, unknown>>,
      ...(document.unpublished === undefined ? {} : { unpublished: document.unpublished }),
    },
    values,
  }
}

/** JSON Schema (draft 2020-12) of a model's parameters, with the shipped sets as `examples` and the first as `default`. */
export function parameterJsonSchema<T>(definition: ParameterDefinition<T>): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(definition.schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
  const [first] = definition.documents
  return {
    ...schema,
    title: `Parameters of the margin model ${definition.model}`,
    default: first.values,
    'x-holdfast-sets': definition.documents.map(({ version, asOf, source, unpublished }) => ({
      version,
      asOf,
      source,
      ...(unpublished === undefined ? {} : { unpublished }),
    })),
  }
}

function refusal(model: string, issue: z.core.$ZodIssue, given: object, shipped: object): MarginParameterError {
  const pointer = (path: readonly PropertyKey[]) => path.map((step) => `/${String(step)}`).join('')
  if (issue.code !== 'unrecognized_keys') {
    const value = shortText(at(given, issue.path))
    const text = value === undefined ? issue.message : `${issue.message}; given: ${value}`
    return new MarginParameterError(model, pointer(issue.path), text)
  }
  const key = issue.keys[0]!
  const known = at(shipped, issue.path)
  const names = isPlainObject(known) ? Object.keys(known) : []
  const text = `unknown parameter '${key}'${didYouMean(key, names)}`
  return new MarginParameterError(model, pointer([...issue.path, key]), text, suggest(key, names))
}

/** A number or a word as the user wrote it; nothing for what is longer. */
function shortText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.length <= 80 ? `"${value}"` : undefined
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value
  for (const step of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, step) : undefined
  return here
}

function documentOf<T>(definition: ParameterDefinition<T>, version: unknown): ParameterDocument<T> {
  if (version === undefined) return definition.documents[0]
  const found = definition.documents.find((document) => document.version === version)
  if (found === undefined) {
    const known = definition.documents.map((document) => document.version).join(', ')
    throw new MarginParameterError(definition.model, '/version', `no set "${String(version)}"; shipped: ${known}`)
  }
  return found
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function merge(base: unknown, over: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) return over
  const merged: Record<string, unknown> = { ...base }
  for (const key of Object.keys(over)) merged[key] = key in base ? merge(base[key], over[key]) : over[key]
  return merged
}
