import { describe, expect, it } from 'vitest'
import { DEFAULT_RISK_AVERSION } from './band/index.js'
import { type HedgeGame, hedgeFrontier, type NamedRule } from './frontier.js'

/** The game of `npm run bench -- hedge`, with fewer paths. */
const GAME: HedgeGame = { vol: 0.7, years: 30 / 365, steps: 720, cost: 0.0005, paths: 2000, seed: 7 }
const fixed = (width: number): NamedRule => ({
  name: `threshold ${width}`,
  rule: { kind: 'fixed', below: width, above: width, tradeTo: 'target' },
})
const DEFAULT: NamedRule = {
  name: 'default',
  rule: { kind: 'whalley-wilmott', cost: GAME.cost, riskAversion: DEFAULT_RISK_AVERSION, tradeTo: 'edge' },
}

describe('hedge frontier', () => {
  // Seeds that the default aversion was not chosen on.
  it.each([7, 8])('behavior: the default costs less than the threshold "0.10" and spares more, seed %i', (seed) => {
    const [rival, own] = hedgeFrontier({ ...GAME, seed }, [fixed(0.1), DEFAULT])
    // The reference figures, within 4 standard errors of 2,000 paths (1e-5 and 4e-4).
    expect(rival!.meanCost).toBeGreaterThan(0.00147)
    expect(rival!.meanCost).toBeLessThan(0.00157)
    expect(Math.abs(rival!.expectedShortfall - 0.0218)).toBeLessThan(0.0016)
    expect(own!.meanCost).toBeLessThan(0.9 * rival!.meanCost)
    expect(own!.expectedShortfall).toBeLessThan(0.92 * rival!.expectedShortfall)
  })

  it('behavior: wider thresholds cost less and spare less; the same seed gives the same bits', () => {
    const rules = [fixed(0.02), fixed(0.1), fixed(0.2)]
    const game = { ...GAME, paths: 400 }
    const [narrow, middle, wide] = hedgeFrontier(game, rules)
    expect(narrow!.meanCost).toBeGreaterThan(middle!.meanCost)
    expect(middle!.meanCost).toBeGreaterThan(wide!.meanCost)
    expect(narrow!.pnlDeviation).toBeLessThan(middle!.pnlDeviation)
    expect(middle!.pnlDeviation).toBeLessThan(wide!.pnlDeviation)
    expect(narrow!.timeInBand).toBeLessThan(wide!.timeInBand)
    expect(hedgeFrontier(game, rules)).toEqual([narrow, middle, wide])
    // Others on the same paths do not change a row.
    expect(hedgeFrontier(game, [fixed(0.1)])).toEqual([middle])
  })

  it('behavior: hedged at every step and for free, the mean is 0 and the deviation that of discrete hedging', () => {
    const game = { ...GAME, cost: 0, steps: 200, paths: 2000 }
    const [row] = hedgeFrontier(game, [fixed(0)])
    expect(row!.meanCost).toBe(0)
    // Derman's √(π/4) vega σ/√n, vega = S φ(d1) √T; the deviation of a sample of 2,000 is known to 1.6 %, the formula to some.
    const vega = 0.3989 * Math.exp(-0.5 * (0.35 * Math.sqrt(30 / 365)) ** 2) * Math.sqrt(30 / 365)
    const expected = (Math.sqrt(Math.PI / 4) * vega * 0.7) / Math.sqrt(200)
    expect(Math.abs(row!.pnlDeviation / expected - 1)).toBeLessThan(0.12)
    expect(Math.abs(row!.meanPnl)).toBeLessThan((4 * row!.pnlDeviation) / Math.sqrt(2000))
  })

  it('error: a game that cannot be played', () => {
    expect(() => hedgeFrontier({ ...GAME, vol: Number.NaN }, [DEFAULT])).toThrow(RangeError)
    expect(() => hedgeFrontier({ ...GAME, paths: 3 }, [DEFAULT])).toThrow(RangeError)
  })
})
