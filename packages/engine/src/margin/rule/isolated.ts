import { instrumentKey } from '@holdfast/quant'
import type { z } from 'zod'
import { collateralParts } from '../collateral.js'
import type { MarginAccount, MarginBucket, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { marginOutcome, total } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { type ValuedPosition, valuePosition } from '../valuation.js'
import { type CrossParameters, crossDefinition } from './cross.js'
import { type Requirement, ruleRequirement } from './requirement.js'

export const isolatedDefinition: ParameterDefinition<CrossParameters> = {
  model: 'isolated',
  schema: crossDefinition.schema as z.ZodType<CrossParameters>,
  documents: crossDefinition.documents,
}

/**
 * Rule-based isolated margin: each position has its own collateral and nothing else helps it.
 *
 *   bucket of position i: equity = margin_i + value_i, requirement = its stand-alone requirement
 *   bucket `free`: collateral set aside for nobody
 *
 * Where positions do not say what is set aside for them (`isolatedMargin`), the free collateral is set aside for those in
 * proportion to their initial margin, and none is free. The totals are sums over the buckets; the account is as near to
 * liquidation as its worst bucket (`worstBucket`), however large the totals.
 */
export function isolatedModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(isolatedDefinition, overrides)
  return { name: 'isolated', parameters: set, evaluate: (account, market) => evaluateIsolated(account, market, values) }
}

type Bucketed = { readonly valued: ValuedPosition; readonly requirement: Requirement }

function evaluateIsolated(account: MarginAccount, market: MarginMarket, parameters: CrossParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const entries: Bucketed[] = account.positions
    .filter((position) => position.size !== 0)
    .map((position) => {
      const valued = valuePosition(reading, position)
      return { valued, requirement: ruleRequirement(reading, valued, parameters.rules) }
    })
  const collateral = collateralParts(reading, account, parameters.collateral)
  const { margins, free } = allocate(total(collateral), entries)
  const buckets: MarginBucket[] = entries.map(({ valued, requirement }, i) => ({
    name: instrumentKey(valued.position.instrument),
    equity: margins[i]! + valued.value,
    initialMargin: requirement.initial,
    maintenanceMargin: requirement.maintenance,
  }))
  buckets.push({ name: 'free', equity: free, initialMargin: 0, maintenanceMargin: 0 })
  const initial: Record<string, number> = {}
  const maintenance: Record<string, number> = {}
  let markToMarket = 0
  for (const { valued, requirement } of entries) {
    const key = instrumentKey(valued.position.instrument)
    markToMarket += valued.value
    initial[key] = (initial[key] ?? 0) + requirement.initial
    maintenance[key] = (maintenance[key] ?? 0) + requirement.maintenance
  }
  return marginOutcome(reading, {
    equity: { ...collateral, positions: markToMarket },
    markToMarket,
    initial,
    maintenance,
    buckets,
  })
}

function allocate(collateral: number, entries: readonly Bucketed[]): { margins: readonly number[]; free: number } {
  let stated = 0
  let openInitial = 0
  for (const { valued, requirement } of entries) {
    stated += valued.position.isolatedMargin ?? 0
    if (valued.position.isolatedMargin === undefined) openInitial += requirement.initial
  }
  const rest = collateral - stated
  const margins = entries.map(({ valued, requirement }) => {
    const own = valued.position.isolatedMargin
    if (own !== undefined) return own
    return openInitial > 0 ? rest * (requirement.initial / openInitial) : 0
  })
  return { margins, free: openInitial > 0 ? 0 : rest }
}
