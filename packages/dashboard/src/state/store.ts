import { ApiError, type Client, createClient } from '../api/client.js'
import { openStream, type Stream } from '../api/stream.js'
import { EMPTY_HOUSE, type HouseState, takeNotification, wantedSeries } from './house.js'

export type Store = {
  readonly client: Client
  get(): HouseState
  subscribe(listener: () => void): () => void
  retryNow(): void
  unlock(key: string): void
  close(): void
}

const REFRESH_MS = 500
const HISTORY_MS = 2_000
export const KEY_NAME = 'holdfast-api-key'

/** Keeps the page's state in step with the server: one load, then the stream, then what the stream does not carry. */
export function createStore(): Store {
  const listeners = new Set<() => void>()
  let state = EMPTY_HOUSE
  let key = sessionStorage.getItem(KEY_NAME) ?? undefined
  const client = createClient(() => key)
  const protocol = location.protocol === 'https:' ? 'wss' : 'ws'
  let refreshDue = 0
  let historyDue = 0
  let busy = false

  const set = (change: Partial<HouseState>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  const fail = (error: unknown) => {
    if (error instanceof ApiError && (error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN')) {
      set({ connection: { kind: 'locked' } })
      return
    }
    set({ fault: error instanceof Error ? error.message : String(error) })
  }

  const load = async () => {
    const status = await client.status()
    set({ status, heardAt: Date.now() })
    if (status.engineTime === undefined) return
    const [portfolios, accounts, positions, decisions, alerts, inputs, rules] = await Promise.all([
      client.portfolios(),
      client.accounts(),
      client.positions(),
      client.decisions(),
      client.alerts(),
      client.inputs(),
      client.rules(),
    ])
    const markets = Object.fromEntries(
      await Promise.all(status.underlyings.map(async (name) => [name, await client.market(name)] as const)),
    )
    const { fault: _cleared, ...rest } = state
    state = rest
    set({
      portfolios,
      accounts,
      positions,
      decisions,
      alerts,
      inputs,
      rules,
      markets,
      loaded: true,
      heardAt: Date.now(),
    })
    stream.subscribe([
      ...accounts.map(({ account }) => `accounts.${account}`),
      ...status.underlyings.map((underlying) => `market.${underlying}`),
    ])
    await loadHistory()
  }

  const loadHistory = async () => {
    const names = wantedSeries(state)
    if (names.length === 0) return
    const series = await client.history(names)
    set({ series: Object.fromEntries(series.map((entry) => [entry.name, entry])) })
  }

  const refresh = async () => {
    const [status, portfolios, inputs] = await Promise.all([client.status(), client.portfolios(), client.inputs()])
    set({ status, portfolios, inputs, heardAt: Date.now() })
  }

  /** What is due, one thing at a time, so that a slow server is not asked twice. */
  const tick = async () => {
    if (busy || state.connection.kind !== 'live') return
    const now = Date.now()
    busy = true
    try {
      if (!state.loaded) await load()
      else if (now >= refreshDue) {
        refreshDue = Number.POSITIVE_INFINITY
        await refresh()
        if (now >= historyDue) {
          historyDue = now + HISTORY_MS
          await loadHistory()
        }
      }
    } catch (error) {
      fail(error)
    } finally {
      busy = false
    }
  }

  const stream: Stream = openStream(`${protocol}://${location.host}/v1/ws`, () => key, {
    opened: () => {
      set({ connection: { kind: 'live' }, loaded: false })
      void tick()
    },
    message: (channel, data) => {
      state = takeNotification(state, channel, data)
      refreshDue = Math.min(refreshDue, Date.now() + REFRESH_MS)
      set({ heardAt: Date.now() })
    },
    lost: (reason, retryInMs) => set({ connection: { kind: 'lost', reason, retryAt: Date.now() + retryInMs } }),
    locked: () => set({ connection: { kind: 'locked' } }),
  })
  stream.subscribe(['turns', 'decisions', 'alerts'])
  const timer = window.setInterval(() => void tick(), 250)
  // A finished or quiet run still proves every so often that the server is there.
  const pulse = window.setInterval(() => {
    refreshDue = Math.min(refreshDue, Date.now())
  }, HISTORY_MS)

  return {
    client,
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    retryNow: () => stream.retryNow(),
    unlock(secret) {
      key = secret
      sessionStorage.setItem(KEY_NAME, secret)
      set({ connection: { kind: 'connecting' }, loaded: false })
      stream.retryNow()
    },
    close() {
      window.clearInterval(timer)
      window.clearInterval(pulse)
      stream.close()
    },
  }
}
