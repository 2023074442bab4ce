import type { Instrument, InstrumentKey } from '@holdfast/quant'
import type { Stage, Tier } from '../decision.js'
import type { VaultAction } from './vaultAction.js'

/**
 * A desk's configuration after checking: every quantity is a plain number in the unit its name ends with, money that
 * settles is a decimal string, fractions are decimals (0.02 is 2 %), times are milliseconds.
 */
export type Configuration = {
  readonly version: 1
  readonly name: string
  /** The file it was read from, as the caller named it. Relative paths in it are relative to that file's folder. */
  readonly file: string
  readonly journal: JournalConfiguration
  readonly sources: readonly SourceConfiguration[]
  /** Sorted by id. */
  readonly accounts: readonly AccountConfiguration[]
  readonly guard: GuardConfiguration
  readonly assess: AssessConfiguration
  /** Overrides of margin parameters by model: `{ portfolio: { priceRange: 0.2 } }`. */
  readonly margin: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly alerts: AlertsConfiguration
  readonly server: ServerConfiguration
  /** A PostgreSQL server for the SQL view; absent: the embedded one beside the journal. */
  readonly database?: SecretReference
}

export type JournalConfiguration = {
  readonly path: string
}

/** A secret is never in the file: only where it is to be read from, by the composition root. */
export type SecretReference = {
  readonly from: 'env' | 'file'
  readonly name: string
}

type Recorded = {
  /** How events of this source are labelled; unique. */
  readonly id: string
  readonly path: string
  /** Epoch milliseconds; data before is skipped. */
  readonly from?: number
  /** Epoch milliseconds; data from here on is skipped. */
  readonly to?: number
}

export type SourceConfiguration =
  | (Recorded & {
      readonly kind: 'deribit-chains'
      /** More time between two snapshots is a named gap. */
      readonly maxGapMs?: number
    })
  | (Recorded & {
      readonly kind: 'tardis-options-chain' | 'tardis-derivative-ticker'
      /** One event for each so long, with the latest of every instrument; absent: one for each row. */
      readonly everyMs?: number
    })
  | (Recorded & {
      readonly kind: 'ohlcv'
      readonly underlying: string
      /** What the bars are of; absent: the index of the underlying. */
      readonly instrument?: InstrumentKey
      readonly price?: 'last' | 'mark'
      readonly barMs?: number
      readonly stamp?: 'open' | 'close'
      readonly timeUnit: 'ns' | 'us' | 'ms' | 's' | 'iso'
      /** Names of the file's columns. */
      readonly columns: Readonly<Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', string>>
    })
  /** A scenario of the project's own format: a file, or one that is built in. */
  | (Omit<Recorded, 'path'> & {
      readonly kind: 'scenario'
      readonly path?: string
      readonly builtin?: string
      /** Chains whose listed options are all quoted. */
      readonly chains?: readonly string[]
    })

export type AccountConfiguration = {
  readonly id: string
  readonly venue: string
  readonly portfolio: string
  /** Name of a margin model of the registry. */
  readonly marginModel: string
  /** Opening balances, exact decimals in units of the asset, signed. */
  readonly balances: Readonly<Record<string, string>>
  readonly positions: readonly PositionConfiguration[]
}

export type PositionConfiguration = {
  readonly key: InstrumentKey
  readonly instrument: Instrument
  /** Exact decimal, signed, in the instrument's size unit. */
  readonly size: string
  /** In the unit that the instrument quotes. */
  readonly entryPrice?: number
  /** Where its instrument stands in the file: for complaints that need the data. */
  readonly place: SourcePlace
}

export type SourcePlace = {
  readonly path: string
  readonly line: number
  readonly column: number
  readonly length: number
  /** The source line, as it stands in the file. */
  readonly source: string
}

/** What the oracle guard tolerates of one kind of input. */
export type GuardLimits = {
  /** Older than this: `delayed`. */
  readonly delayedAfterMs: number
  /** Older than this, or without progress for this long: `stale`. */
  readonly maxAgeMs: number
  /** Relative jump against the time-weighted average that makes it `suspect`. */
  readonly maxJump: number
  /** Relative difference between two sources that makes both `suspect`. */
  readonly maxDivergence: number
  /** The feed's own half-width ÷ price that makes it `suspect`. */
  readonly maxConfidence: number
}

export const GUARDED_INPUTS = ['index', 'forward', 'surface', 'quote', 'account'] as const
export type GuardedInput = (typeof GUARDED_INPUTS)[number]

export type GuardConfiguration = Readonly<Record<GuardedInput, GuardLimits>> & {
  /** Window of the time-weighted average that jumps are measured against. */
  readonly averageWindowMs: number
}

export type AssessConfiguration = {
  /** Relative spot moves of the scenario grid, ascending, with 0. */
  readonly spotMoves: readonly number[]
  /** Relative moves of implied vol, ascending, with 0. */
  readonly volMoves: readonly number[]
  readonly valueAtRisk: {
    readonly confidence: number
    readonly horizonDays: number
    /** Past returns that historical VaR looks at. */
    readonly windowDays: number
  }
  readonly distance: {
    /** How far down (negative) and up liquidation is searched, relative. */
    readonly searchDown: number
    readonly searchUp: number
    /** Relative rise of implied vols in the second variant. */
    readonly volUp: number
    /** Betas of underlyings to the first, where the desk states them; else they come from the data. */
    readonly betas: Readonly<Record<string, number>>
  }
}

export type AlertChannel =
  | { readonly kind: 'console'; readonly minTier: Tier }
  | { readonly kind: 'file'; readonly path: string; readonly minTier: Tier }
  | {
      readonly kind: 'webhook'
      readonly url: SecretReference
      readonly format: 'alertmanager' | 'slack' | 'telegram'
      /** Telegram's chat. */
      readonly chat?: string | undefined
      readonly minTier: Tier
    }

export type AlertsConfiguration = {
  readonly channels: readonly AlertChannel[]
  readonly group: {
    readonly by: readonly ('account' | 'portfolio' | 'underlying' | 'rule' | 'subject' | 'tier')[]
    readonly waitMs: number
    readonly intervalMs: number
    readonly repeatMs: number
  }
  /** More messages than this within `perMs` are held back and end as one digest. */
  readonly digest: { readonly above: number; readonly perMs: number }
  /** A sign of life of the alerter itself; absent: none. */
  readonly heartbeatMs?: number
  /** Tier of the alert that an input went stale. */
  readonly staleInputs: Tier | 'off'
}

export type ServerConfiguration = {
  readonly host: string
  readonly port: number
  readonly apiKeys: readonly SecretReference[]
}

/** What a rule watches: one instance of the rule for each thing in scope. */
export type RuleScope =
  | { readonly kind: 'account'; readonly accounts: readonly string[] }
  | { readonly kind: 'portfolio'; readonly portfolios: readonly string[] }
  /** `portfolios` empty: every one. */
  | { readonly kind: 'underlying'; readonly underlyings: readonly string[]; readonly portfolios: readonly string[] }
  /** Names or prefixes of inputs (`index:BTC`, `surface:`); empty: every one. */
  | { readonly kind: 'input'; readonly inputs: readonly string[] }

/** A limit in the unit that its action is counted in. `amount` is an exact decimal ≥ 0. */
export type Bound = { readonly amount: string; readonly unit: string }
export type Bounds = {
  readonly perAction?: Bound
  readonly perHour?: Bound
  readonly perDay?: Bound
}

export type RuleAction =
  | { readonly kind: 'alert'; readonly tier: Tier; readonly subject: string; readonly summary: string }
  | {
      readonly kind: 'hedge-delta'
      readonly account: string
      readonly instrument: Instrument
      /** Net delta to end at, base units, signed; an exact decimal. */
      readonly target: string
      /** Nothing is done while net delta stays within target − below … target + above. */
      readonly above: string
      readonly below: string
      /** Share of the difference that is hedged, 0 … 1.5. */
      readonly ratio: number
      /** Smallest step of the order's size, in the instrument's size unit; an exact decimal. */
      readonly lot?: string
      /** Limit price against the best quote on our side, decimal. */
      readonly maxSlippage: number
    }
  | {
      readonly kind: 'reduce'
      readonly account?: string
      /** Share of each position to close, 0 … 1. */
      readonly share: number
      readonly instruments: 'all' | 'options' | 'futures' | readonly InstrumentKey[]
      readonly maxSlippage: number
    }
  | {
      readonly kind: 'top-up'
      readonly account?: string
      readonly asset: string
      /** Exact decimal, > 0. */
      readonly amount: string
    }
  | { readonly kind: 'cancel'; readonly account?: string; readonly instruments: 'all' | readonly InstrumentKey[] }
  | { readonly kind: 'halt'; readonly reason: string }
  | VaultAction

export type RuleRearm = {
  /** The rule can fire again only once this holds (text of the condition), for `afterMs` without a break. */
  readonly when: string
  readonly afterMs: number
}

export type RuleConfiguration = {
  readonly id: string
  readonly scope: RuleScope
  readonly when: string
  readonly rearm: RuleRearm
  readonly cooldownMs: number
  /** While the condition holds, act again this often; absent: once each time it fires. */
  readonly repeatMs?: number
  readonly bounds: Bounds
  readonly stage: Stage
  readonly action: RuleAction
  /** Line of the file on which the rule begins. */
  readonly line: number
}
