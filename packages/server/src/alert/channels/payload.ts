import type { Alert } from '../alert.js'
import type { Message } from './channel.js'
import { countsOf, linesOf, plainText, titleOf } from './text.js'

/**
 * The webhook payload of Prometheus Alertmanager, version "4", so that whatever reads Alertmanager reads us. A heartbeat is
 * an alert named `HoldfastHeartbeat` that always fires, as Prometheus's own `Watchdog`.
 */
export function alertmanagerPayload(message: Message, receiver: string): object {
  if (message.kind === 'heartbeat') {
    const labels = { alertname: 'HoldfastHeartbeat', severity: 'none' }
    const alert = entry('firing', labels, { summary: plainText(message) }, message.time, 'heartbeat')
    return envelope(receiver, 'firing', 'heartbeat', labels, [alert], 0)
  }
  const { notification, mayRepeat } = message
  const firing = notification.alerts.some((alert) => alert.state === 'firing')
  const alerts = notification.alerts.map(alertEntry)
  const truncated = notification.total - notification.alerts.length
  const groupKey = JSON.stringify(notification.groupLabels)
  return {
    ...envelope(receiver, firing ? 'firing' : 'resolved', groupKey, notification.groupLabels, alerts, truncated),
    commonAnnotations: {
      summary: titleOf(notification),
      ...(mayRepeat ? { repeat: 'delivery of this message was attempted before and not confirmed' } : {}),
    },
  }
}

/** Slack's incoming webhook: `text` for notifications, `blocks` for the channel. */
export function slackPayload(message: Message): object {
  const text = plainText(message)
  if (message.kind === 'heartbeat') return { text }
  const { notification } = message
  const section = (markdown: string) => ({ type: 'section', text: { type: 'mrkdwn', text: markdown.slice(0, 3000) } })
  const lines = linesOf(notification).map(escapeSlack).join('\n')
  return {
    text: titleOf(notification),
    blocks: [
      section(`*${escapeSlack(titleOf(notification))}*`),
      ...(lines === '' ? [] : [section(lines)]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: `Holdfast · ${countsOf(notification)}` }] },
    ],
  }
}

/** Telegram's `sendMessage`, as plain text so that nothing needs escaping; at most 4,096 characters. */
export function telegramPayload(message: Message, chat: string): object {
  const quiet = message.kind === 'heartbeat'
  return { chat_id: chat, text: plainText(message).slice(0, 4096), disable_notification: quiet }
}

function alertEntry(alert: Alert) {
  const labels = { ...alert.labels, severity: alert.tier }
  const annotations = { summary: alert.summary, decision: alert.id }
  return entry(alert.state, labels, annotations, alert.time, alert.fingerprint)
}

function entry(
  status: 'firing' | 'resolved',
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
  time: number,
  fingerprint: string,
) {
  const at = new Date(time).toISOString()
  const endsAt = status === 'resolved' ? at : '0001-01-01T00:00:00Z'
  return { status, labels, annotations, startsAt: at, endsAt, generatorURL: '', fingerprint }
}

function envelope(
  receiver: string,
  status: 'firing' | 'resolved',
  groupKey: string,
  groupLabels: Readonly<Record<string, string>>,
  alerts: readonly ReturnType<typeof entry>[],
  truncatedAlerts: number,
) {
  return {
    version: '4',
    groupKey,
    truncatedAlerts,
    status,
    receiver,
    groupLabels,
    commonLabels: groupLabels,
    commonAnnotations: {},
    externalURL: '',
    alerts,
  }
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
