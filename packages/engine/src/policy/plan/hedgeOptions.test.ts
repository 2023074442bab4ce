import { black76Greeks } from '@holdfast/quant'
import { describe, expect, it } from 'vitest'
import { assessmentOf, marketOf, rulebookWith } from '../../../test/policyDesk.js'
import type { Assessment } from '../../assess/assessment.js'
import { subjectsOf } from '../subject.js'
import type { HedgeMarket } from './plan.js'
import { planAction } from './planAction.js'

const EXPIRY = Date.UTC(2026, 1, 27, 8)
const NOW = EXPIRY - 30 * 86_400_000
const YEARS = 30 / 365
const CALL = 'deribit:BTC/USD:BTC-260227-80000-C'
const PERPETUAL = 'deribit:BTC/USD:BTC'

/** A desk short of so many calls at the money, as it is assessed. */
function deskOf(calls: number): Assessment {
  const g = black76Greeks('call', 80_000, 80_000, YEARS, 0.7)
  const assessment = assessmentOf({ time: NOW, equity: 2_000_000, marginRatio: 0.1, delta: calls * g.forwardDelta })
  const gamma = calls * g.forwardGamma
  const vega = (calls * g.vega) / 100
  return {
    ...assessment,
    portfolios: assessment.portfolios.map((one) => ({
      ...one,
      greeks: one.greeks.map((all) => ({
        ...all,
        deltaNet: calls * (g.forwardDelta - g.price / 80_000),
        gamma,
        gammaPerPercent: gamma * 64e6,
        vegaPerVolPoint: vega,
        byExpiry: [{ expiry: EXPIRY, delta: 0, gammaPerPercent: gamma * 64e6, vegaPerVolPoint: vega, thetaPerDay: 0 }],
      })),
    })),
  }
}

function market(depth: number): HedgeMarket {
  const plain = marketOf()
  return {
    quote: (key) => ({
      ...plain.quote(key),
      ...(key === PERPETUAL
        ? { bid: 79_990, ask: 80_010, mark: 80_000, bidSize: 5e6, askSize: 5e6 }
        : { bid: 0.079, ask: 0.081, mark: 0.08, bidSize: depth, askSize: depth }),
    }),
    forward: (underlying, expiry) => ({ ...plain.forward(underlying, expiry), value: 80_000 }),
    smile: (underlying, expiry) => ({ ...plain.smile(underlying, expiry), impliedVol: () => 0.7 }),
  }
}

function plan(more: string, calls: number, depth = 100) {
  const rule = rulebookWith(`
  - id: gamma
    scope: { underlying: BTC }
    when: abs(gamma_percent) > 1000
    rearm: { when: abs(gamma_percent) < 500 }
    do: { hedge-options: { account: main, with: ["${PERPETUAL}", "${CALL}"], delta: 0.05 BTC, gamma: 5000 USD, vega: 500 USD${more} } }
`).rules[0]!
  const assessment = deskOf(calls)
  const [subject] = subjectsOf(rule.scope, assessment)
  if (rule.action.kind === 'alert') throw new Error('a hedge is meant')
  return planAction(rule.action, subject!, assessment, market(depth), { left: {}, because: {} })
}

describe('hedge-options', () => {
  it('behavior: buys the gamma back with the least of options, and takes off the delta with the perpetual', () => {
    const made = plan('', -25)
    expect(made.ok).toBe(true)
    const orders = made.ok ? made.actions.flatMap(({ action }) => (action.kind === 'order' ? [action] : [])) : []
    const call = orders.find(({ instrument }) => instrument === CALL)!
    const perpetual = orders.find(({ instrument }) => instrument === PERPETUAL)!
    // 5,000 USD per 1 % leave about 3.2 calls of 1,550 each; in whole tenths.
    const g = black76Greeks('call', 80_000, 80_000, YEARS, 0.7)
    const left = Math.ceil((25 - Math.min(5000 / (g.forwardGamma * 64e6), 500 / (g.vega / 100))) * 10) / 10
    expect(Number(call.size)).toBeCloseTo(left, 9)
    const net = (g.forwardDelta - g.price / 80_000) * (Number(call.size) - 25)
    expect(Math.abs(net + Number(perpetual.size) / 80_000)).toBeLessThanOrEqual(0.05 + 1e-9)
    expect(orders.every(({ purpose }) => purpose === 'hedge-options')).toBe(true)
  })

  it('error: where depth does not suffice nothing is done, and the reason names it and what comes nearest', () => {
    const made = plan('', -25, 5)
    expect(made).toMatchObject({ ok: false, code: 'no-quote' })
    const reason = made.ok ? '' : made.reason
    expect(reason).toContain(`binding: depth of ${CALL}`)
    expect(reason).toContain(`nearest: buy`)
    const partial = plan(', partial: true', -25, 5)
    expect(partial.ok).toBe(true)
    const sizes = partial.ok
      ? partial.actions.flatMap(({ action }) => (action.kind === 'order' ? [action.size] : []))
      : []
    expect(sizes).toContain('5')
  })

  it('error: margin that does not suffice is named', () => {
    const made = plan(', maxMargin: 10000 USD', -25)
    expect(made.ok ? '' : made.reason).toContain('margin at deribit')
  })

  it('behavior: within the tolerances nothing is done', () => {
    expect(plan('', 0)).toMatchObject({ ok: false, code: 'nothing-to-do' })
  })
})
