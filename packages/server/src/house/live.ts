import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Configuration, ConnectionConfiguration, Rulebook } from '@holdfast/engine'
import { openVenue, type Source, type Venue } from '@holdfast/venues'
import { createExecutor, type Executor } from '../act/executor.js'
import { createInbox } from '../act/inbox.js'
import { lockAccount } from '../act/lock.js'
import type { ActSettings } from '../act/settings.js'
import type { Logger } from '../log/logger.js'
import type { SecretReader } from '../log/secret.js'
import type { Metrics } from '../metrics/metrics.js'
import { liveSource } from '../run/live.js'
import type { Observer, WallClock } from '../run/ports.js'
import { createIncidentHearing } from '../watchdog/hearing.js'

/** Makes the venue of a connection; nothing is asked of it yet. */
export type VenueOpener = (
  connection: ConnectionConfiguration,
  options: {
    readonly account: string
    readonly secret: SecretReader
    readonly clock: () => number
    readonly log: (line: string) => void
  },
) => Promise<Venue>

/** The configuration asks for live and recorded data at once. */
export class LiveError extends Error {
  override readonly name = 'LiveError'
}

export type Live = {
  readonly source: Source
  readonly executor: Executor
  readonly observers: readonly Observer[]
}

export type LiveOptions = {
  readonly configuration: Configuration
  readonly rulebook: Rulebook
  readonly journalFolder: string
  readonly openVenue: VenueOpener | undefined
  readonly secret: SecretReader
  readonly logger: Logger
  readonly metrics: Metrics
  readonly clock: WallClock
  readonly lockFolder?: string
  readonly settings?: Partial<ActSettings>
}

/** True where the configuration runs live. */
export function isLive({ connections, sources }: Configuration): boolean {
  if (connections.length > 0 && sources.length > 0) {
    throw new LiveError(
      `the configuration has connections (${connections.map(({ id }) => id).join(', ')}) and recorded sources (${sources.map(({ id }) => id).join(', ')}): prices of the past beside orders of today. Run each by a file of its own.`,
    )
  }
  return connections.length > 0
}

/** The live half of the house: lines to venues, what comes in over them, and who acts. */
export async function openLive(options: LiveOptions): Promise<Live> {
  const { configuration, rulebook, clock, logger, metrics, secret } = options
  const open = options.openVenue ?? openVenue
  const inbox = createInbox(clock)
  const incidents = createIncidentHearing(options.journalFolder, clock, logger)
  const lines = await Promise.all(
    configuration.accounts.flatMap(({ id, connection: name, portfolio }) => {
      const connection = configuration.connections.find((one) => one.id === name)
      if (connection === undefined) return []
      const log = (line: string) => logger.debug('venue', { account: id, line })
      const venue = open(connection, { account: id, secret, clock: clock.now, log })
      return venue.then((opened) => ({ account: id, portfolio, connection, venue: opened }))
    }),
  )
  const folder = options.lockFolder ?? join(homedir(), '.holdfast', 'accounts')
  const executor = createExecutor({
    lines,
    inbox,
    clock,
    logger,
    metrics: metrics.act,
    act: rulebook.rules.some(({ stage }) => stage === 'approve' || stage === 'live'),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    heldBack: incidents.heldBack,
    lock: (connection) => lockAccount(folder, connection, nameOf(connection, secret)),
  })
  return {
    source: liveSource({ inbox, clock, before: incidents.hear }),
    executor,
    observers: [executor.observer, incidents.observer],
  }
}

/** The credential by which the venue knows the account. */
function nameOf({ id, credentials }: ConnectionConfiguration, secret: SecretReader): string {
  const reference = credentials.wallet ?? credentials.key
  return reference === undefined ? id : secret(reference)
}
