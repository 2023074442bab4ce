import type {
  Account,
  Alert,
  Decision,
  Input,
  Market,
  Portfolio,
  Position,
  Rule,
  Series,
  Status,
} from '../api/types.js'

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly reason: string; readonly retryAt: number }
  | { readonly kind: 'locked' }

/** Everything that the page shows. A part that has not come yet is absent or empty; `loaded` says that the first load is done. */
export type HouseState = {
  readonly connection: Connection
  readonly loaded: boolean
  /** Browser clock at the latest answer of the server, epoch milliseconds. */
  readonly heardAt?: number
  readonly fault?: string
  readonly status?: Status
  readonly portfolios: readonly Portfolio[]
  readonly accounts: readonly Account[]
  readonly positions: readonly Position[]
  /** Newest first. */
  readonly decisions: readonly Decision[]
  readonly alerts: readonly Alert[]
  readonly inputs: readonly Input[]
  readonly rules: readonly Rule[]
  readonly markets: Readonly<Record<string, Market>>
  readonly series: Readonly<Record<string, Series>>
}

export const EMPTY_HOUSE: HouseState = {
  connection: { kind: 'connecting' },
  loaded: false,
  portfolios: [],
  accounts: [],
  positions: [],
  decisions: [],
  alerts: [],
  inputs: [],
  rules: [],
  markets: {},
  series: {},
}

const FEED_MAX = 500

/** A notification of the stream, taken in. Unknown channels change nothing. */
export function takeNotification(state: HouseState, channel: string, data: unknown): HouseState {
  if (channel === 'decisions') {
    return { ...state, decisions: mergeNewest(state.decisions, data as readonly Decision[]) }
  }
  if (channel === 'alerts') return { ...state, alerts: mergeNewest(state.alerts, data as readonly Alert[]) }
  if (channel.startsWith('accounts.')) {
    const { account, positions } = data as { account: Account; positions: readonly Position[] }
    return {
      ...state,
      accounts: replace(state.accounts, account, (entry) => entry.account),
      positions: [...state.positions.filter((position) => position.account !== account.account), ...positions],
    }
  }
  if (channel.startsWith('market.')) {
    const market = data as Market
    return { ...state, markets: { ...state.markets, [market.underlying]: market } }
  }
  return state
}

/** Newer entries in front; an entry that is there already is replaced where it stands. */
export function mergeNewest<T extends { readonly id: string; readonly sequence: number }>(
  before: readonly T[],
  added: readonly T[],
): readonly T[] {
  const fresh = new Map(added.map((entry) => [entry.id, entry]))
  const kept = before.map((entry) => {
    const newer = fresh.get(entry.id)
    fresh.delete(entry.id)
    return newer ?? entry
  })
  return [...[...fresh.values()].reverse(), ...kept].slice(0, FEED_MAX)
}

function replace<T>(entries: readonly T[], entry: T, keyOf: (entry: T) => string): readonly T[] {
  const key = keyOf(entry)
  return entries.some((other) => keyOf(other) === key)
    ? entries.map((other) => (keyOf(other) === key ? entry : other))
    : [...entries, entry]
}

/** Which series the charts need, of those that the server is sure to have. */
export function wantedSeries(state: HouseState): readonly string[] {
  return [
    ...state.accounts
      .filter(({ marginRatio }) => typeof marginRatio === 'number')
      .map(({ account }) => `account:${account}:marginRatio`),
    ...(state.status?.underlyings ?? [])
      .filter((underlying) => state.markets[underlying]?.index !== undefined)
      .map((underlying) => `index:${underlying}`),
  ]
}

export type Freshness = {
  readonly word: 'live' | 'finished' | 'paused' | 'connecting' | 'lost' | 'stale' | 'failed' | 'locked'
  readonly detail: string
  /** The numbers on the page may no longer hold. */
  readonly doubtful: boolean
}

/** Nothing heard for this long while the run goes on: the page says so, loudly. */
export const STALE_AFTER_MS = 5_000

/** How far the page may be trusted now. */
export function freshness(state: HouseState, now: number): Freshness {
  const { connection, heardAt, status } = state
  const silence = heardAt === undefined ? undefined : Math.max(0, now - heardAt)
  const heard = silence === undefined ? 'nothing heard yet' : `heard ${(silence / 1000).toFixed(0)} s ago`
  switch (connection.kind) {
    case 'locked':
      return { word: 'locked', detail: 'an API key is needed', doubtful: true }
    case 'connecting':
      return { word: 'connecting', detail: heard, doubtful: heardAt !== undefined }
    case 'lost': {
      const wait = Math.max(0, Math.ceil((connection.retryAt - now) / 1000))
      return { word: 'lost', detail: `${connection.reason}; ${heard}; next try in ${wait} s`, doubtful: true }
    }
    case 'live':
      break
  }
  if (status?.state === 'failed') return { word: 'failed', detail: status.fault ?? 'the loop failed', doubtful: true }
  if (status?.state === 'finished')
    return { word: 'finished', detail: 'the recorded source has ended', doubtful: false }
  if (status?.state === 'paused') return { word: 'paused', detail: heard, doubtful: false }
  if (silence !== undefined && silence > STALE_AFTER_MS) return { word: 'stale', detail: heard, doubtful: true }
  return { word: 'live', detail: heard, doubtful: false }
}
