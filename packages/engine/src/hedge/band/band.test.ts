import { describe, expect, it } from 'vitest'
import {
  type BandBook,
  bandAround,
  bandOf,
  bandTrade,
  impulseBand,
  whalleyWilmottWidth,
  zakamoulineBand,
} from './index.js'

/** A call at the money, 30 days, 70 % vol, on a spot of 100, sold. */
const BOOK: BandBook = { spot: 100, gamma: -0.0198, vanna: 0.057, years: 30 / 365, vol: 0.7 }
const TERMS = { cost: 0.0005, riskAversion: 0.2 }

describe('band rules', () => {
  it('behavior: Whalley and Wilmott by hand', () => {
    // (1.5 · 0.0005 · 100 · 0.0004 / 0.2)^(1/3) = (0.00015)^(1/3)
    const width = whalleyWilmottWidth({ spot: 100, gamma: 0.02 }, TERMS)
    expect(width ** 3).toBeCloseTo(0.00015, 15)
    expect(width).toBeCloseTo(0.0531, 4)
  })

  it('behavior: the width is the minimum of the long-run cost that the docstring states', () => {
    const cost = (h: number) => (TERMS.riskAversion * h * h) / 6 + (TERMS.cost * 100 * 0.02 ** 2) / (2 * h)
    const width = whalleyWilmottWidth({ spot: 100, gamma: 0.02 }, TERMS)
    for (const other of [0.5, 0.9, 0.99, 1.01, 1.1, 2]) expect(cost(width)).toBeLessThan(cost(width * other))
  })

  it('behavior: Zakamouline by hand', () => {
    const found = zakamoulineBand(BOOK, TERMS)!
    const [l, g, T, s, G] = [0.0005, 0.2, 30 / 365, 0.7, 0.0198]
    expect(found.base).toBeCloseTo(l / (g * 100 * s * s * T), 12)
    expect(found.gammaPart).toBeCloseTo(1.12 * l ** 0.31 * T ** 0.05 * (1 / s) ** 0.25 * (G / g) ** 0.5, 12)
    const k = 4.76 * l ** 0.78 * T ** -0.02 * (1 / s) ** 0.25 * (g * 1e4 * G) ** 0.15
    expect(found.modifiedVol).toBeCloseTo(s * Math.sqrt(1 + k), 12)
    expect(found.shift).toBeCloseTo(-BOOK.vanna * (found.modifiedVol - s), 12)
    expect(zakamoulineBand({ ...BOOK, gamma: 0.0198 }, TERMS)!.modifiedVol).toBeLessThan(s)
  })

  it('behavior: the impulse band solves its own equations, and its limits are known', () => {
    const book = { spot: 100, gamma: 0.02 }
    const { outer, inner } = impulseBand(book, { ...TERMS, fixedCost: 0.001 })!
    const g = (12 * 0.02 ** 2) / 0.2
    const [s, m] = [outer + inner, outer - inner]
    expect(s * m ** 3).toBeCloseTo(g * 0.001, 12)
    expect(s ** 3 * m).toBeCloseTo(g * (0.001 + 0.0005 * 100 * m), 12)
    const onlyFixed = impulseBand(book, { cost: 0, riskAversion: 0.2, fixedCost: 0.001 })!
    expect(onlyFixed.outer).toBeCloseTo((g * 0.001) ** 0.25, 12)
    expect(onlyFixed.inner).toBeCloseTo(0, 12)
    const none = impulseBand(book, TERMS)!
    expect(none.outer).toBeCloseTo(whalleyWilmottWidth(book, TERMS), 12)
    expect(none.inner).toBe(none.outer)
  })

  it('behavior: as costs in proportion vanish the impulse band grows with the fourth root of the fixed cost', () => {
    const at = (fixedCost: number) => impulseBand(BOOK, { cost: 0, riskAversion: 0.2, fixedCost })!.outer
    expect(at(16) / at(1)).toBeCloseTo(2, 12)
  })

  it('behavior: without cost there is no band; without gamma neither, but Zakamouline keeps its floor', () => {
    const free = { cost: 0, riskAversion: 0.2 }
    expect(whalleyWilmottWidth(BOOK, free)).toBe(0)
    expect(zakamoulineBand(BOOK, free)).toMatchObject({ base: 0, gammaPart: 0, modifiedVol: 0.7 })
    expect(impulseBand(BOOK, free)).toEqual({ outer: 0, inner: 0 })
    expect(whalleyWilmottWidth({ spot: 100, gamma: 0 }, TERMS)).toBe(0)
    expect(zakamoulineBand({ ...BOOK, gamma: 0 }, TERMS)!.base).toBeGreaterThan(0)
  })

  it.each([
    ['within', 0.5, 0],
    ['at the edge', 1, 0],
    ['above, to the edge', 1.5, -0.5],
    ['below, to the edge', -3, 2],
  ])('behavior: %s', (_, delta, trade) => {
    expect(bandTrade(bandAround(0, 1, 1, 'edge'), delta)).toBe(trade)
  })

  it('error: what is not known is never traded', () => {
    expect(bandTrade(bandAround(0, 1, 1, 'edge'), Number.NaN)).toBeUndefined()
    expect(bandTrade(bandAround(0, Number.NaN, 1, 'edge'), 5)).toBeUndefined()
    expect(bandTrade(bandAround(0, -1, -1, 'edge'), 5)).toBeUndefined()
    const rule = { kind: 'whalley-wilmott', tradeTo: 'edge', ...TERMS } as const
    expect(bandOf({ ...rule, cost: Number.NaN }, BOOK, 0)).toBeUndefined()
    expect(bandOf({ ...rule, riskAversion: 0 }, BOOK, 0)).toBeUndefined()
    expect(bandOf(rule, { ...BOOK, gamma: Number.NaN }, 0)).toBeUndefined()
    expect(bandOf({ ...rule, kind: 'zakamouline' }, { ...BOOK, years: 0 }, 0)).toBeUndefined()
  })
})
