import { black76ForwardDelta, black76Price } from '@holdfast/quant'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseStructure, lossPerUnit, type OfferTerms, type OptionOffer, payoffAt } from './strategy.js'

const DAY = 86_400_000
const forward = 80_000

function chain(vol: number, days: number, more: Partial<OptionOffer> = {}): OptionOffer[] {
  const years = days / 365
  return (['call', 'put'] as const).flatMap((right) =>
    Array.from({ length: 61 }, (_, i) => 50_000 + i * 1000).map((strike): OptionOffer => {
      const mark = black76Price(right, forward, strike, years, vol)
      return {
        instrument: `${strike}-${right}`,
        right,
        strike,
        expiry: days * DAY,
        bid: mark * 0.98,
        ask: mark * 1.02,
        bidSize: 20,
        askSize: 20,
        delta: black76ForwardDelta(right, forward, strike, years, vol),
        live: true,
        ...more,
      }
    }),
  )
}

const terms: OfferTerms = {
  strategy: 'covered-call',
  delta: 0.2,
  wingDelta: 0.05,
  deltaTolerance: 0.05,
  tenorMin: 7 * DAY,
  tenorMax: 35 * DAY,
  maxSpread: 0.1,
  lot: 0.1,
}

describe('chooseStructure', () => {
  it('behavior: the call nearest in delta at the expiry nearest to the middle of the tenor', () => {
    const offers = [...chain(0.5, 10), ...chain(0.5, 20), ...chain(0.5, 60)]
    const { choice } = chooseStructure(terms, offers, 0)
    const best = chain(0.5, 20)
      .filter(({ right }) => right === 'call')
      .sort((a, b) => Math.abs(a.delta! - 0.2) - Math.abs(b.delta! - 0.2))[0]!
    expect(choice?.legs.map(({ offer }) => offer.strike)).toEqual([best.strike])
    expect(choice?.expiry).toBe(20 * DAY)
    expect(choice?.credit).toBe(best.bid)
  })

  it.each([
    ['no bid', { bid: undefined }],
    ['no ask', { ask: undefined }],
    ['spread', { ask: 50_000 }],
    ['not live', { live: false }],
    ['depth', { bidSize: 0.01 }],
    ['depth unknown', { bidSize: undefined }],
    ['delta unknown', { delta: undefined }],
    ['no bid', { bid: Number.NaN }],
  ])('error: nothing is sold where there is %s, and it is told', (reason, change) => {
    const offers = chain(0.5, 20).map((offer) => {
      const changed: Record<string, unknown> = { ...offer, ...change }
      for (const key of Object.keys(change)) if (changed[key] === undefined) delete changed[key]
      return changed as OptionOffer
    })
    const { choice, refused } = chooseStructure(terms, offers, 0)
    expect(choice).toBeUndefined()
    expect(refused.some((one) => one.reason.includes(reason))).toBe(true)
  })

  it('property: an iron condor never loses more than its stated maximum, at any price, and reaches it', () => {
    let built = 0
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 1.5, noNaN: true }),
        fc.integer({ min: 7, max: 35 }),
        fc.double({ min: 0.1, max: 0.35, noNaN: true }),
        (vol, days, delta) => {
          const condor = { ...terms, strategy: 'iron-condor', delta, deltaTolerance: 0.08 } as const
          const { choice } = chooseStructure(condor, chain(vol, days), 0)
          if (choice === undefined) return
          built += 1
          const { legs, credit } = choice
          expect(legs.map(({ side }) => side)).toEqual(['buy', 'buy', 'sell', 'sell'])
          const most = lossPerUnit('iron-condor', legs, credit, false, Number.NaN)
          const payoffs = Array.from({ length: 400 }, (_, i) => payoffAt(legs, i * 500))
          expect(Math.min(...payoffs)).toBeGreaterThanOrEqual(-most - 1e-6)
          expect(Math.min(...payoffs)).toBeCloseTo(-most, 6)
          expect(lossPerUnit('iron-condor', legs, credit, true, Number.NaN)).toBeGreaterThan(most)
        },
      ),
      { numRuns: 200, seed: 7 },
    )
    expect(built).toBeGreaterThan(100)
  })

  it('behavior: a put loses its strike less the credit; a call what a stated rise takes', () => {
    const put = chooseStructure({ ...terms, strategy: 'cash-secured-put' }, chain(0.5, 20), 0).choice!
    expect(lossPerUnit('cash-secured-put', put.legs, put.credit, false, Number.NaN)).toBe(
      put.legs[0]!.offer.strike - put.credit,
    )
    expect(-payoffAt(put.legs, 0)).toBeCloseTo(put.legs[0]!.offer.strike - put.credit, 9)
    const call = chooseStructure(terms, chain(0.5, 20), 0).choice!
    expect(lossPerUnit('covered-call', call.legs, call.credit, false, 104_000)).toBeCloseTo(
      -payoffAt(call.legs, 104_000),
      9,
    )
  })
})
