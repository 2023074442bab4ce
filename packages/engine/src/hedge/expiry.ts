import { log, normalCdf, type OptionRight } from '@holdfast/quant'

export type SettlementExposure = {
  /** ∂(payoff)/∂S of what has not fixed yet, per unit of the contract, base units; signed by the right. */
  readonly delta: number
  /** What the venue's ticker shows: the delta of the option on spot, decayed linearly by the share that has fixed. */
  readonly venueDelta: number
}

/**
 * Our own exposure to a contract while its settlement average forms: an option on the average, of which a share f has fixed at A.
 *
 *   payoff = max(w(f A + (1 − f) Ā − K), 0),   Ā ≈ lognormal with mean S and variance σ²τ/3,
 *   delta = (1 − f) w N(w d1),   d1 = ln((1 − f) S/(K − f A))/s + s/2,   s = σ √(τ/3)
 *
 * Where what has fixed already exceeds the strike (K ≤ f A) a call is a sure forward, 1 − f, and a put is worth nothing. The venue's
 * figure (1 − f) w N(w d1(S, K, σ√τ)) does not know A: near the strike the two differ, and it is A that decides.
 * Limits: 0 at f = 1; at f = 0 the delta of an option on the whole average.
 *
 * @param average - A, mean of the fixings so far, quote per base; not read at f = 0.
 * @param fixed - f, 0 … 1.
 * @param yearsLeft - τ, years, ≥ 0.
 * @returns undefined where an input is not known.
 * @see docs.deribit.com, "Settlement": the delivery price is the mean of the index in the last 30 minutes.
 */
export function settlementExposure(option: {
  readonly right: OptionRight
  readonly strike: number
  readonly spot: number
  readonly vol: number
  readonly average: number
  readonly fixed: number
  readonly yearsLeft: number
}): SettlementExposure | undefined {
  const { right, strike, spot, vol, fixed, yearsLeft } = option
  const average = fixed === 0 ? spot : option.average
  if (!(strike > 0 && spot > 0 && vol >= 0 && average > 0 && fixed >= 0 && fixed <= 1 && yearsLeft >= 0)) {
    return undefined
  }
  const w = right === 'call' ? 1 : -1
  const open = 1 - fixed
  const rest = strike - fixed * average
  const venueDelta = open * w * exercised(w, spot, strike, vol * Math.sqrt(yearsLeft))
  if (open === 0) return { delta: 0, venueDelta }
  if (rest <= 0) return { delta: w > 0 ? open : 0, venueDelta }
  return { delta: open * w * exercised(w, open * spot, rest, vol * Math.sqrt(yearsLeft / 3)), venueDelta }
}

/** N(w d1), and its limit where nothing can move any more: 1, ½ or 0. */
function exercised(w: 1 | -1, forward: number, strike: number, deviation: number): number {
  if (deviation === 0) return forward === strike ? 0.5 : w * (forward - strike) > 0 ? 1 : 0
  return normalCdf(w * (log(forward / strike) / deviation + deviation / 2))
}

export type DeliveryStep = {
  /** What of the expiring delta has turned into money at the average so far, base units, signed. */
  readonly delivered: number
  /** What the perpetual must hold in its place, and what of that is still to be traded now. */
  readonly held: number
  readonly trade: number
}

/**
 * Synthetic delivery: as the average fixes a share f of the contract, a perpetual takes its place in step, so that the desk's delta
 * stays what it was when the window began, and the price it pays is the settlement price itself.
 *
 *   held = Δ₀ · f,   trade = Δ₀ · f − replaced
 *
 * @param expiringDelta - Δ₀: delta of the expiring contracts when the window began, base units, signed.
 * @param fixed - f, 0 … 1.
 * @param replaced - what the perpetual holds for it already, base units, signed.
 */
export function syntheticDelivery(expiringDelta: number, fixed: number, replaced: number): DeliveryStep | undefined {
  if (!(fixed >= 0 && fixed <= 1) || !Number.isFinite(expiringDelta + replaced)) return undefined
  const delivered = expiringDelta * fixed
  return { delivered, held: delivered, trade: delivered - replaced }
}

/**
 * Pin risk: how many deviations of what has not fixed yet the forward lies from a strike. Below about 2 the delta of the expiring
 * contract may still go to either end, and the hedge of its middle is right for neither.
 *
 *   z = |ln(F/K)| / (σ √(τ/3))
 *
 * @returns ≥ 0; Infinity where nothing can move any more and F ≠ K; NaN where an input is not known.
 */
export function pinDeviations(forward: number, strike: number, vol: number, yearsLeft: number): number {
  if (!(forward > 0 && strike > 0 && vol >= 0 && yearsLeft >= 0)) return Number.NaN
  const distance = Math.abs(log(forward / strike))
  return distance === 0 ? 0 : distance / (vol * Math.sqrt(yearsLeft / 3))
}
