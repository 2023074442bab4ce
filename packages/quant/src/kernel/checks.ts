import { InputError } from '../inputError.js'
import type { Arena } from './arena.js'
import type {
  BookColumns,
  GreekColumns,
  OptionColumns,
  QuoteColumns,
  RevaluationColumns,
  ScenarioColumns,
} from './contract.js'

/** Memory checks that both implementations make before a call; they do not look at the numbers. */

export function requireRows(
  arena: Arena,
  count: number,
  options: OptionColumns | QuoteColumns,
  out: GreekColumns | { readonly vol: Float64Array },
): void {
  if (!(Number.isInteger(count) && count >= 0)) throw new InputError('count', count, 'a whole number >= 0')
  for (const [name, column] of Object.entries(options)) arena.require(name, column, count)
  for (const [name, column] of Object.entries(out)) arena.require(name, column, count)
}

export function requireRevaluation(arena: Arena, options: RevaluationColumns, scenarios: ScenarioColumns): void {
  for (const [name, column] of Object.entries(options)) {
    if (typeof column !== 'number') arena.require(name, column, options.count)
  }
  for (const [name, column] of Object.entries(scenarios)) {
    if (typeof column !== 'number') arena.require(name, column, scenarios.stride)
  }
}

export function requireBook(
  arena: Arena,
  book: BookColumns,
  table: Float64Array,
  stride: number,
  worst: Float64Array,
): void {
  if (!(Number.isInteger(stride) && stride > 0 && stride % 8 === 0)) {
    throw new InputError('stride', stride, 'a multiple of 8, > 0')
  }
  arena.require('offsets', book.offsets, book.accounts + 1)
  arena.require('table', table, 0)
  arena.require('worst', worst, book.accounts)
  const positions = book.offsets[book.accounts]!
  arena.require('instrument', book.instrument, positions)
  arena.require('size', book.size, positions)
  for (let a = 0; a < book.accounts; a++) {
    if (!(book.offsets[a]! <= book.offsets[a + 1]!)) {
      throw new InputError(`offsets[${a + 1}]`, book.offsets[a + 1], `at least ${book.offsets[a]}, the one before`)
    }
  }
  const rows = Math.floor(table.length / stride)
  for (let p = 0; p < positions; p++) {
    if (!(book.instrument[p]! < rows)) {
      throw new InputError(`instrument[${p}]`, book.instrument[p], `below ${rows}, the rows of the table`)
    }
  }
}

/**
 * Looks through the rows of a batch for what lies outside the kernel's domain.
 *
 * @returns the first offending row and why, or undefined.
 */
export function checkOptionColumns(
  count: number,
  options: OptionColumns,
): { readonly row: number; readonly error: InputError } | undefined {
  for (let row = 0; row < count; row++) {
    const error = rowError(row, options)
    if (error !== undefined) return { row, error }
  }
  return undefined
}

function rowError(row: number, options: OptionColumns): InputError | undefined {
  const spot = options.spot[row]!
  const strike = options.strike[row]!
  const years = options.years[row]!
  const vol = options.vol[row]!
  const rate = options.rate[row]!
  const dividendYield = options.dividendYield[row]!
  const sign = options.sign[row]!
  if (!(spot >= 1e-100 && spot <= 1e100)) return new InputError('spot', spot, 'within 1e-100 and 1e100')
  if (!(strike >= 1e-100 && strike <= 1e100)) return new InputError('strike', strike, 'within 1e-100 and 1e100')
  if (!(years >= 0 && years <= 1e6)) return new InputError('years', years, 'within 0 and 1e6')
  if (!(vol >= 0 && vol * Math.sqrt(years) <= 12)) return new InputError('vol', vol, '>= 0 with vol √years <= 12')
  if (!(Math.abs(rate * years) <= 700)) return new InputError('rate', rate, 'such that |rate · years| <= 700')
  if (!(Math.abs(dividendYield * years) <= 700)) {
    return new InputError('dividendYield', dividendYield, 'such that |dividendYield · years| <= 700')
  }
  if (!(sign === 1 || sign === -1)) return new InputError('sign', sign, '1 (call) or -1 (put)')
  return undefined
}
