import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assessmentOf, marketOf, rulebookWith } from '../../../test/policyDesk.js'
import type { Assessment, PositionAssessment } from '../../assess/assessment.js'
import type { QuoteBelief } from '../../market/snapshot.js'
import { toUnits } from '../exact.js'
import { subjectsOf } from '../subject.js'
import type { HedgeMarket, Plan, PlanMemory } from './plan.js'
import { planAction } from './planAction.js'

const EXPIRY = Date.UTC(2026, 1, 27, 8)
const NOW = EXPIRY - 30 * 86_400_000
const OPTION = 'deribit:BTC/USD:BTC-260227-80000-C'
const FREE = { left: {}, because: {} }

type Desk = {
  readonly delta: number
  readonly time?: number
  readonly gamma?: number
  readonly size?: number
  readonly positions?: readonly PositionAssessment[]
  readonly window?: Assessment['portfolios'][number]['expiryWindow']
}

const position = (instrument: string, size: number, mark?: number): PositionAssessment => ({
  instrument,
  size,
  sizeUnit: 'BTC',
  priceUnit: 'USD',
  quality: mark === undefined ? 'unknown' : 'live',
  ...(mark === undefined ? {} : { mark }),
})

/** A desk short of 25 calls at the money. Gamma is that of its options where not said. */
function deskOf({
  delta,
  time = NOW,
  gamma = -25 * 2.4e-5,
  size = -25,
  positions = [],
  window = [],
}: Desk): Assessment {
  const held = [...(size === 0 ? [] : [position(OPTION, size, 0.07)]), ...positions]
  const assessment = assessmentOf({ time, equity: 1_000_000, marginRatio: 0.2, delta, positions: held })
  const greeks = (one: Assessment['portfolios'][number]) =>
    one.greeks.map((all) => ({ ...all, gamma, gammaPerPercent: gamma * 64e6 }))
  return {
    ...assessment,
    portfolios: assessment.portfolios.map((one) => ({ ...one, greeks: greeks(one), expiryWindow: window })),
  }
}

/** Every instrument quoted alike; a flat surface. */
function marketAt(vol: number, quote: Partial<QuoteBelief> = {}): HedgeMarket {
  const market = marketOf({ bid: 79_990, ask: 80_010, mark: 80_000, ...quote })
  return {
    ...market,
    forward: (underlying, expiry) => ({ ...market.forward(underlying, expiry), value: 80_000 }),
    smile: (underlying, expiry) => ({ ...market.smile(underlying, expiry), impliedVol: () => vol }),
  }
}

const ruleWith = (settings: string) =>
  rulebookWith(`
  - id: hedge
    scope: { underlying: BTC }
    when: abs(delta_net) >= 0
    rearm: { when: abs(delta_net) < 1 }
    repeat: 1 h
    do: { hedge-delta: { target: 0 BTC, account: main, ${settings} } }
`).rules[0]!

function plan(settings: string, desk: Desk, market = marketAt(0.7), anchors?: PlanMemory['anchors']): Plan {
  const rule = ruleWith(settings)
  const assessment = deskOf(desk)
  const [subject] = subjectsOf(rule.scope, assessment)
  if (rule.action.kind === 'alert') throw new Error('a hedge is meant')
  return planAction(rule.action, subject!, assessment, market, FREE, anchors === undefined ? {} : { anchors })
}

const orders = (made: Plan) =>
  made.ok ? made.actions.flatMap(({ action }) => (action.kind === 'order' ? [action] : [])) : []
const reasonOf = (made: Plan) => (made.ok ? '' : made.reason)
const notesOf = (made: Plan) => (made.ok ? made.actions.flatMap(({ notes }) => notes).join('\n') : '')

const LINEAR = 'with: "deribit:BTC/USDC:USDC"'
const WW = `${LINEAR}, band: whalley-wilmott, cost: 7 bps`

describe('hedge-delta by a band', () => {
  // γ = 20/(25 · 80,000) per USD; H = (1.5 · 0.0007 · 80,000 · (25 · 2.4e-5)² / 1e-5)^(1/3) = 1.4461 BTC.
  it('behavior: within the band nothing is done, and the reason has the figures', () => {
    const made = plan(WW, { delta: 1.4 })
    expect(reasonOf(made)).toBe(
      'delta 1.4000 BTC is within Whalley–Wilmott band -1.446 … 1.446 BTC: cost 7.0 bps, net gamma -0.48 BTC per 1 %, risk aversion 10 per million USD',
    )
  })

  it('behavior: outside it is brought to the edge, or to the target where asked', () => {
    const edge = plan(WW, { delta: 3 })
    expect(orders(edge)).toMatchObject([{ size: '-1.5539', instrument: 'deribit:BTC/USDC:USDC' }])
    expect(notesOf(edge)).toContain('Whalley–Wilmott band -1.446 … 1.446 BTC')
    expect(orders(plan(`${WW}, tradeTo: target`, { delta: 3 }))).toMatchObject([{ size: '-3' }])
  })

  it('behavior: cost is fee and half spread where the rule names none', () => {
    const made = plan(`${LINEAR}, band: whalley-wilmott`, { delta: 30 })
    // 5 bps and 10 of 80,000.
    expect(notesOf(made)).toContain('cost 6.3 bps')
  })

  it('behavior: risk aversion may be per an amount of USD', () => {
    const narrow = plan(`${WW}, riskAversion: 100 per 2000000 USD`, { delta: 1.4 })
    expect(orders(narrow)).toHaveLength(1)
    const same = plan(`${WW}, riskAversion: 20 per 2000000 USD`, { delta: 1.4 })
    expect(same).toEqual(plan(WW, { delta: 1.4 }))
  })

  it.each([
    ['zakamouline', '', 'Zakamouline band'],
    ['impulse', ', fixedCost: 50 USD', 'impulse band'],
  ])('behavior: %s', (band, more, text) => {
    const made = plan(`${LINEAR}, cost: 7 bps, band: ${band}${more}`, { delta: 20 })
    expect(orders(made)).toHaveLength(1)
    expect(notesOf(made)).toContain(text)
  })

  it('behavior: without options there is nothing to wait for', () => {
    expect(orders(plan(WW, { delta: 0.5, size: 0, gamma: 0 }))).toMatchObject([{ size: '-0.5' }])
  })

  it('behavior: tickets, clips and lots', () => {
    expect(reasonOf(plan(`${LINEAR}, minTicket: 1 BTC`, { delta: 0.9 }))).toContain(
      'below the smallest ticket of 1 BTC',
    )
    expect(orders(plan(`${LINEAR}, maxClip: 80000 USDC`, { delta: 5 }))).toMatchObject([{ size: '-1' }])
    expect(orders(plan(`${LINEAR}, lot: 0.3 BTC`, { delta: 1 }))).toMatchObject([{ size: '-0.9' }])
  })

  it('error: what is not known is not traded', () => {
    expect(plan(LINEAR, { delta: Number.NaN })).toMatchObject({ ok: false, code: 'no-quote' })
    expect(plan(WW, { delta: 9, gamma: Number.NaN })).toMatchObject({ ok: false, code: 'no-quote' })
    const market = { ...marketAt(0.7), smile: marketOf().smile }
    expect(reasonOf(plan(`${LINEAR}, band: zakamouline, cost: 7 bps`, { delta: 9 }, market))).toContain(
      'a surface is missing',
    )
  })
})

describe('moves of implied vol', () => {
  const settings = `${LINEAR}, above: 1 BTC, below: 1 BTC, ignoreVolMoves: true`

  it('behavior: a band left by the move of vol alone does not fire, and the reason says so', () => {
    const first = plan(settings, { delta: 3 }, marketAt(0.7))
    expect(first.ok && first.anchors).toEqual([{ expiry: EXPIRY, strike: 80_000, vol: 0.7 }])
    const anchors = first.ok ? first.anchors : undefined
    // At the money vanna is φ(d1)/(2F)·F √T/… = 0.057 per 1.00 of vol and call: 25 short calls and 100 points move delta by −1.4.
    const made = plan(settings, { delta: -1.3 }, marketAt(1.7), anchors)
    expect(made).toMatchObject({ ok: false, code: 'nothing-to-do' })
    expect(reasonOf(made)).toContain('without the move of implied vol at fixed strikes since the last hedge')
    expect(orders(plan(settings, { delta: -1.3 }, marketAt(0.7), anchors))).toHaveLength(1)
    expect(notesOf(plan(settings, { delta: -9 }, marketAt(1.7), anchors))).toContain('implied vol moved delta by -')
  })

  it('behavior: without a memory, or with a surface that is missing, the hedge is made', () => {
    expect(orders(plan(settings, { delta: -1.3 }, marketAt(1.7)))).toHaveLength(1)
  })
})

describe('places', () => {
  const settings = `above: 0.1 BTC, below: 0.1 BTC, with: [ { instrument: "deribit:BTC/USDC:USDC", fee: 1 bps }, { instrument: "deribit:BTC/USD:BTC", fee: 5 bps } ]`

  it('[UN12] a venue that is post-only is told, and the hedge waits', () => {
    const market = { ...marketAt(0.7), venueState: () => 'post-only' as const }
    const made = plan(settings, { delta: 3 }, market)
    expect(made).toMatchObject({ ok: false, code: 'no-quote' })
    expect(reasonOf(made)).toContain('deribit is post-only')
  })

  it('behavior: the cheapest is taken as far as its depth goes, the rest at the next in its own unit', () => {
    const made = plan(settings, { delta: 3 }, marketAt(0.7, { bidSize: 2, askSize: 2 }))
    // 2 BTC at the first; the depth of the inverse one is 2 USD: less than a lot.
    expect(orders(made)).toMatchObject([{ instrument: 'deribit:BTC/USDC:USDC', size: '-2' }])
    expect(notesOf(made)).toContain('deribit is the cheapest')
    const all = plan(settings, { delta: 3 }, marketAt(0.7))
    expect(orders(all)).toMatchObject([{ instrument: 'deribit:BTC/USDC:USDC', size: '-3' }])
  })

  it('[UN17] a hedge leg that is held and has no mark: hold, do not unwind the healthy one', () => {
    const held = [position('deribit:BTC/USDC:USDC', -2, 80_000), position('deribit:BTC/USD:BTC', -80_000)]
    const made = plan(settings, { delta: -3, positions: held })
    expect(made).toMatchObject({ ok: false, code: 'no-quote' })
    expect(reasonOf(made)).toContain('hold: deribit:BTC/USD:BTC has no mark')
  })
})

describe('the settlement window', () => {
  const window = [
    {
      underlying: 'BTC',
      expiry: EXPIRY,
      minutesLeft: 15,
      fixedShare: 0.5,
      delta: 10,
      residualDelta: 5,
      nearestStrike: 80_000,
      distanceToStrike: 0,
    },
  ]
  const desk: Desk = { delta: -5, time: EXPIRY - 15 * 60_000, window }

  it('[UN15] 07:45 UTC: hedged in step with what has fixed, though the band is wide; pin risk is told', () => {
    const wide = `${LINEAR}, above: 8 BTC, below: 8 BTC`
    expect(plan(wide, desk)).toMatchObject({ ok: false, code: 'nothing-to-do' })
    const made = plan(`${wide}, expiryWindow: synthetic-delivery`, desk)
    expect(orders(made)).toMatchObject([{ size: '5' }])
    expect(notesOf(made)).toContain(
      '50 % of the settlement average has fixed, of the expiring delta 10.0000 BTC our exposure is 5.0000 BTC',
    )
    expect(notesOf(made)).toContain('the hedge takes the place of the 5.0000 BTC that have fixed')
    expect(notesOf(made)).toContain('pin risk: the forward is 0.0 deviations')
  })
})

describe('laws of a planned hedge', () => {
  const hundredths = (most: number) => fc.integer({ min: -most, max: most }).map((one) => one / 100)

  it('behavior: never beyond the target, never the wrong way, whole lots, within clip and ticket; nothing within the band', () => {
    let sent = 0
    const settings = fc.record({
      band: fc.constantFrom(
        'above: 1 BTC, below: 2 BTC',
        'above: 1 BTC, below: 2 BTC, tradeTo: edge',
        'band: whalley-wilmott, cost: 7 bps',
        'band: whalley-wilmott, cost: 7 bps, tradeTo: target',
        'band: impulse, cost: 7 bps, fixedCost: 20 USD',
      ),
      ratio: fc.integer({ min: 1, max: 100 }),
      clip: fc.integer({ min: 1, max: 6 }),
      inverse: fc.boolean(),
    })
    fc.assert(
      fc.property(settings, hundredths(2000), hundredths(50), ({ band, ratio, clip, inverse }, delta, perMille) => {
        const gamma = perMille / 1000
        const hedge = inverse ? 'with: "deribit:BTC/USD:BTC"' : LINEAR
        const made = plan(`${hedge}, ${band}, ratio: ${ratio} %, maxClip: ${clip} BTC, minTicket: 0.01 BTC`, {
          delta,
          gamma,
        })
        if (!made.ok) return
        for (const { size } of orders(made)) {
          sent += 1
          const units = toUnits(size)
          expect(units % (inverse ? 1_000_000_000n : 10_000n)).toBe(0n)
          const traded = inverse ? Number(size) / 80_000 : Number(size)
          expect(Math.sign(traded)).toBe(-Math.sign(delta))
          expect(Math.abs(traded)).toBeLessThanOrEqual(Math.min(clip, Math.abs(delta)) + 1e-9)
          expect(Math.abs(traded)).toBeGreaterThanOrEqual(0.01)
        }
        if (band.startsWith('above')) expect(delta > 1 || delta < -2).toBe(true)
      }),
      { seed: 20_260_205, numRuns: 300 },
    )
    expect(sent).toBeGreaterThan(100)
  })
})
