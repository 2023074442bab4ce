import type { Instrument, InstrumentKey } from '@holdfast/quant'
import type { ExecutionStyle, KillMode, Stage, Tier } from '../decision.js'
import type { CalibrationSettings } from '../margin/calibration.js'
import type { PreTradeLimits } from '../order/preTrade.js'
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
  /** Live connections to venues; each is a source of events too. Empty for recorded runs. */
  readonly connections: readonly ConnectionConfiguration[]
  /** Sorted by id. */
  readonly accounts: readonly AccountConfiguration[]
  readonly guard: GuardConfiguration
  readonly assess: AssessConfiguration
  /** How venues' own margin figures widen the safety buffer. */
  readonly calibration: CalibrationSettings
  /** Overrides of margin parameters by model: `{ portfolio: { priceRange: 0.2 } }`. */
  readonly margin: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly alerts: AlertsConfiguration
  /** Controls that every order passes last; absent: none but self-match. */
  readonly preTrade?: PreTradeConfiguration
  /** Absent: see `DEFAULT_KILL`. */
  readonly kill?: KillConfiguration
  readonly watchdog?: WatchdogConfiguration
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

export const VENUE_KINDS = ['deribit', 'derive', 'hyperliquid', 'binance', 'okx', 'bybit'] as const
export type VenueKind = (typeof VENUE_KINDS)[number]

/** A line to a venue: who speaks, as whom, and which of the venue's safety devices are armed. */
export type ConnectionConfiguration = {
  readonly id: string
  readonly kind: VenueKind
  /** Base address, where it is not the venue's own: a test net, a simulated exchange. */
  readonly url?: string
  /** By the name that the venue gives each: `key`, `secret`, `password`, `wallet`. */
  readonly credentials: Readonly<Record<string, SecretReference>>
  /** A key that can withdraw is refused unless this says otherwise. */
  readonly allowWithdrawal: boolean
  /** Underlyings whose market is watched: index, perpetuals, futures, options. */
  readonly watch: readonly string[]
  /** How often the account is asked for a complete statement and its open orders, milliseconds. */
  readonly reconcileMs: number
  readonly guards: {
    readonly cancelOnDisconnect: boolean
    readonly marketMakerProtection?: {
      readonly intervalMs: number
      readonly frozenMs: number
      /** Exact decimals, base units. */
      readonly quantityLimit?: string
      readonly deltaLimit?: string
    }
  }
}

export type AccountConfiguration = {
  readonly id: string
  /** The connection through which it is reached; absent: what the file and the fills say. */
  readonly connection?: string
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
  /** Each holds a name and a secret: who signs with it approves in that name. */
  readonly webhookKeys: readonly SecretReference[]
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

export type HedgeBandConfiguration = {
  readonly kind: 'whalley-wilmott' | 'zakamouline' | 'impulse'
  /** γ: `amount` divided by the gross option notional of the book, or by so many USD. */
  readonly riskAversion: { readonly amount: number; readonly per: 'notional' | number }
  /** Of a trade, fraction of notional; absent: the place's fee and half its spread. */
  readonly cost?: number
  /** Of each trade, USD. */
  readonly fixedCost?: number
}

export type HedgePlaceConfiguration = {
  readonly instrument: Instrument
  readonly account: string
  /** Taker's fee and initial margin, fractions of notional. */
  readonly fee: number
  readonly marginRate: number
}

export type HedgeOptionsConfiguration = {
  readonly kind: 'hedge-options'
  readonly account: string
  readonly instruments: readonly Instrument[]
  /** Base units; USD per 1 % move; USD per vol point. */
  readonly tolerance: { readonly delta: number; readonly gamma: number; readonly vega: number }
  /** Vega within its tolerance in each expiry, or in sum. */
  readonly vegaBy: 'expiry' | 'total'
  readonly fee: number
  /** Initial margin that a perpetual, a future or a sold option binds, fraction of its notional. */
  readonly marginRate: number
  /** USD; absent: what is available in the account. */
  readonly maxMargin?: number
  readonly maxNotional?: number
  /** Where the tolerances cannot be met: do what comes nearest, rather than nothing. */
  readonly partial: boolean
  readonly maxSlippage: number
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
      /** A band by model; absent: `above` and `below`. */
      readonly band?: HedgeBandConfiguration
      /** Where a hedge ends; absent: at the target for fixed thresholds, at the edge for a model. */
      readonly tradeTo?: 'edge' | 'target'
      /** Smaller orders are not sent; larger ones are cut. In base units or in the quote asset. */
      readonly minTicket?: Bound
      readonly maxClip?: Bound
      /** What left its band by a move of implied vol alone is left alone. */
      readonly ignoreVolMoves?: true
      /** In the last half hour of an expiry: tell our own exposure, or hand the expiring delta over to the hedge in step. */
      readonly expiryWindow?: 'own' | 'synthetic-delivery'
      /** Places to hedge at, the first being `instrument`; absent: only there. */
      readonly candidates?: readonly HedgePlaceConfiguration[]
    }
  | HedgeOptionsConfiguration
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
  | { readonly kind: 'kill'; readonly mode: KillMode; readonly reason: string }
  | VaultAction

/** Limits by level; an order passes all that are its own. */
export type PreTradeConfiguration = {
  readonly firm?: PreTradeLimits
  readonly venues?: Readonly<Record<string, PreTradeLimits>>
  readonly accounts?: Readonly<Record<string, PreTradeLimits>>
  readonly rules?: Readonly<Record<string, PreTradeLimits>>
}

export type ApprovalConfiguration = {
  /** Nobody confirmed it within this time: it lapses. */
  readonly withinMs: number
  /** Above this amount of an action two different people must confirm. */
  readonly fourEyesAbove?: Bound
}

export const DEFAULT_APPROVAL: ApprovalConfiguration = { withinMs: 900_000 }

export type PromotionConfiguration = {
  /** Time at the stage that it would leave. */
  readonly afterMs: number
  /** Decisions made there, those that were denied among them. */
  readonly decisions: number
  /** Largest share of them that were denied, 0 … 1. */
  readonly deniedShare: number
}

export type KillConfiguration = {
  /** Share of each position that mode `reduce` closes, 0 … 1. */
  readonly reduceShare: number
  /** Limit price against the best quote on our side, decimal. */
  readonly maxSlippage: number
  /** A kill that the venue has not confirmed by then is told as incomplete. */
  readonly confirmMs: number
}

export const DEFAULT_KILL: KillConfiguration = { reduceShare: 0.5, maxSlippage: 0.02, confirmMs: 60_000 }

/** A process of its own that withdraws and closes when the loop stalls. */
export type WatchdogConfiguration = {
  readonly health: string
  readonly stallMs: number
  readonly mode: KillMode
  /** By connection, then by the name that the venue gives each. */
  readonly credentials: Readonly<Record<string, Readonly<Record<string, SecretReference>>>>
}

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
  /** How its orders are worked; absent: each fills at once up to its limit, the rest lapses. */
  readonly execution?: ExecutionStyle
  /** At stage `approve`; absent: see `DEFAULT_APPROVAL`. */
  readonly approval?: ApprovalConfiguration
  /** What its record must show before it goes up the ladder; absent: a person's word is enough. */
  readonly promotion?: PromotionConfiguration
  readonly action: RuleAction
  /** Line of the file on which the rule begins. */
  readonly line: number
}
