import type { Action, Decision, OrderPurpose, Scope, Stage } from '../api/types.js'

/** The API's answers about acting as the page sees them; a type test holds them equal to the server's. */
export type OrderStatus = 'sending' | 'open' | 'filled' | 'cancelled' | 'rejected' | 'denied' | 'unresolved'

export type Order = {
  readonly id: string
  readonly ours: boolean
  readonly rule?: string
  readonly purpose?: OrderPurpose
  readonly parent?: string
  readonly account: string
  readonly instrument: string
  readonly size: string
  readonly sizeUnit: string
  readonly filled: string
  readonly limitPrice?: string
  readonly averagePrice?: string
  readonly priceUnit: string
  readonly reduceOnly: boolean
  readonly status: OrderStatus
  readonly reason?: string
  readonly since: string
  readonly updated: string
  readonly ageSeconds: number
  readonly venueOrders: readonly { readonly id: string; readonly status: OrderStatus; readonly filled: string }[]
}

export type Fill = {
  readonly id: string
  readonly time: string
  readonly account: string
  readonly instrument: string
  readonly order?: string
  readonly rule?: string
  readonly size: string
  readonly sizeUnit: string
  readonly price: string
  readonly priceUnit: string
  readonly fee: string
  readonly feeAsset: string
}

export type RuleCosts = {
  readonly rule: string
  readonly trades: number
  readonly pnlUsd?: number
  readonly slippageUsd?: number
  readonly feesUsd?: number
  readonly netUsd?: number
}

export type InstrumentCosts = {
  readonly rule: string
  readonly account: string
  readonly instrument: string
  readonly asset: string
  readonly trades: number
  readonly size: string
  readonly sizeUnit: string
  readonly pnl?: string
  readonly slippage?: string
  readonly marketMove?: string
  readonly withoutMiddle: number
  readonly fees: Readonly<Record<string, string>>
}

export type Attribution = {
  readonly time: string
  readonly rules: readonly RuleCosts[]
  readonly instruments: readonly InstrumentCosts[]
  readonly funding: readonly { readonly account: string; readonly asset: string; readonly amount: string }[]
}

export type RuleBound = { readonly per: 'action' | 'hour' | 'day'; readonly amount: string; readonly unit: string }

export type Ladder = {
  readonly stage: Stage
  readonly since?: string
  readonly ageSeconds?: number
  readonly decisions: number
  readonly denied: number
  readonly next?: Stage
  readonly criteria: readonly { readonly text: string; readonly met: boolean }[]
}

export type Approval = {
  readonly id: string
  readonly rule: string
  readonly scope: Scope
  readonly action: Action
  readonly condition: string
  readonly bounds: readonly RuleBound[]
  readonly since: string
  readonly expires: string
  readonly expiresInSeconds: number
  readonly people: number
  readonly confirmed: readonly string[]
  readonly fourEyes: boolean
}

export type Guard = {
  readonly name: 'cancel-on-disconnect' | 'market-maker-protection' | 'scheduled-cancel'
  readonly state: 'armed' | 'not-armed' | 'triggered' | 'unknown'
  readonly gaps: readonly string[]
}

export type Line = {
  readonly account: string
  readonly venue: string
  readonly connection?: string
  readonly session: 'none' | 'connected' | 'lost' | 'not-begun'
  readonly since?: string
  readonly ageSeconds?: number
  readonly reconciled: boolean
  readonly waits: readonly string[]
  readonly differences: readonly string[]
  readonly statementAgeSeconds?: number
  readonly orderListAgeSeconds?: number
  readonly clockAheadSeconds?: number
  readonly guards: readonly Guard[]
}

export type Venues = {
  readonly time: string
  readonly lines: readonly Line[]
  readonly venues: readonly {
    readonly venue: string
    readonly state: 'open' | 'post-only' | 'maintenance' | 'down'
    readonly since: string
    readonly ageSeconds: number
    readonly detail?: string
  }[]
}

export const KILL_MODES = ['cancel', 'reduce', 'flatten'] as const
export type KillMode = (typeof KILL_MODES)[number]

type Remains = readonly { readonly what: string; readonly why: string }[]

export type Kill = {
  readonly scope: string
  readonly mode: KillMode
  readonly since: string
  readonly ageSeconds: number
  readonly by: string
  readonly reason: string
  readonly state: 'working' | 'confirmed' | 'incomplete'
  readonly reported?: string
  readonly confirmed: readonly string[]
  readonly open: Remains
}

export type Kills = {
  readonly time: string
  readonly scopes: readonly string[]
  readonly kills: readonly Kill[]
  readonly halts: readonly {
    readonly scope: string
    readonly since: string
    readonly by: string
    readonly reason: string
  }[]
}

export type KillPreview = {
  readonly time: string
  readonly scope: string
  readonly mode: KillMode
  readonly accounts: readonly string[]
  readonly cancels: readonly Order[]
  readonly closes: readonly {
    readonly account: string
    readonly instrument: string
    readonly held: number
    readonly size: string
    readonly sizeUnit: string
    readonly limitPrice: string
    readonly bestPrice: number
    readonly priceUnit: string
    readonly shownSize?: number
    readonly costUsd?: number
    readonly costUsdMax?: number
  }[]
  readonly open: Remains
  readonly costUsd: number
  readonly costUsdMax: number
  readonly costKnownFor: number
}

export type Acted = {
  readonly outcome: 'done' | 'pending'
  readonly sequence: number
  readonly text: string
  readonly decisions: readonly Decision[]
}
