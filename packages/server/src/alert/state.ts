import type { Alert } from './alert.js'
import { mergeNotifications, type Notification } from './notification.js'

/** What the alerter writes down; its state is nothing but these records applied in order. */
export type AlertRecord =
  | {
      readonly kind: 'accepted'
      readonly sequence: number
      readonly at: number
      readonly group: string
      readonly groupLabels: Readonly<Record<string, string>>
      readonly alert: Alert
    }
  | { readonly kind: 'turn'; readonly sequence: number }
  /** What was pending in a group became a message to these channels. */
  | {
      readonly kind: 'queued'
      readonly at: number
      readonly group: string
      readonly notifications: Readonly<Record<string, Notification>>
    }
  /** Written before the first byte is sent. */
  | { readonly kind: 'attempt'; readonly at: number; readonly channel: string; readonly id: string }
  | { readonly kind: 'delivered'; readonly at: number; readonly channel: string; readonly id: string }
  | {
      readonly kind: 'failed'
      readonly at: number
      readonly channel: string
      readonly id: string
      readonly until: number
    }
  | { readonly kind: 'acknowledged'; readonly alert: string }

export type Group = {
  readonly labels: Readonly<Record<string, string>>
  pending: Alert[]
  pendingSince: number
  readonly firing: Map<string, Alert>
  lastSentTime?: number
}

export type Outbox = {
  queue: Notification[]
  /** The head of the queue has been attempted without an answer that we know of. */
  attempted: boolean
  blockedUntil: number
  failures: number
  sentTimes: number[]
}

export type AlertState = {
  /** Sequence of the last turn whose alerts are all accepted. */
  position: number
  /** Ids accepted for turns behind which no `turn` record stands yet. */
  readonly accepted: Set<string>
  readonly acknowledged: Set<string>
  readonly groups: Map<string, Group>
  readonly outboxes: Map<string, Outbox>
}

export function emptyAlertState(channels: readonly string[]): AlertState {
  const outbox = (): Outbox => ({ queue: [], attempted: false, blockedUntil: 0, failures: 0, sentTimes: [] })
  return {
    position: 0,
    accepted: new Set(),
    acknowledged: new Set(),
    groups: new Map(),
    outboxes: new Map(channels.map((name) => [name, outbox()])),
  }
}

/** Applies a record. Channels that are no longer configured are passed over. */
export function applyAlertRecord(state: AlertState, record: AlertRecord, held: HoldRule): void {
  switch (record.kind) {
    case 'accepted':
      accept(state, record)
      return
    case 'turn':
      state.position = record.sequence
      state.accepted.clear()
      return
    case 'queued': {
      const group = state.groups.get(record.group)
      if (group !== undefined) {
        group.pending = []
        group.lastSentTime = record.at
        if (group.firing.size === 0) state.groups.delete(record.group)
      }
      for (const [channel, notification] of Object.entries(record.notifications)) {
        const outbox = state.outboxes.get(channel)
        if (outbox !== undefined) enqueue(outbox, notification, record.at, held)
      }
      return
    }
    case 'attempt': {
      const outbox = state.outboxes.get(record.channel)
      if (outbox?.queue[0]?.id === record.id) outbox.attempted = true
      return
    }
    case 'delivered': {
      const outbox = state.outboxes.get(record.channel)
      if (outbox?.queue[0]?.id !== record.id) return
      outbox.queue.shift()
      outbox.attempted = false
      outbox.failures = 0
      outbox.sentTimes.push(record.at)
      return
    }
    case 'failed': {
      const outbox = state.outboxes.get(record.channel)
      if (outbox === undefined) return
      outbox.attempted = false
      outbox.failures += 1
      outbox.blockedUntil = record.until
      mergeQueue(outbox)
      return
    }
    case 'acknowledged':
      state.acknowledged.add(record.alert)
      return
  }
}

/** More messages than `above` within `perMs` are held back and end as one digest. */
export type HoldRule = { readonly above: number; readonly perMs: number }

export function sentRecently(outbox: Outbox, now: number, { perMs }: HoldRule): number {
  return outbox.sentTimes.filter((time) => now - time < perMs).length
}

/** A message joins the last one that waits when the channel is blocked or has had its share. */
function enqueue(outbox: Outbox, notification: Notification, now: number, held: HoldRule): void {
  outbox.sentTimes = outbox.sentTimes.filter((time) => now - time < held.perMs)
  const blocked = now < outbox.blockedUntil || outbox.failures > 0
  const crowded = outbox.sentTimes.length + outbox.queue.length >= held.above
  const last = outbox.queue.length - 1
  const free = last >= (outbox.attempted ? 1 : 0)
  if ((blocked || crowded) && free) outbox.queue[last] = mergeNotifications(outbox.queue[last]!, notification)
  else outbox.queue.push(notification)
}

/** After a failure all that waits becomes one message: no backlog. */
export function mergeQueue(outbox: Outbox): void {
  const [first, ...rest] = outbox.queue
  if (first !== undefined) outbox.queue = [rest.reduce(mergeNotifications, first)]
}

function accept(state: AlertState, { alert, group: key, groupLabels, at }: AlertRecord & { kind: 'accepted' }): void {
  state.accepted.add(alert.id)
  const group: Group = state.groups.get(key) ?? {
    labels: groupLabels,
    pending: [],
    pendingSince: at,
    firing: new Map(),
  }
  state.groups.set(key, group)
  if (group.pending.length === 0) group.pendingSince = at
  group.pending.push(alert)
  if (alert.state === 'firing') group.firing.set(alert.fingerprint, alert)
  else group.firing.delete(alert.fingerprint)
}
