import { join } from 'node:path'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** One dialect, two places: PGlite in a folder, or a PostgreSQL server. */
export type Database = {
  readonly db: PgDatabase<PgQueryResultHKT>
  /** For messages; holds no secret. */
  readonly place: string
  /** Others may keep their tables there. */
  readonly shared: boolean
  close(): Promise<void>
}

export type DatabaseOptions =
  | { readonly kind: 'embedded'; readonly folder: string }
  /** A connection string; it may hold a password and is never shown. */
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'memory' }

/**
 * Opens the database of the SQL view. The embedded one takes no lock of its own: the caller holds the folder's lock (the
 * journal's) before and until `close`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.kind === 'server') return openServer(options.url)
  const { PGlite } = await import('@electric-sql/pglite')
  const { drizzle } = await import('drizzle-orm/pglite')
  const folder = options.kind === 'memory' ? undefined : join(options.folder, 'sql')
  const client = folder === undefined ? new PGlite() : new PGlite(folder)
  await client.waitReady
  return { db: drizzle(client), place: folder ?? 'memory', shared: false, close: () => client.close() }
}

async function openServer(url: string): Promise<Database> {
  const { default: pg } = await import('pg')
  const { drizzle } = await import('drizzle-orm/node-postgres')
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  // A connection that breaks while idle shows with the next statement.
  pool.on('error', () => undefined)
  const { hostname, pathname } = new URL(url)
  return { db: drizzle(pool), place: `${hostname}${pathname}`, shared: true, close: () => pool.end() }
}
