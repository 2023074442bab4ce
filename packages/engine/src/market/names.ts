import { civilFromDays } from '@holdfast/quant'

const MS_PER_DAY = 86_400_000

/** `2026-02-27` for an expiry in epoch milliseconds. */
export function expiryDate(expiry: number): string {
  const { year, month, day } = civilFromDays(Math.floor(expiry / MS_PER_DAY))
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Names of inputs, as assessments, decisions and reports write them. */
export const inputName = {
  index: (underlying: string) => `index:${underlying}`,
  asset: (asset: string) => `asset:${asset}`,
  forward: (underlying: string, expiry: number) => `forward:${underlying}:${expiryDate(expiry)}`,
  surface: (underlying: string, expiry: number) => `surface:${underlying}:${expiryDate(expiry)}`,
  quote: (instrument: string) => `quote:${instrument}`,
  account: (account: string) => `account:${account}`,
  feed: (source: string) => `feed:${source}`,
  settlement: (underlying: string, expiry: number) => `settlement:${underlying}:${expiryDate(expiry)}`,
}

/** Milliseconds as people say them: `4.2 s`, `13 min`, `6.0 h`, `3.0 d`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 7_200_000) return `${(ms / 60_000).toFixed(1)} min`
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`
  return `${(ms / 86_400_000).toFixed(1)} d`
}

/** A fraction as percent with two decimals. */
export function percentText(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`
}
