/**
 * Amounts that settle: exact, as `bigint` in units of 10⁻¹⁸ of any asset (the finest that a listed asset divides into). This
 * module is the only place where they meet model numbers, and each function says how it rounds.
 */
export type Money = bigint

const ONE = 1_000_000_000_000_000_000n
const DECIMALS = 18
/** Amounts fit 128 bits with room for sums: ± 8.5 · 10¹⁹ whole units. */
export const MONEY_MAX = 85_000_000_000_000_000_000n * ONE

/**
 * Reads a decimal string (`-12.50`, no exponent, no separators). Exact: digits beyond the 18th decimal must be 0.
 *
 * @returns undefined where the text is not such a number or is out of range; callers say where it stood.
 */
export function parseMoney(text: string): Money | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const fraction = match[3] ?? ''
  if (/[1-9]/.test(fraction.slice(DECIMALS))) return undefined
  const units = BigInt(match[2]! + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'))
  if (units > MONEY_MAX) return undefined
  return match[1] === '-' ? -units : units
}

/** The shortest decimal string of an amount; `parseMoney` reads it back. */
export function moneyText(money: Money): string {
  const digits = (money < 0n ? -money : money).toString().padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  const whole = digits.slice(0, -DECIMALS)
  return `${money < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** The nearest model number. */
export function moneyToNumber(money: Money): number {
  return Number(moneyText(money))
}

/**
 * A model number by its shortest decimal digits, rounded half to even at the 18th decimal.
 *
 * @returns undefined where the number is not finite or out of range.
 */
export function moneyFromNumber(value: number): Money | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) return undefined
  const fraction = match[3] ?? ''
  const shift = DECIMALS - fraction.length + Number(match[4] ?? '0')
  if (shift > 40) return undefined
  const digits = BigInt(match[2]! + fraction)
  const units = shift >= 0 ? digits * powerOfTen(shift) : divideHalfEven(digits, powerOfTen(-shift))
  if (units > MONEY_MAX) return undefined
  return match[1] === '-' ? -units : units
}

function powerOfTen(exponent: number): bigint {
  return BigInt(`1${'0'.repeat(exponent)}`)
}

/** Product of two amounts, rounded half to even. Odd in each factor: a trade's two sides get the same figure. */
export function multiplyHalfEven(a: Money, b: Money): Money {
  return divideHalfEven(a * b, ONE)
}

/** Quotient of two amounts as an amount, rounded half to even. `b` ≠ 0. */
export function quotientHalfEven(a: Money, b: Money): Money {
  return divideHalfEven(a * ONE, b)
}

/** a · b ÷ c, rounded half to even once. `c` ≠ 0. */
export function shareHalfEven(a: Money, b: Money, c: Money): Money {
  return divideHalfEven(a * b, c)
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const quotient = n / d
  const twice = (n % d) * 2n
  const up = twice > d || (twice === d && quotient % 2n === 1n)
  const rounded = up ? quotient + 1n : quotient
  return negative ? -rounded : rounded
}
