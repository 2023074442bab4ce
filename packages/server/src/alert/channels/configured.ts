import type { AlertChannel } from '@holdfast/engine'
import type { Redactor } from '../../log/redaction.js'
import type { SecretReader } from '../../log/secret.js'
import type { Channel } from './channel.js'
import { webhookChannel } from './http.js'
import { consoleChannel, fileChannel } from './local.js'

/** What channels need from the world around them. */
export type ChannelEdge = {
  readonly secret: SecretReader
  readonly redactor: Redactor
  readonly writeConsole: (text: string) => void
  /** Turns a path of the configuration into one that can be opened. */
  readonly resolvePath: (path: string) => string
  readonly now: () => number
}

/**
 * The channels of a configuration. Two of a kind get numbered names, so that each keeps its own outbox.
 *
 * @throws {SecretError} where a referenced secret is not there.
 */
export function configuredChannels(configured: readonly AlertChannel[], edge: ChannelEdge): readonly Channel[] {
  return configured.map((channel, index) => {
    const before = configured.slice(0, index).filter((other) => other.kind === 'webhook').length
    return configuredChannel(channel, before, edge)
  })
}

function configuredChannel(channel: AlertChannel, webhooksBefore: number, edge: ChannelEdge): Channel {
  switch (channel.kind) {
    case 'console':
      return consoleChannel(edge.writeConsole, channel.minTier)
    case 'file':
      return fileChannel(edge.resolvePath(channel.path), channel.minTier)
    case 'webhook':
      return webhookChannel({
        name: webhooksBefore === 0 ? channel.format : `${channel.format}-${webhooksBefore + 1}`,
        url: edge.secret(channel.url),
        format: channel.format,
        ...(channel.chat === undefined ? {} : { chat: channel.chat }),
        minTier: channel.minTier,
        redactor: edge.redactor,
        now: edge.now,
      })
  }
}
