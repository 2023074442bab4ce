import type { MarginAccount } from '../model.js'
import type { MarketReading } from '../reading.js'
import { heldAssets } from '../valuation.js'

export type LendingAmount = { readonly asset: string; readonly amount: number; readonly value: number }

/** Both sides of a borrower, each sorted by asset, in USD. */
export type LendingSide = {
  readonly collateral: readonly LendingAmount[]
  readonly debts: readonly LendingAmount[]
  /** Total of the debts, USD. */
  readonly debt: number
}

/**
 * Collateral that is enabled, and debts. Lending protocols hold no positions and no negative balances: those are named as
 * unsupported.
 */
export function lendingSide(reading: MarketReading, account: MarginAccount): LendingSide {
  for (const { instrument, size } of account.positions) if (size !== 0) reading.unsupported(instrument)
  const enabled = account.collateralAssets
  const collateral = heldAssets(account)
    .filter((asset) => enabled === undefined || enabled.includes(asset))
    .map((asset) => {
      const amount = account.balances[asset]!
      if (!(amount >= 0)) reading.lacks(`unsupported:negative-balance:${asset}`)
      return { asset, amount, value: amount * reading.assetPrice(asset) }
    })
  const owed = account.debts ?? {}
  const debts = Object.keys(owed)
    .filter((asset) => owed[asset] !== 0)
    .sort()
    .map((asset) => {
      const amount = owed[asset]!
      if (!(amount >= 0)) reading.lacks(`unsupported:negative-debt:${asset}`)
      return { asset, amount, value: amount * reading.assetPrice(asset) }
    })
  return { collateral, debts, debt: debts.reduce((sum, { value }) => sum + value, 0) }
}
