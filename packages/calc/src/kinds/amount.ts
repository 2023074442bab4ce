import { type Money, moneyFromNumber, moneyText, moneyToNumber, parseMoney } from '@holdfast/engine'
import { z } from 'zod'
import { CalcError } from '../error.js'

/** An amount: a JSON number, or a decimal string where each of 18 decimals counts. */
export const amount = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal such as "12.50"')])
  .describe('a number, or a decimal string with up to 18 decimals')
export type Amount = z.output<typeof amount>

/** Refuses a list in which an account comes twice: who carries how much would hang on the order. */
export function eachOnce(rows: readonly { readonly account: string }[], path: string): void {
  const seen = new Set<string>()
  rows.forEach(({ account }, index) => {
    if (seen.has(account)) {
      const message = `account '${account}' is there already`
      throw new CalcError({ code: 'INVALID_INPUT', path: `${path}/${index}/account`, message })
    }
    seen.add(account)
  })
}

/** Reads amounts exactly and answers in the form in which they came: text where any of them was text. */
export type AmountReader = {
  read(value: Amount, path: string): Money
  /** Refuses what is below 0, at its path. */
  readAtLeastZero(value: Amount, path: string): Money
  write(money: Money): number | string
}

export function amountReader(): AmountReader {
  let text = false
  const read = (value: Amount, path: string) => {
    if (typeof value === 'string') text = true
    const money = typeof value === 'string' ? parseMoney(value) : moneyFromNumber(value)
    if (money !== undefined) return money
    const message = `an amount of at most 18 decimals, at most 8.5e19; given: ${value}`
    throw new CalcError({ code: 'INVALID_INPUT', path, message })
  }
  return {
    read,
    readAtLeastZero: (value, path) => {
      const money = read(value, path)
      if (money >= 0n) return money
      throw new CalcError({
        code: 'INVALID_INPUT',
        path,
        message: `an amount ≥ 0; given: ${value}`,
        reason: 'NEGATIVE_AMOUNT',
      })
    },
    write: (money) => (text ? moneyText(money) : moneyToNumber(money)),
  }
}
