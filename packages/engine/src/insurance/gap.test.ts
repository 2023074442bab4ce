import { describe, expect, it } from 'vitest'
import { createHistory, sampleHistory } from '../market/history.js'
import { gapOf, garmanKlassVariance, type HourBar, hourBars, parkinsonVariance, realisedVol } from './gap.js'

const HOUR = 3_600_000
const bar = (open: number, high: number, low: number, close: number): HourBar => ({ open, high, low, close })
const flat = (count: number) => Array.from({ length: count }, () => bar(100, 101, 100, 100.5))

/** A seeded walk: 60 small steps an hour, as bars of an hour. */
function walk(hours: number, stepVol: number): HourBar[] {
  let state = 12_345
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, u) => sum + u, -6)
  let price = 100
  return Array.from({ length: hours }, () => {
    const open = price
    let [high, low] = [price, price]
    for (let i = 0; i < 600; i++) {
      price *= Math.exp(stepVol * normal())
      high = Math.max(high, price)
      low = Math.min(low, price)
    }
    return bar(open, high, low, price)
  })
}

describe('range estimators', () => {
  it('behavior: both agree with the formulas on one bar', () => {
    const one = [bar(100, 110, 95, 104)]
    const range = Math.log(110 / 95)
    const close = Math.log(104 / 100)
    expect(parkinsonVariance(one)).toBeCloseTo(range ** 2 / (4 * Math.log(2)), 15)
    expect(garmanKlassVariance(one)).toBeCloseTo(0.5 * range ** 2 - (2 * Math.log(2) - 1) * close ** 2, 15)
  })

  it('behavior: both find the variance of a walk again', () => {
    const bars = walk(1000, 0.0004)
    const variance = 600 * 0.0004 ** 2
    // Parkinson's deviation is about 0.64 of the variance per bar: 4 deviations of 1,000 bars are 8.1 %; watching 600
    // times an hour, not always, takes about 7 % away.
    for (const estimate of [parkinsonVariance(bars), garmanKlassVariance(bars)]) {
      expect(estimate / variance).toBeGreaterThan(0.849)
      expect(estimate / variance).toBeLessThan(1.081)
    }
  })
})

describe('gapOf', () => {
  it('behavior: the largest of what was observed, what ranges say, and the least', () => {
    const crash = [...flat(99), bar(100, 100, 88, 90)]
    const gap = gapOf(crash, HOUR, 0.999, 0.05)!
    expect(gap.observed).toBeCloseTo(0.12, 12)
    expect(gap.gap).toBe(gap.observed)
    expect(gapOf(flat(100), HOUR, 0.999, 0.05)!.gap).toBe(0.05)
    // Over 2 h the fall from the high of the hour before counts: 1 − 88/101.
    expect(gapOf(crash, 1.5 * HOUR, 0.999, 0.05)!.observed).toBeCloseTo(1 - 88 / 101, 12)
  })

  it('behavior: falls of a walk exceed the gap about as often as its quantile says', () => {
    const bars = walk(1600, 0.0004)
    const gap = gapOf(bars.slice(0, 800), HOUR, 0.95, 0.0001)!
    const exceeded = bars.slice(800).filter(({ open, low }) => 1 - low / open > gap.gap).length
    // The gap is the larger of two: at most 5 %, with 4 deviations of a binomial 8.1 %.
    expect(exceeded / 800).toBeLessThan(0.081)
    expect(exceeded).toBeGreaterThan(0)
  })

  it('error: unknown with too few hours, or a number that is none', () => {
    expect(gapOf(flat(47), HOUR, 0.999, 0.05)).toBeUndefined()
    expect(gapOf([...flat(60), bar(100, Number.NaN, 90, 95)], HOUR, 0.999, 0.05)).toBeUndefined()
    expect(gapOf(flat(60), 0, 0.999, 0.05)).toBeUndefined()
  })
})

describe('hourBars', () => {
  it('behavior: opens at the close before, leaves out hours after a gap, and keeps to the window', () => {
    const history = createHistory()
    const at = (hour: number, ...prices: number[]) => {
      for (const [i, price] of prices.entries()) sampleHistory(history, 'BTC', hour * HOUR + i * 60_000, price)
    }
    at(0, 100)
    at(1, 110, 105, 107)
    at(3, 90)
    at(4, 95, 89)
    expect(hourBars(history.get('BTC'), 5 * HOUR, 100 * HOUR)).toEqual([bar(100, 110, 100, 107), bar(90, 95, 89, 89)])
    expect(hourBars(history.get('BTC'), 5 * HOUR, 2 * HOUR)).toEqual([bar(90, 95, 89, 89)])
    expect(hourBars(undefined, 5 * HOUR, HOUR)).toEqual([])
  })

  it('behavior: realised vol is the root of mean square returns a year', () => {
    const prices = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 100 : 101))
    const history = { underlying: 'BTC', hours: prices.map((_, i) => i), prices }
    expect(realisedVol(history, 30 * HOUR, 100 * HOUR)).toBeCloseTo(Math.log(1.01) * Math.sqrt(8760), 12)
    expect(realisedVol(history, 30 * HOUR, 20 * HOUR)).toBeUndefined()
  })
})
