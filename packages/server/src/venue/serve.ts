import { createApi } from '../api/api.js'
import type { ApiKeyRecord } from '../api/keys.js'
import type { ApiPorts, RunView, VenuePort } from '../api/ports.js'
import { createReadModel } from '../api/readModel.js'
import { createLogger, type LogLevel } from '../log/logger.js'
import { createRedactor } from '../log/redaction.js'

export type ServeVenueOptions = {
  readonly name: string
  readonly venue: VenuePort
  readonly version: string
  readonly host: string
  readonly port: number
  readonly keys: readonly ApiKeyRecord[]
  readonly pageFolder?: string
  readonly logLevel: LogLevel
  readonly configurationHash?: string
  readonly rulebookHash?: string
  readonly writeLog: (line: string) => void
}

/** A venue's operators' page and API, listening; the desk's routes answer that there is no desk's turn. */
export async function serveVenue(options: ServeVenueOptions) {
  const { venue, host, port, keys, pageFolder } = options
  const startedTime = Date.now()
  const run = (): RunView => {
    const view = venue.view()
    const turns = venue.steps().length
    const lastTurnWallTime = venue.lastWallTime()
    return {
      name: options.name,
      version: options.version,
      state: view === undefined ? 'starting' : view.state === 'running' ? 'running' : 'finished',
      startedTime,
      ...(lastTurnWallTime === undefined ? {} : { lastTurnWallTime }),
      turns,
      speed: 'max',
      ...(view === undefined ? {} : { progress: Math.min(1, turns / Math.max(1, view.steps)) }),
      configurationHash: options.configurationHash ?? '',
      rulebookHash: options.rulebookHash ?? '',
    }
  }
  const ports: ApiPorts = {
    now: Date.now,
    run,
    rules: () => [],
    explain: () => '',
    whyNot: () => undefined,
    readTurns: async () => [],
    venue,
  }
  const logger = createLogger({
    level: options.logLevel,
    write: options.writeLog,
    now: Date.now,
    redactor: createRedactor(),
  })
  const app = await createApi({
    ports,
    model: createReadModel(),
    access: { host, keys, allowedHosts: [] },
    logger,
    ...(pageFolder === undefined ? {} : { pageFolder }),
  })
  const url = await app.listen({ host, port })
  return { url: `${url}/venue`, close: () => app.close() }
}
