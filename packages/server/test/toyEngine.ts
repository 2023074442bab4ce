import {
  composeEngine,
  type DataFlag,
  type Decision,
  EMPTY_RULE_STATE,
  type Engine,
  type Event,
  type HeaderRecord,
  JOURNAL_FORMAT,
  NO_ORDERS,
} from '@holdfast/engine'
import type { Cursor, Source } from '@holdfast/venues'

/** A small engine with a state that every event changes: an index path, and a decision at each new low. */
export function toyEngine(threshold = 10): Engine {
  let low = Number.POSITIVE_INFINITY
  let sum = 0
  return composeEngine({
    apply(event): readonly DataFlag[] {
      if (event.kind !== 'market') return []
      for (const observation of event.observations) {
        if (observation.kind !== 'index') continue
        if (observation.price === 666) throw new Error('a fault of one input')
        sum += observation.price
      }
      return []
    },
    begin: () => [],
    rules: () => EMPTY_RULE_STATE,
    orders: () => NO_ORDERS,
    conclude(now, events) {
      return { assessment: { time: now, accounts: [], portfolios: [], inputs: [] }, decisions: decide(now, events) }
    },
    state: () => ({ low: low === Number.POSITIVE_INFINITY ? 'none' : low, sum }),
  })

  function decide(now: number, events: readonly Event[]): readonly Decision[] {
    const prices = events.flatMap((event) =>
      event.kind === 'market' ? event.observations.flatMap((o) => (o.kind === 'index' ? [o.price] : [])) : [],
    )
    const lowest = Math.min(...prices)
    if (!(lowest < low - threshold)) return []
    low = lowest
    return [decision(now, lowest)]
  }
}

function decision(time: number, price: number): Decision {
  return {
    id: `low-${time}`,
    rule: 'new-low',
    stage: 'shadow',
    scope: { kind: 'input', input: 'index:BTC' },
    time,
    action: { kind: 'alert', tier: 'warning', summary: `${price}`, labels: {}, state: 'firing' },
    outcome: 'planned',
    condition: 'index < low',
    terms: [],
    inputs: [],
    reasons: [],
  }
}

export function indexEvent(source: string, time: number, price: number): Event {
  return {
    kind: 'market',
    source,
    sourceTime: time,
    receivedTime: time,
    observations: [{ kind: 'index', underlying: 'BTC', price }],
  }
}

/** A deterministic walk: the same each time it is opened. */
export function walkSource(name: string, count: number, everyMs: number, pause?: () => Promise<void>): Source {
  return {
    name,
    async *events({ after, signal }: { readonly after?: Cursor; readonly signal?: AbortSignal } = {}) {
      let price = 89_000
      let seed = 12_345
      for (let i = 0; i < count; i++) {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
        price += (seed % 200) - 105
        if (i < (after?.events ?? 0)) continue
        if (signal?.aborted === true) return
        await pause?.()
        yield indexEvent(name, 1_770_000_000_000 + i * everyMs, price)
      }
    },
    metadata: () => ({
      name,
      kind: 'walk',
      events: count,
      rows: count,
      rowsSkipped: 0,
      files: [],
      defects: [],
      damaged: false,
      notes: [],
    }),
  }
}

export const TOY_HEADER: HeaderRecord = {
  kind: 'header',
  format: JOURNAL_FORMAT,
  engineVersion: '0',
  configurationFile: 'desk.yaml',
  configuration: 'version: 1',
  configurationHash: 'c'.repeat(64),
  rulebookHash: 'd'.repeat(64),
}
