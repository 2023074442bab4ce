import { collateralParts } from '../collateral.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, ScenarioPnl } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { heldAssets, underlyingsOf } from '../valuation.js'
import { type PortfolioParameters, portfolioDefinition } from './parameters.js'
import {
  basisCharge,
  concentrationCharge,
  grossNotional,
  type NamedShock,
  pnlOf,
  shocksOf,
  shortOptionCharge,
  type UnderlyingHoldings,
  underlyingHoldings,
} from './underlying.js'

/**
 * Scenario-based portfolio margin, ours.
 *
 *   L_u     = max(0, −min over scenarios of damped P&L of underlying u)
 *   L_group = Σ_u L_u − correlation · (Σ_u L_u − J),  J = the group's worst joint loss in one scenario
 *   minimum = max(0, Σ_u nakedShorts · S · shortOptionMinimum − ΣL)        (tops the scenarios up)
 *   MM = maintenanceFactor · (ΣL + minimum + basis + concentration)
 *   IM = initialFactor · (the same) + confidence
 *   equity = collateral after haircuts + value of positions
 *
 * Scenarios: spot × vol (vol scaled by tenor), damped tails, skew tilt, wings, and the slope of the term structure. Coins
 * held as collateral move with spot in the scenarios, by what is left of them after the haircut. Offsets within an underlying are full, between underlyings no more than
 * the correlation. All parts but concentration are sub-additive: one account never needs more than two that split it, save
 * for a position that is large against the market's depth.
 */
export function portfolioModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(portfolioDefinition, overrides)
  const shocks = shocksOf(values)
  return {
    name: 'portfolio',
    parameters: set,
    evaluate: (account, market) => evaluatePortfolio(account, market, values, shocks),
  }
}

export function evaluatePortfolio(
  account: MarginAccount,
  market: MarginMarket,
  parameters: PortfolioParameters,
  shocks: readonly NamedShock[],
): MarginOutcome {
  const reading = new MarketReading(market)
  const collateral = collateralParts(reading, account, parameters.collateral)
  const coinValue = (asset: string) => collateral[`collateral.${asset}`] ?? 0
  const held = underlyingsAtRisk(account, parameters).map((underlying) =>
    underlyingHoldings(reading, account, underlying, coinValue(underlying)),
  )
  const markToMarket = held.reduce((sum, one) => sum + one.markToMarket, 0)
  const { loss, offset, scenarios, info } = scenarioLoss(held, parameters, shocks)
  const minimum = held.reduce((sum, one) => sum + shortOptionCharge(one, parameters.shortOptionMinimum), 0)
  const charges = {
    scenarioLoss: loss,
    correlationOffset: -offset,
    shortOptionMinimum: Math.max(0, minimum - (loss - offset)),
    basis: held.reduce((sum, one) => sum + basisCharge(reading, one, parameters.basis), 0),
    concentration: held.reduce((sum, one) => sum + concentration(reading, one, parameters.concentration), 0),
  }
  const confidence = held.reduce((sum, one) => sum + confidenceCharge(reading, one, parameters.confidence), 0)
  return marginOutcome(reading, {
    equity: { ...collateral, positions: markToMarket },
    markToMarket,
    initial: { ...scaled(charges, parameters.initialFactor), confidence },
    maintenance: scaled(charges, parameters.maintenanceFactor),
    info,
    scenarios,
  })
}

/** Underlyings of positions, and coins held that are not dollars; sorted, each once. */
function underlyingsAtRisk(account: MarginAccount, parameters: PortfolioParameters): readonly string[] {
  const dollars = ['USD', ...parameters.collateral.pegged]
  const coins = heldAssets(account).filter((asset) => !dollars.includes(asset))
  const underlyings = underlyingsOf(account.positions.filter(({ size }) => size !== 0))
  return [...new Set([...coins, ...underlyings])].sort()
}

type ScenarioLoss = {
  readonly loss: number
  readonly offset: number
  readonly scenarios: readonly ScenarioPnl[]
  readonly info: Readonly<Record<string, number>>
}

function scenarioLoss(
  held: readonly UnderlyingHoldings[],
  parameters: PortfolioParameters,
  shocks: readonly NamedShock[],
): ScenarioLoss {
  const pnl = held.map((one) => shocks.map(({ shock, dampening }) => pnlOf(one, shock) * dampening))
  const lossOf = (row: readonly number[]) => row.reduce((worst, value) => Math.max(worst, -value), 0)
  const jointRow = (rows: readonly (readonly number[])[]) =>
    shocks.map((_, s) => rows.reduce((sum, row) => sum + row[s]!, 0))
  let loss = 0
  let offset = 0
  const info: Record<string, number> = {}
  held.forEach((one, u) => {
    const own = lossOf(pnl[u]!)
    loss += own
    info[`info.worstLoss.${one.underlying}`] = own
  })
  for (const { underlyings, correlation } of parameters.offsets) {
    const rows = pnl.filter((_, u) => underlyings.includes(held[u]!.underlying))
    const apart = rows.reduce((sum, row) => sum + lossOf(row), 0)
    offset += correlation * (apart - lossOf(jointRow(rows)))
  }
  const joint = jointRow(pnl)
  return { loss, offset, info, scenarios: shocks.map(({ name }, s) => ({ name, pnl: joint[s]! })) }
}

function concentration(
  reading: MarketReading,
  held: UnderlyingHoldings,
  parameters: PortfolioParameters['concentration'],
): number {
  const { underlying } = held
  if (held.holdings.length === 0) return 0
  const usual = parameters.depth.named[underlying] ?? parameters.depth.default
  // A book that is known to be empty has no depth at all; the charge is then its maximum.
  const depth = Math.max(reading.figureOr({ kind: 'depth', underlying }, usual), Number.MIN_VALUE)
  return concentrationCharge(held, depth, parameters)
}

function confidenceCharge(
  reading: MarketReading,
  held: UnderlyingHoldings,
  parameters: PortfolioParameters['confidence'],
): number {
  const { underlying } = held
  if (held.holdings.length === 0) return 0
  let least = reading.indexConfidence(underlying)
  for (const { position } of held.holdings) {
    const { instrument } = position
    if (instrument.kind === 'perpetual') {
      least = Math.min(least, reading.confidence({ kind: 'confidence', of: 'perpetual', underlying }))
    } else if (instrument.kind === 'option') {
      const { expiry } = instrument
      least = Math.min(least, reading.confidence({ kind: 'confidence', of: 'forward', underlying, expiry }))
      least = Math.min(least, reading.confidence({ kind: 'confidence', of: 'vol', underlying, expiry }))
    }
  }
  return least < parameters.threshold ? (1 - least) * parameters.factor * grossNotional(held) : 0
}

function scaled(parts: Readonly<Record<string, number>>, factor: number): Record<string, number> {
  const result: Record<string, number> = {}
  for (const [name, value] of Object.entries(parts)) result[name] = value * factor
  return result
}
