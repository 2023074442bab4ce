import { black76Greeks, parseInstrumentKey } from '@holdfast/quant'
import { describe, expect, it } from 'vitest'
import { fixedShareAt } from '../assess/rollup.js'
import {
  baseSize,
  type HedgeCandidate,
  hedgeDelta,
  hedgeNeed,
  hedgeSize,
  pinDeviations,
  planLegs,
  rankCandidates,
  settlementExposure,
  syntheticDelivery,
} from './index.js'

const instrument = (key: string) => parseInstrumentKey(key)!

const candidate = (key: string, more: Partial<HedgeCandidate> = {}): HedgeCandidate => ({
  instrument: instrument(key),
  account: `${instrument(key).venue}-main`,
  state: 'open',
  bid: 79_990,
  ask: 80_010,
  mark: 80_000,
  fee: 0.0005,
  marginRate: 0.05,
  ...more,
})

const DERIBIT = 'deribit:BTC/USD:BTC'
const BINANCE = 'binance:BTC/USDT:USDT'
const OKX = 'okx:BTC/USDT:USDT'

describe('need of a hedge', () => {
  it('[UN6] 60 % filled, then cancelled: what is needed is reckoned from what was filled', () => {
    expect(hedgeNeed(-10, [{ size: -10, filled: -6, state: 'ended' }])).toEqual({ known: true, size: -4 })
    expect(hedgeNeed(-10, [{ size: -10, filled: -6, state: 'open' }])).toEqual({ known: true, size: 0 })
    const again = [
      { size: -10, filled: -6, state: 'ended' as const },
      { size: -4, filled: -1, state: 'ended' as const },
    ]
    expect(hedgeNeed(-10, again)).toEqual({ known: true, size: -3 })
  })

  it('[UN6] an order whose fate is not known stops the hedge; a fill beyond its order is no fill', () => {
    expect(hedgeNeed(-10, [{ size: -10, filled: -6, state: 'unresolved' }])).toMatchObject({ known: false })
    expect(hedgeNeed(-10, [{ size: -10, filled: -11, state: 'ended' }])).toMatchObject({ known: false })
    expect(hedgeNeed(-10, [{ size: -10, filled: Number.NaN, state: 'ended' }])).toMatchObject({ known: false })
    expect(hedgeNeed(Number.NaN, [])).toMatchObject({ known: false })
  })
})

describe('where a hedge is done', () => {
  it('[UN12] a post-only venue is passed over with the reason; where there is no other, the hedge waits', () => {
    const closed = candidate(DERIBIT, { state: 'post-only', fee: 0 })
    const plan = planLegs(2, [closed, candidate(BINANCE)])
    expect(plan.legs.map(({ candidate: { instrument }, size }) => [instrument.venue, size])).toEqual([['binance', 2]])
    expect(plan.refused.map(({ reason }) => reason)).toEqual([
      'deribit is post-only: an order that crosses would be rejected',
    ])
    expect(planLegs(2, [closed])).toMatchObject({
      legs: [],
      left: 2,
      waits: 'waits: deribit is post-only: an order that crosses would be rejected',
    })
  })

  it.each(['maintenance', 'down', 'unknown'] as const)('[UN12] a venue that is %s takes no order', (state) => {
    expect(rankCandidates(1, [candidate(DERIBIT, { state })]).refused).toMatchObject([{ code: 'venue' }])
  })

  it('[UN17] a hedge leg without a mark: hold, the healthy leg is not unwound', () => {
    const plan = planLegs(-3, [candidate(DERIBIT), candidate(BINANCE)], undefined, [OKX])
    expect(plan.legs).toEqual([])
    expect(plan.waits).toContain(`hold: ${OKX} has no mark`)
    expect(plan.waits).toContain('healthy legs are not unwound')
  })

  it('behavior: cost is half spread, fee, funding, basis and margin, each by the side', () => {
    const given = candidate(BINANCE, { fundingPerHour: 0.00001, basisPerYear: 0.0365, marginRate: 0.1 })
    const [buy] = rankCandidates(1, [given]).ranked
    // 10 of 80,000; 5 bps; 24 h · 0.1 bps; 3.65 % of a day; 10 % of notional at 10 % a year for a day.
    expect(buy!.cost.spread).toBeCloseTo(0.000125, 12)
    expect(buy!.cost.funding).toBeCloseTo(0.00024, 12)
    expect(buy!.cost.basis).toBeCloseTo(0.0001, 12)
    expect(buy!.cost.margin).toBeCloseTo((0.01 * 24) / 8760, 12)
    const [sell] = rankCandidates(-1, [given]).ranked
    expect(sell!.cost.funding).toBeCloseTo(-0.00024, 12)
    expect(buy!.cost.total - sell!.cost.total).toBeCloseTo(0.00068, 12)
  })

  it('behavior: after the loss of a leg the next best venue takes over, within depth and margin, and the rest goes on', () => {
    const venues = [
      candidate(DERIBIT, { fee: 0.0003, askDepth: 1 }),
      candidate(BINANCE, { fee: 0.0004, marginAvailable: 8000 }),
      candidate(OKX, { fee: 0.0006 }),
    ]
    const before = planLegs(5, venues)
    // 8,000 USD of margin at 5 % of 80,010 are 2 BTC.
    expect(
      before.legs.map(({ candidate: { instrument }, size }) => [instrument.venue, Number(size.toFixed(3))]),
    ).toEqual([
      ['deribit', 1],
      ['binance', 2],
      ['okx', 2],
    ])
    expect(before.legs[1]!.notes.join()).toContain('margin left at binance is 8000 USD')
    const after = planLegs(2, [{ ...venues[0]!, state: 'down' }, ...venues.slice(1)])
    expect(after.legs[0]!.candidate.instrument.venue).toBe('binance')
    expect(after.refused).toMatchObject([{ code: 'venue', reason: 'deribit is down' }])
  })

  it('behavior: a leg near its own liquidation, a dear one and one without a quote are refused by name', () => {
    const { ask: _, ...unquoted } = candidate(OKX)
    const { refused } = rankCandidates(1, [
      candidate(DERIBIT, { liquidationDistance: 0.02 }),
      candidate(BINANCE, { fee: 0.02 }),
      unquoted,
      candidate(BINANCE, { askDepth: 0 }),
      candidate(BINANCE, { marginAvailable: 0 }),
    ])
    expect(refused.map(({ code }) => code)).toEqual(['liquidation', 'cost', 'no-quote', 'depth', 'margin'])
    expect(refused[0]!.reason).toContain('2.0 % from liquidation')
  })

  it('error: an unknown size places nothing', () => {
    expect(planLegs(Number.NaN, [candidate(DERIBIT)])).toMatchObject({
      legs: [],
      waits: expect.stringContaining('not known'),
    })
  })
})

describe('size of a hedge', () => {
  it('[UN13] an inverse perpetual is sized in USD: amount, notional and coin agree', () => {
    const inverse = instrument(DERIBIT)
    expect(hedgeSize(inverse, -1.5, 80_000)).toBe(-120_000)
    expect(baseSize(inverse, -120_000, 80_000)).toBe(-1.5)
    // Its P&L in coin for a small move is that of 1.5 BTC of delta: N (1/P − 1/P′) ≈ N/P² · dP, in USD N/P · dP.
    const [P, dP] = [80_000, 1]
    const coin = -120_000 * (1 / P - 1 / (P + dP))
    expect(coin * P).toBeCloseTo(-1.5 * dP, 4)
    expect(hedgeSize(instrument(BINANCE), -1.5, 80_000)).toBe(-1.5)
    expect(hedgeSize(instrument('deribit:BTC/USD:BTC-260327'), 2, 81_000)).toBe(162_000)
    expect(hedgeSize(instrument('binance:BTC/USDT'), 2, 81_000)).toBe(2)
  })

  it('[UN14] premium-adjusted delta for inverse options, plain delta for linear ones, as Paradigm publishes', () => {
    const { forwardDelta, price } = black76Greeks('call', 80_000, 85_000, 0.1, 0.6)
    const greeks = { delta: 10 * forwardDelta, deltaNet: 10 * (forwardDelta - price / 80_000) }
    const inverse = hedgeDelta(instrument(DERIBIT), greeks)
    expect(inverse.name).toBe('net delta')
    // −Σ (Δᵢ − markᵢ) · quantityᵢ · hedge price, USD of the inverse perpetual.
    const paradigm = -(forwardDelta - price / 80_000) * 10 * 79_950
    expect(hedgeSize(instrument(DERIBIT), -inverse.delta, 79_950)).toBeCloseTo(paradigm, 6)
    const linear = hedgeDelta(instrument(BINANCE), greeks)
    expect(hedgeSize(instrument(BINANCE), -linear.delta, 79_950)).toBeCloseTo(-forwardDelta * 10, 12)
    // And it is what makes the coin P&L flat: ∂(B/F)/∂F · F² = F Δ − B.
    const coinValue = (F: number) => black76Greeks('call', F, 85_000, 0.1, 0.6).price / F
    const slope = (coinValue(80_001) - coinValue(79_999)) / 2
    expect(slope * 80_000).toBeCloseTo(forwardDelta - price / 80_000, 6)
  })
})

describe('the settlement window', () => {
  const EXPIRY = Date.UTC(2026, 1, 27, 8)
  const YEAR = 31_536_000_000
  const at = (minutes: number) => EXPIRY - minutes * 60_000

  it('[UN15] 07:45 UTC on expiry: half has fixed; the exposure is our own, not the decayed figure of the venue', () => {
    const fixed = fixedShareAt(EXPIRY, at(15))
    expect(fixed).toBe(0.5)
    const option = {
      right: 'call' as const,
      strike: 80_000,
      spot: 80_000,
      vol: 0.6,
      fixed,
      yearsLeft: (15 * 60_000) / YEAR,
    }
    // At the strike the venue shows a quarter of a contract whatever has fixed; what has fixed decides.
    const low = settlementExposure({ ...option, average: 79_000 })!
    const high = settlementExposure({ ...option, average: 81_000 })!
    expect(low.venueDelta).toBeCloseTo(0.25, 2)
    expect(high.venueDelta).toBe(low.venueDelta)
    expect(low.delta).toBeLessThan(0.01)
    expect(high.delta).toBeGreaterThan(0.49)
    // Deep in the money both are the half that has not fixed.
    const deep = settlementExposure({ ...option, strike: 60_000, average: 80_000 })!
    expect(deep.delta).toBeCloseTo(0.5, 9)
    expect(deep.venueDelta).toBeCloseTo(0.5, 9)
  })

  it('behavior: outside the window nothing has fixed; at the end everything has', () => {
    expect(fixedShareAt(EXPIRY, at(30))).toBe(0)
    expect(fixedShareAt(EXPIRY, at(300))).toBe(0)
    expect(fixedShareAt(EXPIRY, at(0))).toBe(1)
    expect(fixedShareAt(EXPIRY, at(-5))).toBe(1)
    const option = { right: 'put' as const, strike: 80_000, spot: 70_000, vol: 0.6, average: 70_000, yearsLeft: 0 }
    expect(settlementExposure({ ...option, fixed: 1 })!.delta).toBeCloseTo(0, 15)
    expect(settlementExposure({ ...option, fixed: Number.NaN })).toBeUndefined()
  })

  it('behavior: the exposure is the slope of the expected payoff', () => {
    const [A, f, K, vol, years] = [80_300, 0.4, 80_000, 0.7, (18 * 60_000) / YEAR]
    const value = (S: number) => black76Greeks('call', (1 - f) * S, K - f * A, years / 3, vol).price
    for (const spot of [79_500, 79_800, 80_000, 80_400]) {
      const slope = (value(spot + 0.5) - value(spot - 0.5)) / 1
      const own = settlementExposure({ right: 'call', strike: K, spot, vol, average: A, fixed: f, yearsLeft: years })!
      expect(own.delta).toBeCloseTo(slope, 5)
      const put = settlementExposure({ right: 'put', strike: K, spot, vol, average: A, fixed: f, yearsLeft: years })!
      expect(own.delta - put.delta).toBeCloseTo(1 - f, 12)
    }
  })

  it('behavior: synthetic delivery keeps delta whole, and its mean price is the settlement price', () => {
    const path = Array.from({ length: 30 }, (_, i) => 80_000 + 200 * Math.sin(i) + 15 * i)
    let held = 0
    let paid = 0
    for (const [i, price] of path.entries()) {
      const step = syntheticDelivery(12, (i + 1) / 30, held)!
      paid += step.trade * price
      held += step.trade
      expect(held + 12 * (1 - (i + 1) / 30)).toBeCloseTo(12, 12)
    }
    expect(held).toBeCloseTo(12, 12)
    expect(paid / held).toBeCloseTo(path.reduce((sum, price) => sum + price, 0) / 30, 6)
    expect(syntheticDelivery(Number.NaN, 0.5, 0)).toBeUndefined()
  })

  it('behavior: pin risk is told in deviations of what has not fixed', () => {
    const years = (15 * 60_000) / YEAR
    expect(pinDeviations(80_000, 80_000, 0.6, years)).toBe(0)
    const one = 0.6 * Math.sqrt(years / 3)
    expect(pinDeviations(80_000 * Math.exp(one), 80_000, 0.6, years)).toBeCloseTo(1, 12)
    expect(pinDeviations(81_000, 80_000, 0.6, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(pinDeviations(Number.NaN, 80_000, 0.6, years)).toBeNaN()
  })
})
