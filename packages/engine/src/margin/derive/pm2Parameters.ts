import { z } from 'zod'
import type { ParameterDefinition } from '../parameters.js'
import { assetName, fraction } from '../schema.js'

const factor = z.number().min(0).max(20)

const collateralRow = z
  .strictObject({
    riskCancelling: z
      .boolean()
      .describe('whether the asset moves with the underlying, so that it offsets in the scenarios'),
    mmHaircut: fraction,
    imHaircut: fraction.describe('on top of mmHaircut, in initial margin'),
  })
  .refine((row) => row.mmHaircut + row.imHaircut <= 1 + 1e-12, 'mmHaircut and imHaircut together must not exceed 1')

const derivePm2Schema = z.strictObject({
  cashAsset: assetName,
  underlying: assetName.optional().describe("the manager's underlying; that of the positions where absent"),
  scenarios: z
    .array(
      z.strictObject({
        spot: z.number().min(0).max(100),
        vol: z.enum(['up', 'none', 'down', 'skewLinear', 'skewAbs']),
        dampening: z.number().min(0).max(10),
      }),
    )
    .min(1)
    .max(100),
  collaterals: z.record(assetName, collateralRow),
  volRangeUp: z.number().min(0).max(10),
  volRangeDown: z.number().min(0).max(10),
  shortTermPower: z.number().min(0).max(10),
  longTermPower: z.number().min(0).max(10),
  dteFloorDays: z.number().min(0.01).max(400),
  minVolInUpShock: factor,
  imFactor: z.number().min(0.5).max(10),
  mmFactor: z.number().min(0.5).max(10),
  longRateMult: z.number().min(0).max(10),
  longRateAdd: z.number().min(0).max(10),
  shortRateMult: z.number().min(0).max(10),
  shortRateAdd: z.number().min(0).max(10),
  longStaticDiscount: z.number().min(0).max(4),
  shortStaticDiscount: z.number().min(0).max(4),
  basisSpotUp: z.number().gt(1).lt(3),
  basisSpotDown: z.number().min(0).lt(1),
  basisAdd: factor,
  basisMult: factor,
  pegThreshold: z.number().min(0).max(100),
  pegFactor: z.number().min(0).max(10),
  confThreshold: fraction,
  confMargin: factor,
  mmPerp: z.number().min(0).max(3),
  imPerp: z.number().min(0).max(3),
  mmOption: z.number().min(0).max(2),
  imOption: z.number().min(0).max(2),
  skewLinearCap: z.number().min(0).max(10),
  skewLinearSlope: z.number().min(-10).max(10),
  skewAbsCap: z.number().min(0).max(10),
  skewAbsSlope: z.number().min(-10).max(10),
  minKStar: z.number().gt(0).max(10),
  widthScale: z.number().min(0).max(10),
  volParamStatic: z.number().min(0).max(10),
  volParamScale: z.number().min(-20).max(20),
})

export type DerivePm2Parameters = z.output<typeof derivePm2Schema>
export type DerivePm2Scenario = DerivePm2Parameters['scenarios'][number]

const vols = ['up', 'none', 'down'] as const
const regular: readonly DerivePm2Scenario[] = [
  { spot: 1.18, vol: 'up', dampening: 1 },
  ...[1.135, 1.09, 1.045, 1, 0.955, 0.91, 0.865].flatMap((spot) => vols.map((vol) => ({ spot, vol, dampening: 1 }))),
  { spot: 0.82, vol: 'up', dampening: 1 },
]
const skews: readonly DerivePm2Scenario[] = [
  { spot: 1, vol: 'skewLinear', dampening: 1 },
  { spot: 1, vol: 'skewAbs', dampening: 1 },
]
const tails = (rows: readonly (readonly [spot: number, dampening: number])[]): readonly DerivePm2Scenario[] =>
  rows.map(([spot, dampening]) => ({ spot, vol: 'up', dampening }))

const common = {
  cashAsset: 'USDC',
  shortTermPower: 0.3,
  longTermPower: 0.13,
  dteFloorDays: 1,
  volRangeUp: 0.5,
  imFactor: 1,
  mmFactor: 0.8,
  longStaticDiscount: 0.95,
  basisSpotUp: 1.045,
  basisSpotDown: 0.955,
  basisAdd: 0.5,
  basisMult: 2,
  confThreshold: 0.55,
  confMargin: 1,
  mmOption: 0.003,
  imOption: 0.002,
  minKStar: 0.01,
  widthScale: 4,
  volParamStatic: 0.6,
}

/** Derive's PMRM_2: the figures of its mainnet configuration, and those of its published test portfolios. */
export const derivePm2Definition: ParameterDefinition<DerivePm2Parameters> = {
  model: 'derive-pm2',
  schema: derivePm2Schema,
  documents: [
    {
      version: 'mainnet-2026-01',
      asOf: '2026-01-21',
      source:
        'derivexyz/v2-core at 7736900d, scripts/config-mainnet.sol; its two static discounts look swapped there (0.95 and 1.05) and are used as the formula means them',
      unpublished: ['collaterals'],
      values: {
        ...common,
        scenarios: [
          ...regular,
          ...tails([
            [0.34, 0.21],
            [0.67, 0.42],
            [1.5, 0.2772],
            [2, 0.1386],
            [3, 0.0693],
            [4, 0.0462],
            [5, 0.03465],
            [6, 0.02772],
          ]),
          ...skews,
        ],
        collaterals: {
          BTC: { riskCancelling: true, mmHaircut: 0.02, imHaircut: 0.01 },
          ETH: { riskCancelling: true, mmHaircut: 0.02, imHaircut: 0.01 },
          USDT: { riskCancelling: false, mmHaircut: 0.02, imHaircut: 0.03 },
        },
        volRangeDown: 0.3,
        minVolInUpShock: 0.4,
        longRateMult: 0,
        longRateAdd: 0.16,
        shortRateMult: 0,
        shortRateAdd: 0.16,
        shortStaticDiscount: 1.05,
        pegThreshold: 0.99,
        pegFactor: 4,
        mmPerp: 0.03,
        imPerp: 0.01,
        skewLinearCap: 0.25,
        skewLinearSlope: -0.1,
        skewAbsCap: 0.25,
        skewAbsSlope: -0.1,
        volParamScale: 0,
      },
    },
    {
      version: 'portfolio-cases-2026-01',
      asOf: '2026-01-21',
      source: 'derivexyz/v2-core at 7736900d, test/risk-managers/unit-tests/PMRM_2/portfolio_cases',
      values: {
        ...common,
        scenarios: [
          ...regular,
          ...tails([
            [0.34, 0.06 / 1.1],
            [0.67, 0.12 / 1.1],
            [1.5, 0.072],
            [2, 0.036],
            [3, 0.018],
            [4, 0.012],
          ]),
          ...skews,
        ],
        collaterals: {},
        volRangeDown: 0.275,
        minVolInUpShock: 0.45,
        longRateMult: 1,
        longRateAdd: 0.08,
        shortRateMult: 0.5,
        shortRateAdd: 0.08,
        shortStaticDiscount: 1.04,
        pegThreshold: 0.98,
        pegFactor: 2,
        mmPerp: 0.015,
        imPerp: 0.005,
        skewLinearCap: 0.15,
        skewLinearSlope: -0.05,
        skewAbsCap: 0.15,
        skewAbsSlope: -0.05,
        volParamScale: -0.1,
      },
    },
  ],
}
