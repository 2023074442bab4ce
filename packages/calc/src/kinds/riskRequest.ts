import { QUANTILE_CONVENTIONS } from '@holdfast/quant'
import { z } from 'zod'
import { requestId } from '../kind.js'

const positive = z.number().positive()
const series = z.array(z.number()).min(2)
const name = z.string().min(1)

const distribution = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('normal') }),
    z.strictObject({ kind: z.literal('student-t'), degreesOfFreedom: z.number().gt(2) }),
  ])
  .describe('shape of the P&L; student-t is scaled to the standard deviation')

const size = z.number().describe('signed, long positive, in the unit of the instrument')
const payoff = z.enum(['linear', 'inverse']).optional().describe('linear where absent')
const instrument = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('option'),
    right: z.enum(['call', 'put']),
    strike: positive,
    years: z.number().min(0),
    payoff,
  }),
  z.strictObject({ kind: z.literal('future'), payoff }),
  z.strictObject({ kind: z.literal('perpetual'), payoff }),
  z.strictObject({ kind: z.literal('spot') }),
])
const position = z.strictObject({
  name: name.optional(),
  instrument,
  size,
  forward: positive.optional().describe('of the expiry, or price of the future; the market where absent'),
  vol: positive.optional().describe('the market where absent'),
})
const market = z.strictObject({
  spot: positive.describe('index, quote per base'),
  forward: positive.optional().describe('spot where absent'),
  vol: positive.optional(),
})
const scenario = z.strictObject({
  name: name.optional(),
  spotMove: z.number().gt(-1).describe('relative: -0.1 is ten per cent down'),
  volMove: z.number().optional().describe('relative unless volKind says absolute; 0 where absent'),
  volKind: z.enum(['relative', 'absolute']).optional(),
  yearsPassed: z.number().min(0).optional(),
})

export const valueAtRisk = z.strictObject({
  id: requestId,
  kind: z.literal('var'),
  confidence: z.number().gt(0).lt(1).describe('0.99'),
  method: z
    .enum(['historical', 'parametric', 'cornish-fisher', 'filtered'])
    .optional()
    .describe('historical where absent'),
  quantile: z.enum(QUANTILE_CONVENTIONS).optional().describe('historical and filtered; inverse-cdf where absent'),
  pnl: series.optional().describe('profit and loss by scenario, profit > 0; oldest first for filtered'),
  returns: series.optional().describe('relative returns of one exposure, oldest first'),
  exposure: z.number().optional().describe('money held, for returns; 1 where absent'),
  components: z
    .array(z.strictObject({ name, pnl: series }))
    .min(1)
    .optional()
    .describe('profit and loss of each part by the same scenarios'),
  positions: z.array(position).min(1).optional(),
  market: market.optional(),
  scenarios: z.array(scenario).min(2).optional(),
  exposures: z.array(z.number()).min(1).optional().describe('parametric: money per unit of return'),
  covariance: z.array(z.array(z.number()).min(1)).min(1).optional(),
  means: z.array(z.number()).min(1).optional(),
  distribution: distribution.optional(),
  decay: z.number().gt(0).lt(1).optional().describe('filtered: lambda of EWMA, 0.94 where absent'),
  garch: z
    .strictObject({ omega: z.number().min(0), alpha: z.number().min(0), beta: z.number().min(0) })
    .optional()
    .describe('filtered: instead of decay'),
})
export type ValueAtRiskRequest = z.output<typeof valueAtRisk>
export type RiskPosition = z.output<typeof position>
export type RiskMarket = z.output<typeof market>
export type RiskScenario = z.output<typeof scenario>

const hit = z.union([z.boolean(), z.literal(0), z.literal(1)])
export const backtest = z.strictObject({
  id: requestId,
  kind: z.literal('backtest'),
  level: z.number().gt(0).lt(1).describe('0.01 or 0.99: the smaller of level and 1 - level is the chance of a hit'),
  hits: z.array(hit).min(2).optional().describe('oldest first; true or 1 where the loss went beyond VaR'),
  pnl: series.optional().describe('profit and loss by day, oldest first'),
  var: z.union([z.number(), series]).optional().describe('forecast VaR, a positive loss, for every day or each day'),
  expectedShortfall: z.union([z.number(), series]).optional().describe('the same for ES: adds Acerbi–Székely'),
  simulation: z
    .strictObject({
      distribution: distribution.optional(),
      samples: z.int().min(100).max(100_000).optional(),
      seed: z.int().min(0).max(4_294_967_295).optional(),
    })
    .optional()
    .describe('how the p-values of Acerbi–Székely are found'),
})
export type BacktestRequest = z.output<typeof backtest>

export const riskRequest = z.discriminatedUnion('kind', [valueAtRisk, backtest])
