import { canonicalJson, type Engine, type EngineView, type Event, type HeaderRecord, type Turn } from '@holdfast/engine'
import { type Cursor, cursorAfter, STREAM_START } from '@holdfast/venues'
import { JournalError } from '../journal/errors.js'
import type { JournalHead } from '../journal/head.js'
import type { OpenedJournal } from '../journal/open.js'
import type { ReactorQueue } from './reactors.js'

/** How a replayed turn differs from the recorded one; undefined where it does not. */
export type TurnDifference = {
  readonly sequence: number
  readonly time: number
  /** The first part that differs, in the order in which they follow from each other. */
  readonly part: 'sequence' | 'time' | 'flags' | 'assessments' | 'decisions' | 'state'
  readonly recorded: string
  readonly replayed: string
}

export function compareTurns(recorded: Turn, replayed: Turn): TurnDifference | undefined {
  const parts = [
    ['sequence', recorded.sequence, replayed.sequence],
    ['time', recorded.time, replayed.time],
    ['flags', recorded.flags, replayed.flags],
    ['assessments', recorded.assessmentDigest, replayed.assessmentDigest],
    ['decisions', recorded.decisions, replayed.decisions],
    ['state', recorded.stateDigest, replayed.stateDigest],
  ] as const
  for (const [part, a, b] of parts) {
    const [left, right] = [canonicalJson(a), canonicalJson(b)]
    if (left === right) continue
    return { sequence: recorded.sequence, time: recorded.time, part, recorded: left, replayed: right }
  }
  return undefined
}

/** Where each source stands: follows from the events, each of which names its source. */
export type Cursors = Map<string, Cursor>

export function advance(cursors: Cursors, events: readonly Event[]): void {
  for (const event of events) {
    cursors.set(event.source, cursorAfter(cursors.get(event.source) ?? STREAM_START, event))
  }
}

export type Replayed = {
  readonly turns: number
  readonly cursors: Cursors
}

/**
 * Takes the engine through what the journal holds, so that it stands where the last process stopped.
 *
 * @param seen - called with each turn as it was recorded.
 * @throws {JournalError} `JOURNAL_CONFIGURATION` where the journal was begun with another configuration;
 * `JOURNAL_DIVERGED` where this version of the program comes to other decisions on the recorded inputs.
 */
export async function replayJournal(
  journal: OpenedJournal,
  header: HeaderRecord,
  engine: Engine,
  reactors: ReactorQueue,
  seen: (turn: Turn, view: EngineView, head: JournalHead) => Promise<void>,
): Promise<Replayed> {
  const cursors: Cursors = new Map()
  let turns = 0
  for (const { record, head } of journal.records()) {
    if (record.kind === 'header') {
      checkHeader(journal.folder, record, header)
      continue
    }
    // The configuration is the same, so that a venue's step cannot be in a desk's journal.
    if (record.kind === 'clearing') throw new JournalError('JOURNAL_CONFIGURATION', `${journal.folder} is a venue's`)
    const { turn } = record
    const difference = compareTurns(turn, engine.step(turn.events, turn.time))
    if (difference !== undefined) throw diverged(journal.folder, difference)
    advance(cursors, turn.events)
    reactors.consumed(turn.events)
    reactors.react(turn, engine.view())
    turns += 1
    await seen(turn, engine.view(), head)
  }
  return { turns, cursors }
}

export function checkHeader(folder: string, recorded: HeaderRecord, current: HeaderRecord): void {
  if (recorded.rulebookHash === current.rulebookHash && recorded.configurationHash === current.configurationHash) return
  throw new JournalError(
    'JOURNAL_CONFIGURATION',
    `${folder} was begun with another configuration (${recorded.configurationFile}, hash ${recorded.configurationHash.slice(0, 12)}; now ${current.configurationFile}, ${current.configurationHash.slice(0, 12)}). Give the changed configuration a journal folder of its own (journal.path), or go back to the old one.`,
  )
}

function diverged(folder: string, { sequence, part }: TurnDifference): JournalError {
  return new JournalError(
    'JOURNAL_DIVERGED',
    `${folder}: replaying turn ${sequence} gives other ${part} than were recorded; nothing was appended. Run \`holdfast verify ${folder}\` for the details; another version of the program may have written it.`,
  )
}
