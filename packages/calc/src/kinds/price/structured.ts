import {
  DEFAULT_SAMPLING,
  type Measure,
  STRUCTURED_MEASURES,
  type StructuredProduct,
  structuredMeasures,
  structuredPrice,
} from '@holdfast/quant'
import { z } from 'zod'
import { assetOf, type MarketRequest } from './market.js'
import { chosenMeasures, type MeasuresAsked } from './measures.js'

const positive = z.number().positive()
const notional = positive.describe('quote')
const years = z.number().nonnegative()
const strike = positive.describe('quote per base')
const barrier = positive.describe('quote per base; monitored continuously')
const coupon = z.number().describe('share of the notional over the whole term')
const observations = z.array(positive).min(1).max(64).describe('years, ascending')
const sampling = z
  .strictObject({
    points: z
      .number()
      .int()
      .min(2)
      .max(1 << 20)
      .describe('a power of two'),
    randomisations: z.number().int().min(2).max(256),
    seed: z.number().int(),
  })
  .default(DEFAULT_SAMPLING)
  .describe('Sobol points of each randomisation, and the seed of their shifts')

export const structuredInstruments = [
  z.strictObject({ kind: z.literal('dual-currency-note'), notional, years, strike, coupon }),
  z.strictObject({ kind: z.literal('reverse-convertible'), notional, years, strike, coupon, barrier }),
  z.strictObject({
    kind: z.literal('shark-fin'),
    notional,
    years,
    strike,
    barrier,
    participation: z.number().nonnegative().default(1).describe('share of the relative rise that is paid'),
    rebate: z.number().nonnegative().default(0).describe('share of the notional paid at the touch'),
  }),
  z.strictObject({
    kind: z.literal('accumulator'),
    strike,
    barrier,
    amount: positive.describe('base units bought at each observation'),
    leverage: z.number().nonnegative().default(2).describe('multiple bought below the strike'),
    observations,
  }),
  z.strictObject({
    kind: z.literal('autocallable'),
    notional,
    initial: positive.describe('reference price, quote per base'),
    callLevel: positive.default(1).describe('share of the reference price'),
    protection: z.number().nonnegative().describe('share of the reference price'),
    coupon: z.number().describe('share of the notional for each observation gone by'),
    observations,
    sampling,
  }),
] as const

/** Price and measures of a structured product; a simulated price has its `standardError` beside it. */
export function answerStructured(
  terms: z.output<(typeof structuredInstruments)[number]>,
  market: MarketRequest,
  asked: MeasuresAsked,
): Readonly<Record<string, number>> {
  const asset = assetOf(market)
  const names = chosenMeasures(asked, STRUCTURED_MEASURES) as readonly Measure[]
  const [product, points] = splitOf(terms)
  const measures = structuredMeasures(product, asset, names, points)
  if (product.kind !== 'autocallable') return measures
  return { ...measures, standardError: structuredPrice(product, asset, points).standardError }
}

function splitOf(terms: z.output<(typeof structuredInstruments)[number]>) {
  if (terms.kind !== 'autocallable') return [terms satisfies StructuredProduct, DEFAULT_SAMPLING] as const
  const { sampling: points, ...product } = terms
  return [product satisfies StructuredProduct, points] as const
}
