import type { Exchange } from '@holdfast/simulator'
import type { CcxtExchange, CcxtSocket } from '@holdfast/venues'
import type { VirtualClock } from './virtualClock.js'

/** The simulated exchange and everybody's lines to it, in one process and in virtual time. */
export type ExchangeNet = {
  readonly exchange: Exchange
  /** Lets the exchange's time pass up to the clock's, and brings what it sent on its way. */
  turn(): void
  /** A client of one process, as ccxt would be. */
  client(key: string, secret: string): NetClient
  /** Called when a client of a process sends an order. */
  onOrder: (() => void) | undefined
  /** Requests that reached the exchange, and messages that it sent. */
  readonly traffic: { requests: number; messages: number }
}

export type NetClient = {
  readonly ccxt: CcxtExchange
  /** Orders that were sent and not answered. */
  ordersInFlight(): number
  /** The process is gone: what is on its way arrives, no answer is heard, its sockets end. */
  kill(): void
}

type Message = Readonly<Record<string, unknown>>
type Waiter = { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
type Line = { readonly hear: (message: Message) => void; readonly ended: (reason: string) => void }

const SOCKET_URL = 'ws://exchange.test/ws/api/v2'

export function createNet(exchange: Exchange, clock: VirtualClock, latency: () => number): ExchangeNet {
  const lines = new Map<number, Line>()
  const traffic = { requests: 0, messages: 0 }

  function turn(): void {
    for (const emission of exchange.advance(Math.max(exchange.time, clock.now()))) {
      const line = lines.get(emission.connection)
      traffic.messages += 1
      if (line === undefined) continue
      // In the order of sending: one line carries one thing after another.
      if (emission.kind === 'message') clock.after(LINE_MS, () => line.hear(emission.message))
      else clock.after(LINE_MS, () => line.ended(emission.reason))
    }
  }

  function client(key: string, secret: string): NetClient {
    let alive = true
    let count = 0
    const http = exchange.connect('http')
    const waiting = new Map<number, Waiter>()
    const orders = new Set<number>()
    lines.set(http, { hear: (message) => answered(message), ended: () => undefined })

    function answered(message: Message): void {
      const waiter = waiting.get(Number(message.id))
      waiting.delete(Number(message.id))
      if (waiter === undefined || !alive) return
      if (message.error === undefined) waiter.resolve(message)
      else waiter.reject(new RpcError(`deribit ${JSON.stringify({ error: message.error })}`))
    }

    function ask(method: string, params: Message): Promise<unknown> {
      if (!alive) return new Promise(() => undefined)
      count += 1
      const id = count
      const header = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        clock.after(latency(), () => {
          traffic.requests += 1
          turn()
          const request = { jsonrpc: '2.0', id, method, params }
          const authorization = method.startsWith('private/') ? { header, signed: '' } : undefined
          const delivery = exchange.request(http, request, authorization)
          if (delivery.kind === 'answer') clock.after(latency(), () => answered(delivery.response))
        })
      })
    }

    const base = {
      urls: { api: { rest: 'http://exchange.test', ws: SOCKET_URL } },
      options: {},
      apiKey: key,
      secret,
      clients: {} as Record<string, CcxtSocket>,
      handleMessage: (_client: CcxtSocket, _message: unknown) => undefined,
      onClose: (socket: CcxtSocket, error: unknown) => ends(socket, error),
      onError: (socket: CcxtSocket, error: unknown) => ends(socket, error),
      watch(url: string, hash: string, message?: unknown, subscription?: string) {
        base.clients[url] ??= openSocket(url)
        return (base.clients[url] as Socket).watch(hash, message, subscription)
      },
      close: async () => {
        for (const url of Object.keys(base.clients)) {
          const socket = base.clients[url] as Socket
          delete base.clients[url]
          socket.hangUp()
          socket.reject(new NetworkError('closed by its user'))
        }
      },
    }

    function ends(socket: CcxtSocket, error: unknown): void {
      for (const [url, one] of Object.entries(base.clients)) if (one === socket) delete base.clients[url]
      socket.reject(error)
    }

    type Socket = CcxtSocket & {
      watch(hash: string, message: unknown, subscription: string | undefined): Promise<unknown>
      hangUp(): void
    }

    function openSocket(_url: string): Socket {
      const id = exchange.connect('websocket')
      const futures = new Map<string, Waiter>()
      const socket: Socket = {
        subscriptions: {},
        futures: {},
        resolve(result, hash) {
          futures.get(hash)?.resolve(result)
          futures.delete(hash)
          return result
        },
        reject(error, hash) {
          for (const [name, waiter] of [...futures]) {
            if (hash !== undefined && name !== hash) continue
            futures.delete(name)
            waiter.reject(error)
          }
          return error
        },
        async send(message) {
          if (!alive) return
          const { id: question, method } = message as { readonly id?: number; readonly method?: string }
          if (method !== undefined && ORDERS.includes(method)) {
            orders.add(Number(question))
            net.onOrder?.()
          }
          clock.after(LINE_MS, () => {
            traffic.requests += 1
            turn()
            const delivery = exchange.request(id, message as Parameters<Exchange['request']>[1])
            if (delivery.kind === 'answer') clock.after(LINE_MS, () => hear(delivery.response))
          })
        },
        watch(hash, message, subscription) {
          const answer = new Promise((resolve, reject) => futures.set(hash, { resolve, reject }))
          if (subscription === undefined || !(subscription in socket.subscriptions)) {
            if (subscription !== undefined) socket.subscriptions[subscription] = true
            void socket.send(message)
          }
          return answer
        },
        hangUp() {
          orders.clear()
          lines.delete(id)
          exchange.disconnect(id)
        },
      }
      const hear = (message: Message) => {
        orders.delete(Number(message.id))
        if (alive) base.handleMessage(socket, message)
      }
      lines.set(id, {
        hear,
        ended: (reason) => {
          if (alive) base.onClose(socket, new NetworkError(`closed: ${reason}`))
        },
      })
      return socket
    }

    const ccxt = new Proxy(base, {
      get(target, name: string) {
        if (name in target) return target[name as keyof typeof target]
        const match = /^(public|private)Get([A-Z]\w*)$/.exec(name)
        if (match === null) return undefined
        const method = `${match[1]}/${match[2]!.replace(/[A-Z]/g, (letter, at) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`)}`
        return (params: Message) => ask(method, params)
      },
    }) as unknown as CcxtExchange

    return {
      ccxt,
      ordersInFlight: () => orders.size,
      kill() {
        alive = false
        for (const socket of Object.values(base.clients)) (socket as Socket).hangUp()
        lines.delete(http)
      },
    }
  }

  const net: ExchangeNet = { exchange, turn, client, traffic, onOrder: undefined }
  return net
}

const ORDERS: readonly string[] = ['private/buy', 'private/sell']

/** Over a socket both ways are one line: what is sent later does not come earlier. */
const LINE_MS = 8

class RpcError extends Error {
  override readonly name = 'ExchangeError'
}

class NetworkError extends Error {
  override readonly name = 'NetworkError'
}
