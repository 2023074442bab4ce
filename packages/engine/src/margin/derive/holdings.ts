import type { OptionRight } from '@holdfast/quant'
import type { MarginAccount } from '../model.js'
import type { MarketReading } from '../reading.js'
import { heldAssets } from '../valuation.js'

/** The settlement price of an expiry is the average over this window before it. */
const SETTLEMENT_WINDOW_SECONDS = 1800

export type DeriveOption = {
  readonly right: OptionRight
  readonly strike: number
  readonly size: number
  readonly vol: number
}

/** All options of one expiry. */
export type DeriveExpiry = {
  readonly expiry: number
  readonly seconds: number
  readonly years: number
  /** The forward's two parts, USD: what the settlement average has fixed, and what still moves with spot. */
  readonly fixed: number
  readonly variable: number
  /** Continuous annual rate, not below 0. */
  readonly rate: number
  /** Least confidence of forward, rate and vol feed of this expiry. */
  readonly confidence: number
  readonly options: readonly DeriveOption[]
}

/** Everything that an account holds in one underlying, arranged as Derive's managers do. */
export type DeriveHoldings = {
  readonly underlying: string
  readonly spot: number
  readonly spotConfidence: number
  readonly perpetual: {
    readonly size: number
    readonly price: number
    /** Unrealised P&L and funding, in cash. */
    readonly value: number
    readonly confidence: number
  }
  /** By time to expiry. */
  readonly expiries: readonly DeriveExpiry[]
}

/**
 * Arranges the positions of one underlying. What cannot be held at Derive (inverse contracts, dated futures, spot as a
 * position) is named as unsupported.
 *
 * @param needsRates - whether the manager reads the interest rate feed.
 */
export function deriveHoldings(
  reading: MarketReading,
  account: MarginAccount,
  underlying: string,
  needsRates: boolean,
): DeriveHoldings {
  const perpetual = { size: 0, price: 0, value: 0, confidence: 1 }
  const byExpiry = new Map<number, DeriveOption[]>()
  for (const position of account.positions) {
    const { instrument, size } = position
    if (instrument.underlying !== underlying || size === 0) continue
    if (instrument.kind === 'option' && instrument.payoff === 'linear') {
      const vol = reading.impliedVol(underlying, instrument.expiry, instrument.strike)
      const options = byExpiry.get(instrument.expiry) ?? []
      options.push({ right: instrument.right, strike: instrument.strike, size, vol })
      byExpiry.set(instrument.expiry, options)
    } else if (instrument.kind === 'perpetual' && instrument.payoff === 'linear') {
      perpetual.size += size
      perpetual.price = reading.mark(instrument)
      perpetual.value += cashPnl(reading, position)
      perpetual.confidence = reading.confidence({ kind: 'confidence', of: 'perpetual', underlying })
    } else reading.unsupported(instrument)
  }
  const expiries = [...byExpiry.keys()].sort((a, b) => a - b)
  return {
    underlying,
    spot: reading.index(underlying),
    spotConfidence: reading.indexConfidence(underlying),
    perpetual,
    expiries: expiries.map((expiry) => expiryHoldings(reading, underlying, expiry, byExpiry.get(expiry)!, needsRates)),
  }
}

function cashPnl(reading: MarketReading, position: MarginAccount['positions'][number]): number {
  const entry = reading.entryPrice(position)
  return position.size * (reading.mark(position.instrument) - entry) + (position.accruedFunding ?? 0)
}

function expiryHoldings(
  reading: MarketReading,
  underlying: string,
  expiry: number,
  options: readonly DeriveOption[],
  needsRates: boolean,
): DeriveExpiry {
  const seconds = reading.secondsTo(expiry)
  const forward = reading.forward(underlying, expiry)
  const fixedShare = Math.max(0, SETTLEMENT_WINDOW_SECONDS - seconds) / SETTLEMENT_WINDOW_SECONDS
  const fixed = reading.figureOr({ kind: 'forward-fixed', underlying, expiry }, forward * fixedShare)
  const confidenceOf = (of: 'forward' | 'rate' | 'vol') =>
    reading.confidence({ kind: 'confidence', of, underlying, expiry })
  const rate = needsRates ? Math.max(0, reading.figure({ kind: 'rate', underlying, expiry })) : 0
  const rateConfidence = needsRates ? confidenceOf('rate') : 1
  return {
    expiry,
    seconds,
    years: reading.yearsTo(expiry),
    fixed,
    variable: forward - fixed,
    rate,
    confidence: Math.min(confidenceOf('forward'), rateConfidence, confidenceOf('vol')),
    options,
  }
}

/**
 * Options short and not covered by a long of the same expiry and strike, whichever right: Σ_K max(0, −net size at K).
 */
export function nakedShorts(options: readonly DeriveOption[]): number {
  const net = new Map<number, number>()
  for (const { strike, size } of options) net.set(strike, (net.get(strike) ?? 0) + size)
  let naked = 0
  for (const size of net.values()) naked += Math.max(0, -size)
  return naked
}

/** The balances apart from cash. A debt in anything but cash cannot exist at Derive and is named as unsupported. */
export function deriveCollateral(
  reading: MarketReading,
  account: MarginAccount,
  cashAsset: string,
): readonly { readonly asset: string; readonly amount: number }[] {
  return heldAssets(account)
    .filter((asset) => asset !== cashAsset)
    .map((asset) => {
      const amount = account.balances[asset]!
      if (!(amount >= 0)) reading.lacks(`unsupported:negative-balance:${asset}`)
      return { asset, amount }
    })
}

/** The underlying of a manager that serves one: given, or that of the positions. */
export function oneUnderlying(
  reading: MarketReading,
  account: MarginAccount,
  given: string | undefined,
): string | undefined {
  const underlying = given ?? account.positions.find(({ size }) => size !== 0)?.instrument.underlying
  for (const { instrument, size } of account.positions) {
    if (size !== 0 && instrument.underlying !== underlying) reading.unsupported(instrument)
  }
  return underlying
}
