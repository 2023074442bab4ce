import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Problem } from '../problem.js'
import { createHookVerifier, type WebhookKey } from '../webhook.js'
import { actedSchema } from '../wire/acting.js'
import { answerApproval, carryOut } from './act.js'
import type { RouteContext } from './context.js'

const hookBody = z.strictObject({
  id: z.string().min(1),
  verdict: z.enum(['approve', 'reject']),
  note: z.string().max(500).optional(),
})

const header = (headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string) => {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Approvals by signed webhook: no API key, but a signature over the time and the body. */
export async function hookRoutes(
  app: FastifyInstance,
  context: RouteContext,
  keys: readonly WebhookKey[],
): Promise<void> {
  const { submit, now } = context.ports
  if (submit === undefined || keys.length === 0) return
  const verify = createHookVerifier(keys, now)
  await app.register(async (hooks) => {
    // The signature is over the bytes: they are read as they came, and parsed once it holds.
    hooks.removeAllContentTypeParsers()
    hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    hooks.post(
      '/v1/hooks/approval',
      {
        schema: {
          summary:
            'Confirms or refuses a pending decision in the name of the key that signed: body {id, verdict, note?}',
          response: { 200: actedSchema },
        },
      },
      (request) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const actor = verify({
          key: header(request.headers, 'holdfast-key'),
          timestamp: header(request.headers, 'holdfast-timestamp'),
          signature: header(request.headers, 'holdfast-signature'),
          body,
        })
        const { id, verdict, note } = hookBody.parse(parsed(body))
        return carryOut(context, submit, actor, (view, who) => answerApproval(view, who, verdict, id, note))
      },
    )
  })
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Problem('INVALID_INPUT', 'the body is not JSON', { outcome: 'not_sent' })
  }
}
