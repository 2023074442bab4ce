import type { z } from 'zod'

type Definition = {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly innerType?: z.core.$ZodType
  readonly in?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
  readonly defaultValue?: unknown
  readonly values?: readonly unknown[]
}

/** What the configuration's schema says at one place, told apart by what stands in the file there. */
export type SchemaPlace = {
  readonly definition: Definition
  /** The value, in the words of the file, that stands where the file says nothing. */
  readonly defaultValue?: unknown
}

/** Unwraps what stands around a schema (optional, default, transform) and picks the variant that the value belongs to. */
export function schemaPlace(schema: z.core.$ZodType, value: unknown): SchemaPlace {
  let definition = schema._zod.def as unknown as Definition
  let defaultValue: unknown
  for (;;) {
    if (definition.type === 'prefault') defaultValue ??= definition.defaultValue
    const inner = definition.innerType ?? definition.in ?? variantOf(definition, value)
    if (inner === undefined) break
    definition = inner._zod.def as unknown as Definition
  }
  return defaultValue === undefined ? { definition } : { definition, defaultValue }
}

/** The schema of a child, or undefined where the place has no such child. */
export function childSchema(place: SchemaPlace, step: string | number): z.core.$ZodType | undefined {
  const { shape, element, valueType } = place.definition
  if (shape !== undefined) return Object.hasOwn(shape, step) ? shape[step] : undefined
  return element ?? valueType
}

/** Keys that are allowed at a path of the file. */
export function allowedKeys(root: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  let place = schemaPlace(root, value)
  let current = value
  for (const step of path) {
    if (typeof step === 'symbol') return []
    const schema = childSchema(place, step)
    if (schema === undefined) return []
    current = childValue(current, step)
    place = schemaPlace(schema, current)
  }
  return Object.keys(place.definition.shape ?? {})
}

export function childValue(value: unknown, step: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined
}

/** A list in a value that was not checked yet; empty where there is none. */
export function listValue(value: unknown, step: string): readonly unknown[] {
  const list = childValue(value, step)
  return Array.isArray(list) ? list : []
}

function variantOf({ type, options }: Definition, value: unknown): z.core.$ZodType | undefined {
  if (type !== 'union' || options === undefined) return undefined
  const isSection = typeof value === 'object' && value !== null && !Array.isArray(value)
  const shapes = options.map((option) => (option._zod.def as unknown as Definition).shape)
  const list = options.find((option) => (option._zod.def as unknown as Definition).type === 'array')
  if (Array.isArray(value) && list !== undefined) return list
  if (!isSection) return options.find((_, index) => shapes[index] === undefined)
  const kind = childValue(value, 'kind')
  const byKind = shapes.findIndex((shape) => {
    const literal = shape?.kind?._zod.def as unknown as Definition | undefined
    return literal?.values?.includes(kind) === true
  })
  if (byKind >= 0) return options[byKind]
  const keys = Object.keys(value)
  const score = (shape: Definition['shape']) => (shape === undefined ? -1 : keys.filter((key) => key in shape).length)
  const best = shapes.reduce((top, shape, index) => (score(shape) > score(shapes[top]) ? index : top), 0)
  return options[best]
}
