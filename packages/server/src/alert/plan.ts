import type { AlertsConfiguration, Tier, Turn } from '@holdfast/engine'
import { type Alert, alertOf, tierAtLeast } from './alert.js'
import { type Notification, notificationOf } from './notification.js'
import type { AlertRecord, AlertState, Group } from './state.js'
import { sentRecently } from './state.js'

export type GroupSettings = AlertsConfiguration['group']

/** A channel as planning sees it. */
export type ChannelTarget = { readonly name: string; readonly minTier: Tier }

/** Alerts that one message lists in full before a follow-up counts as a digest. */
const FOLLOW_UP_LISTED_MAX = 10

/** Records of what a turn adds: its alerts, what people have seen, then the turn itself. A turn that was taken before adds nothing. */
export function planTurn(state: AlertState, turn: Turn, settings: GroupSettings, now: number): readonly AlertRecord[] {
  if (turn.sequence <= state.position) return []
  const records: AlertRecord[] = []
  for (const decision of turn.decisions) {
    const alert = alertOf(decision)
    if (alert === undefined || state.accepted.has(alert.id)) continue
    const groupLabels: Record<string, string> = {}
    for (const key of settings.by) {
      const value = key === 'tier' ? alert.tier : alert.labels[key]
      if (value !== undefined) groupLabels[key] = value
    }
    const group = JSON.stringify(groupLabels)
    records.push({ kind: 'accepted', sequence: turn.sequence, at: now, group, groupLabels, alert })
  }
  for (const event of turn.events) {
    if (event.kind === 'control' && event.command === 'acknowledge') {
      records.push({ kind: 'acknowledged', alert: event.target })
    }
  }
  records.push({ kind: 'turn', sequence: turn.sequence })
  return records
}

/**
 * Groups whose time has come. A new group waits `waitMs` for company; one that was told about speaks again after
 * `intervalMs` if something changed, after `repeatMs` if something still fires that nobody has acknowledged.
 */
export function planGroups(
  state: AlertState,
  channels: readonly ChannelTarget[],
  settings: GroupSettings,
  now: number,
): readonly AlertRecord[] {
  const records: AlertRecord[] = []
  for (const [key, group] of state.groups) {
    const due = dueAlerts(state, group, settings, now)
    if (due === undefined) continue
    const notifications: Record<string, Notification> = {}
    for (const { name, minTier } of channels) {
      const wanted = due.alerts.filter((alert) => tierAtLeast(alert.tier, minTier))
      if (wanted.length > 0) notifications[name] = notificationOf(due.kind, group.labels, wanted, due.standing)
    }
    records.push({ kind: 'queued', at: now, group: key, notifications })
  }
  return records
}

function dueAlerts(
  state: AlertState,
  group: Group,
  settings: GroupSettings,
  now: number,
): { readonly kind: Notification['kind']; readonly alerts: readonly Alert[]; readonly standing: boolean } | undefined {
  const { lastSentTime } = group
  if (group.pending.length > 0) {
    const followUp = lastSentTime !== undefined
    const due = Math.max(
      group.pendingSince + settings.waitMs,
      followUp ? lastSentTime + settings.intervalMs : Number.NEGATIVE_INFINITY,
    )
    if (now < due) return undefined
    const many = followUp && group.pending.length > FOLLOW_UP_LISTED_MAX
    return { kind: many ? 'digest' : 'group', alerts: group.pending, standing: false }
  }
  if (lastSentTime === undefined || !(now - lastSentTime >= settings.repeatMs)) return undefined
  const standing = [...group.firing.values()].filter((alert) => !state.acknowledged.has(alert.id))
  return standing.length === 0 ? undefined : { kind: 'group', alerts: standing, standing: true }
}

/** The message that a channel may be sent now, if any. */
export function nextMessage(
  state: AlertState,
  channel: string,
  held: { readonly above: number; readonly perMs: number },
  now: number,
): Notification | undefined {
  const outbox = state.outboxes.get(channel)
  if (outbox === undefined || now < outbox.blockedUntil) return undefined
  if (sentRecently(outbox, now, held) >= held.above) return undefined
  return outbox.queue[0]
}

const BACKOFF_FIRST_MS = 1_000
const BACKOFF_MAX_MS = 300_000

/** When to try again: when the receiver said, else after a delay that doubles with each failure up to five minutes. */
export function retryTime(failures: number, retryAfterMs: number | undefined, now: number): number {
  if (retryAfterMs !== undefined) return now + retryAfterMs
  return now + Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 16))
}
