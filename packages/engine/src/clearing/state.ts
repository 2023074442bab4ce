import type { SviParameters } from '@holdfast/quant'
import type { Money } from '../book/money.js'
import type { HealthBand } from '../liquidation/index.js'
import type { Quality } from '../market/quality.js'
import type { ClearingDecision, ClearingDecisionBody } from './decision.js'
import type { ClearingParameters } from './parameters.js'
import type { MarginRule } from './rule.js'

/** `cost`: signed settlement money that the position was bought for; its value is size · mark − cost. */
export type ClearedPosition = { size: Money; cost: Money }

export type LiquidationOrder = {
  readonly account: string
  readonly market: string
  readonly purpose: 'reduce' | 'hedge'
  /** Signed, still open. */
  size: Money
  readonly limit: Money
  readonly expires: number
}

export type AccountState = {
  readonly id: string
  readonly owner: string
  readonly isolated: string | null
  /** By asset; the settlement asset is signed, others are ≥ 0. */
  readonly balances: Map<string, Money>
  readonly positions: Map<string, ClearedPosition>
  readonly orders: Map<string, RestingOrder>
  band: HealthBand
  call: { readonly dueTime: number; proof: string | null; overdue: boolean } | null
  /** Ids of own liquidation orders that are out. */
  readonly tranche: Set<string>
  lapses: number
  /** What its margin lacks to be known, where it does. */
  unknown: readonly string[] | null
  held: 'oracle' | 'auction-cap' | null
  /** The market that it left last: its fund stands for a deficit that outlives every position. */
  lastMarket: string | null
  auction: { startTime: number; phase: 'solvent' | 'insolvent'; reserve: Money } | null
}

/** `size` signed, still open; `price`: its limit, or `null` where it has none. */
export type RestingOrder = { readonly market: string; readonly size: Money; readonly price: Money | null }

export type MarketState = {
  price: Money
  average: Money
  confidence: Money
  publishedTime: number
  known: boolean
  settled: boolean
  fund: Money
  /** Size of all longs. */
  openInterest: Money
  readonly holders: Set<string>
  quality: Quality
  divergent: boolean
}

/** All that the clearing house holds. Maps keep the order of insertion, which is the order of every iteration. */
export type ClearingState = {
  sequence: number
  time: number
  orderCount: number
  readonly accounts: Map<string, AccountState>
  readonly markets: Map<string, MarketState>
  readonly assetPrices: Map<string, { readonly price: Money; readonly publishedTime: number; stale: boolean }>
  /** What margin models read beside marks: prices of underlyings, surfaces by `surfaceKey`, figures by name. */
  readonly indices: Map<string, { readonly price: Money; readonly confidence: Money; readonly publishedTime: number }>
  readonly surfaces: Map<
    string,
    { readonly forward: number; readonly svi: SviParameters; readonly publishedTime: number }
  >
  readonly figures: Map<string, number>
  readonly orders: Map<string, LiquidationOrder>
  /** Accounts with a timer or a liquidation: looked at as time passes. */
  readonly attention: Set<string>
  /** Deposits − withdrawals by asset. */
  readonly deposited: Map<string, Money>
  fees: Money
  /** Units left over where one amount is shared among many. */
  rounding: Money
  /** Collateral of resolved accounts, kept for those who carried the loss. */
  readonly seized: Map<string, Money>
  gateUntil: number
  gated: boolean
  allBad: boolean
  nextTimer: number
}

/** What one step works with. */
export type Turn = {
  readonly parameters: ClearingParameters
  readonly rule: MarginRule
  readonly state: ClearingState
  readonly decisions: ClearingDecision[]
  /** Accounts that are still to be judged in this step. */
  readonly queue: Set<string>
}

export function surfaceKey(underlying: string, expiry: number): string {
  return `${underlying} ${expiry}`
}

export function newClearingState(parameters: ClearingParameters): ClearingState {
  const markets = new Map<string, MarketState>()
  for (const name of Object.keys(parameters.markets).sort()) {
    markets.set(name, {
      price: 0n,
      average: 0n,
      confidence: 0n,
      publishedTime: 0,
      known: false,
      settled: false,
      fund: 0n,
      openInterest: 0n,
      holders: new Set(),
      quality: 'unknown',
      divergent: false,
    })
  }
  return {
    sequence: 0,
    time: 0,
    orderCount: 0,
    accounts: new Map(),
    markets,
    assetPrices: new Map(),
    indices: new Map(),
    surfaces: new Map(),
    figures: new Map(),
    orders: new Map(),
    attention: new Set(),
    deposited: new Map(),
    fees: 0n,
    rounding: 0n,
    seized: new Map(),
    gateUntil: 0,
    gated: false,
    allBad: false,
    nextTimer: 0,
  }
}

export function decide(turn: Turn, body: ClearingDecisionBody): void {
  turn.decisions.push({ time: turn.state.time, sequence: turn.state.sequence, ...body })
}
