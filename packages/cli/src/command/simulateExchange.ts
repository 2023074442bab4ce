import { existsSync, readFileSync } from 'node:fs'
import {
  createExchange,
  type ExchangeMarket,
  FAULTS,
  type FaultName,
  type FaultOptions,
  openSource,
  REHEARSAL_ACCOUNTS,
  REHEARSAL_KEYS,
  recordedMarket,
  type ServedExchange,
  seededMarket,
  serveExchange,
} from '@holdfast/simulator'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit.js'
import { note, paint, writeOut } from '../output.js'
import { stopOnSignals } from './run.js'

type Flags = {
  readonly port: string
  readonly market: string
  readonly seed: string
  readonly speed: string
  readonly faults?: string
  readonly json?: boolean
}

export function addSimulateExchange(program: Command): void {
  program
    .command('simulate-exchange')
    .description('a simulated exchange that speaks Deribit’s API, to rehearse on: seeded, with faults on demand')
    .option('--port <port>', 'port on 127.0.0.1; 0: any free one', '8790')
    .option('--market <name>', 'seeded or february-2026', 'seeded')
    .option('--seed <number>', 'seed of the market and the faults', '1')
    .option('--speed <number>', 'seconds of exchange time in one', '1')
    .option('--faults <list>', 'fault=ratio,… or a JSON file with {"ratios": {…}, "windowMs": …}')
    .option('--json', 'print where it listens, and at the end the faults that struck, as JSON')
    .action(async (flags: Flags) => {
      process.exitCode = await simulateExchange(flags)
    })
}

/** Runs until Ctrl-C. */
async function simulateExchange(flags: Flags): Promise<number> {
  const seed = numberIn('--seed', flags.seed, 0, 4_294_967_295)
  const port = numberIn('--port', flags.port, 0, 65_535)
  const speed = numberIn('--speed', flags.speed, 0.001, 100_000)
  const faults = readFaults(flags.faults)
  const exchange = createExchange({
    seed,
    market: await marketOf(flags.market, seed),
    accounts: REHEARSAL_ACCOUNTS,
    faults,
  })
  const stop = new AbortController()
  const release = stopOnSignals(stop)
  try {
    const served = await serveExchange(exchange, { port, speed }).catch((error: NodeJS.ErrnoException) => {
      throw new CommandError(`simulate-exchange: port ${port} cannot be had (${error.code ?? error.message})`)
    })
    if (flags.json === true)
      await writeOut(`${JSON.stringify({ rest: served.rest, ws: served.ws, keys: REHEARSAL_KEYS })}\n`)
    else for (const line of welcome(served)) note(line)
    await new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }))
    await served.close()
    await reportEnd(flags, exchange.faultCounts(), exchange.snapshot().events)
    return EXIT.interrupted
  } finally {
    release()
  }
}

async function reportEnd(flags: Flags, counts: Readonly<Record<FaultName, number>>, events: number): Promise<void> {
  const struck = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  if (flags.json === true) await writeOut(`${JSON.stringify({ events, faults: struck })}\n`)
  else
    note(`${events} events; faults that struck: ${Object.keys(struck).length === 0 ? 'none' : JSON.stringify(struck)}`)
}

function welcome({ rest, ws }: ServedExchange): readonly string[] {
  const keys = Object.entries(REHEARSAL_KEYS).map(
    ([name, { clientId, clientSecret }]) => `  ${name.padEnd(9)} ${clientId}  ${clientSecret}`,
  )
  return [
    `${paint(1, 'Simulated exchange')} at ${paint(4, rest)} and ${paint(4, ws)}`,
    'keys, which open nothing else:',
    ...keys,
    'point ccxt at it:',
    `  exchange.urls.api = { rest: '${rest}', ws: '${ws}' }`,
    '  await exchange.loadHttpProxyAgent() // once, before any watch…',
    'Ctrl-C ends it',
  ]
}

async function marketOf(name: string, seed: number): Promise<ExchangeMarket> {
  switch (name) {
    case 'seeded':
      return seededMarket({ seed, start: Math.floor(Date.now() / 1_000) * 1_000 })
    case 'february-2026': {
      const source = await openSource({ kind: 'scenario', id: name, builtin: name }, { baseDir: '.' })
      return recordedMarket(source.events())
    }
    default:
      throw new CommandError(`simulate-exchange: there is no market “${name}”: seeded, february-2026`)
  }
}

/** `name=ratio,…`, or a file of JSON. */
function readFaults(text: string | undefined): FaultOptions {
  if (text === undefined) return {}
  const options = existsSync(text) ? parseFaultFile(text) : { ratios: parseFaultList(text) }
  for (const [name, ratio] of Object.entries(options.ratios ?? {})) {
    if (!FAULTS.includes(name as FaultName))
      throw new CommandError(`simulate-exchange: there is no fault “${name}”: ${FAULTS.join(', ')}`)
    if (!(typeof ratio === 'number' && ratio >= 0 && ratio <= 1))
      throw new CommandError(`simulate-exchange: the ratio of ${name} must be a number from 0 to 1; given: ${ratio}`)
  }
  return options
}

function parseFaultFile(file: string): FaultOptions {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof read === 'object' && read !== null) return read as FaultOptions
  } catch (error) {
    throw new CommandError(`simulate-exchange: ${file} cannot be read: ${(error as Error).message}`)
  }
  throw new CommandError(`simulate-exchange: ${file} must hold {"ratios": {…}}`)
}

function parseFaultList(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', ratio = ''] = part.split('=').map((side) => side.trim())
      return [name, ratio === '' ? Number.NaN : Number(ratio)] as const
    }),
  )
}

function numberIn(name: string, text: string, low: number, high: number): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= low && value <= high) return value
  throw new CommandError(`simulate-exchange: ${name} must be a number from ${low} to ${high}; given: ${text}`)
}
