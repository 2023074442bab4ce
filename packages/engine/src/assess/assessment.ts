import type { InstrumentKey } from '@holdfast/quant'
import type { MarginOutcome } from '../margin/model.js'
import type { CalibrationView } from '../margin/venueFigures.js'
import type { Quality } from '../market/quality.js'

/**
 * Numbers for every account and portfolio at one instant. Nothing is decided here. Money is USD; a number that could not
 * be had is absent and its input is named in `missing`; it is never 0.
 */
export type Assessment = {
  /** Engine time, epoch milliseconds. */
  readonly time: number
  /** Sorted by account id. */
  readonly accounts: readonly AccountAssessment[]
  /** Sorted by portfolio id. */
  readonly portfolios: readonly PortfolioAssessment[]
  /** What the guard thinks of each input, sorted by name. */
  readonly inputs: readonly InputState[]
}

export type InputState = {
  /** `index:BTC`, `forward:BTC:2026-02-27`, `surface:BTC:2026-02-27`, `quote:deribit:BTC/USD:BTC`, `account:ID`. */
  readonly name: string
  /** Empty where no source has ever said anything; the times are then absent. */
  readonly source: string
  readonly sourceTime?: number
  readonly receivedTime?: number
  /** Since it was last said to hold, by a message or by a heartbeat of its source. */
  readonly ageMs?: number
  readonly quality: Quality
  /** Why it is not live, or what was assumed, in words with figures. */
  readonly reasons: readonly string[]
}

type RiskView = {
  /** Worst quality of the inputs that these numbers read. */
  readonly quality: Quality
  readonly missing: readonly string[]
  /** Sorted by underlying. */
  readonly greeks: readonly UnderlyingGreeks[]
  readonly cashDelta: number
  readonly grid?: ScenarioGrid
  readonly worstScenario?: { readonly name: string; readonly pnl: number }
  readonly valueAtRisk?: ValueAtRiskView
  readonly pnl?: PnlExplained
  readonly concentration: readonly Concentration[]
  readonly expiryWindow: readonly ExpiryExposure[]
}

export type AccountAssessment = RiskView & {
  readonly account: string
  readonly venue: string
  readonly portfolio: string
  readonly marginModel: string
  /** Requirements with the safety buffer of `calibration`, where there is one. */
  readonly margin: MarginOutcome
  /** The venue's own figures beside our model's; absent where the venue never gave any. */
  readonly calibration?: CalibrationView
  /** maintenance ÷ equity; `Infinity` is written as the string `liquidatable` on the wire: equity ≤ 0 < maintenance. */
  readonly marginRatio?: number
  readonly distance?: LiquidationDistance
  readonly positions: readonly PositionAssessment[]
  /** Sorted by asset; absent where the account's holdings could not be read. */
  readonly balances?: readonly BalanceAssessment[]
}

/** What an account holds of an asset, before haircuts. */
export type BalanceAssessment = {
  readonly asset: string
  /** Units of the asset, signed. */
  readonly amount: number
  /** USD per unit; absent where unknown. */
  readonly price?: number
}

export type PortfolioAssessment = RiskView & {
  readonly portfolio: string
  readonly accounts: readonly string[]
  readonly equity?: number
  readonly initialMargin?: number
  readonly maintenanceMargin?: number
  /** The worst ratio among the accounts: margin of one account does not help another. */
  readonly marginRatio?: number
  readonly distance?: LiquidationDistance
}

export type PositionAssessment = {
  readonly instrument: InstrumentKey
  readonly size: number
  readonly sizeUnit: string
  /** In the unit that the instrument quotes. */
  readonly mark?: number
  /** The venue's own mark beside ours, same unit; absent where it gave none. */
  readonly quotedMark?: number
  readonly priceUnit: string
  /** USD, signed. */
  readonly value?: number
  readonly unrealisedPnl?: number
  readonly delta?: number
  readonly cashDelta?: number
  readonly gamma?: number
  readonly vegaPerVolPoint?: number
  readonly thetaPerDay?: number
  /** Change of the account's maintenance margin if this position were not there, USD: > 0 adds margin. */
  readonly marginShare?: number
  readonly quality: Quality
}

/** Per underlying: sizes in base units, money in USD. */
export type UnderlyingGreeks = {
  readonly underlying: string
  readonly index: number
  /** Black–Scholes ∂V/∂S, base units. */
  readonly delta: number
  /** Net of premium: what an inverse hedge needs, base units. */
  readonly deltaNet: number
  /** delta × index, USD. */
  readonly cashDelta: number
  /** Units of the underlying held as balance. They are in no delta, as venues reckon; scenarios and P&L move them. */
  readonly collateral: number
  /** USD per USD². */
  readonly gamma: number
  /** Change of cash delta for a 1 % move, USD: Γ S²/100. */
  readonly gammaPerPercent: number
  readonly vegaPerVolPoint: number
  readonly thetaPerDay: number
  readonly rhoPerBp: number
  /** Change of delta (base units) per vol point; of vega (USD per vol point) per vol point; of delta per day. */
  readonly vannaPerVolPoint: number
  readonly volgaPerVolPoint: number
  readonly charmPerDay: number
  readonly byExpiry: readonly ExpiryGreeks[]
}

export type ExpiryGreeks = {
  /** Epoch milliseconds; absent for spot and perpetuals. */
  readonly expiry?: number
  readonly delta: number
  readonly gammaPerPercent: number
  readonly vegaPerVolPoint: number
  readonly thetaPerDay: number
}

/** P&L of the book for joint moves; `pnl[i][j]` is for `spotMoves[i]` and `volMoves[j]`, USD. Moves are relative decimals. */
export type ScenarioGrid = {
  readonly spotMoves: readonly number[]
  readonly volMoves: readonly number[]
  readonly pnl: readonly (readonly number[])[]
}

export type ValueAtRiskView = {
  readonly confidence: number
  readonly horizonDays: number
  readonly historical?: {
    readonly valueAtRisk: number
    readonly expectedShortfall: number
    readonly observations: number
  }
  readonly parametric?: { readonly valueAtRisk: number; readonly expectedShortfall: number }
}

/** P&L since the turn before, by Greeks, USD. total = delta + … + carry + trades + residual. */
export type PnlExplained = {
  readonly since: number
  readonly total: number
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly vanna: number
  readonly volga: number
  readonly theta: number
  readonly rho: number
  /** Fees, funding, deposits and the like: what came in cash. */
  readonly carry: number
  /** What the turn's fills are worth at its marks against what was paid. */
  readonly trades: number
  readonly residual: number
}

/**
 * How far the market may move until equity = maintenance, as a relative spot move: −0.12 is 12 % down. Absent where no
 * move in the searched range reaches it. A range, since the truth depends on what else moves.
 */
export type LiquidationDistance = {
  readonly searched: { readonly down: number; readonly up: number }
  /** Spot alone, every underlying by the same relative move. */
  readonly spotAlone: MoveRange
  /** With implied vols up by `volUpRelative`. */
  readonly volUp: MoveRange & { readonly volUpRelative: number }
  /** Each underlying by its own beta to the first. */
  readonly beta: MoveRange & { readonly betas: Readonly<Record<string, number>> }
  /** The nearest of all, signed: what a headline shows. */
  readonly nearest?: number
}

export type MoveRange = { readonly down?: number; readonly up?: number }

/** Gross notional and vega at one expiry or strike. */
export type Concentration = {
  readonly underlying: string
  readonly by: 'expiry' | 'strike'
  readonly key: number
  readonly grossNotional: number
  /** USD, ≥ 0. */
  readonly grossVegaPerVolPoint: number
  /** Of the underlying's gross notional. */
  readonly share: number
}

/** Exposure to contracts in their settlement window (last 30 minutes): ours, not the venue's decaying figures. */
export type ExpiryExposure = {
  readonly underlying: string
  readonly expiry: number
  readonly minutesLeft: number
  /** Share of the settlement average already fixed, 0..1. */
  readonly fixedShare: number
  /** Base units: full Black–Scholes delta, and what is left of it as the average fixes. */
  readonly delta: number
  readonly residualDelta: number
  /** Nearest strike with its distance to the forward, relative: pin risk. */
  readonly nearestStrike?: number
  readonly distanceToStrike?: number
}
