import { z } from 'zod'
import type { MarginAccount } from './model.js'
import type { Parts } from './outcome.js'
import type { MarketReading } from './reading.js'
import { assetName, fraction, rowOf, table } from './schema.js'
import { heldAssets } from './valuation.js'

/** How balances count as collateral. */
export const collateralSchema = z.strictObject({
  haircuts: table(fraction).describe(
    "share of a positive balance's value that does not count. An asset that is not listed counts nothing by default",
  ),
  pegged: z.array(assetName).describe('assets meant to be worth 1 USD'),
  pegThreshold: z.number().min(0).max(1).describe('below this price a pegged asset counts as de-pegged, USD'),
  pegFactor: z
    .number()
    .min(0)
    .max(100)
    .describe('extra haircut per dollar below the threshold; haircut and extra together are at most 1'),
})

export type CollateralParameters = z.output<typeof collateralSchema>

/**
 * Value of the balances after haircuts, USD, by asset (sorted by name).
 *
 *   balance ≥ 0: balance · P · (1 − min(1, h + pegFactor · max(0, pegThreshold − P)))     (the peg term for pegged assets)
 *   balance < 0: balance · P                                                              (a debt counts in full)
 */
export function collateralParts(
  reading: MarketReading,
  account: MarginAccount,
  parameters: CollateralParameters,
): Parts {
  const parts: Record<string, number> = {}
  for (const asset of heldAssets(account)) {
    const amount = account.balances[asset]!
    const price = reading.assetPrice(asset)
    const weight = amount < 0 ? 1 : 1 - haircutOf(asset, price, parameters)
    parts[`collateral.${asset}`] = amount * price * weight
  }
  return parts
}

/** Share of a positive balance that counts as collateral, 0 … 1. */
export function collateralWeight(asset: string, price: number, parameters: CollateralParameters): number {
  return 1 - haircutOf(asset, price, parameters)
}

function haircutOf(asset: string, price: number, parameters: CollateralParameters): number {
  const haircut = rowOf(parameters.haircuts, asset)
  if (!parameters.pegged.includes(asset)) return haircut
  const depeg = parameters.pegFactor * Math.max(0, parameters.pegThreshold - price)
  return Math.min(1, haircut + depeg)
}

/** Our haircuts: dollars count in full, the two large coins nearly so, anything not listed not at all. */
export const holdfastCollateral: CollateralParameters = {
  haircuts: {
    default: 1,
    named: { USD: 0, USDC: 0, USDT: 0.01, DAI: 0.02, BTC: 0.05, ETH: 0.05, STETH: 0.1, SOL: 0.15 },
  },
  pegged: ['USDC', 'USDT', 'DAI'],
  pegThreshold: 0.985,
  pegFactor: 4,
}
