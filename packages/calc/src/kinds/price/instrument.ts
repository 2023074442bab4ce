import { z } from 'zod'
import { structuredInstruments } from './structured.js'

const positive = z.number().positive()
const years = z.number().nonnegative().describe('time to expiry in years, >= 0')
const right = z.enum(['call', 'put'])
const strike = positive.describe('quote per base, > 0')
const cash = z.number().nonnegative().describe('amount paid, quote, >= 0')
const barrier = positive.describe('quote per base, > 0; monitored continuously')

export const option = z.strictObject({
  kind: z.literal('option'),
  right,
  strike,
  years,
  style: z.enum(['european', 'american']).default('european'),
  payoff: z.enum(['linear', 'inverse']).default('linear').describe('inverse: settled in coin'),
  method: z
    .enum(['spectral', 'barone-adesi-whaley', 'bjerksund-stensland'])
    .optional()
    .describe('american only: spectral (default, exact to 1e-6 of the strike) or a named approximation'),
})

export const singleAssetInstruments = [
  option,
  z.strictObject({
    kind: z.literal('digital'),
    right,
    strike,
    years,
    pays: z.enum(['cash', 'asset']).default('cash'),
    cash: cash.default(1),
  }),
  z.strictObject({
    kind: z.literal('touch'),
    barrier,
    direction: z.enum(['up', 'down']),
    condition: z.enum(['touched', 'untouched']),
    pays: z.enum(['at-hit', 'at-expiry']).default('at-expiry'),
    cash: cash.default(1),
    years,
  }),
  z.strictObject({
    kind: z.literal('barrier'),
    right,
    strike,
    years,
    barrier,
    type: z.enum(['up-in', 'up-out', 'down-in', 'down-out']),
    rebate: z.number().nonnegative().default(0).describe('knock-out: paid at the hit; knock-in: at expiry'),
  }),
  z.strictObject({
    kind: z.literal('double-barrier'),
    right,
    strike,
    years,
    lower: barrier,
    upper: barrier,
    type: z.enum(['in', 'out']),
  }),
  z.strictObject({
    kind: z.literal('double-touch'),
    lower: barrier,
    upper: barrier,
    type: z.enum(['in', 'out']),
    cash: cash.default(1),
    years,
  }),
  z.strictObject({
    kind: z.literal('asian'),
    right,
    strike,
    years,
    averaging: z.enum(['geometric', 'arithmetic']).default('arithmetic'),
    fixings: z
      .union([
        z.literal('continuous'),
        z.strictObject({
          count: z.number().int().positive().describe('fixings still to come, the last at expiry'),
          first: z.number().nonnegative().describe('years until the first of them'),
        }),
      ])
      .default('continuous'),
    averageSoFar: positive.optional().describe('average of what has been fixed, quote per base'),
    elapsed: z
      .number()
      .nonnegative()
      .optional()
      .describe('continuous: years of averaging that lie behind; discrete: number of fixings taken'),
    method: z.enum(['accurate', 'turnbull-wakeman', 'levy']).optional().describe('arithmetic only; default accurate'),
  }),
  z.strictObject({
    kind: z.literal('lookback'),
    right,
    strike: z.union([z.literal('floating'), positive]).describe('floating, or a fixed strike > 0'),
    extremeSoFar: positive
      .optional()
      .describe('minimum (floating call, fixed put) or maximum so far; default the spot'),
    years,
  }),
  z.strictObject({
    kind: z.literal('forward-start'),
    right,
    moneyness: positive.describe('strike as a multiple of the spot at the start'),
    start: z.number().nonnegative().describe('years until the strike is set'),
    years,
  }),
  z.strictObject({
    kind: z.literal('cliquet'),
    right,
    moneyness: positive.describe('strike as a multiple of the spot at each reset'),
    resets: z.array(z.number().nonnegative()).min(1).describe('years until each reset, ascending'),
    years,
  }),
  z.strictObject({
    kind: z.literal('power'),
    right,
    strike,
    exponent: z.number().describe('p, not 0: payoff max(±(S^p − K), 0)'),
    years,
  }),
  z.strictObject({
    kind: z.literal('power-perpetual'),
    exponent: z.number(),
    fundingYears: positive.describe('funding period in years: 17.5 days is 17.5/365'),
  }),
  z.strictObject({
    kind: z.literal('quanto'),
    right,
    strike,
    years,
    fxVol: z.number().nonnegative(),
    correlation: z.number().min(-1).max(1),
    underlyingRate: z.number(),
  }),
] as const

const several = { years, right: right.default('call') }
export const severalAssetInstruments = [
  z.strictObject({ kind: z.literal('exchange'), ...several, strike: z.literal(0).optional() }),
  z.strictObject({
    kind: z.literal('spread'),
    ...several,
    strike: z.number().describe('quote; may be negative'),
    method: z.enum(['accurate', 'kirk']).default('accurate'),
  }),
  z.strictObject({
    kind: z.literal('rainbow'),
    ...several,
    strike: z.number().nonnegative(),
    of: z.enum(['best', 'worst']),
  }),
  z.strictObject({
    kind: z.literal('basket'),
    ...several,
    strike: z.number().nonnegative(),
    weights: z.array(z.number()).min(1).describe('units of each asset'),
    method: z.enum(['accurate', 'moment-matching']).default('accurate'),
  }),
] as const

export const instrument = z.discriminatedUnion('kind', [
  ...singleAssetInstruments,
  ...severalAssetInstruments,
  ...structuredInstruments,
])
export type InstrumentRequest = z.output<typeof instrument>
