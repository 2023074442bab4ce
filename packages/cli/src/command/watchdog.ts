import { dirname, resolve } from 'node:path'
import {
  createLogger,
  createRedactor,
  createSecretReader,
  drillWatchdog,
  LOG_LEVELS,
  type LogLevel,
  runWatchdog,
  SecretError,
  systemClock,
  WatchdogError,
} from '@holdfast/server'
import { openVenue, VenueError } from '@holdfast/venues'
import { type Command, Option } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { note, writeOut } from '../output.js'
import { loadConfiguration } from './check.js'
import { stopOnSignals } from './run.js'

type WatchdogFlags = {
  readonly drill?: boolean
  readonly journal?: string
  readonly json?: boolean
  readonly log: LogLevel
}

export function addWatchdog(program: Command): void {
  program
    .command('watchdog')
    .description('a process of its own that withdraws orders and closes positions when the loop of a run stalls')
    .argument('<file>', 'the configuration of the run; its section `watchdog` says what to do')
    .option('--drill', 'say what a takeover would do now; sends and writes nothing')
    .option('--journal <dir>', 'folder of the journal, instead of the one in the configuration')
    .option('--json', 'print the outcome as JSON')
    .addOption(new Option('--log <level>', 'JSON lines on standard error').choices(LOG_LEVELS).default('warn'))
    .action(async (file: string, flags: WatchdogFlags) => {
      process.exitCode = await watchdog(file, flags)
    })
}

async function watchdog(file: string, flags: WatchdogFlags): Promise<number> {
  const { configuration } = loadConfiguration(file)
  const redactor = createRedactor()
  const stop = new AbortController()
  const release = stopOnSignals(stop)
  const options = {
    configuration,
    journalFolder: flags.journal ?? resolve(dirname(file), configuration.journal.path),
    openVenue,
    secret: createSecretReader(redactor),
    clock: systemClock,
    logger: createLogger({ level: flags.log, write: note, now: Date.now, redactor }),
    signal: stop.signal,
    say: (line: string) => note(redactor.apply(line)),
  }
  try {
    const accounts =
      flags.drill === true
        ? await drillWatchdog(options)
        : (await runWatchdog(options)).flatMap((incident) => incident.accounts)
    if (flags.json === true) await writeOut(`${JSON.stringify({ drill: flags.drill === true, accounts })}\n`)
    else if (flags.drill === true) {
      for (const { account, done, open } of accounts) {
        await writeOut(`${account}\n${done.map((line) => `  ${line}\n`).join('')}`)
        await writeOut(open.map(({ what, why }) => `  cannot: ${what} (${why})\n`).join(''))
      }
    }
    return accounts.every(({ open }) => open.length === 0) ? EXIT.ok : EXIT.partial
  } catch (error) {
    const known = error instanceof WatchdogError || error instanceof VenueError || error instanceof SecretError
    throw known ? new CommandError(error.message, EXIT.unusable, { cause: error }) : error
  } finally {
    release()
  }
}
