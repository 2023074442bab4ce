/**
 * An undiscounted European value B(F, K, s) of forward F, strike K and total deviation s = σ√T, with its partial
 * derivatives. Each model gives these; `measures.ts` turns them into Greeks by the chain rule.
 */
export type Partials = {
  readonly value: number
  /** ∂B/∂F, ∂²B/∂F², ∂³B/∂F³ */
  readonly f: number
  readonly ff: number
  readonly fff: number
  /** ∂B/∂s, ∂²B/∂s², ∂³B/∂s³ */
  readonly s: number
  readonly ss: number
  readonly sss: number
  /** ∂²B/∂F∂s, ∂³B/∂F²∂s */
  readonly fs: number
  readonly ffs: number
  /** ∂B/∂K, ∂²B/∂K² */
  readonly k: number
  readonly kk: number
  /** F · ∂B/∂F / B, also where B underflows; 0 where the option has no value at all. */
  readonly leverage: number
}

/** Total deviations below this are treated as 0: the Greeks there are those of the limit. */
export const DEVIATION_MIN = 1e-100

/** φ(0). */
export const DENSITY_AT_ZERO = 0.3989422804014327

/** 1 in the money, 0 out of it, ½ at the kink. */
export function exercised(intrinsic: number): number {
  if (intrinsic > 0) return 1
  return intrinsic < 0 ? 0 : 0.5
}
