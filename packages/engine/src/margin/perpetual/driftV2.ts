import { instrumentKey } from '@holdfast/quant'
import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome, MarginPosition } from '../model.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { fraction, rowOf, table, usd } from '../schema.js'
import { heldAssets } from '../valuation.js'
import { CROSS, linearPerpetuals, MarginLedger } from './ledger.js'

const weight = z.number().min(0).max(10)

const perpetualRow = z
  .strictObject({
    initialRatio: fraction.gt(0),
    maintenanceRatio: fraction.gt(0),
    imfFactor: z.number().min(0).max(1).describe('growth of the ratio with the root of the size in base units'),
    highLeverage: z
      .strictObject({ initialRatio: fraction.gt(0), maintenanceRatio: fraction.gt(0) })
      .optional()
      .describe('ratios of an account in high-leverage mode; absent where the market has none'),
  })
  .refine((row) => row.maintenanceRatio <= row.initialRatio, 'maintenanceRatio must not exceed initialRatio')

const spotRow = z
  .strictObject({
    initialAssetWeight: fraction,
    maintenanceAssetWeight: fraction,
    initialLiabilityWeight: weight.min(1),
    maintenanceLiabilityWeight: weight.min(1),
    imfFactor: z.number().min(0).max(1),
    scaleInitialAssetWeightStart: usd.describe(
      'deposits at the venue, USD, beyond which the initial asset weight shrinks in proportion; 0: never',
    ),
  })
  .refine(
    (row) => row.initialAssetWeight <= row.maintenanceAssetWeight,
    'initialAssetWeight must not exceed maintenance',
  )
  .refine((row) => row.maintenanceLiabilityWeight <= row.initialLiabilityWeight, {
    message: 'maintenanceLiabilityWeight must not exceed initialLiabilityWeight',
  })

const driftV2Schema = z.strictObject({
  perpetuals: table(perpetualRow),
  spots: table(spotRow),
  positivePnlCapUsd: usd.describe('positive unrealised P&L of a market that counts in initial margin, USD'),
  orderChargeUsd: usd.describe('charge of each resting order, USD'),
  liquidationBuffer: fraction.describe('added to the ratios while an account is being liquidated'),
  highLeverageMode: z.boolean(),
  strictPrices: z
    .boolean()
    .describe('whether initial margin takes the worse of the oracle and its five-minute average for balances'),
})

export type DriftV2Parameters = z.output<typeof driftV2Schema>
type PerpetualRow = z.output<typeof perpetualRow>
type SpotRow = z.output<typeof spotRow>

export const driftV2Definition: ParameterDefinition<DriftV2Parameters> = {
  model: 'drift-v2',
  schema: driftV2Schema,
  documents: [
    {
      version: '2026-04',
      asOf: '2026-04-01',
      source: 'drift-labs/protocol-v2 at 0ae3e3b1, programs/drift/src/math/margin.rs, state/perp_market.rs',
      unpublished: ['perpetuals and spots: ratios and weights of markets, which governance sets on the chain'],
      values: {
        perpetuals: {
          default: { initialRatio: 0.2, maintenanceRatio: 0.1, imfFactor: 0 },
          named: {
            SOL: {
              initialRatio: 0.05,
              maintenanceRatio: 0.03,
              imfFactor: 0.00005,
              highLeverage: { initialRatio: 0.01, maintenanceRatio: 0.0066 },
            },
            BTC: {
              initialRatio: 0.05,
              maintenanceRatio: 0.03,
              imfFactor: 0.0005,
              highLeverage: { initialRatio: 0.01, maintenanceRatio: 0.0066 },
            },
            ETH: {
              initialRatio: 0.05,
              maintenanceRatio: 0.03,
              imfFactor: 0.0002,
              highLeverage: { initialRatio: 0.01, maintenanceRatio: 0.0066 },
            },
          },
        },
        spots: {
          default: {
            initialAssetWeight: 0,
            maintenanceAssetWeight: 0,
            initialLiabilityWeight: 1.5,
            maintenanceLiabilityWeight: 1.25,
            imfFactor: 0,
            scaleInitialAssetWeightStart: 0,
          },
          named: {
            USDC: {
              initialAssetWeight: 1,
              maintenanceAssetWeight: 1,
              initialLiabilityWeight: 1,
              maintenanceLiabilityWeight: 1,
              imfFactor: 0,
              scaleInitialAssetWeightStart: 0,
            },
            SOL: {
              initialAssetWeight: 0.8,
              maintenanceAssetWeight: 0.9,
              initialLiabilityWeight: 1.2,
              maintenanceLiabilityWeight: 1.1,
              imfFactor: 0.00001,
              scaleInitialAssetWeightStart: 0,
            },
          },
        },
        positivePnlCapUsd: 100,
        orderChargeUsd: 0.01,
        liquidationBuffer: 0.02,
        highLeverageMode: false,
        strictPrices: true,
      },
    },
  ],
}

/**
 * Drift v2: perpetuals, cross and isolated, with spot balances as collateral and debts.
 *
 *   perp ratio       max(r, 0.8 · r + √size · imf)
 *   asset weight     min(w, 1.1/(1 + √size · imf));  initial: · min(1, scaleStart/deposits)
 *   liability weight max(w, 0.8 · w + √size · imf)
 *   high leverage    h + (r − h)(1 − (r − s)/(r/5)) for s = 0.8 · r + √size · imf below r; s above; initial margin only
 *   positive P&L     counts up to `positivePnlCapUsd` a market in initial margin
 *   orders           a position counts as the larger of what its buys and its sells could make of it, + charge an order
 *
 * Equity here is collateral at maintenance weights plus P&L; what initial margin does not accept of it (weights, strict prices,
 * the cap on gains) is part of the initial requirement, so that excess is Drift's free collateral. Perpetuals and
 * balances are priced by the oracle (index and asset price); strict prices need the five-minute average. A position with
 * `isolatedMargin` is a bucket of its own. `info.maintenanceWithBuffer` is what a liquidation restores.
 *
 * @see drift-labs/protocol-v2 at 0ae3e3b1, programs/drift/src/math/margin.rs (facts; own notation)
 */
export function driftV2Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(driftV2Definition, overrides)
  return { name: 'drift-v2', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: DriftV2Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const ledger = new MarginLedger()
  const positions = linearPerpetuals(reading, account)
  let buffer = addBalances(reading, ledger, account, parameters)
  let markToMarket = 0
  for (const position of withOrders(reading, account, positions)) {
    const { instrument, size } = position
    const row = rowOf(parameters.perpetuals, instrument.underlying)
    const price = reading.index(instrument.underlying)
    const worst = worstSize(account, position)
    const notional = Math.abs(worst) * price
    const value = size === 0 ? 0 : size * (price - reading.entryPrice(position)) + (position.accruedFunding ?? 0)
    const bucket = position.isolatedMargin === undefined ? CROSS : instrumentKey(instrument)
    if (position.isolatedMargin !== undefined) ledger.setAside(CROSS, bucket, position.isolatedMargin)
    ledger.addEquity(bucket, 'perpetuals', value)
    ledger.addRequirement(
      bucket,
      instrument.underlying,
      notional * initialRatio(row, Math.abs(worst), parameters.highLeverageMode),
      notional * maintenanceRatio(row, Math.abs(worst), parameters.highLeverageMode),
    )
    ledger.addRequirement(bucket, 'gainsBeyondCap', Math.max(0, value - parameters.positivePnlCapUsd), 0)
    markToMarket += value
    buffer += notional * parameters.liquidationBuffer
  }
  const orders = account.orders?.length ?? 0
  ledger.addRequirement(CROSS, 'orders', orders * parameters.orderChargeUsd, orders * parameters.orderChargeUsd)
  const maintenance = Object.values(ledger.maintenance).reduce((sum, part) => sum + part, 0)
  ledger.info['info.maintenanceWithBuffer'] = maintenance + buffer
  return ledger.outcome(reading, markToMarket)
}

/** Adds the balances; returns the liquidation buffer of the debts among them. */
function addBalances(
  reading: MarketReading,
  ledger: MarginLedger,
  account: MarginAccount,
  parameters: DriftV2Parameters,
): number {
  let buffer = 0
  for (const asset of heldAssets(account)) {
    const amount = account.balances[asset]!
    const row = rowOf(parameters.spots, asset)
    const price = reading.assetPrice(asset)
    const average = parameters.strictPrices
      ? reading.figureOr({ kind: 'twap', asset }, asset === 'USDC' ? price : Number.NaN)
      : price
    if (!Number.isFinite(average)) reading.lacks(`twap:${asset}`)
    const value = amount * price
    if (amount > 0) {
      const maintenance = value * assetWeight(row.maintenanceAssetWeight, amount, row.imfFactor)
      const strict = amount * Math.min(price, average) * initialAssetWeight(reading, asset, amount, price, row)
      ledger.addEquity(CROSS, `collateral.${asset}`, maintenance)
      ledger.addRequirement(CROSS, `weight.${asset}`, Math.max(0, maintenance - strict), 0)
    } else {
      const strict =
        -amount * Math.max(price, average) * liabilityWeight(row.initialLiabilityWeight, -amount, row.imfFactor)
      const maintenance = -value * liabilityWeight(row.maintenanceLiabilityWeight, -amount, row.imfFactor)
      ledger.addEquity(CROSS, `debt.${asset}`, value)
      ledger.addRequirement(CROSS, `debt.${asset}`, strict + value, maintenance + value)
      buffer += -value * parameters.liquidationBuffer
    }
  }
  return buffer
}

function initialAssetWeight(
  reading: MarketReading,
  asset: string,
  amount: number,
  price: number,
  row: SpotRow,
): number {
  const start = row.scaleInitialAssetWeightStart
  const deposits = start === 0 ? 0 : reading.figure({ kind: 'deposits', asset }) * price
  const scaled = row.initialAssetWeight * (deposits > start ? start / deposits : 1)
  return assetWeight(scaled, amount, row.imfFactor)
}

/** Weight of an asset of this size (token units): min(w, 1.1/(1 + √size · imf)). */
export function assetWeight(weight: number, size: number, imfFactor: number): number {
  return imfFactor === 0 ? weight : Math.min(weight, 1.1 / (1 + Math.sqrt(size) * imfFactor))
}

/** Weight of a debt or ratio of a position of this size: max(w, 0.8 · w + √size · imf). */
export function liabilityWeight(weight: number, size: number, imfFactor: number): number {
  return imfFactor === 0 ? weight : Math.max(weight, 0.8 * weight + Math.sqrt(size) * imfFactor)
}

/** Initial ratio in high-leverage mode: from the low ratio at small sizes back to the normal one, then beyond it. */
export function highLeverageInitialRatio(normal: number, high: number, size: number, imfFactor: number): number {
  const scaled = imfFactor === 0 ? normal : 0.8 * normal + Math.sqrt(size) * imfFactor
  if (scaled === normal) return high
  if (scaled > normal) return scaled
  const share = Math.max(0, 1 - (normal - scaled) / (normal / 5))
  return high + Math.max(0, normal - high) * share
}

function initialRatio(row: PerpetualRow, size: number, highLeverageMode: boolean): number {
  if (highLeverageMode && row.highLeverage !== undefined) {
    return highLeverageInitialRatio(row.initialRatio, row.highLeverage.initialRatio, size, row.imfFactor)
  }
  return liabilityWeight(row.initialRatio, size, row.imfFactor)
}

function maintenanceRatio(row: PerpetualRow, size: number, highLeverageMode: boolean): number {
  if (highLeverageMode && row.highLeverage !== undefined) return row.highLeverage.maintenanceRatio
  return liabilityWeight(row.maintenanceRatio, size, row.imfFactor)
}

/** Positions, and markets with nothing but orders as positions of size 0. */
function withOrders(
  reading: MarketReading,
  account: MarginAccount,
  positions: readonly MarginPosition[],
): readonly MarginPosition[] {
  const seen = new Set(positions.map(({ instrument }) => instrumentKey(instrument)))
  const extra: MarginPosition[] = []
  for (const { instrument } of account.orders ?? []) {
    if (instrument.kind !== 'perpetual' || instrument.payoff !== 'linear') reading.unsupported(instrument)
    else if (!seen.has(instrumentKey(instrument))) extra.push({ instrument, size: 0 })
    seen.add(instrumentKey(instrument))
  }
  return [...positions, ...extra]
}

/** The larger of what the buys and what the sells could make of a position; signed. */
function worstSize(account: MarginAccount, { instrument, size }: MarginPosition): number {
  let bought = size
  let sold = size
  for (const order of account.orders ?? []) {
    if (order.reduceOnly === true || instrumentKey(order.instrument) !== instrumentKey(instrument)) continue
    if (order.size > 0) bought += order.size
    else sold += order.size
  }
  return Math.abs(bought) >= Math.abs(sold) ? bought : sold
}
