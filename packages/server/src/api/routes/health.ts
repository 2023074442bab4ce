import type { FastifyInstance } from 'fastify'
import type { ApiPorts, RunView } from '../ports.js'

export type Health = {
  readonly ok: boolean
  readonly state: RunView['state']
  /** Since the latest turn that succeeded (or since the start, before the first), wall clock. */
  readonly loopAgeSeconds: number
  readonly reason?: string
}

/**
 * Whether the loop does its work: not whether the process breathes. A finished recorded run is well; a failed one, or one
 * whose latest turn is too long ago, is not. Before the first turn the same patience counts from the start.
 */
export function loopHealth(run: RunView, now: number, loopAgeMsMax: number): Health {
  const ageMs = Math.max(0, now - (run.lastTurnWallTime ?? run.startedTime))
  const loopAgeSeconds = ageMs / 1000
  if (run.state === 'failed') return { ok: false, state: run.state, loopAgeSeconds, reason: run.fault ?? 'failed' }
  if (run.state === 'finished' || run.state === 'paused') return { ok: true, state: run.state, loopAgeSeconds }
  if (ageMs <= loopAgeMsMax) return { ok: true, state: run.state, loopAgeSeconds }
  const limit = loopAgeMsMax / 1000
  return {
    ok: false,
    state: run.state,
    loopAgeSeconds,
    reason: `the last successful turn is ${loopAgeSeconds.toFixed(1)} s ago; allowed: ${limit} s`,
  }
}

export function healthRoutes(app: FastifyInstance, ports: ApiPorts, loopAgeMsMax: number): void {
  app.get('/healthz', { schema: { hide: true } as never }, (_request, reply) => {
    const health = loopHealth(ports.run(), ports.now(), loopAgeMsMax)
    reply.status(health.ok ? 200 : 503).header('cache-control', 'no-store')
    return health
  })
}
