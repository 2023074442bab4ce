import { InputError, requireFinite, requirePositive } from '../inputError.js'
import type { Payoff } from '../instrument.js'
import { exp } from '../math/exp.js'
import { log1p } from '../math/log.js'

/** Spot, perpetuals and dated futures. Sizes are signed, long positive: base units when linear, quote when inverse. */

/** A fill, or a lot of a position: signed size and the price it was done at. */
export type Fill = {
  readonly size: number
  /** Quote per base, > 0. */
  readonly price: number
}

/**
 * Profit and loss of a position from its entry to a price.
 *
 *   linear:  size · (exit − entry), quote asset        inverse:  size · (1/entry − 1/exit), base asset
 *
 * @param payoff - `linear` (also spot), sized in base; `inverse`, sized in quote (USD of notional).
 * @param size - signed, long positive.
 * @param entryPrice - average entry, quote per base, > 0.
 * @param exitPrice - exit or mark, quote per base, > 0.
 * @returns signed, in the asset of settlement.
 * @throws {InputError} where an input is NaN or outside its range.
 * @example contractPnl('inverse', 100_000, 50_000, 80_000) // 0.75
 */
export function contractPnl(payoff: Payoff, size: number, entryPrice: number, exitPrice: number): number {
  requireFinite('size', size)
  requirePositive('entryPrice', entryPrice)
  requirePositive('exitPrice', exitPrice)
  // For inverse contracts as one quotient: 1/entry − 1/exit would cancel for small moves.
  return payoff === 'linear'
    ? size * (exitPrice - entryPrice)
    : (size * ((exitPrice - entryPrice) / entryPrice)) / exitPrice
}

/**
 * Average entry price of fills: Σ size·price/Σ size when linear, the harmonic mean Σ size/Σ(size/price) when inverse, so
 * that the P&L of the whole equals the sum of the P&Ls.
 *
 * @param fills - at least one, all of the same sign, none of size 0.
 * @throws {InputError} where there is none, signs differ or a price is not > 0.
 * @example averageEntryPrice('inverse', [{ size: 1, price: 40_000 }, { size: 1, price: 60_000 }]) // 48_000
 */
export function averageEntryPrice(payoff: Payoff, fills: readonly Fill[]): number {
  const sign = fills[0] === undefined ? 0 : Math.sign(fills[0].size)
  let size = 0
  let weighted = 0
  for (const fill of fills) {
    if (!(requireFinite('size', fill.size) * sign > 0)) {
      throw new InputError('size', fill.size, 'not 0 and of the same sign in all fills; net closing fills first')
    }
    requirePositive('price', fill.price)
    size += fill.size
    weighted += payoff === 'linear' ? fill.size * fill.price : fill.size / fill.price
  }
  if (sign === 0) throw new InputError('fills', fills.length, 'a list of at least one fill of size other than 0')
  return payoff === 'linear' ? weighted / size : size / weighted
}

/** Value and slopes of a position in a spot, perpetual or future at its mark. */
export type ContractGreeks = {
  /** Unrealised P&L since entry, asset of settlement (quote when linear, base when inverse). */
  readonly pnl: number
  /** |size| valued at mark, quote, ≥ 0. */
  readonly notional: number
  /** ∂(pnl)/∂mark: asset of settlement per 1.00 of mark. */
  readonly pnlDelta: number
  /** ∂²(pnl)/∂mark². */
  readonly pnlGamma: number
  /** Base-equivalent exposure of the contract: size when linear, size/mark when inverse. */
  readonly delta: number
  /** delta · mark, quote. */
  readonly cashDelta: number
}

/**
 * P&L and Greeks of a position. The value of the coin in which an inverse contract's P&L is held is not part of it: that
 * belongs to the collateral.
 *
 *   inverse:  pnl = size (1/entry − 1/mark), ∂pnl/∂mark = size/mark², ∂²pnl/∂mark² = −2 size/mark³
 *
 * @throws {InputError} where an input is NaN or outside its range.
 */
export function contractGreeks(payoff: Payoff, size: number, entryPrice: number, markPrice: number): ContractGreeks {
  const pnl = contractPnl(payoff, size, entryPrice, markPrice)
  if (payoff === 'linear') {
    const cashDelta = size * markPrice
    return { pnl, notional: Math.abs(cashDelta), pnlDelta: size, pnlGamma: 0, delta: size, cashDelta }
  }
  const delta = size / markPrice
  return {
    pnl,
    notional: Math.abs(size),
    pnlDelta: delta / markPrice,
    pnlGamma: (-2 * delta) / markPrice / markPrice,
    delta,
    cashDelta: size,
  }
}

/**
 * Forward price of an asset, F = S e^((r − q)T).
 *
 * @throws {InputError} where an input is NaN or outside its range.
 */
export function forwardPrice(spot: number, rate: number, dividendYield: number, yearsToExpiry: number): number {
  requirePositive('spot', spot)
  const growth = requireFinite('rate', rate) - requireFinite('dividendYield', dividendYield)
  if (!(yearsToExpiry >= 0)) throw new InputError('yearsToExpiry', yearsToExpiry, 'a finite number >= 0')
  return requirePositive('forward', spot * exp(growth * yearsToExpiry))
}

/**
 * Annualised basis of a future over the index, ln(F/S)/T; continuous, decimal.
 *
 * @param yearsToExpiry - T > 0.
 * @throws {InputError} where an input is NaN or outside its range.
 */
export function annualisedBasis(futurePrice: number, indexPrice: number, yearsToExpiry: number): number {
  requirePositive('futurePrice', futurePrice)
  requirePositive('indexPrice', indexPrice)
  return log1p((futurePrice - indexPrice) / indexPrice) / requirePositive('yearsToExpiry', yearsToExpiry)
}

/** Constants of a perpetual's funding; a venue publishes its own. */
export type FundingTerms = {
  /** Premiums within ± this pay nothing, per interval. */
  readonly dampener: number
  /** The rate is kept within ± this, per interval. */
  readonly rateMax: number
  /** Hours to which the rate refers. */
  readonly intervalHours: number
}

/** Deribit's BTC and ETH perpetuals: ± 0.025 % free, ± 0.5 % at most, per 8 hours. */
export const DERIBIT_FUNDING: FundingTerms = { dampener: 0.00025, rateMax: 0.005, intervalHours: 8 }

/**
 * Funding rate of a perpetual from its premium, per interval.
 *
 *   rate = max(d, p) + min(−d, p), kept within ± rateMax, p = (mark − index)/index
 *
 * @param premium - p, decimal; > 0 where the perpetual trades above its index.
 * @returns > 0: longs pay shorts.
 * @throws {InputError} where an input is NaN or outside its range.
 * @example fundingRate(0.001, DERIBIT_FUNDING) // 0.00075
 */
export function fundingRate(premium: number, terms: FundingTerms): number {
  const p = requireFinite('premium', premium)
  const rate = Math.max(terms.dampener, p) + Math.min(-terms.dampener, p)
  return Math.max(-terms.rateMax, Math.min(terms.rateMax, rate))
}

/**
 * Cash flow of funding to a position over a stretch of time: −exposure · rate · hours/intervalHours.
 *
 * @param size - signed; base when linear, quote when inverse.
 * @param indexPrice - quote per base, > 0: values a linear position in quote, an inverse one in base.
 * @param rate - per interval, > 0: longs pay.
 * @param hours - ≥ 0; venues that accrue by the minute are summed minute by minute.
 * @returns signed, asset of settlement; < 0 is paid.
 * @throws {InputError} where an input is NaN or outside its range.
 */
export function fundingPayment(
  payoff: Payoff,
  size: number,
  indexPrice: number,
  rate: number,
  hours: number,
  terms: FundingTerms,
): number {
  requireFinite('size', size)
  requirePositive('indexPrice', indexPrice)
  requireFinite('rate', rate)
  if (!(hours >= 0 && hours < Infinity)) throw new InputError('hours', hours, 'a finite number >= 0')
  const exposure = payoff === 'linear' ? size * indexPrice : size / indexPrice
  return -exposure * rate * (hours / requirePositive('intervalHours', terms.intervalHours))
}
