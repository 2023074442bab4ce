import { z } from 'zod'
import { Problem } from './problem.js'

/** Query fields of every list: newest first, `cursor` from the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.exactOptional(z.string()) })
}

/**
 * A slice of a list that is ordered by a number which never changes and never repeats. The cursor holds the last position
 * that was given, so items that arrive between two pages shift nothing.
 *
 * @param items - in the order in which they are to be handed out.
 * @param positionOf - strictly monotonic along `items`.
 */
export function paginate<T>(
  items: readonly T[],
  positionOf: (item: T) => string,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): { readonly items: readonly T[]; readonly nextCursor?: string } {
  let start = 0
  if (query.cursor !== undefined) {
    const position = decode(query.cursor)
    const at = items.findIndex((item) => positionOf(item) === position)
    if (at < 0) throw new Problem('INVALID_INPUT', 'the cursor is not one of ours, or what it pointed at has aged out')
    start = at + 1
  }
  const slice = items.slice(start, start + query.limit)
  const last = slice.at(-1)
  const more = start + slice.length < items.length
  return more && last !== undefined ? { items: slice, nextCursor: encode(positionOf(last)) } : { items: slice }
}

function encode(position: string): string {
  return Buffer.from(position, 'utf8').toString('base64url')
}

function decode(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('utf8')
}
