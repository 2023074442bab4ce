import type { CcxtExchange } from '../ccxt/exchange.js'
import { type Budget, createBudget, type PoolSettings, type RequestClass } from './budget.js'
import { type Complaints, failureOf, LineFailure } from './failure.js'
import type { Raw } from './field.js'

/** What a request is for and what it costs, in credits of the pool that the venue charges. */
export type AskTerms = { readonly kind: RequestClass; readonly pool?: string; readonly cost?: number }

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

/** The one way out: budget first, then the request, and every trouble read as a `LineFailure`. */
export type Port = {
  readonly exchange: CcxtExchange
  readonly clock: () => number
  /** A raw endpoint of ccxt, e.g. `privateGetGetPositions`. */
  ask(endpoint: string, params: Raw, terms: AskTerms): Promise<unknown>
  /** Any other way of sending, under the same budget and deadline. */
  send(terms: AskTerms, request: () => Promise<unknown>): Promise<unknown>
  /** Share of each pool that is left. */
  left(): Readonly<Record<string, number>>
}

export type PortSettings = {
  readonly exchange: CcxtExchange
  readonly pools: Readonly<Record<string, PoolSettings>>
  readonly complaints: Complaints
  readonly clock: () => number
  readonly timeoutMs: number
  /** Resolves after `ms`, or once the signal fires. */
  readonly sleep: Sleep
  readonly hide: (words: string) => string
  /** Told of every request and its end, at debug level; nothing secret is in it. */
  readonly log: (line: string) => void
}

export function createPort(settings: PortSettings): Port {
  const { exchange, clock, complaints, hide, timeoutMs, sleep } = settings
  const pools = new Map<string, Budget>(
    Object.entries(settings.pools).map(([name, pool]) => [name, createBudget(pool)] as const),
  )
  const [first] = pools.keys()

  async function admitted(terms: AskTerms): Promise<void> {
    const budget = pools.get(terms.pool ?? first!)!
    const deadline = clock() + timeoutMs
    for (;;) {
      const wait = budget.take(terms.kind, terms.cost ?? 1, clock())
      if (wait === 0) return
      const orders = terms.kind === 'order' || terms.kind === 'reduce'
      if (orders || clock() + wait > deadline) {
        throw new LineFailure('denied', 'busy', `no budget for ${terms.kind} requests for another ${wait} ms`)
      }
      await sleep(Math.min(wait, 250))
    }
  }

  async function send(terms: AskTerms, request: () => Promise<unknown>): Promise<unknown> {
    await admitted(terms)
    try {
      return await within(request(), timeoutMs, sleep)
    } catch (error) {
      const failure = failureOf(error, complaints, hide)
      if (failure.trouble === 'busy') pools.get(terms.pool ?? first!)!.empty(clock())
      settings.log(`${terms.kind}: ${failure.fate}: ${failure.message}`)
      throw failure
    }
  }

  return {
    exchange,
    clock,
    send,
    async ask(endpoint, params, terms) {
      const method = exchange[endpoint]
      if (typeof method !== 'function') throw new LineFailure('denied', 'order', `no endpoint ${endpoint}`)
      settings.log(`${terms.kind}: ${endpoint}`)
      return send(terms, () => method.call(exchange, params) as Promise<unknown>)
    },
    left: () => Object.fromEntries([...pools].map(([name, budget]) => [name, budget.left(clock())])),
  }
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
    if (signal?.aborted) done()
  })
}

/** What has not answered by then is unresolved. */
async function within(answer: Promise<unknown>, timeoutMs: number, sleep: Sleep): Promise<unknown> {
  const over = new AbortController()
  const late = sleep(timeoutMs, over.signal).then(() => {
    if (!over.signal.aborted) throw new LineFailure('unresolved', 'line', `no answer within ${timeoutMs} ms`)
    return undefined
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    over.abort()
  }
}
