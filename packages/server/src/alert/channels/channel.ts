import type { Tier } from '@holdfast/engine'
import type { Notification } from '../notification.js'

export type Delivery =
  | { readonly ok: true }
  /** `retryAfterMs` where the receiver said when it will listen again. `reason` holds no secret. */
  | { readonly ok: false; readonly reason: string; readonly retryAfterMs?: number }

export type Message =
  /** `mayRepeat`: it was sent before and nobody knows whether it arrived. */
  | { readonly kind: 'notification'; readonly notification: Notification; readonly mayRepeat: boolean }
  | { readonly kind: 'heartbeat'; readonly time: number }

/** A way to people. It never throws: what went wrong is a value. */
export type Channel = {
  readonly name: string
  readonly minTier: Tier
  readonly heartbeats: boolean
  deliver(message: Message): Promise<Delivery>
}
