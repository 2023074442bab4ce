import { dirname, isAbsolute, join, resolve } from 'node:path'
import {
  type Configuration,
  type createEngine,
  type Diagnostic,
  explainDecision,
  type HeaderRecord,
  type Rulebook,
  renderDiagnostics,
  whyNot,
} from '@holdfast/engine'
import { openSource } from '@holdfast/simulator'
import { createPaperVenue, type PaperOrder, type Source } from '@holdfast/venues'
import { configuredChannels } from '../alert/channels/configured.js'
import { type AlertDelivery, createAlertDelivery } from '../alert/delivery.js'
import { createApi } from '../api/api.js'
import type { ApiKeyRecord } from '../api/keys.js'
import type { ApiPorts, RuleView, WhyNotView } from '../api/ports.js'
import { createReadModel, type ReadModel } from '../api/readModel.js'
import { loopHealth } from '../api/routes/health.js'
import { type OpenedJournal, openJournal } from '../journal/open.js'
import { createLogger, type Logger, type LogLevel } from '../log/logger.js'
import { createRedactor } from '../log/redaction.js'
import { createSecretReader, type SecretReader } from '../log/secret.js'
import { createMetrics } from '../metrics/metrics.js'
import { createReport, type Report, type ReportPaths } from '../report/report.js'
import { systemClock } from '../run/clock.js'
import { engineOf, headerFor } from '../run/header.js'
import { type RunningLoop, type RunOutcome, runLoop } from '../run/loop.js'
import type { Effect, Observer } from '../run/ports.js'
import { openDatabase } from '../storage/database.js'
import { openSqlView } from '../storage/view.js'
import { assumptionsOf } from './assumptions.js'
import { instrumentComplaints } from './instruments.js'
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
}

/** A turn may be this long ago before the loop counts as stalled. */
const LOOP_AGE_MS_MAX = 60_000

/**
 * Puts the house together: journal, engine, sources, alerts, paper, report, SQL view, API. Nothing runs yet.
 *
 * @throws {InstrumentError} where a position's contract had expired before the data begins; nothing is written.
 */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { configuration } = options
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
  const parts = { options, header, journal, journalFolder, sources, at, warnings: complaints, extent }
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
  readonly at: (path: string) => string
  readonly extent: RunExtent | undefined
  readonly warnings: readonly Diagnostic[]
}

async function assemble(parts: Parts): Promise<House> {
  const { options, header, journal, journalFolder, sources } = parts
  const { rulebook, configuration, speed, signal } = options
  const redactor = createRedactor()
  const secret = createSecretReader(redactor)
  const logger = createLogger({ level: options.logLevel, write: options.writeLog, now: Date.now, redactor })
  const engine = engineOf(rulebook)
  const model = createReadModel()
  const run = createRunState({ ...options, header, extent: parts.extent })
  let loop: RunningLoop | undefined
  const ports: ApiPorts = {
    now: Date.now,
    run: run.view,
    rules: () => rulesOf(rulebook, engine.view().rules.stages),
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
    healthy: () => loopHealth(run.view(), Date.now(), LOOP_AGE_MS_MAX).ok,
  })
  const paper = createPaperVenue()
  const report = reportOf(parts)
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
          loopAgeMsMax: LOOP_AGE_MS_MAX,
          ...(options.pageFolder === undefined ? {} : { pageFolder: options.pageFolder }),
        })
  const url = app === undefined ? undefined : await app.listen({ host: options.serve!.host, port: options.serve!.port })
  const observers = [model.observer, run.observer, report?.observer, sqlObserver, ...(options.observers ?? [])]

  return {
    warnings: parts.warnings,
    journalFolder,
    header,
    model,
    ...(parts.extent === undefined ? {} : { extent: parts.extent }),
    openOrders: () => paper.orders().filter(({ state }) => state === 'travelling' || state === 'resting'),
    ...(url === undefined ? {} : { url }),
    async run() {
      run.begin()
      loop = runLoop({
        engine,
        header,
        sources,
        journal,
        clock: systemClock,
        speed,
        signal,
        reactors: [paper],
        effects: [withTicks(alerts)],
        observers: observers.filter((observer) => observer !== undefined),
        onFault: (name, error) =>
          logger.error('part failed; the loop goes on without it', { part: name, fault: String(error) }),
      })
      const outcome = await loop.done.catch((error: unknown) => {
        run.fail(error)
        throw error
      })
      run.end(outcome)
      const damaged = sources.filter((source) => source.metadata().damaged).map(({ name }) => name)
      return { run: outcome, sources, damaged, ...(report === undefined ? {} : { report: report.finish(outcome) }) }
    },
    close: async () => {
      await app?.close()
    },
  }
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

function rulesOf(rulebook: Rulebook, stages: Readonly<Record<string, string>>): readonly RuleView[] {
  return rulebook.rules.map((rule) => ({
    id: rule.id,
    stage: stages[rule.id] ?? rule.stage,
    scope: rule.scope.kind,
    condition: rule.when.text,
    action: rule.action.kind,
  }))
}

function whyNotOf(
  rulebook: Rulebook,
  id: string,
  engine: ReturnType<typeof createEngine>,
): readonly WhyNotView[] | undefined {
  const view = engine.view()
  const answer = whyNot(rulebook, id, view.rules, view.assessment, engine.market?.())
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
