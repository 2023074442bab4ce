import { z } from 'zod'
import { collateralSchema } from '../collateral.js'
import type { ParameterDefinition } from '../parameters.js'
import { fraction, rate, table, usd } from '../schema.js'

/** Shocks of one underlying. */
const pairRow = z.strictObject({
  priceRange: z.number().gt(0).lt(1),
  buckets: z.number().int().min(1).max(50).describe('moves on each side of zero'),
  volRangeUp: rate,
  volRangeDown: rate,
  volShock: z.enum(['relative', 'additive']).describe('relative: vol · (1 + move); additive: vol + move'),
  shortTermPower: z.number().min(0).max(2),
  longTermPower: z.number().min(0).max(2),
  tenorFloorDays: z.number().gt(0),
  minVolForShockUp: rate.describe('vol is not shocked up to less than this'),
  extendedMoves: z.array(z.number().gt(-1).max(20)),
  extendedFactor: z.number().min(0).max(10),
  maxDeltaShock: fraction,
  deltaShockThresholdUsd: usd,
})

/** Charges in one settlement currency. */
const currencyRow = z.strictObject({
  pnlOffset: fraction.describe("share of a scenario's gain that counts"),
  annualisedMoveRisk: rate,
  minAnnualisedMove: rate,
  extendedDampenerUsd: usd,
})

const deribitPortfolioSchema = z.strictObject({
  collateralMode: z.enum(['cross', 'segregated']),
  collateral: collateralSchema,
  pairs: table(pairRow),
  currencies: table(currencyRow),
  mmFactor: fraction,
  coinDecimals: z
    .number()
    .int()
    .min(0)
    .max(12)
    .describe('decimals of the settlement coin to which the worst loss is rounded'),
})

export type DeribitPortfolioParameters = z.output<typeof deribitPortfolioSchema>
export type PairParameters = z.output<typeof pairRow>
export type CurrencyParameters = z.output<typeof currencyRow>

export const deribitPortfolioDefinition: ParameterDefinition<DeribitPortfolioParameters> = {
  model: 'deribit-portfolio',
  schema: deribitPortfolioSchema,
  documents: [
    {
      version: '2024-06',
      asOf: '2024-06-17',
      source:
        'Deribit API reference, private/pme/simulate, example response (model_params); support article 25944756247837',
      unpublished: [
        'pairs.*.volShock',
        'pairs.*.tenorFloorDays',
        'pairs.*.deltaShockThresholdUsd (how the shock grows beyond it)',
        'currencies.*.extendedDampenerUsd (how it is applied)',
        'collateral.haircuts of cross collateral',
      ],
      values: {
        collateralMode: 'segregated',
        collateral: {
          haircuts: { default: 1, named: { BTC: 0, ETH: 0, USD: 0, USDC: 0, USDT: 0, USDE: 0.1, STETH: 0.1 } },
          pegged: ['USDC', 'USDT', 'USDE'],
          pegThreshold: 0.98,
          pegFactor: 0,
        },
        pairs: {
          default: {
            priceRange: 0.16,
            buckets: 4,
            volRangeUp: 0.5,
            volRangeDown: 0.25,
            volShock: 'relative',
            shortTermPower: 0.3,
            longTermPower: 0.13,
            tenorFloorDays: 0.25,
            minVolForShockUp: 0.5,
            extendedMoves: [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5],
            extendedFactor: 1,
            maxDeltaShock: 0.1,
            deltaShockThresholdUsd: 20_000_000,
          },
          named: {},
        },
        currencies: {
          default: { pnlOffset: 0, annualisedMoveRisk: 0.1, minAnnualisedMove: 0.01, extendedDampenerUsd: 25_000 },
          named: {
            BTC: { pnlOffset: 0, annualisedMoveRisk: 0.075, minAnnualisedMove: 0.01, extendedDampenerUsd: 100_000 },
            ETH: { pnlOffset: 0, annualisedMoveRisk: 0.075, minAnnualisedMove: 0.01, extendedDampenerUsd: 100_000 },
          },
        },
        mmFactor: 0.8,
        coinDecimals: 9,
      },
    },
  ],
}
