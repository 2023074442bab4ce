import type { CcxtExchange, CcxtSocket } from '../ccxt/exchange.js'
import { epoch, type Raw, record, text } from '../line/field.js'

/** Deribit's JSON-RPC over the socket that ccxt pro opens, signs and keeps: orders sent here fall under cancel-on-disconnect. */
export type DeribitSocket = {
  rpc(method: string, params: Raw): Promise<unknown>
  /** Told of every subscription message and heartbeat, and of the end. */
  hear(heard: Heard): void
  readonly open: boolean
  /** Gives the socket up, though it may not know yet that it is dead. */
  drop(): Promise<void>
}

export type Heard = {
  channel(name: string, data: unknown): void
  heartbeat(): void
  ended(why: string): void
}

export function createDeribitSocket(exchange: CcxtExchange): DeribitSocket {
  const url = String(record(exchange.urls.api).ws)
  let heard: Heard | undefined
  let socket: CcxtSocket | undefined
  let count = 0

  exchange.handleMessage = (client, message) => {
    const raw = record(message)
    const id = text(raw.id)
    if (id !== undefined) {
      const hash = `rpc:${id}`
      delete client.subscriptions[hash]
      const error = raw.error
      if (error === undefined) client.resolve({ result: raw.result, usOut: raw.usOut }, hash)
      else client.reject(new RpcError(JSON.stringify({ error })), hash)
      return
    }
    const params = record(raw.params)
    if (raw.method === 'heartbeat') {
      heard?.heartbeat()
      if (params.type === 'test_request') {
        count += 1
        client.send({ jsonrpc: '2.0', id: `beat-${count}`, method: 'public/test', params: {} }).catch(() => {})
      }
      return
    }
    const channel = text(params.channel)
    if (channel !== undefined) heard?.channel(channel, params.data)
  }
  const closing = (name: 'onClose' | 'onError') => {
    const before = exchange[name] as (client: CcxtSocket, error: unknown) => void
    Object.assign(exchange, {
      [name]: (client: CcxtSocket, error: unknown) => {
        before.call(exchange, client, error)
        if (socket === client) {
          socket = undefined
          heard?.ended(name === 'onClose' ? 'the venue closed the socket' : 'the socket failed')
        }
      },
    })
  }
  closing('onClose')
  closing('onError')

  return {
    get open() {
      return socket !== undefined
    },
    hear(next) {
      heard = next
    },
    async drop() {
      heard = undefined
      socket = undefined
      await exchange.close()
    },
    async rpc(method, params) {
      count += 1
      const id = `${count}`
      const hash = `rpc:${id}`
      const answer = exchange.watch(url, hash, { jsonrpc: '2.0', id: count, method, params }, hash)
      socket = exchange.clients[url]
      return record(await answer).result
    },
  }
}

/** An answer of the venue's that says no: its text carries the code, as ccxt's own errors do. */
export class RpcError extends Error {
  override readonly name = 'ExchangeError'
}

/** The venue's clock in an answer, milliseconds. */
export function clockOf(answer: Raw): number | undefined {
  const micros = Number(text(answer.usOut))
  return epoch(Math.floor(micros / 1000))
}
