import type {
  Acted,
  Approval,
  Attribution,
  Fill,
  KillMode,
  KillPreview,
  Kills,
  Order,
  Venues,
} from '../acting/types.js'
import type { Venue, VenueStep } from '../venue/types.js'
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
  Stage,
  Status,
  WhyNot,
} from './types.js'

/** What the server refused, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: string
  readonly retryable: boolean
  constructor(code: string, detail: string, retryable: boolean) {
    super(detail)
    this.code = code
    this.retryable = retryable
  }
}

type Page<T> = { readonly items: readonly T[]; readonly nextCursor?: string }

export type Client = ReturnType<typeof createClient>

/** The REST calls that the page makes. */
export function createClient(key: () => string | undefined) {
  const get = async <T>(path: string): Promise<T> => answer<T>(await fetch(path, { headers: headersOf(key()) }))
  const post = async <T>(path: string, body: object): Promise<T> =>
    answer<T>(
      await fetch(path, {
        method: 'POST',
        headers: { ...headersOf(key()), 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
        body: JSON.stringify(body),
      }),
    )
  const all = async <T>(path: string): Promise<readonly T[]> => {
    const items: T[] = []
    let cursor: string | undefined
    do {
      const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: Page<T> = await get(`${path}?limit=1000${query}`)
      items.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return items
  }
  return {
    status: () => get<Status>('/v1/status'),
    portfolios: () => all<Portfolio>('/v1/portfolios'),
    accounts: () => all<Account>('/v1/accounts'),
    positions: () => all<Position>('/v1/positions'),
    decisions: async () => (await get<Page<Decision>>('/v1/decisions?limit=300')).items,
    alerts: async () => (await get<Page<Alert>>('/v1/alerts?limit=300')).items,
    inputs: async () => (await get<{ items: readonly Input[] }>('/v1/inputs')).items,
    rules: async () => (await get<{ items: readonly Rule[] }>('/v1/rules')).items,
    market: (underlying: string) => get<Market>(`/v1/market/${encodeURIComponent(underlying)}`),
    explain: async (id: string) =>
      (await get<{ text: string }>(`/v1/decisions/${encodeURIComponent(id)}/explain`)).text,
    whyNot: (rule: string) => get<WhyNot>(`/v1/rules/${encodeURIComponent(rule)}/why-not`),
    history: async (names: readonly string[]) => {
      const query = names.map(encodeURIComponent).join(',')
      return (await get<{ items: readonly Series[] }>(`/v1/history?points=1200&series=${query}`)).items
    },
    venue: () => get<Venue>('/v1/venue'),
    venueHistory: async (from: number) =>
      (await get<{ items: readonly VenueStep[] }>(`/v1/venue/history?from=${from}`)).items,
    acknowledge: (id: string) => post<Alert>(`/v1/alerts/${encodeURIComponent(id)}/acknowledge`, {}),
    orders: async () => (await get<Page<Order>>('/v1/orders?limit=200')).items,
    fills: async () => (await get<Page<Fill>>('/v1/fills?limit=100')).items,
    attribution: () => get<Attribution>('/v1/attribution'),
    approvals: async () => (await get<{ items: readonly Approval[] }>('/v1/approvals')).items,
    venues: () => get<Venues>('/v1/venues'),
    kills: () => get<Kills>('/v1/kill'),
    previewKill: (scope: string, mode: KillMode) => post<KillPreview>('/v1/kill/preview', { scope, mode }),
    kill: (order: { scope: string; mode: KillMode; drill: boolean; reason: string }) => post<Acted>('/v1/kill', order),
    resume: (scope: string, reason: string) => post<Acted>('/v1/resume', { scope, reason }),
    answer: (id: string, verdict: 'approve' | 'reject') =>
      post<Acted>(`/v1/approvals/${encodeURIComponent(id)}/${verdict}`, {}),
    moveRule: (rule: string, stage: Stage) => post<Acted>(`/v1/rules/${encodeURIComponent(rule)}/stage`, { stage }),
    adopt: (account: string) => post<Acted>(`/v1/accounts/${encodeURIComponent(account)}/adopt`, {}),
  }
}

function headersOf(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}

async function answer<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T
  const text = await response.text()
  const problem = parseProblem(text)
  throw new ApiError(
    problem.code ?? `HTTP_${response.status}`,
    problem.detail ?? problem.title ?? `the server answered ${response.status}`,
    problem.retryable ?? response.status >= 500,
  )
}

function parseProblem(text: string): { code?: string; detail?: string; title?: string; retryable?: boolean } {
  try {
    return JSON.parse(text)
  } catch {
    // Not problem details: a proxy answered. Its status says all there is to say.
    return {}
  }
}
