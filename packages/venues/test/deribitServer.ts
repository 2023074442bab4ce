import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AccountOptions,
  createExchange,
  type Exchange,
  type ExchangeOptions,
  seededMarket,
} from '@holdfast/simulator'
import { type WebSocket, WebSocketServer } from 'ws'

export type DeribitServer = {
  readonly url: string
  readonly exchange: Exchange
  /** The exchange's clock goes so much ahead of this machine's. */
  skew(ms: number): void
  /** Cuts every socket. */
  cut(): void
  close(): Promise<void>
}

/** The simulated exchange behind HTTP and WebSocket, in the time of this machine. */
export async function serveDeribit(
  accounts: readonly AccountOptions[],
  over: Partial<ExchangeOptions> = {},
): Promise<DeribitServer> {
  const start = Date.now()
  const market = seededMarket({ seed: 7, start, stepMs: 250, jumpsPerYear: 0, vol: { BTC: 0.05, ETH: 0.05 } })
  const exchange = createExchange({ seed: 7, market, accounts, limits: 'none', flowRatio: 0, ...over })
  const sockets = new Map<number, WebSocket>()
  let ahead = 0
  const web = exchange.connect('http')
  const http = createServer((request, response) => {
    const path = request.url ?? '/'
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    const params = Object.fromEntries(
      [...searchParams].map(([name, value]) => [name, value === 'true' ? true : value === 'false' ? false : value]),
    )
    tick()
    const header = request.headers.authorization
    const signed = `${request.method}\n${path}\n\n`
    const delivery = exchange.request(
      web,
      { id: 1, method: pathname.replace('/api/v2/', ''), params },
      header === undefined ? undefined : { header, signed },
    )
    if (delivery.kind !== 'answer') return
    response.statusCode = delivery.response.error === undefined ? 200 : 400
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(delivery.response))
  })
  const server = new WebSocketServer({ server: http })
  server.on('connection', (socket) => {
    const id = exchange.connect('websocket')
    sockets.set(id, socket)
    socket.on('message', (data) => {
      tick()
      const delivery = exchange.request(id, JSON.parse(String(data)))
      if (delivery.kind === 'answer') socket.send(JSON.stringify(delivery.response))
      tick()
    })
    socket.on('close', () => {
      sockets.delete(id)
      exchange.disconnect(id)
    })
  })
  function tick(): void {
    for (const emission of exchange.advance(Math.max(exchange.time, Date.now() + ahead))) {
      const socket = sockets.get(emission.connection)
      if (emission.kind === 'message') socket?.send(JSON.stringify(emission.message))
      else socket?.close()
    }
  }
  const timer = setInterval(tick, 25)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    exchange,
    skew(ms) {
      ahead = ms
    },
    cut() {
      for (const socket of sockets.values()) socket.terminate()
    },
    async close() {
      clearInterval(timer)
      for (const socket of sockets.values()) socket.terminate()
      server.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
