/** A true minus sign is as wide as a plus and as a digit: columns stay straight. */
const MINUS = '−'
/** What stands where a number is not known. Never 0. */
export const UNKNOWN = '—'

export type Known = number | undefined

function known(value: Known): value is number {
  return value !== undefined && Number.isFinite(value)
}

function grouped(value: number, digits: number): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(digits).split('.')
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? text : `${text}.${fraction}`
}

function isZeroText(text: string): boolean {
  return !/[1-9]/.test(text)
}

function signed(value: number, text: string): string {
  if (isZeroText(text)) return text
  return `${value < 0 ? MINUS : '+'}${text}`
}

/** 1234567.8 → `1,234,568`; with `sign`, `+1,234,568`. A number that rounds to nothing has no sign. */
export function plain(value: Known, digits = 0, sign: 'always' | 'negative' = 'negative'): string {
  if (!known(value)) return UNKNOWN
  const text = grouped(value, digits)
  if (sign === 'always') return signed(value, text)
  return value < 0 && !isZeroText(text) ? `${MINUS}${text}` : text
}

/** Money with its unit: `−$41,250`. */
export function usd(value: Known, sign: 'always' | 'negative' = 'negative'): string {
  if (!known(value)) return UNKNOWN
  const text = `$${grouped(value, 0)}`
  if (sign === 'always') return signed(value, text)
  return value < 0 && !isZeroText(text) ? `${MINUS}${text}` : text
}

/** Money in three figures: `−$1.24M`, `$41.3k`, `$820`. */
export function usdShort(value: Known, sign: 'always' | 'negative' = 'negative'): string {
  if (!known(value)) return UNKNOWN
  const [scale, suffix] = scaleOf(Math.abs(value))
  const scaled = Math.abs(value) / scale
  const digits = suffix === '' || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2
  const text = `$${scaled.toFixed(digits)}${suffix}`
  if (sign === 'always') return signed(value, text)
  return value < 0 && !isZeroText(text) ? `${MINUS}${text}` : text
}

function scaleOf(size: number): readonly [number, string] {
  if (size >= 999_500_000) return [1e9, 'B']
  if (size >= 999_500) return [1e6, 'M']
  if (size >= 999.5) return [1e3, 'k']
  return [1, '']
}

/** 0.123 → `12.3 %`. */
export function percent(value: Known, digits = 1, sign: 'always' | 'negative' = 'negative'): string {
  if (!known(value)) return UNKNOWN
  return `${plain(value * 100, digits, sign)} %`
}

/** Enough digits to tell a coin price from another: `0.0213`, `88,912.5`, `2.41`. */
export function price(value: Known): string {
  if (!known(value)) return UNKNOWN
  const size = Math.abs(value)
  const digits = size >= 1000 ? 1 : size >= 1 ? 2 : 4
  return plain(value, digits)
}

/** A size in the unit it is held in, always with its sign: `−60`, `+500,000`, `+0.25`. */
export function size(value: Known): string {
  if (!known(value)) return UNKNOWN
  return plain(value, Number.isInteger(value) ? 0 : 2, 'always')
}

/** `liquidatable` has no number; anything else is maintenance over equity. */
export function marginRatio(value: number | 'liquidatable' | undefined): string {
  return value === 'liquidatable' ? 'liquidatable' : percent(value, 1)
}

/** An exact decimal as it came, with its digits grouped: `1234.50` → `1,234.50`. */
export function decimal(text: string): string {
  const [whole = '', fraction] = text.replace('-', '').split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${text.startsWith('-') ? MINUS : ''}${fraction === undefined ? grouped : `${grouped}.${fraction}`}`
}
