import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessmentOf, marketOf, rulebookWith } from '../../../test/policyDesk.js'
import type { Decision } from '../../decision.js'
import { toUnits } from '../exact.js'
import { EMPTY_RULE_STATE, type RuleState, ruleStateDigest } from '../state.js'
import { decide } from './decide.js'

const SEED = 20_260_205
const HOUR = 3_600_000
const DAY = 24 * HOUR
const LIMITS = { perAction: 5, perHour: 8, perDay: 20 } as const

const rulebook = rulebookWith(`
  - id: margin
    scope: account
    when: margin_ratio > 0.65
    rearm: { when: margin_ratio < 0.55, after: 10 min }
    cooldown: 20 min
    do: { alert: { tier: warning, summary: high } }
  - id: hold-delta
    scope: { underlying: BTC }
    when: abs(delta_net) > 3
    rearm: { when: abs(delta_net) < 1, after: 5 min }
    repeat: 10 min
    bounds: { perAction: ${LIMITS.perAction} BTC, perHour: ${LIMITS.perHour} BTC, perDay: ${LIMITS.perDay} BTC }
    do: { hedge-delta: { target: 0 BTC, with: "deribit:BTC/USDC:USDC", account: main } }
`)

/** Steps of time from seconds to a day, most of them short; values that crowd around the thresholds; holes. */
const step = fc.record({
  after: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 900_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: DAY }) },
  ),
  marginRatio: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(0.5, 0.5, 0.5, 0.54, 0.55, 0.65, 0.66, 0.9) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
  ),
  isKnown: fc.integer({ min: 0, max: 9 }).map((one) => one > 0),
  delta: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(-9, -3, -0.5, 0.99, 3, 3.01, 12, 12) },
    { weight: 1, arbitrary: fc.double({ min: -50, max: 50, noNaN: true }) },
  ),
})
const steps = fc.array(step, { minLength: 30, maxLength: 80 })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function play(sequence: readonly Step[]) {
  let state: RuleState = EMPTY_RULE_STATE
  let time = 0
  const decisions: Decision[] = []
  const seen: { readonly time: number; readonly marginRatio: number | undefined }[] = []
  for (const { after, marginRatio, isKnown, delta } of sequence) {
    time += after
    const known = isKnown ? marginRatio : undefined
    seen.push({ time, marginRatio: known })
    const decided = decide(
      rulebook,
      state,
      assessmentOf({ time, equity: 1000, marginRatio: known, delta }),
      marketOf(),
      time,
    )
    state = decided.state
    decisions.push(...decided.decisions)
  }
  return { decisions, state, seen }
}

describe('laws of deciding', () => {
  it('behavior: between two firings the re-arm condition was seen to hold for its time, without a break', () => {
    let firings = 0
    fc.assert(
      fc.property(steps, (sequence) => {
        const { decisions, seen } = play(sequence)
        const fired = decisions.filter(
          ({ rule, action }) => rule === 'margin' && action.kind === 'alert' && action.state === 'firing',
        )
        firings += Math.max(0, fired.length - 1)
        for (const [index, { time }] of fired.entries()) {
          const before = fired[index - 1]
          if (before === undefined) continue
          expect(time - before.time).toBeGreaterThanOrEqual(1_200_000)
          const between = seen.filter((one) => one.time > before.time && one.time < time)
          const runs: number[] = []
          let since: number | undefined
          for (const { time: at, marginRatio } of between) {
            since = marginRatio !== undefined && marginRatio < 0.55 ? (since ?? at) : undefined
            if (since !== undefined) runs.push(at - since)
          }
          expect(Math.max(-1, ...runs)).toBeGreaterThanOrEqual(600_000)
        }
      }),
      { seed: SEED, numRuns: 80 },
    )
    expect(firings).toBeGreaterThan(50)
  })

  it('behavior: bounds are never passed, in any rolling window', () => {
    let denied = 0
    fc.assert(
      fc.property(steps, (sequence) => {
        const { decisions } = play(sequence)
        const orders = decisions.flatMap(({ time, action, outcome }) =>
          action.kind === 'order' && outcome !== 'denied'
            ? [{ time, units: toUnits(action.size.replace('-', '')) }]
            : [],
        )
        denied += decisions.filter(({ outcome }) => outcome === 'denied').length
        const within = (end: number, window: number) =>
          orders.filter(({ time }) => time <= end && time > end - window).reduce((sum, { units }) => sum + units, 0n)
        for (const { time, units } of orders) {
          expect(units).toBeLessThanOrEqual(toUnits(`${LIMITS.perAction}`))
          expect(within(time, HOUR)).toBeLessThanOrEqual(toUnits(`${LIMITS.perHour}`))
          expect(within(time, DAY)).toBeLessThanOrEqual(toUnits(`${LIMITS.perDay}`))
        }
      }),
      { seed: SEED, numRuns: 80 },
    )
    expect(denied).toBeGreaterThan(50)
  })

  it('behavior: the same sequence gives the same decisions, whatever the order in which the state was put together', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const one = play(sequence)
        const two = play(sequence)
        expect(JSON.stringify(two.decisions)).toBe(JSON.stringify(one.decisions))
        const shuffled = Object.fromEntries(
          Object.entries(one.state).map(([section, entries]) => [
            section,
            Object.fromEntries(Object.entries(entries).toReversed()),
          ]),
        ) as unknown as RuleState
        expect(ruleStateDigest(shuffled)).toBe(ruleStateDigest(one.state))
        const last = assessmentOf({ time: 1e12, equity: 900, marginRatio: 0.7, delta: 7 })
        const after = [one.state, shuffled].map((state) => decide(rulebook, state, last, marketOf(), 1e12))
        expect(after[1]?.decisions).toEqual(after[0]?.decisions)
        expect(ruleStateDigest(after[1]!.state)).toBe(ruleStateDigest(after[0]!.state))
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('behavior: no two decisions share an id', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const ids = play(sequence).decisions.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})
