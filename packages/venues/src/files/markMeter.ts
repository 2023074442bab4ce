import { black76Price, instrumentKey, log } from '@holdfast/quant'
import type { MarkError } from '../source.js'
import type { ChainRow } from './deribitRow.js'

const YEAR_MS = 365 * 86_400_000
const SMALLEST = 1e-9
const RATIO = 1.02
const BUCKETS = Math.ceil(log(1e10) / log(RATIO))

/**
 * Measures how far recorded marks lie from our own Black-76 on the vol and forward of the same row, in coin. Errors are counted
 * in classes 2 % wide from 1e-9 to 10 coin, so that memory does not grow with the data.
 */
export type MarkMeter = {
  /** Rows without mark or vol are passed over. */
  add(row: ChainRow): void
  /** Undefined before the first row. */
  result(): MarkError | undefined
}

export function createMarkMeter(): MarkMeter {
  const counts = new Uint32Array(BUCKETS)
  let count = 0
  let max = -1
  let worst = ''
  return {
    add({ instrument, forward, time, mark, markVol }) {
      if (mark === undefined || markVol === undefined) return
      const years = (instrument.expiry - time) / YEAR_MS
      const ours = black76Price(instrument.right, forward, instrument.strike, years, markVol, 1) / forward
      const error = Math.abs(ours - mark)
      counts[bucketOf(error)]! += 1
      count += 1
      if (error > max) {
        max = error
        worst = instrumentKey(instrument)
      }
    },
    result: () =>
      count === 0
        ? undefined
        : { unit: 'coin', count, median: quantile(counts, count, 0.5), p99: quantile(counts, count, 0.99), max, worst },
  }
}

function bucketOf(error: number): number {
  if (!(error > SMALLEST)) return 0
  return Math.min(BUCKETS - 1, Math.ceil(log(error / SMALLEST) / log(RATIO)))
}

/** The upper end of the class that holds the quantile. */
function quantile(counts: Uint32Array, count: number, share: number): number {
  let below = 0
  let end = SMALLEST
  for (const inClass of counts) {
    below += inClass
    if (below >= share * count) return end
    end *= RATIO
  }
  return end
}
