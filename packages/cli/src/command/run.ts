import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answerRequest, calcKinds } from '@holdfast/calc'
import { configurationKind, renderDiagnostics } from '@holdfast/engine'
import {
  AccountLockedError,
  type ApiKeyRecord,
  type House,
  type HouseOptions,
  type HouseOutcome,
  InstrumentError,
  JournalError,
  LiveError,
  LOG_LEVELS,
  type LogLevel,
  openHouse,
  runExtent,
  SecretError,
  UnsafeBindError,
} from '@holdfast/server'
import { SourceError, VenueError } from '@holdfast/venues'
import { type Command, Option } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { note, paint, writeOut } from '../output.js'
import { createDecisionTeller, createProgress } from '../progress.js'
import { VERSION } from '../version.js'
import { loadConfiguration, readText } from './check.js'
import { openState, outcomeLines } from './outcome.js'
import { runVenueFile } from './venue.js'

export type RunFlags = {
  readonly speed: string
  readonly report?: string
  readonly compareOff?: boolean
  readonly journal?: string
  readonly fresh?: boolean
  readonly untilEnd?: boolean
  readonly host?: string
  readonly port?: string
  readonly serve: boolean
  readonly sql: boolean
  readonly json?: boolean
  readonly log: LogLevel
}

export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('run what a configuration says: a desk (watch, assess, decide, record), or a venue (`kind: venue`)')
    .argument('<file>', 'the configuration, YAML')
  withRunFlags(command, 'max').action(async (file: string, flags: RunFlags) => {
    process.exitCode = await run(file, flags)
  })
}

export function withRunFlags(command: Command, speed: string): Command {
  return command
    .option('--until-end', 'stop when the recorded sources end, instead of serving what was found')
    .option('--speed <n>', 'seconds of data per second of time, or max', speed)
    .option('--report <dir>', 'leave report.json, report.html and the lists of decisions, assessments and alerts there')
    .option('--compare-off', 'with --report: also how the run would have gone without the rules that act')
    .option('--journal <dir>', 'folder of the journal, instead of the one in the configuration')
    .option('--fresh', 'begin a new journal beside the one that is there')
    .option('--host <address>', 'address to listen on; off loopback API keys are needed')
    .option('--port <n>', 'port to listen on')
    .option('--no-serve', 'no API and no page')
    .option('--no-sql', 'do not keep up the SQL view')
    .option('--json', 'print the outcome as one JSON object')
    .addOption(new Option('--log <level>', 'JSON lines on standard error').choices(LOG_LEVELS).default('warn'))
}

export async function run(file: string, flags: RunFlags): Promise<number> {
  const written = readText(file)
  if (configurationKind(written, file) === 'venue') return runVenueFile(file, written, flags)
  const compiled = loadConfiguration(file)
  const { configuration, rulebook, text } = compiled
  const stop = new AbortController()
  const progress = createProgress(await runExtent(configuration.sources, dirname(resolve(file))))
  const tell = createDecisionTeller()
  const release = stopOnSignals(stop)
  let house: House | undefined
  try {
    house = await openHouse({
      configuration,
      rulebook,
      text,
      version: VERSION,
      speed: speedOf(flags.speed),
      signal: stop.signal,
      sql: flags.sql,
      logLevel: flags.log,
      writeLog: (line) => progress.say(line),
      writeConsole: (message) => progress.say(paint(33, message)),
      calculate: (kind, requests) => {
        const known = calcKinds.get(kind)
        return known === undefined ? undefined : requests.map((request) => answerRequest(known, request))
      },
      observers: [
        {
          name: 'terminal',
          turn(turn, view, { replayed }) {
            if (!replayed && flags.json !== true) for (const line of tell(turn)) progress.say(line)
            progress.turn(turn, view)
          },
        },
      ],
      journalFolder: journalFolder(configuration, flags),
      ...(flags.report === undefined ? {} : { reportFolder: flags.report }),
      ...(flags.compareOff === true ? { compareOff: true } : {}),
      ...(process.env.DATABASE_URL === undefined ? {} : { databaseUrl: process.env.DATABASE_URL }),
      ...serving(flags, configuration.server),
    })
    if (house.warnings.length > 0) note(renderDiagnostics(house.warnings))
    if (house.url !== undefined && flags.json !== true)
      note(`${paint(1, configuration.name)} at ${paint(4, house.url)}`)
    const outcome = await house.run()
    progress.end()
    if (flags.json === true) await writeOut(`${JSON.stringify(outcomeJson(house, outcome))}\n`)
    else for (const line of outcomeLines(house, outcome)) note(line)
    if (outcome.run.reason === 'ended' && flags.untilEnd !== true && house.url !== undefined) {
      note(`still serving ${house.url}; Ctrl-C ends it`)
      await new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }))
    }
    await house.close()
    if (outcome.run.reason === 'stopped') return EXIT.interrupted
    return outcome.damaged.length === 0 ? EXIT.ok : EXIT.partial
  } catch (error) {
    progress.end()
    // What serves a run that has failed would keep the process from ending.
    await house?.close()
    throw commandError(error)
  } finally {
    release()
  }
}

function outcomeJson(house: House, { run, report, damaged, closing }: HouseOutcome) {
  return {
    reason: run.reason,
    turns: run.turns,
    replayedTurns: run.replayedTurns,
    head: run.head.hash,
    journal: house.journalFolder,
    damaged,
    ...(closing.length > 0 ? { closing } : {}),
    ...(run.reason === 'stopped' ? { open: openState(house) } : {}),
    ...(report === undefined ? {} : { report: report.folder }),
  }
}

/** Where the journal lies; with --fresh, the first place beside it that is still empty. */
export function journalFolder(
  { file, journal }: { readonly file: string; readonly journal: { readonly path: string } },
  flags: RunFlags,
): string {
  const folder = flags.journal ?? resolve(dirname(file), journal.path)
  if (flags.fresh !== true || !existsSync(folder)) return folder
  for (let n = 2; ; n++) if (!existsSync(`${folder}-${n}`)) return `${folder}-${n}`
}

export function speedOf(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const speed = Number(text)
  if (speed > 0 && Number.isFinite(speed)) return speed
  throw new CommandError(`--speed ${text}: a number above 0, or max`)
}

/** The first Ctrl-C asks for an orderly stop, the second forces one. */
export function stopOnSignals(stop: AbortController): () => void {
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    stop.abort()
    note('\nstopping after the turn at hand; once more to force')
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

export function serving(
  flags: RunFlags,
  server: {
    readonly host: string
    readonly port: number
    readonly apiKeys: readonly { readonly from: string; readonly name: string }[]
  },
): Pick<HouseOptions, 'serve' | 'pageFolder'> {
  if (!flags.serve) return {}
  const port = flags.port === undefined ? server.port : Number(flags.port)
  if (!(Number.isInteger(port) && port >= 0 && port < 65536)) throw new CommandError(`--port ${flags.port}: 0 to 65535`)
  const pageFolder = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))
  return {
    serve: { host: flags.host ?? server.host, port, keys: server.apiKeys.map(keyRecord) },
    ...(existsSync(pageFolder) ? { pageFolder } : {}),
  }
}

/** A stored key is the line that `holdfast key` printed: `id scope[,scope] sha256:…`. */
function keyRecord(reference: { readonly from: string; readonly name: string }): ApiKeyRecord {
  const text = reference.from === 'env' ? process.env[reference.name] : readFileSync(reference.name, 'utf8')
  const [id, scopes, hash] = (text ?? '').trim().split(/\s+/)
  if (id === undefined || scopes === undefined || !/^sha256:[0-9a-f]{64}$/.test(hash ?? '')) {
    throw new CommandError(`server.apiKeys ${reference.from}:${reference.name}: no line as printed by \`holdfast key\``)
  }
  return { id, scopes: scopes.split(',') as ApiKeyRecord['scopes'], hash: hash! }
}

const JOURNAL_EXIT: Readonly<Record<JournalError['code'], number>> = {
  JOURNAL_LOCKED: EXIT.locked,
  JOURNAL_CONFIGURATION: EXIT.unusable,
  JOURNAL_VERSION: EXIT.corrupt,
  JOURNAL_DAMAGED: EXIT.corrupt,
  JOURNAL_DIVERGED: EXIT.corrupt,
  JOURNAL_FAILED: EXIT.unwritable,
  JOURNAL_DISK_FULL: EXIT.unwritable,
}

export function commandError(error: unknown): unknown {
  if (error instanceof JournalError) {
    return new CommandError(error.message, JOURNAL_EXIT[error.code], { cause: error })
  }
  if (error instanceof InstrumentError) {
    return new CommandError(`the data does not fit the configuration:\n\n${error.message}`, EXIT.unusable, {
      cause: error,
    })
  }
  if (error instanceof AccountLockedError) return new CommandError(error.message, EXIT.locked, { cause: error })
  if (error instanceof VenueError || error instanceof LiveError) {
    return new CommandError(error.message, EXIT.unusable, { cause: error })
  }
  const known = error instanceof SourceError || error instanceof SecretError || error instanceof UnsafeBindError
  if (known) return new CommandError((error as Error).message, EXIT.unusable, { cause: error })
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return new CommandError(`${(error as Error).message}; choose another with --port, or --no-serve`)
  }
  return error
}
