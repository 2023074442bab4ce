import type { DataFlag } from '@holdfast/engine'
import type { Listed, Read } from './dialect.js'
import { LineFailure } from './failure.js'
import { type Raw, records, text } from './field.js'
import { type Names, unknownInstrument, unreadable } from './names.js'

export type RowTerms<Value> = {
  /** What the rows are, in words: `orders`. */
  readonly what: string
  /** The field that names the instrument. */
  readonly nativeField: string
  /** Where several listings share the venue's names, how the row says which. */
  readonly native?: (raw: Raw) => string | undefined
  read(raw: Raw, listed: Listed): Value | undefined
}

/**
 * Rows of an answer. Those of an instrument that is not listed, or with a number that is none, are named and left out.
 *
 * @throws LineFailure where there is no list: that is not an empty one.
 */
export function readRows<Value>(answer: unknown, names: Names, terms: RowTerms<Value>): Read<readonly Value[]> {
  const flags: DataFlag[] = []
  const value = rowsOf(answer, terms.what).flatMap((raw) => {
    const native = (terms.native === undefined ? text(raw[terms.nativeField]) : terms.native(raw)) ?? '?'
    const listed = names.native(native)
    if (listed === undefined) {
      flags.push(unknownInstrument(native, terms.what))
      return []
    }
    const one = terms.read(raw, listed)
    if (one === undefined) flags.push(unreadable(`${terms.what}:${native}`, `a field of ${terms.what} in ${native}`))
    return one ?? []
  })
  return { value, flags }
}

export function rowsOf(answer: unknown, what: string): readonly Raw[] {
  const rows = records(answer)
  if (rows === undefined) throw new LineFailure('unresolved', 'unreadable', `the venue's ${what} are no list`)
  return rows
}

/** @throws LineFailure where a question that must have a number for its answer has none. */
export function needed<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new LineFailure('unresolved', 'unreadable', `the venue did not say ${what}`)
  return value
}

export function joined<Value>(reads: readonly Read<readonly Value[]>[]): Read<readonly Value[]> {
  return { value: reads.flatMap(({ value }) => value), flags: reads.flatMap(({ flags }) => flags) }
}

/** The same orders found in several places: each once. */
export function distinctOrders<Order extends { readonly venueOrderId?: string }>(
  orders: readonly Order[],
): readonly Order[] {
  const seen = new Map<string, Order>()
  for (const order of orders) if (!seen.has(order.venueOrderId ?? '')) seen.set(order.venueOrderId ?? '', order)
  return [...seen.values()]
}
