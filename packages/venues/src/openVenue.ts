import type { ConnectionConfiguration, SecretReference, VenueKind } from '@holdfast/engine'
import { BINANCE, createBinanceDialect } from './binance/dialect.js'
import { BYBIT, createBybitDialect } from './bybit/dialect.js'
import { type CcxtExchange, openCcxt } from './ccxt/exchange.js'
import { createDeribitDialect, DERIBIT } from './deribit/dialect.js'
import { createDeriveDialect, DERIVE } from './derive/dialect.js'
import { createHyperliquidDialect, HYPERLIQUID } from './hyperliquid/dialect.js'
import type { Dialect, DialectSettings } from './line/dialect.js'
import { createLine, LINE_SETTINGS, type LineSettings } from './line/line.js'
import type { Names } from './line/names.js'
import { createNames } from './line/names.js'
import { createPort, type Port, pause } from './line/port.js'
import { hider } from './line/secrets.js'
import { createOkxDialect, OKX } from './okx/dialect.js'
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
  /** A client that is there already: of a simulated exchange in the same process. */
  readonly exchange?: CcxtExchange
}

type Speaker = {
  readonly settings: DialectSettings
  readonly create: (port: Port, connection: ConnectionConfiguration, names: Names) => Dialect
  /** Names of the credentials that the venue needs, by what ccxt calls them. */
  readonly credentials: Readonly<Record<string, string>>
  /** Credentials that are none of ccxt's: they become its options. */
  readonly options?: Readonly<Record<string, string>>
}

const SPEAKERS: Readonly<Record<VenueKind, Speaker>> = {
  deribit: { settings: DERIBIT, create: createDeribitDialect, credentials: { key: 'apiKey', secret: 'secret' } },
  derive: {
    settings: DERIVE,
    create: createDeriveDialect,
    credentials: { secret: 'privateKey' },
    options: { wallet: 'deriveWalletAddress', subaccount: 'subaccountId' },
  },
  hyperliquid: {
    settings: HYPERLIQUID,
    create: createHyperliquidDialect,
    credentials: { wallet: 'walletAddress', secret: 'privateKey' },
  },
  binance: { settings: BINANCE, create: createBinanceDialect, credentials: { key: 'apiKey', secret: 'secret' } },
  okx: {
    settings: OKX,
    create: createOkxDialect,
    credentials: { key: 'apiKey', secret: 'secret', password: 'password' },
  },
  bybit: { settings: BYBIT, create: createBybitDialect, credentials: { key: 'apiKey', secret: 'secret' } },
}

/**
 * The venue of a connection. Nothing is asked of it before `open`; ccxt is loaded here.
 *
 * @throws {VenueError} `VENUE_CONFIGURATION` where a credential that the venue needs is missing or cannot be read.
 */
export async function openVenue(connection: ConnectionConfiguration, options: OpenVenueOptions): Promise<Venue> {
  const speaker = SPEAKERS[connection.kind]
  const secrets = credentialsOf(connection, speaker, options.secret)
  const hide = hider(Object.values(secrets))
  const log = options.log ?? (() => {})
  const timeoutMs = options.timeoutMs ?? 10_000
  const exchange =
    options.exchange ??
    (await openCcxt(connection.kind, {
      url: connection.url,
      timeoutMs,
      credentials: picked(speaker.credentials, secrets),
      // Signatures of the chains' test nets are made for other domains.
      options: { ...picked(speaker.options ?? {}, secrets), sandboxMode: /test|demo/.test(connection.url ?? '') },
    }))
  if (connection.kind === 'derive') signAs(exchange, connection)
  const port = createPort({
    exchange,
    pools: speaker.settings.pools,
    complaints: speaker.settings.complaints,
    clock: options.clock,
    timeoutMs,
    sleep: options.sleep ?? pause,
    hide,
    log: (line) => log(hide(line)),
  })
  const names = createNames()
  const dialect = speaker.create(port, connection, names)
  return createLine(connection, speaker.settings.abilities, dialect, names, {
    ...LINE_SETTINGS,
    ...(speaker.settings.marketMs === undefined ? {} : { marketMs: speaker.settings.marketMs }),
    ...options,
    log: (line) => log(hide(line)),
  })
}

function credentialsOf(
  connection: ConnectionConfiguration,
  speaker: Speaker,
  secret: (reference: SecretReference) => string,
): Readonly<Record<string, string>> {
  const names = Object.keys({ ...speaker.credentials, ...speaker.options })
  return Object.fromEntries(
    names.map((name) => {
      const reference = connection.credentials[name]
      if (reference !== undefined) return [name, readSecret(connection, name, reference, secret)]
      const message = `credentials.${name} is missing; ${connection.kind} needs ${names.join(', ')}`
      throw new VenueError('VENUE_CONFIGURATION', connection.id, message)
    }),
  )
}

function picked(names: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(names).map(([name, ccxtName]) => [ccxtName, secrets[name]!]))
}

/** A session key signs for the wallet; its own address follows from it. */
function signAs(exchange: CcxtExchange, connection: ConnectionConfiguration): void {
  try {
    Object.assign(exchange, { walletAddress: exchange.ethGetAddressFromPrivateKey(String(exchange.privateKey)) })
  } catch {
    throw new VenueError('VENUE_CONFIGURATION', connection.id, 'credentials.secret is no private key')
  }
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
