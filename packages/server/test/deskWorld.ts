import {
  type AccountAssessment,
  type Assessment,
  type Decision,
  EMPTY_RULE_STATE,
  type EngineView,
  type Event,
  NO_ORDERS,
  type Quality,
  type Turn,
} from '@holdfast/engine'
import { accountOf, atmVol, EXPIRIES, HOUR, hash, path, portfolioOf, START } from './deskBook.js'

/**
 * A desk in a falling market, made of the engine's types: two accounts, BTC and ETH, thirteen days. The prices are plain
 * Black-76 with a stand-in margin rule; what it is good for is shape and plausibility, for tests of the API and the page.
 */
export type DeskWorld = {
  readonly steps: readonly { readonly turn: Turn; readonly view: EngineView; readonly head: string }[]
}

function inputsOf(time: number, staleForward: boolean): Assessment['inputs'] {
  const input = (name: string, ageMs: number, quality: Quality, reasons: readonly string[] = []) => ({
    name,
    source: 'scenario:february-2026',
    sourceTime: time - ageMs,
    receivedTime: time - ageMs + 120,
    ageMs,
    quality,
    reasons,
  })
  return [
    input('account:deribit-eth', 4_000, 'live'),
    input('account:deribit-main', 4_000, 'live'),
    input('forward:BTC:2026-02-27', 1_500, 'live'),
    staleForward
      ? input('forward:ETH:2026-03-27', 2_820_000, 'stale', ['47 min without progress; allowed: 15 min'])
      : input('forward:ETH:2026-03-27', 1_500, 'live'),
    input('index:BTC', 800, 'live'),
    input('index:ETH', 800, 'live'),
    input('quote:deribit:BTC/USD:BTC', 800, 'live'),
    input('surface:BTC:2026-02-27', 62_000, 'delayed', ['fit is 1 min old; advances']),
    input('surface:ETH:2026-02-27', 3_000, 'live'),
  ]
}

function marketEvent(hours: number): Event {
  const time = START + hours * HOUR
  const observations = ['BTC', 'ETH'].flatMap((underlying) => {
    const price = path(hours, underlying)
    return [
      { kind: 'index' as const, underlying, price },
      ...EXPIRIES.map((expiry) => ({ kind: 'forward' as const, underlying, expiry, price: price * 1.004 })),
      ...EXPIRIES.map((expiry) => {
        const years = (expiry - time) / (365 * 24 * HOUR)
        const level = atmVol(hours) ** 2 * years
        const svi = [level * 0.6, level * 1.6, -0.25, 0, 0.25] as const
        return { kind: 'slice' as const, underlying, expiry, svi }
      }),
    ]
  })
  return { kind: 'market', source: 'scenario:february-2026', sourceTime: time, receivedTime: time + 120, observations }
}

function alertDecision(
  rule: string,
  tier: 'warning' | 'critical',
  account: AccountAssessment,
  time: number,
  threshold: number,
  state: 'firing' | 'resolved',
): Decision {
  const value = account.marginRatio ?? 0
  const summary = `margin ratio ${value.toFixed(2)} of ${account.account}`
  return {
    id: hash(`${rule} ${account.account} ${time} ${state}`).slice(0, 32),
    rule,
    stage: 'shadow',
    scope: { kind: 'account', account: account.account },
    time,
    action: { kind: 'alert', tier, summary, labels: { account: account.account, rule }, state },
    outcome: 'planned',
    condition: `margin_ratio > ${threshold}`,
    terms: [
      {
        text: `margin_ratio > ${threshold}`,
        measure: 'margin_ratio',
        value,
        operator: '>',
        threshold,
        unit: 'ratio',
        holds: state === 'firing',
      },
    ],
    inputs: [
      {
        name: 'index:BTC',
        value: path((time - START) / HOUR, 'BTC'),
        unit: 'USD',
        source: 'scenario:february-2026',
        sourceTime: time - 800,
        ageMs: 800,
        quality: 'live',
      },
    ],
    reasons: [`margin_ratio is ${value.toFixed(3)}, ${state === 'firing' ? 'above' : 'below'} ${threshold}`],
  }
}

function hedgeDecision(account: AccountAssessment, time: number): Decision {
  const delta = account.greeks[0]?.deltaNet ?? 0
  return {
    id: hash(`hold-delta ${time}`).slice(0, 32),
    rule: 'hold-delta',
    stage: 'shadow',
    scope: { kind: 'underlying', portfolio: 'desk', underlying: 'BTC' },
    time,
    action: {
      kind: 'order',
      purpose: 'hedge-delta',
      venue: 'deribit',
      account: account.account,
      instrument: 'deribit:BTC/USD:BTC',
      size: String(Math.round((-delta * path((time - START) / HOUR, 'BTC')) / 10) * 10),
      sizeUnit: 'USD',
      limitPrice: path((time - START) / HOUR, 'BTC').toFixed(1),
      priceUnit: 'USD',
      reduceOnly: false,
    },
    outcome: time % (6 * HOUR) === 0 ? 'denied' : 'planned',
    condition: 'abs(delta_net) > 3.0',
    terms: [
      {
        text: 'abs(delta_net) > 3.0',
        measure: 'delta_net',
        value: delta,
        operator: '>',
        threshold: 3,
        unit: 'BTC',
        holds: true,
      },
    ],
    inputs: [],
    reasons: [`net delta is ${delta.toFixed(2)} BTC, outside ±3 BTC`],
  }
}

/** The world up to `hours`, a turn an hour. The same call gives the same world. */
export function deskWorld(hours: number): DeskWorld {
  const steps = WORLDS.get(hours) ?? makeSteps(hours)
  WORLDS.set(hours, steps)
  return { steps }
}

const WORLDS = new Map<number, DeskWorld['steps']>()

function makeSteps(hours: number): DeskWorld['steps'] {
  const firing = new Set<string>()
  const recent: Decision[] = []
  const steps: { turn: Turn; view: EngineView; head: string }[] = []
  let head = hash('genesis')
  for (let hour = 0; hour < hours; hour++) {
    const time = START + hour * HOUR
    const stale = hour % 40 > 36
    const accounts = ['deribit-eth', 'deribit-main'].map((id) => accountOf(id, hour, stale ? 'stale' : 'live'))
    const assessment: Assessment = {
      time,
      accounts,
      portfolios: [portfolioOf(accounts, hour, stale ? 'stale' : 'live')],
      inputs: inputsOf(time, stale),
    }
    const decisions: Decision[] = []
    for (const account of accounts) {
      for (const [rule, tier, level, rearm] of [
        ['margin-warning', 'warning', 0.65, 0.55],
        ['margin-critical', 'critical', 0.85, 0.75],
      ] as const) {
        const key = `${rule} ${account.account}`
        const ratio = account.marginRatio ?? Number.POSITIVE_INFINITY
        if (!firing.has(key) && ratio > level) {
          firing.add(key)
          decisions.push(alertDecision(rule, tier, account, time, level, 'firing'))
        } else if (firing.has(key) && ratio < rearm) {
          firing.delete(key)
          decisions.push(alertDecision(rule, tier, account, time, rearm, 'resolved'))
        }
      }
    }
    if (hour % 14 === 5) decisions.push(hedgeDecision(accounts[1]!, time))
    recent.push(...decisions)
    const stateDigest = hash(`state ${hour}`)
    head = hash(`${head} ${hour}`)
    const turn: Turn = {
      sequence: hour + 1,
      time,
      events: [marketEvent(hour)],
      decisions,
      assessmentDigest: hash(`assessment ${hour}`),
      flags: [],
      stateDigest,
    }
    const view = {
      sequence: hour + 1,
      time,
      assessment,
      decisions: recent.slice(-1000),
      flags: [],
      stateDigest,
      rules: EMPTY_RULE_STATE,
      orders: NO_ORDERS,
    }
    steps.push({ turn, view, head })
  }
  return steps
}
