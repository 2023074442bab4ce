import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { ZodError } from 'zod'
import type { Logger } from '../log/logger.js'
import type { Metrics } from '../metrics/metrics.js'
import { type Access, assertSafeBind, installGuard, SECURITY_HEADERS } from './guard.js'
import { createIdempotencyStore } from './idempotency.js'
import { installSchemas } from './openapi.js'
import type { ApiPorts } from './ports.js'
import { Problem, problemBody } from './problem.js'
import type { ReadModel } from './readModel.js'
import { actRoutes } from './routes/act.js'
import { actingRoutes } from './routes/acting.js'
import { bookRoutes } from './routes/book.js'
import { calcRoutes } from './routes/calc.js'
import type { RouteContext } from './routes/context.js'
import { decisionRoutes } from './routes/decisions.js'
import { healthRoutes } from './routes/health.js'
import { hookRoutes } from './routes/hook.js'
import { houseRoutes } from './routes/house.js'
import { venueRoutes } from './routes/venue.js'
import { installSocket, type SocketLimits } from './socket/socket.js'
import { installPage } from './staticPage.js'
import type { WebhookKey } from './webhook.js'

export type ApiOptions = {
  readonly ports: ApiPorts
  readonly model: ReadModel
  readonly access: Access
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Folder of the built dashboard; without it there is no page. */
  readonly pageFolder?: string
  /** How long ago the latest turn may be before `/healthz` says no, milliseconds. */
  readonly loopAgeMsMax?: number
  readonly socket?: Partial<SocketLimits>
  /** Keys of signed webhooks; none: there is no such route. */
  readonly webhookKeys?: readonly WebhookKey[]
}

const BODY_BYTES_MAX = 16 * 1024 * 1024

/**
 * The HTTP face, not yet listening: `app.listen({host, port})` by the composition root, `app.inject()` in tests.
 *
 * @throws {UnsafeBindError} off loopback without keys.
 */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { ports, model, access, logger, metrics } = options
  assertSafeBind(access)
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    genReqId: () => randomUUID(),
  })
  installProblems(app, logger)
  installPromptClose(app)
  installGuard(app, access, ports.now)
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS)
  })
  app.addHook('onResponse', async (request, reply) => {
    logger.debug('request answered', {
      method: request.method,
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      caller: request.caller?.id,
    })
    metrics?.requestAnswered(reply.statusCode)
  })
  const openapi = await installSchemas(app, ports.run().version)
  await app.register(websocket, { options: { maxPayload: 64 * 1024 } })
  await app.register(async (routes) => {
    const context: RouteContext = { ports, model, idempotency: createIdempotencyStore() }
    houseRoutes(routes, context)
    bookRoutes(routes, context)
    decisionRoutes(routes, context)
    actingRoutes(routes, context)
    actRoutes(routes, context)
    await hookRoutes(routes, context, options.webhookKeys ?? [])
    calcRoutes(routes, context)
    venueRoutes(routes, ports.venue)
    healthRoutes(routes, ports, options.loopAgeMsMax ?? 60_000)
    installSocket(routes, { ports, model, access, logger, limits: options.socket ?? {} })
    routes.get('/v1/openapi.json', { schema: { hide: true } as never }, () => openapi())
    if (metrics !== undefined) {
      routes.get(
        '/metrics',
        { schema: { hide: true } as never, serializerCompiler: () => String },
        async (_q, reply) => {
          reply.type(metrics.contentType)
          return metrics.text()
        },
      )
    }
  })
  if (options.pageFolder !== undefined)
    await installPage(app, options.pageFolder, ports.venue === undefined ? 'desk' : 'venue')
  return app
}

const CLOSE_WITHIN_MS = 500

/** A stop does not wait for clients that keep their connection open: they have this long, then they are cut off. */
function installPromptClose(app: FastifyInstance): void {
  const connections = new Set<Socket>()
  app.server.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  app.addHook('preClose', async () => {
    setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, CLOSE_WITHIN_MS).unref()
  })
}

/** Everything that goes wrong leaves as problem details; faults of ours are logged under the instance id. */
function installProblems(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError | Problem | ZodError, request, reply) => {
    const problem = asProblem(error)
    if (problem.code === 'INTERNAL') {
      logger.error('request failed', { instance: request.id, error: error.stack ?? error.message })
    }
    const body = problemBody(problem, `urn:uuid:${request.id}`)
    return reply
      .status(body.status)
      .type('application/problem+json')
      .serializer((value: unknown) => JSON.stringify(value))
      .send(body)
  })
  app.setNotFoundHandler((request) => {
    throw new Problem('NOT_FOUND', `there is nothing at ${request.method} ${request.url.split('?', 1)[0]}`)
  })
}

function asProblem(error: FastifyError | Problem | ZodError): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ZodError) {
    const errors = error.issues.map((issue) => ({ path: `/${issue.path.join('/')}`, message: issue.message }))
    return new Problem('INVALID_INPUT', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), { errors })
  }
  switch (error.statusCode) {
    case 413:
      return new Problem('BODY_TOO_LARGE', `at most ${BODY_BYTES_MAX} bytes`)
    case 415:
      return new Problem('MEDIA_TYPE_UNSUPPORTED', error.message)
    case 400:
      return new Problem('INVALID_INPUT', error.message)
    default:
      return new Problem('INTERNAL', 'a fault of ours', { cause: error })
  }
}
