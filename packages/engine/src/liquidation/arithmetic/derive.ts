/**
 * Derive's Dutch auction: closed forms of src/liquidation/DutchAuction.sol (derivexyz/v2-core at 7736900d; facts, own notation). Margins
 * are net (below 0: in breach), money is in cash, shares are of the whole portfolio as it stands.
 */

export type DeriveAuctionParameters = {
  /** Share of the mark value asked at the start, at the end of the fast phase; it then falls to 0 over the slow phase. */
  readonly startPct: number
  readonly cutoffPct: number
  /** Seconds of the fast, slow and insolvent phases. */
  readonly fastLen: number
  readonly slowLen: number
  readonly insolventLen: number
  /** Fee to the security module, share of what is liquidated at the start. */
  readonly feeRate: number
  /** Share of the distance between mark value and margin by which an auction goes beyond maintenance. */
  readonly bufferPct: number
}

/** An account under auction. `reservedCash`: paid in by earlier bidders, kept for the owner. */
export type DeriveAuctionAccount = {
  readonly maintenanceMargin: number
  readonly markToMarket: number
  readonly reservedCash: number
}

/** Share of the mark value asked `elapsed` seconds after the start of a solvent auction, 1 … 0. */
export function solventDiscount(parameters: DeriveAuctionParameters, elapsed: number): number {
  const { startPct, cutoffPct, fastLen, slowLen } = parameters
  if (elapsed < fastLen) return startPct - ((startPct - cutoffPct) * elapsed) / fastLen
  return Math.max(0, cutoffPct * (1 - (elapsed - fastLen) / slowLen))
}

/** BM = MM + bufferPct · (MM − MtM): an auction runs until it is not below 0. */
export function bufferMargin(
  parameters: DeriveAuctionParameters,
  maintenanceMargin: number,
  markToMarket: number,
): number {
  return maintenanceMargin + parameters.bufferPct * (maintenanceMargin - markToMarket)
}

/**
 * Largest share that a bid may take, in [0, 1].
 *
 *   f = BM / (BM − MtM · d − R · (1 − d)),  BM not above 0;  1 where MtM is below the cut-off
 *
 * @param smallestMarkToMarket - accounts worth less are sold whole, cash.
 */
export function maximalShare(
  account: DeriveAuctionAccount,
  parameters: DeriveAuctionParameters,
  discount: number,
  smallestMarkToMarket = 0,
): number {
  const { markToMarket, reservedCash } = account
  if (markToMarket < smallestMarkToMarket) return 1
  const buffer = Math.min(0, bufferMargin(parameters, account.maintenanceMargin, markToMarket))
  if (buffer === 0) return 0
  const share = buffer / (buffer - markToMarket * discount - reservedCash * (1 - discount))
  return Math.max(0, Math.min(1, share))
}

/** Price of the whole portfolio: (MtM − R) · d, cash; not below 0. */
export function solventPrice(
  account: DeriveAuctionAccount,
  parameters: DeriveAuctionParameters,
  elapsed: number,
): number {
  return Math.max(0, account.markToMarket - account.reservedCash) * solventDiscount(parameters, elapsed)
}

export type DeriveBid = {
  readonly share: number
  readonly maximalShare: number
  readonly cashFromBidder: number
  /** Whether this bid took the largest share, which ends the auction. */
  readonly ends: boolean
  readonly after: DeriveAuctionAccount
}

/**
 * A bid for a share of a solvent auction, cut to the maximal one.
 *
 *   cash = (MtM − R) · d · f;   MtM′ = (MtM − R)(1 − f) + R + cash,   MM′ = (MM − R)(1 − f) + R + cash,   R′ = R + cash
 */
export function solventBid(
  account: DeriveAuctionAccount,
  parameters: DeriveAuctionParameters,
  elapsed: number,
  wantedShare: number,
  smallestMarkToMarket = 0,
): DeriveBid {
  const discount = solventDiscount(parameters, elapsed)
  const most = maximalShare(account, parameters, discount, smallestMarkToMarket)
  const share = Math.min(wantedShare, most)
  const { markToMarket, maintenanceMargin, reservedCash } = account
  const cashFromBidder = solventPrice(account, parameters, elapsed) * share
  const kept = reservedCash + cashFromBidder
  return {
    share,
    maximalShare: most,
    cashFromBidder,
    ends: share >= most,
    after: {
      markToMarket: (markToMarket - reservedCash) * (1 - share) + kept,
      maintenanceMargin: (maintenanceMargin - reservedCash) * (1 - share) + kept,
      reservedCash: kept,
    },
  }
}

/** Fee at the start of a solvent auction: feeRate · f(d = 1, R = 0) · MtM. */
export function startFee(
  account: DeriveAuctionAccount,
  parameters: DeriveAuctionParameters,
  smallestMarkToMarket = 0,
): number {
  if (!(account.markToMarket > 0)) return 0
  const share = maximalShare({ ...account, reservedCash: 0 }, parameters, 1, smallestMarkToMarket)
  return parameters.feeRate * share * account.markToMarket
}

/**
 * Cash paid to whoever takes a share of an insolvent account: −(m + (MM − m) · t/L) · share with m = min(MtM, 0); −MM · share
 * from L on. Never below 0.
 */
export function insolventPayout(
  account: Pick<DeriveAuctionAccount, 'maintenanceMargin' | 'markToMarket'>,
  insolventLen: number,
  elapsed: number,
  share: number,
): number {
  const start = Math.min(account.markToMarket, 0)
  const progress = insolventLen === 0 ? 1 : Math.min(1, elapsed / insolventLen)
  return Math.max(0, -(start + (account.maintenanceMargin - start) * progress) * share)
}

export type DeriveTermination = {
  readonly canTerminate: boolean
  /** What the account would start again as, now. */
  readonly restartMode: 'solvent' | 'insolvent' | 'none'
}

/**
 * Whether an auction may be ended: solvent at BM ≥ 0, or where nothing is left to sell (MtM < 0 or R ≥ MtM); insolvent at MM ≥ 0.
 */
export function termination(
  account: DeriveAuctionAccount,
  parameters: DeriveAuctionParameters,
  mode: 'solvent' | 'insolvent',
): DeriveTermination {
  const { maintenanceMargin, markToMarket, reservedCash } = account
  const restartMode = maintenanceMargin >= 0 ? 'none' : markToMarket > 0 ? 'solvent' : 'insolvent'
  if (mode === 'insolvent') return { canTerminate: maintenanceMargin >= 0, restartMode }
  const whole = bufferMargin(parameters, maintenanceMargin, markToMarket) >= 0
  const nothingLeft = markToMarket < 0 || (reservedCash > 0 && reservedCash >= markToMarket)
  return { canTerminate: whole || nothingLeft, restartMode }
}

/** Withdrawals stop while insolvent auctions could cost more than the security module holds. */
export function withdrawalsBlocked(insolventMaintenanceMargins: number, securityModuleCash: number): boolean {
  return Math.abs(insolventMaintenanceMargins) > securityModuleCash
}
