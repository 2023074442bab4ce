import { civilFromDays, daysFromCivil } from '@holdfast/quant'

const MS_PER_DAY = 86_400_000

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(?:[Zz]|\+00:00))?$/

/** Reads an RFC 3339 instant in UTC, or a bare date as its midnight. Epoch milliseconds; undefined where it is none. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const days = daysFromCivil(year, month, day)
  const back = civilFromDays(days)
  if (back.month !== month || back.day !== day || hour > 23 || minute > 59 || second > 59) return undefined
  return days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + Number((match[7] ?? '').padEnd(3, '0'))
}

/** RFC 3339 in UTC, to the second where that is exact: `2026-02-05T08:00:00Z`. */
export function instantText(time: number): string {
  const days = Math.floor(time / MS_PER_DAY)
  const { year, month, day } = civilFromDays(days)
  const rest = time - days * MS_PER_DAY
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1000) % 60]
    .map((part) => two(Math.floor(part)))
    .join(':')
  const ms = rest % 1000
  return `${year}-${two(month)}-${two(day)}T${clock}${ms === 0 ? '' : `.${String(ms).padStart(3, '0')}`}Z`
}
