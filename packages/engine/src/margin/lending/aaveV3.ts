import { z } from 'zod'
import type { MarginAccount, MarginMarket, MarginModel, MarginOutcome } from '../model.js'
import { marginOutcome } from '../outcome.js'
import { type ParameterDefinition, resolveParameters } from '../parameters.js'
import { MarketReading } from '../reading.js'
import { assetName, fraction, usd } from '../schema.js'
import { type LendingSide, lendingSide } from './balances.js'

const limits = {
  loanToValue: fraction.describe('share of value that may be borrowed against, and at which it is liquidated'),
  liquidationThreshold: fraction,
  liquidationBonus: z.number().min(0).max(1).describe('0.05 gives the liquidator 5 % more collateral than debt'),
}

const aaveV3Schema = z
  .strictObject({
    reserves: z.record(assetName, z.strictObject(limits)),
    /** Efficiency modes: their limits stand in for those of their collateral assets; only their debts may be borrowed. */
    efficiencyModes: z.record(
      z.string(),
      z.strictObject({ ...limits, collateral: z.array(assetName), borrowable: z.array(assetName) }),
    ),
    closeFactorHealthThreshold: fraction.describe(
      'health factor above which, if both sides are large, half of the debt may be repaid at once',
    ),
    closeFactor: fraction,
    closeFactorMinimumUsd: usd,
    minimumLeftoverUsd: usd,
  })
  .refine((values) => Object.values(values.reserves).every((row) => row.loanToValue <= row.liquidationThreshold), {
    message: 'loanToValue must not exceed liquidationThreshold',
    path: ['reserves'],
  })

export type AaveV3Parameters = z.output<typeof aaveV3Schema>

const reserve = (loanToValue: number, liquidationThreshold: number, liquidationBonus: number) => ({
  loanToValue,
  liquidationThreshold,
  liquidationBonus,
})

export const aaveV3Definition: ParameterDefinition<AaveV3Parameters> = {
  model: 'aave-v3',
  schema: aaveV3Schema,
  documents: [
    {
      version: 'ethereum-2025-12',
      asOf: '2025-12-01',
      source:
        'Aave v3 Ethereum: reserve parameters recorded 2025-12-01 (herculesArmy/aave_v3_risk); close factor of aave-dao/aave-v3-origin at fd1fbd91',
      unpublished: ['efficiencyModes: the ETH-correlated category as commonly listed; check it against the chain'],
      values: {
        reserves: {
          WETH: reserve(0.805, 0.83, 0.05),
          wstETH: reserve(0.785, 0.81, 0.06),
          weETH: reserve(0.775, 0.8, 0.07),
          WBTC: reserve(0.73, 0.78, 0.05),
          cbBTC: reserve(0.73, 0.78, 0.075),
          LINK: reserve(0.66, 0.71, 0.07),
          USDC: reserve(0.75, 0.78, 0.045),
          USDT: reserve(0.75, 0.78, 0.045),
          USDS: reserve(0.75, 0.78, 0.075),
          PYUSD: reserve(0.75, 0.78, 0.075),
          EURC: reserve(0.75, 0.78, 0.05),
          DAI: reserve(0.63, 0.77, 0.05),
          USDe: reserve(0.72, 0.75, 0.085),
          GHO: reserve(0, 0, 0),
          RLUSD: reserve(0, 0, 0),
          USDtb: reserve(0, 0, 0),
        },
        efficiencyModes: {
          'ETH correlated': {
            ...reserve(0.93, 0.95, 0.01),
            collateral: ['WETH', 'wstETH', 'weETH'],
            borrowable: ['WETH', 'wstETH', 'weETH'],
          },
        },
        closeFactorHealthThreshold: 0.95,
        closeFactor: 0.5,
        closeFactorMinimumUsd: 2000,
        minimumLeftoverUsd: 1000,
      },
    },
  ],
}

/**
 * Aave v3: collateral by asset with its limits, debts, efficiency mode.
 *
 *   health factor = Σ collateral · liquidationThreshold / Σ debt;   liquidatable below 1
 *   equity = Σ collateral − Σ debt
 *   MM = Σ collateral · (1 − liquidationThreshold),   IM = Σ collateral · (1 − loanToValue)
 *
 * so that excess over maintenance is Σ collateral · threshold − Σ debt. What is supplied but not enabled as collateral counts in
 * neither. Without debt both requirements are 0: nothing can be liquidated. `info.healthFactor` stands only where there is
 * debt; `info.closeFactor` is the share that one liquidation of the largest pair may repay.
 *
 * @see aave-dao/aave-v3-origin at fd1fbd91, GenericLogic, LiquidationLogic (facts; own notation)
 */
export function aaveV3Model(overrides?: Readonly<Record<string, unknown>>): MarginModel {
  const { set, values } = resolveParameters(aaveV3Definition, overrides)
  return { name: 'aave-v3', parameters: set, evaluate: (account, market) => evaluate(account, market, values) }
}

function evaluate(account: MarginAccount, market: MarginMarket, parameters: AaveV3Parameters): MarginOutcome {
  const reading = new MarketReading(market)
  const { collateral, debts, debt } = lendingSide(reading, account)
  const mode = modeOf(reading, account, parameters)
  if (mode !== undefined) {
    for (const { asset } of debts)
      if (!mode.borrowable.includes(asset)) reading.lacks(`unsupported:asset:${asset} in e-mode`)
  }
  const equity: Record<string, number> = {}
  const initial: Record<string, number> = {}
  const maintenance: Record<string, number> = {}
  let threshold = 0
  for (const { asset, value } of collateral) {
    const row = mode?.collateral.includes(asset) === true ? mode : parameters.reserves[asset]
    if (row === undefined) {
      reading.lacks(`unsupported:asset:${asset}`)
      continue
    }
    equity[`collateral.${asset}`] = value
    threshold += value * row.liquidationThreshold
    if (debt === 0) continue
    initial[asset] = value * (1 - row.loanToValue)
    maintenance[asset] = value * (1 - row.liquidationThreshold)
  }
  for (const { asset, value } of debts) equity[`debt.${asset}`] = -value
  return marginOutcome(reading, {
    equity,
    markToMarket: 0,
    initial,
    maintenance,
    info: debt === 0 ? {} : healthInfo(threshold / debt, collateral, debts, parameters),
  })
}

function modeOf(
  reading: MarketReading,
  account: MarginAccount,
  parameters: AaveV3Parameters,
): AaveV3Parameters['efficiencyModes'][string] | undefined {
  if (account.efficiencyMode === undefined) return undefined
  const mode = parameters.efficiencyModes[account.efficiencyMode]
  if (mode === undefined) reading.lacks(`parameter:efficiencyModes/${account.efficiencyMode}`)
  return mode
}

function healthInfo(
  healthFactor: number,
  collateral: LendingSide['collateral'],
  debts: LendingSide['debts'],
  parameters: AaveV3Parameters,
): Record<string, number> {
  const largest = (rows: readonly { readonly value: number }[]) =>
    rows.reduce((most, { value }) => Math.max(most, value), 0)
  const large = Math.min(largest(collateral), largest(debts)) >= parameters.closeFactorMinimumUsd
  const half = large && healthFactor > parameters.closeFactorHealthThreshold
  return { 'info.healthFactor': healthFactor, 'info.closeFactor': half ? parameters.closeFactor : 1 }
}
