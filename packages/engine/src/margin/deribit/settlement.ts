import { type CollateralParameters, collateralParts } from '../collateral.js'
import type { MarginAccount, MarginBucket } from '../model.js'
import type { Parts } from '../outcome.js'
import type { MarketReading } from '../reading.js'

type OpenBucket = { name: string; equity: number; initialMargin: number; maintenanceMargin: number }

/** An account's collateral by settlement currency: each has its own margin balance where margin is segregated. */
export type SettlementAccounts = {
  readonly collateral: Parts
  bucket(currency: string): OpenBucket
  /** Sorted by currency. */
  buckets(): readonly MarginBucket[]
}

export function settleAccount(
  reading: MarketReading,
  account: MarginAccount,
  parameters: CollateralParameters,
): SettlementAccounts {
  const collateral = collateralParts(reading, account, parameters)
  const open = new Map<string, OpenBucket>()
  const bucket = (currency: string): OpenBucket => {
    const found = open.get(currency)
    if (found !== undefined) return found
    const equity = collateral[`collateral.${currency}`] ?? 0
    const fresh = { name: currency, equity, initialMargin: 0, maintenanceMargin: 0 }
    open.set(currency, fresh)
    return fresh
  }
  for (const part of Object.keys(collateral)) bucket(part.slice('collateral.'.length))
  return { collateral, bucket, buckets: () => [...open.keys()].sort().map((currency) => open.get(currency)!) }
}
