import type { Instrument } from '@holdfast/quant'
import type { InsuranceMethod } from '../insurance/floor.js'
import type { SellStrategy } from '../insurance/strategy.js'

/** Actions of vaults: collateral, leverage, insurance, option selling. Fractions are decimals, times milliseconds. */
export type VaultAction = RebalanceAction | LeverageAction | InsureAction | SellOptionsAction

export type RebalanceAction = {
  readonly kind: 'rebalance-collateral'
  readonly account?: string
  readonly method: 'minimum-variance' | 'risk-parity'
  /** What each volatile asset is traded with, one per underlying: spot or a perpetual. */
  readonly with: readonly Instrument[]
  /** Bounds of each asset's share of the net value. */
  readonly minShare: number
  readonly maxShare: number
  /** Nothing is done while every share is within so much of its target. */
  readonly band: number
  /** Share of the turnover that trading costs. */
  readonly cost: number
  /** One standard deviation over this time must fall by more than the cost. */
  readonly horizonMs: number
  readonly maxSlippage: number
}

export type LeverageAction = {
  readonly kind: 'repay' | 'boost'
  readonly account?: string
  /** Health that sets it off: below it (`repay`) or above it (`boost`); and where it is to land. */
  readonly from: number
  readonly to: number
  readonly instrument: Instrument
  /** Fees and expected slippage, share of what is traded. */
  readonly cost: number
  /** Exact decimal in the instrument's size unit. */
  readonly lot?: string
  readonly maxSlippage: number
}

export type InsureAction = {
  readonly kind: 'insure'
  readonly account?: string
  readonly method: InsuranceMethod
  /** What exposure is changed with; for `obpi` its underlying and venue say which puts are looked at. */
  readonly instrument: Instrument
  readonly floorShare: number
  readonly growth: number
  readonly multiplier: number
  readonly cap: number
  readonly band: number
  readonly gap: {
    readonly quantile: number
    readonly windowMs: number
    readonly latencyMs: number
    readonly intervalMs: number
    readonly least: number
  }
  /** Of puts (`obpi`): time to expiry, and the largest premium as a share of the net value. */
  readonly tenorMin: number
  readonly tenorMax: number
  readonly budget: number
  readonly lot?: string
  readonly maxSlippage: number
}

export type SellOptionsAction = {
  readonly kind: 'sell-options'
  readonly account?: string
  readonly underlying: string
  readonly strategy: SellStrategy
  readonly delta: number
  readonly wingDelta: number
  readonly deltaTolerance: number
  readonly tenorMin: number
  readonly tenorMax: number
  /** Share of the collateral that options are written against. */
  readonly share: number
  readonly gate: { readonly overRealised?: number; readonly windowMs: number; readonly rank?: number }
  readonly roll: { readonly timeLeft?: number; readonly profit?: number; readonly inTheMoney: boolean }
  readonly defend: { readonly delta?: number; readonly loss?: number }
  /** Most that a round may lose, exact USD. */
  readonly maxLoss: string
  /** Rise of the underlying that a covered call's loss is reckoned at. */
  readonly stress: number
  readonly maxSpread: number
  /** Smallest step of size, exact, base units. */
  readonly lot: string
  readonly maxSlippage: number
}
