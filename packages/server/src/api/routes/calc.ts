import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Problem } from '../problem.js'
import type { RouteContext } from './context.js'

const REQUESTS_MAX = 10_000

/** The calculator over HTTP: an array of requests, an array of answers in the same order. */
export function calcRoutes(app: FastifyInstance, { ports }: RouteContext): void {
  const { calculate } = ports
  if (calculate === undefined) return
  app.post<{ Params: { kind: string }; Body: readonly unknown[] }>(
    '/v1/calc/:kind',
    {
      schema: {
        summary:
          'Answers each request of an array; a bad one answers with its own error, the others are still answered',
        params: z.object({ kind: z.string() }),
        body: z.array(z.unknown()).max(REQUESTS_MAX),
        response: { 200: z.array(z.unknown()) },
      },
    },
    (request) => {
      const answers = calculate(request.params.kind, request.body)
      if (answers === undefined) throw new Problem('NOT_FOUND', `there is no calculator "${request.params.kind}"`)
      return answers
    },
  )
}
