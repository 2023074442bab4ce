/**
 * How much to repay or to borrow so that a health lands on its target. Health is what is over 1 while an account is safe:
 *
 *   lending   H = C / D,   C = Σ collateral · threshold (USD), D = Σ debt (USD)
 *   margin    H = E / M,   E equity, M maintenance margin (USD)
 */
export type Leverage =
  | {
      readonly kind: 'lending'
      /** Collateral weighed by its liquidation thresholds, and debts, USD. */
      readonly weighted: number
      readonly debt: number
      /** Threshold of the collateral that is sold or bought, 0 … 1. */
      readonly threshold: number
    }
  | {
      readonly kind: 'margin'
      readonly equity: number
      readonly maintenance: number
      /** Maintenance margin of the position that is changed, USD, and its notional, USD; linear in its size. */
      readonly positionMaintenance: number
      readonly notional: number
    }

/** Undefined where there is nothing that could be liquidated, or a number is not known. */
export function leverageHealth(leverage: Leverage): number | undefined {
  const value = leverage.kind === 'lending' ? leverage.weighted / leverage.debt : leverage.equity / leverage.maintenance
  return Number.isFinite(value) ? value : undefined
}

/**
 * What to sell so that health rises to the target T. `cost` is the share of what is sold that fees and slippage take, k.
 *
 *   lending   sell collateral s (USD):   (C − l s) / (D − (1 − k) s) = T      s = (T D − C) / ((1 − k) T − l)
 *   margin    close notional s (USD):    (E − k s) / (M − m s) = T            s = (T M − E) / (T m − k),   m = M_pos / N
 *
 * Limits: undefined where selling does not help ((1 − k) T ≤ l, or T m ≤ k), and where even all of it does not reach the
 * target: the debt, or the notional, is the most that can be sold. 0 where the target is reached already.
 */
export function repayUsd(leverage: Leverage, target: number, cost: number): number | undefined {
  const most = mostRepaid(leverage, cost)
  const { gap, slope } = equation(leverage, target, cost)
  if (gap <= 0) return 0
  const sold = gap / slope
  return slope > 0 && sold <= most ? sold : undefined
}

/**
 * What to buy so that health falls to the target T.
 *
 *   lending   borrow b (USD), buy (1 − k) b:   (C + l (1 − k) b) / (D + b) = T      b = (C − T D) / (T − l (1 − k))
 *   margin    add notional b (USD):            (E − k b) / (M + m b) = T            b = (E − T M) / (T m + k)
 *
 * Undefined where buying does not lower health; 0 where it is below the target already.
 */
export function boostUsd(leverage: Leverage, target: number, cost: number): number | undefined {
  if (leverage.kind === 'lending') {
    const { weighted, debt, threshold } = leverage
    return quotient(weighted - target * debt, target - threshold * (1 - cost))
  }
  const { equity, maintenance, positionMaintenance, notional } = leverage
  return quotient(equity - target * maintenance, (target * positionMaintenance) / notional + cost)
}

/** Health after something was sold (`sold` > 0) or bought (< 0), USD; the inverse of the two above. */
export function healthAfter(leverage: Leverage, sold: number, cost: number): number {
  if (leverage.kind === 'lending') {
    const { weighted, debt, threshold } = leverage
    if (sold >= 0) return (weighted - threshold * sold) / (debt - (1 - cost) * sold)
    return (weighted - threshold * (1 - cost) * sold) / (debt - sold)
  }
  const { equity, maintenance, positionMaintenance, notional } = leverage
  return (equity - cost * Math.abs(sold)) / (maintenance - (positionMaintenance / notional) * sold)
}

function equation(leverage: Leverage, target: number, cost: number): { readonly gap: number; readonly slope: number } {
  if (leverage.kind === 'lending') {
    const { weighted, debt, threshold } = leverage
    return { gap: target * debt - weighted, slope: (1 - cost) * target - threshold }
  }
  const { equity, maintenance, positionMaintenance, notional } = leverage
  return { gap: target * maintenance - equity, slope: (target * positionMaintenance) / notional - cost }
}

function mostRepaid(leverage: Leverage, cost: number): number {
  return leverage.kind === 'lending' ? leverage.debt / (1 - cost) : leverage.notional
}

function quotient(gap: number, slope: number): number | undefined {
  if (gap <= 0) return 0
  return slope > 0 && Number.isFinite(gap) ? gap / slope : undefined
}
