import type { MarginModel } from '../margin/model.js'
import { marginModel } from '../margin/registry.js'
import type { PriceHistory } from '../market/history.js'
import type { AssessConfiguration, Configuration, GuardLimits } from '../policy/configuration.js'

/** Parts of an assessment that cost time; a venue with many accounts leaves some out. */
export type AssessParts = {
  readonly grid: boolean
  readonly valueAtRisk: boolean
  readonly distance: boolean
  readonly marginShares: boolean
  readonly pnl: boolean
}

export type AssessSettings = AssessConfiguration & {
  /** Margin models by name. */
  readonly models: ReadonlyMap<string, MarginModel>
  readonly parts: AssessParts
  /** Beta of an underlying to the first while the data cannot tell: 1, all move alike. */
  readonly betaUnknown: number
  /** How old an account's statement may be. */
  readonly accountLimits: GuardLimits
  /** The guard's widest tolerated confidence half-width: where a margin model's confidence reaches 0. */
  readonly maxConfidence: number
  /** Prices of the past, by underlying, where the observed ones do not suffice. Hours since 1970, ascending. */
  readonly history?: ReadonlyMap<string, PriceHistory>
}

export const EVERY_PART: AssessParts = { grid: true, valueAtRisk: true, distance: true, marginShares: true, pnl: true }
/** Equity, margins, Greeks, concentration and quality: what must be known of every account on every tick. */
export const LIGHT_PARTS: AssessParts = {
  grid: false,
  valueAtRisk: false,
  distance: false,
  marginShares: false,
  pnl: false,
}

export const DEFAULT_ASSESS: AssessConfiguration = {
  spotMoves: [-0.5, -0.3, -0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5],
  volMoves: [-0.3, 0, 0.3, 0.6, 1],
  valueAtRisk: { confidence: 0.99, horizonDays: 1, windowDays: 365 },
  distance: { searchDown: -0.7, searchUp: 1, volUp: 0.5, betas: {} },
}

/** Settings with the shipped margin models and every part. */
export function assessSettings(
  configuration: Pick<Configuration, 'assess' | 'margin' | 'guard' | 'accounts'>,
): AssessSettings {
  const names = [...new Set(configuration.accounts.map((account) => account.marginModel))].sort()
  return {
    ...configuration.assess,
    models: new Map(names.map((name) => [name, marginModel(name, configuration.margin[name])])),
    parts: EVERY_PART,
    betaUnknown: 1,
    accountLimits: configuration.guard.account,
    maxConfidence: configuration.guard.index.maxConfidence,
  }
}
