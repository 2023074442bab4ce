import type { DefectCode } from '../defect.js'
import type { TableHeader } from './table.js'

/** What is wrong with a field: enough to find it and to mend it. */
export type Problem = {
  readonly code: Extract<DefectCode, 'not-a-number' | 'unreadable-row'>
  readonly column: string
  readonly value: string
  readonly expected: string
}

export type NumberRange = 'any' | 'positive' | 'non-negative'

const RANGE_WORDS: Record<NumberRange, string> = {
  any: 'a number',
  positive: 'a number > 0',
  'non-negative': 'a number ≥ 0',
}

/**
 * Reads fields by column name and remembers the first thing that is wrong, so that a row is either read whole or refused
 * whole. A reader is used again for each row: `open` it, read the fields, ask for `problem`.
 */
export type RowReader = {
  open(fields: readonly string[]): void
  /** The text of a column; '' where the file has no such column. */
  text(column: string): string
  number(column: string, range: NumberRange): number
  /** As `number`, and undefined where the field is empty. */
  optional(column: string, range: NumberRange): number | undefined
  oneOf<T extends string>(column: string, values: readonly T[]): T
  /** Epoch milliseconds of an ISO 8601 time. */
  isoTime(column: string): number
  /** Notes a problem that the caller found. */
  refuse(column: string, expected: string): void
  problem(): Problem | undefined
}

export function createRowReader(header: TableHeader): RowReader {
  const indexOf = new Map(header.names.map((name, index) => [name, index]))
  let fields: readonly string[] = []
  let found: Problem | undefined

  const text = (column: string) => fields[indexOf.get(column) ?? -1] ?? ''
  const refuse = (column: string, expected: string, code: Problem['code'] = 'unreadable-row') => {
    found ??= { code, column, value: text(column), expected }
  }
  const number = (column: string, range: NumberRange) => {
    const value = numberOf(text(column))
    if (Number.isFinite(value) && inRange(value, range)) return value
    refuse(column, RANGE_WORDS[range], isNotANumber(text(column)) ? 'not-a-number' : 'unreadable-row')
    return Number.NaN
  }
  return {
    open(row) {
      fields = row
      found = undefined
    },
    text,
    number,
    optional: (column, range) => (text(column) === '' ? undefined : number(column, range)),
    oneOf(column, values) {
      const value = values.find((candidate) => candidate === text(column))
      if (value === undefined) refuse(column, values.join(' or '))
      return value ?? values[0]!
    },
    isoTime(column) {
      const time = isoTimeOf(text(column))
      if (time === undefined) refuse(column, 'a time such as 2026-02-04T04:24:03Z')
      return time ?? Number.NaN
    },
    refuse,
    problem: () => found,
  }
}

/** `column “strike” is “abc”, expected a number > 0`. */
export function problemText({ column, value, expected }: Problem): string {
  return `column “${column}” is “${value}”, expected ${expected}`
}

/** A decimal number in plain or scientific notation; NaN for anything else, the empty text included. */
export function numberOf(text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
}

/** Epoch milliseconds of an ISO 8601 time, `T` or a blank between date and time; without an offset it is read as UTC. */
export function isoTimeOf(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/.exec(text)
  if (match === null) return undefined
  const [, date, clock, fraction = '', offset = 'Z'] = match
  const time = Date.parse(`${date}T${clock}${fraction.slice(0, 4)}${offset}`)
  if (!Number.isFinite(time)) return undefined
  // Date.parse lets 30 February roll over into March.
  return new Date(Date.parse(`${date}T00:00:00Z`)).toISOString().startsWith(date!) ? time : undefined
}

function isNotANumber(text: string): boolean {
  return /^[+-]?(nan|inf|infinity|null|none|n\/a|#n\/a)$/i.test(text)
}

function inRange(value: number, range: NumberRange): boolean {
  switch (range) {
    case 'any':
      return true
    case 'positive':
      return value > 0
    case 'non-negative':
      return value >= 0
  }
}
