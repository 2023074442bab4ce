import type { Perpetual } from '@holdfast/quant'
import type { MarginAccount, MarginBucket, MarginOutcome, MarginPosition } from '../model.js'
import { marginOutcome } from '../outcome.js'
import type { MarketReading } from '../reading.js'

type Sums = Record<string, number>
type OpenBucket = { name: string; equity: number; initialMargin: number; maintenanceMargin: number }

/** Adds up a perpetual venue's figures by part, and by bucket where positions are margined apart. */
export class MarginLedger {
  readonly equity: Sums = {}
  readonly initial: Sums = {}
  readonly maintenance: Sums = {}
  readonly info: Sums = {}
  readonly #buckets = new Map<string, OpenBucket>()

  addEquity(bucket: string, part: string, amount: number): void {
    this.equity[part] = (this.equity[part] ?? 0) + amount
    this.#bucket(bucket).equity += amount
  }

  addRequirement(bucket: string, part: string, initial: number, maintenance: number): void {
    this.initial[part] = (this.initial[part] ?? 0) + initial
    this.maintenance[part] = (this.maintenance[part] ?? 0) + maintenance
    const open = this.#bucket(bucket)
    open.initialMargin += initial
    open.maintenanceMargin += maintenance
  }

  /** Moves collateral between buckets; the totals stay. */
  setAside(from: string, to: string, amount: number): void {
    this.#bucket(from).equity -= amount
    this.#bucket(to).equity += amount
  }

  /** The outcome; buckets are told where there is more than the common one. */
  outcome(reading: MarketReading, markToMarket: number): MarginOutcome {
    const buckets: MarginBucket[] = [...this.#buckets.keys()].sort().map((name) => this.#buckets.get(name)!)
    return marginOutcome(reading, {
      equity: this.equity,
      markToMarket,
      initial: this.initial,
      maintenance: this.maintenance,
      info: this.info,
      ...(buckets.length > 1 ? { buckets } : {}),
    })
  }

  #bucket(name: string): OpenBucket {
    const found = this.#buckets.get(name)
    if (found !== undefined) return found
    const fresh = { name, equity: 0, initialMargin: 0, maintenanceMargin: 0 }
    this.#buckets.set(name, fresh)
    return fresh
  }
}

/** Name of the bucket that all positions share which have no collateral of their own. */
export const CROSS = 'cross'

export type PerpetualPosition = MarginPosition & { readonly instrument: Perpetual }

/** Linear perpetuals of an account with a size; everything else is named as unsupported. */
export function linearPerpetuals(reading: MarketReading, account: MarginAccount): readonly PerpetualPosition[] {
  return account.positions.filter((position): position is PerpetualPosition => {
    const { instrument, size } = position
    if (size === 0) return false
    if (instrument.kind === 'perpetual' && instrument.payoff === 'linear') return true
    reading.unsupported(instrument)
    return false
  })
}
