import { scaledInitialMargin } from '../../margin/perpetual/dydxV4.js'
import { LiquidationArithmeticError } from './error.js'
import { absBig, divCeil, divFloor, maxBig, minBig } from './integer.js'

/**
 * dYdX v4 liquidation in the chain's own integers (dydxprotocol/v4-chain at 84d4664b, protocol/x/clob/keeper; facts, own notation).
 * Quote is in quantums of 1e-6 USD, base in the market's quantums.
 */

const PPM = 1_000_000n

export type DydxMarket = {
  /** Oracle price, quote quantums per base quantum, as a fraction. */
  readonly priceNumerator: bigint
  readonly priceDenominator: bigint
  readonly initialMarginPpm: bigint
  readonly maintenanceFractionPpm: bigint
}

export type DydxPosition = { readonly market: DydxMarket; readonly base: bigint }
export type DydxSubaccount = { readonly quote: bigint; readonly positions: readonly DydxPosition[] }

/** Value of a size, quote quantums, rounded down. */
export function netNotional(market: DydxMarket, base: bigint): bigint {
  return divFloor(base * market.priceNumerator, market.priceDenominator)
}

export function initialRequirement(market: DydxMarket, base: bigint): bigint {
  return divCeil(absBig(netNotional(market, base)) * market.initialMarginPpm, PPM)
}

export function maintenanceRequirement(market: DydxMarket, base: bigint): bigint {
  return divCeil(initialRequirement(market, base) * market.maintenanceFractionPpm, PPM)
}

export type DydxHealth = {
  readonly netCollateral: bigint
  readonly initialMargin: bigint
  readonly maintenanceMargin: bigint
}

export function health({ quote, positions }: DydxSubaccount): DydxHealth {
  let netCollateral = quote
  let initialMargin = 0n
  let maintenanceMargin = 0n
  for (const { market, base } of positions) {
    netCollateral += netNotional(market, base)
    initialMargin += initialRequirement(market, base)
    maintenanceMargin += maintenanceRequirement(market, base)
  }
  return { netCollateral, initialMargin, maintenanceMargin }
}

/** Liquidatable where there is a requirement and net collateral is below it. */
export function isLiquidatable(subaccount: DydxSubaccount): boolean {
  const { netCollateral, maintenanceMargin } = health(subaccount)
  return maintenanceMargin > 0n && netCollateral < maintenanceMargin
}

/**
 * Quote that a slice must bring so that the account loses its share of net collateral and no more.
 *
 *   B = −Δnotional − floor(TNC · |ΔMMR| / TMMR)           rounds in favour of the insurance fund
 *
 * @param index - the position that is closed.
 * @param deltaBase - change of its size: towards zero, not beyond.
 * @returns quote quantums: > 0 received by the account, < 0 paid.
 * @throws {LiquidationArithmeticError} `INVALID_DELTA` where the change does not reduce the position.
 */
export function bankruptcyQuote(subaccount: DydxSubaccount, index: number, deltaBase: bigint): bigint {
  const { market, base } = positionAt(subaccount, index)
  if (deltaBase === 0n || deltaBase < 0n === base < 0n || absBig(deltaBase) > absBig(base)) {
    throw new LiquidationArithmeticError(
      'INVALID_DELTA',
      `a change of ${deltaBase} does not reduce a position of ${base}`,
    )
  }
  const { netCollateral, maintenanceMargin } = health(subaccount)
  const deltaNotional = netNotional(market, base + deltaBase) - netNotional(market, base)
  const deltaMargin = absBig(maintenanceRequirement(market, base + deltaBase) - maintenanceRequirement(market, base))
  return -deltaNotional - divFloor(netCollateral * deltaMargin, maintenanceMargin)
}

export type Fraction = { readonly numerator: bigint; readonly denominator: bigint }

/**
 * Worst price at which a liquidation order may fill, quote per base quantum, as a reduced fraction.
 *
 *   (PNNV − ABR · SMMR · PMMR) / PS,   ABR = clamp(BA · (1 − TNC/TMMR), 0, 1)
 *
 * It slides away from the oracle as the account gets worse.
 */
export function fillablePrice(
  subaccount: DydxSubaccount,
  index: number,
  parameters: { readonly bankruptcyAdjustmentPpm: bigint; readonly spreadToMaintenanceMarginRatioPpm: bigint },
): Fraction {
  const { market, base } = positionAt(subaccount, index)
  const { netCollateral, maintenanceMargin } = health(subaccount)
  // ABR as a fraction over PPM · TMMR.
  const scale = PPM * maintenanceMargin
  const raw = parameters.bankruptcyAdjustmentPpm * (maintenanceMargin - netCollateral)
  const abr = maxBig(0n, minBig(scale, raw))
  const spread = abr * parameters.spreadToMaintenanceMarginRatioPpm * maintenanceRequirement(market, base)
  const denominator = scale * PPM
  return reduced(netNotional(market, base) * denominator - spread, base * denominator)
}

/**
 * What a fill pays into the insurance fund: what it brings above the bankruptcy price, at most the fee; below 0 the fund pays.
 *
 * @param deltaBase - signed size of the fill, as it changes the account.
 * @param fillQuote - quote that changes hands, ≥ 0.
 */
export function insuranceFundDelta(
  subaccount: DydxSubaccount,
  index: number,
  deltaBase: bigint,
  fillQuote: bigint,
  maxLiquidationFeePpm: bigint,
): bigint {
  const deltaQuote = deltaBase > 0n ? -fillQuote : fillQuote
  const delta = deltaQuote - bankruptcyQuote(subaccount, index, deltaBase)
  if (delta <= 0n) return delta
  return minBig(delta, divFloor(fillQuote * maxLiquidationFeePpm, PPM))
}

/** The fund may be drawn to 0 and never below. */
export function isInsuranceFundDeltaValid(balance: bigint, delta: bigint): boolean {
  return delta >= 0n || balance + delta >= 0n
}

/** Least and largest notional of one position that a block may liquidate, quote quantums. */
export function blockLimits(
  position: DydxPosition,
  limits: { readonly minPositionNotionalLiquidated: bigint; readonly maxPositionPortionLiquidatedPpm: bigint },
): { readonly minNotional: bigint; readonly maxNotional: bigint } {
  const notional = absBig(netNotional(position.market, position.base))
  const minNotional = minBig(notional, limits.minPositionNotionalLiquidated)
  return {
    minNotional,
    maxNotional: maxBig(minNotional, divFloor(notional * limits.maxPositionPortionLiquidatedPpm, PPM)),
  }
}

export type DydxDeleveraging = {
  readonly bankruptcyQuote: bigint
  readonly liquidated: DydxSubaccount
  readonly offsetting: DydxSubaccount
}

/**
 * Moves part of a position to an account of the other side at the bankruptcy price.
 *
 * @param deltaBase - change of the liquidated position; the offsetting one takes the opposite.
 * @throws {LiquidationArithmeticError} `CANNOT_ABSORB` where the offsetting account would be left worse: under its initial
 * margin and with a lower ratio of net collateral to maintenance margin than before (bankruptcy prices do not overlap).
 */
export function deleverage(
  liquidated: DydxSubaccount,
  offsetting: DydxSubaccount,
  index: { readonly liquidated: number; readonly offsetting: number },
  deltaBase: bigint,
): DydxDeleveraging {
  const quote = bankruptcyQuote(liquidated, index.liquidated, deltaBase)
  const before = health(offsetting)
  const moved = changed(offsetting, index.offsetting, -deltaBase, -quote)
  const after = health(moved)
  const improved =
    after.maintenanceMargin < before.maintenanceMargin &&
    after.netCollateral * before.maintenanceMargin >= before.netCollateral * after.maintenanceMargin &&
    (after.maintenanceMargin > 0n || after.netCollateral >= 0n)
  if (after.netCollateral < after.initialMargin && !improved) {
    throw new LiquidationArithmeticError(
      'CANNOT_ABSORB',
      'offsetting account cannot absorb: bankruptcy prices do not overlap',
    )
  }
  return {
    bankruptcyQuote: quote,
    liquidated: changed(liquidated, index.liquidated, deltaBase, quote),
    offsetting: moved,
  }
}

/** Initial margin after open interest has scaled it, parts per million, rounded down. */
export function scaledInitialMarginPpm(
  initialMarginPpm: number,
  oiLower: number,
  oiUpper: number,
  openInterest: number,
): number {
  const initialMargin = initialMarginPpm / 1e6
  const bounds = { initialMargin, openInterestLower: oiLower, openInterestUpper: oiUpper }
  return Math.floor(scaledInitialMargin(bounds, openInterest) * 1e6 + 1e-6)
}

function positionAt({ positions }: DydxSubaccount, index: number): DydxPosition {
  const position = positions[index]
  if (position === undefined) throw new LiquidationArithmeticError('NO_POSITION', `no position ${index}`)
  return position
}

function changed(
  { quote, positions }: DydxSubaccount,
  index: number,
  deltaBase: bigint,
  deltaQuote: bigint,
): DydxSubaccount {
  return {
    quote: quote + deltaQuote,
    positions: positions.map((held, i) => (i === index ? { ...held, base: held.base + deltaBase } : held)),
  }
}

function reduced(numerator: bigint, denominator: bigint): Fraction {
  const sign = denominator < 0n ? -1n : 1n
  let a = absBig(numerator)
  let b = absBig(denominator)
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n
    ? { numerator: 0n, denominator: 1n }
    : { numerator: (sign * numerator) / a, denominator: (sign * denominator) / a }
}
