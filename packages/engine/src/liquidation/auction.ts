import { type Money, moneyFromNumber } from '../book/money.js'
import { type AuctionCurve, curveShare } from './curve.js'
import { LiquidationError } from './error.js'
import { maxMoney, minMoney, ONE, shareFloor } from './fraction.js'

export type AuctionSettings = {
  readonly curve: AuctionCurve
  /** A solvent auction that has not sold enough after this becomes stale and is begun anew (or is insolvent by then). */
  readonly staleMs: number
  /** Over this time the payout of an insolvent auction grows from the deficit to the deficit plus maintenance margin. */
  readonly insolventMs: number
  /** The sale goes beyond maintenance by this share of the requirement. Fixed point, as all shares below. */
  readonly buffer: Money
  /** The smallest share a bid may ask, unless it takes all that is left to sell. */
  readonly minimumShare: Money
  /** Accounts worth less, in settlement money, are sold whole. */
  readonly smallestLot: Money
  /** Reward of who starts an auction: this share of maintenance margin, within the cap, and never more than equity bears. */
  readonly keeperShare: Money
  readonly keeperCap: Money
  /** The most maintenance margin under auction at once. */
  readonly cap: Money
}

/**
 * Account under auction, exact, settlement money. `equity` is marked without haircut, the reserve in it; `shortfall` of maintenance
 * is `maintenanceMargin − equity`.
 */
export type AuctionedAccount = {
  readonly equity: Money
  readonly maintenanceMargin: Money
  /** Cash paid in by earlier bidders: kept for the owner, not sold again. */
  readonly reserve: Money
}

/** Which phase an account calls for now; `none` where maintenance and buffer are met. */
export function auctionPhase(account: AuctionedAccount, settings: AuctionSettings): 'none' | 'solvent' | 'insolvent' {
  if (account.equity < 0n) return 'insolvent'
  return bufferShortfall(account, settings) > 0n ? 'solvent' : 'none'
}

/** maintenance · (1 + buffer) − equity: what a sale must still bring; ≤ 0 where nothing is missing. */
export function bufferShortfall(account: AuctionedAccount, settings: AuctionSettings): Money {
  return account.maintenanceMargin + (account.maintenanceMargin * settings.buffer) / ONE - account.equity
}

/**
 * The largest share that may be sold at a price share d of value: after it the account meets maintenance and buffer, no more.
 *
 *   M(1 + b)(1 − f) = E − f · V · (1 − d),  V = E − R    so    f = (M(1 + b) − E) / (M(1 + b) − V(1 − d))
 *
 * In (0, 1] while E ≥ 0; 1 where the account is below the smallest lot. Rounded up to a unit, so that the sale suffices.
 */
export function maximalAuctionShare(account: AuctionedAccount, settings: AuctionSettings, priceShare: Money): Money {
  const missing = bufferShortfall(account, settings)
  if (missing <= 0n) return 0n
  const value = maxMoney(0n, account.equity - account.reserve)
  if (account.equity < settings.smallestLot) return ONE
  const required = account.maintenanceMargin + (account.maintenanceMargin * settings.buffer) / ONE
  const freed = required - (value * (ONE - priceShare)) / ONE
  return minMoney(ONE, -shareFloor(-missing, ONE, freed))
}

export type AuctionQuote = {
  readonly phase: 'none' | 'solvent' | 'insolvent'
  /** Share of value asked, fixed point; 0 when insolvent. */
  readonly priceShare: Money
  /** Price of everything that is for sale: > 0 the bidder pays, < 0 the bidder is paid. */
  readonly price: Money
  readonly maximalShare: Money
  /** Whether the auction is too old and must be begun anew. */
  readonly stale: boolean
}

/** What an auction asks `elapsedMs` after its start. */
export function quoteAuction(account: AuctionedAccount, settings: AuctionSettings, elapsedMs: number): AuctionQuote {
  const phase = auctionPhase(account, settings)
  if (phase === 'none') return { phase, priceShare: 0n, price: 0n, maximalShare: 0n, stale: false }
  if (phase === 'insolvent') {
    const payout = insolventPayout(account, settings, elapsedMs)
    return { phase, priceShare: 0n, price: -payout, maximalShare: ONE, stale: elapsedMs > settings.insolventMs }
  }
  const priceShare = fractionOf(curveShare(settings.curve, elapsedMs))
  const value = maxMoney(0n, account.equity - account.reserve)
  return {
    phase,
    priceShare,
    price: (value * priceShare) / ONE,
    maximalShare: maximalAuctionShare(account, settings, priceShare),
    stale: elapsedMs > settings.staleMs,
  }
}

/** D + M · min(1, t/T): from the deficit D to the deficit and all of the maintenance margin M. */
export function insolventPayout(account: AuctionedAccount, settings: AuctionSettings, elapsedMs: number): Money {
  const deficit = maxMoney(0n, -account.equity)
  const progress = settings.insolventMs === 0 ? ONE : fractionOf(Math.min(1, elapsedMs / settings.insolventMs))
  return deficit + (account.maintenanceMargin * progress) / ONE
}

export type AcceptedBid = {
  readonly ok: true
  /** Share of everything for sale that changes hands, at most the maximal. */
  readonly share: Money
  /** > 0: paid by the bidder, ≤ price; < 0: paid to the bidder. */
  readonly payment: Money
  /** Whether this bid took all that may be sold. */
  readonly ends: boolean
}
export type RefusedBid = {
  readonly ok: false
  readonly reason: 'nothing-for-sale' | 'share-not-positive' | 'below-minimum-share' | 'price-limit' | 'stale'
}

/**
 * Judges a bid: cut to the maximal share, refused below the minimum (dust) unless it takes all, and above the bidder's own limit.
 *
 * @param limit - the most to pay for the whole of what is for sale (signed: the least to be paid is its negative).
 */
export function judgeBid(
  quote: AuctionQuote,
  settings: AuctionSettings,
  wanted: Money,
  limit: Money,
): AcceptedBid | RefusedBid {
  if (quote.phase === 'none') return { ok: false, reason: 'nothing-for-sale' }
  if (quote.phase === 'solvent' && quote.stale) return { ok: false, reason: 'stale' }
  if (!(wanted > 0n)) return { ok: false, reason: 'share-not-positive' }
  const share = minMoney(wanted, quote.maximalShare)
  if (share < settings.minimumShare && share < quote.maximalShare) return { ok: false, reason: 'below-minimum-share' }
  if (quote.price > limit) return { ok: false, reason: 'price-limit' }
  // Towards the house: what is paid is rounded up, what is paid out is rounded down.
  const payment = -shareFloor(-quote.price, share, ONE)
  return { ok: true, share, payment, ends: share === quote.maximalShare }
}

/** Reward of who starts an auction: never more than the account's equity above what its restoration takes, 0 when insolvent. */
export function keeperReward(account: AuctionedAccount, settings: AuctionSettings): Money {
  const offered = minMoney(settings.keeperCap, (account.maintenanceMargin * settings.keeperShare) / ONE)
  return maxMoney(0n, minMoney(offered, account.equity))
}

function fractionOf(share: number): Money {
  const fraction = moneyFromNumber(share)
  if (fraction === undefined) throw new LiquidationError('INVALID_CURVE', `a share of ${share} is not a number`)
  return fraction
}
