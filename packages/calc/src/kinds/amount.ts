import { type Money, moneyFromNumber, moneyText, moneyToNumber, parseMoney } from '@holdfast/engine'
import { z } from 'zod'
import { CalcError } from '../error.js'

/** An amount: a JSON number, or a decimal string where each of 18 decimals counts. */
export const amount = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal such as "12.50"')])
  .describe('a number, or a decimal string with up to 18 decimals')
export type Amount = z.output<typeof amount>

/** Reads amounts exactly and answers in the form in which they came: text where any of them was text. */
export type AmountReader = {
  read(value: Amount, path: string): Money
  write(money: Money): number | string
}

export function amountReader(): AmountReader {
  let text = false
  return {
    read: (value, path) => {
      if (typeof value === 'string') text = true
      const money = typeof value === 'string' ? parseMoney(value) : moneyFromNumber(value)
      if (money !== undefined) return money
      throw new CalcError({ code: 'INVALID_INPUT', path, message: `an amount of at most 18 decimals; given: ${value}` })
    },
    write: (money) => (text ? moneyText(money) : moneyToNumber(money)),
  }
}
