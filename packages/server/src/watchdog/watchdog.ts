import { createHash } from 'node:crypto'
import { type Configuration, DEFAULT_KILL } from '@holdfast/engine'
import type { VenueOpener } from '../house/live.js'
import type { Logger } from '../log/logger.js'
import type { SecretReader } from '../log/secret.js'
import type { WallClock } from '../run/ports.js'
import { type Incident, writeIncident } from './incident.js'
import { isAtRest } from './rest.js'
import { type TakeoverLine, takeOverAccount } from './takeover.js'

export type WatchdogOptions = {
  readonly configuration: Configuration
  readonly journalFolder: string
  readonly openVenue: VenueOpener
  readonly secret: SecretReader
  readonly clock: WallClock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Says to a person what happens. */
  readonly say: (line: string) => void
  /** Whether the loop is well; absent: asks the configured address. */
  readonly isWell?: () => Promise<boolean>
}

/** The configuration has no watchdog, or one that reaches nothing. */
export class WatchdogError extends Error {
  override readonly name = 'WatchdogError'
}

/**
 * Watches the loop of a house from a process of its own, and takes over for it once it was not well for the configured time:
 * withdraws all orders, closes by mode with reduce-only orders, and leaves an incident that the house finds at its next start.
 * It knows nothing of policy, and needs no right but to cancel and to trade. Returns when the signal comes.
 *
 * A house that was stopped in order is at rest, and left alone.
 */
export async function runWatchdog(options: WatchdogOptions): Promise<readonly Incident[]> {
  const { clock, signal, say } = options
  const { stallMs, health } = settingsOf(options)
  const isWell = options.isWell ?? (() => asksHealth(health, Math.min(2_000, stallMs)))
  const incidents: Incident[] = []
  let lastWell = clock.now()
  let over = false
  say(`watching ${health}; takes over after ${stallMs / 1000} s without a sign of life`)
  while (!signal.aborted) {
    const well = isAtRest(options.journalFolder) || (await isWell())
    if (signal.aborted) break
    const now = clock.now()
    if (well) {
      if (over) say('the house is well again; watching')
      lastWell = now
      over = false
    } else if (!over && now - lastWell >= stallMs) {
      const reason = `the loop gave no sign of life for ${((now - lastWell) / 1000).toFixed(0)} s`
      const incident = await takeOver(options, reason)
      incidents.push(incident)
      // What could not be done is tried again; an incident that is complete stays until the house is well.
      over = incident.accounts.every(({ state }) => state === 'confirmed')
    }
    await clock.sleep(Math.min(1_000, stallMs / 4), signal)
  }
  return incidents
}

async function takeOver(options: WatchdogOptions, reason: string): Promise<Incident> {
  const { configuration, clock, say, logger, journalFolder } = options
  const { mode } = settingsOf(options)
  const time = clock.now()
  const id = createHash('sha256').update(`${configuration.name}|${time}|${reason}`).digest('hex').slice(0, 32)
  const before: Incident = { id, time, desk: configuration.name, reason, mode, accounts: [] }
  // First of all the house must not come back as if nothing had been.
  writeIncident(journalFolder, before)
  say(`taking over (${mode}): ${reason}`)
  logger.error('watchdog takes over', { reason, mode })
  const accounts = await act(options, id, false)
  const incident = { ...before, accounts }
  const path = writeIncident(journalFolder, incident)
  for (const { account, state, done, open } of accounts) {
    say(`${account}: ${state}`)
    for (const line of done) say(`  ${line}`)
    for (const { what, why } of open) say(`  still open: ${what} (${why})`)
  }
  say(`incident: ${path}`)
  return incident
}

/** What a takeover would do now. Sends nothing and writes nothing. */
export async function drillWatchdog(options: Omit<WatchdogOptions, 'isWell'>): Promise<Incident['accounts']> {
  return act(options, 'drill', true)
}

async function act(
  options: Omit<WatchdogOptions, 'isWell'>,
  cause: string,
  drill: boolean,
): Promise<Incident['accounts']> {
  const { configuration, clock, signal } = options
  const { mode } = settingsOf(options)
  const { reduceShare, maxSlippage, confirmMs } = configuration.kill ?? DEFAULT_KILL
  const lines = await linesOf(options)
  return Promise.all(
    lines.map((line) =>
      takeOverAccount({ line, clock, signal, cause, drill, mode, reduceShare, maxSlippage, withinMs: confirmMs }),
    ),
  )
}

/** Lines with the watchdog's own credentials. */
async function linesOf(options: Omit<WatchdogOptions, 'isWell'>): Promise<readonly TakeoverLine[]> {
  const { configuration, openVenue, secret, clock, logger } = options
  const { credentials } = settingsOf(options)
  const reached = configuration.accounts.flatMap(({ id, connection: name }) => {
    const connection = configuration.connections.find((one) => one.id === name)
    const own = name === undefined ? undefined : credentials[name]
    if (connection === undefined || own === undefined) return []
    return { account: id, connection: { ...connection, credentials: own } }
  })
  if (reached.length === 0) throw new WatchdogError('watchdog.credentials reach no account; give them by connection')
  return Promise.all(
    reached.map(async ({ account, connection }) => {
      const log = (line: string) => logger.debug('venue', { account, line })
      const venue = await openVenue(connection, { account, secret, clock: clock.now, log })
      return { account, connection: connection.id, venue }
    }),
  )
}

function settingsOf({ configuration }: Pick<WatchdogOptions, 'configuration'>) {
  if (configuration.watchdog === undefined) throw new WatchdogError('the configuration has no section `watchdog`')
  return configuration.watchdog
}

/** Only the loop's own word counts: no answer, a late one and any other status are none. */
async function asksHealth(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    return response.ok
  } catch {
    return false
  }
}
