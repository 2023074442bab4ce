import { z } from 'zod'
import { collateralParts, collateralSchema, holdfastCollateral } from '../collateral.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { marginOutcome, type Parts } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { valuePosition } from '../valuation.js'
import { holdfastRules, ruleRequirement, ruleSchema } from './requirement.js'

const crossSchema = z.strictObject({ collateral: collateralSchema, rules: ruleSchema })
export type CrossParameters = z.output<typeof crossSchema>

export const crossDefinition: ParameterDefinition<CrossParameters> = {
  model: 'cross',
  schema: crossSchema,
  documents: [
    {
      version: '2026-11',
      asOf: '2026-11-22',
      source: 'Holdfast: rule-based figures near those of large venues',
      values: { collateral: holdfastCollateral, rules: holdfastRules },
    },
  ],
}

/**
 * Rule-based cross margin: all collateral and all P&L of the account are one, requirements of positions add up.
 *
 *   equity = Σ collateral after haircuts + Σ value of positions
 *   requirement = Σ stand-alone requirement of each position
 *
 * No offsets between positions; the rate per million USD makes one large position cost more than two halves.
 */
export function crossModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(crossDefinition, overrides)
  return { name: 'cross', parameters: set, evaluate: (account, market) => evaluateCross(account, market, values) }
}

export function evaluateCross(
  account: MarginAccount,
  market: MarginMarket,
  parameters: CrossParameters,
): MarginOutcome {
  const reading = new MarketReading(market)
  let markToMarket = 0
  const initial: Record<string, number> = {}
  const maintenance: Record<string, number> = {}
  for (const position of account.positions) {
    const valued = valuePosition(reading, position)
    const requirement = ruleRequirement(reading, valued, parameters.rules)
    markToMarket += valued.value
    add(initial, partOf(position.instrument.kind), requirement.initial)
    add(maintenance, partOf(position.instrument.kind), requirement.maintenance)
  }
  const collateral = collateralParts(reading, account, parameters.collateral)
  return marginOutcome(reading, {
    equity: { ...collateral, positions: markToMarket },
    markToMarket,
    initial,
    maintenance,
  })
}

function partOf(kind: 'spot' | 'perpetual' | 'future' | 'option'): string {
  return kind === 'option' ? 'options' : kind === 'spot' ? 'spot' : 'futures'
}

function add(parts: Record<string, number>, name: string, amount: number): Parts {
  parts[name] = (parts[name] ?? 0) + amount
  return parts
}
