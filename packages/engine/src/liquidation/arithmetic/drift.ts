import { absBig, divFloor, maxBig, minBig, powerOfTen, sqrtFloor } from './integer.js'

/**
 * Drift v2 liquidation in the program's own integers (drift-labs/protocol-v2 at 0ae3e3b1, programs/drift/src/math; facts, own notation).
 * A suffix `1eN` names the scale; every division rounds down.
 */

const E4 = 10_000n
const E6 = 1_000_000n
const E9 = 1_000_000_000n
/** What the program answers where no amount can cover the shortage: everything. */
export const EVERYTHING = 18_446_744_073_709_551_615n

export type CoverShortage = {
  readonly marginShortage1e6: bigint
  readonly marginRatio1e4: bigint
  readonly liquidatorFee1e6: bigint
  readonly ifFee1e6: bigint
  readonly oraclePrice1e6: bigint
  readonly quotePrice1e6: bigint
}

/**
 * Base size (1e9) whose transfer covers a margin shortage.
 *
 *   shortage / (P · (ratio − liquidatorFee) − P · ifFee)
 */
export function baseToCoverShortage(input: CoverShortage): bigint {
  const ratio = input.marginRatio1e4 * 100n
  if (input.oraclePrice1e6 === 0n || ratio <= input.liquidatorFee1e6) return EVERYTHING
  const price = (input.oraclePrice1e6 * input.quotePrice1e6) / E6
  const freed = (price * (ratio - input.liquidatorFee1e6)) / E6 - (price * input.ifFee1e6) / E6
  return freed <= 0n ? EVERYTHING : (input.marginShortage1e6 * E9) / freed
}

/** Liability (its own decimals) whose transfer against an asset covers a margin shortage. */
export function liabilityToCoverShortage(input: {
  readonly marginShortage1e6: bigint
  readonly assetWeight1e4: bigint
  readonly assetMultiplier1e6: bigint
  readonly liabilityWeight1e4: bigint
  readonly liabilityMultiplier1e6: bigint
  readonly liabilityDecimals: number
  readonly liabilityPrice1e6: bigint
  readonly ifFee1e6: bigint
}): bigint {
  const { assetWeight1e4, liabilityWeight1e4, liabilityPrice1e6 } = input
  if (assetWeight1e4 >= liabilityWeight1e4) return EVERYTHING
  const asset = (assetWeight1e4 * 10n * input.assetMultiplier1e6) / input.liabilityMultiplier1e6
  const fee = ((liabilityPrice1e6 * input.ifFee1e6) / E6) * liabilityWeight1e4 * 10n
  const freed = liabilityPrice1e6 * (liabilityWeight1e4 * 10n - asset) - fee
  if (freed <= 0n) return EVERYTHING
  const [up, down] = scales(input.liabilityDecimals - 6)
  return (input.marginShortage1e6 * up * E6 * E4 * 10n) / freed / down
}

/**
 * Asset (its own decimals) that a liquidator receives for a transferred liability; the whole asset where what would be left
 * is worth less than one dollar.
 */
export function assetForLiability(input: {
  readonly assetAmount: bigint
  readonly assetMultiplier1e6: bigint
  readonly assetDecimals: number
  readonly assetPrice1e6: bigint
  readonly liabilityTransfer: bigint
  readonly liabilityMultiplier1e6: bigint
  readonly liabilityDecimals: number
  readonly liabilityPrice1e6: bigint
}): bigint {
  const [up, down] = scales(input.assetDecimals - input.liabilityDecimals)
  const worth = input.liabilityTransfer * up * input.liabilityPrice1e6 * input.assetMultiplier1e6
  const transfer = divFloor(worth, input.assetPrice1e6 * input.liabilityMultiplier1e6) / down
  const left = absBig(transfer - input.assetAmount)
  const [fewer, more] = scales(6 - input.assetDecimals)
  const leftUsd1e6 = (((left * input.assetPrice1e6) / E6) * fewer) / more
  return leftUsd1e6 < E6 ? input.assetAmount : transfer
}

/**
 * Fee of the insurance fund on a perpetual (1e6): min(max, 95 % · (ratio − liquidatorFee − shortage/notional)): never so much that
 * the fee itself makes the user bankrupt.
 */
export function perpetualInsuranceFee(input: {
  readonly marginShortage1e6: bigint
  readonly base1e9: bigint
  readonly marginRatio1e4: bigint
  readonly liquidatorFee1e6: bigint
  readonly oracle1e6: bigint
  readonly quote1e6: bigint
  readonly maxIfFee1e6: bigint
}): bigint {
  const ratio = input.marginRatio1e4 * 100n
  const notional = (((input.base1e9 * input.oracle1e6) / E9) * input.quote1e6) / E6
  if (notional === 0n || ratio <= input.liquidatorFee1e6) return 0n
  const room = maxBig(0n, ratio - input.liquidatorFee1e6 - (input.marginShortage1e6 * E6) / notional)
  return minBig(input.maxIfFee1e6, (room * 19n) / 20n)
}

/** Fee of the insurance fund on a spot liability (1e6): min(max, (wL − wA · mA/mL − shortage/value)/wL). */
export function spotInsuranceFee(input: {
  readonly marginShortage1e6: bigint
  readonly tokenAmount: bigint
  readonly assetWeight1e4: bigint
  readonly assetMultiplier1e6: bigint
  readonly liabilityWeight1e4: bigint
  readonly liabilityMultiplier1e6: bigint
  readonly decimals: number
  readonly price1e6: bigint
  readonly maxIfFee1e6: bigint
}): bigint {
  const [up, down] = scales(6 - input.decimals)
  const value = (input.tokenAmount * input.price1e6 * up) / (E6 * down)
  if (value === 0n) return 0n
  const asset = (input.assetWeight1e4 * 100n * input.assetMultiplier1e6) / input.liabilityMultiplier1e6
  const room = input.liabilityWeight1e4 * 100n - asset - (input.marginShortage1e6 * E6) / value
  return minBig(input.maxIfFee1e6, (maxBig(0n, room) * E4) / input.liabilityWeight1e4)
}

/** Liquidator's fee (1e6), rising by the slot after a grace period without activity, up to its maximum. */
export function liquidatorFee(input: {
  readonly baseFee1e6: bigint
  readonly maxFee1e6: bigint
  readonly slotsElapsed: bigint
  readonly graceSlots: bigint
  readonly increasePerSlot1e6: bigint
}): bigint {
  if (input.slotsElapsed < input.graceSlots) return input.baseFee1e6
  const rise = (input.slotsElapsed - input.graceSlots) * input.increasePerSlot1e6
  return minBig(input.baseFee1e6 + rise, maxBig(input.baseFee1e6, input.maxFee1e6))
}

/** Shortages below 50 USD are covered at once. */
const SMALL_SHORTAGE_1E6 = 50n * E6

/**
 * Share (1e4) of what is still short that may be liquidated now.
 *
 *   (min(1, elapsed/duration + initial) · (shortage + freed) − freed) / shortage;   1 where shortage < 50 USD
 */
export function liquidatableShare(input: {
  readonly shortage1e6: bigint
  readonly freed1e6: bigint
  readonly slotsElapsed: bigint
  readonly initialPct1e4: bigint
  readonly durationSlots: bigint
}): bigint {
  const { shortage1e6, freed1e6 } = input
  if (shortage1e6 < SMALL_SHORTAGE_1E6) return E4
  const reach = minBig(E4, divFloor(input.slotsElapsed * E4, input.durationSlots) + input.initialPct1e4)
  const most = ((shortage1e6 + freed1e6) * reach) / E4
  return (maxBig(0n, most - freed1e6) * E4) / shortage1e6
}

/** √size in 1e5 for a size in 1e9, as the program takes it. */
function rootSize1e5(size1e9: bigint): bigint {
  return sqrtFloor(size1e9 * 10n + 1n)
}

/** Asset weight (1e4) for a size: min(w, 1.1/(1 + √size · imf)). */
export function assetWeightForSize(size1e9: bigint, imfFactor1e6: bigint, assetWeight1e4: bigint): bigint {
  if (imfFactor1e6 === 0n) return assetWeight1e4
  const numerator = E6 + E6 / 10n
  const discounted = (numerator * E4) / (E6 + (rootSize1e5(size1e9) * imfFactor1e6) / 100_000n)
  return minBig(assetWeight1e4, discounted)
}

/** Liability weight or margin ratio (1e4) for a size: max(w, 0.8 · w + √size · imf); `unbounded` leaves out the maximum. */
export function liabilityWeightForSize(
  size1e9: bigint,
  imfFactor1e6: bigint,
  weight1e4: bigint,
  bound: 'bounded' | 'unbounded' = 'bounded',
): bigint {
  if (imfFactor1e6 === 0n) return weight1e4
  const premium = weight1e4 - weight1e4 / 5n + (rootSize1e5(size1e9) * imfFactor1e6) / ((100_000n * E6) / E4)
  return bound === 'bounded' ? maxBig(weight1e4, premium) : premium
}

/** Initial asset weight (1e4) after the venue's deposits have shrunk it: w · start/deposits beyond the start. */
export function scaledInitialAssetWeight(weight1e4: bigint, depositsUsd: bigint, scaleStartUsd: bigint): bigint {
  if (scaleStartUsd === 0n || depositsUsd <= scaleStartUsd) return weight1e4
  return (weight1e4 * scaleStartUsd) / depositsUsd
}

/** Initial margin ratio (1e4) in high-leverage mode: from the low ratio at small sizes back to the normal one, then beyond. */
export function highLeverageRatio(size1e9: bigint, imfFactor1e6: bigint, normal1e4: bigint, high1e4: bigint): bigint {
  const scaled = liabilityWeightForSize(size1e9, imfFactor1e6, normal1e4, 'unbounded')
  if (scaled === normal1e4) return high1e4
  if (scaled > normal1e4) return scaled
  const share1e6 = maxBig(0n, E6 - ((normal1e4 - scaled) * E6) / (normal1e4 / 5n))
  const span = maxBig(1n, normal1e4 - high1e4)
  return high1e4 + (span * share1e6) / E6
}

export type DriftOracleValidity =
  | 'NonPositive'
  | 'TooVolatile'
  | 'TooUncertain'
  | 'StaleForMargin'
  | 'InsufficientDataPoints'
  | 'StaleForAmm'
  | 'Valid'

export type DriftGuardRails = {
  readonly slotsBeforeStaleForAmm: bigint
  readonly slotsBeforeStaleForMargin: bigint
  /** Largest confidence, share of the price in 1e6, before the tier's multiplier. */
  readonly confidenceMax1e6: bigint
  readonly tooVolatileRatio: bigint
  /** By the contract's tier: 1 for the best. */
  readonly confidenceMultiplier: bigint
}

/** What is wrong with an oracle price, the worst first; `Valid` where nothing is. */
export function oracleValidity(
  oracle: {
    readonly price1e6: bigint
    readonly lastTwap1e6: bigint
    readonly confidence1e6: bigint
    readonly delaySlots: bigint
    readonly sufficientDataPoints: boolean
  },
  rails: DriftGuardRails,
): DriftOracleValidity {
  const { price1e6, lastTwap1e6 } = oracle
  if (price1e6 <= 0n) return 'NonPositive'
  const ratio = maxBig(price1e6, lastTwap1e6) / maxBig(1n, minBig(price1e6, lastTwap1e6))
  if (ratio > rails.tooVolatileRatio) return 'TooVolatile'
  const uncertainty = (maxBig(1n, oracle.confidence1e6) * E6) / price1e6
  if (uncertainty > rails.confidenceMax1e6 * rails.confidenceMultiplier) return 'TooUncertain'
  if (oracle.delaySlots > rails.slotsBeforeStaleForMargin) return 'StaleForMargin'
  if (!oracle.sufficientDataPoints) return 'InsufficientDataPoints'
  if (oracle.delaySlots > rails.slotsBeforeStaleForAmm) return 'StaleForAmm'
  return 'Valid'
}

/** Powers of ten to multiply and divide by for a difference of decimals; one of the two is 1. */
function scales(difference: number): readonly [bigint, bigint] {
  return difference >= 0 ? [powerOfTen(difference), 1n] : [1n, powerOfTen(-difference)]
}
