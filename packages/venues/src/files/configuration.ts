import type { InstrumentKey } from '@holdfast/quant'

type Recorded = {
  /** The source's name: how its events are labelled. */
  readonly id: string
  /** A file, or a folder of files. */
  readonly path: string
  /** Epoch milliseconds; data before is left out. */
  readonly from?: number
  /** Epoch milliseconds; data from here on is left out. */
  readonly to?: number
}

export type DeribitChainsConfiguration = Recorded & {
  readonly kind: 'deribit-chains'
  /** A longer time between two snapshots is a `gap`, milliseconds; 12 h unless told otherwise. */
  readonly maxGapMs?: number
}

export type TardisConfiguration = Recorded & {
  readonly kind: 'tardis-options-chain' | 'tardis-derivative-ticker'
  /** One event per so many milliseconds, with the latest row of each instrument; 0 (the default): one per row. */
  readonly everyMs?: number
}

export type TimeUnit = 'ns' | 'us' | 'ms' | 's' | 'iso'

export type OhlcvConfiguration = Recorded & {
  readonly kind: 'ohlcv'
  /** The bars are of this underlying's index price, unless `instrument` says of what else. */
  readonly underlying: string
  /** The bars are of this instrument: they become its `last` price, and its `mark` where `price` says so. */
  readonly instrument?: InstrumentKey
  readonly price?: 'mark' | 'last'
  readonly timeUnit: TimeUnit
  /** Length of a bar, milliseconds; told from the first two bars where absent. */
  readonly barMs?: number
  /** Whether a bar is stamped with its opening (the default) or its closing time. A bar is known when it closes. */
  readonly stamp?: 'open' | 'close'
  /** Names of the file's columns. */
  readonly columns: { readonly time: string; readonly close: string } & Partial<
    Readonly<Record<'open' | 'high' | 'low' | 'volume', string>>
  >
}

export type FileSourceConfiguration = DeribitChainsConfiguration | TardisConfiguration | OhlcvConfiguration
