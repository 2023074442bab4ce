import type { VenueKind } from '@holdfast/engine'
import type { Raw } from '../line/field.js'

/** What is used of a ccxt exchange: its signing, its raw endpoints, and the socket of ccxt pro. */
export type CcxtExchange = {
  urls: { api: unknown }
  options: Record<string, unknown>
  handleMessage(client: CcxtSocket, message: unknown): void
  watch(url: string, hash: string, message?: unknown, subscribeHash?: string): Promise<unknown>
  client(url: string): CcxtSocket
  clients: Record<string, CcxtSocket>
  requestId(): number
  loadHttpProxyAgent(): Promise<unknown>
  encode(words: string): Uint8Array
  hmac(request: Uint8Array, secret: Uint8Array, hash: unknown, digest?: string): string
  close(): Promise<unknown>
  signL1Action(action: unknown, nonce: number): unknown
  signMessage(message: unknown, privateKey: string): unknown
  ethGetAddressFromPrivateKey(privateKey: string): string
  authenticate(params?: Raw): Promise<unknown>
} & { readonly [endpoint: string]: unknown }

export type CcxtSocket = {
  resolve(result: unknown, hash: string): unknown
  reject(error: unknown, hash?: string): unknown
  subscriptions: Record<string, unknown>
  futures: Record<string, unknown>
  send(message: unknown): Promise<unknown>
}

export type CcxtSettings = {
  readonly url: string | undefined
  readonly timeoutMs: number
  readonly credentials: Raw
  readonly options?: Raw
}

/**
 * A ccxt client of one venue. The library is 60 MB and is read only when a line is opened. Its own rate limiter is off: budgets
 * are ours; numbers that it parses stay text.
 */
export async function openCcxt(kind: VenueKind, settings: CcxtSettings): Promise<CcxtExchange> {
  const { default: ccxt } = await import('ccxt')
  const Exchange = (ccxt.pro as unknown as Readonly<Record<string, new (config: unknown) => CcxtExchange>>)[kind]!
  const exchange = new Exchange({
    ...settings.credentials,
    timeout: settings.timeoutMs,
    enableRateLimit: false,
    number: String,
    ...(settings.options === undefined ? {} : { options: settings.options }),
  })
  if (settings.url !== undefined) {
    exchange.urls.api = moved(exchange.urls.api, settings.url.replace(/\/+$/, ''))
    // ccxt refuses sockets without TLS unless this was loaded.
    if (settings.url.startsWith('http:')) await exchange.loadHttpProxyAgent()
  }
  return exchange
}

/** The same addresses at another host: path and scheme of sockets stay as the venue has them. */
function moved(addresses: unknown, base: string): unknown {
  if (typeof addresses === 'string') {
    const match = /^(ws|http)s?:\/\/[^/]+(\/.*)?$/.exec(addresses)
    const root = match?.[1] === 'ws' ? base.replace(/^http/, 'ws') : base
    return `${root}${match?.[2] ?? ''}`
  }
  return Object.fromEntries(Object.entries(addresses as Raw).map(([name, address]) => [name, moved(address, base)]))
}
