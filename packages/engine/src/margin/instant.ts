import { civilFromDays, daysFromCivil } from '@holdfast/quant'

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z$/

/** Reads an RFC 3339 instant in UTC. Epoch milliseconds; undefined where the text is none. */
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
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second
  return seconds * 1000 + Number((match[7] ?? '').padEnd(3, '0'))
}
