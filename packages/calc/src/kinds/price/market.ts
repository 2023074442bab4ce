import type { Asset, Assets } from '@holdfast/quant'
import { z } from 'zod'
import { CalcError } from '../../error.js'

const rate = z.number().describe('continuous, annual, decimal')
const vol = z.number().nonnegative().describe('annualised decimal: 0.6 is 60 %')
const price = z.number().positive()
const correlationNumber = z.number().min(-1).max(1)

const oneAsset = {
  spot: price.optional().describe('quote per base; give this or forward'),
  forward: price.optional().describe('quote per base, for this expiry; the price is then Black-76 discounted at rate'),
  dividendYield: rate.optional().describe('with spot only; default 0'),
}

export const marketWithoutVol = z.strictObject({ ...oneAsset, rate: rate.default(0) })

/** One asset in the market's own fields, or several under `assets`. */
export const market = z.strictObject({
  ...oneAsset,
  rate: rate.default(0),
  vol: vol.optional().describe('needed by every model but heston and bates'),
  assets: z
    .array(z.strictObject({ ...oneAsset, vol }))
    .min(1)
    .max(32)
    .optional(),
  correlation: z
    .union([correlationNumber, z.array(z.array(correlationNumber))])
    .optional()
    .describe('with assets: one number for every pair, or the matrix'),
})
export type MarketRequest = z.output<typeof market>

const heston = {
  v0: z.number().nonnegative().describe('variance now'),
  kappa: z.number().nonnegative().describe('speed of reversion per year'),
  theta: z.number().nonnegative().describe('variance it reverts to'),
  sigma: z.number().nonnegative().describe('vol of variance'),
  rho: z.number().min(-1).max(1),
}
const jumps = {
  lambda: z.number().nonnegative().describe('jumps per year'),
  meanLogJump: z.number(),
  jumpVol: z.number().nonnegative(),
}

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

type OneAsset = {
  readonly spot?: number | undefined
  readonly forward?: number | undefined
  readonly dividendYield?: number | undefined
}

/** The underlying of an asset: its spot with the yield, or its forward. */
export type Underlying = { readonly fromForward: boolean; readonly price: number; readonly dividendYield: number }

/** @throws {CalcError} unless exactly one of spot and forward is given, and a yield only with the spot. */
export function underlyingOf(asset: OneAsset, rateOf: number, path: string): Underlying {
  const { spot, forward, dividendYield } = asset
  if (spot === undefined && forward === undefined) {
    throw new CalcError({ code: 'MISSING_INPUT', path, message: 'the market needs a spot or a forward' })
  }
  if (spot !== undefined && forward !== undefined) {
    const message = 'spot and forward exclude each other; give one'
    throw new CalcError({ code: 'INVALID_INPUT', path: `${path}/forward`, message })
  }
  if (spot !== undefined) return { fromForward: false, price: spot, dividendYield: dividendYield ?? 0 }
  if (dividendYield !== undefined) {
    const message = 'a dividend yield does not enter where the forward is given; leave one out'
    throw new CalcError({ code: 'INVALID_INPUT', path: `${path}/dividendYield`, message })
  }
  return { fromForward: true, price: forward!, dividendYield: rateOf }
}

/** The vol of a one-asset market. @throws {CalcError} where it is missing. */
export function volOf(marketRequest: MarketRequest): number {
  if (marketRequest.vol !== undefined) return marketRequest.vol
  throw new CalcError({ code: 'MISSING_INPUT', path: '/market/vol', message: 'this model needs the market’s vol' })
}

/** The asset that formulas beyond the vanilla take; with a forward it is the asset without drift. */
export function assetOf(marketRequest: MarketRequest): Asset {
  const { price: spot, dividendYield } = underlyingOf(marketRequest, marketRequest.rate, '/market')
  return { spot, dividendYield, rate: marketRequest.rate, vol: volOf(marketRequest) }
}

/** @throws {CalcError} where the assets are missing, or fields of a one-asset market stand beside them. */
export function assetsOf(marketRequest: MarketRequest): Assets {
  const { assets, correlation, rate: common } = marketRequest
  if (assets === undefined) {
    throw new CalcError({
      code: 'MISSING_INPUT',
      path: '/market/assets',
      message: 'this instrument is on several assets',
    })
  }
  for (const field of ['spot', 'forward', 'dividendYield', 'vol'] as const) {
    if (marketRequest[field] === undefined) continue
    const message = `${field} belongs to each of market.assets where there are several`
    throw new CalcError({ code: 'INVALID_INPUT', path: `/market/${field}`, message })
  }
  if (correlation === undefined && assets.length > 1) {
    throw new CalcError({
      code: 'MISSING_INPUT',
      path: '/market/correlation',
      message: 'several assets need a correlation',
    })
  }
  return {
    rate: common,
    correlation: correlation ?? 0,
    assets: assets.map((asset, i) => {
      const { price: spot, dividendYield } = underlyingOf(asset, common, `/market/assets/${i}`)
      return { spot, dividendYield, vol: asset.vol }
    }),
  }
}

/** @throws {CalcError} where assets are given to an instrument on one. */
export function refuseSeveral(marketRequest: MarketRequest): void {
  for (const field of ['assets', 'correlation'] as const) {
    if (marketRequest[field] === undefined) continue
    throw new CalcError({ code: 'INVALID_INPUT', path: `/market/${field}`, message: 'this instrument is on one asset' })
  }
}
