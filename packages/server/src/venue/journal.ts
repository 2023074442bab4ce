import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import {
  type Clearing,
  type ClearingEvent,
  type ClearingParameters,
  type ClearingRecord,
  canonicalJson,
  clearingJson,
  compileVenue,
  createClearing,
  digestOf,
  encodeRecord,
  type HeaderRecord,
  JOURNAL_FORMAT,
  moneyText,
  readClearingEvent,
  renderDiagnostics,
} from '@holdfast/engine'
import type { Venue, VenueTurn } from '@holdfast/simulator'
import { JournalError } from '../journal/errors.js'
import type { JournalHead } from '../journal/head.js'
import type { OpenedJournal } from '../journal/open.js'
import { nodeSha256 } from '../journal/read.js'
import { checkHeader, type TurnDifference } from '../run/replay.js'

/** The digest of the whole state is recorded once in so many steps: it reads every account. */
const DIGEST_EVERY = 64

/** The header with which a venue's journal begins. */
export function venueHeader(
  text: string,
  file: string,
  parameters: ClearingParameters,
  engineVersion: string,
): HeaderRecord {
  return {
    kind: 'header',
    format: JOURNAL_FORMAT,
    engineVersion,
    configurationFile: basename(file),
    configuration: text,
    configurationHash: createHash('sha256').update(text).digest('hex'),
    rulebookHash: parametersHash(parameters),
  }
}

/** Hash of all rules of a venue, by value. */
function parametersHash(parameters: ClearingParameters): string {
  const plain = JSON.stringify(parameters, (_, value) => (typeof value === 'bigint' ? moneyText(value) : value))
  return digestOf(JSON.parse(plain), nodeSha256)
}

export type VenueWalk = {
  readonly reason: 'ended' | 'stopped'
  readonly steps: number
  /** Of these, how many the journal held already. */
  readonly replayedSteps: number
  readonly head: JournalHead | undefined
  readonly digest: string
}

export type VenueWalkOptions = {
  readonly venue: Venue
  readonly journal: OpenedJournal
  readonly header: HeaderRecord
  readonly signal: AbortSignal
  /** Steps that may wait for their sync while the venue goes on; 1: each step is on disk before the next is taken. */
  readonly inFlight: number
  /** Called with each step once it is on disk; what it returns is waited for. */
  readonly seen: (turn: VenueTurn, more: { readonly replayed: boolean }) => Promise<void> | void
}

/**
 * Takes a venue from step to step and journals each. Steps that the journal holds already are made again and must be the same to the
 * byte; nothing is appended before it is reached. So a run that was killed and begun again leaves the journal of a run that was not.
 * The journal is closed when it settles.
 *
 * @throws {JournalError} `JOURNAL_CONFIGURATION` where it was begun with another configuration; `JOURNAL_DIVERGED` where what the
 * venue hears, or what this version decides on it, is not what was recorded.
 */
export async function walkVenue(options: VenueWalkOptions): Promise<VenueWalk> {
  const { venue, journal, header, signal, inFlight, seen } = options
  try {
    const stored = journal.records()
    const first = stored.next()
    if (first.done === true) await journal.append(header)
    else if (first.value.record.kind === 'header') checkHeader(journal.folder, first.value.record, header)
    let steps = 0
    let replayedSteps = 0
    let last: VenueTurn | undefined
    let tail: Promise<unknown> = Promise.resolve()
    let waiting = 0
    for await (const turn of venue.run(signal)) {
      const record = clearingRecord(turn)
      const held = stored.next()
      if (held.done !== true) {
        if (encodeRecord(held.value.record) !== encodeRecord(record)) throw diverged(journal.folder, steps)
        replayedSteps++
        await seen(turn, { replayed: true })
      } else {
        // Nothing that follows from a step leaves before the step is on disk.
        const durable = journal.append(record)
        tail = Promise.all([tail, durable]).then(() => seen(turn, { replayed: false }))
        // A failure shows where the tail is waited for.
        tail.catch(() => undefined)
        if (++waiting >= inFlight) {
          await tail
          waiting = 0
        }
      }
      steps++
      last = turn
      if (signal.aborted) break
    }
    if (!signal.aborted && stored.next().done !== true) throw diverged(journal.folder, steps)
    await tail
    const reason = signal.aborted ? 'stopped' : 'ended'
    return { reason, steps, replayedSteps, head: journal.head(), digest: last?.digest() ?? '' }
  } finally {
    await journal.close()
  }
}

function clearingRecord({ step, inputs, decisions, digest }: VenueTurn): ClearingRecord {
  return {
    kind: 'clearing',
    step: step.step,
    events: inputs.map(clearingJson),
    decisions: decisions.map(clearingJson),
    ...(step.step % DIGEST_EVERY === 0 ? { stateDigest: digest() } : {}),
  }
}

function diverged(folder: string, step: number): JournalError {
  return new JournalError(
    'JOURNAL_DIVERGED',
    `${folder}: step ${step} is not what was recorded; nothing was appended. What the venue hears has changed (another file of events, or lines cut from it), or another version of the program wrote the journal: \`holdfast verify ${folder}\` tells which.`,
  )
}

/** Replays a venue's steps from its journal alone. */
export type ClearingReplay = {
  step(record: ClearingRecord): TurnDifference | undefined
}

/**
 * @throws {JournalError} `JOURNAL_CONFIGURATION` where this version cannot compile the recorded configuration, or compiles it to other
 * rules.
 */
export function clearingReplay(header: HeaderRecord): ClearingReplay {
  const compiled = compileVenue(header.configuration, header.configurationFile)
  if (!compiled.ok) {
    const why = renderDiagnostics(compiled.diagnostics)
    throw new JournalError('JOURNAL_CONFIGURATION', `this version does not take the recorded configuration:\n${why}`)
  }
  const { parameters } = compiled.venue
  const hash = parametersHash(parameters)
  if (hash !== header.rulebookHash) {
    const message = `this version compiles the recorded configuration to rules ${hash}, not ${header.rulebookHash}: it decides by others.`
    throw new JournalError('JOURNAL_CONFIGURATION', message)
  }
  const clearing = createClearing(parameters)
  return { step: (record) => compared(clearing, record) }
}

function compared(clearing: Clearing, record: ClearingRecord): TurnDifference | undefined {
  const events = record.events.map(eventOf)
  const decisions = canonicalJson(clearing.step(events).map(clearingJson))
  const recorded = canonicalJson(record.decisions)
  const at = { sequence: record.step, time: events.at(-1)?.time ?? clearing.view().time }
  if (decisions !== recorded) return { ...at, part: 'decisions', recorded, replayed: decisions }
  if (record.stateDigest === undefined) return undefined
  const replayed = clearing.digest()
  return replayed === record.stateDigest ? undefined : { ...at, part: 'state', recorded: record.stateDigest, replayed }
}

/** An event of a whole record was read from what was written, so that one that cannot be read was written by another version. */
function eventOf(data: unknown): ClearingEvent {
  const read = readClearingEvent(data)
  if (read.ok && read.event.sequence !== undefined) return read.event as ClearingEvent
  const why = read.ok
    ? 'it has no number'
    : read.complaints.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new JournalError('JOURNAL_VERSION', `an event of the journal cannot be read: ${why}`)
}
