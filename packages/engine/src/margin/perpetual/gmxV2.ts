import { instrumentKey } from '@holdfast/quant'
import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { fraction, rowOf, table, usd } from '../schema.js'
import { linearPerpetuals, MarginLedger } from './ledger.js'

const marketRow = z
  .strictObject({
    minCollateralFactor: fraction.describe("least collateral to open, share of the position's size"),
    minCollateralFactorForLiquidation: fraction.describe("least collateral to stay open, share of the position's size"),
    minCollateralFactorPerOpenInterestUsd: fraction.describe(
      "least factor to open per USD of open interest on the position's side",
    ),
    positionFeeFactor: fraction,
    liquidationFeeFactor: fraction,
    maxNegativeImpactFactor: fraction.describe(
      'cap of the negative price impact of closing, share of size: charged in full, which is the worst that it can be',
    ),
  })
  .refine((row) => row.minCollateralFactorForLiquidation <= row.minCollateralFactor, {
    message: 'minCollateralFactorForLiquidation must not exceed minCollateralFactor',
  })

const gmxV2Schema = z.strictObject({ minCollateralUsd: usd, markets: table(marketRow) })
export type GmxV2Parameters = z.output<typeof gmxV2Schema>

export const gmxV2Definition: ParameterDefinition<GmxV2Parameters> = {
  model: 'gmx-v2',
  schema: gmxV2Schema,
  documents: [
    {
      version: '2025-06',
      asOf: '2025-06-12',
      source: 'gmx-io/gmx-synthetics, config (Arbitrum): 1 USD and 1 % of size, liquidation fee 0.20 %',
      unpublished: ['markets: fees and impact caps differ by market; minCollateralFactorPerOpenInterestUsd is 0 here'],
      values: {
        minCollateralUsd: 1,
        markets: {
          default: {
            minCollateralFactor: 0.01,
            minCollateralFactorForLiquidation: 0.01,
            minCollateralFactorPerOpenInterestUsd: 0,
            positionFeeFactor: 0.0006,
            liquidationFeeFactor: 0.002,
            maxNegativeImpactFactor: 0.005,
          },
          named: {},
        },
      },
    },
  ],
}

/**
 * GMX v2: every position is isolated with its own collateral, in USD at the collateral's lower price (`isolatedMargin`).
 *
 *   size = |q| · entry;  P&L = q · (P − entry)
 *   remaining = collateral + P&L + funding − size · (impact cap + position fee + liquidation fee)
 *   MM = max(minCollateralUsd, size · minCollateralFactorForLiquidation)
 *   IM = max(minCollateralUsd, size · max(minCollateralFactor, perOpenInterest · open interest of the side))
 *
 * Liquidatable where remaining < MM, or ≤ 0. Borrowing fees and funding go into `accruedFunding`. Nothing is shared between
 * positions: `buckets` hold each. Open interest is read where its factor is above 0. A position without `isolatedMargin` cannot be
 * judged and is named as missing.
 */
export function gmxV2Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(gmxV2Definition, overrides)
  return { name: 'gmx-v2', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: GmxV2Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const ledger = new MarginLedger()
  let markToMarket = 0
  for (const position of linearPerpetuals(reading, account)) {
    const { instrument, size } = position
    const key = instrumentKey(instrument)
    const row = rowOf(parameters.markets, instrument.underlying)
    const entry = reading.entryPrice(position)
    const sizeUsd = Math.abs(size) * entry
    const value = size * (reading.index(instrument.underlying) - entry) + (position.accruedFunding ?? 0)
    const collateral = position.isolatedMargin ?? reading.lacks(`isolatedMargin:${key}`)
    ledger.addEquity(key, 'collateral', collateral)
    ledger.addEquity(key, 'perpetuals', value)
    ledger.addEquity(key, 'priceImpact', -sizeUsd * row.maxNegativeImpactFactor)
    ledger.addEquity(key, 'closingFees', -sizeUsd * (row.positionFeeFactor + row.liquidationFeeFactor))
    const perOpenInterest = row.minCollateralFactorPerOpenInterestUsd
    const side = size > 0 ? 'long' : 'short'
    const openInterest = perOpenInterest === 0 ? 0 : reading.figure({ kind: 'open-interest', instrument, side }) * entry
    const factor = Math.max(row.minCollateralFactor, perOpenInterest * openInterest)
    ledger.addRequirement(
      key,
      key,
      Math.max(parameters.minCollateralUsd, sizeUsd * factor),
      Math.max(parameters.minCollateralUsd, sizeUsd * row.minCollateralFactorForLiquidation),
    )
    markToMarket += value
  }
  return ledger.outcome(reading, markToMarket)
}
