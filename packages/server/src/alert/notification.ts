import { createHash } from 'node:crypto'
import type { Tier } from '@holdfast/engine'
import { type Alert, bySeverity } from './alert.js'

/** Alerts that a message carries in full; of more it says how many there were. */
export const ALERTS_CARRIED_MAX = 100

/** One message: the alerts of a group, or a digest of what could not be told one by one. */
export type Notification = {
  /** Hash of what it tells; receivers may use it to recognise a repeat. */
  readonly id: string
  readonly kind: 'group' | 'digest'
  readonly groupLabels: Readonly<Record<string, string>>
  /** The most severe first, at most `ALERTS_CARRIED_MAX`. */
  readonly alerts: readonly Alert[]
  readonly total: number
  readonly totals: Readonly<Record<Tier | 'resolved', number>>
  /** Tells once more what was told before and still fires. */
  readonly standing: boolean
  readonly firstTime: number
  readonly lastTime: number
}

export function notificationOf(
  kind: Notification['kind'],
  groupLabels: Readonly<Record<string, string>>,
  alerts: readonly Alert[],
  standing = false,
): Notification {
  const totals = { critical: 0, warning: 0, notice: 0, resolved: 0 }
  for (const alert of alerts) totals[alert.state === 'resolved' ? 'resolved' : alert.tier] += 1
  const times = alerts.map((alert) => alert.time)
  return {
    id: hashIds(alerts.map((alert) => alert.id)),
    kind,
    groupLabels,
    alerts: [...alerts].sort(bySeverity).slice(0, ALERTS_CARRIED_MAX),
    total: alerts.length,
    totals,
    standing,
    firstTime: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    lastTime: times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  }
}

/** One message in place of two. Nothing is lost from the counts. */
export function mergeNotifications(a: Notification, b: Notification): Notification {
  const common = Object.entries(a.groupLabels).filter(([key, value]) => b.groupLabels[key] === value)
  return {
    id: hashIds([a.id, b.id]),
    kind: 'digest',
    groupLabels: Object.fromEntries(common),
    alerts: [...a.alerts, ...b.alerts].sort(bySeverity).slice(0, ALERTS_CARRIED_MAX),
    total: a.total + b.total,
    totals: {
      critical: a.totals.critical + b.totals.critical,
      warning: a.totals.warning + b.totals.warning,
      notice: a.totals.notice + b.totals.notice,
      resolved: a.totals.resolved + b.totals.resolved,
    },
    standing: a.standing && b.standing,
    firstTime: Math.min(a.firstTime, b.firstTime),
    lastTime: Math.max(a.lastTime, b.lastTime),
  }
}

function hashIds(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 32)
}
