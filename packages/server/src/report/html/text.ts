/** Text as it may stand in HTML, in an element or an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter]!)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A whole number with narrow spaces between thousands; a minus sign, not a hyphen. */
export function wholeText(value: number): string {
  const digits = String(Math.round(Math.abs(value)))
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, '\u202f')
  return `${value < 0 && digits !== '0' ? '−' : ''}${grouped}`
}

/** A number in about four figures. */
export function figureText(value: number): string {
  const size = Math.abs(value)
  if (size >= 1000) return wholeText(value)
  const digits = size >= 100 ? 1 : size >= 1 ? 2 : 3
  return `${value < 0 ? '−' : ''}${size.toFixed(digits)}`
}

/** Money for an axis: 1.2M, 350k. */
export function shortText(value: number): string {
  const size = Math.abs(value)
  const sign = value < 0 ? '−' : ''
  const trimmed = (scaled: number) =>
    scaled
      .toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
  if (size >= 1e9) return `${sign}${trimmed(size / 1e9)}B`
  if (size >= 1e6) return `${sign}${trimmed(size / 1e6)}M`
  if (size >= 1e4) return `${sign}${trimmed(size / 1e3)}k`
  return `${sign}${trimmed(size)}`
}

export function percentText(value: number): string {
  return `${(value * 100).toFixed(1).replace('-', '−')}\u202f%`
}

/** `2026-02-05 23:15` of an RFC 3339 time or epoch milliseconds, UTC. */
export function minuteText(time: number | string): string {
  const text = typeof time === 'number' ? new Date(time).toISOString() : time
  return `${text.slice(0, 10)} ${text.slice(11, 16)}`
}

/** A span of time in its two largest units. */
export function spanText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const rest = minutes % 60
  const sign = ms < 0 ? '−' : ''
  if (days > 0) return `${sign}${days} d ${hours} h`
  if (hours > 0) return `${sign}${hours} h ${rest} min`
  return `${sign}${rest} min`
}
