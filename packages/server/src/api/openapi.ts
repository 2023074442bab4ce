import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { PROBLEMS, problemSchema } from './problem.js'
import { schemaRegistry } from './wire/common.js'

type JsonSchema = { [key: string]: unknown }

/** Zod schemas at the door, one OpenAPI 3.1 document out of them: what is returned gives it, once all routes stand. */
export async function installSchemas(app: FastifyInstance, version: string): Promise<() => object> {
  const components: Record<string, JsonSchema> = {}
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const parsed = schema.safeParse(data)
    return parsed.success ? { value: parsed.data } : { error: parsed.error }
  })
  app.setSerializerCompiler(() => (data) => JSON.stringify(data, finite))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version,
        description:
          'Risk management automation for crypto derivatives. Times are RFC 3339 UTC; money is USD unless named; requirements are positive, ' +
          'equity and P&L signed. A value that is not known is absent, never 0. Streams: JSON-RPC 2.0 over WebSocket at /v1/ws. ' +
          `Problem codes: ${Object.keys(PROBLEMS).join(', ')}.`,
      },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url }) => ({ schema: documented(schema as unknown as RouteSchema, components), url }),
  })
  return () => {
    const document = app.swagger()
    return {
      ...document,
      components: { ...('components' in document ? document.components : {}), schemas: components },
    }
  }
}

type RouteSchema = { readonly [key: string]: unknown } & {
  readonly response?: Readonly<Record<string, z.ZodType>>
}

function documented(schema: RouteSchema | undefined, components: Record<string, JsonSchema>) {
  if (schema === undefined) return { hide: true } as never
  const { response, ...rest } = schema
  const out: JsonSchema = {}
  for (const [key, value] of Object.entries(rest)) {
    out[key] = value instanceof z.ZodType ? jsonSchema(value, 'input', components) : value
  }
  const answers: Record<string, unknown> = {}
  for (const [status, answer] of Object.entries(response ?? {})) {
    answers[status] = { description: 'the answer', ...jsonSchema(answer, 'output', components) }
  }
  answers.default = {
    description: 'RFC 9457 problem details',
    content: { 'application/problem+json': { schema: jsonSchema(problemSchema, 'output', components) } },
  }
  out.response = answers
  return out as never
}

/** JSON Schema 2020-12 of a zod schema, its named parts moved to `components`. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Record<string, JsonSchema>): JsonSchema {
  const wrapped = z.toJSONSchema(z.object({ it: schema }), { metadata: schemaRegistry, io }) as JsonSchema
  const { $defs, properties } = relink(wrapped, io === 'output') as {
    $defs?: Record<string, JsonSchema>
    properties: { it: JsonSchema }
  }
  Object.assign(components, $defs)
  return properties.it
}

/** Points references at the components. Answers may grow fields, so their schema does not forbid any. */
function relink(value: unknown, grows: boolean): unknown {
  if (Array.isArray(value)) return value.map((inner) => relink(inner, grows))
  if (typeof value !== 'object' || value === null) return value
  const out: JsonSchema = {}
  for (const [key, inner] of Object.entries(value)) {
    if (grows && key === 'additionalProperties' && inner === false) continue
    out[key] = key === '$ref' ? String(inner).replace('#/$defs/', '#/components/schemas/') : relink(inner, grows)
  }
  return out
}

/** A number that JSON cannot carry is left out: unknown, not 0 and not null. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value
}
