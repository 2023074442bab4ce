import { describe, expect, it } from 'vitest'
import { assessmentOf, inputState, marketOf, rulebookWith, type World } from '../../../test/policyDesk.js'
import type { Decision } from '../../decision.js'
import type { ControlEvent } from '../../event.js'
import type { Rulebook } from '../rulebook.js'
import { EMPTY_RULE_STATE, type RuleState, ruleStateDigest } from '../state.js'
import { decide } from './decide.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const TIERS = `
  - id: margin-warning
    scope: account
    when: margin_ratio > 0.65
    rearm: { when: margin_ratio < 0.55, after: 1 h }
    do: { alert: { tier: warning, subject: margin, summary: "margin ratio {margin_ratio} of {account}" } }
  - id: margin-critical
    scope: account
    when: margin_ratio > 0.85
    rearm: { when: margin_ratio < 0.75, after: 1 h }
    do: { alert: { tier: critical, subject: margin, summary: "margin ratio {margin_ratio} of {account}" } }
`

const HEDGE = (more: string) => `
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 3
    rearm: { when: abs(delta_net) < 1, after: 5 min }
    ${more}
    do: { hedge-delta: { target: 0 BTC, with: "deribit:BTC/USD:BTC", account: main, maxSlippage: 20 bps } }
`

/** Runs worlds one after another through the same rules. */
function run(rulebook: Rulebook, worlds: readonly World[], market = marketOf()) {
  let state: RuleState = EMPTY_RULE_STATE
  const turns = worlds.map((world) => {
    const decided = decide(rulebook, state, assessmentOf(world), market, world.time)
    state = decided.state
    return decided.decisions
  })
  return { turns, state }
}

const alertsOf = (decisions: readonly Decision[]) =>
  decisions.flatMap(({ action }) => (action.kind === 'alert' ? [`${action.tier} ${action.state}`] : []))

describe('alerts', () => {
  const rulebook = rulebookWith(TIERS)
  const at = (time: number, marginRatio: number | undefined, more: Partial<World> = {}): World => ({
    time,
    equity: 100,
    marginRatio,
    ...more,
  })

  it('behavior: each tier is told once on the way up', () => {
    const { turns } = run(rulebook, [at(0, 0.5), at(1, 0.7), at(2, 0.72), at(3, 0.9), at(4, 0.95)])
    expect(turns.map(alertsOf)).toEqual([[], ['warning firing'], [], ['critical firing'], []])
  })

  it('behavior: tiers that are jumped end as one message, of the highest', () => {
    const { turns } = run(rulebook, [at(0, 0.5), at(1, 0.9), at(2, 0.91)])
    expect(turns.map(alertsOf)).toEqual([[], ['critical firing'], []])
    const [message] = turns[1] ?? []
    expect(message?.reasons).toContain('also tells of tier warning, which was passed in the same move')
    expect(message?.action).toMatchObject({
      summary: 'margin ratio 0.9000 of main',
      labels: { account: 'main', subject: 'margin' },
    })
  })

  it('[UN22] re-arm needs recovery and time, without a break', () => {
    const { turns } = run(rulebook, [
      at(0, 0.7),
      at(10 * MINUTE, 0.5),
      at(50 * MINUTE, 0.6),
      at(60 * MINUTE, 0.5),
      at(61 * MINUTE, 0.7),
      at(62 * MINUTE, 0.5),
      at(62 * MINUTE + HOUR - 1, 0.5),
      at(62 * MINUTE + HOUR, 0.5),
      at(63 * MINUTE + HOUR, 0.7),
    ])
    expect(turns.map(alertsOf)).toEqual([
      ['warning firing'],
      [],
      [],
      [],
      [],
      [],
      [],
      ['warning resolved'],
      ['warning firing'],
    ])
  })

  it('behavior: when the highest tier recovers, the lower one that still fires is told in its place', () => {
    const { turns } = run(rulebook, [at(0, 0.9), at(1, 0.7), at(HOUR + 1, 0.7)])
    expect(turns.map(alertsOf)).toEqual([['critical firing'], [], ['critical resolved', 'warning firing']])
  })

  it('behavior: after downtime the state that is found is told once, not the way there', () => {
    const week = 7 * 24 * HOUR
    const { turns } = run(rulebook, [at(0, 0.5), at(week, 0.9), at(week + 1, 0.9), at(week + 2, 0.9)])
    expect(turns.map(alertsOf)).toEqual([[], ['critical firing'], [], []])
    const firing = run(rulebook, [at(0, 0.9), at(week, 0.9)])
    expect(firing.turns.map(alertsOf)).toEqual([['critical firing'], []])
  })

  it('behavior: on stale input nothing is told but the staleness, once, and that it is over', () => {
    const stale = (time: number) =>
      at(time, 0.9, { quality: 'stale', inputs: [inputState('index:BTC', 'stale', 20 * MINUTE)] })
    const live = (time: number) => at(time, 0.5, { inputs: [inputState('index:BTC', 'live', 0)] })
    const { turns } = run(rulebook, [
      live(0),
      stale(1),
      stale(2),
      live(3),
      live(4),
      live(3 + 5 * MINUTE),
      live(4 + 5 * MINUTE),
    ])
    expect(turns.map(alertsOf)).toEqual([[], ['warning firing'], [], [], [], ['warning resolved'], []])
    expect(turns[1]?.[0]).toMatchObject({ rule: 'watch.stale-input', scope: { kind: 'input', input: 'index:BTC' } })
  })

  it('behavior: many surfaces of one underlying are one staleness; a silent feed speaks for what came by it', () => {
    const surfaces = Array.from({ length: 12 }, (_, i) => inputState(`surface:BTC:2026-03-${10 + i}`, 'stale', HOUR))
    const one = run(rulebook, [{ ...at(0, 0.5), inputs: surfaces }])
    expect(one.turns[0]).toHaveLength(1)
    const feed = run(rulebook, [
      { ...at(0, 0.5), inputs: [inputState('feed:deribit', 'stale', HOUR, 'feed'), ...surfaces] },
    ])
    expect(feed.turns[0]?.map(({ scope }) => scope)).toEqual([{ kind: 'input', input: 'feed:deribit' }])
  })

  it('behavior: a margin ratio without equity fires; an unknown one never reads as safe or as breached', () => {
    const infinite = run(rulebook, [at(0, Number.POSITIVE_INFINITY)])
    expect(infinite.turns.map(alertsOf)).toEqual([['critical firing']])
    const { turns, state } = run(rulebook, [at(0, 0.9), at(1, undefined), at(2 * HOUR, undefined)])
    expect(alertsOf(turns[1] ?? [])).toEqual([])
    expect(state.instances['margin-critical|account:main']?.phase).toBe('fired')
  })

  it('behavior: a rule that cannot be judged though no input is stale is told after a while', () => {
    const { turns } = run(rulebook, [at(0, undefined), at(HOUR, undefined), at(2 * HOUR, undefined)])
    expect(turns.map((turn) => turn.map(({ rule }) => rule))).toEqual([[], ['watch.blind', 'watch.blind'], []])
  })

  it('[UN20] drawdown from the peak and from the start are separate limits', () => {
    const rules = rulebookWith(`
  - id: from-peak
    scope: account
    when: drawdown > percent(10)
    rearm: { when: drawdown < percent(5) }
    do: { alert: { tier: warning, summary: "{drawdown} below the peak" } }
  - id: from-start
    scope: account
    when: drawdown_from_start > percent(10)
    rearm: { when: drawdown_from_start < percent(5) }
    do: { alert: { tier: warning, summary: "{drawdown_from_start} below the start" } }
`)
    const equity = (time: number, amount: number): World => ({ time, equity: amount, marginRatio: 0.1 })
    const { turns } = run(rules, [equity(0, 100), equity(1, 150), equity(2, 130), equity(3, 85)])
    expect(turns.map((turn) => turn.map(({ rule }) => rule))).toEqual([[], [], ['from-peak'], ['from-start']])
  })
})

describe('hedges', () => {
  it('behavior: an inverse hedge is sized in USD of net delta, a linear one in base of delta (Paradigm)', () => {
    // 25 short puts: delta −0.30 and mark 0.02 coin each; Δ = 7.5, Δnet = −25 · (−0.30 − 0.02) = 8.
    const greeks = { delta: 7.5, deltaNet: 8 }
    const inverse = run(rulebookWith(HEDGE('')), [{ time: 0, equity: 1, marginRatio: 0, ...greeks }])
    expect(inverse.turns[0]?.[0]?.action).toMatchObject({
      kind: 'order',
      size: '-640000',
      sizeUnit: 'USD',
      limitPrice: '79830.02',
    })
    const linear = rulebookWith(HEDGE('').replace('deribit:BTC/USD:BTC', 'deribit:BTC/USDC:USDC'))
    const decided = run(linear, [{ time: 0, equity: 1, marginRatio: 0, ...greeks }])
    expect(decided.turns[0]?.[0]?.action).toMatchObject({ kind: 'order', size: '-7.5', sizeUnit: 'BTC' })
  })

  it('behavior: one order an episode; the next after recovery and time', () => {
    const world = (time: number, delta: number): World => ({ time, equity: 1, marginRatio: 0, delta })
    const { turns } = run(rulebookWith(HEDGE('')), [
      world(0, 4),
      world(1, 5),
      world(2, 0.5),
      world(2 + 5 * MINUTE, 0.5),
      world(3 + 5 * MINUTE, -4),
    ])
    expect(
      turns.map((turn) => turn.map(({ action }) => (action.kind === 'order' ? action.size : action.kind))),
    ).toEqual([['-320000'], [], [], [], ['320000']])
    const ids = turns.flat().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('behavior: bounds cut an action, then deny it, once', () => {
    const rulebook = rulebookWith(HEDGE('repeat: 1 min\n    bounds: { perAction: 5 BTC, perHour: 8 BTC }'))
    const world = (time: number): World => ({ time, equity: 1, marginRatio: 0, delta: 20 })
    const { turns } = run(rulebook, [world(0), world(MINUTE), world(2 * MINUTE), world(3 * MINUTE), world(HOUR)])
    const sizes = turns.map((turn) =>
      turn.map(({ action, outcome }) => (action.kind === 'order' ? `${outcome} ${action.size}` : '')),
    )
    expect(sizes).toEqual([['planned -400000'], ['planned -240000'], ['denied -1600000'], [], ['planned -400000']])
    expect(turns[2]?.[0]?.reasons[0]).toBe('bound perHour 8 BTC, used 8 BTC')
  })

  it('behavior: a bound is used to its last digit, and dust is not', () => {
    const rules = HEDGE('repeat: 1 min\n    bounds: { perAction: 10 BTC, perDay: 29.9999 BTC }')
    const linear = rulebookWith(rules.replace('deribit:BTC/USD:BTC', 'deribit:BTC/USDC:USDC'))
    const inverse = rulebookWith(rules)
    const world = (time: number): World => ({ time, equity: 1, marginRatio: 0, delta: 37.7, index: 69_110.5 })
    const worlds = [0, 1, 2, 3, 4].map((minute) => world(minute * MINUTE))
    const sizes = (rulebook: Rulebook) =>
      run(rulebook, worlds, marketOf({ bid: 69_110, ask: 69_111, mark: 69_110.5 })).turns.map((turn) =>
        turn.map(({ action, outcome }) => (action.kind === 'order' && outcome !== 'denied' ? action.size : outcome)),
      )
    expect(sizes(linear)).toEqual([['-10'], ['-10'], ['-9.9999'], ['denied'], []])
    expect(sizes(inverse)).toEqual([['-691100'], ['-691100'], ['-691100'], ['denied'], []])
  })

  it('behavior: nothing opens risk on data that is not live; what only reduces may, and names the data', () => {
    const world = (more: Partial<World>): World => ({
      time: 0,
      equity: 1,
      marginRatio: 0,
      delta: 4,
      quality: 'delayed',
      inputs: [inputState('index:BTC', 'delayed', 45_000)],
      ...more,
    })
    const opens = run(rulebookWith(HEDGE('')), [world({}), world({ time: 1 })])
    expect(opens.turns.map((turn) => turn.map(({ outcome }) => outcome))).toEqual([['denied'], []])
    expect(opens.turns[0]?.[0]?.reasons[0]).toBe('oracle guard: risk is not opened on delayed data')
    const held = {
      instrument: 'deribit:BTC/USD:BTC',
      size: 500_000,
      sizeUnit: 'USD',
      priceUnit: 'USD',
      quality: 'live' as const,
    }
    const reduces = run(rulebookWith(HEDGE('')), [world({ positions: [held] })])
    expect(reduces.turns[0]?.[0]).toMatchObject({ outcome: 'planned', action: { reduceOnly: true } })
    expect(reduces.turns[0]?.[0]?.reasons.at(-1)).toBe(
      'rests on older or doubted data: index:BTC is delayed, 45.0 s old',
    )
  })

  it('[UN17] without a price on the other side it holds, and a person is told', () => {
    const { turns } = run(
      rulebookWith(HEDGE('')),
      [{ time: 0, equity: 1, marginRatio: 0, delta: 4 }],
      marketOf({ ask: 80_010 }),
    )
    expect(turns[0]?.map(({ rule, action }) => [rule, action.kind])).toEqual([['watch.blocked', 'alert']])
  })

  it('behavior: a kill holds what opens risk until a person resumes', () => {
    const rulebook = rulebookWith(HEDGE(''))
    const control = (command: ControlEvent['command']): ControlEvent => ({
      kind: 'control',
      command,
      actor: 'ops',
      target: 'all',
      source: 'api',
      sourceTime: 0,
      receivedTime: 0,
    })
    const assessment = assessmentOf({ time: 0, equity: 1, marginRatio: 0, delta: 4 })
    const killed = decide(rulebook, EMPTY_RULE_STATE, assessment, marketOf(), 0, [control('kill')])
    expect(killed.decisions.map(({ outcome, reasons }) => [outcome, reasons[0]])).toEqual([
      ['done', 'thrown by ops: kill switch'],
      ['denied', 'halted (all) by ops: kill switch'],
    ])
    const resumed = decide(rulebook, killed.state, assessment, marketOf(), 1, [control('resume')])
    expect(resumed.decisions.map(({ outcome }) => outcome)).toEqual(['done', 'planned'])
  })

  it('behavior: stages say how far an action goes, and a person may change one', () => {
    for (const [stage, outcome] of Object.entries({
      plan: 'planned',
      shadow: 'planned',
      paper: 'papered',
      approve: 'pending',
      // Nothing can be sent for an account without a connection.
      live: 'denied',
    })) {
      const { turns } = run(rulebookWith(HEDGE(`stage: ${stage}`)), [{ time: 0, equity: 1, marginRatio: 0, delta: 4 }])
      expect(turns[0]?.[0]).toMatchObject({ stage, outcome })
    }
    const control: ControlEvent = {
      kind: 'control',
      command: 'stage',
      actor: 'ops',
      target: 'hold-delta',
      note: 'paper',
      source: 'api',
      sourceTime: 0,
      receivedTime: 0,
    }
    const decided = decide(
      rulebookWith(HEDGE('')),
      EMPTY_RULE_STATE,
      assessmentOf({ time: 0, equity: 1, marginRatio: 0, delta: 4 }),
      marketOf(),
      0,
      [control],
    )
    expect(decided.decisions[0]).toMatchObject({ outcome: 'done', action: { kind: 'stage', to: 'paper' } })
    expect(decided.decisions[1]).toMatchObject({ stage: 'paper', outcome: 'papered' })
  })
})

describe('other actions', () => {
  const position = (instrument: string, size: number, sizeUnit: string) => ({
    instrument,
    size,
    sizeUnit,
    priceUnit: '',
    quality: 'live' as const,
  })
  const rule = (action: string, more = '') => `
  - id: rescue
    scope: account
    when: margin_ratio > 0.9
    rearm: { when: margin_ratio < 0.7 }
    ${more}
    do: ${action}
`
  const world: World = {
    time: 0,
    equity: 1,
    marginRatio: 0.95,
    positions: [
      position('deribit:BTC/USD:BTC', 100_000, 'USD'),
      position('deribit:BTC/USD:BTC-260227-80000-P', -25, 'BTC'),
    ],
  }

  it('behavior: reduce closes a share of each position, reduce-only, against its sign', () => {
    const { turns } = run(rulebookWith(rule('{ reduce: { share: 20 % } }')), [world])
    expect(turns[0]?.map(({ action }) => action)).toMatchObject([
      { purpose: 'reduce', instrument: 'deribit:BTC/USD:BTC', size: '-20000', reduceOnly: true },
      {
        purpose: 'reduce',
        instrument: 'deribit:BTC/USD:BTC-260227-80000-P',
        size: '5',
        sizeUnit: 'BTC',
        priceUnit: 'BTC',
      },
    ])
    const bounded = run(rulebookWith(rule('{ reduce: { share: 20 % } }', 'bounds: { perAction: 100000 USD }')), [world])
    expect(bounded.turns[0]?.map(({ action }) => (action.kind === 'order' ? action.size : ''))).toEqual(['-20000', '1'])
  })

  it('behavior: top up, cancel and halt are data', () => {
    const topUp = run(rulebookWith(rule('{ top-up: { amount: 2 BTC } }', 'bounds: { perDay: 1.5 BTC }')), [world])
    expect(topUp.turns[0]?.[0]?.action).toEqual({ kind: 'collateral', account: 'main', asset: 'BTC', amount: '1.5' })
    const cancel = run(rulebookWith(rule('{ cancel: {} }')), [{ ...world, quality: 'stale' }])
    expect(cancel.turns[0]?.[0]?.action).toEqual({ kind: 'cancel', account: 'main', instruments: 'all' })
    const halt = run(rulebookWith(rule('{ halt: { reason: too close } }')), [world])
    expect(halt.turns[0]?.[0]?.action).toMatchObject({ kind: 'halt', reason: 'too close' })
    expect(halt.state.halts).toEqual({})
    const applied = run(rulebookWith(rule('{ halt: { reason: too close } }', 'stage: live')), [world])
    expect(applied.state.halts).toEqual({ 'account:main': { since: 0, by: 'rescue', reason: 'too close' } })
  })
})

describe('deciding', () => {
  it('behavior: pure: state in is not changed, equal arguments give equal bytes', () => {
    const rulebook = rulebookWith(TIERS + HEDGE('bounds: { perDay: 9 BTC }'))
    const assessment = assessmentOf({ time: 5, equity: 100, marginRatio: 0.7, delta: 5 })
    const before = JSON.stringify(EMPTY_RULE_STATE)
    const first = decide(rulebook, EMPTY_RULE_STATE, assessment, marketOf(), 5)
    const second = decide(rulebook, EMPTY_RULE_STATE, assessment, marketOf(), 5)
    expect(JSON.stringify(EMPTY_RULE_STATE)).toBe(before)
    expect(JSON.stringify(second)).toBe(JSON.stringify(first))
    expect(ruleStateDigest(second.state)).toBe(ruleStateDigest(first.state))
  })

  it('behavior: a turn in which nothing changes keeps the very same state', () => {
    const rulebook = rulebookWith(TIERS)
    const { state } = run(rulebook, [{ time: 0, equity: 100, marginRatio: 0.7 }])
    const next = decide(rulebook, state, assessmentOf({ time: 1, equity: 100, marginRatio: 0.7 }), marketOf(), 1)
    expect(next.state).toBe(state)
  })

  it('error: a fault in one rule is told once, and the others go on', () => {
    const rulebook = rulebookWith(TIERS)
    const [first, second] = rulebook.rules
    const broken = {
      ...first!,
      when: {
        ...first!.when,
        evaluate: () => {
          throw new Error('boom')
        },
      },
    }
    const faulty: Rulebook = { ...rulebook, rules: [broken, second!] }
    const { turns } = run(faulty, [
      { time: 0, equity: 100, marginRatio: 0.9 },
      { time: 1, equity: 100, marginRatio: 0.9 },
    ])
    expect(turns.map((turn) => turn.map(({ rule }) => rule))).toEqual([['margin-critical', 'watch.fault'], []])
    expect(turns[0]?.[1]?.action).toMatchObject({
      tier: 'critical',
      summary: 'rule margin-warning failed on account:main: boom',
    })
  })
})
