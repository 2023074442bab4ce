import { requireFinite, requireNonNegative } from '../inputError.js'
import { expm1 } from '../math/index.js'
import { type Complex, complex, complexExp } from './complex.js'

/** Lognormal jumps at Poisson times. */
export type Jumps = {
  /** λ: jumps per year, ≥ 0. */
  readonly lambda: number
  /** m: mean of the log jump. */
  readonly meanLogJump: number
  /** δ: standard deviation of the log jump, ≥ 0. */
  readonly jumpVol: number
}

/** @throws {InputError} naming the first parameter outside its range. */
export function requireJumps(jumps: Jumps): Jumps {
  requireNonNegative('model/lambda', jumps.lambda)
  requireFinite('model/meanLogJump', jumps.meanLogJump)
  requireNonNegative('model/jumpVol', jumps.jumpVol)
  return jumps
}

/** k = e^(m + δ²/2) − 1: mean relative jump. */
export function meanJump(jumps: Jumps): number {
  return expm1(jumps.meanLogJump + (jumps.jumpVol * jumps.jumpVol) / 2)
}

/**
 * ln of the jumps' factor of the characteristic function at z = u − i/2, compensated so that the forward stays F:
 *
 *   λT [ e^(izm − δ²z²/2) − 1 − iz k ],   iz = ½ + iu,  z² = u² − ¼ − iu
 */
export function jumpExponent(jumps: Jumps, years: number, u: number): Complex {
  const { lambda, meanLogJump: m, jumpVol } = jumps
  const half = (jumpVol * jumpVol) / 2
  const jump = complexExp(complex(m / 2 - half * (u * u - 0.25), u * m + half * u))
  const k = meanJump(jumps)
  return complex(lambda * years * (jump.re - 1 - k / 2), lambda * years * (jump.im - u * k))
}
