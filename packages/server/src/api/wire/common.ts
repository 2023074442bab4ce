import { QUALITIES } from '@holdfast/engine'
import { z } from 'zod'

/** Named schemas: they become `components/schemas` of the OpenAPI document. */
export const schemaRegistry = z.registry<{ id?: string; description?: string }>()

/** An object schema with a name of its own in the published document. */
export function named<T extends z.ZodType>(id: string, description: string, schema: T): T {
  schemaRegistry.add(schema, { id, description })
  return schema
}

/** What goes out is never changed on the way. */
export type Wire<T> = T extends readonly (infer E)[]
  ? readonly Wire<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Wire<T[K]> }
    : T

export const optional = z.exactOptional

/** RFC 3339, UTC, milliseconds. */
export const isoTime = z.iso.datetime().meta({ description: 'RFC 3339, UTC' })

export const quality = z.enum(QUALITIES)

/** Epoch milliseconds → RFC 3339 UTC. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** A field that is only there when its value is known. */
export function known<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}
