import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FloorMemory, insuredExposure, rememberFloor } from './floor.js'

const DAY = 86_400_000
const cppi = { method: 'cppi', floorShare: 0.8, growth: 0 } as const
const tipp = { ...cppi, method: 'tipp' } as const

/** Trades to the insured exposure before each move; no cost, no band. */
function follow(terms: typeof cppi | typeof tipp, moves: readonly number[], gap: number, multiplier: number) {
  let value = 1000
  let memory: FloorMemory | undefined
  return moves.map((move, day) => {
    memory = rememberFloor(memory, terms, value, day * DAY)!
    const { exposure, multiplier: m } = insuredExposure(value, memory.floor, gap, { multiplier, cap: 1 })!
    value += exposure * move
    return { value, floor: memory.floor, exposure, m }
  })
}

const gaps = fc.double({ min: 0.02, max: 0.5, noNaN: true })
const multipliers = fc.double({ min: 1, max: 20, noNaN: true })

describe('insuredExposure', () => {
  it('property: no move up to the gap between two trades breaches the floor, and exposure is never below 0', () => {
    let capped = 0
    let near = 0
    fc.assert(
      fc.property(
        gaps,
        multipliers,
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(cppi, tipp),
        (gap, multiplier, shares, terms) => {
          const moves = shares.map((share) => (share < 0 ? share * gap : share * 0.3))
          for (const { value, floor, exposure, m } of follow(terms, moves, gap, multiplier)) {
            // Each step rounds a few times: a relative 1e-12 of the value.
            expect(value).toBeGreaterThanOrEqual(floor - 1e-9)
            expect(exposure).toBeGreaterThanOrEqual(0)
            expect(m * gap).toBeLessThanOrEqual(1 + 1e-12)
            if (m < multiplier) capped += 1
            if (value < floor * 1.01) near += 1
          }
        },
      ),
      { numRuns: 300, seed: 20260201 },
    )
    expect(capped).toBeGreaterThan(300)
    expect(near).toBeGreaterThan(10)
  })

  it('behavior: a move beyond 1/m does breach it: the bound is sharp', () => {
    const [step] = follow(cppi, [-0.2501], 0.25, 4)
    expect(step!.value).toBeLessThan(step!.floor)
    const [kept] = follow(cppi, [-0.25], 0.25, 4)
    expect(kept!.value).toBeCloseTo(kept!.floor, 9)
  })

  it.each([
    ['value', Number.NaN, 800, 0.1],
    ['floor', 1000, Number.NaN, 0.1],
    ['gap', 1000, 800, Number.NaN],
    ['a gap of 0', 1000, 800, 0],
  ])('error: nothing is exposed on an unknown %s', (_, value, floor, gap) => {
    expect(insuredExposure(value, floor, gap, { multiplier: 4, cap: 1 })).toBeUndefined()
  })

  it('behavior: under the floor exposure is 0', () => {
    expect(insuredExposure(790, 800, 0.1, { multiplier: 4, cap: 1 })).toEqual({
      cushion: 0,
      multiplier: 4,
      exposure: 0,
    })
  })
})

describe('rememberFloor', () => {
  it('property: the floor of TIPP never falls and is never below its share of the highest value', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5000 }), { minLength: 2, maxLength: 50 }), (values) => {
        let memory: FloorMemory | undefined
        for (const [day, value] of values.entries()) {
          const before = memory?.floor ?? 0
          memory = rememberFloor(memory, tipp, value, day * DAY)
          if (memory === undefined) continue
          expect(memory.floor).toBeGreaterThanOrEqual(before)
          if (value > 0) expect(memory.floor).toBeGreaterThanOrEqual(0.8 * value)
          expect(memory.floor).toBeCloseTo(0.8 * memory.peak, 9)
        }
      }),
    )
  })

  it('behavior: the floor of CPPI grows by its rate, and only by that', () => {
    const first = rememberFloor(undefined, { ...cppi, growth: 0.05 }, 1000, 0)!
    const later = rememberFloor(first, { ...cppi, growth: 0.05 }, 3000, 2 * 365 * DAY)!
    // 800 · 1.05² = 882
    expect(later.floor).toBeCloseTo(882, 9)
    expect(later.peak).toBe(3000)
  })

  it.each([undefined, Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('error: a value of %s changes nothing', (value) => {
    const first = rememberFloor(undefined, tipp, 1000, 0)
    expect(rememberFloor(first, tipp, value, DAY)).toBe(first)
    expect(rememberFloor(undefined, tipp, value, DAY)).toBeUndefined()
  })
})
