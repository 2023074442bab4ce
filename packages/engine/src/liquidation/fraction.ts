import type { Money } from '../book/money.js'
import { LiquidationError } from './error.js'

/** 1 as `Money`: shares and rates are fixed-point fractions of it. */
export const ONE: Money = 1_000_000_000_000_000_000n

/** a · b ÷ c towards minus infinity. */
export function shareFloor(a: Money, b: Money, c: Money): Money {
  const product = a * b
  const quotient = product / c
  return product % c !== 0n && product < 0n !== c < 0n ? quotient - 1n : quotient
}

export function minMoney(a: Money, b: Money): Money {
  return a < b ? a : b
}

export function maxMoney(a: Money, b: Money): Money {
  return a > b ? a : b
}

export function absMoney(a: Money): Money {
  return a < 0n ? -a : a
}

/**
 * Splits an amount by weights so that the parts add up to it exactly: each gets the floor of its share, then the units left over
 * go one each to the largest remainders, the earlier of equals first.
 *
 * @param total - ≥ 0.
 * @param weights - ≥ 0, not all 0 unless `total` is.
 */
export function splitExactly(total: Money, weights: readonly Money[]): Money[] {
  let sum = 0n
  for (const weight of weights) sum += weight
  if (total === 0n) return weights.map(() => 0n)
  if (!(total > 0n && sum > 0n)) throw new LiquidationError('NOTHING_TO_SPLIT_BY', 'the weights must sum above 0')
  const parts = weights.map((weight) => (total * weight) / sum)
  let left = total
  for (const part of parts) left -= part
  if (left === 0n) return parts
  const remainders = weights.map((weight, index) => ({ index, remainder: (total * weight) % sum }))
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (let i = 0; left > 0n; i++, left -= 1n) {
    const { index } = remainders[i]!
    parts[index] = parts[index]! + 1n
  }
  return parts
}
