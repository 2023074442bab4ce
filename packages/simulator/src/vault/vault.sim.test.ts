import { readFileSync } from 'node:fs'
import { type Decision, netAssetValue, type RoundsMemory } from '@holdfast/engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BackTest, backTest } from './backTest.js'

/* Every policy of a vault through the built-in crash, with the real engine and paper fills. */

const CHAINS = ['260213', '260227', '260327'].map((date) => `"deribit:BTC/USD:BTC-${date}"`).join(', ')

function desk(account: string, rules: string): string {
  return `version: 1
sources: [{ kind: scenario, id: february, builtin: february-2026, chains: [${CHAINS}] }]
accounts: [${account}]
guard:
  index: { delayedAfter: 2 h, maxAge: 6 h, maxJump: 15 %, maxDivergence: 2 % }
  forward: { delayedAfter: 2 h, maxAge: 6 h }
  surface: { delayedAfter: 2 h, maxAge: 6 h }
  quote: { delayedAfter: 2 h, maxAge: 6 h, maxJump: 1000 % }
  account: { delayedAfter: 30 d, maxAge: 30 d }
rules:
${rules}`
}

const rule = (id: string, action: string) => `
  - id: ${id}
    scope: { account: vault }
    when: equity > 0
    rearm: { when: equity <= 0 }
    repeat: 30 min
    stage: paper
    do: { ${action} }`

const COINS = '{ id: vault, venue: deribit, marginModel: deribit-standard, balances: { BTC: 100 }, positions: [] }'
const MIXED =
  '{ id: vault, venue: deribit, marginModel: deribit-standard, balances: { BTC: 20, USDC: 4000000 }, positions: [] }'

type Watched = BackTest & { readonly values: readonly number[]; readonly floors: readonly number[] }

async function watched(text: string): Promise<Watched> {
  const values: number[] = []
  const floors: number[] = []
  const run = await backTest(text, (_, view) => {
    const value = netAssetValue(view.assessment.accounts[0]!)
    if (value === undefined) return
    values.push(value)
    floors.push(Object.values(view.rules.floors)[0]?.floor ?? Number.NaN)
  })
  return { ...run, values, floors }
}

const ordersOf = (decisions: readonly Decision[], purpose: string) =>
  decisions.filter(({ action }) => action.kind === 'order' && action.purpose === purpose)

const held = (run: Watched, id = '') => Object.entries(run.last.rules.rounds).find(([key]) => key.startsWith(id))?.[1]

describe('cppi and tipp', () => {
  it.each(['cppi', 'tipp'] as const)(
    'behavior: %s keeps its floor through the crash, where holding would have fallen through it',
    async (method) => {
      const insure = `insure: { method: ${method}, with: "deribit:BTC/USD:BTC", floor: 80 %, multiplier: 600 %, band: 3 %, gap: { least: 8 %, interval: 30 min, latency: 1 min } }`
      const run = await watched(desk(COINS, rule('keep-floor', insure)))
      expect(run.values.length).toBeGreaterThan(600)
      expect(run.values.every((value, i) => value >= run.floors[i]!)).toBe(true)
      if (method === 'tipp') expect(run.floors.every((floor, i) => floor >= (run.floors[i - 1] ?? 0))).toBe(true)
      // 100 BTC alone: from 87,785 to 63,858 USD, 72.7 %.
      expect(Math.min(...run.values) / run.values[0]!).toBeGreaterThan(0.8)
      const orders = ordersOf(run.decisions, 'insurance')
      expect(orders.length).toBeGreaterThan(10)
      expect(run.orders.filter(({ state }) => state === 'filled').length).toBeGreaterThan(10)
      expect(orders.some(({ reasons }) => reasons.some((reason) => reason.startsWith('gap 8.00 %')))).toBe(true)
    },
  )
})

describe('obpi', () => {
  it('behavior: one put for every coin, and the value at the lowest is above the floor', async () => {
    const insure =
      'insure: { method: obpi, with: "deribit:BTC/USD:BTC", floor: 85 %, tenor: { min: 20 d, max: 70 d }, budget: 8 %, lot: 0.1 BTC }'
    const run = await watched(desk(COINS.replace('100', '15'), rule('put', insure)))
    const orders = ordersOf(run.decisions, 'insurance')
    expect(orders.length).toBeGreaterThan(0)
    const { positions } = run.last.assessment.accounts[0]!
    expect(positions.every(({ instrument, size }) => instrument.endsWith('-P') && size > 0)).toBe(true)
    expect(positions.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThanOrEqual(14.5)
    expect(run.values.every((value, i) => value >= run.floors[i]!)).toBe(true)
    expect(Math.min(...run.values) / run.values[0]!).toBeGreaterThan(0.85)
  })
})

const sell = (strategy: string, more = '') =>
  `sell-options: { underlying: BTC, strategy: ${strategy}, delta: 20 %, tenor: { min: 7 d, max: 35 d }, share: 50 %, gate: { overRealised: 2 vol, window: 3 d }, roll: { timeLeft: 1 d, profit: 50 % }, defend: { delta: 45 %, loss: 200 % }, maxLoss: 400000 USD, maxSpread: 30 %, lot: 0.1 BTC${more} }`

describe('sell-options', () => {
  it.each([
    ['covered-call', COINS],
    ['cash-secured-put', MIXED],
    ['iron-condor', MIXED],
  ])('behavior: %s sells round after round, each with its reasons, never naked', async (strategy, account) => {
    const shorts: number[] = []
    const text = desk(account, rule('sell', sell(strategy)))
    const run = await backTest(text, (_, { assessment, rules }) => {
      const view = assessment.accounts[0]!
      const size = (key: RegExp, sign: number) =>
        view.positions
          .filter((one) => key.test(one.instrument))
          .reduce((sum, one) => sum + Math.max(0, sign * one.size), 0)
      const coins = view.balances?.find(({ asset }) => asset === 'BTC')?.amount ?? 0
      const cash = view.balances?.find(({ asset }) => asset === 'USDC')?.amount ?? 0
      shorts.push(size(/-[CP]$/, -1))
      if (strategy === 'covered-call') expect(size(/-C$/, -1)).toBeLessThanOrEqual(coins)
      if (strategy === 'cash-secured-put') {
        const secured = view.positions.reduce(
          (sum, one) => sum + Math.max(0, -one.size) * Number(one.instrument.split('-')[2]),
          0,
        )
        expect(secured).toBeLessThanOrEqual(cash)
      }
      const open = (Object.values(rules.rounds)[0] as RoundsMemory | undefined)?.open
      if (open !== undefined) expect(open.lossMax).toBeLessThanOrEqual(400_000 + 1e-6)
    })
    const rounds = held(run as Watched)!
    expect(rounds.done.length).toBeGreaterThanOrEqual(1)
    expect(Math.max(...shorts)).toBeGreaterThan(0)
    for (const round of rounds.done) {
      expect(round.why.some((why) => why.includes('gate open'))).toBe(true)
      expect(round.end.why.length).toBeGreaterThan(5)
    }
    const orders = ordersOf(run.decisions, 'option-selling')
    const opened = orders.filter(({ reasons }) => reasons.some((reason) => reason.includes('gate open')))
    const closed = orders.filter(({ reasons }) => reasons.some((reason) => reason.includes(' ends (')))
    expect(opened.length).toBeGreaterThan(0)
    expect(closed.length).toBeGreaterThan(0)
    expect(closed.every(({ action }) => action.kind === 'order' && action.reduceOnly)).toBe(true)
  })
})

describe('rebalance-collateral', () => {
  it('behavior: does nothing until covariance is known, then lowers the variance, within its bounds', async () => {
    const rebalance =
      'rebalance-collateral: { method: minimum-variance, with: ["deribit:BTC/USD:BTC"], minShare: 30 %, band: 4 % }'
    const run = await watched(
      desk(MIXED.replace('BTC: 20, USDC: 4000000', 'BTC: 50, USDC: 2000000'), rule('mix', rebalance)),
    )
    const orders = ordersOf(run.decisions, 'rebalance')
    expect(orders.length).toBeGreaterThan(0)
    expect(orders.every(({ time }) => time >= run.turns[0]!.time + 47 * 3_600_000)).toBe(true)
    const blocked = run.decisions.filter(({ rule: id }) => id === 'watch.blocked')
    expect(JSON.stringify(blocked[0]?.reasons)).toContain('covariance is unknown')
    expect(JSON.stringify(orders[0]?.reasons)).toContain('one standard deviation over 30.0 d falls by')
  })
})

describe('the example vault', () => {
  const text = readFileSync(new URL('../../../../examples/vault.yaml', import.meta.url), 'utf8')
  let run: Watched
  beforeAll(async () => {
    run = await watched(text)
  })

  it('behavior: sells calls and keeps its floor', () => {
    expect(run.values.every((value, i) => !(value < run.floors[i]!))).toBe(true)
    expect(ordersOf(run.decisions, 'insurance').length).toBeGreaterThan(5)
    expect(held(run, 'sell-calls')!.done.length).toBeGreaterThanOrEqual(2)
  })

  it('behavior: the same events give the same turns, to the bit', async () => {
    const again = await backTest(text)
    expect(again.turns.map(({ stateDigest }) => stateDigest)).toEqual(run.turns.map(({ stateDigest }) => stateDigest))
    expect(again.last.rules).toEqual(run.last.rules)
  })
})
