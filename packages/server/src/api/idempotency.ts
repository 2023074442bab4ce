import { createHash } from 'node:crypto'
import { Problem } from './problem.js'

type Kept = { readonly fingerprint: string; readonly time: number; readonly result?: unknown }

/**
 * Answers to mutations by their Idempotency-Key, held for a day: the same request again gets the answer that was given, and
 * is not carried out again.
 */
export type IdempotencyStore = {
  /**
   * Runs `work` unless this caller's key came before.
   *
   * @throws {Problem} IDEMPOTENCY_KEY_REUSED where the body differs; IDEMPOTENCY_IN_PROGRESS while the first still runs.
   */
  once<T>(
    caller: string,
    key: string,
    request: unknown,
    now: number,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly replayed: boolean }>
}

const RETENTION_MS = 24 * 3_600_000

export function createIdempotencyStore(): IdempotencyStore {
  const kept = new Map<string, Kept>()

  const forget = (now: number) => {
    for (const [id, entry] of kept) {
      if (now - entry.time < RETENTION_MS) return
      kept.delete(id)
    }
  }

  return {
    async once<T>(caller: string, key: string, request: unknown, now: number, work: () => Promise<T>) {
      forget(now)
      const id = `${caller} ${key}`
      const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex')
      const before = kept.get(id)
      if (before !== undefined) {
        if (before.fingerprint !== fingerprint) {
          throw new Problem('IDEMPOTENCY_KEY_REUSED', 'use a new key for a new request', { outcome: 'not_sent' })
        }
        if (!('result' in before)) {
          throw new Problem('IDEMPOTENCY_IN_PROGRESS', 'wait for the first answer, then ask again', {
            outcome: 'unknown',
          })
        }
        return { result: before.result as T, replayed: true }
      }
      kept.set(id, { fingerprint, time: now })
      try {
        const result = await work()
        kept.set(id, { fingerprint, time: now, result })
        return { result, replayed: false }
      } catch (error) {
        kept.delete(id)
        throw error
      }
    },
  }
}
