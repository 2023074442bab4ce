import { black76Price } from '@holdfast/quant'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseProtectivePut, floorStrike, type PutOffer } from './protectivePut.js'

const price = 80_000
const putAt = (strike: number) => (strike <= 0 ? 0 : black76Price('put', price, strike, 0.1, 0.6))

describe('floorStrike', () => {
  it('behavior: protects to the floor exactly: K − P(K) = F S / V where all is in the underlying', () => {
    const strike = floorStrike({ value: 8_000_000, floor: 7_000_000, units: 100, price }, putAt, 2 * price)!
    expect(strike - putAt(strike)).toBeCloseTo(70_000, 6)
  })

  it('property: reserve + n K − n P(K) is the floor, for any reserve', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 5e6, noNaN: true }),
        fc.double({ min: 0.3, max: 0.95, noNaN: true }),
        (units, reserve, share) => {
          const value = units * price + reserve
          const problem = { value, floor: share * value, units, price }
          const strike = floorStrike(problem, putAt, 2 * price)
          if (strike === undefined) return
          const worst = reserve + units * (strike - putAt(strike))
          if (strike === 0) expect(worst).toBeGreaterThanOrEqual(problem.floor)
          // Bisection ends between two neighbouring numbers: the rounding of a few terms of the value.
          else expect(Math.abs(worst - problem.floor)).toBeLessThan(1e-8 * value)
        },
      ),
    )
  })

  it('behavior: no strike keeps a floor above what is held', () => {
    expect(floorStrike({ value: 8e6, floor: 8.1e6, units: 100, price }, putAt, 2 * price)).toBeUndefined()
  })
})

describe('chooseProtectivePut', () => {
  const offer = (strike: number, depth = 1000): PutOffer => ({
    instrument: `p${strike}`,
    strike,
    expiry: 1,
    cost: putAt(strike),
    depth,
  })
  const offers = [60_000, 65_000, 70_000, 72_000, 75_000, 80_000].map((strike) => offer(strike))
  const problem = { value: 8e6, floor: 6.9e6, units: 99.95, price, lot: 0.1, budget: 400_000 }

  it('behavior: the cheapest that keeps the floor; every price of the underlying leaves at least it', () => {
    const { choice, refused } = chooseProtectivePut(problem, offers)
    expect(choice?.offer.strike).toBe(72_000)
    expect(choice?.size).toBeCloseTo(100, 9)
    for (let at = 0; at <= 200_000; at += 500) {
      const value = 8e6 - 99.95 * price + 99.95 * at + choice!.size * (Math.max(0, 72_000 - at) - putAt(72_000))
      expect(value).toBeGreaterThanOrEqual(choice!.worst - 1e-6)
    }
    expect(choice!.worst).toBeGreaterThanOrEqual(problem.floor)
    expect(refused.map(({ instrument }) => instrument)).toContain('p70000')
  })

  it('behavior: budget, depth and a missing price refuse, each with its reason', () => {
    expect(chooseProtectivePut({ ...problem, budget: 1000 }, offers).refused.at(-1)?.reason).toContain(
      'above the budget',
    )
    expect(chooseProtectivePut(problem, [offer(72_000, 50)]).refused[0]?.reason).toContain('50 on offer')
    const unpriced = { ...offer(72_000), cost: Number.NaN }
    expect(chooseProtectivePut(problem, [unpriced])).toEqual({
      refused: [{ instrument: 'p72000', reason: 'no price' }],
    })
  })
})
