import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AlertsConfiguration, Decision, Tier, Turn } from '@holdfast/engine'
import { afterEach, describe, expect, it } from 'vitest'
import type { Channel, Message } from '../src/alert/channels/channel.js'
import { configuredChannels } from '../src/alert/channels/configured.js'
import { retryAfter, webhookChannel } from '../src/alert/channels/http.js'
import { type AlertDelivery, createAlertDelivery } from '../src/alert/delivery.js'
import { openRecordFile } from '../src/alert/recordFile.js'
import { createLogger } from '../src/log/logger.js'
import { createRedactor } from '../src/log/redaction.js'
import { createSecretReader, SecretError } from '../src/log/secret.js'

const SECOND = 1000
const SETTINGS: Pick<AlertsConfiguration, 'group' | 'digest' | 'heartbeatMs'> = {
  group: { by: ['account', 'rule'], waitMs: 10 * SECOND, intervalMs: 300 * SECOND, repeatMs: 4 * 3600 * SECOND },
  digest: { above: 5, perMs: 60 * SECOND },
}

function alert(
  n: number,
  more: { account?: string; tier?: Tier; state?: 'firing' | 'resolved'; item?: string } = {},
): Decision {
  const { account = 'main', tier = 'warning', state = 'firing', item = `item-${n}` } = more
  return {
    id: `decision-${n}`,
    rule: 'margin-warning',
    stage: 'shadow',
    scope: { kind: 'account', account },
    time: n * 100,
    action: { kind: 'alert', tier, summary: `alert ${n} of ${account}`, labels: { item }, state },
    outcome: 'planned',
    condition: 'margin_ratio > 0.65',
    terms: [],
    inputs: [],
    reasons: [],
  }
}

function turn(sequence: number, decisions: readonly Decision[]): Turn {
  return { sequence, time: sequence * 100, events: [], decisions, flags: [], assessmentDigest: '', stateDigest: '' }
}

/** A receiver on a real socket that answers as told and remembers what it accepted. */
async function receiver(
  answer: (count: number) => { status: number; headers?: Record<string, string>; body?: string },
) {
  const accepted: { body: Record<string, unknown>; id: string | undefined }[] = []
  const refused: number[] = []
  let count = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      count += 1
      const { status, headers = {}, body = '{}' } = answer(count)
      const id = request.headers['idempotency-key']
      if (status === 200) {
        accepted.push({ body: JSON.parse(Buffer.concat(chunks).toString()), id: Array.isArray(id) ? id[0] : id })
      } else refused.push(status)
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push(() => new Promise((done) => server.close(() => done(undefined))))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted, refused }
}

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function alerter(
  channels: readonly Channel[],
  more: { path?: string; settings?: typeof SETTINGS; healthy?: () => boolean } = {},
) {
  const clock = { now: 0 }
  const log: string[] = []
  const path = more.path ?? join(await mkdtemp(join(tmpdir(), 'holdfast-alerts-')), 'outbox.jsonl')
  const delivery = await createAlertDelivery({
    channels,
    settings: more.settings ?? SETTINGS,
    path,
    now: () => clock.now,
    logger: createLogger({
      level: 'debug',
      write: (line) => log.push(line),
      now: () => clock.now,
      redactor: createRedactor(),
    }),
    healthy: more.healthy ?? (() => true),
  })
  if (!channels.some((channel) => channel.name === 'dying')) open.push(async () => delivery.close?.())
  return { delivery, clock, log, path }
}

const perform = (delivery: AlertDelivery, ...turns: readonly Turn[]) =>
  turns.reduce<Promise<void>>(
    (before, next) => before.then(() => delivery.perform(next, undefined as never)),
    Promise.resolve(),
  )

/** A channel in memory that can be told to fail. */
function memoryChannel(fail: () => boolean = () => false): Channel & { readonly messages: Message[] } {
  const messages: Message[] = []
  return {
    name: 'memory',
    minTier: 'notice',
    heartbeats: true,
    messages,
    async deliver(message) {
      if (fail()) return { ok: false, reason: 'told to fail' }
      messages.push(message)
      return { ok: true }
    },
  }
}

const totals = (messages: readonly Message[]) =>
  messages.map((message) => (message.kind === 'notification' ? message.notification.total : 0))

describe('[21] five hundred alerts in a minute', () => {
  it('[UN21] of one group: one grouped message, and a digest that is delivered after a 429', async () => {
    const http = await receiver((count) =>
      count === 2 ? { status: 429, headers: { 'retry-after': '43' }, body: '{"ok":false}' } : { status: 200 },
    )
    const channel = webhookChannel({
      name: 'alertmanager',
      url: http.url,
      format: 'alertmanager',
      minTier: 'notice',
      redactor: createRedactor(),
      now: () => 0,
    })
    const { delivery, clock } = await alerter([channel])
    for (let n = 0; n < 500; n++) {
      clock.now = n * 120
      await perform(delivery, turn(n + 1, [alert(n)]))
      if (n % 10 === 0) await delivery.tick()
    }
    expect(http.accepted).toHaveLength(1)
    for (; clock.now < 400 * SECOND; clock.now += SECOND) await delivery.tick()
    expect(http.refused).toEqual([429])
    expect(http.accepted).toHaveLength(2)
    const told = http.accepted.map(({ body }) => {
      const { alerts, truncatedAlerts } = body as { alerts: unknown[]; truncatedAlerts: number }
      return alerts.length + truncatedAlerts
    })
    expect(told[0]! + told[1]!).toBe(500)
    expect(http.accepted[1]!.body).toMatchObject({ version: '4', status: 'firing', groupLabels: { account: 'main' } })
    expect(
      String((http.accepted[1]!.body as { commonAnnotations: { summary: string } }).commonAnnotations.summary),
    ).toContain('digest')
    expect(delivery.waiting()).toEqual({ alertmanager: 0 })
  })

  it('[UN21] of five hundred groups: as many messages as allowed, one digest for the rest after the 429', async () => {
    const http = await receiver((count) =>
      count === 5 ? { status: 429, body: '{"ok":false,"parameters":{"retry_after":30}}' } : { status: 200 },
    )
    const redactor = createRedactor()
    const channel = webhookChannel({
      name: 'telegram',
      url: `${http.url}/bot123456:SECRETSECRET/sendMessage`,
      format: 'telegram',
      chat: '-100',
      minTier: 'notice',
      redactor,
      now: () => 0,
    })
    const { delivery, clock } = await alerter([channel])
    for (let n = 0; n < 500; n++) {
      clock.now = n * 2
      await perform(delivery, turn(n + 1, [alert(n, { account: `account-${n}` })]))
    }
    for (; clock.now < 200 * SECOND; clock.now += SECOND) await delivery.tick()
    expect(http.accepted).toHaveLength(5)
    const last = http.accepted[4]!.body as { text: string; chat_id: string }
    expect(last.chat_id).toBe('-100')
    expect(last.text).toContain('digest: 496 alerts')
    expect(last.text).toContain('and 486 more')
  })
})

describe('[22] after downtime', () => {
  it('[UN22] no backlog after downtime: what waited is told once, in one message; what was told is not told again', async () => {
    let down = false
    const channel = memoryChannel(() => down)
    const first = await alerter([channel])
    await perform(first.delivery, turn(1, [alert(1, { account: 'a' })]))
    first.clock.now = 11 * SECOND
    await first.delivery.tick()
    expect(totals(channel.messages)).toEqual([1])
    down = true
    for (let n = 2; n < 30; n++) {
      first.clock.now += 15 * SECOND
      await perform(first.delivery, turn(n, [alert(n, { account: `b-${n}` })]))
      await first.delivery.tick()
    }
    down = false
    const second = await alerter([channel], { path: first.path })
    second.clock.now = first.clock.now + 3600 * SECOND
    expect(second.delivery.position()).toBe(29)
    await perform(second.delivery, turn(28, [alert(28)]), turn(29, [alert(29)]))
    await second.delivery.tick()
    await second.delivery.tick()
    expect(totals(channel.messages).reduce((a, b) => a + b, 0)).toBe(29)
    expect(channel.messages.length).toBeLessThanOrEqual(3)
  })

  it('behavior: a crash between two records of a turn loses none and repeats none', async () => {
    const channel = memoryChannel()
    const first = await alerter([channel])
    await perform(first.delivery, turn(1, [alert(1), alert(2), alert(3)]))
    const lines = (await readFile(first.path, 'utf8')).split('\n')
    for (let cut = 1; cut <= 4; cut++) {
      const path = `${first.path}.${cut}`
      const torn = `${lines.slice(0, cut).join('\n')}\n${lines[cut]?.slice(0, 20) ?? ''}`
      await writeFile(path, torn)
      const next = await alerter([channel], { path })
      await perform(next.delivery, turn(1, [alert(1), alert(2), alert(3)]))
      channel.messages.length = 0
      next.clock.now = 11 * SECOND
      await next.delivery.tick()
      expect(totals(channel.messages)).toEqual([3])
    }
  })

  it('behavior: a message that was under way when we died says that it may repeat', async () => {
    const channel = { ...memoryChannel(), name: 'dying' }
    const dying: Channel = { ...channel, name: 'dying', deliver: () => new Promise(() => undefined) }
    const path = join(await mkdtemp(join(tmpdir(), 'holdfast-alerts-')), 'outbox.jsonl')
    const first = await alerter([dying], { path })
    await perform(first.delivery, turn(1, [alert(1)]))
    first.clock.now = 11 * SECOND
    void first.delivery.tick()
    await expect.poll(() => readFile(path, 'utf8')).toContain('"attempt"')
    const second = await alerter([channel], { path })
    second.clock.now = 31 * SECOND
    await second.delivery.tick()
    expect(channel.messages).toMatchObject([{ kind: 'notification', mayRepeat: true }])
  })
})

describe('grouping', () => {
  it('behavior: waits for company, speaks again after the interval, repeats what still fires until acknowledged', async () => {
    const channel = memoryChannel()
    const { delivery, clock } = await alerter([channel])
    const at = async (seconds: number) => {
      clock.now = seconds * SECOND
      await delivery.tick()
      return totals(channel.messages)
    }
    await perform(delivery, turn(1, [alert(1)]))
    expect(await at(9)).toEqual([])
    await perform(delivery, turn(2, [alert(2)]))
    expect(await at(10)).toEqual([2])
    await perform(delivery, turn(3, [alert(3, { state: 'resolved', item: 'item-1' })]))
    expect(await at(309)).toEqual([2])
    expect(await at(310)).toEqual([2, 1])
    expect(await at(310 + 4 * 3600)).toEqual([2, 1, 1])
    const seen = { kind: 'control', command: 'acknowledge', actor: 'desk', target: 'decision-2' } as const
    const stamp = { source: 'api', sourceTime: 0, receivedTime: 0 }
    await perform(delivery, { ...turn(4, []), events: [{ ...seen, ...stamp }] })
    expect(await at(310 + 8 * 3600)).toEqual([2, 1, 1])
  })

  it('behavior: a channel hears only its tiers', async () => {
    const channel = { ...memoryChannel(), minTier: 'critical' as const }
    const { delivery, clock } = await alerter([channel])
    await perform(delivery, turn(1, [alert(1), alert(2, { tier: 'critical' })]))
    clock.now = 10 * SECOND
    await delivery.tick()
    expect(totals(channel.messages)).toEqual([1])
  })

  it('behavior: decisions that are denied, printed only, or no alerts stay silent', async () => {
    const channel = memoryChannel()
    const { delivery, clock } = await alerter([channel])
    const denied = { ...alert(1), outcome: 'denied' as const }
    const printed = { ...alert(2), stage: 'plan' as const }
    await perform(delivery, turn(1, [denied, printed]))
    clock.now = 60 * SECOND
    await delivery.tick()
    expect(channel.messages).toEqual([])
  })
})

it('behavior: an orderly stop tells what still waits for company', async () => {
  const channel = memoryChannel()
  const { delivery } = await alerter([channel])
  await perform(delivery, turn(1, [alert(1), alert(2)]))
  await delivery.close?.()
  open.pop()
  expect(totals(channel.messages)).toEqual([2])
})

describe('heartbeat', () => {
  it('behavior: beats at its interval while the loop is well, and is withheld while it is not', async () => {
    const channel = memoryChannel()
    let well = true
    const settings = { ...SETTINGS, heartbeatMs: 60 * SECOND }
    const { delivery, clock } = await alerter([channel], { settings, healthy: () => well })
    const beats = () => channel.messages.filter((message) => message.kind === 'heartbeat').length
    for (; clock.now < 120 * SECOND; clock.now += SECOND) await delivery.tick()
    expect(beats()).toBe(2)
    well = false
    for (; clock.now < 300 * SECOND; clock.now += SECOND) await delivery.tick()
    expect(beats()).toBe(2)
  })
})

describe('[31] secrets', () => {
  it('[UN31] logs at debug level hold no part of any secret, whatever a receiver echoes', async () => {
    const token = '7712345678:AAHk3vYqz_9Qw-rT5uJxLmN0pBdEfGhIjK'
    const slack = 'T0A1B2C3D/B0E4F5G6H/xYz12AbC34dEf56GhI78jKl9'
    const http = await receiver(() => ({
      status: 401,
      body: `{"error":"bad token ${token.slice(0, 24)}","path":"/${slack}"}`,
    }))
    const redactor = createRedactor()
    const secret = createSecretReader(redactor, {
      TELEGRAM: `${http.url}/bot${token}/sendMessage`,
      SLACK: `${http.url}/services/${slack}`,
    })
    const channels = configuredChannels(
      [
        { kind: 'webhook', url: { from: 'env', name: 'TELEGRAM' }, format: 'telegram', chat: '1', minTier: 'notice' },
        { kind: 'webhook', url: { from: 'env', name: 'SLACK' }, format: 'slack', minTier: 'notice' },
      ],
      { secret, redactor, writeConsole: () => undefined, resolvePath: (path) => path, now: () => 0 },
    )
    const lines: string[] = []
    let now = 0
    const logger = createLogger({ level: 'debug', write: (line) => lines.push(line), now: () => now, redactor })
    const path = join(await mkdtemp(join(tmpdir(), 'holdfast-alerts-')), 'outbox.jsonl')
    const delivery = await createAlertDelivery({
      channels,
      settings: SETTINGS,
      path,
      now: () => now,
      logger,
      healthy: () => true,
    })
    await perform(delivery, turn(1, [alert(1)]))
    now = 20 * SECOND
    await delivery.tick()
    logger.error('request failed', { error: new Error(`fetch ${http.url}/bot${token}/sendMessage`).message })
    await delivery.close?.()
    expect(lines.length).toBeGreaterThanOrEqual(3)
    expect(lines.join('\n')).toContain('[redacted]')
    const everything = lines.join('\n') + (await readFile(path, 'utf8'))
    for (const value of [token, slack]) {
      for (let i = 0; i + 6 <= value.length; i++) expect(everything).not.toContain(value.slice(i, i + 6))
    }
  })

  it('error: a secret that is not there is named, not guessed', () => {
    const secret = createSecretReader(createRedactor(), {})
    expect(() => secret({ from: 'env', name: 'ALERT_WEBHOOK' })).toThrow(SecretError)
    expect(() => secret({ from: 'env', name: 'ALERT_WEBHOOK' })).toThrow(/environment variable ALERT_WEBHOOK/)
  })
})

describe('retry-after', () => {
  it('behavior: reads seconds, dates and what Telegram says', () => {
    expect(retryAfter('43', '', 0)).toBe(43_000)
    expect(retryAfter('Thu, 01 Jan 1970 00:01:00 GMT', '', 10_000)).toBe(50_000)
    expect(retryAfter(null, '{"parameters":{"retry_after":7}}', 0)).toBe(7_000)
    expect(retryAfter(null, 'nothing', 0)).toBeUndefined()
  })
})

it('error: a damaged record file is named with its line', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'holdfast-alerts-')), 'outbox.jsonl')
  await writeFile(path, '{"kind":"turn","sequence":1}\n{{{\n')
  await expect(openRecordFile(path)).rejects.toThrow(`${path}:2`)
})
