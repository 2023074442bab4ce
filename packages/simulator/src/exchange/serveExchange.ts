import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Delivery, Exchange, RpcRequest } from './exchange.js'

const BODY_BYTES_MAX = 1_000_000
const TICK_MS = 50
/** A lost answer over HTTP: the connection stays open for so long, then breaks. */
const LOST_ANSWER_MS = 30_000

export type ServeExchangeOptions = {
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  /** Seconds of exchange time in one of the wall's. */
  readonly speed?: number
  readonly lostAnswerMs?: number
}

export type ServedExchange = {
  /** `http://127.0.0.1:8790` */
  readonly rest: string
  /** `ws://127.0.0.1:8790/ws/api/v2` */
  readonly ws: string
  /** Brings the exchange to the present, e.g. before looking at its snapshot. */
  advance(): void
  close(): Promise<void>
}

/**
 * Serves a simulated exchange over HTTP and WebSocket under Deribit's paths. Only here does the wall's clock meet the exchange's
 * time: it goes on from where it was, `speed` times as fast.
 */
export async function serveExchange(exchange: Exchange, options: ServeExchangeOptions = {}): Promise<ServedExchange> {
  const { host = '127.0.0.1', port = 0, speed = 1, lostAnswerMs = LOST_ANSWER_MS } = options
  if (!(speed > 0)) throw new RangeError(`speed ${speed} is not above 0`)
  const sockets = new Map<number, WebSocket>()
  const waiting = new Map<number, (response: unknown) => void>()
  const begun = { wall: performance.now(), virtual: exchange.time }
  const advance = () => {
    const to = Math.floor(begun.virtual + (performance.now() - begun.wall) * speed)
    deliver(exchange.advance(Math.max(exchange.time, to)))
  }
  const deliver = (emissions: ReturnType<Exchange['drain']>) => {
    for (const emission of emissions) {
      const socket = sockets.get(emission.connection)
      if (emission.kind === 'closed') socket?.close(1000, emission.reason)
      else if (socket !== undefined) socket.send(JSON.stringify(emission.message))
      else waiting.get(emission.connection)?.(emission.message)
    }
  }
  const answerHttp = (request: RpcRequest, message: IncomingMessage, response: ServerResponse, signed: string) => {
    advance()
    const connection = exchange.connect('http')
    const finish = (body: unknown) => {
      waiting.delete(connection)
      exchange.disconnect(connection)
      write(response, body)
    }
    const header = message.headers.authorization
    const delivery = exchange.request(connection, request, header === undefined ? undefined : { header, signed })
    if (delivery.kind === 'answer') finish(delivery.response)
    else if (delivery.kind === 'late') waiting.set(connection, finish)
    else {
      const timer = setTimeout(() => response.destroy(), lostAnswerMs)
      response.on('close', () => clearTimeout(timer))
      exchange.disconnect(connection)
    }
    deliver(exchange.drain())
  }
  const server = createServer((message, response) => {
    readRequest(message)
      .then((read) => {
        if (read === undefined)
          write(response, { jsonrpc: '2.0', error: { code: -32700, message: 'Parse error' } }, 400)
        else answerHttp(read.request, message, response, read.signed)
      })
      .catch(() => response.destroy())
  })
  await listen(server, host, port)
  // Made once it listens: it would raise the server's failure to listen a second time, where nobody hears it.
  const socketServer = new WebSocketServer({ server, path: '/ws/api/v2', maxPayload: BODY_BYTES_MAX })
  socketServer.on('connection', (socket) => {
    advance()
    const connection = exchange.connect()
    sockets.set(connection, socket)
    socket.on('message', (data) => {
      advance()
      answerSocket(exchange, connection, socket, `${data}`)
      deliver(exchange.drain())
    })
    socket.on('close', () => {
      sockets.delete(connection)
      exchange.disconnect(connection)
    })
    socket.on('error', () => socket.terminate())
  })
  const timer = setInterval(advance, TICK_MS)
  const address = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return {
    rest: `http://${name}:${address.port}`,
    ws: `ws://${name}:${address.port}/ws/api/v2`,
    advance,
    async close() {
      clearInterval(timer)
      for (const socket of sockets.values()) socket.terminate()
      socketServer.close()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

function answerSocket(exchange: Exchange, connection: number, socket: WebSocket, text: string): void {
  const request = parseJson(text)
  if (request === undefined || typeof request !== 'object' || typeof (request as RpcRequest).method !== 'string') {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } }))
    return
  }
  const delivery: Delivery = exchange.request(connection, request as RpcRequest)
  if (delivery.kind === 'answer') socket.send(JSON.stringify(delivery.response))
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      done()
    })
  })
}

/** `GET /api/v2/{method}?…` with text parameters, or `POST /api/v2[/{method}]` with a JSON-RPC body. */
async function readRequest(
  message: IncomingMessage,
): Promise<{ readonly request: RpcRequest; readonly signed: string } | undefined> {
  const target = message.url ?? '/'
  const url = new URL(target, 'http://localhost')
  const match = /^\/api\/v2(?:\/(.+))?$/.exec(url.pathname)
  if (match === null) return undefined
  const body = await readBody(message)
  const signed = `${message.method}\n${target}\n${body}\n`
  const [, path] = match
  if (message.method === 'GET' && path !== undefined) {
    const params = Object.fromEntries(url.searchParams)
    return { request: { method: path, params }, signed }
  }
  const parsed = parseJson(body) as (RpcRequest & { readonly method?: string }) | undefined
  if (parsed === undefined || typeof parsed !== 'object') return undefined
  const method = parsed.method ?? path
  return typeof method === 'string' ? { request: { ...parsed, method }, signed } : undefined
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_BYTES_MAX) throw new RangeError(`a request is longer than ${BODY_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Deribit answers errors with status 400. */
function write(response: ServerResponse, body: unknown, status?: number): void {
  const isError = typeof body === 'object' && body !== null && 'error' in body
  const text = JSON.stringify(body)
  response.writeHead(status ?? (isError ? 400 : 200), { 'content-type': 'application/json' })
  response.end(text)
}
