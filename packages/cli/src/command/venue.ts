import { setTimeout as pause } from 'node:timers/promises'
import { createVenueRecord, serveVenue, type VenueRecord } from '@holdfast/server'
import { type BuiltInVenue, builtInVenue, type VenueTurn } from '@holdfast/simulator'
import { CommandError, EXIT } from '../exit.js'
import { note, paint, writeOut } from '../output.js'
import { VERSION } from '../version.js'
import { commandError, type RunFlags, serving, speedOf, stopOnSignals } from './run.js'
import { createVenueLine, venueEventLines, venueOutcome, venueOutcomeLines } from './venueOutcome.js'

const ADDRESS = { host: '127.0.0.1', port: 8787, apiKeys: [] }

/** Runs the built-in venue, and serves the operators' page while it runs and after. */
export async function runVenue(flags: RunFlags & { readonly config?: string }): Promise<number> {
  for (const flag of ['config', 'journal', 'fresh', 'report'] as const) {
    if (flags[flag] !== undefined) throw new CommandError(`--${flag} is of a desk's run: leave it out with --venue`)
  }
  const speed = speedOf(flags.speed)
  const stop = new AbortController()
  const release = stopOnSignals(stop)
  try {
    const venue = await builtInVenue()
    const record = createVenueRecord(venue, Date.now)
    const { serve, pageFolder } = serving(flags, ADDRESS)
    const face =
      serve === undefined
        ? undefined
        : await serveVenue({
            venue: record,
            version: VERSION,
            ...serve,
            ...(pageFolder === undefined ? {} : { pageFolder }),
            logLevel: flags.log,
            writeLog: note,
          })
    if (face !== undefined && flags.json !== true) note(`${paint(1, 'Built-in venue')} at ${paint(4, face.url)}`)
    const digest = await walk(venue, record, speed, stop.signal, flags.json === true)
    if (flags.json === true) await writeOut(`${JSON.stringify(venueOutcome(record, digest))}\n`)
    else for (const line of venueOutcomeLines(record, digest)) note(line)
    if (!stop.signal.aborted && face !== undefined && flags.untilEnd !== true) {
      note(`still serving ${face.url}; Ctrl-C ends it`)
      await new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }))
    }
    await face?.close()
    if (record.view()?.state === 'stopped') return EXIT.interrupted
    return record.view()?.total.faults === 0 ? EXIT.ok : EXIT.partial
  } catch (error) {
    throw commandError(error)
  } finally {
    release()
  }
}

/** Step by step, no faster than asked, with a breath for the server in between. Answers the digest of the last step. */
async function walk(
  venue: BuiltInVenue,
  record: VenueRecord,
  speed: number | 'max',
  signal: AbortSignal,
  quiet: boolean,
): Promise<string> {
  const line = createVenueLine(venue.steps)
  const begun = Date.now()
  let first: VenueTurn | undefined
  let last: VenueTurn | undefined
  for (const turn of venue.run()) {
    first ??= turn
    last = turn
    record.turn(turn)
    if (!quiet) for (const text of venueEventLines(turn)) line.say(text)
    line.step(turn.step)
    const due = speed === 'max' ? 0 : begun + (turn.step.time - first.step.time) / speed - Date.now()
    await pause(Math.max(0, due), undefined, { signal }).catch((error: Error) => {
      if (!signal.aborted) throw error
    })
    if (signal.aborted) break
  }
  line.end()
  record.end(signal.aborted ? 'stopped' : 'finished')
  return last?.digest() ?? ''
}
