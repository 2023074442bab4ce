import { createHmac, timingSafeEqual } from 'node:crypto'
import { Problem } from './problem.js'

/** A name and the secret that it signs with: who signs confirms in that name. */
export type WebhookKey = { readonly id: string; readonly secret: string }

/** How far the time of signing may lie from ours, either way. */
export const WEBHOOK_WINDOW_MS = 300_000
const SECRET_CHARACTERS_MIN = 32

export type SignedHook = {
  /** Headers `holdfast-key`, `holdfast-timestamp` (epoch seconds), `holdfast-signature` (`v1=` and hex). */
  readonly key: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  /** The body, byte for byte as it came. */
  readonly body: Buffer
}

/** `v1=` and HMAC-SHA256, hex, over `TIMESTAMP.BODY`. */
export function signHook(secret: string, timestamp: string, body: Buffer | string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
}

/** Reads `NAME SECRET`; undefined where it is not that, or the secret is short. */
export function parseWebhookKey(text: string): WebhookKey | undefined {
  const [id, secret, ...more] = text.trim().split(/\s+/)
  if (id === undefined || secret === undefined || more.length > 0) return undefined
  return secret.length >= SECRET_CHARACTERS_MIN ? { id, secret } : undefined
}

/**
 * Checks webhooks: signed by a known key, within the window, and not seen before. What was seen is kept for as long as the
 * window would let it in again.
 */
export function createHookVerifier(keys: readonly WebhookKey[], now: () => number) {
  const seen = new Map<string, number>()

  /** @returns the name of the key. @throws {Problem} SIGNATURE_INVALID, TIMESTAMP_STALE, WEBHOOK_REPLAYED. */
  return function verify({ key, timestamp, signature, body }: SignedHook): string {
    const missing = [
      ['holdfast-key', key],
      ['holdfast-timestamp', timestamp],
      ['holdfast-signature', signature],
    ].filter(([, value]) => value === undefined)
    if (missing.length > 0) throw refused('SIGNATURE_INVALID', `missing: ${missing.map(([name]) => name).join(', ')}`)
    const known = keys.find(({ id }) => id === key)
    const wanted = Buffer.from(signHook(known?.secret ?? 'no such key', timestamp!, body))
    const given = Buffer.from(signature!)
    if (known === undefined || wanted.length !== given.length || !timingSafeEqual(wanted, given)) {
      throw refused(
        'SIGNATURE_INVALID',
        'no key of that name signs so; the signature is v1= and the hex HMAC-SHA256 of TIMESTAMP.BODY, the body byte for byte',
      )
    }
    const at = Number(timestamp) * 1000
    const off = Math.abs(now() - at)
    if (!(off <= WEBHOOK_WINDOW_MS)) {
      const how = Number.isFinite(off) ? `${Math.round(off / 1000)} s from our clock` : 'not epoch seconds'
      throw refused('TIMESTAMP_STALE', `it was signed ${how}; allowed: ${WEBHOOK_WINDOW_MS / 1000} s`)
    }
    for (const [mark, until] of seen) if (until < now()) seen.delete(mark)
    const mark = wanted.toString()
    if (seen.has(mark)) throw refused('WEBHOOK_REPLAYED', 'sign anew, with a new timestamp, to say it again')
    seen.set(mark, at + WEBHOOK_WINDOW_MS)
    return known.id
  }
}

function refused(code: 'SIGNATURE_INVALID' | 'TIMESTAMP_STALE' | 'WEBHOOK_REPLAYED', detail: string): Problem {
  return new Problem(code, detail, { outcome: 'not_sent' })
}
