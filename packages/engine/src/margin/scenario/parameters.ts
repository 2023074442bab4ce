import { z } from 'zod'
import { collateralSchema, holdfastCollateral } from '../collateral.js'
import type { ParameterDefinition } from '../parameters.js'
import { assetName, fraction, rate, table, usd } from '../schema.js'

const spotScenario = z.strictObject({
  spot: z.number().gt(-1).max(20).describe('relative move of spot and every forward, decimal: −0.15 is 15 % down'),
  vol: z.enum(['up', 'none', 'down']),
  dampening: fraction.describe('share of the P&L that counts; below 1 for moves that are far and rare'),
})

export const portfolioSchema = z
  .strictObject({
    collateral: collateralSchema,
    scenarios: z.array(spotScenario).min(1).max(200),
    vol: z.strictObject({
      rangeUp: rate.describe('relative vol move of a 30-day option, up and down'),
      rangeDown: fraction,
      shortPower: z.number().min(0).max(2).describe('exponents of 30 d / tenor, within 30 days and beyond'),
      longPower: z.number().min(0).max(2),
      tenorFloorDays: z.number().min(0.01).max(400),
      floorUp: rate.describe('vol is never shocked up to less than this'),
    }),
    skew: z.strictObject({
      tilt: fraction.describe(
        'relative vol move at the reach of widthStdDev, tilted (one wing up, one down) and curved (both up or both down)',
      ),
      curve: fraction,
      widthStdDev: z
        .number()
        .gt(0)
        .max(20)
        .describe('standard deviations of log-moneyness at which the move has its full size'),
    }),
    termStructure: z.strictObject({
      range: fraction.describe('relative vol move of the two ends against one another'),
      pivotDays: z
        .number()
        .gt(0)
        .describe('tenor that stands still, days, and the ratio of tenors over which the move grows to its full size'),
      ratio: z.number().gt(1),
    }),
    basis: z.strictObject({
      add: rate.describe('move of a forward or perpetual against the index: add + perYear · years, relative'),
      perYear: rate,
      maximum: rate.describe('upper bound of it, relative'),
    }),
    shortOptionMinimum: rate.describe(
      'least requirement per unit of option short and not covered at its strike, share of the index',
    ),
    concentration: z.strictObject({
      depth: table(usd.gt(0)).describe('depth where the market does not know it, USD within 2 % of the mark'),
      freeMultiple: z.number().min(0).describe('multiple of depth that is free'),
      rate: fraction.describe('cost of closing one depth beyond, share of its notional; it grows linearly to maximum'),
      maximum: fraction,
    }),
    confidence: z.strictObject({ threshold: fraction, factor: z.number().min(0).max(20) }),
    offsets: z
      .array(z.strictObject({ underlyings: z.array(assetName).min(2), correlation: fraction }))
      .describe('underlyings whose losses partly offset, with the least correlation that is counted on'),
    initialFactor: z.number().min(0.1).max(10),
    maintenanceFactor: z.number().min(0.1).max(10),
  })
  .refine((values) => values.maintenanceFactor <= values.initialFactor, {
    message: 'maintenanceFactor must not exceed initialFactor',
    path: ['maintenanceFactor'],
  })
  .refine(
    (values) =>
      new Set(values.offsets.flatMap(({ underlyings }) => underlyings)).size ===
      values.offsets.reduce((count, { underlyings }) => count + underlyings.length, 0),
    {
      message: 'an underlying may be in one group of offsets only',
      path: ['offsets'],
    },
  )

export type PortfolioParameters = z.output<typeof portfolioSchema>

const vols = ['up', 'none', 'down'] as const
const near = [-0.15, -0.12, -0.09, -0.06, -0.03, 0, 0.03, 0.06, 0.09, 0.12, 0.15]
const tails: readonly (readonly [number, number])[] = [
  [-0.6, 0.25],
  [-0.4, 0.4],
  [-0.25, 0.6],
  [0.25, 0.6],
  [0.5, 0.3],
  [1, 0.15],
  [2, 0.07],
]

export const holdfastPortfolio: PortfolioParameters = {
  collateral: holdfastCollateral,
  scenarios: [
    ...near.flatMap((spot) => vols.map((vol) => ({ spot, vol, dampening: 1 }))),
    ...tails.map(([spot, dampening]) => ({ spot, vol: 'up' as const, dampening })),
  ],
  vol: { rangeUp: 0.5, rangeDown: 0.3, shortPower: 0.3, longPower: 0.13, tenorFloorDays: 1, floorUp: 0.4 },
  skew: { tilt: 0.12, curve: 0.12, widthStdDev: 2 },
  termStructure: { range: 0.15, pivotDays: 45, ratio: 6 },
  basis: { add: 0.002, perYear: 0.05, maximum: 0.05 },
  shortOptionMinimum: 0.015,
  concentration: {
    depth: { default: 2_000_000, named: { BTC: 60_000_000, ETH: 30_000_000, SOL: 10_000_000 } },
    freeMultiple: 1,
    rate: 0.01,
    maximum: 0.3,
  },
  confidence: { threshold: 0.6, factor: 0.5 },
  offsets: [{ underlyings: ['BTC', 'ETH'], correlation: 0.5 }],
  initialFactor: 1.25,
  maintenanceFactor: 1,
}

export const portfolioDefinition: ParameterDefinition<PortfolioParameters> = {
  model: 'portfolio',
  schema: portfolioSchema,
  documents: [
    {
      version: '2026-11',
      asOf: '2026-11-22',
      source: 'Holdfast: own figures, of the order of those that option venues publish',
      values: holdfastPortfolio,
    },
  ],
}
