/**
 * Canonical JSON: one text for one value, so that its hash means something. Keys stand in order of their code units,
 * numbers in the shortest form that reads back to the same double (ECMAScript `Number::toString`), everything outside
 * printable ASCII as `\uXXXX`. Fields that are `undefined` are left out, as in JSON.
 *
 * Two things that JSON cannot say, and that a journal must not lose, are kept: −0 is `-0`, and the numbers that are not
 * finite (a malformed event is recorded as it came) are `{"$number":"NaN" | "Infinity" | "-Infinity"}`.
 *
 * @throws {TypeError} where the value holds something that is not data: a function, a symbol, a bigint.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      return numberText(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? arrayText(value) : objectText(value as Readonly<Record<string, unknown>>)
    default:
      throw new TypeError(`canonical JSON holds data only, not a ${typeof value}`)
  }
}

/** Reads what `canonicalJson` wrote, to the same value. */
export function parseCanonical(text: string): unknown {
  return text.includes(`{"${NUMBER_TAG}":"`) ? JSON.parse(text, reviveNumber) : JSON.parse(text)
}

const NUMBER_TAG = '$number'

function reviveNumber(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(NUMBER_TAG in value)) return value
  return Number(value[NUMBER_TAG])
}

function numberText(value: number): string {
  if (value === 0 && 1 / value < 0) return '-0'
  if (value - value === 0) return `${value}`
  return `{"${NUMBER_TAG}":"${value}"}`
}

function arrayText(values: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ','
    const value = values[i]
    text += value === undefined ? 'null' : canonicalJson(value)
  }
  return `${text}]`
}

function objectText(value: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(value)
  if (!isSorted(keys)) keys.sort(byCodeUnit)
  let text = '{'
  for (const key of keys) {
    const field = value[key]
    if (field === undefined) continue
    if (text.length > 1) text += ','
    text += `${quoted(key)}:${canonicalJson(field)}`
  }
  return `${text}}`
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (!(keys[i - 1]! < keys[i]!)) return false
  return true
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const PLAIN = /^[ !#-[\]-~]*$/

function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
