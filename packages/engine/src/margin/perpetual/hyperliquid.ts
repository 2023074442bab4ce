import { instrumentKey, type Perpetual } from '@holdfast/quant'
import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { assetName, rowOf, table, usd } from '../schema.js'
import { CROSS, linearPerpetuals, MarginLedger } from './ledger.js'

const tiers = z
  .array(z.strictObject({ from: usd, maxLeverage: z.number().min(1).max(100) }))
  .min(1)
  .refine((rows) => rows[0]!.from === 0, 'the first tier must start at 0')
  .refine(
    (rows) =>
      rows.every((row, i) => i === 0 || (row.from > rows[i - 1]!.from && row.maxLeverage <= rows[i - 1]!.maxLeverage)),
    'tiers must rise in notional and not in leverage',
  )

const hyperliquidSchema = z.strictObject({ collateralAsset: assetName, tiers: table(tiers) })
export type HyperliquidParameters = z.output<typeof hyperliquidSchema>
type Tiers = z.output<typeof tiers>

export const hyperliquidDefinition: ParameterDefinition<HyperliquidParameters> = {
  model: 'hyperliquid',
  schema: hyperliquidSchema,
  documents: [
    {
      version: '2025-11',
      asOf: '2025-11-22',
      source: 'Hyperliquid documentation, "Margin tiers"; check them against the venue\'s `meta` before use',
      unpublished: ['tiers of assets that are not named: the least leverage that the venue lists'],
      values: {
        collateralAsset: 'USDC',
        tiers: {
          default: [{ from: 0, maxLeverage: 3 }],
          named: {
            BTC: [
              { from: 0, maxLeverage: 40 },
              { from: 150e6, maxLeverage: 20 },
            ],
            ETH: [
              { from: 0, maxLeverage: 25 },
              { from: 100e6, maxLeverage: 15 },
            ],
            SOL: [
              { from: 0, maxLeverage: 20 },
              { from: 70e6, maxLeverage: 10 },
            ],
          },
        },
      },
    },
  ],
}

/**
 * Hyperliquid: perpetuals, cross and isolated, with margin tiers by notional.
 *
 *   account value = USDC + Σ size · (mark − entry)
 *   IM = notional / leverage                     leverage: the position's own, not above its tier's maximum
 *   MM = notional · r_n − d_n,   r_n = 1/(2 · maxLeverage_n),  d_n = d_{n−1} + from_n · (r_n − r_{n−1})
 *
 * One account holds the perpetuals of every exchange on the chain (those that others deploy, too), margined against the asset
 * that each settles in: `collateralAsset`, and a pool of its own, a bucket, for any other. `balances` are the account's, of a
 * unified account the spot balances in full: what orders or positions hold of them is not taken off.
 *
 * Maintenance is half of initial margin at the highest leverage, continuous across tiers by the deduction d. A position with
 * `isolatedMargin` is a bucket of its own. Resting orders that add risk count with notional/leverage in initial margin.
 * `info.transferMargin` is what must stay when USDC is withdrawn: max(IM, 10 % of notional).
 */
export function hyperliquidModel(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(hyperliquidDefinition, overrides)
  return { name: 'hyperliquid', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: HyperliquidParameters): MarginOutcome {
  const reading = new MarketReading(market)
  const ledger = new MarginLedger()
  const unitOf = openPools(reading, ledger, account, parameters)
  let markToMarket = 0
  let openNotional = 0
  for (const position of linearPerpetuals(reading, account)) {
    const { instrument, size } = position
    const rows = rowOf(parameters.tiers, instrument.underlying)
    const mark = reading.mark(instrument)
    const pool = poolOf(instrument, parameters)
    const unit = unitOf(instrument.settle)
    const notional = Math.abs(size) * mark * unit
    const value = size * (mark - reading.entryPrice(position)) * unit + (position.accruedFunding ?? 0)
    const bucket = position.isolatedMargin === undefined ? pool : instrumentKey(instrument)
    if (position.isolatedMargin !== undefined) ledger.setAside(pool, bucket, position.isolatedMargin)
    ledger.addEquity(bucket, 'perpetuals', value)
    const maintenance = tieredMaintenance(rows, notional)
    const initial = Math.max(maintenance, notional / leverageOf(rows, notional, position.leverage))
    ledger.addRequirement(bucket, instrument.underlying, initial, maintenance)
    markToMarket += value
    openNotional += notional
  }
  for (const { instrument, size, price, reduceOnly } of account.orders ?? []) {
    if (reduceOnly === true || size === 0) continue
    if (instrument.kind !== 'perpetual' || instrument.payoff !== 'linear') {
      reading.unsupported(instrument)
      continue
    }
    const notional = Math.abs(size) * price * unitOf(instrument.settle)
    const own = account.positions.find((held) => instrumentKey(held.instrument) === instrumentKey(instrument))?.leverage
    const rows = rowOf(parameters.tiers, instrument.underlying)
    ledger.addRequirement(poolOf(instrument, parameters), 'orders', notional / leverageOf(rows, notional, own), 0)
  }
  const initialMargin = Object.values(ledger.initial).reduce((sum, part) => sum + part, 0)
  ledger.info['info.transferMargin'] = Math.max(initialMargin, 0.1 * openNotional)
  return ledger.outcome(reading, markToMarket)
}

/**
 * Adds the balances to their pools: the collateral asset's, and one for each other asset that contracts of the account
 * settle in. Returns the dollars per unit of an asset that settles: 1 for the collateral asset, as the venue reckons.
 */
function openPools(
  reading: MarketReading,
  ledger: MarginLedger,
  account: MarginAccount,
  { collateralAsset }: HyperliquidParameters,
): (settle: string) => number {
  ledger.addEquity(CROSS, 'collateral', account.balances[collateralAsset] ?? 0)
  const traded = [...account.positions, ...(account.orders ?? [])].filter(({ size }) => size !== 0)
  const settles = traded.flatMap(({ instrument }) => (instrument.kind === 'perpetual' ? [instrument.settle] : []))
  const others = [...new Set(settles)].filter((asset) => asset !== collateralAsset).sort()
  const units = new Map(others.map((asset) => [asset, reading.assetPrice(asset)]))
  for (const [asset, unit] of units) {
    ledger.addEquity(`${CROSS} ${asset}`, `collateral.${asset}`, (account.balances[asset] ?? 0) * unit)
  }
  return (settle) => units.get(settle) ?? 1
}

function poolOf({ settle }: Perpetual, { collateralAsset }: HyperliquidParameters): string {
  return settle === collateralAsset ? CROSS : `${CROSS} ${settle}`
}

function leverageOf(rows: Tiers, notional: number, own: number | undefined): number {
  const row = rows.findLast(({ from }) => notional >= from) ?? rows[0]!
  return Math.min(row.maxLeverage, own ?? row.maxLeverage)
}

/** Maintenance margin of a notional across tiers, USD; continuous at their bounds. */
export function tieredMaintenance(rows: Tiers, notional: number): number {
  let deduction = 0
  let rate = 0
  for (const { from, maxLeverage } of rows) {
    if (!(notional >= from)) break
    const next = 1 / (2 * maxLeverage)
    deduction += from * (next - rate)
    rate = next
  }
  return notional * rate - deduction
}
