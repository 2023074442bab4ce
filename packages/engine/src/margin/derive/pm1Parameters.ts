import { z } from 'zod'
import type { ParameterDefinition } from '../parameters.js'
import { assetName, fraction } from '../schema.js'

const derivePm1Schema = z.strictObject({
  cashAsset: assetName,
  underlying: assetName.optional().describe("the manager's underlying; that of the positions where absent"),
  scenarios: z
    .array(z.strictObject({ spot: z.number().min(0).max(3), vol: z.enum(['up', 'none', 'down']) }))
    .min(1)
    .max(40),
  volRangeUp: z.number().min(0).max(10),
  volRangeDown: z.number().min(0).max(10),
  shortTermPower: z.number().min(0).max(10),
  longTermPower: z.number().min(0).max(10),
  dteFloorDays: z.number().min(0.01).max(400),
  imFactor: z.number().min(1).max(10),
  baseStaticDiscount: fraction,
  rateMultScale: z.number().min(0).max(10),
  rateAddScale: z.number().min(0).max(10),
  basisSpotUp: z.number().gt(1).lt(3),
  basisSpotDown: z.number().min(0).lt(1),
  basisAdd: z.number().min(0).max(20),
  basisMult: z.number().min(0).max(20),
  pegThreshold: z.number().min(0).max(100),
  pegFactor: z.number().min(0).max(20),
  confThreshold: fraction,
  confMargin: z.number().min(0).max(20),
  basePercent: fraction,
  perpPercent: fraction,
  optionPercent: fraction,
})

export type DerivePm1Parameters = z.output<typeof derivePm1Schema>

const vols = ['up', 'none', 'down'] as const
const grid = [1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.85].flatMap((spot) => vols.map((vol) => ({ spot, vol })))

/** Derive's PMRM: the figures of its mainnet configuration, and those of its published test portfolios. */
export const derivePm1Definition: ParameterDefinition<DerivePm1Parameters> = {
  model: 'derive-pm1',
  schema: derivePm1Schema,
  documents: [
    {
      version: 'mainnet-2026-01',
      asOf: '2026-01-21',
      source: 'derivexyz/v2-core at 7736900d, scripts/config-mainnet.sol',
      values: {
        cashAsset: 'USDC',
        scenarios: [{ spot: 1.2, vol: 'up' }, ...grid, { spot: 0.8, vol: 'up' }],
        volRangeUp: 0.6,
        volRangeDown: 0.3,
        shortTermPower: 0.3,
        longTermPower: 0.13,
        dteFloorDays: 1,
        imFactor: 1.25,
        baseStaticDiscount: 0.95,
        rateMultScale: 1,
        rateAddScale: 0.12,
        basisSpotUp: 1.05,
        basisSpotDown: 0.95,
        basisAdd: 1,
        basisMult: 1.2,
        pegThreshold: 0.99,
        pegFactor: 4,
        confThreshold: 0.55,
        confMargin: 1,
        basePercent: 0.03,
        perpPercent: 0.03,
        optionPercent: 0.02,
      },
    },
    {
      version: 'portfolio-cases-2026-01',
      asOf: '2026-01-21',
      source: 'derivexyz/v2-core at 7736900d, test/risk-managers/unit-tests/PMRM/test-cases-portfolio-pm.json',
      values: {
        cashAsset: 'USDC',
        scenarios: grid,
        volRangeUp: 0.45,
        volRangeDown: 0.3,
        shortTermPower: 0.3,
        longTermPower: 0.13,
        dteFloorDays: 1,
        imFactor: 1.3,
        baseStaticDiscount: 0.95,
        rateMultScale: 4,
        rateAddScale: 0.12,
        basisSpotUp: 1.05,
        basisSpotDown: 0.95,
        basisAdd: 0.25,
        basisMult: 0.01,
        pegThreshold: 0.98,
        pegFactor: 2,
        confThreshold: 0.6,
        confMargin: 0.4,
        basePercent: 0.025,
        perpPercent: 0.025,
        optionPercent: 0.01,
      },
    },
  ],
}
