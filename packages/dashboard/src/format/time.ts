import { UNKNOWN } from './number.js'

/** `27 Feb 26`. Dates on the page are UTC, always. */
export function day(iso: string | undefined): string {
  if (iso === undefined) return UNKNOWN
  const date = new Date(iso)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCFullYear()).slice(2)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `5 Feb 14:00`. */
export function dayAndMinute(iso: string): string {
  const date = new Date(iso)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${iso.slice(11, 16)}`
}

/** `2026-02-05 14:00:03 UTC`. */
export function second(iso: string | undefined): string {
  return iso === undefined ? UNKNOWN : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** How old something is, two figures at most: `0.8 s`, `47 min`, `3 h 20 min`, `2 d`. */
export function age(seconds: number | undefined): string {
  if (seconds === undefined || !(seconds >= 0)) return UNKNOWN
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) {
    const hours = Math.floor(seconds / 3600)
    const minutes = Math.round((seconds - hours * 3600) / 60)
    return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`
  }
  return `${Math.round(seconds / 86_400)} d`
}
