import { divCeil, divFloor, divHalfUp, minBig, powerOfTen } from './integer.js'

/**
 * Aave v3.3 liquidationCall in the protocol's own integers (aave-dao/aave-v3-origin at fd1fbd91, LiquidationLogic; facts, own
 * notation). Amounts are in each token's decimals, prices and base amounts in 1e-8 USD, shares in basis points.
 */

const BPS = 10_000n

export type AaveLiquidation = {
  readonly collateralDecimals: number
  readonly debtDecimals: number
  readonly collateralPrice8: bigint
  readonly debtPrice8: bigint
  /** 10500: the liquidator gets 5 % more collateral than debt. */
  readonly bonusBps: bigint
  /** Share of the bonus that the protocol keeps. */
  readonly protocolFeeBps: bigint
  readonly collateralBalance: bigint
  readonly debtBalance: bigint
  readonly debtToCover: bigint
  /** All of the borrower's debt. */
  readonly totalDebtBase8: bigint
  readonly healthFactor: number
}

export type AaveConstants = {
  readonly closeFactorHealthThreshold: number
  readonly closeFactorMinimumBase8: bigint
  readonly minimumLeftoverBase8: bigint
  readonly closeFactorBps: bigint
}

export const AAVE_CONSTANTS: AaveConstants = {
  closeFactorHealthThreshold: 0.95,
  closeFactorMinimumBase8: 2_000n * 100_000_000n,
  minimumLeftoverBase8: 1_000n * 100_000_000n,
  closeFactorBps: 5_000n,
}

export type AaveOutcome =
  | {
      readonly ok: true
      readonly maxLiquidatableDebt: bigint
      readonly debtRepaid: bigint
      readonly collateralToLiquidator: bigint
      readonly protocolFeeCollateral: bigint
      /** 5000 where half of the total debt bounds the call, else 10000. */
      readonly closeFactorBps: bigint
    }
  | { readonly ok: false; readonly reason: 'healthy' | 'must-not-leave-dust'; readonly maxLiquidatableDebt: bigint }

/**
 * What one liquidation call moves.
 *
 *   half      where HF > 0.95 and both sides of the pair are worth at least 2,000: debt ≤ 50 % of the *total* debt (half up)
 *   seized    debt · P_debt/P_coll, floor, · bonus, floor; where that is more than there is, all of it, and
 *             debt = seized · P_coll/P_debt / bonus, ceil
 *   fee       (seized − seized/bonus) · feeBps, ceil
 *   dust      where both sides have something left, each must be worth at least 1,000
 */
export function liquidationCall(input: AaveLiquidation, constants: AaveConstants = AAVE_CONSTANTS): AaveOutcome {
  const collateralUnit = powerOfTen(input.collateralDecimals)
  const debtUnit = powerOfTen(input.debtDecimals)
  const collateralBase = (amount: bigint) => divFloor(amount * input.collateralPrice8, collateralUnit)
  const debtBase = (amount: bigint) => divFloor(amount * input.debtPrice8, debtUnit)

  const half = isHalved(input, collateralBase(input.collateralBalance), debtBase(input.debtBalance), constants)
  const halfBase = divHalfUp(input.totalDebtBase8 * constants.closeFactorBps, BPS)
  const bounded = half && debtBase(input.debtBalance) > halfBase
  const maxLiquidatableDebt = bounded ? divFloor(halfBase * debtUnit, input.debtPrice8) : input.debtBalance
  if (!(input.healthFactor < 1)) return { ok: false, reason: 'healthy', maxLiquidatableDebt }

  const wanted = minBig(input.debtToCover, maxLiquidatableDebt)
  const plain = divFloor(input.debtPrice8 * wanted * collateralUnit, input.collateralPrice8 * debtUnit)
  const withBonus = divFloor(plain * input.bonusBps, BPS)
  const short = withBonus > input.collateralBalance
  const seized = short ? input.collateralBalance : withBonus
  const debtRepaid = short
    ? divCeil(
        divFloor(input.collateralPrice8 * seized * debtUnit, input.debtPrice8 * collateralUnit) * BPS,
        input.bonusBps,
      )
    : wanted
  const bonus = seized - divCeil(seized * BPS, input.bonusBps)
  const protocolFeeCollateral = divCeil(bonus * input.protocolFeeBps, BPS)

  const collateralLeft = collateralBase(input.collateralBalance - seized)
  const debtLeft = debtBase(input.debtBalance - debtRepaid)
  const bothLeft = seized < input.collateralBalance && debtRepaid < input.debtBalance
  if (bothLeft && (debtLeft < constants.minimumLeftoverBase8 || collateralLeft < constants.minimumLeftoverBase8)) {
    return { ok: false, reason: 'must-not-leave-dust', maxLiquidatableDebt }
  }
  return {
    ok: true,
    maxLiquidatableDebt,
    debtRepaid,
    collateralToLiquidator: seized - protocolFeeCollateral,
    protocolFeeCollateral,
    closeFactorBps: half ? constants.closeFactorBps : BPS,
  }
}

function isHalved(
  input: AaveLiquidation,
  collateralBase8: bigint,
  debtBase8: bigint,
  constants: AaveConstants,
): boolean {
  return (
    collateralBase8 >= constants.closeFactorMinimumBase8 &&
    debtBase8 >= constants.closeFactorMinimumBase8 &&
    input.healthFactor > constants.closeFactorHealthThreshold
  )
}
