import { describe, expect, it } from 'vitest'
import { assessmentOf, inputState, marketOf, rulebookWith } from '../../../test/policyDesk.js'
import { decide } from '../decide/decide.js'
import { EMPTY_RULE_STATE } from '../state.js'
import { explainDecision } from './explainDecision.js'
import { whyNot } from './whyNot.js'

const RULES = `
  - id: margin-warning
    scope: account
    when: margin_ratio > 0.65 && equity > 0
    rearm: { when: margin_ratio < 0.55, after: 1 h }
    cooldown: 4 h
    do: { alert: { tier: warning, summary: "margin ratio {margin_ratio}" } }
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > btc(3)
    rearm: { when: abs(delta_net) < 1, after: 5 min }
    bounds: { perHour: 5 BTC }
    do: { hedge-delta: { target: 0 BTC, with: "deribit:BTC/USD:BTC", account: main } }
`
const rulebook = rulebookWith(RULES)
const inputs = [inputState('index:BTC', 'live', 4200, 'deribit')]
const MINUTE = 60_000

describe('explain', () => {
  it('behavior: prints rule, condition, inputs with age and source, and what would have flipped it', () => {
    const assessment = assessmentOf({ time: 1_770_278_400_000, equity: 1000, marginRatio: 0.7, delta: 4, inputs })
    const { decisions } = decide(rulebook, EMPTY_RULE_STATE, assessment, marketOf(), assessment.time)
    const hedge = explainDecision(decisions[0]!, rulebook)
    expect(hedge.text).toBe(`decision ${decisions[0]!.id}
  when     2026-02-05T08:00:00Z
  rule     hold-delta (test.yaml:18), stage shadow
  scope    underlying:desk/BTC
  action   sell 320000 USD of deribit:BTC/USD:BTC at 79830.02 USD or better for main (hedge-delta)
  outcome  planned: recorded, nothing is sent
  because  abs(delta_net) > btc(3)
           abs(delta_net) > btc(3): 4.0000 BTC against 3.0000 BTC, holds
  reasons  net delta 4.0000 BTC against target 0 BTC: sell 4.0000 BTC × 80000 USD = 320000 USD
           limit 79830.02 USD: bid 79990 and at most 20 bps beyond
  inputs   index:BTC = 80000 USD, from deribit, 4.2 s old, live
           quote:deribit:BTC/USD:BTC = 79990 USD (bid), from feed, 0 ms old, live
  flips    abs(delta_net) would have to fall by 1.0000 BTC, to 3.0000 BTC`)
    const alert = explainDecision(decisions[1]!, rulebook)
    expect(alert.flips.map(({ text }) => text)).toEqual([
      'margin_ratio would have to fall by 0.0500, to 0.6500',
      'equity would have to fall by 1,000 USD, to 0.00 USD',
    ])
  })
})

describe('why not', () => {
  it('behavior: a condition that does not hold: what would flip it', () => {
    const why = whyNot(
      rulebook,
      'margin-warning',
      EMPTY_RULE_STATE,
      assessmentOf({ time: 0, equity: 1000, marginRatio: 0.6, inputs }),
    )
    expect(why.ok && why.text).toBe(`rule margin-warning (test.yaml:12), stage shadow: margin_ratio > 0.65 && equity > 0
account main: does not act
  terms    margin_ratio > 0.65: 0.6000 against 0.6500, does not hold
           equity > 0: 1,000 USD against 0.00 USD, holds
  blocks   the condition does not hold
  flips    margin_ratio would have to rise by 0.0500, to 0.6500
  inputs   index:BTC, from deribit, 4.2 s old, live`)
  })

  it('behavior: fired, cooling down, unknown, stale, spent, halted, staged: each is named', () => {
    const blocks = (
      rule: string,
      ...more: Parameters<typeof whyNot> extends [unknown, unknown, ...infer R] ? R : never
    ) => {
      const why = whyNot(rulebook, rule, ...more)
      return why.ok ? why.instances.flatMap((one) => one.blocks.map(({ kind, text }) => `${kind}: ${text}`)) : []
    }
    const high = assessmentOf({ time: 0, equity: 1000, marginRatio: 0.7 })
    const { state } = decide(rulebook, EMPTY_RULE_STATE, high, marketOf(), 0)
    const later = (marginRatio: number, time: number) => assessmentOf({ time, equity: 1000, marginRatio })
    expect(blocks('margin-warning', state, later(0.7, MINUTE))).toEqual([
      'fired: it fired 60.0 s ago and waits for margin_ratio < 0.55 for 60.0 min: it does not hold yet; margin_ratio would have to fall by 0.1500, to 0.5500',
    ])
    const resting = decide(rulebook, state, later(0.5, MINUTE), marketOf(), MINUTE).state
    expect(blocks('margin-warning', resting, later(0.5, 11 * MINUTE))).toEqual([
      'condition: the condition does not hold',
      'fired: it fired 11.0 min ago and waits for margin_ratio < 0.55 for 60.0 min: it holds, 50.0 min are left',
    ])
    const armed = decide(rulebook, resting, later(0.5, 61 * MINUTE), marketOf(), 61 * MINUTE).state
    expect(blocks('margin-warning', armed, later(0.7, 62 * MINUTE))).toEqual([
      'cooldown: it cools down for another 3.0 h',
    ])
    const unknown = assessmentOf({ time: 0, equity: 1000 })
    expect(blocks('margin-warning', EMPTY_RULE_STATE, unknown)).toEqual([
      'unknown: the condition is unknown for want of margin_ratio',
    ])
    const stale = assessmentOf({ time: 0, equity: 1000, marginRatio: 0.9, quality: 'stale' })
    expect(blocks('margin-warning', EMPTY_RULE_STATE, stale)).toEqual([
      'quality: its figures rest on stale data, and are not told; that the data is stale is',
    ])
    const delta = assessmentOf({ time: MINUTE, equity: 1000, marginRatio: 0.1, delta: 9 })
    const spent = {
      ...EMPTY_RULE_STATE,
      used: { 'hold-delta': [{ time: 0, amounts: { BTC: '5' } }] },
      stages: { 'hold-delta': 'live' as const },
    }
    expect(blocks('hold-delta', spent, delta, marketOf())).toEqual([
      'bounds: nothing is left of perHour 5 BTC, used 5 BTC',
    ])
    const halted = { ...EMPTY_RULE_STATE, halts: { all: { since: 0, by: 'ops', reason: 'drill' } } }
    expect(blocks('hold-delta', halted, delta, marketOf())).toEqual([
      'halted: halted (all) by ops: drill',
      'stage: stage shadow: it is recorded, nothing is sent',
    ])
  })

  it('error: no such rule', () => {
    expect(whyNot(rulebook, 'hold-dleta', EMPTY_RULE_STATE, assessmentOf({ time: 0 }))).toEqual({
      ok: false,
      message: "there is no rule 'hold-dleta'; there are: margin-warning, hold-delta",
      suggestion: 'hold-delta',
    })
  })
})
