import type { AlertsConfiguration, Turn } from '@holdfast/engine'
import type { Logger } from '../log/logger.js'
import type { Metrics } from '../metrics/metrics.js'
import type { Effect } from '../run/ports.js'
import type { Channel } from './channels/channel.js'
import { nextMessage, planGroups, planTurn, retryTime } from './plan.js'
import { openRecordFile } from './recordFile.js'
import { type AlertRecord, type AlertState, applyAlertRecord, emptyAlertState, mergeQueue } from './state.js'

export type AlertDelivery = Effect & {
  /** Tells what is due. To be called every second or so; a call while one runs waits for it. */
  tick(): Promise<void>
  /** Messages that wait, by channel. */
  waiting(): Readonly<Record<string, number>>
}

export type AlertDeliveryOptions = {
  readonly channels: readonly Channel[]
  readonly settings: Pick<AlertsConfiguration, 'group' | 'digest' | 'heartbeatMs'>
  /** The outbox, in the journal's folder. */
  readonly path: string
  /** What waits and intervals are measured by, epoch milliseconds: the wall clock, or the engine's for recorded sources. */
  readonly now: () => number
  readonly logger: Logger
  readonly metrics?: Metrics
  /** A heartbeat is a promise that the loop runs: it is withheld while this says no. */
  readonly healthy: () => boolean
}

/**
 * Alerts from decisions to people. Everything is written down before it is done, so a restart loses nothing and repeats at
 * most the one message that was under way, which then says so.
 */
export async function createAlertDelivery(options: AlertDeliveryOptions): Promise<AlertDelivery> {
  const { channels, settings, now, logger, metrics } = options
  const names = channels.map((channel) => channel.name)
  const file = await openRecordFile<AlertRecord>(options.path)
  const state = emptyAlertState(names)
  for (const record of file.records) applyAlertRecord(state, record, settings.digest)
  const unsure = new Set(recover(state))
  if (file.records.length > 0 && isIdle(state)) await file.replace([{ kind: 'turn', sequence: state.position }])
  let lastHeartbeat: number | undefined
  let queue: Promise<unknown> = Promise.resolve()
  let writing: Promise<void> = Promise.resolve()

  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const run = queue.then(work, work)
    queue = run.catch(() => undefined)
    return run
  }

  /** Channels send side by side, records are written one after the other. */
  const write = (records: readonly AlertRecord[]): Promise<void> => {
    const written = writing.then(async () => {
      await file.append(records)
      for (const record of records) applyAlertRecord(state, record, settings.digest)
    })
    writing = written.catch(() => undefined)
    return written
  }

  const send = async (channel: Channel) => {
    for (;;) {
      const notification = nextMessage(state, channel.name, settings.digest, now())
      if (notification === undefined) return
      const { id } = notification
      await write([{ kind: 'attempt', at: now(), channel: channel.name, id }])
      const mayRepeat = unsure.delete(`${channel.name} ${id}`)
      const delivery = await channel.deliver({ kind: 'notification', notification, mayRepeat })
      const at = now()
      if (delivery.ok) {
        await write([{ kind: 'delivered', at, channel: channel.name, id }])
        metrics?.alertDelivered(channel.name, 'delivered')
        logger.debug('alert delivered', { channel: channel.name, id, alerts: notification.total })
        continue
      }
      const failures = state.outboxes.get(channel.name)?.failures ?? 0
      const until = retryTime(failures, delivery.retryAfterMs, at)
      await write([{ kind: 'failed', at, channel: channel.name, id, until }])
      metrics?.alertDelivered(channel.name, 'retried')
      logger.warn('alert delivery failed', { channel: channel.name, reason: delivery.reason, retryInMs: until - at })
      return
    }
  }

  const beat = async () => {
    const { heartbeatMs } = settings
    const time = now()
    if (heartbeatMs === undefined || (lastHeartbeat !== undefined && time - lastHeartbeat < heartbeatMs)) return
    if (!options.healthy()) return
    lastHeartbeat = time
    const told = channels.filter((channel) => channel.heartbeats)
    const results = await Promise.all(told.map((channel) => channel.deliver({ kind: 'heartbeat', time })))
    if (results.some((result) => result.ok)) metrics?.heartbeatSent(time)
  }

  const tick = async () => {
    await write(planGroups(state, channels, settings.group, now()))
    await Promise.all(channels.map(send))
    await beat()
  }

  return {
    name: 'alerts',
    position: () => state.position,
    perform: (turn: Turn) =>
      alone(async () => {
        const records = planTurn(state, turn, settings.group, now())
        if (records.some((record) => record.kind !== 'turn')) await write(records)
        else for (const record of records) applyAlertRecord(state, record, settings.digest)
      }),
    tick: () => alone(tick),
    waiting: () => Object.fromEntries([...state.outboxes].map(([name, outbox]) => [name, outbox.queue.length])),
    close: () =>
      alone(async () => {
        await write(planGroups(state, channels, AT_ONCE, now()))
        await Promise.all(channels.map(send))
        await write([{ kind: 'turn', sequence: state.position }])
        await file.close()
      }),
  }
}

/** At an orderly stop nothing waits for company any more. What a channel refuses now stays in the outbox. */
const AT_ONCE = { by: [], waitMs: 0, intervalMs: 0, repeatMs: Number.POSITIVE_INFINITY } as const

/**
 * After a restart: what waited in a channel becomes one message, and a message that was under way is marked, since nobody
 * knows whether it arrived.
 */
function recover(state: AlertState): readonly string[] {
  const unsure: string[] = []
  for (const [channel, outbox] of state.outboxes) {
    const attempted = outbox.attempted
    outbox.attempted = false
    mergeQueue(outbox)
    const head = outbox.queue[0]
    if (attempted && head !== undefined) unsure.push(`${channel} ${head.id}`)
  }
  return unsure
}

/** Nothing waits and nothing fires: all that is worth keeping is how far we are. */
function isIdle(state: AlertState): boolean {
  return state.groups.size === 0 && [...state.outboxes.values()].every((outbox) => outbox.queue.length === 0)
}
