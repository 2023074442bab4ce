import { z } from 'zod'

const rate = z.number().describe('continuous, annual, decimal')
const yieldRate = z.number().describe('continuous, annual, decimal')
const vol = z.number().nonnegative().describe('annualised decimal: 0.6 is 60 %')
const price = z.number().positive()

/** One asset. With `forward`, the price is Black-76 discounted at `rate`. */
export const singleMarketShape = {
  spot: price.optional().describe('quote per base; give this or forward'),
  forward: price.optional().describe('quote per base, for this expiry; give this or spot'),
  rate: rate.default(0),
  dividendYield: yieldRate.optional().describe('with spot only; default 0'),
}

const assetOfMany = z.strictObject({
  spot: price.optional(),
  forward: price.optional(),
  dividendYield: yieldRate.optional(),
  vol,
})

export const singleMarket = z.strictObject({
  ...singleMarketShape,
  vol: vol.optional().describe('needed by every model but Heston and Bates'),
})
export const severalMarket = z.strictObject({
  rate: rate.default(0),
  assets: z.array(assetOfMany).min(1),
  correlation: z.union([z.number(), z.array(z.array(z.number()))]).describe('one number for every pair, or the matrix'),
})

export const market = z.union([singleMarket, severalMarket])
export type SingleMarket = z.output<typeof singleMarket>
export type SeveralMarket = z.output<typeof severalMarket>

const heston = {
  v0: z.number().nonnegative(),
  kappa: z.number().nonnegative(),
  theta: z.number().nonnegative(),
  sigma: z.number().nonnegative(),
  rho: z.number().min(-1).max(1),
}
const jumps = { lambda: z.number().nonnegative(), meanLogJump: z.number(), jumpVol: z.number().nonnegative() }

export const model = z
  .discriminatedUnion('name', [
    z.strictObject({ name: z.literal('black-scholes') }),
    z.strictObject({ name: z.literal('bachelier') }).describe('market.vol is the normal vol, quote per base per √year'),
    z.strictObject({ name: z.literal('heston'), ...heston }),
    z.strictObject({ name: z.literal('merton'), ...jumps }),
    z.strictObject({ name: z.literal('bates'), ...heston, ...jumps }),
  ])
  .default({ name: 'black-scholes' })
export type ModelRequest = z.output<typeof model>
