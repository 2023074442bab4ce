import type { Assessment } from '@holdfast/engine'
import type { MarketMemory } from './marketMemory.js'

/** One point of a series. `low` and `high` are the extremes of everything that was merged into it. */
export type HistoryPoint = {
  readonly time: number
  readonly last: number
  readonly low: number
  readonly high: number
}

export type History = {
  observe(time: number, assessment: Assessment, market: MarketMemory): void
  /** Names such as `account:ID:marginRatio`, `portfolio:ID:equity`, `index:BTC`, sorted. */
  names(): readonly string[]
  /** Ascending by time, at most `pointsMax`; undefined where there is no such series. */
  series(name: string, from: number, to: number, pointsMax: number): readonly HistoryPoint[] | undefined
}

/**
 * Series in bounded memory: a full series merges neighbours two by two, so it always spans the whole run and its extremes
 * are never lost; only the time resolution is.
 */
export function createHistory(capacity: number): History {
  const series = new Map<string, HistoryPoint[]>()

  const add = (name: string, time: number, value: number | undefined) => {
    if (value === undefined || !Number.isFinite(value)) return
    const points = series.get(name) ?? []
    if (points.length === 0) series.set(name, points)
    const tail = points.at(-1)
    const point = { time, last: value, low: value, high: value }
    if (tail?.time === time) points[points.length - 1] = merge(tail, point)
    else points.push(point)
    if (points.length >= capacity) series.set(name, halve(points))
  }

  return {
    observe(time, assessment, market) {
      for (const account of assessment.accounts) {
        const name = `account:${account.account}`
        if (account.margin.ok) {
          add(`${name}:equity`, time, account.margin.equity)
          add(`${name}:maintenanceMargin`, time, account.margin.maintenanceMargin)
          add(`${name}:initialMargin`, time, account.margin.initialMargin)
        }
        add(`${name}:marginRatio`, time, account.marginRatio)
      }
      for (const portfolio of assessment.portfolios) {
        const name = `portfolio:${portfolio.portfolio}`
        add(`${name}:equity`, time, portfolio.equity)
        add(`${name}:maintenanceMargin`, time, portfolio.maintenanceMargin)
        add(`${name}:marginRatio`, time, portfolio.marginRatio)
        add(`${name}:cashDelta`, time, portfolio.cashDelta)
      }
      for (const underlying of market.underlyings()) {
        add(`index:${underlying}`, time, market.picture(underlying)?.index?.price)
      }
    },
    names: () => [...series.keys()].sort(),
    series(name, from, to, pointsMax) {
      const points = series.get(name)
      if (points === undefined) return undefined
      let chosen = points.filter((point) => point.time >= from && point.time <= to)
      while (chosen.length > pointsMax) chosen = halve(chosen)
      return chosen
    },
  }
}

function merge(a: HistoryPoint, b: HistoryPoint): HistoryPoint {
  return { time: b.time, last: b.last, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }
}

function halve(points: readonly HistoryPoint[]): HistoryPoint[] {
  const half: HistoryPoint[] = []
  for (let i = 0; i < points.length; i += 2) {
    const next = points[i + 1]
    half.push(next === undefined ? points[i]! : merge(points[i]!, next))
  }
  return half
}
