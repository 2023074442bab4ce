import type { FastifyInstance } from 'fastify'
import type { Logger } from '../../log/logger.js'
import type { Access } from '../guard.js'
import type { ApiPorts } from '../ports.js'
import type { ReadModel } from '../readModel.js'
import { SOCKET_LIMITS, type SocketLimits } from './outflow.js'
import { createSession, type Session } from './session.js'

export type { SocketLimits } from './outflow.js'

/** Turns that come faster than this are written together: at full speed a page would drown otherwise. */
const FLUSH_EVERY_MS = 100

export function installSocket(
  app: FastifyInstance,
  context: {
    readonly ports: ApiPorts
    readonly model: ReadModel
    readonly access: Access
    readonly logger: Logger
    readonly limits: Partial<SocketLimits>
  },
): void {
  const { ports, model, access, logger } = context
  const limits = { ...SOCKET_LIMITS, ...context.limits }
  const sessions = new Set<Session>()
  const stopListening = model.onTurn((turn) => {
    for (const session of sessions) session.turn(turn)
  })
  const ticker = setInterval(() => {
    for (const session of sessions) session.flush()
  }, FLUSH_EVERY_MS)
  ticker.unref()
  app.addHook('onClose', async () => {
    clearInterval(ticker)
    stopListening()
  })

  app.get('/v1/ws', { websocket: true, schema: { hide: true } as never }, (socket, request) => {
    const session = createSession({
      pipe: {
        send: (text) => socket.send(text),
        close: (code, reason) => {
          logger.warn('stream client dropped', { reason })
          socket.close(code, reason)
          // A client that reads nothing will not answer the close frame either.
          setTimeout(() => socket.terminate(), 1000).unref()
        },
        bufferedBytes: () => socket.bufferedAmount,
      },
      model,
      access,
      authorization: request.headers.authorization,
      now: ports.now,
      limits,
    })
    sessions.add(session)
    socket.on('message', (data) => session.receive(String(data)))
    socket.on('close', () => sessions.delete(session))
    socket.on('error', (error) => logger.debug('stream client failed', { error: error.message }))
  })
}
