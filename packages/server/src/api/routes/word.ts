import type { ControlEvent } from '@holdfast/engine'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ApiKeyRecord } from '../keys.js'
import type { ApiPorts } from '../ports.js'
import { Problem } from '../problem.js'
import type { RouteContext } from './context.js'

/** A person's word, before it is stamped. */
export type Word = Pick<ControlEvent, 'command' | 'target' | 'note'>

export const idempotencyHeader = z.looseObject({ 'idempotency-key': z.string().min(1).max(255).optional() })

export function callerOf(request: FastifyRequest): ApiKeyRecord {
  return request.caller ?? { id: 'local', hash: '', scopes: ['admin'] }
}

export function idempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string') return key
  throw new Problem('IDEMPOTENCY_KEY_MISSING', 'send a key of your own choice, new for each action', {
    outcome: 'not_sent',
  })
}

/** Carries out a mutation unless this caller's key came before; then it answers as it did. */
export async function once<T>(
  { ports, idempotency }: Pick<RouteContext, 'ports' | 'idempotency'>,
  request: FastifyRequest,
  reply: FastifyReply,
  key: string,
  work: () => Promise<T>,
): Promise<T> {
  const asked = { path: request.url, body: request.body }
  const { result, replayed } = await idempotency.once(callerOf(request).id, key, asked, ports.now(), work)
  if (replayed) reply.header('idempotency-replayed', 'true')
  return result
}

/** Hands a word to the loop; resolves with the turn that recorded it, once that is durable. */
export async function say(
  ports: ApiPorts,
  submit: NonNullable<ApiPorts['submit']>,
  actor: string,
  word: Word,
): Promise<number> {
  const now = ports.now()
  try {
    const { sequence } = await submit({
      kind: 'control',
      ...word,
      actor,
      source: 'api',
      sourceTime: now,
      receivedTime: now,
    })
    return sequence
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    throw new Problem('LOOP_REFUSED', `the word was not recorded${why}`, { outcome: 'unknown', cause })
  }
}
