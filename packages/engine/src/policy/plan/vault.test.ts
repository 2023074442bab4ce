import { describe, expect, it } from 'vitest'
import { createEngine } from '../../engine.js'
import type { Event, FillEvent, MarketEvent, Observation } from '../../event.js'
import { applyMarketEvent, createMarketState, marketView } from '../../market/index.js'
import { compileConfiguration } from '../configuration/compileConfiguration.js'
import { renderDiagnostics } from '../configuration/diagnostic.js'
import { whyNot } from '../explain/whyNot.js'
import type { Rulebook } from '../rulebook.js'
import type { VaultAction } from '../vaultAction.js'
import { planVault } from './vault.js'

const T0 = Date.UTC(2026, 0, 29, 12)
const HOUR = 3_600_000

function rulebookOf(accounts: string, rules: string): Rulebook {
  const compiled = compileConfiguration(
    `version: 1
sources: [{ kind: scenario, builtin: test }]
accounts: [${accounts}]
guard: { index: { maxJump: 90 % }, account: { delayedAfter: 30 d, maxAge: 30 d } }
rules:
${rules}`,
    'test.yaml',
  )
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
  return compiled.rulebook
}

const rule = (action: string, more = '') => `
  - id: act
    scope: { account: main }
    when: equity > 0
    rearm: { when: equity <= 0 }
    repeat: 1 h
    stage: paper
    ${more}
    do: { ${action} }`

function market(time: number, ...observations: Observation[]): Event {
  return { kind: 'market', source: 'test', sourceTime: time, receivedTime: time, observations }
}
const index = (underlying: string, price: number): Observation => ({ kind: 'index', underlying, price })
const asset = (name: string, price: number): Observation => ({ kind: 'asset', asset: name, price })
const quote = (instrument: string, bid: number, ask: number): Observation => {
  return { kind: 'quote', instrument, bid, ask, mark: (bid + ask) / 2 }
}

const LENDING = '{ id: main, venue: aave, marginModel: aave-v3, balances: { WETH: 10, USDC: -20000 }, positions: [] }'
const PAIR = 'aave:WETH/USDC'
const REPAY = `repay: { ifBelow: 130 %, to: 150 %, with: "${PAIR}", cost: 10 bps, lot: 0.001 WETH }`
const BOOST = `boost: { ifAbove: 120 %, to: 110 %, with: "${PAIR}", cost: 10 bps, lot: 0.001 WETH }`
const lendingMarket = (time: number, weth = 3000) =>
  market(time, index('WETH', weth), asset('WETH', weth), asset('USDC', 1), quote(PAIR, weth * 0.999, weth * 1.001))

/** The one order of a turn, and the fill that it gets at the price it crossed. */
function act(rulebook: Rulebook, events: readonly Event[], price: number, fee: number) {
  const engine = createEngine(rulebook)
  const turn = engine.step(events, T0)
  const orders = turn.decisions.filter(({ action }) => action.kind === 'order')
  const [decision] = orders
  if (decision?.action.kind !== 'order') return { engine, turn, decision }
  const { size, instrument } = decision.action
  const fill: FillEvent = {
    kind: 'fill',
    source: 'paper',
    sourceTime: T0 + 1,
    receivedTime: T0 + 1,
    account: 'main',
    instrument,
    fillId: 'f',
    size,
    price: String(price),
    fee: (Math.abs(Number(size)) * price * fee).toFixed(9),
    feeAsset: 'USDC',
  }
  engine.step([fill], T0 + 1)
  return { engine, turn, decision }
}

function health(engine: ReturnType<typeof createEngine>): number {
  const { margin } = engine.view().assessment.accounts[0]!
  if (!margin.ok) throw new Error(margin.missing.join())
  return margin.parts['info.healthFactor']!
}

describe('repay and boost of a lending account', () => {
  it('behavior: a repayment, filled at its price with its fee, lands on the target, to the lot', () => {
    const { engine, decision } = act(rulebookOf(LENDING, rule(REPAY)), [lendingMarket(T0)], 2997, 0.001)
    expect(decision?.action).toMatchObject({ purpose: 'repay', instrument: PAIR, reduceOnly: false })
    // One lot of 0.001 WETH, 3 USD, moves health by less than 1e-3 · 3000 · 1.5 / 12,400.
    expect(health(engine)).toBeGreaterThanOrEqual(1.5)
    expect(health(engine)).toBeLessThan(1.5 + 4e-4)
    expect(decision?.reasons.join()).toContain('health 124.50 %: repay if below 130.00 %')
  })

  it('behavior: a boost lands at or above its target, to the lot', () => {
    const { engine, decision } = act(rulebookOf(LENDING, rule(BOOST)), [lendingMarket(T0)], 3003, 0.001)
    expect(decision?.action).toMatchObject({ purpose: 'boost' })
    // Bought for b (1 − c), paid b (1 − c²): what is owed is a little less than reckoned.
    expect(health(engine)).toBeGreaterThanOrEqual(1.1)
    expect(health(engine)).toBeLessThan(1.1 + 4e-4)
  })

  it('behavior: within its limits nothing is done, and why-not says so', () => {
    const rulebook = rulebookOf(LENDING, rule(REPAY))
    const engine = createEngine(rulebook)
    expect(engine.step([lendingMarket(T0, 3500)], T0).decisions).toEqual([])
    const { rules, assessment } = engine.view()
    expect(whyNot(rulebook, 'act', rules, assessment)).toMatchObject({ ok: true })
  })

  it.each([
    ['no quote', market(T0, index('WETH', 3000), asset('WETH', 3000), asset('USDC', 1))],
    ['no price of the collateral', market(T0, asset('USDC', 1), quote(PAIR, 2997, 3003))],
    ['a NaN price', market(T0, index('WETH', Number.NaN), asset('USDC', 1), quote(PAIR, 2997, 3003))],
  ])('error: with %s nothing is traded', (_, event) => {
    const { decision } = act(rulebookOf(LENDING, rule(REPAY)), [event], 2997, 0.001)
    expect(decision).toBeUndefined()
  })

  it('error: a stale price boosts nothing; a repayment names it', () => {
    const later: Event = { kind: 'clock', source: 'test', sourceTime: T0 + 30 * 60_000, receivedTime: T0 + 30 * 60_000 }
    const outcomes = (action: string) => {
      const engine = createEngine(rulebookOf(LENDING, rule(action).replace('equity > 0', 'initial_margin > 0')))
      engine.step([lendingMarket(T0, action === BOOST ? 2000 : 4000)], T0)
      const stale = market(T0 + 1, ...(lendingMarket(T0 + 1) as MarketEvent).observations)
      engine.step([{ ...stale, receivedTime: T0 + 30 * 60_000 } as Event, later], T0 + 30 * 60_000)
      return engine
        .view()
        .decisions.filter(({ action: one }) => one.kind === 'order')
        .map(({ outcome }) => outcome)
    }
    expect(outcomes(BOOST)).toEqual(['denied'])
    expect(outcomes(REPAY)).toEqual(['papered'])
  })
})

const MARGIN =
  '{ id: main, venue: binance, marginModel: cross, balances: { USDT: 100000 }, positions: [{ instrument: BTC/USDT:USDT, size: 10 BTC, entry: 80000 USDT }] }'

describe('repay of a margin account', () => {
  it('behavior: closes what brings equity ÷ maintenance to its target', () => {
    const rulebook = rulebookOf(
      MARGIN,
      rule('repay: { ifBelow: 1000 %, to: 1200 %, with: "binance:BTC/USDT:USDT", cost: 5 bps, lot: 0.001 BTC }'),
    )
    const prices = [index('BTC', 80_000), asset('USDT', 1), quote('binance:BTC/USDT:USDT', 80_000, 80_000)]
    const engine = createEngine(rulebook)
    const turn = engine.step([market(T0, ...prices)], T0)
    const [order] = turn.decisions
    expect(order?.action).toMatchObject({ purpose: 'repay', reduceOnly: true })
    const before = engine.view().assessment.accounts[0]!.margin
    if (!before.ok || order?.action.kind !== 'order') throw new Error('no order')
    const fee = Math.abs(Number(order.action.size)) * 80_000 * 0.0005
    const fill = {
      kind: 'fill',
      source: 'p',
      sourceTime: T0 + 1,
      receivedTime: T0 + 1,
      account: 'main',
      fillId: '1',
    } as const
    const { instrument, size } = order.action
    engine.step([{ ...fill, instrument, size, price: '80000', fee: fee.toFixed(6), feeAsset: 'USDT' }], T0 + 1)
    const after = engine.view().assessment.accounts[0]!.margin
    if (!after.ok) throw new Error('margin')
    // The model's requirement has a rate that rises with size, so the closed form, linear in size, ends on the safe side.
    const reached = after.equity / after.maintenanceMargin
    expect(before.equity / before.maintenanceMargin).toBeLessThan(10)
    expect(reached).toBeGreaterThan(10)
    expect(Math.abs(reached / 12 - 1)).toBeLessThan(0.25)
  })
})

const SPOT = '{ id: main, venue: kraken, marginModel: cross, balances: { BTC: 10, USDC: 100000 }, positions: [] }'

describe('rebalance-collateral in spot', () => {
  const rebalance =
    'rebalance-collateral: { method: minimum-variance, with: ["kraken:BTC/USDC"], maxShare: 100 %, minShare: 40 % }'
  const at = (hour: number, usdc = 1) => {
    const price = 80_000 * (1 + 0.01 * ((hour * 7) % 5))
    return market(
      T0 + hour * HOUR,
      index('BTC', price),
      asset('USDC', usdc),
      quote('kraken:BTC/USDC', price - 5, price + 5),
    )
  }

  function run(usdc: number) {
    const engine = createEngine(rulebookOf(SPOT, rule(rebalance)))
    for (let hour = 0; hour < 60; hour++) engine.step([at(hour, usdc)], T0 + hour * HOUR)
    return engine.view()
  }

  it('behavior: sells down to the mix once 48 hours are known', () => {
    const orders = run(1).decisions.filter(({ action }) => action.kind === 'order')
    expect(orders[0]?.time).toBe(T0 + 48 * HOUR)
    const { action } = orders[0]!
    if (action.kind !== 'order') throw new Error('no order')
    // 40 % of the value stays in BTC.
    const price = Number(orders[0]!.inputs.find(({ name }) => name === 'index:BTC')!.value)
    expect(10 + Number(action.size)).toBeCloseTo((0.4 * (10 * price + 100_000)) / price, 3)
    expect(action).toMatchObject({ purpose: 'rebalance', account: 'main' })
  })

  it('error: a coin off its peg is not bought', () => {
    const { decisions, assessment } = run(0.95)
    expect(decisions.filter(({ action }) => action.kind === 'order')).toEqual([])
    const state = createMarketState()
    for (let hour = 0; hour < 60; hour++) applyMarketEvent(state, at(hour, 0.95))
    const { action } = rulebookOf(SPOT, rule(rebalance)).rules[0]!
    const plan = planVault(
      action as VaultAction,
      'main',
      assessment,
      marketView(state, assessment.time),
      { left: {}, because: {} },
      {},
    )
    expect(plan).toMatchObject({
      ok: false,
      code: 'no-data',
      reason: 'USDC is off its peg or unpriced: it is not bought',
    })
  })
})

describe('bounds, halts and stages of vault actions', () => {
  const events = [lendingMarket(T0)]

  it('behavior: a bound cuts a repayment, and is told', () => {
    const { decision } = act(rulebookOf(LENDING, rule(REPAY, 'bounds: { perAction: 1 WETH }')), events, 2997, 0.001)
    expect(decision?.action).toMatchObject({ size: '-1' })
    expect(decision?.reasons.join()).toContain('bound perAction 1 WETH')
  })

  it('behavior: a halt holds back a boost and lets a repayment through', () => {
    const kill: Event = {
      kind: 'control',
      source: 'person',
      sourceTime: T0,
      receivedTime: T0,
      command: 'kill',
      actor: 'risk',
      target: '',
    }
    const outcome = (action: string) =>
      act(rulebookOf(LENDING, rule(action)), [...events, kill], 2997, 0.001).decision?.outcome
    expect(outcome(BOOST)).toBe('denied')
    expect(outcome(REPAY)).toBe('papered')
  })

  it('behavior: at shadow it is planned, nothing more', () => {
    const text = rule(REPAY).replace('stage: paper', 'stage: shadow')
    expect(act(rulebookOf(LENDING, text), events, 2997, 0.001).decision?.outcome).toBe('planned')
  })
})
