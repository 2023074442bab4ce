import type { Alert } from '../alert.js'
import type { Notification } from '../notification.js'
import type { Message } from './channel.js'

/** Alerts that a message for people spells out. */
const LINES_MAX = 10

/** One line that says how bad it is, what it is about and how much there is of it. */
export function titleOf(notification: Notification): string {
  const about = Object.values(notification.groupLabels).join(' · ') || 'several groups'
  const [first] = notification.alerts
  if (notification.total === 1 && first !== undefined) {
    return `${mark(first)} ${notification.standing ? 'still: ' : ''}${first.summary}`
  }
  const word = notification.kind === 'digest' ? 'digest: ' : ''
  return `${worstMark(notification)} ${word}${notification.total} alerts${notification.standing ? ' still firing' : ''} · ${about} (${countsOf(notification)})`
}

export function linesOf(notification: Notification): readonly string[] {
  const listed = notification.alerts.slice(0, LINES_MAX)
  const lines =
    notification.total === 1 ? [] : listed.map((alert) => `${mark(alert)} ${alert.summary} at ${utc(alert.time)}`)
  const rest = notification.total - listed.length
  if (rest > 0) lines.push(`and ${rest} more between ${utc(notification.firstTime)} and ${utc(notification.lastTime)}`)
  if (notification.total === 1)
    lines.push(`${notification.standing ? 'as told at' : 'at'} ${utc(notification.firstTime)}`)
  return lines
}

export function plainText(message: Message): string {
  if (message.kind === 'heartbeat') return `Holdfast alerter is alive at ${utc(message.time)}`
  const repeat = message.mayRepeat ? ['(may repeat an earlier message: its delivery was not confirmed)'] : []
  return [titleOf(message.notification), ...linesOf(message.notification), ...repeat].join('\n')
}

export function countsOf({ totals }: Notification): string {
  return (['critical', 'warning', 'notice', 'resolved'] as const)
    .filter((key) => totals[key] > 0)
    .map((key) => `${totals[key]} ${key}`)
    .join(', ')
}

function mark(alert: Alert): string {
  return alert.state === 'resolved' ? '[RESOLVED]' : `[${alert.tier.toUpperCase()}]`
}

function worstMark({ totals }: Notification): string {
  const worst = (['critical', 'warning', 'notice'] as const).find((tier) => totals[tier] > 0)
  return worst === undefined ? '[RESOLVED]' : `[${worst.toUpperCase()}]`
}

function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
