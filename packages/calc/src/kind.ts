import { z } from 'zod'

/**
 * One kind of calculation: what a request may hold, and how it is answered. `answer` gets a request that the schema has
 * accepted, returns a plain object of finite numbers, strings and lists, and throws `CalcError` where it cannot.
 */
export type CalcKind = {
  readonly name: string
  /** One sentence for `--help` and for the API's description. */
  readonly summary: string
  readonly request: z.ZodType
  answer(request: unknown): Readonly<Record<string, unknown>>
}

/** The `id` that every request may carry and every answer gives back as it was. */
export const requestId = z.union([z.string(), z.number()]).optional().describe('echoed in the answer')

export function defineKind<Schema extends z.ZodType>(kind: {
  readonly name: string
  readonly summary: string
  readonly request: Schema
  readonly answer: (request: z.output<Schema>) => Readonly<Record<string, unknown>>
}): CalcKind {
  return { ...kind, answer: (request) => kind.answer(request as z.output<Schema>) }
}

/** JSON Schema (draft 2020-12) of a kind's request. */
export function requestSchema(kind: CalcKind): Record<string, unknown> {
  return z.toJSONSchema(kind.request, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
}
