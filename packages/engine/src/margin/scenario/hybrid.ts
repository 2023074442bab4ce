import { z } from 'zod'
import { collateralSchema, holdfastCollateral } from '../collateral.js'
import type { MarginAccount, MarginInput, MarginMarket, MarginModel, MarginOutcome, MarginResult } from '../model.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { nameOfInput } from '../reading.js'
import { evaluateCross } from '../rule/cross.js'
import { holdfastRules, ruleSchema } from '../rule/requirement.js'
import { fraction } from '../schema.js'
import { holdfastPortfolio, portfolioSchema } from './parameters.js'
import { evaluatePortfolio } from './portfolio.js'
import { type NamedShock, shocksOf } from './underlying.js'

const hybridSchema = z.strictObject({
  /** Serves both models, so that they agree on equity. */
  collateral: collateralSchema,
  rules: ruleSchema,
  portfolio: portfolioSchema,
  floor: fraction.describe('the requirement is never below this share of the rule-based one'),
  fresh: z
    .array(z.enum(['live', 'delayed']))
    .min(1)
    .describe('qualities of index, forward and surface with which portfolio margin may be used'),
})

export type HybridParameters = z.output<typeof hybridSchema>

export const hybridDefinition: ParameterDefinition<HybridParameters> = {
  model: 'hybrid',
  schema: hybridSchema,
  documents: [
    {
      version: '2026-11',
      asOf: '2026-11-22',
      source: 'Holdfast: own figures',
      values: {
        collateral: holdfastCollateral,
        rules: holdfastRules,
        portfolio: holdfastPortfolio,
        floor: 0.3,
        fresh: ['live'],
      },
    },
  ],
}

/**
 * The lower of rule-based and portfolio margin, within a floor, while the inputs of portfolio margin are fresh.
 *
 *   requirement = min(rule, max(portfolio, floor · rule))     where index, forward and surface of what is held are fresh
 *   requirement = rule                                        where one is not, or its quality is not known
 *
 * for initial and maintenance margin each. The parts show the rule-based requirement and the relief; `info.fallback` is 1
 * where the inputs were not fresh. If even the rule-based model lacks an input, the outcome says so.
 */
export function hybridModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(hybridDefinition, overrides)
  const shocks = shocksOf(values.portfolio)
  return { name: 'hybrid', parameters: set, evaluate: (account, market) => evaluate(account, market, values, shocks) }
}

function evaluate(
  account: MarginAccount,
  market: MarginMarket,
  parameters: HybridParameters,
  shocks: readonly NamedShock[],
): MarginOutcome {
  const { collateral, rules } = parameters
  const rule = evaluateCross(account, market, { collateral, rules })
  if (!rule.ok) return rule
  if (staleInputs(account, market, parameters).length > 0) return blended(rule, undefined, parameters.floor)
  const portfolio = evaluatePortfolio(account, market, { ...parameters.portfolio, collateral }, shocks)
  return blended(rule, portfolio.ok ? portfolio : undefined, parameters.floor)
}

/** Names of the inputs that portfolio margin needs for this account and that are not fresh. */
export function staleInputs(account: MarginAccount, market: MarginMarket, parameters: HybridParameters): string[] {
  const inputs = new Map<string, MarginInput>()
  const need = (input: MarginInput) => inputs.set(nameOfInput(input), input)
  for (const { instrument, size } of account.positions) {
    if (size === 0) continue
    const { underlying } = instrument
    need({ kind: 'index', underlying })
    if (instrument.kind !== 'option') need({ kind: 'mark', instrument })
    else {
      need({ kind: 'forward', underlying, expiry: instrument.expiry })
      need({ kind: 'surface', underlying, expiry: instrument.expiry })
    }
  }
  const fresh: readonly string[] = parameters.fresh
  return [...inputs.keys()].sort().filter((name) => {
    const quality = market.quality?.(inputs.get(name)!)
    return quality === undefined || !fresh.includes(quality)
  })
}

function blended(rule: MarginResult, portfolio: MarginResult | undefined, floor: number): MarginOutcome {
  const relief = (ofRule: number, ofPortfolio: number | undefined) =>
    ofPortfolio === undefined ? 0 : Math.max(0, ofRule - Math.max(ofPortfolio, floor * ofRule))
  const initialRelief = relief(rule.initialMargin, portfolio?.initialMargin)
  const maintenanceRelief = relief(rule.maintenanceMargin, portfolio?.maintenanceMargin)
  const initialMargin = rule.initialMargin - initialRelief
  const maintenanceMargin = Math.min(initialMargin, rule.maintenanceMargin - maintenanceRelief)
  const capped = rule.maintenanceMargin - maintenanceRelief - maintenanceMargin
  return {
    ok: true,
    equity: rule.equity,
    markToMarket: rule.markToMarket,
    initialMargin,
    maintenanceMargin,
    excessInitial: rule.equity - initialMargin,
    excessMaintenance: rule.equity - maintenanceMargin,
    parts: {
      ...rule.parts,
      'initial.portfolioRelief': -initialRelief,
      'maintenance.portfolioRelief': -maintenanceRelief - capped,
      'info.ruleInitialMargin': rule.initialMargin,
      'info.ruleMaintenanceMargin': rule.maintenanceMargin,
      'info.fallback': portfolio === undefined ? 1 : 0,
    },
    ...(portfolio?.scenarios === undefined ? {} : { scenarios: portfolio.scenarios }),
  }
}
