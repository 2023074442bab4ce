import { Command } from 'commander'
import { VERSION } from './version.js'

/** Each verb with what it needs, loaded only where it is called: a calculator need not wait for a database. */
const VERBS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  watchdog: async () => (await import('./command/watchdog.js')).addWatchdog,
  start: async () => (await import('./command/start.js')).addStart,
  init: async () => (await import('./command/init.js')).addInit,
  run: async () => (await import('./command/run.js')).addRun,
  check: async () => (await import('./command/check.js')).addCheck,
  status: async () => (await import('./command/status.js')).addStatus,
  explain: async () => (await import('./command/explain.js')).addExplain,
  kill: async () => (await import('./command/kill.js')).addKill,
  resume: async () => (await import('./command/resume.js')).addResume,
  approve: async () => (await import('./command/approve.js')).addApprove,
  promote: async () => (await import('./command/promote.js')).addPromote,
  verify: async () => (await import('./command/verify.js')).addVerify,
  calc: async () => (await import('./command/calc.js')).addCalc,
  schema: async () => (await import('./command/schema.js')).addSchema,
  key: async () => (await import('./command/key.js')).addKey,
  'compare-hedging': async () => (await import('./command/compareHedging.js')).addCompareHedging,
  'simulate-exchange': async () => (await import('./command/simulateExchange.js')).addSimulateExchange,
  'compare-margin': async () => (await import('./command/compareMargin.js')).addCompareMargin,
}

/**
 * The command with its verbs; the reference page prints its help.
 *
 * @param verb - the only verb that will be called; absent or unknown: all are there, for help and suggestions.
 */
export async function program(verb?: string): Promise<Command> {
  const root = new Command('holdfast')
    .description('Write down the risk you are willing to hold; Holdfast holds it.')
    .version(VERSION)
    .showHelpAfterError('(holdfast --help lists the verbs)')
    .exitOverride()
  const one = verb !== undefined && Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  for (const load of one === undefined ? Object.values(VERBS) : [one]) (await load())(root)
  return root
}
