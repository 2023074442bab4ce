import { requireNonNegative, requirePositive } from '../inputError.js'
import type { OptionRight } from '../instrument.js'
import { normalCdf, normalPdf } from '../math/normal.js'
import { black76Partials, logMoneyness, signOf } from './black76.js'
import { DEVIATION_MIN, exercised } from './partials.js'

/** Names of the measures of a coin-settled option. */
export const INVERSE_MEASURES = [
  'priceCoin',
  'price',
  'delta',
  'netTransactionDelta',
  'coinDelta',
  'coinGamma',
  'coinVega',
  'coinTheta',
  'coinVanna',
  'coinVolga',
  'hedgeNotional',
] as const

export type InverseMeasure = (typeof INVERSE_MEASURES)[number]

/** Measures of a coin-settled option for one unit of base; the position's sign and size are not included. */
export type InverseMeasures = {
  /** m, coin: undiscounted Black-76 divided by the forward. */
  readonly priceCoin: number
  /** m F, USD. */
  readonly price: number
  /** w N(w d1): the Black–Scholes delta that a ticker shows. */
  readonly delta: number
  /** delta − m = w (K/F) N(w d2): coins of exposure that are left when the premium is paid in coin. */
  readonly netTransactionDelta: number
  /** ∂m/∂F, coin per USD. */
  readonly coinDelta: number
  /** ∂²m/∂F². */
  readonly coinGamma: number
  /** ∂m/∂σ per 1.00. */
  readonly coinVega: number
  /** −∂m/∂T per year. */
  readonly coinTheta: number
  /** ∂²m/∂F∂σ. */
  readonly coinVanna: number
  /** ∂²m/∂σ². */
  readonly coinVolga: number
  /** w K N(w d2), USD of inverse perpetual to short so that the coin P&L is flat; negative: to hold long. */
  readonly hedgeNotional: number
}

/**
 * Price and Greeks of a coin-settled (inverse) European option.
 *
 *   m = w (N(w d1) − (K/F) N(w d2)),  ∂m/∂F = w (K/F²) N(w d2),  d1,2 = ln(F/K)/(σ√T) ± σ√T/2
 *
 * Parity in coin: C − P = 1 − K/F. Limits: at T = 0 or σ = 0 those of the intrinsic value; at the kink F = K slopes are
 * halved, coinVega and coinVanna are their limits for σ → 0, and what is infinite there is given as 0.
 *
 * @param right - call or put.
 * @param forward - F of this expiry, quote per base, > 0.
 * @param strike - K, quote per base, > 0.
 * @param yearsToExpiry - T, years (ACT/365), ≥ 0.
 * @param vol - σ, annualised decimal, ≥ 0.
 * @throws {InputError} where an input is NaN or outside its range.
 * @see Deribit, "Inverse options" (contract specification); J. Hull, "Options, futures and other derivatives", ch. 18.
 * @example inverseOptionMeasures('call', 100_000, 110_000, 0.25, 0.6).priceCoin // 0.0814…
 */
export function inverseOptionMeasures(
  right: OptionRight,
  forward: number,
  strike: number,
  yearsToExpiry: number,
  vol: number,
): InverseMeasures {
  requirePositive('forward', forward)
  requirePositive('strike', strike)
  requireNonNegative('yearsToExpiry', yearsToExpiry)
  requireNonNegative('vol', vol)
  const w = signOf(right)
  const sqrtT = Math.sqrt(yearsToExpiry)
  const s = vol * sqrtT
  const k = logMoneyness(forward, strike)
  const { value, f: delta } = black76Partials(w, forward, strike, k, s)
  const atLimit = !(s >= DEVIATION_MIN)
  const d1 = atLimit ? 0 : k / s + 0.5 * s
  const d2 = atLimit ? 0 : k / s - 0.5 * s
  const density = atLimit && k !== 0 ? 0 : normalPdf(d1)
  const strikeShare = atLimit ? exercised(w * (forward - strike)) : normalCdf(w * d2)
  const hedgeNotional = w * strike * strikeShare
  const smooth = density !== 0 && !atLimit
  return {
    priceCoin: value / forward,
    price: value,
    delta,
    netTransactionDelta: hedgeNotional / forward,
    coinDelta: hedgeNotional / forward / forward,
    // K φ(d2) = F φ(d1)
    coinGamma: ((smooth ? density / s : 0) - (2 * hedgeNotional) / forward) / forward / forward,
    coinVega: density * sqrtT,
    coinTheta: smooth ? (-0.5 * density * vol) / sqrtT : 0,
    coinVanna: smooth ? (-sqrtT * density * d1) / s / forward : (-0.5 * density * sqrtT) / forward,
    coinVolga: smooth ? (yearsToExpiry * density * d1 * d2) / s : 0,
    hedgeNotional,
  }
}
