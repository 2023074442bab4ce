import { z } from 'zod'
import { collateralParts, collateralSchema } from '../collateral.js'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { total } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { fraction, rate, rowOf, table, usd } from '../schema.js'
import { CROSS, linearPerpetuals, MarginLedger } from './ledger.js'

const marketRow = z.strictObject({
  skewScale: z
    .number()
    .gt(0)
    .describe('size, base units, at which the initial ratio has grown by initialMarginFraction'),
  initialMarginFraction: rate,
  minimumInitialMarginRatio: fraction,
  maintenanceScalar: fraction,
  minimumPositionMargin: usd.describe('added to both requirements of each position, USD'),
  flagRewardRatio: fraction.describe("reward for flagging, share of the position's notional"),
})

const synthetixV3Schema = z.strictObject({
  collateral: collateralSchema,
  markets: table(marketRow),
  keeper: z.strictObject({
    costUsd: usd.describe('gas of flagging and liquidating, USD'),
    minRewardUsd: usd,
    minProfitRatio: z.number().min(0).max(10),
    maxRewardUsd: usd,
    maxRewardShareOfMargin: fraction.describe("upper bound of the reward as a share of the account's margin"),
  }),
})

export type SynthetixV3Parameters = z.output<typeof synthetixV3Schema>

export const synthetixV3Definition: ParameterDefinition<SynthetixV3Parameters> = {
  model: 'synthetix-v3',
  schema: synthetixV3Schema,
  documents: [
    {
      version: '2025-06',
      asOf: '2025-06-12',
      source: 'Synthetixio/synthetix-v3 at 23585f73, markets/perps-market/test: BTC of the margin tests',
      unpublished: ['markets: each deployment sets its own', 'keeper: 0 here; each deployment and chain has its own'],
      values: {
        collateral: {
          haircuts: { default: 1, named: { USD: 0, SUSD: 0, USDC: 0, SUSDC: 0 } },
          pegged: [],
          pegThreshold: 0,
          pegFactor: 0,
        },
        markets: {
          default: {
            skewScale: 100,
            initialMarginFraction: 2,
            minimumInitialMarginRatio: 0.01,
            maintenanceScalar: 0.5,
            minimumPositionMargin: 1000,
            flagRewardRatio: 0,
          },
          named: {},
        },
        keeper: { costUsd: 0, minRewardUsd: 0, minProfitRatio: 0, maxRewardUsd: 1000, maxRewardShareOfMargin: 1 },
      },
    },
  ],
}

/**
 * Synthetix V3 perpetuals: cross, requirements grow with the position's size against the market's skew scale.
 *
 *   initial ratio = |q|/skewScale · initialMarginFraction + minimumInitialMarginRatio
 *   IM = Σ (notional · ratio + minimumPositionMargin) + keeper reward
 *   MM = Σ (notional · ratio · maintenanceScalar + minimumPositionMargin) + keeper reward
 *   reward = min(max(cost + min, cost · (1 + profit), flag + cost), cap),  cap = min(maxReward, margin · share)
 *
 * Prices are the oracle's (the index); P&L is against the fill price, in which the skew's premium is already. An account
 * without positions has no reward to pay.
 */
export function synthetixV3Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(synthetixV3Definition, overrides)
  return { name: 'synthetix-v3', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: SynthetixV3Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const ledger = new MarginLedger()
  const collateral = collateralParts(reading, account, parameters.collateral)
  for (const [part, value] of Object.entries(collateral)) ledger.addEquity(CROSS, part, value)
  const positions = linearPerpetuals(reading, account)
  let markToMarket = 0
  let flagReward = 0
  for (const position of positions) {
    const { instrument, size } = position
    const row = rowOf(parameters.markets, instrument.underlying)
    const price = reading.index(instrument.underlying)
    const notional = Math.abs(size) * price
    const ratio = (Math.abs(size) / row.skewScale) * row.initialMarginFraction + row.minimumInitialMarginRatio
    const value = size * (price - reading.entryPrice(position)) + (position.accruedFunding ?? 0)
    markToMarket += value
    flagReward += notional * row.flagRewardRatio
    ledger.addEquity(CROSS, 'perpetuals', value)
    ledger.addRequirement(
      CROSS,
      instrument.underlying,
      notional * ratio + row.minimumPositionMargin,
      notional * ratio * row.maintenanceScalar + row.minimumPositionMargin,
    )
  }
  if (positions.length > 0) {
    const { keeper } = parameters
    const margin = Math.max(0, total(collateral) + markToMarket)
    const cap = Math.min(keeper.maxRewardUsd, margin * keeper.maxRewardShareOfMargin)
    const wanted = Math.max(
      keeper.costUsd + keeper.minRewardUsd,
      keeper.costUsd * (1 + keeper.minProfitRatio),
      flagReward + keeper.costUsd,
    )
    const reward = Math.min(wanted, cap)
    ledger.addRequirement(CROSS, 'keeperReward', reward, reward)
  }
  return ledger.outcome(reading, markToMarket)
}
