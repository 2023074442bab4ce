import { type Money, moneyText } from '@holdfast/engine'
import { type InstrumentKey, instrumentKey } from '@holdfast/quant'
import type { Statement } from '../venue.js'
import type { Listed } from './dialect.js'
import { known, type Raw, records, text } from './field.js'
import { unknownInstrument } from './names.js'

/**
 * A statement as it is read, row by row. What cannot be read is named and takes nothing else with it; what is 0 is left out,
 * since a list that was read whole says of what it leaves out that it is not held.
 */
export function statementDraft() {
  const unread: string[] = []
  const balances = new Map<string, Money>()
  const positions = new Map<InstrumentKey, { size: Money; entryPrice?: number }>()

  return {
    /** Rows of one part of the answer; where it is no list, that part is unread. */
    rows(value: unknown, part: string): readonly Raw[] {
      const found = records(value)
      if (found === undefined) unread.push(part)
      return found ?? []
    },
    unread: (what: string) => unread.push(what),
    /** Rows of one asset add up. */
    balance(name: unknown, amount: Money | undefined): void {
      const asset = text(name)
      if (asset === undefined || amount === undefined) unread.push(`balance of ${asset ?? 'an unnamed asset'}`)
      else balances.set(asset, (balances.get(asset) ?? 0n) + amount)
    },
    /**
     * Where a venue lists both sides of an instrument apart, what is held is their sum, and its entry is not one number.
     *
     * @param size - signed, in the instrument's size unit; undefined where it cannot be read.
     */
    position(name: unknown, listed: Listed | undefined, size: Money | undefined, entryPrice: number | undefined): void {
      const native = text(name) ?? '?'
      if (size === 0n) return
      if (listed === undefined) unread.push(unknownInstrument(native, 'a position').detail)
      else if (size === undefined) unread.push(`size of ${native}`)
      if (listed === undefined || size === undefined) return
      const key = instrumentKey(listed.instrument)
      const before = positions.get(key)
      if (before === undefined) positions.set(key, { size, ...known({ entryPrice }) })
      else positions.set(key, { size: before.size + size })
    },
    finish(time: number): Statement {
      return {
        balances: Object.fromEntries(
          [...balances].flatMap(([asset, amount]) => (amount === 0n ? [] : [[asset, moneyText(amount)]])),
        ),
        positions: [...positions].flatMap(([instrument, { size, ...rest }]) =>
          size === 0n ? [] : [{ instrument, size: moneyText(size), ...rest }],
        ),
        time,
        ...(unread.length === 0 ? {} : { unread }),
      }
    },
  }
}
