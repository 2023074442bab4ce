import type { Ladder, RuleBound } from '../acting/types.js'

/**
 * The API's answers as the page sees them. They mirror the server's schemas; a type test holds the two equal, so that the
 * page needs nothing of the server.
 */
export type Quality = 'live' | 'delayed' | 'suspect' | 'stale' | 'unknown'

export type Input = {
  readonly name: string
  readonly source: string
  readonly sourceTime?: string
  readonly receivedTime?: string
  readonly ageSeconds?: number
  readonly quality: Quality
  readonly reasons: readonly string[]
}

export type ExpiryGreeks = {
  readonly expiry?: string
  readonly delta: number
  readonly gammaPerPercent: number
  readonly vegaPerVolPoint: number
  readonly thetaPerDay: number
}

export type Greeks = {
  readonly underlying: string
  readonly index: number
  readonly delta: number
  readonly deltaNet: number
  readonly cashDelta: number
  /** Coin held as collateral, base units: in no Greek above. */
  readonly collateral: number
  readonly gamma: number
  readonly gammaPerPercent: number
  readonly vegaPerVolPoint: number
  readonly thetaPerDay: number
  readonly rhoPerBp: number
  readonly vannaPerVolPoint: number
  readonly volgaPerVolPoint: number
  readonly charmPerDay: number
  readonly byExpiry: readonly ExpiryGreeks[]
}

export type Grid = {
  readonly spotMoves: readonly number[]
  readonly volMoves: readonly number[]
  readonly pnl: readonly (readonly number[])[]
}

type MoveRange = { readonly down?: number; readonly up?: number }

export type Distance = {
  readonly searched: { readonly down: number; readonly up: number }
  readonly spotAlone: MoveRange
  readonly volUp: MoveRange & { readonly volUpRelative: number }
  readonly beta: MoveRange & { readonly betas: Readonly<Record<string, number>> }
  readonly nearest?: number
}

type Loss = { readonly valueAtRisk: number; readonly expectedShortfall: number }

export type RiskView = {
  readonly quality: Quality
  readonly missing: readonly string[]
  readonly greeks: readonly Greeks[]
  readonly cashDelta: number
  readonly grid?: Grid
  readonly worstScenario?: { readonly name: string; readonly pnl: number }
  readonly valueAtRisk?: {
    readonly confidence: number
    readonly horizonDays: number
    readonly historical?: Loss & { readonly observations: number }
    readonly parametric?: Loss
  }
  readonly pnl?: {
    readonly since: string
    readonly total: number
    readonly delta: number
    readonly gamma: number
    readonly vega: number
    readonly vanna: number
    readonly volga: number
    readonly theta: number
    readonly rho: number
    readonly carry: number
    readonly trades: number
    readonly residual: number
  }
  readonly concentration: readonly {
    readonly underlying: string
    readonly by: 'expiry' | 'strike'
    readonly key: string | number
    readonly grossNotional: number
    readonly grossVegaPerVolPoint: number
    readonly share: number
  }[]
  readonly expiryWindow: readonly {
    readonly underlying: string
    readonly expiry: string
    readonly minutesLeft: number
    readonly fixedShare: number
    readonly delta: number
    readonly residualDelta: number
    readonly nearestStrike?: number
    readonly distanceToStrike?: number
  }[]
}

export type Margin =
  | {
      readonly ok: true
      readonly equity: number
      readonly markToMarket: number
      readonly initialMargin: number
      readonly maintenanceMargin: number
      readonly excessInitial: number
      readonly excessMaintenance: number
      readonly parts: Readonly<Record<string, number>>
      /** Positions that are margined apart. */
      readonly buckets?: readonly {
        readonly name: string
        readonly equity: number
        readonly initialMargin: number
        readonly maintenanceMargin: number
      }[]
      readonly scenarios?: readonly { readonly name: string; readonly pnl: number }[]
    }
  | { readonly ok: false; readonly missing: readonly string[] }

export type Calibration = {
  readonly samples: number
  /** Share by which the requirements are raised. */
  readonly buffer: number
  readonly ageSeconds?: number
  readonly latest?: {
    readonly source: string
    readonly sourceTime: string
    readonly residuals: readonly {
      readonly figure: 'equity' | 'initialMargin' | 'maintenanceMargin'
      readonly ours: number
      readonly venue: number
      readonly residual: number
      readonly ratio?: number
    }[]
    readonly buffer: number
    readonly isCovered: boolean
  }
  readonly setAside?: { readonly sourceTime: string; readonly reason: string }
}

export type MarginRatio = number | 'liquidatable'

export type Account = RiskView & {
  readonly account: string
  readonly venue: string
  readonly portfolio: string
  readonly marginModel: string
  readonly time: string
  readonly margin: Margin
  readonly calibration?: Calibration
  readonly marginRatio?: MarginRatio
  readonly distance?: Distance
  readonly positionCount: number
}

export type Portfolio = RiskView & {
  readonly portfolio: string
  readonly accounts: readonly string[]
  readonly time: string
  readonly equity?: number
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
  readonly marginRatio?: MarginRatio
  readonly distance?: Distance
}

export type Position = {
  readonly account: string
  readonly instrument: string
  readonly kind: 'spot' | 'perpetual' | 'future' | 'option'
  readonly underlying: string
  readonly payoff?: 'linear' | 'inverse'
  readonly expiry?: string
  readonly strike?: number
  readonly right?: 'call' | 'put'
  readonly size: number
  readonly sizeUnit: string
  readonly mark?: number
  readonly quotedMark?: number
  readonly priceUnit: string
  readonly markVol?: number
  readonly value?: number
  readonly unrealisedPnl?: number
  readonly delta?: number
  readonly cashDelta?: number
  readonly gamma?: number
  readonly vegaPerVolPoint?: number
  readonly thetaPerDay?: number
  readonly marginShare?: number
  readonly quality: Quality
}

export type Scope =
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'portfolio'; readonly portfolio: string }
  | { readonly kind: 'underlying'; readonly portfolio: string; readonly underlying: string }
  | { readonly kind: 'input'; readonly input: string }

export type Tier = 'notice' | 'warning' | 'critical'

export type Stage = 'plan' | 'shadow' | 'paper' | 'approve' | 'live'

export type ExecutionStyle =
  | { readonly kind: 'chase'; readonly everyMs: number; readonly moves: number }
  | { readonly kind: 'post-only'; readonly patienceMs: number; readonly afterwards: 'cancel' | 'take' }
  | { readonly kind: 'sliced'; readonly slices: number; readonly everyMs: number; readonly participation: number }

export type OrderPurpose =
  | 'hedge-delta'
  | 'hedge-options'
  | 'reduce'
  | 'flatten'
  | 'rebalance'
  | 'repay'
  | 'boost'
  | 'insurance'
  | 'option-selling'

export type Action =
  | {
      readonly kind: 'alert'
      readonly tier: Tier
      readonly summary: string
      readonly labels: Readonly<Record<string, string>>
      readonly state: 'firing' | 'resolved'
    }
  | {
      readonly kind: 'order'
      readonly purpose: OrderPurpose
      readonly venue: string
      readonly account: string
      readonly instrument: string
      readonly size: string
      readonly sizeUnit: string
      readonly limitPrice: string
      readonly priceUnit: string
      readonly reduceOnly: boolean
      readonly terms?: 'fill-or-lapse' | 'rest' | 'post-only'
      readonly style?: ExecutionStyle
      readonly parent?: string
    }
  | { readonly kind: 'collateral'; readonly account: string; readonly asset: string; readonly amount: string }
  | {
      readonly kind: 'cancel'
      readonly account: string
      readonly instruments: readonly string[] | 'all'
      readonly order?: string
    }
  | { readonly kind: 'halt'; readonly scope: Scope; readonly reason: string }
  | {
      readonly kind: 'kill-report'
      readonly scope: string
      readonly mode: 'cancel' | 'reduce' | 'flatten'
      readonly state: 'confirmed' | 'working' | 'incomplete' | 'resumed'
      readonly drill: boolean
      readonly confirmed: readonly string[]
      readonly open: readonly { readonly what: string; readonly why: string }[]
    }
  | { readonly kind: 'stage'; readonly rule: string; readonly from: Stage; readonly to: Stage; readonly by: string }
  | { readonly kind: 'adopt'; readonly account: string; readonly by: string }

/** A number, or a word: `unknown`, `infinity`, or the value of a measure that is not a number. */
export type Measured = number | string

export type Decision = {
  readonly id: string
  readonly sequence: number
  readonly rule: string
  readonly stage: Stage
  readonly scope: Scope
  readonly time: string
  readonly action: Action
  readonly outcome: 'planned' | 'papered' | 'pending' | 'sent' | 'denied' | 'expired' | 'done'
  readonly condition: string
  readonly terms: readonly {
    readonly text: string
    readonly measure: string
    readonly value: Measured
    readonly operator: string
    readonly threshold: Measured
    readonly unit: string
    readonly holds: boolean | 'unknown'
  }[]
  readonly inputs: readonly {
    readonly name: string
    readonly value: number | string
    readonly unit: string
    readonly source: string
    readonly sourceTime?: string
    readonly ageSeconds?: number
    readonly quality: Quality
  }[]
  readonly reasons: readonly string[]
}

export type Alert = {
  readonly id: string
  readonly sequence: number
  readonly rule: string
  readonly tier: Tier
  readonly summary: string
  readonly labels: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt?: string
  readonly acknowledged?: { readonly by: string; readonly time: string }
}

export type Status = {
  readonly name: string
  readonly version: string
  readonly state: 'starting' | 'running' | 'paused' | 'finished' | 'failed'
  readonly serverTime: string
  readonly startedTime: string
  readonly lastTurnTime?: string
  readonly engineTime?: string
  readonly turns: number
  readonly speed: number | 'max'
  readonly progress?: number
  readonly configurationHash: string
  readonly rulebookHash: string
  readonly fault?: string
  readonly journal?: { readonly sequence: number; readonly hash: string; readonly time: string }
  readonly decisions: number
  readonly alertsFiring: number
  readonly inputs: Readonly<Record<Quality, number>>
  readonly underlyings: readonly string[]
  readonly canAcknowledge: boolean
}

type Seen = {
  readonly source: string
  readonly sourceTime: string
  readonly receivedTime: string
  readonly quality: Quality
  readonly ageSeconds: number
}

export type Market = {
  readonly underlying: string
  readonly time: string
  readonly index?: Seen & { readonly price: number }
  readonly forwards: readonly (Seen & { readonly expiry: string; readonly price: number })[]
  readonly slices: readonly (Seen & { readonly expiry: string; readonly svi: readonly number[] })[]
}

export type Rule = {
  readonly id: string
  readonly stage: string
  readonly scope: string
  readonly condition: string
  readonly action: string
  readonly bounds: readonly RuleBound[]
  /** Absent for rules that only alert. */
  readonly ladder?: Ladder
}

export type WhyNot = {
  readonly rule: string
  readonly scopes: readonly {
    readonly subject: string
    readonly state: 'fires' | 'armed' | 'held' | 'blind'
    readonly text: string
  }[]
}

export type Series = {
  readonly name: string
  readonly points: readonly {
    readonly time: string
    readonly last: number
    readonly low: number
    readonly high: number
  }[]
}
