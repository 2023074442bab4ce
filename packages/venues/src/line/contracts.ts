import { moneyText } from '@holdfast/engine'
import { LineFailure } from './failure.js'
import { amount } from './field.js'

/**
 * A size in the venue's contracts: size ÷ multiplier, exact.
 *
 * @throws LineFailure, `denied`, where it is no whole number of the venue's steps.
 */
export function inContracts(size: string, multiplier: string, step: string): string {
  const units = amount(size)!
  const unsigned = units < 0n ? -units : units
  const grid = amount(step)!
  if (unsigned % grid !== 0n) {
    throw new LineFailure(
      'denied',
      'order',
      `a size of ${moneyText(unsigned)} is no multiple of the venue's step ${step}`,
    )
  }
  const scale = amount('1')!
  const each = amount(multiplier)!
  if ((unsigned * scale) % each !== 0n) {
    throw new LineFailure(
      'denied',
      'order',
      `a size of ${moneyText(unsigned)} is no number of contracts of ${multiplier}`,
    )
  }
  return moneyText((unsigned * scale) / each)
}
