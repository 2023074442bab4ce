import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { assetName, fraction } from '../schema.js'
import { lendingSide } from './balances.js'

const pair = z
  .strictObject({ borrowLtv: fraction, liquidationLtv: fraction })
  .refine((row) => row.borrowLtv <= row.liquidationLtv, 'borrowLtv must not exceed liquidationLtv')

const eulerV2Schema = z.strictObject({
  vaults: z
    .record(assetName, z.record(assetName, pair))
    .describe('limits by debt asset, then by collateral asset: each vault lists what it accepts'),
  maxLiquidationDiscount: fraction,
})

export type EulerV2Parameters = z.output<typeof eulerV2Schema>

export const eulerV2Definition: ParameterDefinition<EulerV2Parameters> = {
  model: 'euler-v2',
  schema: eulerV2Schema,
  documents: [
    {
      version: '2025-03',
      asOf: '2025-03-05',
      source: 'euler-xyz/euler-vault-kit at 5b98b420: the model; vaults are set by whoever creates them',
      unpublished: ['vaults: an example; give those of the account'],
      values: {
        vaults: {
          USDC: { WETH: { borrowLtv: 0.83, liquidationLtv: 0.85 }, WBTC: { borrowLtv: 0.78, liquidationLtv: 0.8 } },
          WETH: { wstETH: { borrowLtv: 0.9, liquidationLtv: 0.93 } },
        },
        maxLiquidationDiscount: 0.15,
      },
    },
  ],
}

/**
 * Euler v2: one vault lends, other vaults' shares are its collateral, each with its own limits.
 *
 *   health = Σ collateral · liquidationLtv / debt;   liquidatable at ≤ 1
 *   equity = Σ collateral − debt,  MM = Σ collateral · (1 − liquidationLtv),  IM = Σ collateral · (1 − borrowLtv)
 *   discount (reverse Dutch) = 1 − max(health, 1 − maxLiquidationDiscount)
 *
 * An account borrows from one vault at a time: a second debt is unsupported. Collateral that the vault does not list counts in
 * neither side. Without debt both requirements are 0.
 *
 * @see euler-xyz/euler-vault-kit at 5b98b420, src/EVault/modules/Liquidation.sol (facts; own notation)
 */
export function eulerV2Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(eulerV2Definition, overrides)
  return { name: 'euler-v2', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: EulerV2Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const { collateral, debts, debt } = lendingSide(reading, account)
  const [owed, ...others] = debts
  for (const { asset } of others) reading.lacks(`unsupported:second-debt:${asset}`)
  const vault = owed === undefined ? undefined : parameters.vaults[owed.asset]
  if (owed !== undefined && vault === undefined) reading.lacks(`parameter:vaults/${owed.asset}`)
  const equity: Record<string, number> = {}
  const initial: Record<string, number> = {}
  const maintenance: Record<string, number> = {}
  let adjusted = 0
  for (const { asset, value } of collateral) {
    const row = vault?.[asset]
    if (owed !== undefined && row === undefined) continue
    equity[`collateral.${asset}`] = value
    if (row === undefined) continue
    adjusted += value * row.liquidationLtv
    initial[asset] = value * (1 - row.borrowLtv)
    maintenance[asset] = value * (1 - row.liquidationLtv)
  }
  if (owed !== undefined) equity[`debt.${owed.asset}`] = -owed.value
  const health = adjusted / debt
  const discount = 1 - Math.min(1, Math.max(health, 1 - parameters.maxLiquidationDiscount))
  return marginOutcome(reading, {
    equity,
    markToMarket: 0,
    initial,
    maintenance,
    info: debt === 0 ? {} : { 'info.healthFactor': health, 'info.liquidationDiscount': discount },
  })
}
