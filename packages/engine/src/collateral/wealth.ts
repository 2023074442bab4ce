import { parseInstrumentKey } from '@holdfast/quant'
import type { AccountAssessment } from '../assess/assessment.js'

/**
 * Net asset value of an account, USD, before haircuts: Σ balance · price + Σ value of positions (options at their marks,
 * futures at their profit). Undefined where any part of it is not known.
 */
export function netAssetValue(account: AccountAssessment): number | undefined {
  if (account.balances === undefined || account.missing.length > 0) return undefined
  let sum = 0
  for (const { amount, price } of account.balances) sum += price === undefined ? Number.NaN : amount * price
  for (const { value } of account.positions) sum += value ?? Number.NaN
  return Number.isFinite(sum) ? sum : undefined
}

/** Units of the underlying that an account's value moves by: what it holds as balance, and what its positions' delta is. */
export type Exposure = {
  readonly balance: number
  /** Black–Scholes delta of options, base units, and of everything else. */
  readonly options: number
  readonly linear: number
  readonly total: number
}

/**
 * Exposure to an underlying, base units: dV/dS = balance + Σ delta. Undefined where a balance or delta is not known. Spot
 * positions stand in the balance once they are traded; one that a statement lists counts with its delta.
 */
export function exposureTo(account: AccountAssessment, underlying: string): Exposure | undefined {
  if (account.balances === undefined || account.missing.length > 0) return undefined
  const balance = account.balances.find(({ asset }) => asset === underlying)?.amount ?? 0
  let options = 0
  let linear = 0
  for (const { instrument: key, delta } of account.positions) {
    const instrument = parseInstrumentKey(key)
    if (instrument?.underlying !== underlying) continue
    if (instrument.kind === 'option') options += delta ?? Number.NaN
    else linear += delta ?? Number.NaN
  }
  const total = balance + options + linear
  return Number.isFinite(total) ? { balance, options, linear, total } : undefined
}
