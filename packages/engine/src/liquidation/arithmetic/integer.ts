import { LiquidationArithmeticError } from './error.js'

/** Division of integers as chains and programs do it, with the direction of rounding in the name. */

export function divFloor(numerator: bigint, denominator: bigint): bigint {
  requireDivisor(denominator)
  const quotient = numerator / denominator
  const exact = quotient * denominator === numerator
  return exact || numerator < 0n === denominator < 0n ? quotient : quotient - 1n
}

export function divCeil(numerator: bigint, denominator: bigint): bigint {
  return -divFloor(-numerator, denominator)
}

/** Half away from zero; both ≥ 0. */
export function divHalfUp(numerator: bigint, denominator: bigint): bigint {
  requireDivisor(denominator)
  return (numerator + denominator / 2n) / denominator
}

export function minBig(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function maxBig(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

export function absBig(a: bigint): bigint {
  return a < 0n ? -a : a
}

/** 10 to a whole power ≥ 0. */
export function powerOfTen(exponent: number): bigint {
  let power = 1n
  for (let i = 0; i < exponent; i++) power *= 10n
  return power
}

/** Integer square root, rounded down (Newton); n ≥ 0. */
export function sqrtFloor(n: bigint): bigint {
  if (n < 2n) return n
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2))
  while (true) {
    const next = (x + n / x) / 2n
    if (next >= x) return x
    x = next
  }
}

function requireDivisor(denominator: bigint): void {
  if (denominator === 0n) throw new LiquidationArithmeticError('DIVISION_BY_ZERO', 'a price, weight or margin is 0')
}
