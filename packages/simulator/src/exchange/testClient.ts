import type { Emission, ExchangeOptions } from './core.js'
import { REHEARSAL_ACCOUNTS, REHEARSAL_KEYS } from './credentials.js'
import { createExchange, type Exchange, type Json } from './exchange.js'
import { seededMarket } from './market.js'

/** A Monday at noon, UTC. */
export const NOON = Date.UTC(2026, 0, 5, 12)

/** An exchange for tests, and a logged-in client of it that expects answers. */
export type Rehearsal = {
  readonly exchange: Exchange
  readonly connection: number
  /** The result. @throws {Error} `code message` where the exchange refuses, `lost` where no answer comes. */
  ask(method: string, params?: Json): Json
  /** The code of the refusal; undefined where there is none. */
  refusal(method: string, params?: Json): number | undefined
  pass(ms: number): readonly Emission[]
}

export function rehearse(options: Partial<ExchangeOptions> & { readonly start?: number } = {}): Rehearsal {
  const { start = NOON, ...rest } = options
  const seed = options.seed ?? 1
  const market = seededMarket({ seed, start })
  const exchange = createExchange({ seed, market, accounts: REHEARSAL_ACCOUNTS, limits: 'none', flowRatio: 0, ...rest })
  return clientOf(exchange, REHEARSAL_KEYS.trade)
}

/** Another client of the same exchange. */
export function clientOf(
  exchange: Exchange,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
): Rehearsal {
  const connection = exchange.connect()
  const send = (method: string, params: Json) => exchange.request(connection, { jsonrpc: '2.0', id: 1, method, params })
  const ask = (method: string, params: Json = {}) => {
    const delivery = send(method, params)
    if (delivery.kind !== 'answer') throw new Error(delivery.kind)
    const { error, result } = delivery.response as { error?: { code: number; message: string }; result: Json }
    if (error !== undefined) throw new Error(`${error.code} ${error.message}`)
    return result
  }
  const refusal = (method: string, params: Json = {}) => {
    const delivery = send(method, params)
    return delivery.kind === 'answer' ? (delivery.response.error as { code: number } | undefined)?.code : undefined
  }
  ask('public/auth', { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })
  return { exchange, connection, ask, refusal, pass: (ms) => exchange.advance(exchange.time + ms) }
}
