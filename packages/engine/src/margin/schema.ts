import { z } from 'zod'

/** Pieces that the parameter schemas of several models share. Fractions are decimals. */
export const fraction = z.number().min(0).max(1)
export const rate = z.number().min(0).max(10)
export const usd = z.number().min(0)
export const assetName = z.string().regex(/^[A-Za-z0-9._-]+$/)

/** A table by asset or underlying, with the row that serves where a name is not listed. */
export function table<T extends z.ZodType>(row: T) {
  return z.strictObject({ default: row, named: z.record(assetName, row) })
}

export type Table<T> = { readonly default: T; readonly named: Readonly<Record<string, T>> }

export function rowOf<T>(rows: Table<T>, name: string): T {
  return rows.named[name] ?? rows.default
}
