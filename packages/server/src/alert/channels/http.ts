import type { Tier } from '@holdfast/engine'
import type { Redactor } from '../../log/redaction.js'
import type { Channel, Delivery, Message } from './channel.js'
import { alertmanagerPayload, slackPayload, telegramPayload } from './payload.js'

export type WebhookOptions = {
  readonly name: string
  /** Holds tokens as a rule: it is registered with the redactor and never told in a reason. */
  readonly url: string
  readonly format: 'alertmanager' | 'slack' | 'telegram'
  readonly chat?: string
  readonly minTier: Tier
  readonly redactor: Redactor
  /** Wall clock, for a Retry-After that is a date. */
  readonly now: () => number
  readonly timeoutMs?: number
}

const REASON_LENGTH_MAX = 200

/** A webhook: one POST a message. Any status but 2xx is a failure that is tried again. */
export function webhookChannel(options: WebhookOptions): Channel {
  const { name, url, format, redactor } = options
  const { pathname, search } = new URL(url)
  for (const part of `${pathname}${search}`.split(/[/?&=]/)) if (part.length >= 8) redactor.add(part)
  redactor.add(`${pathname}${search}`)

  const body = (message: Message): object => {
    switch (format) {
      case 'alertmanager':
        return alertmanagerPayload(message, name)
      case 'slack':
        return slackPayload(message)
      case 'telegram':
        return telegramPayload(message, options.chat ?? '')
    }
  }

  return {
    name,
    minTier: options.minTier,
    heartbeats: true,
    async deliver(message) {
      const id = message.kind === 'notification' ? message.notification.id : `heartbeat-${message.time}`
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': id },
          body: JSON.stringify(body(message)),
          signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
          redirect: 'error',
        })
        const text = await response.text()
        return response.ok ? { ok: true } : refusal(response, text, redactor, options.now())
      } catch (error) {
        return { ok: false, reason: redactor.apply(describe(error)) }
      }
    },
  }
}

function refusal(response: Response, text: string, redactor: Redactor, now: number): Delivery {
  // Redact first, cut after: a cut through a secret would hide it from the redactor.
  const reason = redactor.apply(`HTTP ${response.status}: ${text}`).slice(0, REASON_LENGTH_MAX)
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), text, now)
  return retryAfterMs === undefined ? { ok: false, reason } : { ok: false, reason, retryAfterMs }
}

/** From the header (seconds or a date, RFC 9110 §10.2.3) or from Telegram's `parameters.retry_after` (seconds). */
export function retryAfter(header: string | null, body: string, now: number): number | undefined {
  if (header !== null) {
    const seconds = Number(header)
    if (seconds >= 0) return seconds * 1000
    const date = Date.parse(header)
    if (date >= now) return date - now
  }
  const told = /"retry_after"\s*:\s*(\d+(?:\.\d+)?)/.exec(body)?.[1]
  return told === undefined ? undefined : Number(told) * 1000
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}
