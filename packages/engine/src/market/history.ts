/** Prices of one underlying, one per hour of source time (the last seen in it), oldest first. */
export type PriceHistory = {
  readonly underlying: string
  readonly hours: number[]
  readonly prices: number[]
  /** Highest and lowest seen in each hour; absent where a series brings last prices only. */
  readonly highs?: number[]
  readonly lows?: number[]
}

type Series = PriceHistory & { readonly highs: number[]; readonly lows: number[] }

/** What the indices were: for historical value at risk and for betas. By underlying. */
export type History = Map<string, Series>

const HOUR_MS = 3_600_000
/** Two years of hours; older samples are forgotten in blocks. */
const HOURS_KEPT = 17_520
const BLOCK = 1024

export function createHistory(): History {
  return new Map()
}

/** Notes a price; a later one of the same hour takes its place, one from an hour already left is ignored. */
export function sampleHistory(history: History, underlying: string, sourceTime: number, price: number): void {
  const hour = Math.floor(sourceTime / HOUR_MS)
  let series = history.get(underlying)
  if (series === undefined) {
    series = { underlying, hours: [], prices: [], highs: [], lows: [] }
    history.set(underlying, series)
  }
  const { hours, prices, highs, lows } = series
  const last = hours.length - 1
  if (last >= 0 && hour < hours[last]!) return
  if (last >= 0 && hour === hours[last]) {
    prices[last] = price
    highs[last] = Math.max(highs[last]!, price)
    lows[last] = Math.min(lows[last]!, price)
    return
  }
  hours.push(hour)
  prices.push(price)
  highs.push(price)
  lows.push(price)
  if (hours.length > HOURS_KEPT + BLOCK) {
    hours.splice(0, BLOCK)
    prices.splice(0, BLOCK)
    highs.splice(0, BLOCK)
    lows.splice(0, BLOCK)
  }
}

/** Gives each series' latest sample and length to `add`: with the digests of the turns before, these tell histories apart. */
export function historyDigest(history: History, add: (underlying: string, values: readonly number[]) => void): void {
  for (const { underlying, hours, prices, highs, lows } of history.values()) {
    const last = hours.length - 1
    const latest = [hours[last], prices[last], highs[last], lows[last]].map((value) => value ?? Number.NaN)
    add(underlying, [hours.length, hours[0] ?? Number.NaN, ...latest])
  }
}
