import { dirname, isAbsolute, join, resolve } from 'node:path'
import {
  type Configuration,
  type Diagnostic,
  type Engine,
  explainDecision,
  type HeaderRecord,
  type Rulebook,
  renderDiagnostics,
  type SecretReference,
  whyNot,
} from '@holdfast/engine'
import { openSource } from '@holdfast/simulator'
import { createPaperVenue, type PaperOrder, type Source } from '@holdfast/venues'
import type { ClosingStatement } from '../act/closing.js'
import type { ActSettings } from '../act/settings.js'
import { configuredChannels } from '../alert/channels/configured.js'
import { type AlertDelivery, createAlertDelivery } from '../alert/delivery.js'
import { createApi } from '../api/api.js'
import type { ApiKeyRecord } from '../api/keys.js'
import type { ApiPorts, WhyNotView } from '../api/ports.js'
import { createReadModel, type ReadModel } from '../api/readModel.js'
import { loopHealth } from '../api/routes/health.js'
import { parseWebhookKey, type WebhookKey } from '../api/webhook.js'
import { type OpenedJournal, openJournal } from '../journal/open.js'
import { createLogger, type Logger, type LogLevel } from '../log/logger.js'
import { createRedactor, type Redactor } from '../log/redaction.js'
import { createSecretReader, SecretError, type SecretReader } from '../log/secret.js'
import { createMetrics } from '../metrics/metrics.js'
import { createReport, type Report, type ReportPaths } from '../report/report.js'
import { systemClock } from '../run/clock.js'
import { engineOf, headerFor } from '../run/header.js'
import { type RunningLoop, type RunOutcome, runLoop } from '../run/loop.js'
import type { Effect, Observer } from '../run/ports.js'
import { openDatabase } from '../storage/database.js'
import { openSqlView } from '../storage/view.js'
import { endRest, noteRest } from '../watchdog/rest.js'
import { actingPorts } from './acting.js'
import { assumptionsOf } from './assumptions.js'
import { instrumentComplaints } from './instruments.js'
import { isLive, type Live, openLive, type VenueOpener } from './live.js'
import { createRunState, type RunExtent, runExtent } from './runState.js'
import { readTurns } from './turns.js'

export type HouseOptions = {
  readonly configuration: Configuration
  readonly rulebook: Rulebook
  /** The configuration file as it was read. */
  readonly text: string
  readonly version: string
  /** Folder of the journal; absent: the configuration's, relative to its file. */
  readonly journalFolder?: string
  readonly reportFolder?: string
  /** The report also tells how the run would have gone without the rules that act. */
  readonly compareOff?: boolean
  readonly speed: number | 'max'
  readonly signal: AbortSignal
  /** Where to listen; absent: no API, no page. */
  readonly serve?: { readonly host: string; readonly port: number; readonly keys: readonly ApiKeyRecord[] }
  readonly pageFolder?: string
  /** Whether the SQL view is kept up. */
  readonly sql: boolean
  /** `DATABASE_URL`: a PostgreSQL server for the SQL view, before the configuration's; neither: the embedded one beside the journal. */
  readonly databaseUrl?: string
  readonly calculate?: ApiPorts['calculate']
  readonly logLevel: LogLevel
  /** One line of the log, and one of the console channel. */
  readonly writeLog: (line: string) => void
  readonly writeConsole: (text: string) => void
  readonly observers?: readonly Observer[]
  /** Makes venues of connections; absent: those that are spoken to over the network. */
  readonly openVenue?: VenueOpener
  /** Where the locks of venue accounts lie; the user's own folder unless said otherwise. */
  readonly lockFolder?: string
  readonly act?: Partial<ActSettings>
}

/** The configuration names instruments that the data contradicts; `diagnostics` say where. */
export class InstrumentError extends Error {
  override readonly name = 'InstrumentError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(renderDiagnostics(diagnostics))
    this.diagnostics = diagnostics
  }
}

export type House = {
  /** What the data does not have of what the configuration names, and the run can go on without. */
  readonly warnings: readonly Diagnostic[]
  readonly journalFolder: string
  readonly header: HeaderRecord
  readonly model: ReadModel
  /** When the data begins and ends, where that is known beforehand. */
  readonly extent?: RunExtent
  /** Paper orders that are not done. */
  readonly openOrders: () => readonly PaperOrder[]
  /** Where the page and the API are, where they are. */
  readonly url?: string
  /** Runs until the sources end or the signal comes, then writes the report. */
  readonly run: () => Promise<HouseOutcome>
  /** Stops serving. */
  readonly close: () => Promise<void>
}

export type HouseOutcome = {
  readonly run: RunOutcome
  readonly report?: ReportPaths
  readonly sources: readonly Source[]
  /** Sources whose data ended before its end, by name. */
  readonly damaged: readonly string[]
  /** Live runs: what stayed at the venues, by their own word. */
  readonly closing: readonly ClosingStatement[]
}

/** Source of what the paper venue answers. */
const PAPER = 'paper'

/** A turn may be this long ago before the loop counts as stalled; live, time itself turns it each second. */
const LOOP_AGE_MS_MAX = 60_000
const LIVE_LOOP_AGE_MS_MAX = 10_000

/**
 * Puts the house together: journal, engine, sources, alerts, paper, report, SQL view, API. Nothing runs yet.
 *
 * @throws {InstrumentError} where a position's contract had expired before the data begins; nothing is written.
 * @throws {LiveError} where the configuration is both live and recorded.
 */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { configuration } = options
  const live = isLive(configuration)
  const header = headerFor(options.text, configuration.file, options.rulebook, options.version)
  const baseDir = dirname(resolve(configuration.file))
  const at = (path: string) => (isAbsolute(path) ? path : join(baseDir, path))
  const journalFolder = options.journalFolder ?? at(configuration.journal.path)
  const sources = await Promise.all(configuration.sources.map((source) => openSource(source, { baseDir })))
  const extent = await runExtent(configuration.sources, baseDir)
  const complaints = await instrumentComplaints(configuration, sources)
  const errors = complaints.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new InstrumentError(errors)
  const journal = await openJournal(journalFolder)
  const parts = { options, header, journal, journalFolder, sources, at, warnings: complaints, extent, live }
  return assemble(parts).catch(async (error: unknown) => {
    await journal.close()
    throw error
  })
}

type Parts = {
  readonly options: HouseOptions
  readonly header: HeaderRecord
  readonly journal: OpenedJournal
  readonly journalFolder: string
  readonly sources: readonly Source[]
  readonly live: boolean
  readonly at: (path: string) => string
  readonly extent: RunExtent | undefined
  readonly warnings: readonly Diagnostic[]
}

async function assemble(parts: Parts): Promise<House> {
  const { options, header, journal, journalFolder } = parts
  const { rulebook, configuration, signal } = options
  const loopAgeMsMax = parts.live ? LIVE_LOOP_AGE_MS_MAX : LOOP_AGE_MS_MAX
  const speed = parts.live ? 1 : options.speed
  const redactor = createRedactor()
  const secret = createSecretReader(redactor)
  const logger = createLogger({ level: options.logLevel, write: options.writeLog, now: Date.now, redactor })
  const engine = engineOf(rulebook)
  const model = createReadModel()
  const run = createRunState({ ...options, speed, header, extent: parts.extent })
  let loop: RunningLoop | undefined
  const ports: ApiPorts = {
    now: Date.now,
    run: run.view,
    ...actingPorts(engine, rulebook),
    explain: (decision) => explainDecision(decision, rulebook).text,
    whyNot: (rule) => whyNotOf(rulebook, rule, engine),
    readTurns: async (from, limit) => readTurns(journalFolder, from, limit),
    submit: (control) => {
      if (loop === undefined) return Promise.reject(new Error('the loop has not begun'))
      return loop.submit(control)
    },
    ...(options.calculate === undefined ? {} : { calculate: options.calculate }),
  }
  const metrics = createMetrics(ports, model)
  const engineClock = { now: () => engine.view().time }
  const alerts = await createAlertDelivery({
    channels: configuredChannels(configuration.alerts.channels, {
      secret,
      redactor,
      writeConsole: options.writeConsole,
      resolvePath: parts.at,
      now: engineClock.now,
    }),
    settings: configuration.alerts,
    path: join(journalFolder, 'alerts.outbox'),
    now: engineClock.now,
    logger,
    metrics,
    healthy: () => loopHealth(run.view(), Date.now(), loopAgeMsMax).ok,
  })
  const paper = createPaperVenue()
  const live = parts.live
    ? await openLive({
        ...options,
        journalFolder,
        openVenue: options.openVenue,
        secret,
        logger,
        metrics,
        clock: systemClock,
        ...(options.act === undefined ? {} : { settings: options.act }),
      })
    : undefined
  const sources = live === undefined ? parts.sources : [live.source]
  const report = reportOf({ ...parts, sources })
  const sqlObserver = options.sql ? await sqlOf(parts, secret, logger) : undefined
  const app =
    options.serve === undefined
      ? undefined
      : await createApi({
          ports,
          model,
          access: { host: options.serve.host, keys: options.serve.keys, allowedHosts: [] },
          logger,
          metrics,
          loopAgeMsMax,
          webhookKeys: configuration.server.webhookKeys.map((reference) => webhookKey(reference, secret, redactor)),
          ...(options.pageFolder === undefined ? {} : { pageFolder: options.pageFolder }),
        })
  const url = app === undefined ? undefined : await app.listen({ host: options.serve!.host, port: options.serve!.port })
  const observers = [
    ...(live?.observers ?? []),
    model.observer,
    run.observer,
    report?.observer,
    sqlObserver,
    ...(options.observers ?? []),
  ]

  return {
    warnings: parts.warnings,
    journalFolder,
    header,
    model,
    ...(parts.extent === undefined ? {} : { extent: parts.extent }),
    openOrders: () => paper.orders().filter(({ state }) => state === 'travelling' || state === 'resting'),
    ...(url === undefined ? {} : { url }),
    async run() {
      if (live !== undefined) await beginLive(live, parts)
      run.begin()
      loop = runLoop({
        engine,
        header,
        sources,
        journal,
        clock: systemClock,
        // What comes in live is due when it comes.
        speed: live === undefined ? speed : 'max',
        signal,
        reactors: [paper],
        effects: [...(live === undefined ? [] : [live.executor.effect]), withTicks(alerts)],
        observers: observers.filter((observer) => observer !== undefined),
        onFault: (name, error) =>
          logger.error('part failed; the loop goes on without it', { part: name, fault: String(error) }),
      })
      const outcome = await loop.done.catch((error: unknown) => {
        run.fail(error)
        throw error
      })
      run.end(outcome)
      if (live !== undefined) noteRest(journalFolder, Date.now())
      const damaged = sources.filter((source) => source.metadata().damaged).map(({ name }) => name)
      const closing = live?.executor.closing() ?? []
      return {
        run: outcome,
        sources,
        damaged,
        closing,
        ...(report === undefined ? {} : { report: report.finish(outcome) }),
      }
    },
    close: async () => {
      await app?.close()
    },
  }
}

/** Opens the lines; from here on silence is a fault, for the watchdog. */
async function beginLive({ executor }: Live, { journal, journalFolder }: Parts): Promise<void> {
  try {
    await executor.begin()
    endRest(journalFolder)
  } catch (error) {
    await executor.effect.close?.()
    await journal.close()
    throw error
  }
}

/** @throws {SecretError} where what is referred to is no name and secret. */
function webhookKey(reference: SecretReference, secret: SecretReader, redactor: Redactor): WebhookKey {
  const key = parseWebhookKey(secret(reference))
  if (key !== undefined) {
    redactor.add(key.secret)
    return key
  }
  throw new SecretError(
    `server.webhookKeys ${reference.from}:${reference.name}: wanted a name, a space and a secret of 32 characters or more`,
  )
}

/** Engine time moves with the turns, so what is due is told behind each of them. */
function withTicks(alerts: AlertDelivery): Effect {
  return {
    name: alerts.name,
    position: alerts.position,
    async perform(turn, view) {
      await alerts.perform(turn, view)
      await alerts.tick()
    },
    async close() {
      await alerts.close?.()
    },
  }
}

function reportOf({ options, header, sources }: Parts): Report | undefined {
  if (options.reportFolder === undefined) return undefined
  const { configuration } = options
  return createReport({
    ...(options.compareOff === true ? { twin: { rulebook: options.rulebook, answers: [PAPER] } } : {}),
    folder: options.reportFolder,
    name: configuration.name,
    header,
    sources,
    assumptions: assumptionsOf(configuration),
  })
}

/** The view follows the journal; where it cannot be opened, that is told and the run goes on: nothing is lost by it. */
async function sqlOf(parts: Parts, secret: SecretReader, logger: Logger): Promise<Observer | undefined> {
  try {
    return await openSql(parts, secret)
  } catch (error) {
    logger.warn('SQL view left out; the journal holds everything', { reason: String(error) })
    return undefined
  }
}

async function openSql({ options, journal, journalFolder }: Parts, secret: SecretReader): Promise<Observer> {
  const { database: reference } = options.configuration
  const databaseUrl = options.databaseUrl ?? (reference === undefined ? undefined : secret(reference))
  const place =
    databaseUrl === undefined
      ? ({ kind: 'embedded', folder: journalFolder } as const)
      : ({ kind: 'server', url: databaseUrl } as const)
  const database = await openDatabase(place)
  const view = await openSqlView(database, journal)
  return {
    ...view.observer,
    async close() {
      await view.observer.close?.()
      await database.close()
    },
  }
}

function whyNotOf(rulebook: Rulebook, id: string, engine: Engine): readonly WhyNotView[] | undefined {
  const view = engine.view()
  const answer = whyNot(rulebook, id, view.rules, view.assessment, engine.market(), view.orders)
  if (!answer.ok) return undefined
  return answer.instances.map((instance) => {
    const blind = instance.holds === 'unknown'
    const held = instance.holds === true && !instance.wouldAct
    return {
      subject: Object.values(instance.scope).join(' '),
      state: instance.wouldAct ? 'fires' : blind ? 'blind' : held ? 'held' : 'armed',
      text: [...instance.blocks.map(({ text }) => text), ...instance.flips.map(({ text }) => text)].join('\n'),
    }
  })
}
