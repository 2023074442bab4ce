import { suggest } from '../../text/suggest.js'

/**
 * Quantities as people write them: a number, a unit (`5 min`, `0.25 BTC`, `2 %`, `20 bps`, `30 vol`, `89000 USD`). The number stays a
 * decimal string, so that money loses no digit; what is not money is turned into a number at one place, here.
 */
export type Quantity = {
  /** Exact decimal: `-?digits(.digits)?`, no leading zeros, no trailing zeros after the point. */
  readonly number: string
  readonly unit: string
  readonly dimension: Dimension
}

export type Dimension = 'time' | 'fraction' | 'vol' | 'amount'

export type QuantityResult =
  | { readonly ok: true; readonly quantity: Quantity }
  | {
      readonly ok: false
      readonly reason: 'not-a-quantity' | 'bare-number' | 'unknown-unit'
      readonly unit?: string
      readonly suggestion?: string
    }

const MS_BY_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Power of ten that turns the written number into a decimal fraction. */
const SHIFT_BY_UNIT: Readonly<Record<string, number>> = { '%': -2, bps: -4 }

const SYNONYMS: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  milliseconds: 'ms',
  sec: 's',
  second: 's',
  seconds: 's',
  m: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  week: 'w',
  weeks: 'w',
  percent: '%',
  pct: '%',
  bp: 'bps',
  'basis points': 'bps',
  vols: 'vol',
  'vol points': 'vol',
}

export const UNITS_BY_DIMENSION: Readonly<Record<Dimension, string>> = {
  time: 'ms, s, min, h, d, w',
  fraction: '%, bps',
  vol: 'vol (points of volatility, 0.01 each)',
  amount: 'an asset in capitals, such as BTC or USD',
}

const QUANTITY = /^([+-]?)(\d[\d_]*)(?:\.(\d+))?\s*(.*)$/s

/**
 * Reads a quantity. White space between number and unit is optional; `_` may group digits.
 *
 * @returns the quantity, or why it is none and what was probably meant.
 */
export function parseQuantity(text: string): QuantityResult {
  const match = QUANTITY.exec(text.trim())
  if (match === null) return { ok: false, reason: 'not-a-quantity' }
  const [, sign, whole, fraction, unit] = match as unknown as [string, string, string, string | undefined, string]
  const number = normalise(sign === '-', whole.replaceAll('_', ''), fraction ?? '')
  if (unit === '') return { ok: false, reason: 'bare-number' }
  const dimension = dimensionOf(unit)
  if (dimension !== undefined) return { ok: true, quantity: { number, unit, dimension } }
  const meant = SYNONYMS[unit.toLowerCase()] ?? assetMeant(unit) ?? suggest(unit, KNOWN_UNITS)
  return {
    ok: false,
    reason: 'unknown-unit',
    unit,
    ...(meant === undefined ? {} : { suggestion: `${number} ${meant}` }),
  }
}

/** Milliseconds of a quantity of time; a whole number for every unit and sensible number of digits. */
export function toMilliseconds(quantity: Quantity): number {
  return Number(quantity.number) * (MS_BY_UNIT[quantity.unit] ?? Number.NaN)
}

/** A fraction as a decimal: `2 %` is the double nearest to 0.02, `20 bps` the one nearest to 0.002. */
export function toFraction(quantity: Quantity): number {
  return Number(`${quantity.number}e${SHIFT_BY_UNIT[quantity.unit] ?? 'NaN'}`)
}

/** Points of volatility as an annualised decimal: `30 vol` is 0.3. */
export function toVol(quantity: Quantity): number {
  return Number(`${quantity.number}e-2`)
}

/** A finite number in plain digits, the shortest that reads back to it: never `1e-7`. */
export function plainDecimal(value: number): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(`${value}`)
  if (match === null) return `${value}`
  const [, sign, whole, fraction = '', exponentText] = match as unknown as [string, string, string, string?, string?]
  const exponent = Number(exponentText)
  const digits = whole + fraction
  const point = whole.length + exponent
  if (point <= 0) return normalise(sign === '-', '0', '0'.repeat(-point) + digits)
  return normalise(sign === '-', digits.slice(0, point).padEnd(point, '0'), digits.slice(point))
}

const KNOWN_UNITS = [...Object.keys(MS_BY_UNIT), ...Object.keys(SHIFT_BY_UNIT), 'vol']

function dimensionOf(unit: string): Dimension | undefined {
  if (Object.hasOwn(MS_BY_UNIT, unit)) return 'time'
  if (Object.hasOwn(SHIFT_BY_UNIT, unit)) return 'fraction'
  if (unit === 'vol') return 'vol'
  return /^[A-Z][A-Z0-9]{1,11}$/.test(unit) ? 'amount' : undefined
}

function assetMeant(unit: string): string | undefined {
  return /^(btc|eth|sol|xrp|usd|usdc|usdt|eur)$/i.test(unit) ? unit.toUpperCase() : undefined
}

function normalise(negative: boolean, whole: string, fraction: string): string {
  const digits = whole.replace(/^0+(?=\d)/, '')
  const decimals = fraction.replace(/0+$/, '')
  const magnitude = decimals === '' ? digits : `${digits}.${decimals}`
  return negative && magnitude !== '0' ? `-${magnitude}` : magnitude
}
