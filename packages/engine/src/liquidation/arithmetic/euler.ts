/**
 * Euler Vault Kit: reverse Dutch liquidation (euler-xyz/euler-vault-kit at 5b98b420, src/EVault/modules/Liquidation.sol; facts, own
 * notation). The discount starts at nothing and grows with the depth of the breach.
 */

export type EulerLiquidation = {
  readonly liquidationLtv: number
  readonly collateralBalance: number
  /** Price of a unit of collateral and of debt, in the vault's unit of account. */
  readonly collateralPrice: number
  readonly debt: number
  readonly debtPrice: number
  readonly maxLiquidationDiscount: number
}

export type EulerOutcome = {
  /** Adjusted collateral over debt; liquidatable at ≤ 1. */
  readonly healthScore: number
  /** What a liquidator pays per unit of collateral value; undefined where healthy. */
  readonly discountFactor: number | undefined
  /** Units of debt repaid and of collateral received at most. */
  readonly maxRepay: number
  readonly maxYield: number
}

/**
 * What a liquidation of the whole position moves.
 *
 *   discountFactor = max(health, 1 − maxDiscount);   repay = debt,  yield = repay value / discountFactor
 *   where yield is worth more than the collateral:  yield = all of it,  repay = its value · discountFactor
 */
export function eulerLiquidation(input: EulerLiquidation): EulerOutcome {
  const collateralValue = input.collateralBalance * input.collateralPrice
  const liability = input.debt * input.debtPrice
  const adjusted = collateralValue * input.liquidationLtv
  const healthScore = adjusted / liability
  if (!(adjusted <= liability) || liability === 0) {
    return { healthScore, discountFactor: undefined, maxRepay: 0, maxYield: 0 }
  }
  const discountFactor = Math.max(healthScore, 1 - input.maxLiquidationDiscount)
  const yieldValue = liability / discountFactor
  if (yieldValue > collateralValue) {
    const maxRepay = (collateralValue * discountFactor) / input.debtPrice
    return { healthScore, discountFactor, maxRepay, maxYield: input.collateralBalance }
  }
  return { healthScore, discountFactor, maxRepay: input.debt, maxYield: yieldValue / input.collateralPrice }
}
