import { LiquidationArithmeticError } from './error.js'
import { minBig, powerOfTen } from './integer.js'

/**
 * Maker Liquidations 2.0 in the contracts' own integers (makerdao/dss at fa4f6630, src/dog.sol, clip.sol, abaci.sol; facts, own
 * notation): wad 1e18, ray 1e27, rad 1e45.
 */

export const WAD = powerOfTen(18)
export const RAY = powerOfTen(27)

/** Product of two rays, rounded down. */
export function rmul(a: bigint, b: bigint): bigint {
  return (a * b) / RAY
}

/** A ray to a whole power, rounded to nearest at each multiplication. */
export function rpow(base: bigint, exponent: bigint): bigint {
  const half = RAY / 2n
  let power = base
  let result = exponent % 2n === 0n ? RAY : base
  for (let n = exponent / 2n; n > 0n; n /= 2n) {
    power = (power * power + half) / RAY
    if (n % 2n === 1n) result = (result * power + half) / RAY
  }
  return result
}

/** Price of an auction by time since its start, ray. */
export type MakerCurve =
  /** top · (1 − t/tau), 0 from tau on. */
  | { readonly kind: 'linear'; readonly tauSeconds: bigint }
  /** top · cut^⌊t/step⌋. */
  | { readonly kind: 'stair-step'; readonly cutRay: bigint; readonly stepSeconds: bigint }
  /** top · cut^t. */
  | { readonly kind: 'exponential'; readonly cutRay: bigint }

export function curvePrice(curve: MakerCurve, topRay: bigint, elapsedSeconds: bigint): bigint {
  switch (curve.kind) {
    case 'linear':
      if (elapsedSeconds >= curve.tauSeconds) return 0n
      return rmul(topRay, ((curve.tauSeconds - elapsedSeconds) * RAY) / curve.tauSeconds)
    case 'stair-step':
      return rmul(topRay, rpow(curve.cutRay, elapsedSeconds / curve.stepSeconds))
    case 'exponential':
      return rmul(topRay, rpow(curve.cutRay, elapsedSeconds))
  }
}

export type MakerBark = {
  /** Debt and collateral taken, wad; debt to raise, rad; what the vault keeps, wad. */
  readonly dart: bigint
  readonly dink: bigint
  readonly tabRad: bigint
  readonly inkLeft: bigint
  readonly artLeft: bigint
}

/**
 * How much of an unsafe vault goes to auction.
 *
 *   dart = min(art, room/rate/chop);  all of it where what is left would be dust;  dink = ink · dart/art
 *
 * @throws {LiquidationArithmeticError} `DUSTY_AUCTION` where the room is too small for an auction that is not dust itself;
 * `NULL_AUCTION` where no collateral would move.
 */
export function bark(vault: {
  readonly inkWad: bigint
  readonly artWad: bigint
  readonly rateRay: bigint
  readonly chopWad: bigint
  readonly roomRad: bigint
  readonly dustRad: bigint
}): MakerBark {
  const { inkWad, artWad, rateRay, chopWad, dustRad } = vault
  let dart = minBig(artWad, (vault.roomRad * WAD) / rateRay / chopWad)
  if (artWad > dart) {
    if ((artWad - dart) * rateRay < dustRad) dart = artWad
    else if (dart * rateRay < dustRad) {
      throw new LiquidationArithmeticError(
        'DUSTY_AUCTION',
        'the room under the cap is too small for an auction above dust',
      )
    }
  }
  const dink = artWad === 0n ? 0n : (inkWad * dart) / artWad
  if (dink === 0n) throw new LiquidationArithmeticError('NULL_AUCTION', 'no collateral would be auctioned')
  return { dart, dink, tabRad: (dart * rateRay * chopWad) / WAD, inkLeft: inkWad - dink, artLeft: artWad - dart }
}

/** Start price of an auction: feed/par · buffer, ray. */
export function auctionTop(feedRay: bigint, bufRay: bigint): bigint {
  return rmul(feedRay, bufRay)
}

/** What a keeper gets for starting an auction: tip + chip · tab, rad. */
export function kickReward(tipRad: bigint, chipWad: bigint, tabRad: bigint): bigint {
  return tipRad + (tabRad * chipWad) / WAD
}

/** The same for a restart, but only while both what is to raise and what is for sale are worth more than dust. */
export function redoReward(input: {
  readonly tipRad: bigint
  readonly chipWad: bigint
  readonly chostRad: bigint
  readonly tabRad: bigint
  readonly lotWad: bigint
  readonly feedRay: bigint
}): bigint {
  const worth = input.tabRad >= input.chostRad && input.lotWad * input.feedRay >= input.chostRad
  return worth ? kickReward(input.tipRad, input.chipWad, input.tabRad) : 0n
}

/** Whether an auction must be started again: too old, or too far below its top. */
export function needsRedo(input: {
  readonly elapsedSeconds: bigint
  readonly tailSeconds: bigint
  readonly priceRay: bigint
  readonly topRay: bigint
  readonly cuspRay: bigint
}): boolean {
  return input.elapsedSeconds > input.tailSeconds || (input.priceRay * RAY) / input.topRay < input.cuspRay
}

export type MakerTake = {
  readonly slice: bigint
  readonly oweRad: bigint
  readonly tabLeftRad: bigint
  readonly lotLeft: bigint
  /** `sold-out`: nothing left to sell, what is still to raise is bad debt; `raised`: the rest of the lot goes back to its owner. */
  readonly status: 'running' | 'sold-out' | 'raised'
}

/**
 * A purchase from an auction.
 *
 *   slice = min(lot, wanted), owe = min(slice · price, tab);  a part must leave tab ≥ chost, or the slice is made smaller
 *
 * @throws {LiquidationArithmeticError} `NO_PARTIAL_PURCHASE` where so little is to raise that only the whole lot may be bought.
 */
export function take(auction: {
  readonly tabRad: bigint
  readonly lotWad: bigint
  readonly priceRay: bigint
  readonly amtWad: bigint
  readonly chostRad: bigint
}): MakerTake {
  const { tabRad, lotWad, priceRay, chostRad } = auction
  let slice = minBig(lotWad, auction.amtWad)
  let oweRad = slice * priceRay
  if (oweRad > tabRad) {
    oweRad = tabRad
    slice = oweRad / priceRay
  } else if (oweRad < tabRad && slice < lotWad && tabRad - oweRad < chostRad) {
    if (tabRad <= chostRad) {
      throw new LiquidationArithmeticError(
        'NO_PARTIAL_PURCHASE',
        'so little is left to raise that only the whole lot may be bought',
      )
    }
    oweRad = tabRad - chostRad
    slice = oweRad / priceRay
  }
  const tabLeftRad = tabRad - oweRad
  const lotLeft = lotWad - slice
  const status = lotLeft === 0n ? 'sold-out' : tabLeftRad === 0n ? 'raised' : 'running'
  return { slice, oweRad, tabLeftRad, lotLeft, status }
}
