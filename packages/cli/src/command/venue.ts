import { dirname, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClearingEventBody, compileVenue, renderDiagnostics, type VenueConfiguration } from '@holdfast/engine'
import {
  createVenueRecord,
  createVenueReport,
  openJournal,
  serveVenue,
  type VenueRecord,
  venueHeader,
  walkVenue,
} from '@holdfast/server'
import { builtInVenue, eventVenue, type Venue, type VenueTurn } from '@holdfast/simulator'
import { CommandError, EXIT } from '../exit.js'
import { note, paint, writeOut } from '../output.js'
import { VERSION } from '../version.js'
import { commandError, journalFolder, type RunFlags, serving, speedOf, stopOnSignals } from './run.js'
import { createVenueLine, venueEventLines, venueOutcome, venueOutcomeLines } from './venueOutcome.js'

const ADDRESS = { host: '127.0.0.1', port: 8787, apiKeys: [] }
/** As fast as it goes, so many steps share their syncs. */
const STEPS_IN_FLIGHT = 64

const BUILT_IN = 'Built-in venue, February 2026'

/** Runs the built-in venue, and serves the operators' page while it runs and after; nothing is kept. */
export async function runVenue(flags: RunFlags & { readonly config?: string }): Promise<number> {
  for (const flag of ['config', 'journal', 'fresh', 'report'] as const) {
    if (flags[flag] !== undefined) {
      throw new CommandError(`--${flag}: the built-in venue keeps nothing; \`holdfast run venue.yaml\` has it`)
    }
  }
  return serveWhile(flags, { name: BUILT_IN, server: ADDRESS }, await builtInVenue(), async (venue, signal, seen) => {
    let last: VenueTurn | undefined
    for await (const turn of venue.run(signal)) {
      last = turn
      await seen(turn, { replayed: false })
      if (signal.aborted) break
    }
    return { digest: last?.digest() ?? '', more: {} }
  })
}

/** Runs the venue of a configuration file: journalled, and taken up again where an earlier run was ended. */
export async function runVenueFile(file: string, text: string, flags: RunFlags): Promise<number> {
  const compiled = compileVenue(text, file)
  if (!compiled.ok) throw new CommandError(`${file} does not hold:\n\n${renderDiagnostics(compiled.diagnostics)}`)
  const configuration = compiled.venue
  const opened = await openVenue(configuration, flags).catch((error: unknown) => {
    throw commandError(error)
  })
  return serveWhile(flags, configuration, opened, async (venue, signal, seen) => {
    const folder = journalFolder(configuration, flags)
    const journal = await openJournal(folder)
    for (const message of journal.recovered) note(message)
    const header = venueHeader(text, file, configuration.parameters, VERSION)
    const { reason, steps, replayedSteps, head, digest } = await walkVenue({
      venue,
      journal,
      header,
      signal,
      seen,
      inFlight: flags.speed === 'max' && !follows(configuration, flags) ? STEPS_IN_FLIGHT : 1,
    })
    return { digest, more: { reason, steps, replayedSteps, head: head?.hash, journal: folder } }
  })
}

function follows({ source }: VenueConfiguration, { untilEnd }: RunFlags): boolean {
  return source.kind === 'events' && source.follow && untilEnd !== true
}

function openVenue(configuration: VenueConfiguration, flags: RunFlags): Promise<Venue> {
  const { source, file, parameters, accounts, funds } = configuration
  const opening: ClearingEventBody[] = []
  for (const [market, amount] of Object.entries(funds)) opening.push({ kind: 'fund-contribution', market, amount })
  for (const { id, owner, isolated, balances } of accounts) {
    opening.push({ kind: 'open-account', account: id, owner, ...(isolated === undefined ? {} : { isolated }) })
    for (const [asset, amount] of Object.entries(balances))
      opening.push({ kind: 'deposit', account: id, asset, amount })
  }
  if (source.kind === 'events') {
    return eventVenue(resolve(dirname(file), source.path), parameters, opening, follows(configuration, flags))
  }
  return builtInVenue({ seed: source.seed, accounts: source.accounts, parameters, opening })
}

type Seen = (turn: VenueTurn, more: { readonly replayed: boolean }) => Promise<void>
type Walked = { readonly digest: string; readonly more: Readonly<Record<string, unknown>> }

/** Serves the page, walks the venue no faster than asked, tells what matters, and leaves the outcome. */
async function serveWhile(
  flags: RunFlags,
  { name, server }: { readonly name: string; readonly server: Parameters<typeof serving>[1] },
  venue: Venue,
  walk: (venue: Venue, signal: AbortSignal, seen: Seen) => Promise<Walked>,
): Promise<number> {
  const speed = speedOf(flags.speed)
  const stop = new AbortController()
  const release = stopOnSignals(stop)
  const quiet = flags.json === true
  const record = createVenueRecord({ ...venue, name }, Date.now)
  const report = flags.report === undefined ? undefined : createVenueReport(flags.report)
  try {
    const { serve, pageFolder } = serving(flags, server)
    const page = pageFolder === undefined ? {} : { pageFolder }
    const texts = { name, version: VERSION, logLevel: flags.log, writeLog: note }
    const face = serve === undefined ? undefined : await serveVenue({ venue: record, ...texts, ...serve, ...page })
    try {
      if (face !== undefined && !quiet) note(`${paint(1, name)} at ${paint(4, face.url)}`)
      const line = createVenueLine(Math.max(1, venue.steps))
      const seen = createSeen(record, line, speed, stop.signal, quiet)
      const { digest, more } = await walk(venue, stop.signal, async (turn, how) => {
        report?.turn(turn)
        await seen(turn, how)
      })
      line.end()
      record.end(stop.signal.aborted ? 'stopped' : 'finished')
      await tellOutcome(record, digest, more, report, quiet)
      if (!stop.signal.aborted && face !== undefined && flags.untilEnd !== true) {
        note(`still serving ${face.url}; Ctrl-C ends it`)
        await new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }))
      }
    } finally {
      await face?.close()
    }
    const view = record.view()
    if (view?.state === 'stopped') return EXIT.interrupted
    return view === undefined || view.total.faults === 0 ? EXIT.ok : EXIT.partial
  } catch (error) {
    throw commandError(error)
  } finally {
    release()
  }
}

/** Waits until a step is due, with a breath for the server in between; what the journal held already is not waited for. */
function createSeen(
  record: VenueRecord,
  line: ReturnType<typeof createVenueLine>,
  speed: number | 'max',
  signal: AbortSignal,
  quiet: boolean,
): Seen {
  let begun: { readonly wall: number; readonly time: number } | undefined
  return async (turn, { replayed }) => {
    record.turn(turn)
    if (!quiet && !replayed) for (const text of venueEventLines(turn)) line.say(text)
    line.step(turn.step)
    if (!replayed) begun ??= { wall: Date.now(), time: turn.step.time }
    const due =
      speed === 'max' || begun === undefined ? 0 : begun.wall + (turn.step.time - begun.time) / speed - Date.now()
    await pause(Math.max(0, due), undefined, { signal }).catch((error: Error) => {
      if (!signal.aborted) throw error
    })
  }
}

async function tellOutcome(
  record: VenueRecord,
  digest: string,
  more: Walked['more'],
  report: ReturnType<typeof createVenueReport> | undefined,
  quiet: boolean,
): Promise<void> {
  const outcome = { ...venueOutcome(record, digest), ...more }
  const path = report?.close(record.view(), outcome)
  if (quiet) {
    await writeOut(`${JSON.stringify({ ...outcome, ...(path === undefined ? {} : { report: path }) })}\n`)
    return
  }
  for (const text of venueOutcomeLines(record, digest)) note(text)
  const { journal, head, replayedSteps } = more
  if (journal !== undefined) {
    note(`  journal ${journal}${replayedSteps === 0 ? '' : ` (${replayedSteps} steps were there already)`}`)
    note(`  head    ${head}`)
  }
  if (path !== undefined) note(`  report  ${path}`)
}
