import type { ConnectionConfiguration, SecretReference } from '@holdfast/engine'
import { openCcxt } from './ccxt/exchange.js'
import { createDeribitDialect, DERIBIT } from './deribit/dialect.js'
import type { Dialect, DialectSettings } from './line/dialect.js'
import { createLine, LINE_SETTINGS, type LineSettings } from './line/line.js'
import type { Names } from './line/names.js'
import { createNames } from './line/names.js'
import { createPort, type Port } from './line/port.js'
import { hider } from './line/secrets.js'
import { type Venue, VenueError } from './venue.js'

export type OpenVenueOptions = Partial<Omit<LineSettings, 'account' | 'clock'>> & {
  /** The account that the connection serves. */
  readonly account: string
  /** Reads a secret by its reference; what it gives is kept in memory alone. */
  readonly secret: (reference: SecretReference) => string
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** How long an answer may take before what was asked is unknown, milliseconds. */
  readonly timeoutMs?: number
}

type Speaker = {
  readonly settings: DialectSettings
  readonly create: (port: Port, connection: ConnectionConfiguration, names: Names) => Dialect
  /** Names of the credentials that the venue needs, by what ccxt calls them. */
  readonly credentials: Readonly<Record<string, string>>
}

const SPEAKERS: Partial<Readonly<Record<ConnectionConfiguration['kind'], Speaker>>> = {
  deribit: { settings: DERIBIT, create: createDeribitDialect, credentials: { key: 'apiKey', secret: 'secret' } },
}

/**
 * The venue of a connection. Nothing is asked of it before `open`; ccxt is loaded here.
 *
 * @throws {VenueError} `VENUE_CONFIGURATION` where a credential that the venue needs is missing or cannot be read.
 */
export async function openVenue(connection: ConnectionConfiguration, options: OpenVenueOptions): Promise<Venue> {
  const speaker = SPEAKERS[connection.kind]!
  const secrets = credentialsOf(connection, speaker, options.secret)
  const hide = hider(Object.values(secrets))
  const log = options.log ?? (() => {})
  const timeoutMs = options.timeoutMs ?? 10_000
  const exchange = await openCcxt(connection.kind, { url: connection.url, timeoutMs, credentials: secrets })
  const port = createPort({
    exchange,
    pools: speaker.settings.pools,
    complaints: speaker.settings.complaints,
    clock: options.clock,
    timeoutMs,
    hide,
    log: (line) => log(hide(line)),
  })
  const names = createNames()
  const dialect = speaker.create(port, connection, names)
  return createLine(connection, speaker.settings.abilities, dialect, names, {
    ...LINE_SETTINGS,
    ...options,
    log: (line) => log(hide(line)),
  })
}

function credentialsOf(
  connection: ConnectionConfiguration,
  speaker: Speaker,
  secret: (reference: SecretReference) => string,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [name, ccxtName] of Object.entries(speaker.credentials)) {
    const reference = connection.credentials[name]
    if (reference === undefined) {
      throw new VenueError(
        'VENUE_CONFIGURATION',
        connection.id,
        `credentials.${name} is missing; ${connection.kind} needs ${Object.keys(speaker.credentials).join(', ')}`,
      )
    }
    found[ccxtName] = readSecret(connection, name, reference, secret)
  }
  return found
}

function readSecret(
  connection: ConnectionConfiguration,
  name: string,
  reference: SecretReference,
  secret: (reference: SecretReference) => string,
): string {
  let value: string
  try {
    value = secret(reference).trim()
  } catch {
    throw new VenueError(
      'VENUE_CONFIGURATION',
      connection.id,
      `credentials.${name} cannot be read from ${reference.from}:${reference.name}`,
    )
  }
  if (value === '')
    throw new VenueError(
      'VENUE_CONFIGURATION',
      connection.id,
      `credentials.${name} is empty (${reference.from}:${reference.name})`,
    )
  return value
}
