import { z } from 'zod'
import { requestId } from '../kind.js'

const positive = z.number().positive()
const years = positive.describe('years to expiry')
const forward = positive.describe('forward of the expiry, quote per base')
const correlation = z.number().gt(-1).lt(1)
/** Told where a list of slices is given; otherwise the years of each point serve. */
const term = { years: years.optional(), forward: forward.optional() }

const svi = z.strictObject({
  ...term,
  a: z.number(),
  b: z.number().min(0),
  rho: z.number().min(-1).max(1),
  m: z.number(),
  sigma: positive,
})
const natural = z.strictObject({
  ...term,
  delta: z.number(),
  mu: z.number(),
  rho: correlation,
  omega: z.number().min(0),
  zeta: positive,
})
const jumpWings = z
  .strictObject({
    ...term,
    v: positive,
    psi: z.number(),
    p: z.number().min(0),
    c: z.number().min(0),
    vMin: z.number().min(0),
  })
  .describe('variance at the money a year, skew, slopes of the put and call wing, lowest variance a year')
const ssvi = z
  .strictObject({
    ...term,
    theta: positive.describe('total variance at the money'),
    phi: positive.optional(),
    eta: positive.optional().describe('with gamma: phi = eta theta^-gamma (1 + theta)^(gamma - 1)'),
    gamma: z.number().optional(),
    lambda: positive.optional().describe('phi = (1 - (1 - e^(-lambda theta))/(lambda theta))/(lambda theta)'),
    rho: correlation,
  })
  .refine((value) => countGiven(value.phi, value.eta, value.lambda) === 1, 'give one of phi, eta with gamma, lambda')
  .refine((value) => (value.eta === undefined) === (value.gamma === undefined), 'eta and gamma go together')
const sabr = z.strictObject({
  ...term,
  alpha: positive,
  beta: z.number().min(0).max(1),
  rho: correlation,
  nu: z.number().min(0),
})

export type SviParams = z.output<typeof svi>
export type NaturalParams = z.output<typeof natural>
export type JumpWingsParams = z.output<typeof jumpWings>
export type SsviParams = z.output<typeof ssvi>
export type SabrParams = z.output<typeof sabr>

const oneOrMany = <Slice extends z.ZodType>(slice: Slice) =>
  z.union([slice, z.array(slice).min(1)]).describe('one slice, or a list of slices each with its years')

const point = z.strictObject({
  logMoneyness: z.number().min(-50).max(50).optional().describe('ln(K/F)'),
  strike: positive.optional().describe('instead of logMoneyness, with a forward'),
  forward: forward.optional(),
  years,
})
export type SurfacePoint = z.output<typeof point>

const vol = positive.max(20).optional()
export const surfaceQuote = z.strictObject({
  strike: positive,
  years,
  forward,
  vol: vol.describe('annualised decimal'),
  bidVol: z.number().min(0).max(20).optional().describe('0 where the bid is below intrinsic value'),
  askVol: positive.optional(),
  weight: z.number().min(0).optional().describe('1 where absent'),
})

const ask = {
  id: requestId,
  points: z.array(point).min(1).optional().describe('evaluate: where'),
  quotes: z.array(surfaceQuote).min(1).optional().describe('fit: to what'),
}

/** The models of a smile, each with the shape of its parameters. */
export const smileModels = {
  svi: oneOrMany(svi),
  'svi-natural': oneOrMany(natural),
  'svi-jump-wings': oneOrMany(jumpWings),
  ssvi: oneOrMany(ssvi),
  essvi: oneOrMany(ssvi),
  sabr: oneOrMany(sabr),
} as const

export type SmileRequest =
  | { readonly model: 'svi'; readonly params?: SviParams | SviParams[] | undefined }
  | { readonly model: 'svi-natural'; readonly params?: NaturalParams | NaturalParams[] | undefined }
  | { readonly model: 'svi-jump-wings'; readonly params?: JumpWingsParams | JumpWingsParams[] | undefined }
  | { readonly model: 'ssvi' | 'essvi'; readonly params?: SsviParams | SsviParams[] | undefined }
  | { readonly model: 'sabr'; readonly params?: SabrParams | SabrParams[] | undefined }

export const surfaceRequest = z.discriminatedUnion('model', [
  z.strictObject({ ...ask, model: z.literal('svi'), params: smileModels.svi.optional() }),
  z.strictObject({ ...ask, model: z.literal('svi-natural'), params: smileModels['svi-natural'].optional() }),
  z.strictObject({ ...ask, model: z.literal('svi-jump-wings'), params: smileModels['svi-jump-wings'].optional() }),
  z.strictObject({ ...ask, model: z.literal('ssvi'), params: smileModels.ssvi.optional() }),
  z.strictObject({ ...ask, model: z.literal('essvi'), params: smileModels.essvi.optional() }),
  z.strictObject({
    ...ask,
    model: z.literal('sabr'),
    params: smileModels.sabr.optional(),
    beta: z.number().min(0).max(1).optional().describe('fit: chosen, not fitted; 1 where absent'),
  }),
])
export type SurfaceRequest = z.output<typeof surfaceRequest>

const swap = { id: requestId, years, forward: forward.optional() }

export const varianceSwapRequest = z.discriminatedUnion('model', [
  z.strictObject({ ...swap, model: z.literal('svi'), params: svi }),
  z.strictObject({ ...swap, model: z.literal('svi-natural'), params: natural }),
  z.strictObject({ ...swap, model: z.literal('svi-jump-wings'), params: jumpWings }),
  z.strictObject({ ...swap, model: z.literal('ssvi'), params: ssvi }),
  z.strictObject({ ...swap, model: z.literal('essvi'), params: ssvi }),
  z.strictObject({ ...swap, model: z.literal('sabr'), params: sabr }),
])

function countGiven(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length
}
