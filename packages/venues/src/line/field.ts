import { type Money, moneyText, multiplyHalfEven, parseMoney } from '@holdfast/engine'

/** What a venue answered, before it is read: nothing in it is trusted. */
export type Raw = Readonly<Record<string, unknown>>

/** The record that a value is; an empty one where it is none, so that every field of it is unknown. */
export function record(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {}
}

/** Undefined where the value is no list: that is not an empty one. */
export function records(value: unknown): readonly Raw[] | undefined {
  return Array.isArray(value) ? value.map(record) : undefined
}

/** Undefined where it is no text, or an empty one. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * An exact decimal, written plainly, of at most 18 decimals. JSON numbers are taken at their shortest text. What is no number
 * (`1,5`, `''`, `null`, NaN) is undefined: it is unknown, never 0 or 1.
 */
export function decimal(value: unknown): string | undefined {
  const money = amount(value)
  return money === undefined ? undefined : moneyText(money)
}

export function amount(value: unknown): Money | undefined {
  const written = text(value)
  const match = written === undefined ? null : /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(written)
  if (match === null) return undefined
  const [, sign, whole, part = '', exponent = '0'] = match
  const digits = `${whole}${part}`
  const point = whole!.length + Number(exponent)
  const left = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0')
  const right = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)
  const cut = right.replace(/0+$/, '').slice(0, 18)
  return parseMoney(`${sign === '-' ? '-' : ''}${left.replace(/^0+(?=\d)/, '')}${cut === '' ? '' : `.${cut}`}`)
}

/** A model number, finite; undefined where it is not known. */
export function real(value: unknown): number | undefined {
  const written = text(value)
  if (written === undefined || !/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(written)) return undefined
  const number = Number(written)
  return Number.isFinite(number) ? number : undefined
}

/** A price or size of a quote: 0 is how venues write "nobody". */
export function positive(value: unknown): number | undefined {
  const number = real(value)
  return number !== undefined && number > 0 ? number : undefined
}

/** Epoch milliseconds, of a time after 2001. */
export function epoch(value: unknown): number | undefined {
  const time = real(value)
  return time !== undefined && time > 1e12 && time < 1e14 ? Math.floor(time) : undefined
}

/** Contracts × multiplier in the instrument's size unit. */
export function scaled(size: unknown, multiplier: string): string | undefined {
  const money = amount(size)
  return money === undefined ? undefined : moneyText(multiplyHalfEven(money, amount(multiplier)!))
}

export function negated(size: string): string {
  const money = amount(size)!
  return moneyText(-money)
}

export function magnitude(size: string): string {
  const money = amount(size)!
  return moneyText(money < 0n ? -money : money)
}

export function isZero(size: string): boolean {
  return amount(size) === 0n
}

export function buys(size: string): boolean {
  return amount(size)! > 0n
}

/** Drops what is not known, so that an unknown field is absent and not `undefined`. */
export function known<Fields extends Record<string, unknown>>(fields: Fields): Known<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Known<Fields>
}

type Known<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name]
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>
}
