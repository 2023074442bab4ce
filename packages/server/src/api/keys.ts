import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `read` sees, `act` acknowledges and approves, `admin` does all. */
export const KEY_SCOPES = ['read', 'act', 'admin'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

/** What is stored of a key: never the key. Keys carry 256 random bits, so one round of SHA-256 is enough. */
export type ApiKeyRecord = {
  readonly id: string
  /** `sha256:` and 64 hex digits. */
  readonly hash: string
  readonly scopes: readonly KeyScope[]
  /** Epoch milliseconds; absent: does not expire. */
  readonly expiresTime?: number
}

/** Makes a key. The `key` is shown once and forgotten; the `record` is stored. */
export function createApiKey(
  id: string,
  scopes: readonly KeyScope[],
): { readonly key: string; readonly record: ApiKeyRecord } {
  const key = `hf_${randomBytes(32).toString('base64url')}`
  return { key, record: { id, hash: hashKey(key), scopes } }
}

/** The record that a presented key belongs to; undefined where it is unknown or has expired. */
export function findKey(records: readonly ApiKeyRecord[], presented: string, now: number): ApiKeyRecord | undefined {
  const hash = Buffer.from(hashKey(presented))
  const found = records.find((record) => {
    const stored = Buffer.from(record.hash)
    return stored.length === hash.length && timingSafeEqual(stored, hash)
  })
  if (found?.expiresTime !== undefined && !(now < found.expiresTime)) return undefined
  return found
}

export function allows(record: ApiKeyRecord, scope: KeyScope): boolean {
  return record.scopes.includes('admin') || record.scopes.includes(scope)
}

function hashKey(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}
